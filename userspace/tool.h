/* SPDX-License-Identifier: GPL-2.0 */
/* tool.h - what the parts of the command share: options, the answer for one process, status. */
#ifndef TOOL_H
#define TOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "criu.h"
#include "report.h"
#include "rules.h"

/* Exit status; part of the interface. */
enum exit_status {
	EXIT_OK = 0,
	EXIT_ERROR = 1,		/* usage, no module, no such process, internal error */
	EXIT_BLOCKED = 2,
	EXIT_OPTIONS = 3,
	EXIT_UNDECIDED = 4,	/* unknown, the process ended meanwhile, the report was cut */
	EXIT_LOSSY = 5,		/* the dump passes, but state is lost or the restore fails */
};

enum output_mode {
	OUTPUT_TABLE,
	OUTPUT_RAW,
	OUTPUT_JSON,
	OUTPUT_OPENMETRICS,
};

enum color_mode {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

struct way;

/**
 * struct options - the command line
 * @mode: how to print
 * @textfile: file for OUTPUT_OPENMETRICS, NULL for the standard output
 * @noheadings: no column headings, no line about the process
 * @notruncate: neither cut nor wrap text
 * @proc: where the reports are
 * @default_proc: @proc is the usual place, where a file system must be mounted
 * @target: CRIU version that --target names, 0 if it is not there
 * @default_target: what is meant then
 * @target_origin: where that comes from, in words; NULL with --target
 * @flags: CKPTCHECK_VIEW_*
 * @columns: argument of -o, NULL if there is none
 * @filter: argument of -Q
 * @load: load the module first
 * @module: file of the module, NULL to look it up
 * @criu_options: argument of --criu-options
 * @criu_pid: a criu that runs, 0 if there is none
 * @rpc_config: configuration file that an engine passes to criu, NULL if there is none
 * @criu: options of criu that are in force, NULL if nothing was said of them
 * @criu_ns: enter the namespaces of this process first, 0: see @of_host
 * @of_host: what is asked about is dumped by a criu of the host
 * @quiet: print no report
 * @watch: seconds between two questions, 0 to ask once
 * @color: whether classes have colours
 * @tree: --tree
 * @all: each process of the host, @pids is made up
 * @list_columns: -H
 * @list_rules: --list-rules
 * @explain: rule to explain, NULL if none
 * @pids: processes asked about
 * @found_by: how each of them was named, NULL for by its id
 * @nr_pids: number of @pids
 * @nr_named: how many there are if those named twice count twice
 * @ways: what else than ids names processes
 * @nr_ways: number of @ways
 */
struct options {
	enum output_mode mode;
	const char *textfile;
	bool noheadings;
	bool notruncate;
	const char *proc;
	bool default_proc;
	__u32 target;
	__u32 default_target;
	const char *target_origin;
	__u32 flags;
	const char *columns;
	const char *filter;
	bool load;
	const char *module;
	const char *criu_options;
	int criu_pid;
	const char *rpc_config;
	struct criu_line *criu;
	int criu_ns;
	bool of_host;
	bool quiet;
	unsigned int watch;
	enum color_mode color;
	bool tree;
	bool all;
	bool list_columns;
	bool list_rules;
	const char *explain;
	int *pids;
	const struct way **found_by;
	size_t nr_pids;
	size_t nr_named;
	struct way *ways;
	size_t nr_ways;
};

/**
 * struct answer - what came out for one process
 * @pid: process asked about
 * @way: how it was named, NULL for by its id
 * @report: its report; empty if there is an @error
 * @target: version it is judged for, 0 if that is not known
 * @target_origin: where that comes from, NULL if that need not be said
 * @config: see struct criu_line
 * @verdict: heaviest class
 * @status: exit status that this answer alone would give
 * @error: why there is no report, in words; NULL if there is one
 * @hint: what to do about it, NULL if nothing is to be said
 * @gone: there is no report because the process has ended
 */
struct answer {
	int pid;
	const struct way *way;
	struct report report;
	__u32 target;
	const char *target_origin;
	const char *config;
	enum ckptcheck_class verdict;
	enum exit_status status;
	char *error;
	char *hint;
	bool gone;
};

/* options.c, help.c */
void options_parse(struct options *opt, int argc, char **argv);
_Noreturn void print_help(void);
_Noreturn void print_version(void);

/* ways.c */
void pid_add(struct options *opt, int pid, const struct way *way);

/* target.c */
void target_choose(struct options *opt);

/* status.c */
enum exit_status status_of(enum ckptcheck_class verdict);
enum exit_status status_worse(enum exit_status a, enum exit_status b);
const char *verdict_sentence(enum ckptcheck_class verdict);

/* source.c, absence.c */
struct ckptcheck_view view_wanted(const struct options *opt);
char *source_read(const struct options *opt, struct answer *answer, size_t *len, bool *viewed);
char *stream_take(const struct options *opt, int pid, size_t *len);
void stream_rewind(void);
void absence_explain(const struct options *opt, struct answer *answer);
void refusal_explain(struct answer *answer);
bool proc_is_mounted(const char *dir);

/* answer.c */
void answer_get(const struct options *opt, const struct criu_line *criu, struct answer *answer,
		int pid);
void answer_free(struct answer *answer);
int answer_root(const struct answer *answer);
bool answer_complete(const struct answer *answer);

/* table.c, tree.c, heading.c, json.c, explain.c, list.c */
void tree_print(const struct options *opt, const struct answer *answer);
void table_print(const struct options *opt, const struct answer *answers, size_t nr);
char *heading_target(const struct answer *answer);
void heading_print(const struct answer *answer);
void closing_print(const struct options *opt, const struct answer *answer);
void json_print(const struct options *opt, const struct answer *answers, size_t nr);
int explain_rule(const char *name);
void list_rules(const struct options *opt);
void list_columns(const struct options *opt);

/* filter.c */
void filter_check(const struct options *opt);
void filter_apply(const struct options *opt, struct answer *answer);
bool filter_available(void);

/* load.c, criuns.c */
void load_module(const struct options *opt);
void enter_namespaces(const struct options *opt);

/* prose.c, made from Documentation/rules */
struct prose {
	const char *rule;
	const char *cure;	/* in half a line, "" if there is none */
	const char *text;
};

const struct prose *prose_find(const char *rule);

#endif
