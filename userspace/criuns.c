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
#include <sys/prctl.h>
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

/*
 * Only what differs is entered: re-entering one's own user namespace is an error. Return: flags
 * of setns(2), -1 if they cannot be looked at.
 */
static int differing(int pid)
{
	struct stat mine, theirs;
	int flags = 0;
	size_t i;

	for (i = 0; i < sizeof(namespaces) / sizeof(*namespaces); i++) {
		char *own = xasprintf("/proc/self/ns/%s", namespaces[i].name);
		char *other = xasprintf("/proc/%d/ns/%s", pid, namespaces[i].name);

		if (!stat(own, &mine) && flags >= 0) {
			if (stat(other, &theirs))
				flags = -1;
			else if (mine.st_ino != theirs.st_ino)
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

/* Return: flags of the namespaces that were entered, -1 with errno set. */
static int enter(int pid)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0), flags, error;

	if (pidfd < 0)
		return -1;
	flags = differing(pid);
	if (flags > 0 && setns(pidfd, flags))
		flags = -1;
	error = errno;
	close(pidfd);
	errno = error;
	return flags;
}

/* A process keeps its pid namespace, only its children get the new one. */
static void go_on(int flags)
{
	pid_t child;

	if (flags < 0 || !(flags & CLONE_NEWPID))
		return;
	child = fork();
	if (child < 0)
		err(EXIT_ERROR, "fork");
	if (child)
		end_like(child);
	/* Nobody would be left to end a child that watches. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

/**
 * enter_namespaces() - go on in the namespaces that criu will have
 * @opt: whose they are
 *
 * What belongs to the host as a whole is dumped by a criu of the host: for that the namespaces
 * of process 1 are the default of root. An unprivileged criu cannot choose.
 */
void enter_namespaces(const struct options *opt)
{
	int flags;

	if (opt->criu_ns) {
		flags = enter(opt->criu_ns);
		if (flags < 0)
			err(EXIT_ERROR, "--criu-ns %d: cannot enter its namespaces", opt->criu_ns);
	} else if (opt->of_host && !geteuid()) {
		flags = enter(1);
		/* Nobody would read it: numbers that are wrong look like others. */
		if (flags < 0 && opt->mode == OUTPUT_OPENMETRICS)
			err(EXIT_ERROR, "cannot enter the namespaces of process 1, give others by --criu-ns");
		if (flags < 0)
			warn("cannot enter the namespaces of process 1, judged for a criu in those of this one");
	} else {
		return;
	}
	go_on(flags);
}
