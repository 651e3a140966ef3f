// SPDX-License-Identifier: GPL-2.0
/* options.c - the command line. */
#include <ctype.h>
#include <err.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libsmartcols.h>

#include "text.h"
#include "tool.h"

enum {
	OPT_TARGET = CHAR_MAX + 1,
	OPT_PROCESS,
	OPT_INFO,
	OPT_LOAD,
	OPT_LIST_RULES,
	OPT_EXPLAIN,
	OPT_PROC,
	OPT_CRIU_NS,
	OPT_CRIU_OPTIONS,
	OPT_CRIU_PID,
	OPT_RPC_CONFIG,
};

static const struct option long_options[] = {
	{ "criu-ns", required_argument, NULL, OPT_CRIU_NS },
	{ "criu-options", required_argument, NULL, OPT_CRIU_OPTIONS },
	{ "criu-pid", required_argument, NULL, OPT_CRIU_PID },
	{ "explain", required_argument, NULL, OPT_EXPLAIN },
	{ "filter", required_argument, NULL, 'Q' },
	{ "help", no_argument, NULL, 'h' },
	{ "info", required_argument, NULL, OPT_INFO },
	{ "json", no_argument, NULL, 'J' },
	{ "list-columns", no_argument, NULL, 'H' },
	{ "list-rules", no_argument, NULL, OPT_LIST_RULES },
	{ "load", optional_argument, NULL, OPT_LOAD },
	{ "noheadings", no_argument, NULL, 'n' },
	{ "notruncate", no_argument, NULL, 'u' },
	{ "output", required_argument, NULL, 'o' },
	{ "pid", required_argument, NULL, 'p' },
	{ "proc", required_argument, NULL, OPT_PROC },
	{ "process", no_argument, NULL, OPT_PROCESS },
	{ "raw", no_argument, NULL, 'r' },
	{ "rpc-config", required_argument, NULL, OPT_RPC_CONFIG },
	{ "target", required_argument, NULL, OPT_TARGET },
	{ "version", no_argument, NULL, 'V' },
	{ }
};

static const char help[] =
"Usage: ckptcheck [options] PID...\n"
"       ckptcheck [options] [criu] dump|pre-dump -t PID [options of criu]\n"
"\n"
"Tells why CRIU could not checkpoint a process and its descendants.\n"
"\n"
" -J, --json             JSON output\n"
" -r, --raw              raw output\n"
" -n, --noheadings       no headings\n"
" -o, --output LIST      columns to print; +LIST appends to the default\n"
" -H, --list-columns     list the columns\n"
" -u, --notruncate       neither cut nor wrap text\n"
" -p, --pid LIST         processes, separated by commas or blanks\n"
" -Q, --filter EXPR      print only the findings that EXPR holds for\n"
"\n"
"     --target VERSION   judge for this CRIU, from 1.0 on (default: the newest known, 4.2)\n"
"     --process          the process alone, without its descendants\n"
"     --info MODE        what only older CRIUs refused: none, each, summary (default)\n"
"     --criu-ns PID      judge for a criu in the namespaces of PID\n"
"     --criu-options TEXT\n"
"                        judge with these options of criu, and its configuration files\n"
"     --criu-pid PID     judge with the options of a criu that runs\n"
"     --rpc-config FILE  configuration file that an engine passes to criu, such as runc.conf\n"
"     --load[=FILE]      load the kernel module and mount its reports first\n"
"     --proc DIR         where the reports are (default " CKPTCHECK_MOUNT_POINT ")\n"
"\n"
"     --list-rules       list all rules\n"
"     --explain RULE     what a rule is about and what to do\n"
" -h, --help             this text\n"
" -V, --version          version\n"
"\n"
"Exit status: 0 can be dumped, 1 error, 2 blocked, 3 needs options, 4 could not decide,\n"
"5 the dump passes, but state is lost or the restore fails.\n"
"\n"
"For more details see ckptcheck(8).\n";

