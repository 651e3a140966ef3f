// SPDX-License-Identifier: GPL-2.0
/*
 * criuline.c - which options criu has in force: those of its command line and of configuration
 * files, read in the order in which criu reads them.
 */
#include <err.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/ckptcheck.h>

#include "criu.h"
#include "text.h"
#include "tool.h"

#define USER_CONFIG	".criu/default.conf"

const struct criu_option criu_options[] = {
#define CRIU_OPTION(name, letter, argument, major, minor, match) \
	{ name, letter, CRIU_##argument, CKPTCHECK_VERSION(major, minor, 0), CRIU_##match },
#define CRIU_RELIEF(rule, major, minor, option, cls)
#include "criu_options.def"
#undef CRIU_OPTION
#undef CRIU_RELIEF
};

const size_t criu_nr_options = sizeof(criu_options) / sizeof(*criu_options);

/* What getopt_long() returns for row i, and for its --no- form: beyond all letters. */
#define ROW_VALUE(i)	(1000 + 2 * (int)(i))

/* The table as getopt_long() wants it. */
struct parser {
	struct option *longs;
	char letters[256];
};

static void parser_make(struct parser *parser)
{
	char *p = parser->letters;
	size_t i, n = 0;

	parser->longs = xrealloc(NULL, (2 * criu_nr_options + 1) * sizeof(*parser->longs));
	*p++ = ':';
	for (i = 0; i < criu_nr_options; i++) {
		const struct criu_option *option = &criu_options[i];
		int arg = option->argument == CRIU_REQUIRED ? required_argument :
			  option->argument == CRIU_OPTIONAL ? optional_argument : no_argument;

		parser->longs[n++] = (struct option){ option->name, arg, NULL, ROW_VALUE(i) };
		if (option->argument == CRIU_BOOL)
			parser->longs[n++] = (struct option){
				xasprintf("no-%s", option->name), arg, NULL, ROW_VALUE(i) + 1 };
		if (option->letter)
			p += sprintf(p, "%c%s", option->letter,
				     arg == required_argument ? ":" :
				     arg == optional_argument ? "::" : "");
	}
	parser->longs[n] = (struct option){ };
}

static void parser_free(struct parser *parser)
{
	struct option *p;

	for (p = parser->longs; p->name; p++)
		if (p->val % 2)
			free((char *)p->name);
	free(parser->longs);
}

static void unknown_option(const char *word)
{
	static char **told;
	static size_t nr;
	size_t i;

	for (i = 0; i < nr; i++)
		if (!strcmp(told[i], word))
			return;
	told = xrealloc(told, (nr + 1) * sizeof(*told));
	told[nr++] = xasprintf("%s", word);
	warnx("%s: no option of criu that is known here, left out", word);
}

static const struct criu_option *option_named(const char *name)
{
	size_t i;

	for (i = 0; strcmp(criu_options[i].name, name); i++)
		;
	return &criu_options[i];
}

static void add(struct criu_line *line, const struct criu_option *option, char *arg, bool off)
{
	line->given = xrealloc(line->given, (line->nr + 1) * sizeof(*line->given));
	line->given[line->nr++] = (struct criu_given){ option, arg, off };
}

/**
 * criu_line_add() - one more option
 * @line: gets it, after those it has
 * @name: of an option of the table
 * @arg: its argument, which is the line's from now on
 */
void criu_line_add(struct criu_line *line, const char *name, char *arg)
{
	add(line, option_named(name), arg, false);
}

static void take(struct criu_line *line, const struct criu_option *option, bool off)
{
	const char *colon;

	if (!strcmp(option->name, "tree")) {
		line->pid = atoi(optarg);
		if (line->pid < 1)
			errx(EXIT_ERROR, "criu --tree wants a process id, not \"%s\"", optarg);
	}
	if (strcmp(option->name, "ext-mount-map")) {
		add(line, option, optarg ? xasprintf("%s", optarg) : NULL, off);
		return;
	}
	/* An older way to write --external. */
	colon = strchr(optarg, ':');
	if (!strcmp(optarg, "auto"))
		criu_line_add(line, "external", xasprintf("mnt[]"));
	else if (colon)
		criu_line_add(line, "external",
			      xasprintf("mnt[%.*s]%s", (int)(colon - optarg), optarg, colon));
	else
		errx(EXIT_ERROR, "criu --ext-mount-map wants MOUNTPOINT:KEY, not \"%s\"", optarg);
}

static const struct criu_option *option_of(int c, bool *off)
{
	size_t i;

	*off = c >= ROW_VALUE(0) && c % 2;
	if (c >= ROW_VALUE(0))
		return &criu_options[(c - ROW_VALUE(0)) / 2];
	for (i = 0; criu_options[i].letter != c; i++)
		;
	return &criu_options[i];
}

/*
 * Takes the options of one source; words that are none are behind optind then. Return: whether
 * all of them are known.
 */
static bool parse(struct criu_line *line, int argc, char **argv)
{
	struct parser parser;
	bool known = true, off;
	int c;

	parser_make(&parser);
	opterr = 0;
	optind = 0;
	while ((c = getopt_long(argc, argv, parser.letters, parser.longs, NULL)) != -1) {
		if (c == ':')
			errx(EXIT_ERROR, "criu's option %s wants an argument", argv[optind - 1]);
		if (c != '?') {
			const struct criu_option *option = option_of(c, &off);

			take(line, option, off);
		} else if (optopt >= ROW_VALUE(0)) {
			errx(EXIT_ERROR, "criu's option %s takes no argument", argv[optind - 1]);
		} else {
			char letter[3] = { '-', optopt };

			known = false;
			unknown_option(optopt ? letter : argv[optind - 1]);
		}
	}
	parser_free(&parser);
	return known;
}

static void parse_config(struct criu_line *line, const char *path, bool wanted)
{
	int argc, i;
	char **argv = criu_config_read(path, wanted, &argc);

	if (!argv)
		return;
	parse(line, argc, argv);
	for (i = 0; i < argc; i++)
		free(argv[i]);
	free(argv);
}

/* What criu looks for before it reads any file. */
static const char *config_option(const struct criu_line *line, bool *no_default)
{
	const char *path = NULL;
	int i;

	*no_default = false;
	for (i = 1; i < line->argc; i++) {
		if (!strcmp(line->argv[i], "--no-default-config")) {
			*no_default = true;
		} else if (!strcmp(line->argv[i], "--config") && i + 1 < line->argc) {
			path = line->argv[i + 1];
			*no_default = true;
		} else if (!strncmp(line->argv[i], "--config=", 9)) {
			path = line->argv[i] + 9;
			*no_default = true;
		}
	}
	return path;
}

static void parse_default_configs(struct criu_line *line)
{
	const char *home = getenv("HOME");
	char *path;

	parse_config(line, CRIU_GLOBAL_CONFIG, false);
	if (!home)
		return;
	path = xasprintf("%s/" USER_CONFIG, home);
	parse_config(line, path, false);
	free(path);
}

static bool is_dump(const char *word)
{
	return !strcmp(word, "dump") || !strcmp(word, "pre-dump");
}

/* "dump" may stand anywhere; the argument of an option that is not known looks like a command. */
static void check_command(char **argv, int argc, bool all_known)
{
	bool found = false;
	int i;

	for (i = optind; i < argc; i++) {
		if (is_dump(argv[i]) && !found)
			found = true;
		else if (all_known)
			errx(EXIT_ERROR, "only criu's commands dump and pre-dump can be judged, not \"%s\"",
			     argv[i]);
	}
	if (!found)
		errx(EXIT_ERROR, "criu's command is missing: dump or pre-dump");
}

static void parse_all(struct criu_line *line, const char *rpc_config)
{
	char **argv = xrealloc(NULL, (line->argc + 1) * sizeof(*argv));
	const char *env = getenv("CRIU_CONFIG_FILE"), *config;
	bool no_default, known;

	config = config_option(line, &no_default);
	if (!no_default)
		parse_default_configs(line);
	if (env)
		parse_config(line, env, true);
	if (config)
		parse_config(line, config, true);
	/* getopt changes the order. */
	memcpy(argv, line->argv, (line->argc + 1) * sizeof(*argv));
	known = parse(line, line->argc, argv);
	if (line->has_command)
		check_command(argv, line->argc, known);
	if (rpc_config)
		parse_config(line, rpc_config, true);
	free(argv);
}

static void add_word(struct criu_line *line, char *word)
{
	line->argv = xrealloc(line->argv, (line->argc + 2) * sizeof(*line->argv));
	line->argv[line->argc++] = word;
	line->argv[line->argc] = NULL;
}

static struct criu_line *line_new(void)
{
	struct criu_line *line = xrealloc(NULL, sizeof(*line));

	*line = (struct criu_line){ };
	add_word(line, xasprintf("criu"));
	return line;
}

static bool is_criu(const char *word)
{
	const char *slash = strrchr(word, '/');

	return !strcmp(slash ? slash + 1 : word, "criu");
}

/* Whether a command line of criu begins with @word. */
bool criu_is_command(const char *word)
{
	return is_dump(word) || is_criu(word);
}

/**
 * criu_line_of() - a command line of criu
 * @argc: number of @argv
 * @argv: its words, from "criu" or from the command on
 * @rpc_config: file that counts last, NULL if there is none
 */
struct criu_line *criu_line_of(int argc, char **argv, const char *rpc_config)
{
	struct criu_line *line = line_new();
	int i;

	for (i = is_criu(argv[0]); i < argc; i++)
		add_word(line, xasprintf("%s", argv[i]));
	line->has_command = true;
	parse_all(line, rpc_config);
	return line;
}

/* Takes the next word, in quotes or not. */
static char *next_word(const char **text)
{
	const char *p = *text;
	char *word, quote = 0;
	FILE *out = text_open(&word);

	for (; *p && (quote || !strchr(" \t\n", *p)); p++) {
		if (quote ? *p == quote : *p == '\'' || *p == '"')
			quote = quote ? 0 : *p;
		else
			fputc(*p, out);
	}
	if (quote)
		errx(EXIT_ERROR, "--criu-options: a quote is not closed: %s", *text);
	*text = p;
	return text_close(out, &word);
}

/* Options only, in one text, with the quotes of a shell. */
struct criu_line *criu_line_of_text(const char *text, const char *rpc_config)
{
	struct criu_line *line = line_new();

	for (text += strspn(text, " \t\n"); *text; text += strspn(text, " \t\n"))
		add_word(line, next_word(&text));
	parse_all(line, rpc_config);
	return line;
}

void criu_line_free(struct criu_line *line)
{
	size_t i;

	if (!line)
		return;
	for (i = 0; i < line->nr; i++)
		free(line->given[i].arg);
	free(line->given);
	for (i = 0; i < (size_t)line->argc; i++)
		free(line->argv[i]);
	free(line->argv);
	free(line);
}
