// SPDX-License-Identifier: GPL-2.0
/*
 * mkobj_outside.c - what the target shares with a process outside its tree.
 *
 * That process is a sibling: the target forks it with CLONE_PARENT, so it has what the target has.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_channel.h"

#define STACK	65536
#define PAGE	4096

/* In a session of its own: the target's number is free when the target is gone. */
static pid_t fork_sibling(unsigned long flags)
{
	pid_t pid = mkobj_try(syscall(SYS_clone, CLONE_PARENT | flags | SIGCHLD, 0, 0, 0, 0),
			      "clone");

	if (!pid)
		setsid();
	return pid;
}

/* ---- what is shared as a whole: arg names it, num are the flags ---- */

static void key_shared(struct mkobj *m, pid_t sibling)
{
	mkobj_key(m, "what=%s peer-pid=%d", m->c->arg, sibling);
}

static void make_sharing(struct mkobj *m)
{
	pid_t pid = fork_sibling(m->c->num);

	if (pid) {
		key_shared(m, pid);
		return;
	}
	/* The channel in a table that is shared is the target's to close. */
	while (m->c->num & CLONE_FILES)
		pause();
	mkobj_pause();
}

static int idle_in_same_memory(void *arg)
{
	(void)arg;
	syscall(SYS_setsid);
	syscall(SYS_close, MKOBJ_CHANNEL);
	while (syscall(SYS_pause))
		;
	return 0;
}

static void make_sharing_memory(struct mkobj *m)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (stack == MAP_FAILED)
		mkobj_fail("mmap: %m");
	key_shared(m, mkobj_try(clone(idle_in_same_memory, stack + STACK,
				      CLONE_PARENT | m->c->num | SIGCHLD, NULL), "clone"));
}

/* ---- open files ---- */

static int open_kind(struct mkobj *m)
{
	const char *kind = m->c->arg;

	if (!strcmp(kind, "eventfd"))
		return mkobj_try(eventfd(1, 0), "eventfd");
	if (!strcmp(kind, "socket"))
		return mkobj_try(socket(AF_INET, SOCK_DGRAM, 0), "socket");
	if (!strcmp(kind, "memfd"))
		return mkobj_try(memfd_create("shared", 0), "memfd_create");
	if (!strcmp(kind, "null"))
		return mkobj_try(open("/dev/null", O_RDONLY), "/dev/null");
	return mkobj_file(m, "file", O_RDWR);
}

static void make_open(struct mkobj *m)
{
	int fd = open_kind(m);
	pid_t pid = fork_sibling(0);

	if (!pid)
		mkobj_pause();
	mkobj_key_fd(m, fd, "outside=1 peer-pid=%d", pid);
}

/* The one in flight is the one that the sibling has. */
static void make_open_in_flight(struct mkobj *m)
{
	int sk[2], fd = open_kind(m);
	struct stat st;
	pid_t pid;

	pid = fork_sibling(0);
	if (!pid)
		mkobj_pause();
	if (fstat(fd, &st))
		mkobj_fail("fstat: %m");
	mkobj_try(socketpair(AF_UNIX, SOCK_STREAM, 0, sk), "socketpair");
	mkobj_send_fd(sk[0], fd);
	close(fd);
	mkobj_key(m, "via=scm ino=%llu peer-pid=%d", (unsigned long long)st.st_ino, pid);
}

static void make_open_and_closed(struct mkobj *m)
{
	int fd = open_kind(m);

	if (!fork_sibling(0)) {
		close(fd);
		mkobj_pause();
	}
}

static void make_open_inside(struct mkobj *m)
{
	int fd = open_kind(m);

	if (!mkobj_fork())
		mkobj_pause();
	mkobj_try(dup(fd), "dup");
}

/* A task that sleeps in poll() has a reference to what it polls. */
static void poll_forever(struct mkobj *m)
{
	struct pollfd polled = { .fd = m->fd[0], .events = POLLIN };

	for (;;)
		poll(&polled, 1, -1);
}

static void make_polled(struct mkobj *m)
{
	m->fd[0] = mkobj_try(eventfd(0, 0), "eventfd");
}

/* One of several threads has a reference to what it waits to read. */
static void *read_forever(void *arg)
{
	int fd = *(int *)arg;
	char byte[8];

	for (;;)
		if (read(fd, byte, sizeof(byte)) < 0)
			return NULL;
}

static void make_read_by_thread(struct mkobj *m)
{
	static int fd;

	make_polled(m);
	fd = m->fd[0];
	mkobj_thread(read_forever, &fd);
	usleep(50000);
}

