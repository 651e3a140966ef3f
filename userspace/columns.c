// SPDX-License-Identifier: GPL-2.0
/* columns.c - the columns a finding can be printed in, and the argument of -o. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libsmartcols.h>

#include "columns.h"
#include "text.h"
#include "words.h"

static char *get_root(const struct answer *answer, const struct report_record *record)
{
	(void)record;
	return xasprintf("%d", answer_root(answer));
}

static char *get_object(const struct answer *answer, const struct report_record *record)
{
	(void)answer;
	return words_object(record);
}

static char *get_class(const struct answer *answer, const struct report_record *record)
{
	(void)answer;
	return xasprintf("%s", class_name(record->cls));
}

static char *get_rule(const struct answer *answer, const struct report_record *record)
{
	(void)answer;
	return xasprintf("%s", record->rule);
}

static char *get_category(const struct answer *answer, const struct report_record *record)
{
	const struct ckpt_rule *rule = rules_find(record->rule);

	(void)answer;
	return rule ? xasprintf("%s", rule->category) : NULL;
}

static char *get_summary(const struct answer *answer, const struct report_record *record)
{
	(void)answer;
	return xasprintf("%s", words_summary(record));
}

static char *get_details(const struct answer *answer, const struct report_record *record)
{
	(void)answer;
	return words_details(record);
}

static char *get_reason(const struct answer *answer, const struct report_record *record)
{
	(void)answer;
	return words_reason(record);
}

static char *get_needs(const struct answer *answer, const struct report_record *record)
{
	(void)answer;
	return record->needs ? text_safe(record->needs, strlen(record->needs)) : NULL;
}

static char *get_criu(const struct answer *answer, const struct report_record *record)
{
	const struct ckpt_rule *rule = rules_find(record->rule);

	(void)answer;
	return rule && *rule->criu ? xasprintf("%s", rule->criu) : NULL;
}

static char *get_comm(const struct answer *answer, const struct report_record *record)
{
	const struct report_pair *comm = record_pair(record, CKPTCHECK_KEY_COMM);
	const char *pid = record_value(record, CKPTCHECK_KEY_PID);

	/* The first line names the root; its own records need not. */
	if (!comm && pid && atoi(pid) == answer_root(answer))
		comm = record_pair(&answer->report.head, CKPTCHECK_KEY_COMM);
	return comm ? text_safe(comm->value, comm->len) : NULL;
}

#define TRUNC	SCOLS_FL_TRUNC
#define RIGHT	SCOLS_FL_RIGHT
#define WRAP	SCOLS_FL_WRAP

