// SPDX-License-Identifier: GPL-2.0
/*
 * ckptcheck.c - tells why CRIU could not checkpoint a process tree, from the reports of the
 * kernel module of the same name.
 */
#include <err.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "all.h"
#include "color.h"
#include "columns.h"
#include "metrics.h"
#include "text.h"
#include "tool.h"
#include "ways.h"

static void print_error(const struct answer *answer)
{
	fprintf(stderr, "ckptcheck: %d: %s\n", answer->pid, answer->error);
	if (answer->hint)
		fprintf(stderr, "ckptcheck: %d: %s\n", answer->pid, answer->hint);
}

static bool has_visible(const struct answer *answer)
{
	size_t i;

	for (i = 0; i < answer->report.nr; i++)
		if (!answer->report.records[i].hidden)
			return true;
	return false;
}

/* A block for people: heading, table, what follows from it. */
static void print_block(const struct options *opt, const struct answer *answer, bool first)
{
	if (answer->error)
		return;
	if (!first && !opt->noheadings)
		fputc('\n', stdout);
	if (!opt->noheadings)
		heading_print(answer);
	if (opt->tree)
		tree_print(opt, answer);
	else if (has_visible(answer))
		table_print(opt, answer, 1);
	if (!opt->noheadings)
		closing_print(opt, answer);
}

static void print_answers(const struct options *opt, const struct answer *answers, size_t nr)
{
	bool first = true;
	size_t i;

	if (opt->mode == OUTPUT_JSON)
		json_print(opt, answers, nr);
	else if (opt->mode == OUTPUT_RAW || opt->all)
		table_print(opt, answers, nr);
	else
		for (i = 0; i < nr; i++) {
			print_block(opt, &answers[i], first);
			first = first && answers[i].error;
		}
}

static void print_all(const struct options *opt, const struct answer *answers, size_t nr)
{
	struct summary summary;

	/* Who asks for columns wants the findings. */
	if (opt->columns) {
		print_answers(opt, answers, nr);
		return;
	}
	all_summarise(&summary, answers, nr);
	all_print(opt, &summary);
	free(summary.rules);
}

/* Return: number of answers; of a whole host, processes that end meanwhile are no part. */
static size_t ask(const struct options *opt, struct answer *answers)
{
	size_t i, nr = 0;

	for (i = 0; i < opt->nr_pids; i++) {
		const struct way *way = opt->found_by[i];
		struct criu_line *engine = NULL;

		all_progress(opt, i);
		if (way && way->kind == WAY_CONTAINER)
			engine = container_line(opt, opt->pids[i]);
		answer_get(opt, engine ? engine : opt->criu, &answers[nr], opt->pids[i]);
		criu_line_free(engine);
		answers[nr].way = way;
		filter_apply(opt, &answers[nr]);
		if (opt->all && answers[nr].gone)
			answer_free(&answers[nr]);
		else
			nr++;
	}
	all_progress(opt, opt->nr_pids);
	return nr;
}

/* Asks for all of them, once. */
static enum exit_status check(struct options *opt, bool *gone)
{
	enum exit_status worst = EXIT_OK;
	struct answer *answers;
	size_t i, nr;

	if (opt->all) {
		all_pids(opt);
		stream_rewind();
	}
	answers = xrealloc(NULL, (opt->nr_pids + 1) * sizeof(*answers));
	nr = ask(opt, answers);
	for (i = 0; i < nr; i++) {
		if (!opt->all || !answer_is_kthread(&answers[i]))
			worst = status_worse(worst, answers[i].status);
		*gone |= answers[i].gone;
		if (answers[i].error && !opt->all)
			print_error(&answers[i]);
	}
	if (opt->all && !opt->quiet)
		print_all(opt, answers, nr);
	else if (!opt->quiet)
		print_answers(opt, answers, nr);
	for (i = 0; i < nr; i++)
		answer_free(&answers[i]);
	free(answers);
	return worst;
}

/* A terminal is drawn anew in one piece. */
static void clear_screen(const struct options *opt, unsigned int round)
{
	if (opt->quiet || opt->mode != OUTPUT_TABLE)
		return;
	if (isatty(STDOUT_FILENO))
		fputs("\033[H\033[J", stdout);
	else if (round)
		fputc('\n', stdout);
}

/* Asks until the answer is ok, or can be nothing else any more. */
static enum exit_status watch(struct options *opt)
{
	enum exit_status status;
	unsigned int round;
	bool gone = false;

	setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
	for (round = 0; ; round++) {
		clear_screen(opt, round);
		status = check(opt, &gone);
		if (fflush(stdout))
			err(EXIT_ERROR, "cannot write the output");
		if (gone && round)
			return EXIT_UNDECIDED;
		if (gone || status == EXIT_OK || status == EXIT_ERROR)
			return status;
		sleep(opt->watch);
	}
}

/* What is asked for without a process. Return: whether that was all. */
static bool print_lists(struct options *opt, enum exit_status *status)
{
	*status = EXIT_OK;
	if (opt->list_rules)
		target_choose(opt);
	if (opt->list_columns)
		list_columns(opt);
	else if (opt->list_rules)
		list_rules(opt);
	else if (opt->explain)
		*status = explain_rule(opt->explain);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	const struct column *chosen[MAX_COLUMNS];
	enum exit_status status;
	struct options opt;
	bool gone = false;

	setlocale(LC_ALL, "");
	options_parse(&opt, argc, argv);
	colors_init(&opt);
	text_raw = opt.mode == OUTPUT_RAW;
	columns_chosen(&opt, chosen);
	filter_check(&opt);
	if (!print_lists(&opt, &status)) {
		enter_namespaces(&opt);
		if (opt.load)
			load_module(&opt);
		ways_follow(&opt);
		if (opt.criu && opt.criu->rpc && opt.nr_pids == 1)
			opt.criu->own = container_add(opt.criu, opt.pids[0]);
		if (opt.nr_pids || opt.all) {
			target_choose(&opt);
			status = opt.mode == OUTPUT_OPENMETRICS ? metrics_export(&opt) :
				 opt.watch ? watch(&opt) : check(&opt, &gone);
		}
	}
	criu_line_free(opt.criu);
	free(opt.pids);
	free(opt.found_by);
	free(opt.ways);
	if (ferror(stdout) || fclose(stdout))
		err(EXIT_ERROR, "cannot write the output");
	return status;
}
