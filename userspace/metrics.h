/* SPDX-License-Identifier: GPL-2.0 */
/* metrics.h - --openmetrics: the processes of a host as numbers for Prometheus. */
#ifndef METRICS_H
#define METRICS_H

#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include "owner.h"
#include "tool.h"

#define MAX_OWNERS	512

/* Stands for those that have no number of their own. */
#define OTHER		"other"

/* Of which not everything is known, and why. */
enum unexamined {
	UNEXAMINED_INCOMPLETE,
	UNEXAMINED_REFUSED,
	UNEXAMINED_UNREAD,
	NR_UNEXAMINED,
};

/**
 * struct rule_figures - a rule in one class
 * @findings: how often it was found
 * @processes: in how many processes
 * @last: number of the last of them
 */
struct rule_figures {
	size_t findings;
	size_t processes;
	size_t last;
};

/**
 * struct owners - the containers, or the units
 * @names: names
 * @nr: their number
 * @verdicts: how many processes of each have each verdict; then those of all others together
 */
struct owners {
	char *names[MAX_OWNERS];
	size_t nr;
	size_t verdicts[MAX_OWNERS + 1][CKPTCHECK_NR_CLASSES];
};

/**
 * struct metrics - what is counted; its size does not depend on the host
 * @up: there is something to count
 * @live: the reports are the kernel's, of processes that are here
 * @target: version that the last report was judged for, 0 if that is not known
 * @answers: number of answers
 * @verdicts: how many processes have each verdict
 * @unexamined: how many were not examined, or not wholly
 * @kthreads: kernel threads
 * @rules: by number of the rule, then class; the last rule stands for those that are not known
 * @owners: by kind
 * @began: when the first process was asked about
 * @ended: when the last one had been
 */
struct metrics {
	bool up;
	bool live;
	__u32 target;
	size_t answers;
	size_t verdicts[CKPTCHECK_NR_CLASSES];
	size_t unexamined[NR_UNEXAMINED];
	size_t kthreads;
	struct rule_figures rules[CKPT_NR_RULES + 1][CKPTCHECK_NR_CLASSES];
	struct owners owners[NR_OWNER_KINDS];
	struct timespec began;
	struct timespec ended;
};

/* metrics.c, openmetrics.c, textfile.c */
enum exit_status metrics_export(struct options *opt);
char *openmetrics_text(const struct metrics *metrics);
void label_put(FILE *out, const char *value);
void textfile_write(const char *path, const char *text);

#endif
