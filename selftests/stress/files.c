// SPDX-License-Identifier: GPL-2.0
/* files.c - descriptors, tables of them, pipes, locks, names that go. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "stress.h"

#define MOST_FDS	300
#define SHARED		"/tmp/stress-shared"

static void open_null(void)
{
	open("/dev/null", O_RDONLY);
}

static void open_file(void)
{
	open(pick(2) ? "/etc/passwd" : "/proc/self/status", O_RDONLY);
}

static void open_pipe(void)
{
	int p[2];

	if (pipe2(p, pick(2) ? O_DIRECT : 0))
		nap(1);
}

static void open_pair(void)
{
	int p[2];

	socketpair(AF_UNIX, SOCK_STREAM, 0, p);
}

static void open_event(void)
{
	sigset_t set;

	sigemptyset(&set);
	eventfd(0, 0);
	timerfd_create(CLOCK_MONOTONIC, 0);
	signalfd(-1, &set, 0);
}

static void open_watch(void)
{
	inotify_add_watch(inotify_init1(0), "/etc", IN_MODIFY);
}

static void open_memory(void)
{
	memfd_create("stress", 0);
}

static void open_terminal(void)
{
	open("/dev/ptmx", O_RDWR | O_NOCTTY);
}

/* What is watched may stay in the set without a descriptor. */
static void open_epoll(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int p[2], fd = epoll_create1(0);

	if (pipe(p))
		return;
	epoll_ctl(fd, EPOLL_CTL_ADD, p[0], &event);
	if (pick(2))
		close(p[0]);
}

static void (*const open_one[])(void) = {
	open_null, open_file, open_pipe, open_pair, open_event, open_watch, open_memory,
	open_terminal, open_epoll,
};

static void descriptors(void)
{
	unsigned int i;

	for (i = 0; i < 20; i++)
		open_one[pick(sizeof(open_one) / sizeof(open_one[0]))]();
	dup2(3 + pick(20), 3 + pick(MOST_FDS));
	for (i = 0; i < 40; i++)
		close(3 + pick(MOST_FDS));
	if (pick(20) == 0)
		syscall(SYS_close_range, 3, ~0U, 0);
}

static int in_shared_table(void *arg)
{
	descriptors();
	if (pick(2))
		unshare(CLONE_FILES);
	descriptors();
	return 0;
}

static void tables(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t pid = clone(in_shared_table, stack + sizeof(stack), CLONE_FILES | SIGCHLD, NULL);

	descriptors();
	bury(pid, pick(2) ? SIGKILL : 0);
	syscall(SYS_close_range, 3, ~0U, 0);
}

static void pipes(void)
{
	char buf[4096] = "";
	unsigned int i;
	int p[2];

	if (pipe2(p, O_NONBLOCK | (pick(2) ? O_DIRECT : 0)))
		return;
	for (i = 0; i < 20; i++) {
		(void)!write(p[1], buf, 1 + pick(sizeof(buf)));
		if (pick(3) == 0)
			(void)!read(p[0], buf, sizeof(buf));
		if (pick(4) == 0)
			fcntl(p[0], F_SETPIPE_SZ, 4096 << pick(6));
	}
	close(p[0]);
	close(p[1]);
}

static void take_lock(int fd)
{
	struct flock lock = { .l_type = pick(2) ? F_WRLCK : F_RDLCK, .l_start = pick(100),
			      .l_len = 1 };

	if (pick(2))
		flock(fd, (pick(2) ? LOCK_EX : LOCK_SH) | LOCK_NB);
	else if (pick(2))
		fcntl(fd, pick(2) ? F_SETLK : F_OFD_SETLK, &lock);
	else
		fcntl(fd, F_SETLEASE, pick(2) ? F_RDLCK : F_UNLCK);
}

static void locks(void)
{
	int fd = open(SHARED, O_RDWR | O_CREAT, 0666);
	unsigned int i;

	signal(SIGIO, SIG_IGN);
	for (i = 0; i < 50; i++)
		take_lock(fd);
	if (pick(2))
		flock(fd, LOCK_UN);
	close(fd);
}

static void names(void)
{
	char path[64], other[64];
	int fd;

	snprintf(path, sizeof(path), "/tmp/stress-%d", getpid());
	snprintf(other, sizeof(other), "/tmp/stress-%d\n \"", getpid());
	fd = open(path, O_RDWR | O_CREAT, 0600);
	fsetxattr(fd, "trusted.stress", "x", 1, 0);
	if (pick(2))
		rename(path, other);
	if (pick(2) && link(path, other))
		nap(10);
	unlink(path);
	nap(500);
	fremovexattr(fd, "trusted.stress");
	unlink(other);
	close(fd);
}

const struct churn churn_files[] = {
	{ "descriptors", descriptors }, { "tables", tables }, { "pipes", pipes },
	{ "locks", locks }, { "more locks", locks }, { "names", names }, { }
};
