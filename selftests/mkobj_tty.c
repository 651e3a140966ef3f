// SPDX-License-Identifier: GPL-2.0
/*
 * mkobj_tty.c - terminals: ptys of which one end is outside, foreign sessions, /dev/tty, and
 * drivers.
 *
 *	prepare()  the holder's masters ----> /dev/pts/N opened by the target: no master inside
 *	lead()     a session leader outside takes one as its controlling terminal
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "mkobj.h"

/* Return: a new master, unlocked; *index is the number of its slave. */
static int open_master(int *index)
{
	int fd = mkobj_try(open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), "/dev/ptmx");

	if (unlockpt(fd) || ioctl(fd, TIOCGPTN, index))
		mkobj_fail("cannot make a pty: %m");
	return fd;
}

static int open_slave(int index, int flags)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/pts/%d", index);
	return mkobj_try(open(path, O_RDWR | flags), path);
}

/* A pty of its own in the calling process, which leads its session. */
static int own_ctty(int *index)
{
	int slave;

	open_master(index);
	slave = open_slave(*index, O_NOCTTY);
	if (ioctl(slave, TIOCSCTTY, 0))
		mkobj_fail("TIOCSCTTY: %m");
	return slave;
}

static void key_slave(struct mkobj *m, int fd, int index)
{
	struct stat st;

	if (fstat(fd, &st))
		mkobj_fail("fstat: %m");
	mkobj_key(m, "fd=%d index=%d st-rdev=%llu st-dev=%llu tty=pts/%d", fd, index,
		  (unsigned long long)st.st_rdev, (unsigned long long)st.st_dev, index);
}

/* The masters outside; their number is m->c->num, m->value that of the first slave. */
static void prepare_masters(struct mkobj *m)
{
	int i, index;

	for (i = 0; i < m->c->num; i++) {
		m->fd[m->nfd++] = open_master(&index);
		m->value |= (long)index << (16 * i);
	}
}

static int slave_of(struct mkobj *m, int i)
{
	return m->value >> (16 * i) & 0xffff;
}

static void make_slaves(struct mkobj *m)
{
	int i, fd;

	signal(SIGHUP, SIG_IGN);
	for (i = 0; i < m->c->num; i++) {
		fd = open_slave(slave_of(m, i), O_NOCTTY);
		key_slave(m, fd, slave_of(m, i));
	}
}

/* The same slave by two descriptions. */
static void make_slave_twice(struct mkobj *m)
{
	open_slave(slave_of(m, 0), O_NOCTTY);
	open_slave(slave_of(m, 0), O_NOCTTY);
}

static void hang_up(struct mkobj *m)
{
	close(m->fd[0]);
	m->fd[0] = -1;
}

/* As many ptys inside; their slaves too, if @slaves. */
static void make_pairs(struct mkobj *m, bool slaves)
{
	int i, index;

	for (i = 0; i < m->c->num; i++) {
		open_master(&index);
		if (slaves)
			open_slave(index, O_NOCTTY);
	}
}

static void make_pair(struct mkobj *m)
{
	make_pairs(m, true);
}

static void make_master(struct mkobj *m)
{
	make_pairs(m, false);
}

/* The master in the child, the slave in the root. */
static void make_master_in_child(struct mkobj *m)
{
	int index, master = open_master(&index), slave = open_slave(index, O_NOCTTY);

	(void)m;
	if (mkobj_fork()) {
		close(master);
		return;
	}
	close(slave);
	mkobj_pause();
}

/* A master inside whose slave is the controlling terminal of a process outside. */
static void make_foreign_master(struct mkobj *m)
{
	int index, fd = open_master(&index);

	mkobj_tell(m, index);
	mkobj_key(m, "fd=%d path=/dev/ptmx", fd);
}

