// SPDX-License-Identifier: GPL-2.0
/*
 * metrics.c - --openmetrics: counts the processes of a host, one report at a time.
 *
 * What is counted by is bounded: rules, classes, verdicts, and so many containers and units.
 * Numbers and names of processes, and paths, would make new series for ever.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "all.h"
#include "metrics.h"

/* Takes @name. Those that come too late, or have that very name, are the other ones. */
static void count_owner(struct owners *owners, char *name, enum ckptcheck_class verdict)
{
	size_t i;

	for (i = 0; i < owners->nr; i++)
		if (!strcmp(owners->names[i], name))
			break;
	if (i == owners->nr && !strcmp(name, OTHER))
		i = MAX_OWNERS;
	if (i == owners->nr && i < MAX_OWNERS)
		owners->names[owners->nr++] = name;
	else
		free(name);
	owners->verdicts[i][verdict]++;
}

static void count_process(struct metrics *metrics, int pid, enum ckptcheck_class verdict)
{
	enum owner_kind kind;
	char *name;

	metrics->verdicts[verdict]++;
	kind = metrics->live ? owner_of(pid, &name) : OWNER_NONE;
	if (kind != OWNER_NONE)
		count_owner(&metrics->owners[kind], name, verdict);
}

static void count_finding(struct metrics *metrics, const struct report_record *record)
{
	const struct ckpt_rule *rule = rules_find(record->rule);
	size_t nr = rule ? rule - ckpt_rules : CKPT_NR_RULES;
	struct rule_figures *figures = &metrics->rules[nr][record->cls];

	figures->findings++;
	figures->processes += figures->last != metrics->answers;
	figures->last = metrics->answers;
}

/* A process without a report is not known to be anything, which is a verdict. */
static void count_answer(struct metrics *metrics, const struct answer *answer)
{
	size_t i;

	if (answer->gone)
		return;
	metrics->answers++;
	if (answer->error) {
		metrics->unexamined[UNEXAMINED_UNREAD]++;
		count_process(metrics, answer->pid, CKPTCHECK_CLASS_UNKNOWN);
		return;
	}
	if (answer_is_kthread(answer)) {
		metrics->kthreads++;
		return;
	}
	metrics->target = answer->target;
	metrics->unexamined[UNEXAMINED_REFUSED] += !!answer->hint;
	metrics->unexamined[UNEXAMINED_INCOMPLETE] += !answer_complete(answer);
	count_process(metrics, answer->pid, answer->verdict);
	for (i = 0; i < answer->report.nr; i++)
		if (!answer->report.records[i].hidden)
			count_finding(metrics, &answer->report.records[i]);
}

static void count_host(struct options *opt, struct metrics *metrics)
{
	struct answer answer;
	size_t i;

	all_pids(opt);
	for (i = 0; i < opt->nr_pids; i++) {
		all_progress(opt, i);
		answer_get(opt, opt->criu, &answer, opt->pids[i]);
		filter_apply(opt, &answer);
		count_answer(metrics, &answer);
		answer_free(&answer);
	}
	all_progress(opt, opt->nr_pids);
}

static void metrics_free(struct metrics *metrics)
{
	size_t i, j;

	for (i = 0; i < NR_OWNER_KINDS; i++)
		for (j = 0; j < metrics->owners[i].nr; j++)
			free(metrics->owners[i].names[j]);
	free(metrics);
}

/**
 * metrics_export() - count all processes of the host, and write the numbers
 * @opt: where to
 *
 * Where there are no reports the metrics say so: those of the last time would look like news.
 *
 * Return: EXIT_OK if they could be counted, whatever their verdicts: those are in the numbers.
 */
enum exit_status metrics_export(struct options *opt)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));
	enum exit_status status;
	char *text;

	if (!metrics)
		errx(EXIT_ERROR, "out of memory");
	metrics->up = all_present(opt);
	metrics->live = metrics->up && proc_is_mounted(opt->proc);
	clock_gettime(CLOCK_MONOTONIC, &metrics->began);
	if (metrics->up)
		count_host(opt, metrics);
	clock_gettime(CLOCK_MONOTONIC, &metrics->ended);
	text = openmetrics_text(metrics);
	if (opt->textfile)
		textfile_write(opt->textfile, text);
	else
		fputs(text, stdout);
	free(text);
	status = metrics->up ? EXIT_OK : EXIT_ERROR;
	metrics_free(metrics);
	return status;
}
