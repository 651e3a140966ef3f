// SPDX-License-Identifier: GPL-2.0
/* words.c - what a record is about, why it stands there, and what to do: in words. */
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "words.h"

/* Keys that name the object or stand in a column of their own: not repeated as a detail. */
static const char * const shown_elsewhere[] = {
	CKPTCHECK_KEY_PID, CKPTCHECK_KEY_TID, CKPTCHECK_KEY_COMM, CKPTCHECK_KEY_FD,
	CKPTCHECK_KEY_VMA, CKPTCHECK_KEY_DEV, CKPTCHECK_KEY_INO, CKPTCHECK_KEY_NEEDS,
	CKPTCHECK_KEY_TRANSIENT, CKPTCHECK_KEY_PEER_COMM, CKPTCHECK_KEY_COUNT, CKPTCHECK_KEY_VIA,
	"raddr",
};

/* How a key is put; keys that are not here read key=value. The %s is the value. */
static const struct {
	const char *key;
	const char *before;
	const char *after;
} phrases[] = {
	{ CKPTCHECK_KEY_PATH, "", "" },
	{ "name", "", "" },
	{ "laddr", "", "" },
	{ "driver", "driver ", "" },
	{ CKPTCHECK_KEY_RDEV, "device ", "" },
	{ "kind", "", "" },
	{ "family", "address family ", "" },
	{ "proto", "protocol ", "" },
	{ "pending", "", " pending" },
	{ "peer", "peer's inode ", "" },
	{ CKPTCHECK_KEY_PEER_PID, "peer ", "" },
	{ "tracer-pid", "traced by ", "" },
	{ CKPTCHECK_KEY_QUEUE, "socket's inode ", "" },
	{ "outside", "", " outside" },
	{ "fds", "", " descriptors" },
};

const char *words_rule(const char *name)
{
	const struct ckpt_rule *rule = rules_find(name);

	return rule ? rule->summary : "a rule that this ckptcheck does not know";
}

const char *words_summary(const struct report_record *record)
{
	return words_rule(record->rule);
}

/* Return: "fd 7", "vma 7f00-7f10", "thread 12", "in flight", "cwd", "root", "exe" or "process". */
char *words_object(const struct report_record *record)
{
	const char *fd = record_value(record, CKPTCHECK_KEY_FD);
	const char *vma = record_value(record, CKPTCHECK_KEY_VMA);
	const char *tid = record_value(record, CKPTCHECK_KEY_TID);
	const char *via = record_value(record, CKPTCHECK_KEY_VIA);
	char *text;
	FILE *out = text_open(&text);

	if (fd) {
		fputs("fd ", out);
		text_put(out, fd, strlen(fd));
	} else if (vma) {
		fputs("vma ", out);
		text_put(out, vma, strlen(vma));
	} else if (tid) {
		fputs("thread ", out);
		text_put(out, tid, strlen(tid));
	}
	if (via) {
		fputs(ftell(out) ? ", " : "", out);
		if (!strcmp(via, "scm"))
			via = "in flight";
		text_put(out, via, strlen(via));
	}
	if (!ftell(out))
		fputs("process", out);
	return text_close(out, &text);
}

static void put_pair(FILE *out, const struct report_record *record, const struct report_pair *pair,
		     const char *before, const char *after)
{
	const struct report_pair *other;

	if (ftell(out))
		fputs(", ", out);
	fputs(before, out);
	text_put(out, pair->value, pair->len);
	fputs(after, out);
	if (!strcmp(pair->key, "laddr")) {
		other = record_pair(record, "raddr");
		if (other) {
			fprintf(out, " %s ", text_arrow());
			text_put(out, other->value, other->len);
		}
	} else if (!strcmp(pair->key, CKPTCHECK_KEY_PEER_PID)) {
		other = record_pair(record, CKPTCHECK_KEY_PEER_COMM);
		if (other) {
			fputs(" (", out);
			text_put(out, other->value, other->len);
			fputc(')', out);
		}
	}
}

static bool is_shown(const struct report_record *record, const char *key)
{
	size_t i;

	if (!strcmp(key, "raddr") && !record_pair(record, "laddr"))
		return false;
	for (i = 0; i < sizeof(shown_elsewhere) / sizeof(*shown_elsewhere); i++)
		if (!strcmp(key, shown_elsewhere[i]))
			return true;
	for (i = 0; i < sizeof(phrases) / sizeof(*phrases); i++)
		if (!strcmp(key, phrases[i].key))
			return true;
	return false;
}

