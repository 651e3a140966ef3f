// SPDX-License-Identifier: GPL-2.0
/* mkobj_epoll.c - epolls whose targets are open, closed, or open under another number. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mkobj.h"

static void add(int epoll, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data = { .fd = fd } };

	mkobj_try(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev), "EPOLL_CTL_ADD");
}

static int new_epoll(void)
{
	return mkobj_try(epoll_create1(0), "epoll_create1");
}

static int new_eventfd(void)
{
	return mkobj_try(eventfd(0, 0), "eventfd");
}

static unsigned long long ino_of(int fd)
{
	struct stat st;

	mkobj_try(fstat(fd, &st), "fstat");
	return st.st_ino;
}

/* A child that has all that the target has now. */
static void keeper(void)
{
	if (!mkobj_fork())
		mkobj_pause();
}

/* The reading end of a pipe at the number that it is told by. */
static int pipe_target(int epoll)
{
	int p[2];

	mkobj_try(pipe(p), "pipe");
	add(epoll, p[0]);
	return p[0];
}

/* m->num: the number is taken again by another pipe. */
static void make_closed(struct mkobj *m)
{
	int epoll = new_epoll(), fd = pipe_target(epoll), p[2];

	mkobj_key(m, "fd=%d tfd=%d target-ino=%llu", epoll, fd, ino_of(fd));
	keeper();
	close(fd);
	if (m->c->num) {
		mkobj_try(pipe(p), "pipe");
		add(epoll, p[0] == fd ? p[0] : p[1]);
	}
}

/* Nobody in the tree has it any more. */
static void make_outside(struct mkobj *m)
{
	int epoll = new_epoll(), fd = pipe_target(epoll);

	mkobj_key(m, "fd=%d tfd=%d target-ino=%llu", epoll, fd, ino_of(fd));
	mkobj_give(m, fd);
}

/* Eventfds share one inode; another has the number now, and m->num says whose target it is. */
enum { NOBODYS, THE_SAME_ONES, ANOTHERS };

static void make_renumbered(struct mkobj *m)
{
	int epoll = new_epoll(), fd = new_eventfd();

	add(epoll, fd);
	mkobj_key(m, "tfd=%d", fd);
	keeper();
	close(fd);
	if (new_eventfd() != fd)
		mkobj_fail("the number %d is not taken again", fd);
	if (m->c->num == THE_SAME_ONES)
		add(epoll, fd);
	else if (m->c->num == ANOTHERS)
		add(new_epoll(), fd);
}

/* The child's epoll: its target has another number, and is the parent's as well. */
static void make_parents(struct mkobj *m)
{
	int p[2], fd, epoll;

	mkobj_try(pipe(p), "pipe");
	if (mkobj_fork())
		return;
	epoll = new_epoll();
	fd = mkobj_try(dup(p[0]), "dup");
	add(epoll, fd);
	mkobj_key(m, "fd=%d tfd=%d target-ino=%llu", epoll, fd, ino_of(fd));
	close(fd);
	mkobj_pause();
}

static void make_at_home(struct mkobj *m)
{
	int epoll = new_epoll(), inner = new_epoll(), s[2];

	(void)m;
	mkobj_try(socketpair(AF_UNIX, SOCK_STREAM, 0, s), "socketpair");
	pipe_target(epoll);
	pipe_target(inner);
	add(epoll, s[0]);
	add(epoll, new_eventfd());
	add(epoll, inner);
}

/* Open under another number alone; m->num: the old one is another target's now. */
static void make_moved(struct mkobj *m)
{
	int epoll = new_epoll(), fd = pipe_target(epoll);

	mkobj_try(dup(fd), "dup");
	close(fd);
	if (m->c->num && pipe_target(epoll) != fd)
		mkobj_fail("the number %d is not taken again", fd);
}

static void make_removed(struct mkobj *m)
{
	int epoll = new_epoll();

	(void)m;
	close(pipe_target(epoll));
}

/* CRIU saves it with the first process that has it; what others have does not matter. */
static void make_childs(struct mkobj *m)
{
	int epoll = new_epoll(), fd = pipe_target(epoll);

	(void)m;
	if (mkobj_fork())
		return;
	close(fd);
	mkobj_pause();
}

static void make_many(struct mkobj *m)
{
	struct rlimit rl = { m->c->num + 100, m->c->num + 100 };
	int epoll = new_epoll(), fd = new_eventfd();
	long i;

	mkobj_try(setrlimit(RLIMIT_NOFILE, &rl), "RLIMIT_NOFILE");
	for (i = 0; i < m->c->num; i++)
		add(epoll, mkobj_try(dup(fd), "dup"));
	mkobj_key(m, "fd=%d", epoll);
}

