// SPDX-License-Identifier: GPL-2.0
/* mkobj_lock.c - file locks of every kind, of the target or of somebody outside. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/file.h>
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

#define POSIX	"lock-posix"
#define FLOCK	"lock-flock"
#define OFD	"lock-ofd"
#define LEASE	"lock-lease"

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
	{ }
};
