/* SPDX-License-Identifier: GPL-2.0 */
/* report.h - a report of the module as data; see the parser in report.c. */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/ckptcheck.h>

enum report_state {
	REPORT_OK,
	REPORT_CUT,		/* no line "end" */
	REPORT_MALFORMED,
	REPORT_FORMAT,		/* a format that this program does not know */
	REPORT_NOMEM,
};

/* A value may hold any byte, NUL too; one more NUL follows it. */
struct report_pair {
	const char *key;
	const char *value;
	size_t len;
};

/**
 * struct report_record - one line
 * @word: first word
 * @rule: second word; the format number in the first line, "" in the last one
 * @pairs: key=value, keys are unique
 * @nr_pairs: number of pairs
 * @cls: class that @word names, CKPTCHECK_CLASS_UNKNOWN for a word that is not known
 * @needs: value of needs= or what rules_judge() made of it, NULL if there is none
 * @own_needs: @needs where it was allocated apart
 * @met: option of criu that is given and made @cls what it is, NULL if there is none
 * @hidden: not to be printed
 */
struct report_record {
	const char *word;
	const char *rule;
	struct report_pair *pairs;
	size_t nr_pairs;
	enum ckptcheck_class cls;
	const char *needs;
	char *own_needs;
	char *met;
	bool hidden;
};

/**
 * struct report - all lines, and what is wrong with them
 * @text: memory that all strings live in
 * @head: the first line
 * @records: the lines between the first and the last one
 * @nr: number of @records
 * @line: number of the line that could not be read
 * @why: what is wrong with it
 */
struct report {
	char *text;
	struct report_record head;
	struct report_record *records;
	size_t nr;
	size_t line;
	const char *why;
};

enum report_state report_parse(struct report *report, const char *buf, size_t len);
void report_free(struct report *report);

const struct report_pair *record_pair(const struct report_record *record, const char *key);
const char *record_value(const struct report_record *record, const char *key);
bool record_is(const struct report_record *record, const char *key, const char *value);

#endif
