// SPDX-License-Identifier: GPL-2.0
/*
 * criuhook.c - the options of a criu that runs, for its action script. Where an engine drives
 * it by RPC, its configuration files are all that can be seen of them.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/ckptcheck.h>

#include "criu.h"
#include "engine.h"
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

/* Return: the name of the parent's process, for free(). */
static char *parent_of(int pid)
{
	char *path = xasprintf("/proc/%d/status", pid), *line = NULL;
	FILE *file = fopen(path, "re");
	size_t size = 0;
	int parent = 0;

	while (file && getline(&line, &size, file) > 0)
		if (sscanf(line, "PPid: %d", &parent) == 1)
			break;
	if (file)
		fclose(file);
	free(path);
	path = xasprintf("/proc/%d/comm", parent);
	file = fopen(path, "re");
	if (!file || getline(&line, &size, file) <= 0) {
		line = xrealloc(line, 1);
		*line = '\0';
	}
	if (file)
		fclose(file);
	free(path);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static struct criu_line *rpc_line(int pid, __u32 target)
{
	char *name = parent_of(pid);
	struct criu_line *line = criu_line_of_text("", engine_config(name, target));

	line->rpc = true;
	free(name);
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
