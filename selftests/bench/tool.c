// SPDX-License-Identifier: GPL-2.0
/* tool.c - what people run to see open files: lsof and lsfd, with their output thrown away. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

static unsigned long run(const char *tool, pid_t pid)
{
	char number[16];
	pid_t child;
	int status;

	snprintf(number, sizeof(number), "%d", pid);
	child = fork();
	if (child < 0)
		err(1, "fork");
	if (!child) {
		dup2(open("/dev/null", O_WRONLY), 1);
		if (pid)
			execlp(tool, tool, "-p", number, NULL);
		else
			execlp(tool, tool, NULL);
		err(1, "%s", tool);
	}
	if (waitpid(child, &status, 0) < 0 || status)
		errx(1, "%s: status %d", tool, status);
	return 1;
}

unsigned long bench_lsof(pid_t pid)
{
	return run("lsof", pid);
}

unsigned long bench_lsfd(pid_t pid)
{
	return run("lsfd", pid);
}
