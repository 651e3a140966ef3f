// SPDX-License-Identifier: GPL-2.0
/*
 * color.c - colours of the classes of findings, and whether there are any: as terminal-colors.d(5)
 * has it. Names of colours are those of libsmartcols, which has no function for the files.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "color.h"
#include "text.h"

#define NAME		"ckptcheck"
#define SYSTEM_DIR	"/etc/terminal-colors.d"

static const char *colors[CKPTCHECK_NR_CLASSES] = {
	[CKPTCHECK_CLASS_INFO] = NULL,
	[CKPTCHECK_CLASS_LOSSY] = "cyan",
	[CKPTCHECK_CLASS_RESTORE] = "blue",
	[CKPTCHECK_CLASS_OPTION] = "yellow",
	[CKPTCHECK_CLASS_UNKNOWN] = "magenta",
	[CKPTCHECK_CLASS_BLOCKER] = "red",
};

static bool wanted;

/* How well a file, "[[name][@term].]type", fits; 0: not at all, or it is of another type. */
static int score(const char *file, const char *type)
{
	const char *dot = strrchr(file, '.'), *term = getenv("TERM");
	size_t name_len = strcspn(file, "@.");
	int points = 1;

	if (strcmp(dot ? dot + 1 : file, type))
		return 0;
	if (!dot)
		return points;
	if (name_len) {
		if (name_len != strlen(NAME) || strncmp(file, NAME, name_len))
			return 0;
		points += 20;
	}
	if (file[name_len] == '@') {
		file += name_len + 1;
		if (!term || (size_t)(dot - file) != strlen(term) ||
		    strncmp(file, term, dot - file))
			return 0;
		points += 10;
	}
	return points;
}

/* The folder of the user, if there is one, counts instead of that of the system. */
static DIR *open_dir(char **path)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	DIR *dir = NULL;

	*path = NULL;
	if (config && *config)
		*path = xasprintf("%s/terminal-colors.d", config);
	else if (home && *home)
		*path = xasprintf("%s/.config/terminal-colors.d", home);
	if (*path)
		dir = opendir(*path);
	if (dir)
		return dir;
	free(*path);
	*path = xasprintf("%s", SYSTEM_DIR);
	return opendir(*path);
}

/* "1;31" and "\e[1;31m" as a terminal takes them; a name as it is. */
static char *sequence(const char *text)
{
	char *result;
	FILE *out;

	if (isdigit((unsigned char)*text))
		return xasprintf("\033[%sm", text);
	out = text_open(&result);
	for (; *text; text++) {
		if (text[0] == '\\' && text[1])
			fputc(*++text == 'e' ? '\033' : *text, out);
		else
			fputc(*text, out);
	}
	return text_close(out, &result);
}

/* Lines "CLASS COLOUR". Colours are kept as long as the program runs. */
static void read_scheme(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[256], name[32], color[128];
	int i;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %31[^# \t\n] %127[^#\t\n ]", name, color) != 2)
			continue;
		for (i = 0; i < CKPTCHECK_NR_CLASSES; i++)
			if (!strcmp(name, class_name(i)))
				colors[i] = sequence(color);
	}
	if (file)
		fclose(file);
}

/* Reads the best scheme. Return: whether the files are against colours. */
static bool read_dir(void)
{
	int enable = 0, disable = 0, best = 0, points;
	char *path, *scheme = NULL;
	DIR *dir = open_dir(&path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		points = score(entry->d_name, "enable");
		enable = points > enable ? points : enable;
		points = score(entry->d_name, "disable");
		disable = points > disable ? points : disable;
		points = score(entry->d_name, "scheme");
		if (points <= best)
			continue;
		best = points;
		free(scheme);
		scheme = xasprintf("%s/%s", path, entry->d_name);
	}
	if (dir)
		closedir(dir);
	if (scheme)
		read_scheme(scheme);
	free(scheme);
	free(path);
	return disable > enable;
}

static bool terminal_has_colors(void)
{
	const char *term = getenv("TERM"), *without = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") && !(without && *without);
}

/* Decides whether there are colours, and which. */
void colors_init(const struct options *opt)
{
	bool against;

	if (opt->mode != OUTPUT_TABLE || opt->color == COLOR_NEVER ||
	    (opt->color == COLOR_AUTO && !terminal_has_colors()))
		return;
	against = read_dir();
	wanted = opt->color == COLOR_ALWAYS || !against;
}

bool colors_wanted(void)
{
	return wanted;
}

/* Return: NULL for none. */
const char *color_of(enum ckptcheck_class cls)
{
	return wanted ? colors[cls] : NULL;
}
