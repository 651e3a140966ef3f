// SPDX-License-Identifier: GPL-2.0
/*
 * criuconf.c - configuration files of criu as command lines: an option a line, without its
 * dashes, its argument behind a blank and perhaps in double quotes, comments behind "#".
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "criu.h"
#include "text.h"
#include "tool.h"

#define BLANKS	" \t\r\v\f"

/* Copies a value up to @end, with \" for ". A "#" ends it, in quotes too: so does criu. */
static char *copy_value(const char *p, const char *end)
{
	char *value = xrealloc(NULL, end - p + 1), *out = value;

	for (; p < end && *p != '#'; p++)
		if (*p != '\\' || p + 1 == end || p[1] != '"')
			*out++ = *p;
	*out = '\0';
	return value;
}

static const char *closing_quote(const char *p)
{
	for (p++; *p; p++)
		if (*p == '"' && (p[-1] != '\\'))
			return p;
	return NULL;
}

/*
 * Takes the value that @p begins with, NULL if there is none. Return: whether criu takes what
 * stands there.
 */
static bool take_value(const char *p, char **value)
{
	bool quoted = *p == '"';
	const char *end;

	*value = NULL;
	if (!*p || *p == '#')
		return true;
	end = quoted ? closing_quote(p) : p + strcspn(p, BLANKS);
	if (!end)
		return false;
	*value = copy_value(p + quoted, end);
	if (!quoted && memchr(p, '#', end - p))
		return true;
	end += quoted;
	end += strspn(end, BLANKS);
	return !*end || *end == '#';
}

static void add(char ***argv, int *argc, char *word)
{
	*argv = xrealloc(*argv, (*argc + 2) * sizeof(**argv));
	(*argv)[(*argc)++] = word;
	(*argv)[*argc] = NULL;
}

/**
 * criu_config_read() - a configuration file as arguments
 * @path: the file
 * @wanted: somebody has asked for this file
 * @argc: their number
 *
 * criu goes on without a file that it cannot read.
 *
 * Return: arguments with "criu" as the first one, each and all for free(); NULL without a file.
 */
char **criu_config_read(const char *path, bool wanted, int *argc)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, **argv = NULL, *p, *value;
	size_t size = 0, number = 0, len;

	if (!file) {
		if (wanted || (errno != ENOENT && errno != ENOTDIR))
			warn("criu's configuration file %s is left out", path);
		return NULL;
	}
	*argc = 0;
	add(&argv, argc, xasprintf("criu"));
	while (getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\n")] = '\0';
		p = line + strspn(line, BLANKS);
		if (!*p || *p == '#')
			continue;
		len = strcspn(p, BLANKS);
		add(&argv, argc, xasprintf("--%.*s", (int)len, p));
		p += len;
		if (!take_value(p + strspn(p, BLANKS), &value))
			errx(EXIT_ERROR, "%s:%zu: criu does not take this line: one option, one argument, in double quotes if there are blanks in it",
			     path, number);
		if (value)
			add(&argv, argc, value);
	}
	if (ferror(file))
		err(EXIT_ERROR, "cannot read %s", path);
	free(line);
	fclose(file);
	return argv;
}