/* ---- memory ---- */

/* The sibling opens it anew and has not the target's. */
static void make_memfd_reopened(struct mkobj *m)
{
	int fd = open_kind(m);
	char path[40];
	pid_t pid;

	pid = fork_sibling(0);
	if (!pid) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		mkobj_try(open(path, O_RDWR), path);
		close(fd);
		mkobj_pause();
	}
	mkobj_key_fd(m, fd, "peer-pid=%d", pid);
}

static void map(int fd, int flags)
{
	if (mmap(NULL, PAGE, PROT_READ | PROT_WRITE, flags, fd, 0) == MAP_FAILED)
		mkobj_fail("mmap: %m");
}

static int memfd_of_a_page(struct mkobj *m)
{
	int fd = open_kind(m);

	if (ftruncate(fd, PAGE))
		mkobj_fail("ftruncate: %m");
	return fd;
}

/* The sibling has it mapped only: who that is nobody can tell. */
static void make_memfd_mapped(struct mkobj *m)
{
	int fd = memfd_of_a_page(m);

	if (!fork_sibling(0)) {
		map(fd, MAP_SHARED);
		close(fd);
		mkobj_pause();
	}
	mkobj_key_fd(m, fd, "");
}

static void make_memfd_inside(struct mkobj *m)
{
	int fd = memfd_of_a_page(m);
	char path[40];

	map(fd, MAP_SHARED);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!mkobj_fork()) {
		map(mkobj_try(open(path, O_RDWR), path), MAP_SHARED);
		mkobj_pause();
	}
}

static void make_memory(struct mkobj *m)
{
	map(-1, m->c->num | MAP_ANONYMOUS);
	if (!fork_sibling(0))
		mkobj_pause();
	mkobj_key(m, "outside=1");
}

static void make_memory_inside(struct mkobj *m)
{
	(void)m;
	map(-1, MAP_SHARED | MAP_ANONYMOUS);
	if (!mkobj_fork())
		mkobj_pause();
}

static void make_memory_and_unmapped(struct mkobj *m)
{
	void *at = mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)m;
	if (!fork_sibling(0)) {
		munmap(at, PAGE);
		mkobj_pause();
	}
}

/* ---- pipes: num is the end that the target keeps ---- */

static void open_pipe(struct mkobj *m, int end[2])
{
	const char *path = mkobj_path(m, "fifo");

	if (strncmp(m->c->arg, "fifo", 4)) {
		mkobj_try(pipe(end), "pipe");
		return;
	}
	if (mkfifo(path, 0600))
		mkobj_fail("%s: %m", path);
	end[0] = mkobj_try(open(path, O_RDONLY | O_NONBLOCK), path);
	end[1] = mkobj_try(open(path, O_WRONLY), path);
	if (!strcmp(m->c->arg, "fifo-unlinked"))
		unlink(path);
}

/* The sibling has the one end, the target the other. */
static void make_half_pipe(struct mkobj *m)
{
	int end[2], kept = m->c->num;
	pid_t pid;

	open_pipe(m, end);
	pid = fork_sibling(0);
	close(end[pid ? !kept : kept]);
	if (!pid)
		mkobj_pause();
	mkobj_key_fd(m, end[kept], "readers=%d writers=%d peer-pid=%d", kept, !kept, pid);
}

static void make_unread_pipe(struct mkobj *m)
{
	int end[2];

	mkobj_try(pipe(end), "pipe");
	mkobj_try(write(end[1], "abc", 3), "write");
	if (!fork_sibling(0)) {
		close(end[1]);
		mkobj_pause();
	}
	close(end[0]);
	mkobj_key_fd(m, end[1], "bytes=3");
}

static void make_whole_pipe(struct mkobj *m)
{
	int end[2];

	open_pipe(m, end);
	mkobj_try(write(end[1], "abc", 3), "write");
	if (!mkobj_fork()) {
		close(end[1]);
		mkobj_pause();
	}
	close(end[0]);
}

static void make_closed_pipe(struct mkobj *m)
{
	int end[2];

	open_pipe(m, end);
	close(end[!m->c->num]);
}

