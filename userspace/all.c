// SPDX-License-Identifier: GPL-2.0
/* all.c - --all: each process of the host alone, and a summary by rule. */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "all.h"
#include "proc.h"
#include "table.h"
#include "text.h"
#include "words.h"

enum { RULE, CLASS, PROCESSES, EXAMPLE, COMMAND, SUMMARY };

/* Without a mount there is an empty directory, which would be a host without processes. */
bool all_present(const struct options *opt)
{
	struct answer answer = { 0 };
	bool present;

	absence_explain(opt, &answer);
	present = !answer.error;
	if (!present)
		warnx("%s%s%s", answer.error, answer.hint ? "\nckptcheck: " : "",
		      answer.hint ? answer.hint : "");
	answer_free(&answer);
	return present;
}

static DIR *open_reports(const struct options *opt)
{
	DIR *dir;

	if (!all_present(opt))
		exit(EXIT_ERROR);
	dir = opendir(opt->proc);
	if (!dir)
		err(EXIT_ERROR, "%s", opt->proc);
	return dir;
}

/**
 * all_pids() - all processes that there are reports of, but this one
 * @opt: where they are; pids are filled in anew
 */
void all_pids(struct options *opt)
{
	DIR *dir = open_reports(opt);
	struct dirent *entry;

	opt->nr_pids = 0;
	for (errno = 0; (entry = readdir(dir)); errno = 0) {
		int pid = number_from_text(entry->d_name);

		if (!pid || pid == getpid())
			continue;
		pid_add(opt, pid, NULL);
	}
	if (errno)
		err(EXIT_ERROR, "%s", opt->proc);
	closedir(dir);
	if (opt->nr_pids)
		qsort(opt->pids, opt->nr_pids, sizeof(*opt->pids), compare_pids);
}

/* A person who waits for a whole host sees how far it is. */
void all_progress(const struct options *opt, size_t done)
{
	if (!opt->all || opt->quiet || !isatty(STDERR_FILENO))
		return;
	if (done < opt->nr_pids)
		fprintf(stderr, "\r%zu of %zu processes", done, opt->nr_pids);
	else
		fputs("\r\033[K", stderr);
}

/* A kernel thread has nothing that anybody would dump. */
bool answer_is_kthread(const struct answer *answer)
{
	size_t i;

	for (i = 0; i < answer->report.nr; i++)
		if (!strcmp(answer->report.records[i].rule, "task-kthread"))
			return true;
	return false;
}

/* However often it is found of a process, that counts once. */
static void count_rule(struct summary *summary, const struct answer *answer,
		       const struct report_record *record)
{
	struct rule_count *rule;
	size_t i;

	for (i = 0; i < summary->nr_rules; i++) {
		rule = &summary->rules[i];
		if (strcmp(rule->name, record->rule))
			continue;
		rule->processes += rule->last != answer;
		rule->last = answer;
		return;
	}
	summary->rules = xrealloc(summary->rules, (i + 1) * sizeof(*summary->rules));
	rule = &summary->rules[summary->nr_rules++];
	*rule = (struct rule_count){
		.name = record->rule, .cls = record->cls, .processes = 1, .example = answer,
		.last = answer,
	};
}

static void count_answer(struct summary *summary, const struct answer *answer)
{
	const struct report *report = &answer->report;
	size_t i;

	if (answer->error) {
		if (!summary->unread++)
			summary->why_unread = answer;
		return;
	}
	if (answer_is_kthread(answer)) {
		summary->kthreads++;
		return;
	}
	summary->processes++;
	summary->verdicts[answer->verdict]++;
	summary->refused += !!answer->hint;
	summary->incomplete += !answer_complete(answer);
	summary->last = answer;
	for (i = 0; i < report->nr; i++)
		if (!report->records[i].hidden)
			count_rule(summary, answer, &report->records[i]);
}

static int by_weight(const void *a, const void *b)
{
	const struct rule_count *x = a, *y = b;

	if (x->cls != y->cls)
		return x->cls > y->cls ? -1 : 1;
	if (x->processes != y->processes)
		return x->processes > y->processes ? -1 : 1;
	return strcmp(x->name, y->name);
}

/**
 * all_summarise() - sum up
 * @summary: filled in; its rules are to be freed
 * @answers: must live as long
 * @nr: their number
 */
void all_summarise(struct summary *summary, const struct answer *answers, size_t nr)
{
	size_t i;

	*summary = (struct summary){ 0 };
	for (i = 0; i < nr; i++)
		count_answer(summary, &answers[i]);
	if (summary->nr_rules)
		qsort(summary->rules, summary->nr_rules, sizeof(*summary->rules), by_weight);
}

/* "146 processes, CRIU 4.2: blocked 55, options 20, ok 71" */
static void print_heading(const struct summary *summary)
{
	char *target = summary->last ? heading_target(summary->last) : NULL;
	const char *separator = ": ";
	int i;

	printf("%zu processes, each by itself, CRIU %s", summary->processes,
	       target ? target : "?");
	free(target);
	for (i = CKPTCHECK_NR_CLASSES - 1; i >= 0; i--) {
		if (!summary->verdicts[i])
			continue;
		printf("%s%s %zu", separator, verdict_name(i), summary->verdicts[i]);
		separator = ", ";
	}
	fputc('\n', stdout);
}

static void print_closing(const struct summary *summary)
{
	if (summary->incomplete)
		printf("processes of which not everything was examined: %zu\n",
		       summary->incomplete);
	if (summary->refused)
		printf("processes that you may not inspect: %zu\n", summary->refused);
	if (summary->kthreads)
		printf("kernel threads, not counted: %zu\n", summary->kthreads);
	if (summary->unread)
		printf("processes without a report, not counted: %zu, such as %d: %s\n",
		       summary->unread, summary->why_unread->pid, summary->why_unread->error);
}

static void add_rule(struct libscols_table *table, const struct rule_count *rule)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	const struct report_pair *comm = record_pair(&rule->example->report.head,
						     CKPTCHECK_KEY_COMM);

	if (!line)
		errx(EXIT_ERROR, "out of memory");
	table_set(line, RULE, xasprintf("%s", rule->name));
	table_set_class(line, CLASS, rule->cls);
	table_set(line, PROCESSES, xasprintf("%zu", rule->processes));
	table_set(line, EXAMPLE, xasprintf("%d", answer_root(rule->example)));
	table_set(line, COMMAND, comm ? text_safe(comm->value, comm->len) : NULL);
	table_set(line, SUMMARY, xasprintf("%s", words_rule(rule->name)));
}

/* The summary in the form that is asked for. */
void all_print(const struct options *opt, const struct summary *summary)
{
	struct libscols_table *table;
	size_t i;

	if (opt->mode == OUTPUT_JSON) {
		json_print_summary(summary);
		return;
	}
	if (opt->mode == OUTPUT_TABLE && !opt->noheadings)
		print_heading(summary);
	table = table_new(opt, "rules");
	table_add_column(opt, table, "RULE", 0, 0);
	table_add_column(opt, table, "CLASS", 0, 0);
	table_add_column(opt, table, "PROCESSES", 0, SCOLS_FL_RIGHT);
	table_add_column(opt, table, "EXAMPLE", 0, SCOLS_FL_RIGHT);
	table_add_column(opt, table, "COMMAND", 0, 0);
	table_add_column(opt, table, "SUMMARY", 0.3, SCOLS_FL_WRAP);
	for (i = 0; i < summary->nr_rules; i++)
		add_rule(table, &summary->rules[i]);
	table_finish(table);
	if (opt->mode == OUTPUT_TABLE && !opt->noheadings)
		print_closing(summary);
}
