// SPDX-License-Identifier: GPL-2.0
/* tree.c - --tree: the dumped set as a tree, with what holds each member back. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "table.h"
#include "text.h"
#include "tree.h"
#include "words.h"

#define NOBODY	((size_t)-1)

static size_t find_member(const struct tree *tree, int pid)
{
	size_t i;

	for (i = 0; i < tree->nr && tree->members[i].process.pid != pid; i++)
		;
	return i < tree->nr ? i : NOBODY;
}

static size_t add_member(struct tree *tree, const struct process *process, size_t parent)
{
	struct member *member;

	/* Room for twice as many whenever the number reaches a power of two. */
	if (!(tree->nr & (tree->nr - 1)))
		tree->members = xrealloc(tree->members, (tree->nr ? tree->nr * 2 : 1) *
					 sizeof(*tree->members));
	member = &tree->members[tree->nr];
	*member = (struct member){ .process = *process, .parent = parent };
	return tree->nr++;
}

static void add_root(struct tree *tree, const struct answer *answer)
{
	const struct report_pair *comm = record_pair(&answer->report.head, CKPTCHECK_KEY_COMM);
	struct process root = { .pid = answer_root(answer) };

	if (comm)
		snprintf(root.comm, sizeof(root.comm), "%s", comm->value);
	add_member(tree, &root, 0);
}

/* Adds all descendants that there are now. */
static void add_descendants(struct tree *tree)
{
	size_t nr, i, *places;
	struct process *processes = processes_read(&nr), *parent;
	bool more = true;

	places = xrealloc(NULL, (nr + 1) * sizeof(*places));
	for (i = 0; i < nr; i++)
		places[i] = processes[i].pid == tree->members[0].process.pid ? 0 : NOBODY;
	/* Few passes: parents mostly have lower ids than their children. */
	while (more) {
		more = false;
		for (i = 0; i < nr; i++) {
			parent = process_find(processes, nr, processes[i].parent);
			if (places[i] != NOBODY || !parent || places[parent - processes] == NOBODY)
				continue;
			places[i] = add_member(tree, &processes[i], places[parent - processes]);
			more = true;
		}
	}
	free(places);
	free(processes);
}

/* Return: the member that a record is about; one that only the report knows is added. */
static size_t owner_of(struct tree *tree, const struct answer *answer,
		       const struct report_record *record)
{
	const char *pid = record_value(record, CKPTCHECK_KEY_PID);
	const char *comm = record_value(record, CKPTCHECK_KEY_COMM);
	struct process process = { .pid = pid ? atoi(pid) : answer_root(answer) };
	size_t owner = find_member(tree, process.pid);

	if (owner != NOBODY)
		return owner;
	if (comm)
		snprintf(process.comm, sizeof(process.comm), "%s", comm);
	return add_member(tree, &process, 0);
}

static void add_findings(struct tree *tree, const struct answer *answer)
{
	const struct report *report = &answer->report;
	size_t i;

	tree->owners = xrealloc(NULL, (report->nr + 1) * sizeof(*tree->owners));
	for (i = 0; i < report->nr; i++) {
		size_t owner = owner_of(tree, answer, &report->records[i]);
		struct member *member = &tree->members[owner];

		tree->owners[i] = owner;
		member->found = true;
		if (report->records[i].cls > member->verdict)
			member->verdict = report->records[i].cls;
	}
}

/*
 * A member without findings is fine only if all was examined, and if it was there when the
 * report was made: as many processes are there now as were then.
 */
static void doubt(struct tree *tree, const struct answer *answer)
{
	const char *processes = record_value(&answer->report.head, CKPTCHECK_KEY_PROCESSES);
	bool same = processes && strtoul(processes, NULL, 10) == tree->nr;
	bool complete = answer_complete(answer);
	size_t i;

	for (i = 0; i < tree->nr; i++) {
		struct member *member = &tree->members[i];
		bool sure = complete && (same || member->found || !i);

		if (!sure && member->verdict < CKPTCHECK_CLASS_UNKNOWN)
			member->verdict = CKPTCHECK_CLASS_UNKNOWN;
	}
}

/**
 * tree_build() - the members of an answer
 * @opt: how it was asked for
 * @answer: answer with a report
 * @tree: filled in; tree_free() is due
 */
void tree_build(const struct options *opt, const struct answer *answer, struct tree *tree)
{
	*tree = (struct tree){ 0 };
	add_root(tree, answer);
	if (opt->default_proc && !(opt->flags & CKPTCHECK_VIEW_PROCESS))
		add_descendants(tree);
	add_findings(tree, answer);
	doubt(tree, answer);
}

void tree_free(struct tree *tree)
{
	free(tree->members);
	free(tree->owners);
}

/* "815 worker: options" */
static char *member_text(const struct member *member)
{
	char *comm = text_safe(member->process.comm, strlen(member->process.comm)), *text;

	text = xasprintf("%d%s%s: %s", member->process.pid, *comm ? " " : "", comm,
			 verdict_name(member->verdict));
	free(comm);
	return text;
}

static struct libscols_line *add_line(struct libscols_table *table, struct libscols_line *parent,
				      char *text)
{
	struct libscols_line *line = scols_table_new_line(table, parent);

	if (!line)
		errx(EXIT_ERROR, "out of memory");
	table_set(line, 0, text);
	return line;
}

static void add_finding(struct libscols_table *table, struct libscols_line *parent,
			const struct answer *answer, const struct report_record *record,
			const struct column * const chosen[], size_t nr_chosen)
{
	struct libscols_line *line = add_line(table, parent, words_object(record));
	size_t i;

	for (i = 0; i < nr_chosen; i++)
		table_set_chosen(line, i + 1, chosen[i], answer, record);
}

/* A process, then what is found of it, then its children. */
static void add_lines(struct libscols_table *table, const struct tree *tree,
		      const struct answer *answer, const struct column * const chosen[],
		      size_t nr_chosen)
{
	struct libscols_line **lines = xrealloc(NULL, tree->nr * sizeof(*lines));
	size_t i, j;

	for (i = 0; i < tree->nr; i++) {
		lines[i] = add_line(table, i ? lines[tree->members[i].parent] : NULL,
				    member_text(&tree->members[i]));
		table_set_color(lines[i], 0, tree->members[i].verdict);
		for (j = 0; j < answer->report.nr; j++)
			if (tree->owners[j] == i && !answer->report.records[j].hidden)
				add_finding(table, lines[i], answer, &answer->report.records[j],
					    chosen, nr_chosen);
	}
	free(lines);
}

/* One answer as a table whose first column is the tree. */
void tree_print(const struct options *opt, const struct answer *answer)
{
	struct libscols_table *table = table_new(opt, "ckptcheck");
	const struct column *chosen[MAX_COLUMNS];
	size_t n = columns_chosen(opt, chosen), i;
	struct tree tree;

	table_add_column(opt, table, "PROCESS", 0, SCOLS_FL_TREE);
	for (i = 0; i < n; i++)
		table_add_chosen(opt, table, chosen[i]);
	tree_build(opt, answer, &tree);
	add_lines(table, &tree, answer, chosen, n);
	tree_free(&tree);
	table_finish(table);
}
