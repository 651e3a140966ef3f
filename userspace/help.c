// SPDX-License-Identifier: GPL-2.0
/* help.c - --help, from the option table, and --version. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include <libsmartcols.h>

#include "tool.h"

/* A row of --help; no name: a blank line. */
struct help_row {
	char letter;
	const char *name;
	int has_arg;
	const char *arg;
	const char *help;
};

static const struct help_row help_rows[] = {
#define OPTION(id, letter, name, has_arg, arg, complete, help) \
	{ letter, name, has_arg, arg, help },
#define OPTION_GROUP() { },
#include "options.def"
#undef OPTION
#undef OPTION_GROUP
};

#define HELP_COLUMN	24

static void print_row(const struct help_row *row)
{
	bool optional = row->has_arg == optional_argument;
	const char *before = optional ? "[=" : row->has_arg ? " " : "";
	int n;

	if (!row->name) {
		fputc('\n', stdout);
		return;
	}
	n = row->letter ? printf(" -%c, ", row->letter) : printf("     ");
	n += printf("--%s%s%s%s", row->name, before, row->arg, optional ? "]" : "");
	if (n >= HELP_COLUMN)
		n = printf("\n") - 1;
	printf("%*s%s\n", HELP_COLUMN - n, "", row->help);
}

void print_help(void)
{
	size_t i;

	fputs("Usage: ckptcheck [options] PID...\n"
	      "       ckptcheck [options] [criu] dump|pre-dump -t PID [options of criu]\n"
	      "\n"
	      "Tells why CRIU could not checkpoint a process and its descendants.\n"
	      "\n", stdout);
	for (i = 0; i < sizeof(help_rows) / sizeof(*help_rows); i++)
		print_row(&help_rows[i]);
	fputs("\n"
	      "Exit status: 0 can be dumped, 1 error, 2 blocked, 3 needs options, 4 could not decide,\n"
	      "5 the dump passes, but state is lost or the restore fails.\n"
	      "\n"
	      "For more details see ckptcheck(8).\n", stdout);
	exit(EXIT_OK);
}

void print_version(void)
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
