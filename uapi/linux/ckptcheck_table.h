/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * ckptcheck_table.h - the rows of ckptcheck_rules.def as C data.
 *
 * Module, tool and tests all compile this file, each in one place, so that all of them know the
 * same rules.  Nothing here allocates or locks.
 */
#ifndef _UAPI_LINUX_CKPTCHECK_TABLE_H
#define _UAPI_LINUX_CKPTCHECK_TABLE_H

#ifdef __KERNEL__
#include <linux/stddef.h>
#else
#include <stddef.h>
#endif

#include "ckptcheck.h"

#define CKPT_MAX_SPANS	4

/**
 * struct ckpt_span - a rule's class from one CRIU version on
 * @since: first version it holds for, CKPTCHECK_VERSION()
 * @cls: enum ckptcheck_class
 * @needs: the literal CRIU option; {key} stands for the value of that key in the record,
 *         {key:x} for its hexadecimal form; "" if there is none
 */
struct ckpt_span {
	__u32 since;
	__u32 cls;
	const char *needs;
};

/**
 * struct ckpt_rule - one row of the table
 * @name: stable kebab-case name, never reused
 * @category: the catalogue's group
 * @seed: item of CRIU's page of 2013 that it comes from, 0 if none
 * @spans: ascending by version; @nr_spans are in use
 * @nr_spans: number of spans, at least one
 * @criu: part of what CRIU prints when it refuses, alternatives separated by "|", "" if it
 *        prints nothing of its own
 * @summary: one line for people
 */
struct ckpt_rule {
	const char *name;
	const char *category;
	__u32 seed;
	struct ckpt_span spans[CKPT_MAX_SPANS];
	__u32 nr_spans;
	const char *criu;
	const char *summary;
};

enum ckpt_rule_id {
#define CKPT_RULE(id, name, category, seed, spans, criu, summary) CKPT_##id,
#include "ckptcheck_rules.def"
#undef CKPT_RULE
	CKPT_NR_RULES
};

/* Indexed by enum ckpt_rule_id. */
extern const struct ckpt_rule ckpt_rules[CKPT_NR_RULES];

#ifdef CKPT_RULE_TABLE
#define CKPT_SPAN(major, minor, cls, needs) CKPT_SPAN_PATCH(major, minor, 0, cls, needs)
#define CKPT_SPAN_PATCH(major, minor, patch, cls, needs) \
	{ CKPTCHECK_VERSION(major, minor, patch), CKPTCHECK_CLASS_##cls, needs }
#define CKPT_SPANS(...) \
	{ __VA_ARGS__ }, \
	sizeof((const struct ckpt_span[]){ __VA_ARGS__ }) / sizeof(struct ckpt_span)

const struct ckpt_rule ckpt_rules[CKPT_NR_RULES] = {
#define CKPT_RULE(id, name, category, seed, spans, criu, summary) \
	{ name, category, seed, spans, criu, summary },
#include "ckptcheck_rules.def"
#undef CKPT_RULE
};

#undef CKPT_SPAN
#undef CKPT_SPAN_PATCH
#undef CKPT_SPANS
#endif

/**
 * ckpt_rule_span() - what a rule means for one CRIU version
 * @rule: row of the table
 * @target: CKPTCHECK_VERSION()
 *
 * Return: the span that holds for @target, or NULL where the rule's first span is newer: that
 * CRIU had no such test.
 */
static inline const struct ckpt_span *ckpt_rule_span(const struct ckpt_rule *rule, __u32 target)
{
	const struct ckpt_span *found = NULL;
	__u32 i;

	for (i = 0; i < rule->nr_spans && rule->spans[i].since <= target; i++)
		found = &rule->spans[i];
	return found;
}

#endif /* _UAPI_LINUX_CKPTCHECK_TABLE_H */