/* Two targets of one number and a third: which of them CRIU takes depends on their addresses. */
static void make_clash(struct mkobj *m)
{
	int epoll = new_epoll(), fd = pipe_target(epoll);

	mkobj_try(dup(fd), "dup");
	close(fd);
	if (pipe_target(epoll) != fd)
		mkobj_fail("the number %d is not taken again", fd);
	pipe_target(epoll);
	mkobj_key(m, "fd=%d", epoll);
}

/* ---- an epoll whose user is stuck while it gets an event ---- */

static int stuck_epoll;
static void *stuck_events;

static void *wait_events(void *arg)
{
	(void)arg;
	epoll_wait(stuck_epoll, stuck_events, 1, -1);
	mkobj_pause();
}

/* Whoever touches the memory waits for the holder, who does nothing. */
static void *stuck_memory(struct mkobj *m)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	long size = sysconf(_SC_PAGESIZE);
	int uffd = syscall(SYS_userfaultfd, 0);
	void *at;

	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg.range.start = (unsigned long)at;
	reg.range.len = size;
	if (uffd < 0 || at == MAP_FAILED || ioctl(uffd, UFFDIO_API, &api) ||
	    ioctl(uffd, UFFDIO_REGISTER, &reg))
		mkobj_lacks("userfaultfd: %m");
	mkobj_give(m, uffd);
	return at;
}

static void make_stuck(struct mkobj *m)
{
	int fd = new_eventfd();

	stuck_epoll = new_epoll();
	stuck_events = stuck_memory(m);
	add(stuck_epoll, fd);
	if (eventfd_write(fd, 1))
		mkobj_fail("eventfd: %m");
	mkobj_key(m, "fd=%d", stuck_epoll);
	mkobj_thread(wait_events, NULL);
	usleep(100000);
}

static void make_in_queue(struct mkobj *m)
{
	int epoll = new_epoll(), s[2];

	pipe_target(epoll);
	mkobj_try(socketpair(AF_UNIX, SOCK_STREAM, 0, s), "socketpair");
	mkobj_key(m, "via=scm queue=%llu", ino_of(s[1]));
	mkobj_send_fd(s[0], epoll);
	close(epoll);
}

#define ORPHAN	"epoll-orphan-target"
#define IN_SCM	"epoll-in-scm"

const struct mkobj_case mkobj_epoll_cases[] = {
	{ .name = ORPHAN, .rule = ORPHAN, .make = make_closed },
	{ .name = ORPHAN ".again", .rule = ORPHAN, .make = make_closed, .num = 1 },
	{ .name = ORPHAN ".outside", .rule = ORPHAN, .make = make_outside,
	  .flags = "also=pipe-end-outside" },
	{ .name = ORPHAN ".renumbered", .rule = ORPHAN, .make = make_renumbered,
	  .num = NOBODYS },
	{ .name = ORPHAN ".renumbered-same", .rule = ORPHAN, .make = make_renumbered,
	  .num = THE_SAME_ONES },
	{ .name = ORPHAN ".renumbered-other", .rule = ORPHAN, .make = make_renumbered,
	  .num = ANOTHERS },
	{ .name = ORPHAN ".parents", .rule = ORPHAN, .make = make_parents },
	{ .name = ORPHAN ".miss", .rule = ORPHAN, .make = make_at_home },
	{ .name = ORPHAN ".miss-moved", .rule = ORPHAN, .make = make_moved },
	{ .name = ORPHAN ".miss-moved-again", .rule = ORPHAN, .make = make_moved, .num = 1 },
	{ .name = ORPHAN ".miss-removed", .rule = ORPHAN, .make = make_removed },
	{ .name = ORPHAN ".miss-childs", .rule = ORPHAN, .make = make_childs },
	{ .name = ORPHAN ".miss-many", .rule = ORPHAN, .make = make_many, .num = 1000 },
	{ .name = IN_SCM, .rule = IN_SCM, .make = make_in_queue, .flags = "also=unix-queue-scm" },
	{ .name = IN_SCM ".miss", .rule = IN_SCM, .make = make_at_home },
	{ .name = "file-kind-unknown", .rule = "file-kind-unknown",
	  .make = make_clash, .flags = "criu=skip:the outcome depends on addresses" },
	{ .name = "file-kind-unknown.epoll-stuck", .rule = "file-kind-unknown",
	  .make = make_stuck,
	  .flags = "root-only,also=vma-uffd,criu=skip:criu would be stuck as well" },
	{ .name = "file-kind-unknown.epoll", .rule = "file-kind-unknown", .make = make_many,
	  .num = 14000, .flags = "criu=skip:what was not examined may be fine" },
	{ }
};
