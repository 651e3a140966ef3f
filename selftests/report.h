/* SPDX-License-Identifier: GPL-2.0 */
/* report.h - reads reports and takes them apart, strictly. */
#ifndef _REPORT_H
#define _REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "ckptcheck.h"

#ifndef REPORT_KEYS
#define REPORT_KEYS	24
#endif

/* One line: @word[0] and @word[1], then @nr keys whose values are decoded, and may hold NULs. */
struct record {
	char *word[2];
	int nr;
	char *key[REPORT_KEYS];
	char *value[REPORT_KEYS];
	size_t len[REPORT_KEYS];
};

/**
 * struct report - a report that was read
 * @error: errno of the open or the read, 0 if none
 * @text: what was read
 * @len: its length
 * @wrong: what is wrong with its grammar, NULL if nothing
 * @head: first line
 * @end: last line
 * @nr: number of findings
 * @find: the findings
 */
struct report {
	int error;
	char *text;
	size_t len;
	const char *wrong;
	struct record head;
	struct record end;
	int nr;
	struct record *find;
	char *parsed;
};

/* Reads the rest of an open file. Return: 0, or errno. */
int report_slurp(int fd, char **text, size_t *len);
/* Takes @r->text apart; sets @r->wrong. */
void report_parse(struct report *r);
void report_free(struct report *r);

/* Opens a report. Return: descriptor, or -1 with errno. */
int report_open(pid_t pid);
/* Reads and parses a report that is open, from offset 0. */
void report_read_fd(int fd, struct report *r);
/* The same for a process, as the caller; @target is a CRIU version, 0 for the default. */
void report_read(pid_t pid, unsigned int target, struct report *r);
/* The same with an info record for each object. */
void report_read_each(pid_t pid, unsigned int target, struct report *r);
/* The same as another user. */
void report_read_as(uid_t uid, pid_t pid, struct report *r);

/* Value of a key, NULL if it has none. */
const char *record_get(const struct record *rec, const char *key);
/* The same where it may hold NULs. */
const char *record_bytes(const struct record *rec, const char *key, size_t *len);
long record_num(const struct record *rec, const char *key);
/* Whether all the key=value of @keys (separated by blanks) but case= are in the record. */
bool record_has_all(const struct record *rec, const char *keys);
/* First finding of a rule, NULL if none. */
const struct record *report_find(const struct report *r, const char *rule);
int report_count(const struct report *r, const char *rule);

#endif
