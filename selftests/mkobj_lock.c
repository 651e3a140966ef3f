// SPDX-License-Identifier: GPL-2.0
/* mkobj_lock.c - file locks of every kind, of the target or of somebody outside. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mkobj.h"

static void record_lock(int fd, int cmd, int type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = 10, .l_len = 20 };

	mkobj_try(fcntl(fd, cmd, &lock), "record lock");
}

static int open_file(struct mkobj *m)
{
	int fd = mkobj_file(m, "file", O_RDWR);

	mkobj_key_fd(m, fd, "path=%s", mkobj_path(m, "file"));
	return fd;
}

static void make_open(struct mkobj *m)
{
	open_file(m);
}

/* The holder opens the target's file by itself. */
static int open_outside(struct mkobj *m)
{
	const char *path = mkobj_path(m, "file");

	return mkobj_try(open(path, O_RDWR | O_CLOEXEC), path);
}

static void make_posix(struct mkobj *m)
{
	record_lock(open_file(m), F_SETLK, m->c->num);
}

static void make_posix_unlocked(struct mkobj *m)
{
	int fd = open_file(m);

	record_lock(fd, F_SETLK, F_WRLCK);
	record_lock(fd, F_SETLK, F_UNLCK);
}

static void posix_outside(struct mkobj *m)
{
	record_lock(open_outside(m), F_SETLK, F_WRLCK);
}

static void make_flock(struct mkobj *m)
{
	mkobj_try(flock(open_file(m), m->c->num), "flock");
}

/* One lock at three descriptors of two processes. */
static void make_flock_children(struct mkobj *m)
{
	int fd = mkobj_file(m, "file", O_RDWR);

	mkobj_try(flock(fd, LOCK_EX), "flock");
	mkobj_try(dup(fd), "dup");
	mkobj_key_fd(m, fd, "path=%s count=3", mkobj_path(m, "file"));
	if (mkobj_fork())
		return;
	close(fd);
	mkobj_pause();
}

static void make_flock_unlocked(struct mkobj *m)
{
	int fd = open_file(m);

	mkobj_try(flock(fd, LOCK_EX), "flock");
	mkobj_try(flock(fd, LOCK_UN), "flock");
}

static void flock_outside(struct mkobj *m)
{
	mkobj_try(flock(open_outside(m), LOCK_EX), "flock");
}

static void make_ofd(struct mkobj *m)
{
	record_lock(open_file(m), m->c->num, F_WRLCK);
}

static void ofd_outside(struct mkobj *m)
{
	record_lock(open_outside(m), F_OFD_SETLK, F_WRLCK);
}

static int open_leased(struct mkobj *m)
{
	int fd = mkobj_file(m, "file", O_RDONLY);

	mkobj_key_fd(m, fd, "path=%s", mkobj_path(m, "file"));
	mkobj_try(fcntl(fd, F_SETLEASE, F_RDLCK), "F_SETLEASE");
	return fd;
}

static void make_lease(struct mkobj *m)
{
	open_leased(m);
}

static void make_lease_write(struct mkobj *m)
{
	int fd = mkobj_file(m, "file", O_RDWR);

	if (m->c->num)
		signal(SIGIO, SIG_IGN);
	mkobj_key_fd(m, fd, "%spath=%s", m->c->num ? "" : "harm=target-dies ",
		     mkobj_path(m, "file"));
	mkobj_try(fcntl(fd, F_SETLEASE, F_WRLCK), "F_SETLEASE");
}

static void make_lease_given_up(struct mkobj *m)
{
	mkobj_try(fcntl(open_leased(m), F_SETLEASE, F_UNLCK), "F_SETLEASE");
}

static void lease_outside(struct mkobj *m)
{
	const char *path = mkobj_path(m, "file");
	int fd = mkobj_try(open(path, O_RDONLY | O_CLOEXEC), path);

	mkobj_try(fcntl(fd, F_SETLEASE, F_RDLCK), "F_SETLEASE");
}

static void make_open_readonly(struct mkobj *m)
{
	mkobj_file(m, "file", O_RDONLY);
}

