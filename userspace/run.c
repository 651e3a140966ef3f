// SPDX-License-Identifier: GPL-2.0
/* run.c - runs another program, without a shell, for what it prints. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"
#include "text.h"

#define MAX_OUTPUT	65536

/* Return: a pid, or -1. */
static pid_t start(const char * const argv[], int out)
{
	posix_spawn_file_actions_t actions;
	pid_t pid;
	int rc;

	if (posix_spawn_file_actions_init(&actions))
		return -1;
	rc = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!rc)
		rc = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (!rc)
		rc = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
						      O_WRONLY, 0);
	if (!rc)
		rc = posix_spawnp(&pid, argv[0], &actions, NULL, (char * const *)argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return rc ? -1 : pid;
}

/* What is more than MAX_OUTPUT is read and dropped: a program must not hang on its pipe. */
static char *read_text(int fd)
{
	char *text = xrealloc(NULL, MAX_OUTPUT + 1), rest[512];
	size_t n = 0;
	ssize_t got;

	for (;;) {
		bool full = n == MAX_OUTPUT;

		got = read(fd, full ? rest : text + n, full ? sizeof(rest) : MAX_OUTPUT - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += full ? 0 : got;
	}
	text[n] = '\0';
	return text;
}

/**
 * run() - run a program to its end
 * @argv: looked up in PATH
 *
 * Return: what it printed, for free(); NULL if it could not be run, or failed.
 */
char *run(const char * const argv[])
{
	int pipes[2], status = -1;
	char *text;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		return NULL;
	pid = start(argv, pipes[1]);
	close(pipes[1]);
	text = pid > 0 ? read_text(pipes[0]) : NULL;
	close(pipes[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (text && !status)
		return text;
	free(text);
	return NULL;
}
