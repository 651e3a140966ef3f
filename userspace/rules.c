// SPDX-License-Identifier: GPL-2.0
/* rules.c - the rule table compiled in; any record can be judged for any CRIU version by it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CKPT_RULE_TABLE
#include "rules.h"

const struct ckpt_rule *rules_find(const char *name)
{
	size_t i;

	for (i = 0; i < CKPT_NR_RULES; i++)
		if (!strcmp(ckpt_rules[i].name, name))
			return &ckpt_rules[i];
	return NULL;
}

/* Reads "4.2" or "3.17.1". */
bool target_parse(const char *text, __u32 *target)
{
	unsigned int part[3] = { 0 };
	int i;

	for (i = 0; i < 3; i++) {
		if (*text < '0' || *text > '9')
			return false;
		while (*text >= '0' && *text <= '9') {
			part[i] = part[i] * 10 + *text++ - '0';
			if (part[i] > 255)
				return false;
		}
		if (*text != '.')
			break;
		text++;
	}
	if (i == 0 || i == 3 || *text)
		return false;
	*target = CKPTCHECK_VERSION(part[0], part[1], part[2]);
	return *target >= CKPTCHECK_TARGET_OLDEST;
}

const char *target_print(char buf[TARGET_STRLEN], __u32 target)
{
	int n = snprintf(buf, TARGET_STRLEN, "%u.%u", CKPTCHECK_VERSION_MAJOR(target),
			 CKPTCHECK_VERSION_MINOR(target));

	if (CKPTCHECK_VERSION_PATCH(target))
		snprintf(buf + n, TARGET_STRLEN - n, ".%u", CKPTCHECK_VERSION_PATCH(target));
	return buf;
}

const char *class_name(enum ckptcheck_class cls)
{
	static const char * const names[] = CKPTCHECK_CLASS_NAMES;

	return names[cls];
}

const char *verdict_name(enum ckptcheck_class cls)
{
	static const char * const names[] = CKPTCHECK_VERDICT_NAMES;

	return names[cls];
}

/* A verdict that is missing or not known is no better than unknown. */
enum ckptcheck_class verdict_parse(const char *word)
{
	int i;

	for (i = 0; word && i < CKPTCHECK_NR_CLASSES; i++)
		if (!strcmp(word, verdict_name(i)))
			return i;
	return CKPTCHECK_CLASS_UNKNOWN;
}

/* Puts the value that {key} or {key:x} stands for. Return: whether the record has it. */
static bool put_key(FILE *out, const char *name, size_t len, const struct report_record *record)
{
	size_t name_len = strcspn(name, ":}");
	char key[32], *end;
	const char *value;

	if (name_len > len || name_len >= sizeof(key))
		return false;
	memcpy(key, name, name_len);
	key[name_len] = '\0';
	value = record_value(record, key);
	if (!value)
		return false;
	if (name_len == len) {
		fputs(value, out);
		return true;
	}
	if (*value < '0' || *value > '9' || strncmp(name + name_len, ":x}", 3))
		return false;
	fprintf(out, "%llx", strtoull(value, &end, 10));
	return !*end;
}

/* Length of the first alternative of needs=; a path in it may hold a "|". */
size_t needs_length(const char *needs)
{
	const char *p;

	for (p = strchr(needs, '|'); p && strncmp(p + 1, "--", 2); p = strchr(p + 1, '|'))
		;
	return p ? (size_t)(p - needs) : strlen(needs);
}

/**
 * rules_needs() - fill in an option's template
 * @needs: template of the table
 * @record: where the keys come from
 *
 * Return: the option, for free(); NULL if a key is missing.
 */
char *rules_needs(const char *needs, const struct report_record *record)
{
	bool good = true;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	while (*needs && good) {
		size_t len = strcspn(needs, "{");

		fwrite(needs, 1, len, out);
		needs += len;
		if (!*needs)
			break;
		len = strcspn(needs, "}");
		good = needs[len] && put_key(out, needs + 1, len - 1, record);
		needs += len + 1;
	}
	if (fclose(out) || !good) {
		free(text);
		return NULL;
	}
	return text;
}

/**
 * rules_judge() - class and option of a record for a CRIU version
 * @record: changed
 * @target: CKPTCHECK_VERSION()
 *
 * What that CRIU did with a thing it had no test for was not examined, and of a rule that this
 * program does not have nothing is known: both are unknown.
 *
 * Return: whether the table knows the rule for that version.
 */
bool rules_judge(struct report_record *record, __u32 target)
{
	const struct ckpt_rule *rule = rules_find(record->rule);
	const struct ckpt_span *span = rule ? ckpt_rule_span(rule, target) : NULL;

	free(record->own_needs);
	record->own_needs = NULL;
	record->needs = NULL;
	record->cls = span ? span->cls : CKPTCHECK_CLASS_UNKNOWN;
	if (span && *span->needs) {
		record->own_needs = rules_needs(span->needs, record);
		record->needs = record->own_needs;
	}
	return span;
}