/* ---- locks of an open file that the holder has as well ---- */

/* What m->num says is done with the file before and after the holder gets it. */
enum {
	LOCK = 1,
	LOCK_OFD = 2,
	LOCK_POSIX = 4,
	UNLOCK = 8,
	GIVE = 16,	/* the holder gets it */
	DUP = 32,
	CHILD = 64,	/* a child gets it */
	CLONE_TABLE = 128, /* a child that shares the fd table */
	MAP = 256,
	SEND = 512,	/* in flight inside */
};

static void use_file(long what, int fd)
{
	int p[2];

	if (what & DUP)
		mkobj_try(dup(fd), "dup");
	if (what & MAP && mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
		mkobj_fail("mmap: %m");
	if (what & SEND) {
		mkobj_try(socketpair(AF_UNIX, SOCK_STREAM, 0, p), "socketpair");
		mkobj_send_fd(p[0], fd);
	}
}

static void make_shared(struct mkobj *m)
{
	long what = m->c->num;
	int fd = mkobj_file(m, "file", O_RDWR);

	if (what & LOCK)
		mkobj_try(flock(fd, LOCK_EX), "flock");
	if (what & LOCK_OFD)
		record_lock(fd, F_OFD_SETLK, F_WRLCK);
	use_file(what, fd);
	mkobj_key_fd(m, fd, "path=%s outside=1", mkobj_path(m, "file"));
	if (what & GIVE)
		mkobj_give(m, mkobj_try(dup(fd), "dup"));
	if (what & UNLOCK)
		mkobj_try(flock(fd, LOCK_UN), "flock");
	/* Any close of the file by the process takes such a lock away. */
	if (what & LOCK_POSIX)
		record_lock(fd, F_SETLK, F_WRLCK);
	m->fd[0] = fd;
}

/* Last, so that no child keeps the channel to the holder. */
static void settle_shared(struct mkobj *m)
{
	if (m->c->num & CHILD && !mkobj_fork())
		mkobj_pause();
	if (m->c->num & CLONE_TABLE &&
	    !mkobj_try(syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0), "clone"))
		/* mkobj_pause() would close the channel for both. */
		for (;;)
			pause();
}

/* Somebody who looks at the target's descriptors all the time, as lsof does. */
static void read_outside(struct mkobj *m)
{
	char path[64], buf[512];
	int fd;

	if (mkobj_fork())
		return;
	for (;;) {
		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%ld", m->target, m->value);
		fd = open(path, O_RDONLY);
		if (fd >= 0 && read(fd, buf, sizeof(buf)) < 0)
			mkobj_pause();
		close(fd);
	}
}

static void make_shared_told(struct mkobj *m)
{
	make_shared(m);
	mkobj_tell(m, m->fd[0]);
}

#define POSIX	"lock-posix"
#define FLOCK	"lock-flock"
#define OFD	"lock-ofd"
#define LEASE	"lock-lease"
#define WRITE	"lock-lease-write"
#define SHARED	"lock-shared-outside"
#define ALSO_FILE	"also=file-shared-outside"

