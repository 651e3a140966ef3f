// SPDX-License-Identifier: GPL-2.0
/*
 * criuns.c - --criu-ns: a report is judged for a criu in the reader's namespaces; this moves
 * the reader into those of another process.
 */
#include <err.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "text.h"
#include "tool.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x00000080
#endif

static const struct {
	const char *name;
	int flag;
} namespaces[] = {
	{ "user", CLONE_NEWUSER },
	{ "mnt", CLONE_NEWNS },
	{ "net", CLONE_NEWNET },
	{ "ipc", CLONE_NEWIPC },
	{ "uts", CLONE_NEWUTS },
	{ "pid", CLONE_NEWPID },
	{ "cgroup", CLONE_NEWCGROUP },
	{ "time", CLONE_NEWTIME },
};

/* Only what differs is entered: re-entering one's own user namespace is an error. */
static int differing(int pid)
{
	struct stat mine, theirs;
	int flags = 0;
	size_t i;

	for (i = 0; i < sizeof(namespaces) / sizeof(*namespaces); i++) {
		char *own = xasprintf("/proc/self/ns/%s", namespaces[i].name);
		char *other = xasprintf("/proc/%d/ns/%s", pid, namespaces[i].name);

		if (!stat(own, &mine)) {
			if (stat(other, &theirs))
				err(EXIT_ERROR, "--criu-ns %d: cannot look at its namespaces", pid);
			if (mine.st_ino != theirs.st_ino)
				flags |= namespaces[i].flag;
		}
		free(own);
		free(other);
	}
	return flags;
}

/* Waits for the child that does the work, and ends as it ended. */
static void __attribute__((noreturn)) end_like(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			err(EXIT_ERROR, "waitpid");
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	_exit(EXIT_ERROR);
}

/**
 * enter_namespaces() - go on in the namespaces of another process
 * @pid: that process
 *
 * A process keeps its pid namespace, only its children get the new one: the caller goes on as a
 * child then.
 */
void enter_namespaces(int pid)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0), flags;
	pid_t child;

	if (pidfd < 0)
		err(EXIT_ERROR, "--criu-ns %d", pid);
	flags = differing(pid);
	if (flags && setns(pidfd, flags))
		err(EXIT_ERROR, "--criu-ns %d: cannot enter its namespaces", pid);
	close(pidfd);
	if (!(flags & CLONE_NEWPID))
		return;
	child = fork();
	if (child < 0)
		err(EXIT_ERROR, "fork");
	if (child)
		end_like(child);
}
