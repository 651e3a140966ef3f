// SPDX-License-Identifier: GPL-2.0
/* criumet.c - findings judged with options of criu in force: what is given is needed no more. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ckptcheck.h>

#include "criu.h"
#include "text.h"
#include "tool.h"

/* An option that no needs= names, and what it makes of a finding. */
struct relief {
	const char *rule;
	__u32 since;
	const char *option;
	enum ckptcheck_class cls;
};

static const struct relief reliefs[] = {
#define CRIU_OPTION(name, letter, argument, major, minor, match)
#define CRIU_RELIEF(rule, major, minor, option, cls) \
	{ rule, CKPTCHECK_VERSION(major, minor, 0), option, CKPTCHECK_CLASS_##cls },
#include "criu_options.def"
#undef CRIU_OPTION
#undef CRIU_RELIEF
};

/* Kinds of --external that came later than the option. */
static const struct {
	const char *kind;
	__u32 since;
} late_kinds[] = {
	{ "unix[", CKPTCHECK_VERSION(2, 8, 0) },
	{ "net[", CKPTCHECK_VERSION(3, 11, 0) },
	{ "pid[", CKPTCHECK_VERSION(3, 15, 0) },
};

/**
 * struct need - one option that would do
 * @option: row of the table
 * @arg: its argument; up to the "*", if there is one
 * @rest: what comes behind the "*", NULL if there is none
 */
struct need {
	const struct criu_option *option;
	char *arg;
	char *rest;
};

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool ends(const char *text, const char *with)
{
	size_t len = strlen(text), n = strlen(with);

	return len >= n && !strcmp(text + len - n, with);
}

/* As criu reads it: a letter anywhere. */
static unsigned long long bytes(const char *text)
{
	unsigned long long n = strtoull(text, NULL, 10);

	return strchr(text, 'K') ? n << 10 : strchr(text, 'M') ? n << 20 :
	       strchr(text, 'G') ? n << 30 : n;
}

/* "/a//b/" is "/a/b". With @below, it may be above @path as well. */
static bool same_path(const char *given, const char *path, bool below)
{
	for (;;) {
		size_t m, n;

		given += strspn(given, "/");
		path += strspn(path, "/");
		if (!*given)
			return below || !*path;
		m = strcspn(given, "/");
		n = strcspn(path, "/");
		if (m != n || memcmp(given, path, n))
			return false;
		given += m;
		path += n;
	}
}

/* Whether @word is one of those in @list, which are separated by commas. */
static bool in_list(const char *list, const char *word)
{
	size_t len = strlen(word), n;

	for (; *list; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (n == len && !memcmp(list, word, n))
			return true;
	}
	return false;
}

/*
 * mnt[PATH]:KEY, net[INO]:KEY and pid[INO]:KEY may have any key, but must have one; the others
 * have none.
 */
static bool same_resource(const char *given, const char *wanted)
{
	const char *end = strstr(wanted, "]:");
	size_t len;

	if (!end)
		return !strcmp(given, wanted);
	/* A mount point may hold "]:", but here the key is the mount point once more. */
	len = starts(wanted, "mnt[") ? 5 + (strlen(wanted) - 6) / 2 : (size_t)(end + 1 - wanted);
	return !strncmp(given, wanted, len) && given[len] == ':';
}

/* Whether the CRIU judged for does not have it. */
static bool is_late(const struct criu_given *given, __u32 target)
{
	size_t i;

	if (given->option->since > target)
		return true;
	if (given->option->match != CRIU_RESOURCE)
		return false;
	for (i = 0; i < sizeof(late_kinds) / sizeof(*late_kinds); i++)
		if (starts(given->arg, late_kinds[i].kind))
			return late_kinds[i].since > target;
	return false;
}

static bool arg_matches(const struct criu_given *given, const struct need *need)
{
	if (need->rest)
		return starts(given->arg, need->arg) &&
		       ends(given->arg + strlen(need->arg), need->rest);
	switch (given->option->match) {
	case CRIU_EQUAL:
		return !strcmp(given->arg, need->arg);
	case CRIU_PATH:
		return same_path(given->arg, need->arg, false);
	case CRIU_BELOW:
		return same_path(given->arg, need->arg, true);
	case CRIU_SIZE:
		return bytes(given->arg) >= bytes(need->arg);
	case CRIU_LIST:
		return in_list(given->arg, need->arg) || in_list(given->arg, "all");
	case CRIU_INODES:
		return !*need->arg || (given->arg && in_list(given->arg, need->arg));
	case CRIU_RESOURCE:
		return same_resource(given->arg, need->arg);
	default:
		return true;
	}
}

/* --ext-unix-sk=INO and --external unix[INO] are the same, where criu has both. */
static bool is_same_socket(const struct criu_given *given, const struct need *need)
{
	char *wanted;
	bool same;

	if (given->option->match == CRIU_INODES && need->option->match == CRIU_RESOURCE) {
		if (!given->arg || !starts(need->arg, "unix["))
			return false;
		wanted = xasprintf("%.*s", (int)strcspn(need->arg + 5, "]"), need->arg + 5);
		same = in_list(given->arg, wanted);
	} else if (given->option->match == CRIU_RESOURCE && need->option->match == CRIU_INODES) {
		wanted = xasprintf("unix[%s]", need->arg);
		same = *need->arg && !strcmp(given->arg, wanted);
	} else {
		return false;
	}
	free(wanted);
	return same;
}

/* Return: the option that is given and meets the need, NULL if there is none. */
static const struct criu_given *find(const struct criu_line *line, __u32 target,
				     const struct need *need)
{
	enum criu_match match = need->option->match;
	size_t i;

	for (i = line->nr; i-- > 0;) {
		const struct criu_given *given = &line->given[i];

		if (is_late(given, target))
			continue;
		if (given->option == need->option && !given->off && arg_matches(given, need))
			return given;
		/* Of these, the last one is what counts. */
		if (given->option == need->option && (match == CRIU_FLAG || match == CRIU_SIZE))
			return NULL;
		if (is_same_socket(given, need))
			return given;
	}
	return NULL;
}

/* Takes "--name argument" or "--name=argument". Return: whether there is such an option. */
static bool need_parse(struct need *need, const char *text, size_t len)
{
	size_t name, i;

	if (len < 3 || !starts(text, "--"))
		return false;
	text += 2;
	len -= 2;
	for (name = 0; name < len && text[name] != ' ' && text[name] != '='; name++)
		;
	for (i = 0; i < criu_nr_options; i++)
		if (strlen(criu_options[i].name) == name &&
		    !memcmp(criu_options[i].name, text, name))
			break;
	if (i == criu_nr_options)
		return false;
	need->option = &criu_options[i];
	name += name < len;
	need->arg = xasprintf("%.*s", (int)(len - name), text + name);
	need->rest = NULL;
	return true;
}

static const struct criu_given *find_need(const struct criu_line *line, __u32 target,
					  const char *needs)
{
	const struct criu_given *given = NULL;
	struct need need;
	size_t len;

	for (; needs && *needs && !given; needs += len + (needs[len] == '|')) {
		len = needs_length(needs);
		if (!need_parse(&need, needs, len))
			continue;
		given = find(line, target, &need);
		free(need.arg);
	}
	return given;
}

static const struct criu_given *find_relief(const struct criu_line *line, __u32 target,
					    const struct relief *relief,
					    const struct report_record *record)
{
	const struct criu_given *given = NULL;
	const char *star = strchr(relief->option, '*');
	char *head = xasprintf("%.*s", (int)strcspn(relief->option, "*"), relief->option);
	char *text = rules_needs(head, record);
	char *rest = star ? rules_needs(star + 1, record) : NULL;
	struct need need;

	if (text && (!star || rest) && need_parse(&need, text, strlen(text))) {
		need.rest = rest;
		given = find(line, target, &need);
		free(need.arg);
	}
	free(head);
	free(text);
	free(rest);
	return given;
}

static void set_met(struct report_record *record, const struct criu_given *given,
		    enum ckptcheck_class cls)
{
	const char *separator = given->option->argument == CRIU_OPTIONAL ? "=" : " ";

	record->cls = cls;
	record->met = xasprintf("--%s%s%s", given->option->name, given->arg ? separator : "",
				given->arg ? given->arg : "");
}

/* The first version that takes an engine's word that the masters of ptys are outside. */
#define ORPHAN_PTYS_SINCE	CKPTCHECK_VERSION(3, 11, 0)

static bool is_orphan_pty(const struct criu_line *line, __u32 target,
			  const struct report_record *record)
{
	static const char * const rules[] = { "tty-slave-unpaired", "mnt-devpts-no-master" };
	size_t i;

	if (!line->orphan_ptys || target < ORPHAN_PTYS_SINCE)
		return false;
	for (i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (!strcmp(record->rule, rules[i]))
			return true;
	return false;
}

static void judge(const struct criu_line *line, __u32 target, struct report_record *record)
{
	const struct criu_given *given;
	size_t i;

	if (record->cls == CKPTCHECK_CLASS_OPTION) {
		given = find_need(line, target, record->needs);
		if (given) {
			set_met(record, given, CKPTCHECK_CLASS_INFO);
			return;
		}
		if (is_orphan_pty(line, target, record)) {
			record->cls = CKPTCHECK_CLASS_INFO;
			record->met = xasprintf("orphan_pts_master");
			return;
		}
	}
	if (record->cls == CKPTCHECK_CLASS_INFO)
		return;
	for (i = 0; i < sizeof(reliefs) / sizeof(*reliefs); i++) {
		if (strcmp(reliefs[i].rule, record->rule) || reliefs[i].since > target)
			continue;
		/* The engine may have given that option. */
		if (criu_line_has_unseen(line) && record->cls == CKPTCHECK_CLASS_BLOCKER)
			record->cls = CKPTCHECK_CLASS_UNKNOWN;
		given = find_relief(line, target, &reliefs[i], record);
		if (given) {
			set_met(record, given, reliefs[i].cls);
			return;
		}
	}
}

/* --shell-job stands for the master of one pty, whichever is left. */
static void judge_ptys(const struct criu_line *line, __u32 target, struct report *report)
{
	const struct criu_given *given = find_need(line, target, "--shell-job");
	const char *left = NULL, *index;
	size_t i, j;

	for (i = 0; given && i < report->nr; i++) {
		struct report_record *record = &report->records[i];

		if (strcmp(record->rule, "tty-slave-unpaired-multi") ||
		    record->cls != CKPTCHECK_CLASS_OPTION)
			continue;
		index = record_value(record, "index");
		if (!index || (left && strcmp(left, index)))
			return;
		left = index;
	}
	for (j = 0; left && j < report->nr; j++)
		if (!strcmp(report->records[j].rule, "tty-slave-unpaired-multi") &&
		    report->records[j].cls == CKPTCHECK_CLASS_OPTION)
			set_met(&report->records[j], given, CKPTCHECK_CLASS_INFO);
}

/**
 * criu_judge() - judge findings with the options that are in force
 * @line: those options
 * @answer: its records are changed: what an option meets is "info"
 */
void criu_judge(const struct criu_line *line, struct answer *answer)
{
	__u32 target = answer->target ? answer->target : CKPTCHECK_TARGET_NEWEST;
	char version[TARGET_STRLEN], since[TARGET_STRLEN];
	size_t i;

	for (i = 0; i < line->nr; i++)
		if (line->given[i].option->since > target)
			warnx("CRIU %s has no option --%s, which came with %s",
			      target_print(version, target), line->given[i].option->name,
			      target_print(since, line->given[i].option->since));
	for (i = 0; i < answer->report.nr; i++)
		judge(line, target, &answer->report.records[i]);
	judge_ptys(line, target, &answer->report);
}
