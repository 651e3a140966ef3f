// SPDX-License-Identifier: GPL-2.0
/*
 * report.c - reads a report: lines of words and key=value pairs.
 *
 * Works on memory alone, so that a fuzzer can be put on report_parse().  It is strict: what the
 * module would never write is refused, because a report that somebody else had a hand in must
 * not pass for a good one.  Tolerated is only what a newer module may add: keys, rules, classes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define MAX_PAIRS	64
#define MAX_WORD	64

/* What is left of one line; @out is where the next string is put, never behind @p. */
struct cursor {
	const char *p;
	const char *end;
	char *out;
};

static bool is_bare(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c && strchr("_./:@,+%[]*=-", c));
}

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* A class, rule or key. Return: the word, or NULL where there is none. */
static const char *take_word(struct cursor *c)
{
	const char *word = c->out, *start = c->p;

	while (c->p < c->end && is_word(*c->p))
		*c->out++ = *c->p++;
	if (c->p == start || c->p - start > MAX_WORD || *start == '-')
		return NULL;
	/* The byte that is overwritten is the blank or "=" behind the word. */
	*c->out++ = '\0';
	return word;
}

/* The byte that an escape stands for, -1 if it is none, or not the one for that byte. */
static int take_escape(struct cursor *c)
{
	int high, low, byte;

	if (c->p == c->end)
		return -1;
	if (*c->p != 'x') {
		byte = *c->p++;
		return byte == 'n' ? '\n' : byte == '"' || byte == '\\' ? byte : -1;
	}
	if (c->end - c->p < 3)
		return -1;
	high = hex_digit(c->p[1]);
	low = hex_digit(c->p[2]);
	if (high < 0 || low < 0)
		return -1;
	c->p += 3;
	byte = high << 4 | low;
	return byte == '\n' || (byte >= 0x20 && byte <= 0x7e) ? -1 : byte;
}

static const char *take_quoted(struct cursor *c)
{
	bool needed = c->end - c->p > 1 && c->p[1] == '"';

	for (c->p++; c->p < c->end && *c->p != '"'; ) {
		int byte = (unsigned char)*c->p++;

		if (byte < 0x20 || byte > 0x7e)
			return "a byte that must be escaped";
		needed = needed || !is_bare(byte);
		if (byte == '\\') {
			byte = take_escape(c);
			if (byte < 0)
				return "an escape that is none";
		}
		*c->out++ = byte;
	}
	if (c->p == c->end)
		return "a quote that is not closed";
	c->p++;
	return needed ? NULL : "quotes that are not needed";
}

static const char *take_value(struct cursor *c, struct report_pair *pair)
{
	const char *why = NULL;

	pair->value = c->out;
	if (c->p < c->end && *c->p == '"') {
		why = take_quoted(c);
	} else {
		while (c->p < c->end && is_bare(*c->p))
			*c->out++ = *c->p++;
		if (c->out == pair->value)
			why = "a key without a value";
	}
	if (!why && c->p < c->end && *c->p != ' ')
		why = "a byte that must be quoted";
	pair->len = c->out - pair->value;
	return why;
}

static const char *take_pair(struct cursor *c, struct report_pair *pairs, size_t nr)
{
	struct report_pair *pair = &pairs[nr];
	const char *why;
	size_t i;

	if (nr == MAX_PAIRS)
		return "too many keys";
	pair->key = take_word(c);
	if (!pair->key)
		return "no key where one must be";
	if (c->p == c->end || *c->p++ != '=')
		return "a key without a value";
	for (i = 0; i < nr; i++)
		if (!strcmp(pairs[i].key, pair->key))
			return "a key that stands there twice";
	why = take_value(c, pair);
	/* Reading has left the blank or the end of line behind: there is room for the NUL. */
	*c->out++ = '\0';
	return why;
}

/* Return: what is wrong, NULL if nothing is. ENOMEM is told through errno. */
static const char *parse_pairs(struct cursor *c, struct report_record *record)
{
	struct report_pair pairs[MAX_PAIRS];
	size_t nr = 0;
	const char *why;

	while (c->p < c->end) {
		if (*c->p++ != ' ')
			return "no blank where one must be";
		why = take_pair(c, pairs, nr);
		if (why)
			return why;
		nr++;
	}
	if (!nr)
		return "no keys";
	record->pairs = malloc(nr * sizeof(*pairs));
	if (!record->pairs) {
		errno = ENOMEM;
		return "not enough memory";
	}
	memcpy(record->pairs, pairs, nr * sizeof(*pairs));
	record->nr_pairs = nr;
	return NULL;
}

static const char *parse_line(struct cursor *c, struct report_record *record)
{
	*record = (struct report_record){ .rule = "" };
	record->word = take_word(c);
	if (!record->word)
		return "no class";
	if (strcmp(record->word, "end")) {
		if (c->p == c->end || *c->p++ != ' ')
			return "no rule";
		record->rule = take_word(c);
		if (!record->rule)
			return "no rule";
	}
	return parse_pairs(c, record);
}