static void take_slave(struct mkobj *m)
{
	int p[2];
	char ready;

	mkobj_try(pipe2(p, O_CLOEXEC), "pipe2");
	if (!mkobj_try(fork(), "fork")) {
		setsid();
		open_slave(m->value, 0);
		if (write(p[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(p[1]);
	if (read(p[0], &ready, 1) != 1)
		mkobj_fail("cannot take a terminal");
	close(p[0]);
}

/* The session's leader has a terminal of the holder's. */
static void lead_ctty(struct mkobj *m)
{
	open_slave(slave_of(m, 0), 0);
}

static void make_foreign_ctty(struct mkobj *m)
{
	int fd = open_slave(slave_of(m, 0), O_NOCTTY);

	mkobj_key(m, "fd=%d sid=%d path=/dev/pts/%d", fd, getsid(0), slave_of(m, 0));
}

static void make_own_ctty(struct mkobj *m)
{
	int index;

	(void)m;
	own_ctty(&index);
}

/* /dev/tty of a session whose pty nobody inside has open. */
static void make_ctty_alone(struct mkobj *m)
{
	int fd, slave;

	signal(SIGHUP, SIG_IGN);
	slave = open_slave(slave_of(m, 0), 0);
	fd = mkobj_try(open("/dev/tty", O_RDWR), "/dev/tty");
	close(slave);
	if (m->c->finish)
		mkobj_key(m, "fd=%d sid=0", fd);
	else
		mkobj_key(m, "fd=%d sid=%d", fd, getpid());
}

/* The pty is there, with somebody else in the foreground. */
static void make_ctty_background(struct mkobj *m)
{
	int index, slave = own_ctty(&index), fd;
	pid_t pid;

	fd = mkobj_try(open("/dev/tty", O_RDWR), "/dev/tty");
	pid = mkobj_fork();
	if (!pid)
		mkobj_pause();
	if (setpgid(pid, pid) || ioctl(slave, TIOCSPGRP, &pid))
		mkobj_fail("TIOCSPGRP: %m");
	mkobj_key(m, "fd=%d sid=%d", fd, getpid());
}

static void make_ctty(struct mkobj *m)
{
	int index;

	(void)m;
	own_ctty(&index);
	mkobj_try(open("/dev/tty", O_RDWR), "/dev/tty");
}

/* The child has all of it too. */
static void make_ctty_shared(struct mkobj *m)
{
	make_ctty(m);
	if (!mkobj_fork())
		mkobj_pause();
}

/* As tmux and script do: the master in the parent, session and /dev/tty in the child. */
static void make_ctty_in_child(struct mkobj *m)
{
	int index, master = open_master(&index), fd;

	if (mkobj_fork())
		return;
	close(master);
	setsid();
	open_slave(index, 0);
	fd = mkobj_try(open("/dev/tty", O_RDWR), "/dev/tty");
	mkobj_key(m, "fd=%d sid=%d peer-pid=%d", fd, getpid(), getppid());
	mkobj_pause();
}

/* Opens the node that is named by m->c->arg. */
static void make_node(struct mkobj *m)
{
	int fd = open(m->c->arg, O_RDWR | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		mkobj_lacks("%s: %m", m->c->arg);
	mkobj_key(m, "fd=%d rdev=%u:%u st-rdev=%llu st-dev=%llu path=%s", fd, major(st.st_rdev),
		  minor(st.st_rdev), (unsigned long long)st.st_rdev,
		  (unsigned long long)st.st_dev, m->c->arg);
}

static void make_vt(struct mkobj *m)
{
	int fd = open(m->c->arg, O_RDWR | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		mkobj_lacks("%s: %m", m->c->arg);
	mkobj_key(m, "fd=%d", fd);
}

/* The leader stays in the pid namespace outside. */
static void lead_pidns(struct mkobj *m)
{
	(void)m;
	mkobj_try(unshare(CLONE_NEWPID), "unshare");
}

static void key_target(struct mkobj *m)
{
	mkobj_key(m, "pid=%d", m->target);
}

static void make_session(struct mkobj *m)
{
	(void)m;
	setsid();
}

/* ---- numbers and line disciplines ---- */

/* A child of the session leader has its terminal, or has left the session. */
static void make_ctty_child(struct mkobj *m)
{
	int index;

	own_ctty(&index);
	if (mkobj_fork())
		return;
	if (m->c->num)
		mkobj_try(setsid(), "setsid");
	mkobj_key(m, "");
	mkobj_pause();
}

#define N_NULL	27

/* Masters outside up to the number before m->c->num. */
static void prepare_many(struct mkobj *m)
{
	struct rlimit rl = { 4096, 4096 };
	int index;

	if (setrlimit(RLIMIT_NOFILE, &rl))
		mkobj_fail("RLIMIT_NOFILE: %m");
	do {
		open_master(&index);
	} while (index < m->c->num - 1);
	if (index != m->c->num - 1)
		mkobj_lacks("pty of number %d", index);
}

static void make_pair_of_number(struct mkobj *m)
{
	int index, master = open_master(&index), slave = open_slave(index, O_NOCTTY);

	mkobj_key(m, "fd=%d index=%d path=/dev/pts/%d", slave, index, index);
	mkobj_key(m, "fd=%d index=%d path=/dev/ptmx", master, index);
}

/* The line discipline m->c->num of a slave. */
static void make_ldisc(struct mkobj *m)
{
	int index, ldisc = m->c->num, slave;

	open_master(&index);
	slave = open_slave(index, O_NOCTTY);
	if (ioctl(slave, TIOCSETD, &ldisc))
		mkobj_lacks("TIOCSETD: %m");
	mkobj_key(m, "fd=%d ldisc=%d path=/dev/pts/%d", slave, ldisc, index);
}

#define INDEX	"tty-index-too-big"
#define LDISC	"tty-ldisc"
#define PIDNS	"task-session-outside-pidns"
#define SESSION	"tty-session-outside"
#define SLAVE	"tty-slave-unpaired"
#define MULTI	"tty-slave-unpaired-multi"
#define NO_PTY	"tty-ctty-no-pty"
#define OTHER	"tty-ctty-other-process"
#define DRIVER	"tty-driver-unsupported"
#define VT	"tty-vt"
#define SERIAL	"tty-serial"
#define LOST	"tty-ctty-lost"

/* ---- two file systems of ptys ---- */

#define COLLISION	"tty-index-collision"
#define OTHER_PTYS	64

static const char *other_ptmx(struct mkobj *m)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/ptmx", mkobj_path(m, "pts"));
	return path;
}

static void mount_ptys(struct mkobj *m)
{
	if (mkdir(mkobj_path(m, "pts"), 0755) ||
	    mount("devpts", mkobj_path(m, "pts"), "devpts", 0, "newinstance,ptmxmode=0666"))
		mkobj_lacks("devpts: %m");
}

static void umount_ptys(struct mkobj *m)
{
	umount2(mkobj_path(m, "pts"), MNT_DETACH);
}

/* A master of either, whose numbers are the same, or one apart with m->c->num. */
static void make_same_number(struct mkobj *m)
{
	int wanted, index, fd[OTHER_PTYS], nr = 0;

	open_master(&wanted);
	do {
		fd[nr] = mkobj_try(open(other_ptmx(m), O_RDWR | O_NOCTTY), "ptmx");
		mkobj_try(ioctl(fd[nr], TIOCGPTN, &index), "TIOCGPTN");
	} while (index != wanted + m->c->num && ++nr < OTHER_PTYS);
	if (index != wanted + m->c->num)
		mkobj_lacks("very many ptys");
	mkobj_key(m, "index=%d", index);
	while (nr--)
		close(fd[nr]);
}

const struct mkobj_case mkobj_tty_cases[] = {
	{ .name = COLLISION, .rule = COLLISION, .prepare = mount_ptys, .make = make_same_number,
	  .cleanup = umount_ptys, .flags = "root-only" },
	{ .name = COLLISION ".miss", .rule = COLLISION, .prepare = mount_ptys,
	  .make = make_same_number, .cleanup = umount_ptys, .num = 1, .flags = "root-only" },
	{ .name = PIDNS, .rule = PIDNS, .parent = MKOBJ_LEADER, .lead = lead_pidns,
	  .finish = key_target, .flags = "root-only,also=task-not-session-leader" },
	{ .name = PIDNS ".miss", .rule = PIDNS, .parent = MKOBJ_LEADER, .lead = lead_pidns,
	  .make = make_session, .flags = "root-only" },
	{ .name = SESSION, .rule = SESSION, .make = make_foreign_master, .finish = take_slave },
	{ .name = SESSION ".ctty", .rule = SESSION, .parent = MKOBJ_LEADER, .num = 1,
	  .prepare = prepare_masters, .lead = lead_ctty, .make = make_foreign_ctty,
	  .flags = "also=task-not-session-leader,also=tty-slave-unpaired" },
	{ .name = SESSION ".miss", .rule = SESSION, .make = make_own_ctty },
	{ .name = SESSION ".miss-none", .rule = SESSION, .make = make_pair, .num = 1 },
	{ .name = SLAVE, .rule = SLAVE, .num = 1, .prepare = prepare_masters,
	  .make = make_slaves },
	{ .name = SLAVE ".miss", .rule = SLAVE, .make = make_pair, .num = 1 },
	{ .name = SLAVE ".miss-child", .rule = SLAVE, .make = make_master_in_child },
	{ .name = SLAVE ".miss-master", .rule = SLAVE, .make = make_master, .num = 1 },
	{ .name = SLAVE ".miss-hung", .rule = SLAVE, .num = 1, .prepare = prepare_masters,
	  .make = make_slaves, .finish = hang_up },
	{ .name = MULTI, .rule = MULTI, .num = 2, .prepare = prepare_masters,
	  .make = make_slaves },
	{ .name = MULTI ".miss", .rule = MULTI, .make = make_pair, .num = 2 },
	{ .name = MULTI ".miss-same", .rule = MULTI, .num = 1, .prepare = prepare_masters,
	  .make = make_slave_twice, .flags = "also=tty-slave-unpaired" },
	{ .name = NO_PTY, .rule = NO_PTY, .num = 1, .prepare = prepare_masters,
	  .make = make_ctty_alone },
	{ .name = NO_PTY ".hung", .rule = NO_PTY, .num = 1, .prepare = prepare_masters,
	  .make = make_ctty_alone, .finish = hang_up },
	{ .name = NO_PTY ".background", .rule = NO_PTY, .make = make_ctty_background,
	  .flags = "also=tty-ctty-lost" },
	{ .name = NO_PTY ".miss", .rule = NO_PTY, .make = make_ctty },
	{ .name = OTHER, .rule = OTHER, .make = make_ctty_in_child },
	{ .name = OTHER ".miss", .rule = OTHER, .make = make_ctty_shared,
	  .flags = "also=tty-ctty-lost" },
	{ .name = DRIVER, .rule = DRIVER, .make = make_node, .arg = "/dev/ttyS0",
	  .flags = "root-only" },
	{ .name = DRIVER ".vt0", .rule = DRIVER, .make = make_node, .arg = "/dev/tty0",
	  .flags = "root-only" },
	{ .name = DRIVER ".miss", .rule = DRIVER, .make = make_pair, .num = 1 },
	{ .name = DRIVER ".miss-console", .rule = DRIVER, .make = make_vt, .arg = "/dev/console",
	  .flags = "root-only" },
	{ .name = INDEX, .rule = INDEX, .prepare = prepare_many, .make = make_pair_of_number,
	  .num = 1001, .flags = "root-only" },
	{ .name = INDEX ".miss", .rule = INDEX, .prepare = prepare_many,
	  .make = make_pair_of_number, .num = 1000, .flags = "root-only" },
	{ .name = LDISC, .rule = LDISC, .make = make_ldisc, .num = N_NULL, .flags = "root-only" },
	{ .name = LDISC ".miss", .rule = LDISC, .make = make_ldisc, .num = N_TTY },
	{ .name = VT, .rule = VT, .make = make_vt, .arg = "/dev/tty1", .flags = "root-only" },
	{ .name = VT ".miss", .rule = VT, .make = make_pair, .num = 1 },
	{ .name = SERIAL, .rule = SERIAL, .make = make_vt, .arg = "/dev/ttyUSB0",
	  .flags = "root-only" },
	{ .name = SERIAL ".miss", .rule = SERIAL, .make = make_pair, .num = 1 },
	{ .name = LOST, .rule = LOST, .make = make_ctty_child },
	{ .name = LOST ".miss", .rule = LOST, .make = make_ctty_child, .num = 1 },
	{ .name = LOST ".miss-leader", .rule = LOST, .make = make_own_ctty },
	{ }
};