static void __attribute__((noreturn)) print_version(void)
{
	char oldest[TARGET_STRLEN], newest[TARGET_STRLEN];
	const char *smartcols;

	scols_get_library_version(&smartcols);
	printf("ckptcheck %s (report format %d, CRIU %s to %s, %d rules, libsmartcols %s%s)\n",
	       CKPTCHECK_TOOL_VERSION, CKPTCHECK_FORMAT,
	       target_print(oldest, CKPTCHECK_TARGET_OLDEST),
	       target_print(newest, CKPTCHECK_TARGET_NEWEST), CKPT_NR_RULES, smartcols,
	       filter_available() ? ", with filters" : "");
	exit(EXIT_OK);
}

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
	size_t len;
	int pid;

	len = take_pid(text, &pid);
	if (!len || text[len])
		errx(EXIT_ERROR, "not a process id: %s", text);
	return pid;
}

static void add_pid(struct options *opt, int pid)
{
	size_t i;

	for (i = 0; i < opt->nr_pids; i++)
		if (opt->pids[i] == pid)
			return;
	opt->pids = xrealloc(opt->pids, (opt->nr_pids + 1) * sizeof(*opt->pids));
	opt->pids[opt->nr_pids++] = pid;
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
		add_pid(opt, pid);
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

static void set_mode(struct options *opt, enum output_mode mode)
{
	if (opt->mode != OUTPUT_TABLE && opt->mode != mode)
		errx(EXIT_ERROR, "--json and --raw exclude each other");
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

static void take_long(struct options *opt, int c)
{
	switch (c) {
	case OPT_TARGET:
		set_target(opt, optarg);
		break;
	case OPT_PROCESS:
		opt->flags |= CKPTCHECK_VIEW_PROCESS;
		break;
	case OPT_INFO:
		set_info(opt, optarg);
		break;
	case OPT_LOAD:
		opt->load = true;
		opt->module = optarg;
		break;
	case OPT_LIST_RULES:
		opt->list_rules = true;
		break;
	case OPT_EXPLAIN:
		opt->explain = optarg;
		break;
	case OPT_PROC:
		set_proc(opt, optarg);
		break;
	case OPT_CRIU_NS:
		opt->criu_ns = parse_pid(optarg);
		break;
	case OPT_CRIU_OPTIONS:
		opt->criu_options = optarg;
		break;
	case OPT_CRIU_PID:
		opt->criu_pid = parse_pid(optarg);
		break;
	case OPT_RPC_CONFIG:
		opt->rpc_config = optarg;
		break;
	default:
		fputs("Try 'ckptcheck --help' for more information.\n", stderr);
		exit(EXIT_ERROR);
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
		add_pid(opt, opt->criu->pid);
	if (argc && !opt->nr_pids)
		errx(EXIT_ERROR, "criu dump wants a process: -t PID");
}

static void take(struct options *opt, int c)
{
	switch (c) {
	case 1:
		add_pid(opt, parse_pid(optarg));
		break;
	case 'J':
		set_mode(opt, OUTPUT_JSON);
		break;
	case 'r':
		set_mode(opt, OUTPUT_RAW);
		break;
	case 'n':
		opt->noheadings = true;
		break;
	case 'o':
		opt->columns = optarg;
		break;
	case 'H':
		opt->list_columns = true;
		break;
	case 'u':
		opt->notruncate = true;
		break;
	case 'p':
		add_pid_list(opt, optarg);
		break;
	case 'Q':
		opt->filter = optarg;
		break;
	case 'h':
		fputs(help, stdout);
		exit(EXIT_OK);
	case 'V':
		print_version();
	default:
		take_long(opt, c);
	}
}

/**
 * options_parse() - read the command line; exits on what is wrong with it
 * @opt: filled in
 * @argc: number of @argv
 * @argv: arguments
 */
void options_parse(struct options *opt, int argc, char **argv)
{
	int c, criu = argc;

	*opt = (struct options){ .proc = CKPTCHECK_MOUNT_POINT, .default_proc = true };
	/* With "-", words that are no options come in their order, as option 1. */
	while ((c = getopt_long(argc, argv, "-JrnuHhVo:p:Q:", long_options, NULL)) != -1) {
		if (c == 1 && criu_is_command(optarg)) {
			criu = optind - 1;
			optind = argc;
			break;
		}
		take(opt, c);
	}
	for (; optind < argc; optind++)
		add_pid(opt, parse_pid(argv[optind]));
	take_criu(opt, argc - criu, argv + criu);
	if (opt->nr_pids || opt->load || opt->list_rules || opt->list_columns || opt->explain)
		return;
	fputs("ckptcheck: no process id given\n"
	      "Try 'ckptcheck --help' for more information.\n", stderr);
	exit(EXIT_ERROR);
}