static enum ckptcheck_class class_of(const char *word)
{
	static const char * const names[] = CKPTCHECK_CLASS_NAMES;
	int i;

	for (i = 0; i < CKPTCHECK_NR_CLASSES; i++)
		if (!strcmp(word, names[i]))
			return i;
	return CKPTCHECK_CLASS_UNKNOWN;
}

const struct report_pair *record_pair(const struct report_record *record, const char *key)
{
	size_t i;

	for (i = 0; i < record->nr_pairs; i++)
		if (!strcmp(record->pairs[i].key, key))
			return &record->pairs[i];
	return NULL;
}

const char *record_value(const struct report_record *record, const char *key)
{
	const struct report_pair *pair = record_pair(record, key);

	return pair ? pair->value : NULL;
}

bool record_is(const struct report_record *record, const char *key, const char *value)
{
	const char *is = record_value(record, key);

	return is && !strcmp(is, value);
}

static enum report_state add_record(struct report *report, const struct report_record *record)
{
	struct report_record *records = report->records;

	/* Room for twice as many whenever the number reaches a power of two. */
	if (!(report->nr & (report->nr - 1))) {
		records = realloc(records, (report->nr ? report->nr * 2 : 1) * sizeof(*records));
		if (!records)
			return REPORT_NOMEM;
		report->records = records;
	}
	records[report->nr] = *record;
	records[report->nr].cls = class_of(record->word);
	records[report->nr].needs = record_value(record, CKPTCHECK_KEY_NEEDS);
	report->nr++;
	return REPORT_OK;
}

static enum report_state wrong(struct report *report, const char *why)
{
	report->why = why;
	return REPORT_MALFORMED;
}

/* Return: a number as the module prints it, without a sign or zeros before it; -1 if it is none. */
static long long number_of(const char *text)
{
	long long number;
	char *end;

	if (*text < '0' || *text > '9' || (*text == '0' && text[1]))
		return -1;
	number = strtoll(text, &end, 10);
	return *end ? -1 : number;
}

/* The first line. */
static enum report_state begin(struct report *report, const struct report_record *record)
{
	long long format;

	report->head = *record;
	if (strcmp(record->word, "ckptcheck"))
		return wrong(report, "not a report of ckptcheck");
	format = number_of(record->rule);
	if (format < 1)
		return wrong(report, "no format number");
	if (format != CKPTCHECK_FORMAT)
		return REPORT_FORMAT;
	return REPORT_OK;
}

/* The line "end": it must be the last one and know how many there were. */
static enum report_state finish(struct report *report, const struct report_record *record,
				bool last)
{
	const struct report_pair *pair = record_pair(record, CKPTCHECK_KEY_FINDINGS);

	if (!last)
		return wrong(report, "lines behind the end");
	if (!pair || pair->len != strlen(pair->value) ||
	    number_of(pair->value) != (long long)report->nr)
		return wrong(report, "the number of findings is not that of the lines");
	return REPORT_OK;
}

/*
 * A line is taken apart where it is copied to, never longer than it was: each string gets one
 * NUL for the blank, "=" or newline behind it, quotes and escapes only shrink.
 */
static enum report_state parse_lines(struct report *report, const char *p, const char *end)
{
	char *out = report->text;

	for (report->line = 1; p < end; report->line++) {
		const char *nl = memchr(p, '\n', end - p);
		struct cursor c = { .p = p, .end = nl, .out = out };
		struct report_record record;
		enum report_state state;
		bool is_end;

		if (!nl)
			return REPORT_CUT;
		errno = 0;
		report->why = parse_line(&c, &record);
		if (report->why)
			return errno == ENOMEM ? REPORT_NOMEM : REPORT_MALFORMED;
		out = c.out;
		p = nl + 1;
		is_end = !strcmp(record.word, "end");
		if (report->line == 1)
			state = begin(report, &record);
		else if (is_end)
			state = finish(report, &record, p == end);
		else if (!strcmp(record.word, "ckptcheck"))
			state = wrong(report, "a second first line");
		else
			state = add_record(report, &record);
		if (report->line != 1 && (is_end || state))
			free(record.pairs);
		if (is_end || state)
			return state;
	}
	return REPORT_CUT;
}

/**
 * report_parse() - take a report apart
 * @report: filled in; report_free() is due whatever the result
 * @buf: text, not changed, need not end in NUL
 * @len: its length
 *
 * Return: REPORT_OK, or what is wrong; @report says more then.
 */
enum report_state report_parse(struct report *report, const char *buf, size_t len)
{
	*report = (struct report){ .line = 1 };
	report->text = malloc(len + 1);
	if (!report->text)
		return REPORT_NOMEM;
	return parse_lines(report, buf, buf + len);
}

void report_free(struct report *report)
{
	size_t i;

	for (i = 0; i < report->nr; i++) {
		free(report->records[i].pairs);
		free(report->records[i].own_needs);
		free(report->records[i].met);
	}
	free(report->records);
	free(report->head.pairs);
	free(report->text);
	*report = (struct report){ 0 };
}