const struct column columns[] = {
	{ "ROOT", .get = get_root, .flags = RIGHT, .number = true,
	  .help = "process that was asked about, the root of the tree" },
	{ "PID", .key = CKPTCHECK_KEY_PID, .flags = RIGHT, .number = true,
	  .help = "process that has the object" },
	{ "TID", .key = CKPTCHECK_KEY_TID, .flags = RIGHT, .number = true, .help = "thread" },
	{ "COMMAND", .get = get_comm, .help = "name of the process" },
	{ "OBJECT", .get = get_object, .help = "what it is about: fd, vma, thread, process" },
	{ "FD", .key = CKPTCHECK_KEY_FD, .flags = RIGHT, .number = true,
	  .help = "file descriptor" },
	{ "VMA", .key = CKPTCHECK_KEY_VMA, .help = "memory mapping, start-end" },
	{ "VIA", .key = CKPTCHECK_KEY_VIA,
	  .help = "scm: in flight in a UNIX socket's queue; cwd, root or exe" },
	{ "QUEUE", .key = CKPTCHECK_KEY_QUEUE, .flags = RIGHT, .number = true,
	  .help = "inode of that socket" },
	{ "CLASS", .get = get_class, .colored = true,
	  .help = "blocker, option, restore, lossy, info or unknown" },
	{ "RULE", .get = get_rule, .help = "name of the rule, see --explain" },
	{ "CATEGORY", .get = get_category, .help = "group of the rule" },
	{ "REASON", .get = get_reason, .width = 0.3, .flags = WRAP,
	  .help = "why it stands here: SUMMARY and DETAILS" },
	{ "SUMMARY", .get = get_summary, .width = 0.2, .flags = WRAP, .help = "the rule in words" },
	{ "DETAILS", .get = get_details, .width = 0.2, .flags = WRAP,
	  .help = "path, addresses, peer and the like" },
	{ "TODO", "WHAT TO DO", .get = words_todo, .width = 0.3, .flags = WRAP,
	  .help = "what helps" },
	{ "NEEDS", .get = get_needs, .help = "option of criu dump; alternatives separated by |" },
	{ "CRIU", .get = get_criu, .help = "part of what criu prints when it refuses" },
	{ "PATH", .key = CKPTCHECK_KEY_PATH, .width = 0.3, .flags = TRUNC, .help = "path" },
	{ "DEV", .key = CKPTCHECK_KEY_DEV, .help = "device of the file system, major:minor" },
	{ "RDEV", .key = CKPTCHECK_KEY_RDEV, .help = "device that a node stands for, major:minor" },
	{ "INO", .key = CKPTCHECK_KEY_INO, .flags = RIGHT, .number = true,
	  .help = "inode number" },
	{ "LADDR", .key = "laddr", .help = "local address of a socket" },
	{ "RADDR", .key = "raddr", .help = "remote address of a socket" },
	{ "PEERPID", .key = CKPTCHECK_KEY_PEER_PID, .flags = RIGHT, .number = true,
	  .help = "process at the other end" },
	{ "PEERCOMMAND", .key = CKPTCHECK_KEY_PEER_COMM,
	  .help = "name of the process at the other end" },
	{ "COUNT", .key = CKPTCHECK_KEY_COUNT, .flags = RIGHT, .number = true,
	  .help = "places that hold the object, if more than one" },
	{ "TRANSIENT", .key = CKPTCHECK_KEY_TRANSIENT,
	  .help = "yes: likely to go away by itself" },
};

const size_t nr_columns = sizeof(columns) / sizeof(*columns);

static const char default_columns[] = "PID,OBJECT,CLASS,RULE,REASON,TODO";

/* The tree itself names process and object. */
static const char tree_columns[] = "CLASS,RULE,REASON,TODO";

const struct column *column_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < nr_columns; i++)
		if (!strncasecmp(columns[i].name, name, len) && !columns[i].name[len])
			return &columns[i];
	return NULL;
}

static size_t add_list(const char *list, const struct column *chosen[MAX_COLUMNS], size_t n)
{
	while (*list) {
		size_t len = strcspn(list, ", ");

		if (n == MAX_COLUMNS)
			errx(EXIT_ERROR, "too many columns");
		chosen[n] = column_find(list, len);
		if (!chosen[n])
			errx(EXIT_ERROR, "unknown column: %.*s (ckptcheck -H lists them)",
			     (int)len, list);
		n++;
		list += len;
		list += *list ? 1 : 0;
	}
	return n;
}

/**
 * columns_chosen() - the columns to print
 * @opt: argument of -o: NAME,..., or +NAME,... to append; NULL for the default
 * @chosen: filled in
 *
 * Return: their number.
 */
size_t columns_chosen(const struct options *opt, const struct column *chosen[MAX_COLUMNS])
{
	const char *list = opt->columns;
	size_t n = 0;

	if (!list || *list == '+')
		n = add_list(opt->tree ? tree_columns : default_columns, chosen, 0);
	if (list)
		n = add_list(*list == '+' ? list + 1 : list, chosen, n);
	if (!n)
		errx(EXIT_ERROR, "-o wants the name of a column");
	return n;
}

/* Return: text of a cell, for free(); NULL for an empty one. */
char *column_text(const struct column *column, const struct answer *answer,
		  const struct report_record *record)
{
	const struct report_pair *pair;

	if (column->get)
		return column->get(answer, record);
	pair = record_pair(record, column->key);
	return pair ? text_safe(pair->value, pair->len) : NULL;
}
