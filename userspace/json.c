// SPDX-License-Identifier: GPL-2.0
/*
 * json.c - answers as one JSON document.
 *
 * libsmartcols writes JSON of tables: every object of an array has the same members.  The keys
 * of findings differ and findings are an array inside an object, hence this small writer.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "all.h"
#include "columns.h"
#include "text.h"
#include "tree.h"
#include "ways.h"
#include "words.h"

static const char * const number_keys[] = {
	CKPTCHECK_KEY_PID, CKPTCHECK_KEY_TID, CKPTCHECK_KEY_FD, CKPTCHECK_KEY_INO,
	CKPTCHECK_KEY_PEER_PID, CKPTCHECK_KEY_COUNT, CKPTCHECK_KEY_PROCESSES,
	CKPTCHECK_KEY_THREADS, CKPTCHECK_KEY_FILES, CKPTCHECK_KEY_VMAS, "pending", "family",
	"index", "st-rdev", "st-dev",
	"proto", "tracer-pid", "with-pid", "child-pid", "target-pid", "owner", "sid", "uid",
	"bytes", "len", "size", "nlink", "mnt", "peer", "packets", "clock", "start", "end",
	"outside", "fds",
	CKPTCHECK_KEY_QUEUE,
};

/* Members that are not keys of the report: a key of that name is left out. */
static const char * const own_members[] = { "class", "rule", "met", "summary", "todo", "findings",
					    "error", "hint", "tree" };

static bool is_in(const char * const list[], size_t n, const char *key)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(list[i], key))
			return true;
	return false;
}

static bool is_number_key(const char *key)
{
	return is_in(number_keys, sizeof(number_keys) / sizeof(*number_keys), key);
}

static bool is_own_member(const char *key)
{
	return is_in(own_members, sizeof(own_members) / sizeof(*own_members), key);
}

/* What JSON takes as a number: digits, no leading zero. */
static bool is_number(const char *value, size_t len)
{
	size_t minus = *value == '-';

	return len > minus && strspn(value + minus, "0123456789") == len - minus &&
	       (value[minus] != '0' || len == minus + 1);
}

/* Bytes that are not UTF-8 become U+FFFD: JSON has no way to hold them. */
static void put_string(const char *p, size_t len)
{
	fputc('"', stdout);
	while (len) {
		__u32 code;
		size_t n = utf8_next(p, len, &code);

		if (!n)
			fputs("\\ufffd", stdout);
		else if (code == '"' || code == '\\')
			printf("\\%c", code);
		else if (code < 0x20 || (code >= 0x7f && code < 0xa0))
			printf("\\u%04x", code);
		else
			fwrite(p, 1, n, stdout);
		n = n ? n : 1;
		p += n;
		len -= n;
	}
	fputc('"', stdout);
}

static void put_name(const char *name, const char **separator)
{
	printf("%s", *separator);
	put_string(name, strlen(name));
	fputs(": ", stdout);
	*separator = ", ";
}

static void put_text(const char *name, const char *text, const char **separator)
{
	put_name(name, separator);
	if (text)
		put_string(text, strlen(text));
	else
		fputs("null", stdout);
}

static void put_number(const char *name, size_t number, const char **separator)
{
	put_name(name, separator);
	printf("%zu", number);
}

/* needs= is an array of alternatives. */
static void put_needs(const char *needs, const char **separator)
{
	const char *comma = "";

	put_name(CKPTCHECK_KEY_NEEDS, separator);
	fputc('[', stdout);
	while (needs && *needs) {
		size_t len = needs_length(needs);

		fputs(comma, stdout);
		put_string(needs, len);
		comma = ", ";
		needs += len + (needs[len] == '|');
	}
	fputc(']', stdout);
}

static void put_value(const struct report_pair *pair)
{
	if (is_number_key(pair->key) && is_number(pair->value, pair->len))
		fwrite(pair->value, 1, pair->len, stdout);
	else if (!strcmp(pair->key, CKPTCHECK_KEY_TRANSIENT) ||
		 !strcmp(pair->key, CKPTCHECK_KEY_COMPLETE))
		fputs(strcmp(pair->value, "yes") ? "false" : "true", stdout);
	else
		put_string(pair->value, pair->len);
}

static void put_pair(const struct report_pair *pair, const char **separator)
{
	put_name(pair->key, separator);
	put_value(pair);
}

/* A finding with all that is known of it. */
static void put_finding(const struct answer *answer, const struct report_record *record)
{
	char *todo = words_todo(answer, record);
	const char *separator = "{";
	size_t i;

	put_text("class", class_name(record->cls), &separator);
	put_text("rule", record->rule, &separator);
	for (i = 0; i < record->nr_pairs; i++) {
		const char *key = record->pairs[i].key;

		if (strcmp(key, CKPTCHECK_KEY_NEEDS) && !is_own_member(key))
			put_pair(&record->pairs[i], &separator);
	}
	if (record->needs)
		put_needs(record->needs, &separator);
	if (record->met)
		put_text("met", record->met, &separator);
	put_text("summary", words_summary(record), &separator);
	put_text("todo", todo, &separator);
	fputc('}', stdout);
	free(todo);
}

/* One column of -o, by its name in small letters. */
static void put_column(const struct answer *answer, const struct report_record *record,
		       const struct column *column, const char **separator)
{
	const struct report_pair *pair = column->key ? record_pair(record, column->key) : NULL;
	char *text = pair ? NULL : column_text(column, answer, record), *p;
	char *name = xasprintf("%s", column->name);

	for (p = name; *p; p++)
		*p = tolower(*p);
	if (!strcmp(name, CKPTCHECK_KEY_NEEDS)) {
		put_needs(record->needs, separator);
	} else if (pair) {
		put_name(name, separator);
		put_value(pair);
	} else if (text && column->number) {
		put_name(name, separator);
		fputs(text, stdout);
	} else {
		put_text(name, text, separator);
	}
	free(name);
	free(text);
}