/* The telling keys, the best known first. */
char *words_details(const struct report_record *record)
{
	const struct report_pair *pair;
	char *text, *before;
	FILE *out = text_open(&text);
	size_t i;

	for (i = 0; i < sizeof(phrases) / sizeof(*phrases); i++) {
		pair = record_pair(record, phrases[i].key);
		if (pair)
			put_pair(out, record, pair, phrases[i].before, phrases[i].after);
	}
	for (i = 0; i < record->nr_pairs; i++) {
		pair = &record->pairs[i];
		if (is_shown(record, pair->key))
			continue;
		before = xasprintf("%s=", pair->key);
		put_pair(out, record, pair, before, "");
		free(before);
	}
	pair = record_pair(record, CKPTCHECK_KEY_COUNT);
	if (pair)
		put_pair(out, record, pair, "in ", " places");
	return text_close(out, &text);
}

char *words_reason(const struct report_record *record)
{
	char *details = words_details(record), *text;

	if (*details)
		text = xasprintf("%s: %s", words_summary(record), details);
	else
		text = xasprintf("%s", words_summary(record));
	free(details);
	return text;
}

/* "--a|--b" as "--a or --b". */
char *words_needs(const char *needs)
{
	char *text;
	FILE *out = text_open(&text);

	while (*needs) {
		size_t len = needs_length(needs);

		text_put(out, needs, len);
		needs += len;
		if (*needs) {
			fputs(" or ", out);
			needs++;
		}
	}
	return text_close(out, &text);
}

/*
 * The first version after @target that does not refuse what that one refuses. Return: whether
 * there is one.
 */
static bool put_later(FILE *out, const struct report_record *record, __u32 target)
{
	const struct ckpt_rule *rule = rules_find(record->rule);
	char version[TARGET_STRLEN], *needs, *words;
	const struct ckpt_span *span;
	__u32 i;

	for (i = 0; rule && i < rule->nr_spans; i++) {
		span = &rule->spans[i];
		if (span->since <= target || span->cls >= CKPTCHECK_CLASS_UNKNOWN)
			continue;
		fprintf(out, "; CRIU %s and later", target_print(version, span->since));
		if (span->cls != CKPTCHECK_CLASS_OPTION) {
			fputs(" can", out);
			if (span->cls != CKPTCHECK_CLASS_INFO)
				fputs(", with losses", out);
			return true;
		}
		needs = rules_needs(span->needs, record);
		words = needs ? words_needs(needs) : NULL;
		fprintf(out, ": %s", words ? words : "with an option");
		free(words);
		free(needs);
		return true;
	}
	return false;
}

static void put_option(FILE *out, const struct report_record *record)
{
	char *words = record->needs ? words_needs(record->needs) : NULL;

	if (words)
		fprintf(out, "criu dump %s", words);
	else
		fputs("an option of criu that this report does not name", out);
	free(words);
}

static void put_met(FILE *out, const struct report_record *record, const char *before,
		    const char *after)
{
	fputs(before, out);
	text_put(out, record->met, strlen(record->met));
	fputs(after, out);
}

/* What to do about a record. */
char *words_todo(const struct answer *answer, const struct report_record *record)
{
	const struct prose *prose = prose_find(record->rule);
	bool transient = record_is(record, CKPTCHECK_KEY_TRANSIENT, "yes");
	bool cure = prose && *prose->cure;
	char *text;
	FILE *out = text_open(&text);

	switch (record->cls) {
	case CKPTCHECK_CLASS_BLOCKER:
		fputs("no CRIU option helps", out);
		/* The text is for newer versions then. */
		if (put_later(out, record, answer->target))
			cure = false;
		break;
	case CKPTCHECK_CLASS_OPTION:
		put_option(out, record);
		cure = false;
		break;
	case CKPTCHECK_CLASS_RESTORE:
		fputs("dump passes, restore fails", out);
		break;
	case CKPTCHECK_CLASS_LOSSY:
		fputs("dump passes, state is lost", out);
		break;
	case CKPTCHECK_CLASS_INFO:
		if (record->met)
			put_met(out, record, "nothing: ", " is given");
		else
			fputs("nothing", out);
		cure = false;
		break;
	default:
		if (record->met)
			put_met(out, record, "", " is given; it may be enough");
		else
			fputs("could not be examined", out);
		break;
	}
	if (cure)
		fprintf(out, "; %s", prose->cure);
	else if (transient && record->cls != CKPTCHECK_CLASS_INFO)
		fputs("; wait and try again", out);
	return text_close(out, &text);
}
