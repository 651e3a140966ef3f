// SPDX-License-Identifier: GPL-2.0
/*
 * ckptcheck.c - tells why CRIU could not checkpoint a process tree, from the reports of the
 * kernel module of the same name.
 */
#include <err.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "columns.h"
#include "text.h"
#include "tool.h"

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
	if (has_visible(answer))
		table_print(opt, answer, 1);
	if (!opt->noheadings)
		closing_print(opt, answer);
}

static void print_answers(const struct options *opt, const struct answer *answers)
{
	bool first = true;
	size_t i;

	if (opt->mode == OUTPUT_JSON)
		json_print(opt, answers, opt->nr_pids);
	else if (opt->mode == OUTPUT_RAW)
		table_print(opt, answers, opt->nr_pids);
	for (i = 0; i < opt->nr_pids; i++) {
		if (opt->mode == OUTPUT_TABLE)
			print_block(opt, &answers[i], first);
		first = first && answers[i].error;
	}
}

static enum exit_status check(const struct options *opt)
{
	struct answer *answers = xrealloc(NULL, (opt->nr_pids + 1) * sizeof(*answers));
	enum exit_status worst = EXIT_OK;
	size_t i;

	for (i = 0; i < opt->nr_pids; i++) {
		answer_get(opt, &answers[i], opt->pids[i]);
		filter_apply(opt, &answers[i]);
		worst = status_worse(worst, answers[i].status);
		if (answers[i].error)
			print_error(&answers[i]);
	}
	print_answers(opt, answers);
	for (i = 0; i < opt->nr_pids; i++)
		answer_free(&answers[i]);
	free(answers);
	return worst;
}

/* What is asked for without a process. Return: whether that was all. */
static bool print_lists(const struct options *opt, enum exit_status *status)
{
	*status = EXIT_OK;
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

	setlocale(LC_ALL, "");
	options_parse(&opt, argc, argv);
	text_raw = opt.mode == OUTPUT_RAW;
	columns_chosen(opt.columns, chosen);
	filter_check(&opt);
	if (!print_lists(&opt, &status)) {
		if (opt.criu_ns)
			enter_namespaces(opt.criu_ns);
		if (opt.load)
			load_module(&opt);
		if (opt.nr_pids)
			status = check(&opt);
	}
	criu_line_free(opt.criu);
	free(opt.pids);
	if (ferror(stdout) || fclose(stdout))
		err(EXIT_ERROR, "cannot write the output");
	return status;
}