static void put_columns(const struct answer *answer, const struct report_record *record,
			const struct column * const chosen[], size_t n)
{
	const char *separator = "{";
	size_t i;

	for (i = 0; i < n; i++)
		put_column(answer, record, chosen[i], &separator);
	fputc('}', stdout);
}

static void put_findings(const struct options *opt, const struct answer *answer,
			 const struct tree *tree, size_t member)
{
	const struct column *chosen[MAX_COLUMNS];
	size_t n = opt->columns ? columns_chosen(opt, chosen) : 0, i;
	const char *separator = "\n         ";

	for (i = 0; i < answer->report.nr; i++) {
		const struct report_record *record = &answer->report.records[i];

		if (record->hidden || (tree && tree->owners[i] != member))
			continue;
		fputs(separator, stdout);
		if (opt->columns)
			put_columns(answer, record, chosen, n);
		else
			put_finding(answer, record);
		separator = ",\n         ";
	}
}

static void put_member(const struct options *opt, const struct answer *answer,
		       const struct tree *tree, size_t number)
{
	const struct member *member = &tree->members[number];
	const char *separator = "{";
	size_t i;

	put_number(CKPTCHECK_KEY_PID, member->process.pid, &separator);
	put_text(CKPTCHECK_KEY_COMM, *member->process.comm ? member->process.comm : NULL,
		 &separator);
	put_text(CKPTCHECK_KEY_VERDICT, verdict_name(member->verdict), &separator);
	put_name("findings", &separator);
	fputc('[', stdout);
	put_findings(opt, answer, tree, number);
	fputs("]", stdout);
	put_name("children", &separator);
	fputc('[', stdout);
	for (separator = "\n      ", i = number + 1; i < tree->nr; i++) {
		if (tree->members[i].parent != number)
			continue;
		fputs(separator, stdout);
		put_member(opt, answer, tree, i);
		separator = ",\n      ";
	}
	fputs("]}", stdout);
}

static void put_answer(const struct options *opt, const struct answer *answer)
{
	const struct report_record *head = &answer->report.head;
	const char *separator = "{";
	struct tree tree;
	size_t i;

	if (answer->way)
		put_text(way_name(answer->way), answer->way->text, &separator);
	if (answer->error) {
		put_name(CKPTCHECK_KEY_PID, &separator);
		printf("%d", answer->pid);
		put_text("error", answer->error, &separator);
		if (answer->hint)
			put_text("hint", answer->hint, &separator);
		fputc('}', stdout);
		return;
	}
	for (i = 0; i < head->nr_pairs; i++) {
		const char *key = head->pairs[i].key;
		char target[TARGET_STRLEN];

		if (!strcmp(key, CKPTCHECK_KEY_TARGET) && answer->target)
			put_text(key, target_print(target, answer->target), &separator);
		else if (!strcmp(key, CKPTCHECK_KEY_VERDICT))
			put_text(key, verdict_name(answer->verdict), &separator);
		else if (!is_own_member(key))
			put_pair(&head->pairs[i], &separator);
	}
	if (opt->tree) {
		put_name("tree", &separator);
		tree_build(opt, answer, &tree);
		put_member(opt, answer, &tree, 0);
		tree_free(&tree);
		fputc('}', stdout);
		return;
	}
	put_name("findings", &separator);
	fputc('[', stdout);
	put_findings(opt, answer, NULL, 0);
	fputs("\n      ]}", stdout);
}

/**
 * json_print() - all answers
 * @opt: how
 * @answers: answers
 * @nr: their number
 */
void json_print(const struct options *opt, const struct answer *answers, size_t nr)
{
	size_t i;

	fputs("{\n   \"ckptcheck\": [\n", stdout);
	for (i = 0; i < nr; i++) {
		fputs("      ", stdout);
		put_answer(opt, &answers[i]);
		fputs(i + 1 < nr ? ",\n" : "\n", stdout);
	}
	fputs("   ]\n}\n", stdout);
}

static void put_rule(const struct rule_count *rule)
{
	const struct report_pair *comm = record_pair(&rule->example->report.head,
						     CKPTCHECK_KEY_COMM);
	const char *separator = "{";

	put_text("rule", rule->name, &separator);
	put_text("class", class_name(rule->cls), &separator);
	put_number("processes", rule->processes, &separator);
	put_number("example", answer_root(rule->example), &separator);
	if (comm)
		put_pair(comm, &separator);
	put_text("summary", words_rule(rule->name), &separator);
	fputc('}', stdout);
}

/* What --all prints. */
void json_print_summary(const struct summary *summary)
{
	const char *separator = "{\n   \"summary\": {";
	char target[TARGET_STRLEN];
	size_t i;

	put_number("processes", summary->processes, &separator);
	if (summary->last && summary->last->target)
		put_text("target", target_print(target, summary->last->target), &separator);
	put_number("kernel-threads", summary->kthreads, &separator);
	put_number("not-inspected", summary->refused, &separator);
	put_number("incomplete", summary->incomplete, &separator);
	put_number("not-read", summary->unread, &separator);
	put_name("verdicts", &separator);
	separator = "{";
	for (i = 0; i < CKPTCHECK_NR_CLASSES; i++)
		put_number(verdict_name(i), summary->verdicts[i], &separator);
	fputs("}, \"rules\": [", stdout);
	for (i = 0; i < summary->nr_rules; i++) {
		fputs(i ? ",\n      " : "\n      ", stdout);
		put_rule(&summary->rules[i]);
	}
	fputs("\n   ]}\n}\n", stdout);
}
