/* SPDX-License-Identifier: GPL-2.0 */
/* all.h - --all: what the answers for all processes of a host have in common. */
#ifndef ALL_H
#define ALL_H

#include "tool.h"

/**
 * struct rule_count - a rule that was found
 * @name: the rule
 * @cls: its class
 * @processes: how many processes it holds back
 * @example: the first of them
 * @last: the last of them
 */
struct rule_count {
	const char *name;
	enum ckptcheck_class cls;
	size_t processes;
	const struct answer *example;
	const struct answer *last;
};

/**
 * struct summary - all answers together; points into them
 * @processes: those that were looked at, without @kthreads
 * @verdicts: how many of them have each verdict
 * @kthreads: kernel threads
 * @refused: processes that the reader may not inspect; blocked, too
 * @incomplete: reports that leave something out
 * @unread: answers without a report
 * @why_unread: the first of them
 * @last: one of them, NULL if there is none
 * @rules: rules found, the heaviest class first, then the most frequent
 * @nr_rules: number of @rules
 */
struct summary {
	size_t processes;
	size_t verdicts[CKPTCHECK_NR_CLASSES];
	size_t kthreads;
	size_t refused;
	size_t incomplete;
	size_t unread;
	const struct answer *why_unread;
	const struct answer *last;
	struct rule_count *rules;
	size_t nr_rules;
};

bool all_present(const struct options *opt);
void all_pids(struct options *opt);
void all_summarise(struct summary *summary, const struct answer *answers, size_t nr);
void all_progress(const struct options *opt, size_t done);
void all_print(const struct options *opt, const struct summary *summary);
bool answer_is_kthread(const struct answer *answer);

/* json.c */
void json_print_summary(const struct summary *summary);

#endif
