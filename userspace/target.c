// SPDX-License-Identifier: GPL-2.0
/* target.c - which CRIU is meant where nobody says: the one that would do the dump here. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "text.h"
#include "tool.h"

#define TARGET_FILE	"/sys/kernel/ckptcheck/target"

/* Reads the version at the beginning of a text that may go on with anything. */
static bool parse_beginning(const char *text, __u32 *target)
{
	char *version = xasprintf("%.*s", (int)strspn(text, "0123456789."), text);
	bool good = target_parse(version, target);

	free(version);
	return good;
}

/* The module's default is the newest known one; something else was written by somebody. */
static bool chosen_by_administrator(__u32 *target)
{
	FILE *file = fopen(TARGET_FILE, "re");
	char line[64] = "";
	bool good = file && fgets(line, sizeof(line), file) && parse_beginning(line, target) &&
		    *target != CKPTCHECK_TARGET_NEWEST;

	if (file)
		fclose(file);
	return good;
}

/* "Version: 4.1.1" is in what criu prints. */
static bool installed(__u32 *target)
{
	static const char * const argv[] = { "criu", "--version", NULL };
	static const char before[] = "Version: ";
	char *text = run(argv), *version = text ? strstr(text, before) : NULL;
	bool good = version && parse_beginning(version + strlen(before), target);

	free(text);
	return good;
}

/**
 * target_choose() - the CRIU that is meant if --target does not say
 * @opt: its default_target and target_origin are filled in
 *
 * What an administrator wrote for all readers counts more than what happens to be installed.
 */
void target_choose(struct options *opt)
{
	if (opt->target)
		return;
	if (chosen_by_administrator(&opt->default_target)) {
		opt->target_origin = "set in " TARGET_FILE;
	} else if (installed(&opt->default_target)) {
		opt->target_origin = "installed";
	} else {
		opt->default_target = CKPTCHECK_TARGET_NEWEST;
		opt->target_origin = "newest known";
	}
}
