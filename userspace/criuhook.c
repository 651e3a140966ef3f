// SPDX-License-Identifier: GPL-2.0
/*
 * criuhook.c - the options of a criu that runs, for its action script. Where an engine drives
 * it by RPC, they are those of its configuration files and those that the engine was told.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/ckptcheck.h>

#include "criu.h"
#include "engine.h"
#include "proc.h"
#include "text.h"
#include "tool.h"

/* What criu makes of its command line when a request has come by RPC. */
#define RPC_TITLE	"criu: "

/* Return: the words of its command line, the last one NULL; each is part of the first one. */
static char **command_line(int pid, int *argc)
{
	char *path = xasprintf("/proc/%d/cmdline", pid), *text = NULL, *p;
	FILE *file = fopen(path, "re");
	size_t size = 0;
	ssize_t len = file ? getdelim(&text, &size, EOF, file) : -1;
	char **argv = xrealloc(NULL, (len < 0 ? 1 : len + 2) * sizeof(*argv));

	if (len <= 0)
		errx(EXIT_ERROR, "--criu-pid %d: cannot read %s", pid, path);
	fclose(file);
	free(path);
	*argc = 0;
	for (p = text; p < text + len; p += strlen(p) + 1)
		argv[(*argc)++] = p;
	argv[*argc] = NULL;
	return argv;
}

/* "--empty-ns network", in one word or two. */
static bool has_empty_net(char **argv)
{
	const char *word = argv[0] + strspn(argv[0], "-");

	if (!strcmp(word, "empty-ns"))
		return argv[1] && !strcmp(argv[1], "network");
	return !strcmp(word, "empty-ns=network");
}

static bool ends_in_true(const char *word)
{
	size_t len = strlen(word), n = strlen("=true");

	return len > n && !strcmp(word + len - n, "=true");
}

/*
 * What somebody told the engine, from its command line. Return: whether that is known: other
 * programs than these two have other words.
 */
static bool add_told(struct criu_line *line, const struct process *engine)
{
	static const struct {
		const char *word;
		const char *option;
	} words[] = {
		{ "tcp-established", "tcp-established" },
		{ "tcp-skip-in-flight", "skip-in-flight" },
		{ "tcp-close", "tcp-close" },
		{ "ext-unix-sk", "ext-unix-sk" },
		{ "shell-job", "shell-job" },
		{ "file-locks", "file-locks" },
	};
	int argc, i;
	char **argv;
	size_t j;

	if (!engine_is_known(engine->comm))
		return false;
	argv = command_line(engine->pid, &argc);
	for (i = 1; i < argc; i++) {
		const char *word = argv[i] + strspn(argv[i], "-");
		size_t len = ends_in_true(word) ? strlen(word) - strlen("=true") : strlen(word);

		for (j = 0; word > argv[i] && j < sizeof(words) / sizeof(*words); j++)
			if (strlen(words[j].word) == len && !memcmp(words[j].word, word, len))
				criu_line_add(line, words[j].option, NULL);
		if (word > argv[i] && has_empty_net(&argv[i]))
			criu_line_add(line, "empty-ns", xasprintf("net"));
	}
	free(argv[0]);
	free(argv);
	return true;
}

static struct criu_line *rpc_line(int pid, __u32 target)
{
	struct process criu = { 0 }, engine = { 0 };
	struct criu_line *line;

	if (process_read(pid, &criu))
		process_read(criu.parent, &engine);
	line = criu_line_of_text("", engine_config(engine.comm, target));
	line->rpc = true;
	line->told = add_told(line, &engine);
	return line;
}

/**
 * criu_line_of_process() - options that a running criu has in force
 * @pid: the criu
 * @target: its version, 0 if that is not known
 *
 * HOME and CRIU_CONFIG_FILE are those of the caller, who has them from that criu.
 */
struct criu_line *criu_line_of_process(int pid, __u32 target)
{
	struct criu_line *line;
	int argc;
	char **argv = command_line(pid, &argc);

	if (!strncmp(argv[0], RPC_TITLE, strlen(RPC_TITLE)) ||
	    (argc > 1 && !strcmp(argv[1], "swrk")))
		line = rpc_line(pid, target);
	else
		line = criu_line_of(argc, argv, NULL);
	free(argv[0]);
	free(argv);
	return line;
}
