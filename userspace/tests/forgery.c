// SPDX-License-Identifier: GPL-2.0
/*
 * forgery.c - no accepted forgery: a report that the tool's parser accepts must be, byte for
 * byte, what the module would write of the same records; so nothing inside of a value can have
 * been taken for a record. The parser of the selftests, which shares no line with it, must
 * accept the same reports.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../report.h"
#include "forgery.h"

void written_bytes(struct written *w, const char *bytes, size_t len)
{
	if (w->differs || (size_t)(w->end - w->p) < len || memcmp(w->p, bytes, len))
		w->differs = true;
	else
		w->p += len;
}

static void written_text(struct written *w, const char *text)
{
	written_bytes(w, text, strlen(text));
}

void written_words(struct written *w, const char *word, const char *rule)
{
	written_text(w, word);
	if (!rule || !*rule)
		return;
	written_text(w, " ");
	written_text(w, rule);
}

static bool is_bare(const char *value, size_t len)
{
	static const char marks[] = "_./:@,+%[]*=-";
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = value[i];

		if (!(c < 0x80 && isalnum(c)) && !memchr(marks, c, sizeof(marks) - 1))
			return false;
	}
	return len;
}

void written_pair(struct written *w, const char *key, const char *value, size_t len)
{
	char escaped[8];
	size_t i;

	written_text(w, " ");
	written_text(w, key);
	written_text(w, "=");
	if (is_bare(value, len)) {
		written_bytes(w, value, len);
		return;
	}
	written_text(w, "\"");
	for (i = 0; i < len; i++) {
		unsigned char c = value[i];

		if (c == '"' || c == '\\')
			snprintf(escaped, sizeof(escaped), "\\%c", c);
		else if (c == '\n')
			snprintf(escaped, sizeof(escaped), "\\n");
		else if (c >= 0x20 && c < 0x7f)
			snprintf(escaped, sizeof(escaped), "%c", c);
		else
			snprintf(escaped, sizeof(escaped), "\\x%02x", c);
		written_text(w, escaped);
	}
	written_text(w, "\"");
}

static void written_record(struct written *w, const struct report_record *record)
{
	size_t i;

	written_words(w, record->word, record->rule);
	for (i = 0; i < record->nr_pairs; i++)
		written_pair(w, record->pairs[i].key, record->pairs[i].value,
			     record->pairs[i].len);
	written_text(w, "\n");
}

/* Of the last line the tool keeps nothing: strict_check() looks at what else stands there. */
static bool is_written_so(const struct report *report, const char *data, size_t size)
{
	struct written w = { .p = data, .end = data + size };
	char end[64];
	size_t i;

	written_record(&w, &report->head);
	for (i = 0; i < report->nr; i++)
		written_record(&w, &report->records[i]);
	if (w.differs || memchr(w.p, '\n', w.end - w.p) != w.end - 1)
		return false;
	snprintf(end, sizeof(end), "findings=%zu", report->nr);
	written_text(&w, "end ");
	return !w.differs && memmem(w.p, w.end - w.p, end, strlen(end));
}

static void must(bool holds, const char *what, const char *data, size_t size)
{
	if (holds)
		return;
	fprintf(stderr, "%s:\n", what);
	fwrite(data, 1, size, stderr);
	abort();
}

bool forgery_check(const char *data, size_t size)
{
	/* Of exactly that size, so that a byte read too much is seen. */
	char *copy = malloc(size ? size : 1);
	enum strict_answer strict;
	struct report report;
	bool accepted;

	memcpy(copy, data, size);
	accepted = report_parse(&report, copy, size) == REPORT_OK;
	free(copy);
	must(accepted || report.why || report.line, "refused without a reason", data, size);
	must(!accepted || is_written_so(&report, data, size),
	     "accepted, but the module would not write it so", data, size);
	report_free(&report);
	strict = strict_check(data, size);
	must(strict != STRICT_DIFFERS, "accepted by the selftests, but the module would not write "
	     "it so", data, size);
	must(!accepted || strict, "accepted, but not by the selftests", data, size);
	must(accepted || !strict, "accepted by the selftests alone", data, size);
	return accepted;
}