const struct mkobj_case mkobj_outside_cases[] = {
	{ .name = "task-shared-outside", .rule = "task-shared-outside",
	  .make = make_sharing, .arg = "descriptors", .num = CLONE_FILES },
	{ .name = "task-shared-outside.directories", .rule = "task-shared-outside",
	  .make = make_sharing, .arg = "directories", .num = CLONE_FS },
	{ .name = "task-shared-outside.memory", .rule = "task-shared-outside",
	  .make = make_sharing_memory, .arg = "memory", .num = CLONE_VM },
	{ .name = "task-shared-outside.miss", .rule = "task-shared-outside",
	  .make = make_sharing, .arg = "" },
	{ .name = "file-shared-outside", .rule = "file-shared-outside",
	  .make = make_open, .arg = "file" },
	{ .name = "file-shared-outside.eventfd", .rule = "file-shared-outside",
	  .make = make_open, .arg = "eventfd" },
	{ .name = "file-shared-outside.socket", .rule = "file-shared-outside",
	  .make = make_open, .arg = "socket" },
	{ .name = "file-shared-outside.scm", .rule = "file-shared-outside",
	  .flags = "also=unix-queue-scm", .make = make_open_in_flight, .arg = "file" },
	{ .name = "file-shared-outside.miss", .rule = "file-shared-outside",
	  .make = make_open_and_closed, .arg = "file" },
	{ .name = "file-shared-outside.miss-inside", .rule = "file-shared-outside",
	  .make = make_open_inside, .arg = "file" },
	{ .name = "file-shared-outside.miss-null", .rule = "file-shared-outside",
	  .make = make_open, .arg = "null" },
	{ .name = "file-shared-outside.miss-polled", .rule = "file-shared-outside",
	  .make = make_polled, .run = poll_forever },
	{ .name = "file-shared-outside.miss-thread", .rule = "file-shared-outside",
	  .make = make_read_by_thread },
	{ .name = "memfd-shared-outside", .rule = "memfd-shared-outside",
	  .make = make_open, .arg = "memfd", .flags = "also=memfd-open" },
	{ .name = "memfd-shared-outside.reopened", .rule = "memfd-shared-outside",
	  .make = make_memfd_reopened, .arg = "memfd", .flags = "also=memfd-open" },
	{ .name = "memfd-shared-outside.mapped", .rule = "memfd-shared-outside",
	  .make = make_memfd_mapped, .arg = "memfd", .flags = "also=memfd-open" },
	{ .name = "memfd-shared-outside.miss", .rule = "memfd-shared-outside",
	  .make = make_memfd_inside, .arg = "memfd", .flags = "also=memfd-open" },
	{ .name = "memfd-shared-outside.miss-closed", .rule = "memfd-shared-outside",
	  .make = make_open_and_closed, .arg = "memfd", .flags = "also=memfd-open" },
	{ .name = "vma-shared-anon-outside", .rule = "vma-shared-anon-outside",
	  .make = make_memory, .num = MAP_SHARED },
	{ .name = "vma-shared-anon-outside.miss", .rule = "vma-shared-anon-outside",
	  .make = make_memory_inside },
	{ .name = "vma-shared-anon-outside.miss-private", .rule = "vma-shared-anon-outside",
	  .make = make_memory, .num = MAP_PRIVATE },
	{ .name = "vma-shared-anon-outside.miss-unmapped", .rule = "vma-shared-anon-outside",
	  .make = make_memory_and_unmapped },
	{ .name = "pipe-end-outside", .rule = "pipe-end-outside",
	  .make = make_half_pipe, .arg = "pipe", .num = 0 },
	{ .name = "pipe-end-outside.writer", .rule = "pipe-end-outside",
	  .make = make_half_pipe, .arg = "pipe", .num = 1 },
	{ .name = "pipe-end-outside.fifo-unlinked", .rule = "pipe-end-outside",
	  .make = make_half_pipe, .arg = "fifo-unlinked", .num = 0 },
	{ .name = "pipe-end-outside.miss", .rule = "pipe-end-outside",
	  .make = make_whole_pipe, .arg = "pipe" },
	{ .name = "pipe-end-outside.miss-closed", .rule = "pipe-end-outside",
	  .make = make_closed_pipe, .arg = "pipe", .num = 0 },
	{ .name = "pipe-end-outside.miss-fifo", .rule = "pipe-end-outside",
	  .make = make_half_pipe, .arg = "fifo", .num = 0 },
	{ .name = "pipe-data-reader-outside", .rule = "pipe-data-reader-outside",
	  .flags = "also=pipe-end-outside", .make = make_unread_pipe },
	{ .name = "pipe-data-reader-outside.miss", .rule = "pipe-data-reader-outside",
	  .make = make_whole_pipe, .arg = "pipe" },
	{ .name = NULL }
};
