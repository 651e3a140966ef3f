// SPDX-License-Identifier: GPL-2.0
/* mkobj_pidfd.c - pidfds of processes inside, outside and gone, and of threads. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mkobj.h"

/* What m->num says the pidfd is of. */
enum { SELF, CHILD, GONE, ZOMBIE, PARENT, THREAD };

/* Not every C library has the function; the flag for threads is O_EXCL. */
static int open_pidfd(pid_t pid, unsigned int flags)
{
	return syscall(SYS_pidfd_open, pid, flags);
}

static pid_t choose(long what)
{
	switch (what) {
	case CHILD:
		return mkobj_child();
	case GONE:
	case ZOMBIE:
		return mkobj_dead_child();
	case PARENT:
		return getppid();
	default:
		return getpid();
	}
}

static void make_pidfd(struct mkobj *m)
{
	pid_t pid = choose(m->c->num);
	int fd = open_pidfd(pid, m->c->num == THREAD ? O_EXCL : 0);

	if (fd < 0)
		mkobj_lacks("pidfd_open: %m");
	if (m->c->num == GONE) {
		waitpid(pid, NULL, 0);
		mkobj_key(m, "fd=%d", fd);
	} else {
		mkobj_key(m, "fd=%d target-%s=%d", fd, m->c->num == THREAD ? "tid" : "pid", pid);
	}
}

/* What stood for a process before there were pidfds. */
static void make_proc_folder(struct mkobj *m)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", m->target);
	mkobj_try(open(path, O_RDONLY | O_DIRECTORY), path);
}

#define INSIDE	"pidfd-inside"
#define OUTSIDE	"pidfd-outside"
#define ONE	"pidfd-thread"

const struct mkobj_case mkobj_pidfd_cases[] = {
	{ .name = INSIDE, .rule = INSIDE, .make = make_pidfd, .num = SELF },
	{ .name = INSIDE ".child", .rule = INSIDE, .make = make_pidfd, .num = CHILD },
	{ .name = INSIDE ".zombie", .rule = INSIDE, .make = make_pidfd, .num = ZOMBIE },
	{ .name = INSIDE ".gone", .rule = INSIDE, .make = make_pidfd, .num = GONE },
	{ .name = INSIDE ".miss", .rule = INSIDE, .make = make_proc_folder },
	{ .name = OUTSIDE, .rule = OUTSIDE, .make = make_pidfd, .num = PARENT },
	{ .name = OUTSIDE ".miss", .rule = OUTSIDE, .make = make_pidfd, .num = CHILD,
	  .flags = "also=pidfd-inside" },
	{ .name = OUTSIDE ".miss-gone", .rule = OUTSIDE, .make = make_pidfd, .num = GONE,
	  .flags = "also=pidfd-inside" },
	{ .name = ONE, .rule = ONE, .make = make_pidfd, .num = THREAD },
	{ .name = ONE ".miss", .rule = ONE, .make = make_pidfd, .num = SELF,
	  .flags = "also=pidfd-inside" },
	{ }
};