const struct mkobj_case mkobj_lock_cases[] = {
	{ .name = POSIX, .rule = POSIX, .make = make_posix, .num = F_WRLCK },
	{ .name = POSIX ".read", .rule = POSIX, .make = make_posix, .num = F_RDLCK },
	{ .name = POSIX ".miss", .rule = POSIX, .make = make_open, .finish = posix_outside },
	{ .name = POSIX ".miss-unlocked", .rule = POSIX, .make = make_posix_unlocked },
	{ .name = FLOCK, .rule = FLOCK, .make = make_flock, .num = LOCK_EX },
	{ .name = FLOCK ".shared", .rule = FLOCK, .make = make_flock, .num = LOCK_SH },
	{ .name = FLOCK ".children", .rule = FLOCK, .make = make_flock_children },
	{ .name = FLOCK ".miss", .rule = FLOCK, .make = make_flock_unlocked },
	{ .name = FLOCK ".miss-outside", .rule = FLOCK, .make = make_open,
	  .finish = flock_outside },
	{ .name = OFD, .rule = OFD, .make = make_ofd, .num = F_OFD_SETLK },
	{ .name = OFD ".miss", .rule = OFD, .make = make_ofd, .num = F_OFD_GETLK },
	{ .name = OFD ".miss-outside", .rule = OFD, .make = make_open, .finish = ofd_outside },
	{ .name = LEASE, .rule = LEASE, .make = make_lease },
	{ .name = LEASE ".miss", .rule = LEASE, .make = make_lease_given_up },
	{ .name = LEASE ".miss-outside", .rule = LEASE, .make = make_open_readonly,
	  .finish = lease_outside },
	{ .name = WRITE, .rule = WRITE, .make = make_lease_write, .flags = "also=lock-lease" },
	{ .name = WRITE ".ignored", .rule = WRITE, .make = make_lease_write, .num = 1,
	  .flags = "also=lock-lease" },
	{ .name = WRITE ".miss", .rule = WRITE, .make = make_lease,
	  .flags = "also=lock-lease" },
	{ .name = SHARED, .rule = SHARED, .make = make_shared, .num = LOCK | GIVE,
	  .flags = "also=lock-flock," ALSO_FILE },
	{ .name = SHARED ".ofd", .rule = SHARED, .make = make_shared, .num = LOCK_OFD | GIVE,
	  .flags = "also=lock-ofd," ALSO_FILE },
	{ .name = SHARED ".mapped", .rule = SHARED, .make = make_shared,
	  .num = LOCK | GIVE | MAP | DUP | SEND,
	  .flags = "also=lock-flock,also=unix-queue-scm," ALSO_FILE },
	{ .name = SHARED ".child", .rule = SHARED, .make = make_shared, .settle = settle_shared,
	  .num = LOCK | GIVE | CHILD, .flags = "also=lock-flock," ALSO_FILE },
	{ .name = SHARED ".table", .rule = SHARED, .make = make_shared, .settle = settle_shared,
	  .num = LOCK | GIVE | CLONE_TABLE, .flags = "also=lock-flock," ALSO_FILE },
	{ .name = SHARED ".miss", .rule = SHARED, .make = make_shared, .settle = settle_shared,
	  .num = LOCK | CHILD, .flags = "also=lock-flock" },
	{ .name = SHARED ".miss-table", .rule = SHARED, .make = make_shared,
	  .settle = settle_shared, .num = LOCK | CLONE_TABLE, .flags = "also=lock-flock" },
	{ .name = SHARED ".miss-unlocked", .rule = SHARED, .make = make_shared,
	  .num = LOCK | GIVE | UNLOCK,
	  .flags = ALSO_FILE },
	{ .name = SHARED ".miss-no-lock", .rule = SHARED, .make = make_shared, .num = GIVE,
	  .flags = ALSO_FILE },
	{ .name = SHARED ".miss-posix", .rule = SHARED, .make = make_shared,
	  .num = LOCK_POSIX | GIVE, .flags = "also=lock-posix," ALSO_FILE },
	{ .name = SHARED ".miss-outside", .rule = SHARED, .make = make_shared,
	  .finish = flock_outside, .num = GIVE,
	  .flags = ALSO_FILE },
	{ .name = SHARED ".miss-dup", .rule = SHARED, .make = make_shared, .num = LOCK | DUP,
	  .flags = "also=lock-flock" },
	{ .name = SHARED ".miss-mapped", .rule = SHARED, .make = make_shared, .num = LOCK | MAP,
	  .flags = "also=lock-flock" },
	{ .name = SHARED ".miss-inflight", .rule = SHARED, .make = make_shared,
	  .num = LOCK | SEND, .flags = "also=lock-flock,also=unix-queue-scm" },
	{ .name = SHARED ".miss-reader", .rule = SHARED, .make = make_shared_told,
	  .finish = read_outside, .num = LOCK, .flags = "also=lock-flock" },
	{ }
};
