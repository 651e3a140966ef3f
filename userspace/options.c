// SPDX-License-Identifier: GPL-2.0
/* options.c - the command line. */
#include <ctype.h>
#include <err.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proc.h"
#include "text.h"
#include "tool.h"
#include "ways.h"

enum option_id {
#define OPTION(id, letter, name, has_arg, arg, complete, help) OPT_##id,
#define OPTION_GROUP()
#include "options.def"
#undef OPTION
#undef OPTION_GROUP
	NR_OPTIONS
};

/* Seconds between two questions of --watch. */
#define DEFAULT_WATCH	2

/* What getopt_long() returns for the long option in that row. */
#define LONG_BASE	(UCHAR_MAX + 1)

static const struct option long_options[] = {
#define OPTION(id, letter, name, has_arg, arg, complete, help) \
	{ name, has_arg, NULL, LONG_BASE + OPT_##id },
#define OPTION_GROUP()
#include "options.def"
#undef OPTION
#undef OPTION_GROUP
	{ }
};

static const char letters[NR_OPTIONS] = {
#define OPTION(id, letter, name, has_arg, arg, complete, help) letter,
#define OPTION_GROUP()
#include "options.def"
#undef OPTION
#undef OPTION_GROUP
};

/* Return: length of a pid at the beginning of @text, 0 if there is none. */
static size_t take_pid(const char *text, int *pid)
{
	char *end;
	long n;

	if (!isdigit((unsigned char)*text))
		return 0;
	n = strtol(text, &end, 10);
	if (n < 1 || n > INT_MAX)
		return 0;
	*pid = n;
	return end - text;
}

static int parse_pid(const char *text)
{
	int pid = number_from_text(text);

	if (!pid)
		errx(EXIT_ERROR, "not a process id: %s", text);
	return pid;
}

static void add_pid_list(struct options *opt, const char *list)
{
	const char *p = list;
	size_t len;
	int pid;

	for (p += strspn(p, ", \t\n"); *p; p += strspn(p, ", \t\n")) {
		len = take_pid(p, &pid);
		if (!len || (p[len] && !strchr(", \t\n", p[len])))
			errx(EXIT_ERROR, "not a list of process ids: %s", list);
		pid_add(opt, pid, NULL);
		p += len;
	}
}

static void set_target(struct options *opt, const char *text)
{
	char newest[TARGET_STRLEN];

	if (target_parse(text, &opt->target))
		return;
	target_print(newest, CKPTCHECK_TARGET_NEWEST);
	errx(EXIT_ERROR, "--target wants a CRIU version from 1.0 on, such as 3.17.1 or %s (newer ones are judged as %s), not \"%s\"",
	     newest, newest, text);
}

static void set_info(struct options *opt, const char *mode)
{
	opt->flags &= ~(CKPTCHECK_VIEW_INFO_EACH | CKPTCHECK_VIEW_INFO_NONE);
	if (!strcmp(mode, "none"))
		opt->flags |= CKPTCHECK_VIEW_INFO_NONE;
	else if (!strcmp(mode, "each"))
		opt->flags |= CKPTCHECK_VIEW_INFO_EACH;
	else if (strcmp(mode, "summary"))
		errx(EXIT_ERROR, "--info wants none, each or summary, not \"%s\"", mode);
}

static void set_watch(struct options *opt, const char *seconds)
{
	opt->watch = seconds ? number_from_text(seconds) : DEFAULT_WATCH;
	if (!opt->watch)
		errx(EXIT_ERROR, "--watch wants a number of seconds from 1 on, not \"%s\"",
		     seconds);
}

static void set_color(struct options *opt, const char *when)
{
	if (!strcmp(when, "auto"))
		opt->color = COLOR_AUTO;
	else if (!strcmp(when, "always"))
		opt->color = COLOR_ALWAYS;
	else if (!strcmp(when, "never"))
		opt->color = COLOR_NEVER;
	else
		errx(EXIT_ERROR, "--color wants auto, always or never, not \"%s\"", when);
}

static void set_mode(struct options *opt, enum output_mode mode)
{
	if (opt->mode != OUTPUT_TABLE && opt->mode != mode)
		errx(EXIT_ERROR, "--json, --raw and --openmetrics exclude each other");
	opt->mode = mode;
}

static void set_proc(struct options *opt, char *dir)
{
	size_t len = strlen(dir);

	while (len > 1 && dir[len - 1] == '/')
		dir[--len] = '\0';
	opt->proc = dir;
	opt->default_proc = !strcmp(opt->proc, CKPTCHECK_MOUNT_POINT);
}

static void __attribute__((noreturn)) wrong_usage(void)
{
	fputs("Try 'ckptcheck --help' for more information.\n", stderr);
	exit(EXIT_ERROR);
}

/* What is asked for, and whom. */
static void take_question(struct options *opt, enum option_id id, char *arg)
{
	switch (id) {
	case OPT_PID:
		add_pid_list(opt, arg);
		break;
	case OPT_CONTAINER:
		way_add(opt, WAY_CONTAINER, arg);
		break;
	case OPT_UNIT:
		way_add(opt, WAY_UNIT, arg);
		break;
	case OPT_CGROUP:
		way_add(opt, WAY_CGROUP, arg);
		break;
	case OPT_PID_FILE:
		way_add(opt, WAY_PID_FILE, arg);
		break;
	case OPT_NAME:
		way_add(opt, WAY_NAME, arg);
		break;
	case OPT_ALL:
		opt->all = true;
		opt->of_host = true;
		opt->flags |= CKPTCHECK_VIEW_PROCESS;
		break;
	case OPT_PROCESS:
		opt->flags |= CKPTCHECK_VIEW_PROCESS;
		break;
	case OPT_TARGET:
		set_target(opt, arg);
		break;
	case OPT_INFO:
		set_info(opt, arg);
		break;
	case OPT_CRIU_NS:
		opt->criu_ns = parse_pid(arg);
		break;
	case OPT_CRIU_OPTIONS:
		opt->criu_options = arg;
		break;
	case OPT_CRIU_PID:
		opt->criu_pid = parse_pid(arg);
		break;
	case OPT_RPC_CONFIG:
		opt->rpc_config = arg;
		break;
	case OPT_LOAD:
		opt->load = true;
		opt->module = arg;
		break;
	case OPT_PROC:
		set_proc(opt, arg);
		break;
	case OPT_EXPLAIN:
		opt->explain = arg;
		break;
	default:
		wrong_usage();
	}
}

static void take(struct options *opt, enum option_id id, char *arg)
{
	switch (id) {
	case OPT_JSON:
		set_mode(opt, OUTPUT_JSON);
		break;
	case OPT_RAW:
		set_mode(opt, OUTPUT_RAW);
		break;
	case OPT_OPENMETRICS:
		set_mode(opt, OUTPUT_OPENMETRICS);
		opt->textfile = arg;
		break;
	case OPT_NOHEADINGS:
		opt->noheadings = true;
		break;
	case OPT_OUTPUT:
		opt->columns = arg;
		break;
	case OPT_LIST_COLUMNS:
		opt->list_columns = true;
		break;
	case OPT_LIST_RULES:
		opt->list_rules = true;
		break;
	case OPT_QUIET:
		opt->quiet = true;
		break;
	case OPT_COLOR:
		set_color(opt, arg ? arg : "auto");
		break;
	case OPT_WATCH:
		set_watch(opt, arg);
		break;
	case OPT_TREE:
		opt->tree = true;
		break;
	case OPT_NOTRUNCATE:
		opt->notruncate = true;
		break;
	case OPT_FILTER:
		opt->filter = arg;
		break;
	case OPT_HELP:
		print_help();
	case OPT_VERSION:
		print_version();
	default:
		take_question(opt, id, arg);
	}
}

/* What is known of criu's options; @argv is its command line if there are any. */
static void take_criu(struct options *opt, int argc, char **argv)
{
	if (!!argc + !!opt->criu_options + !!opt->criu_pid > 1)
		errx(EXIT_ERROR, "criu's command line, --criu-options and --criu-pid exclude each other");
	if (argc) {
		if (opt->nr_pids)
			errx(EXIT_ERROR, "criu's -t names the process, nothing else does: %d",
			     opt->pids[0]);
		opt->criu = criu_line_of(argc, argv, opt->rpc_config);
	} else if (opt->criu_pid) {
		opt->criu = criu_line_of_process(opt->criu_pid, opt->target);
	} else if (opt->criu_options || opt->rpc_config) {
		opt->criu = criu_line_of_text(opt->criu_options ?: "", opt->rpc_config);
	}
	if (opt->criu && !opt->nr_pids && opt->criu->pid)
		pid_add(opt, opt->criu->pid, NULL);
	if (argc && !opt->nr_pids)
		errx(EXIT_ERROR, "criu dump wants a process: -t PID");
}

/*
 * getopt's short options; the caller's buffer holds three bytes an option. With "-", words that
 * are no options come in their order, as option 1.
 */
static void short_options(char *text)
{
	size_t i;
	int has_arg;

	*text++ = '-';
	for (i = 0; i < NR_OPTIONS; i++) {
		if (!letters[i])
			continue;
		*text++ = letters[i];
		for (has_arg = long_options[i].has_arg; has_arg; has_arg--)
			*text++ = ':';
	}
	*text = '\0';
}

static enum option_id option_of(int c)
{
	size_t i;

	if (c >= LONG_BASE)
		return c - LONG_BASE;
	for (i = 0; i < NR_OPTIONS && letters[i] != c; i++)
		;
	return i;
}

/* What makes no sense together. */
static void check_options(const struct options *opt)
{
	if (opt->all && (opt->nr_pids || opt->nr_ways))
		errx(EXIT_ERROR, "--all takes no process ids, nor other ways to name some");
	if (opt->tree && (opt->all || opt->mode == OUTPUT_RAW))
		errx(EXIT_ERROR, "--tree excludes --all and --raw");
	if (opt->mode != OUTPUT_OPENMETRICS)
		return;
	if (!opt->all)
		errx(EXIT_ERROR, "--openmetrics wants --all: its numbers are those of a host");
	if (opt->columns || opt->quiet || opt->watch)
		errx(EXIT_ERROR, "--openmetrics excludes --output, --quiet and --watch");
	if (opt->textfile && !*opt->textfile)
		errx(EXIT_ERROR, "--openmetrics= wants the name of a file");
}

/**
 * options_parse() - read the command line; exits on what is wrong with it
 * @opt: filled in
 * @argc: number of @argv
 * @argv: arguments
 */
void options_parse(struct options *opt, int argc, char **argv)
{
	char shorts[3 * NR_OPTIONS + 2];
	int c, criu = argc;

	*opt = (struct options){ .proc = CKPTCHECK_MOUNT_POINT, .default_proc = true };
	short_options(shorts);
	while ((c = getopt_long(argc, argv, shorts, long_options, NULL)) != -1) {
		if (c == 1 && criu_is_command(optarg)) {
			criu = optind - 1;
			optind = argc;
			break;
		}
		if (c == 1)
			pid_add(opt, parse_pid(optarg), NULL);
		else
			take(opt, option_of(c), optarg);
	}
	for (; optind < argc; optind++)
		pid_add(opt, parse_pid(argv[optind]), NULL);
	take_criu(opt, argc - criu, argv + criu);
	check_options(opt);
	if (opt->nr_pids || opt->nr_ways || opt->all || opt->load || opt->list_rules ||
	    opt->list_columns || opt->explain)
		return;
	fputs("ckptcheck: no process id given\n", stderr);
	wrong_usage();
}
