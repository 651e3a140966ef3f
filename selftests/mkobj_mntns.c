// SPDX-License-Identifier: GPL-2.0
/*
 * mkobj_mntns.c - targets in a mount namespace with two mounts: a tmpfs, from which they run this
 * program, and what the case is about.
 *
 *	/			the tmpfs
 *		mkobj, sub/	this program, and an empty folder
 *		proc/		procfs
 *		point/		the other mount
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/auto_fs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_channel.h"

#define ROOT	"root"
#define POINT	"/point"
#define PEER	"/peer"
#define SUB	"/sub"
#define PAUSE	"--pause"
/* In the folder of the objects: what the holder mounts. */
#define OUTER	"outer"

/* As in mountinfo, a blank in a name takes four bytes. */
#define LONG_NAME	1100
#define FITTING_NAME	900

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW	256
#endif

static void try_mount(const char *source, const char *point, const char *type,
		      unsigned long flags, const char *options)
{
	if (!mount(source, point, type, flags, options))
		return;
	if (errno == ENODEV)
		mkobj_lacks("%s: %m", type);
	mkobj_fail("mount %s on %s: %m", type ? type : source, point);
}

/* The working directory is the new root, for now. */
static void new_root(struct mkobj *m, int flags)
{
	const char *root = mkobj_path(m, ROOT);

	if (unshare(CLONE_NEWNS | flags))
		mkobj_lacks("unshare: %m");
	try_mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
	mkobj_try(mkdir(root, 0755), ROOT);
	try_mount("mkobj", root, "tmpfs", 0, NULL);
	mkobj_try(chdir(root), ROOT);
	mkobj_try(mkdir(POINT + 1, 0755), POINT);
	mkobj_try(mkdir(SUB + 1, 0755), SUB);
	mkobj_try(mkdir("proc", 0755), "proc");
	try_mount("mkobj", "proc", "proc", 0, NULL);
	mkobj_copy_self("mkobj");
}

static void enter_root(void)
{
	mkobj_try(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	mkobj_try(umount2(".", MNT_DETACH), "umount");
	mkobj_try(chdir("/"), "chdir");
}

/*
 * Nothing from outside is left, not even the program; a descriptor that is to stay gets number 0.
 * The holder goes on when exec is done.
 */
static void run_inside(struct mkobj *m)
{
	close_range(0, 2, 0);
	if (m->fd[0] >= 0)
		mkobj_try(dup2(m->fd[0], 0), "dup2");
	fcntl(MKOBJ_CHANNEL, F_SETFD, FD_CLOEXEC);
	execl("/mkobj", "mkobj", PAUSE, NULL);
	mkobj_fail("exec: %m");
}

/* Until a process has come to the end of run_inside(); it may sleep on its way there. */
static void await_inside(pid_t pid)
{
	char path[64], line[64] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	while (!memmem(line, sizeof(line), PAUSE, sizeof(PAUSE))) {
		fd = mkobj_try(open(path, O_RDONLY), path);
		mkobj_try(read(fd, line, sizeof(line)), path);
		close(fd);
		usleep(1000);
	}
	mkobj_await(pid, 'S');
}

/* A child with a mount namespace of its own, which goes on first.  Return: as fork(). */
static pid_t nest(void)
{
	pid_t pid = mkobj_fork();

	if (pid)
		await_inside(pid);
	else if (unshare(CLONE_NEWNS))
		mkobj_lacks("unshare: %m");
	return pid;
}

static void make_nested_type(struct mkobj *m)
{
	new_root(m, 0);
	enter_root();
	if (nest())
		return;
	try_mount("mkobj", POINT, m->c->arg, 0, NULL);
	mkobj_key(m, "path=" POINT " fstype=%s", m->c->arg);
	run_inside(m);
}

/* The child's root is a folder, or its child's is if the case says so. */
static void make_nested_chroot(struct mkobj *m)
{
	pid_t pid;

	new_root(m, 0);
	enter_root();
	mkobj_copy_self(SUB "/mkobj");
	if (nest())
		return;
	pid = m->c->num ? mkobj_fork() : 0;
	if (pid) {
		await_inside(pid);
		run_inside(m);
	}
	mkobj_try(chroot(SUB), "chroot");
	mkobj_try(chdir("/"), "chdir");
	mkobj_key(m, "path=" SUB);
	run_inside(m);
}

/* What the target has mounted, the child has a copy of. */
static void make_nested_copy(struct mkobj *m)
{
	new_root(m, 0);
	try_mount("mkobj", POINT + 1, m->c->arg, 0, NULL);
	enter_root();
	if (nest())
		mkobj_key(m, "path=" POINT " fstype=%s count=2", m->c->arg);
	else
		run_inside(m);
}

/* The child has a file open on a mount, which is covered or taken away then. */
static void make_nested_file(struct mkobj *m)
{
	new_root(m, 0);
	enter_root();
	if (nest())
		return;
	try_mount("mkobj", POINT, "tmpfs", 0, NULL);
	m->fd[0] = mkobj_try(open(POINT "/file", O_RDWR | O_CREAT, 0644), "file");
	if (m->c->arg && !strcmp(m->c->arg, "cover"))
		try_mount("mkobj", POINT, "tmpfs", 0, NULL);
	else if (m->c->arg)
		mkobj_try(umount2(POINT, MNT_DETACH), "umount");
	mkobj_key(m, "fd=0");
	run_inside(m);
}

/* Target and child have one file open, each on a mount of its own that is covered. */
static void make_nested_both(struct mkobj *m)
{
	pid_t pid;

	new_root(m, 0);
	try_mount("mkobj", POINT + 1, "tmpfs", 0, NULL);
	close(mkobj_try(open("point/file", O_RDWR | O_CREAT, 0644), "file"));
	enter_root();
	pid = nest();
	m->fd[0] = mkobj_try(open(POINT "/file", O_RDWR), "file");
	try_mount("mkobj", POINT, "tmpfs", 0, NULL);
	mkobj_key(m, "fd=0");
	if (!pid)
		run_inside(m);
}

/* In the target's namespace, or in its child's if the case says so. */
static void make_overlay(struct mkobj *m)
{
	new_root(m, 0);
	enter_root();
	if (m->c->num && nest())
		return;
	mkobj_try(mkdir("/upper", 0755), "upper");
	mkobj_try(mkdir("/work", 0755), "work");
	try_mount("mkobj", POINT, "overlay", 0, "lowerdir=" SUB ",upperdir=/upper,workdir=/work");
	mkobj_key(m, "path=" POINT " fstype=overlay");
	if (m->c->num)
		run_inside(m);
}

/* Shared; procfs is there if the case says so. */
static void make_shared(struct mkobj *m)
{
	new_root(m, 0);
	enter_root();
	try_mount("mkobj", POINT, "tmpfs", 0, NULL);
	try_mount(NULL, POINT, NULL, MS_SHARED, NULL);
	if (m->c->num == 1)
		return;
	if (m->c->num)
		try_mount("mkobj", "/proc", "tmpfs", 0, NULL);
	else
		mkobj_try(umount2("/proc", MNT_DETACH), "umount");
	mkobj_key(m, "path=" POINT);
}

/* Has one mount two others at the same place? */
static bool side_by_side(const char *point)
{
	int parents[8], id, i, n = 0;
	FILE *f = fopen("/proc/self/mountinfo", "r");
	char line[512], at[64];
	bool found = false;

	while (f && n < 8 && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%d %d %*s %*s %63s", &id, &parents[n], at) != 3 ||
		    strcmp(at, point))
			continue;
		for (i = 0; i < n; i++)
			found |= parents[i] == parents[n];
		n++;
	}
	if (f)
		fclose(f);
	return found;
}

/*
 * Of two peers one has a mount, and a tree is mounted on the other at that place: it goes beneath
 * that mount.  What covers the tree's top, if anything, covers it there as well.
 */
static void make_beneath(struct mkobj *m)
{
	const char *cover = m->c->arg;
	char tree[32];
	int fd;

	new_root(m, 0);
	enter_root();
	mkobj_try(mkdir(PEER, 0755), PEER);
	try_mount("mkobj", POINT, "tmpfs", 0, NULL);
	try_mount(NULL, POINT, NULL, MS_SHARED, NULL);
	mkobj_try(mkdir(POINT SUB, 0755), SUB);
	try_mount("mkobj", POINT SUB, "tmpfs", 0, NULL);
	try_mount(POINT, PEER, NULL, MS_BIND, NULL);
	try_mount("mkobj", SUB, "tmpfs", 0, NULL);
	fd = mkobj_try(open(SUB, O_PATH), SUB);
	if (cover)
		try_mount(cover, SUB, "tmpfs", *cover == '/' ? MS_BIND : 0, NULL);
	snprintf(tree, sizeof(tree), "/proc/self/fd/%d", fd);
	try_mount(tree, PEER SUB, NULL, MS_BIND | MS_REC, NULL);
	close(fd);
	if (cover && !side_by_side(POINT SUB))
		mkobj_lacks("the kernel puts one mount over the other");
	mkobj_key(m, "path=" POINT SUB " fstype=tmpfs");
}

/* The target will be the first process of a pid namespace, in a user namespace with all ids. */
static void lead_user(struct mkobj *m)
{
	static const char all[] = "0 0 4294967295";
	char path[64];
	pid_t helper;
	int p[2], i;

	(void)m;
	mkobj_try(pipe2(p, O_CLOEXEC), "pipe");
	helper = mkobj_fork();
	if (!helper) {
		close(p[1]);
		if (read(p[0], path, 1) < 0)
			_exit(1);
		for (i = 0; i < 2; i++) {
			int fd;

			snprintf(path, sizeof(path), "/proc/%d/%cid_map", getppid(), "ug"[i]);
			fd = open(path, O_WRONLY);
			if (fd < 0 || write(fd, all, strlen(all)) < 0)
				_exit(1);
		}
		_exit(0);
	}
	mkobj_try(unshare(CLONE_NEWUSER | CLONE_NEWPID), "unshare");
	close(p[0]);
	close(p[1]);
	mkobj_try(waitpid(helper, &i, 0), "waitpid");
	if (i)
		mkobj_fail("no ids in the user namespace");
}

/* With procfs or, if the case says so, without; and file system m->c->arg, if any. */
static void make_user(struct mkobj *m)
{
	setsid();
	new_root(m, 0);
	enter_root();
	if (m->c->num)
		mkobj_try(umount2("/proc", MNT_DETACH), "umount");
	if (m->c->arg)
		try_mount("mkobj", POINT, m->c->arg, 0, NULL);
}

static void key_target(struct mkobj *m)
{
	mkobj_key(m, "pid=%d", m->target);
}

/* File system m->c->arg with flags m->c->num. */
static void make_type(struct mkobj *m)
{
	new_root(m, 0);
	try_mount("mkobj", POINT + 1, m->c->arg, m->c->num, NULL);
	enter_root();
	mkobj_key(m, "path=" POINT " fstype=%s", m->c->arg);
}

/* A source of m->c->num blanks. */
static void make_long(struct mkobj *m)
{
	char name[LONG_NAME + 1] = "";

	memset(name, ' ', m->c->num);
	new_root(m, 0);
	try_mount(name, POINT + 1, "tmpfs", 0, NULL);
	enter_root();
	mkobj_key(m, "path=" POINT);
}

static void make_bind(struct mkobj *m)
{
	new_root(m, 0);
	try_mount(m->c->arg, POINT + 1, NULL, MS_BIND, NULL);
	enter_root();
	mkobj_key(m, "path=" POINT);
}

/* And a part of it once more, which has to come from there. */
static void make_bind_twice(struct mkobj *m)
{
	new_root(m, 0);
	try_mount(m->c->arg, POINT + 1, NULL, MS_BIND, NULL);
	try_mount("point/bin", SUB + 1, NULL, MS_BIND, NULL);
	enter_root();
	mkobj_key(m, "path=" POINT);
	mkobj_key(m, "path=" SUB " origin=" POINT);
}

/* The same file system twice, as a whole. */
static void make_type_twice(struct mkobj *m)
{
	new_root(m, 0);
	try_mount("mkobj", POINT + 1, m->c->arg, 0, NULL);
	try_mount(POINT + 1, SUB + 1, NULL, MS_BIND, NULL);
	enter_root();
	mkobj_key(m, "path=" POINT " origin=" SUB);
	mkobj_key(m, "path=" SUB " origin=" POINT);
}

static void make_bind_file(struct mkobj *m)
{
	new_root(m, 0);
	close(mkobj_try(open("file", O_RDWR | O_CREAT, 0644), "file"));
	try_mount(m->c->arg, "file", NULL, MS_BIND, NULL);
	enter_root();
	mkobj_key(m, "path=/file");
}

/* Of a file system that is mounted as a whole as well. */
static void make_bind_part(struct mkobj *m)
{
	new_root(m, 0);
	try_mount("mkobj", POINT + 1, "tmpfs", 0, NULL);
	mkobj_try(mkdir("point/part", 0755), "part");
	try_mount("point/part", SUB + 1, NULL, MS_BIND, NULL);
	enter_root();
}

/* One queue, or none. */
static void make_queues(struct mkobj *m)
{
	new_root(m, CLONE_NEWIPC);
	try_mount("mkobj", POINT + 1, "mqueue", 0, NULL);
	enter_root();
	if (m->c->num)
		close(mkobj_try(open(POINT "/queue", O_CREAT | O_RDWR, 0600), "queue"));
	mkobj_key(m, "path=" POINT " fstype=mqueue");
}

/* A deleted file on a mount that is read-only by now: criu makes it writable for that. */
static void make_read_only(struct mkobj *m)
{
	new_root(m, 0);
	try_mount("mkobj", POINT + 1, "tmpfs", 0, NULL);
	close(mkobj_try(open("point/file", O_RDWR | O_CREAT, 0644), "file"));
	m->fd[0] = mkobj_try(open("point/file", O_RDONLY), "file");
	mkobj_try(unlink("point/file"), "unlink");
	try_mount(NULL, POINT + 1, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL);
	enter_root();
}

/* ---- what the holder has mounted ---- */

static void prepare_shared(struct mkobj *m)
{
	const char *outer = mkobj_path(m, OUTER);

	mkobj_try(mkdir(outer, 0755), OUTER);
	try_mount("mkobj", outer, "tmpfs", 0, NULL);
	try_mount(NULL, outer, NULL, MS_SHARED, NULL);
}

static void prepare_overlay(struct mkobj *m)
{
	const char *outer = mkobj_path(m, OUTER);
	char options[256];

	mkobj_try(mkdir(outer, 0755), OUTER);
	snprintf(options, sizeof(options), "lowerdir=/etc:%s", outer);
	try_mount("mkobj", outer, "overlay", 0, options);
}

/* Return: whether there is a daemon for it, which is the holder: a pipe with nothing in it. */
static void prepare_autofs(struct mkobj *m)
{
	const char *outer = mkobj_path(m, OUTER);
	char options[128];
	int p[2], fd;

	mkobj_try(mkdir(outer, 0755), OUTER);
	mkobj_try(pipe2(p, O_CLOEXEC), "pipe");
	setpgid(0, 0);
	snprintf(options, sizeof(options), "fd=%d,pgrp=%d,minproto=5,maxproto=5,indirect", p[1],
		 getpgrp());
	try_mount("mkobj", outer, "autofs", 0, options);
	if (!m->c->num)
		return;
	fd = mkobj_try(open(outer, O_RDONLY | O_CLOEXEC), OUTER);
	mkobj_try(ioctl(fd, AUTOFS_IOC_CATATONIC, 0), "catatonic");
	close(fd);
}

/* Private if the case says so. */
static void make_outer(struct mkobj *m)
{
	char outer[128];

	strcpy(outer, mkobj_path(m, OUTER));
	new_root(m, 0);
	try_mount(outer, POINT + 1, NULL, MS_BIND, NULL);
	if (m->c->arg)
		try_mount(NULL, POINT + 1, NULL, MS_PRIVATE, NULL);
	enter_root();
	mkobj_key(m, "path=" POINT);
}

static void unmount_outer(struct mkobj *m)
{
	umount2(mkobj_path(m, OUTER), MNT_DETACH);
}

/* Nobody answers at the other end, and it knows. */
static void make_fuse(struct mkobj *m)
{
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[64];

	if (fd < 0)
		mkobj_lacks("/dev/fuse: %m");
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	new_root(m, 0);
	try_mount("mkobj", POINT + 1, "fuse", 0, options);
	close(fd);
	enter_root();
	mkobj_key(m, "path=" POINT " fstype=fuse");
}

/* A slave on a file; its master is given away, or kept if the case says so. */
static void make_terminal(struct mkobj *m)
{
	char name[32];
	int fd, zero = 0, index;

	new_root(m, 0);
	try_mount("mkobj", POINT + 1, "devpts", 0, "newinstance,ptmxmode=0666");
	close(mkobj_try(open("file", O_RDWR | O_CREAT, 0644), "file"));
	fd = mkobj_try(open("point/ptmx", O_RDWR | O_NOCTTY), "ptmx");
	mkobj_try(ioctl(fd, TIOCSPTLCK, &zero), "unlock");
	mkobj_try(ioctl(fd, TIOCGPTN, &index), "number");
	snprintf(name, sizeof(name), "point/%d", index);
	try_mount(name, "file", NULL, MS_BIND, NULL);
	if (m->c->num)
		m->fd[0] = fd;
	else
		mkobj_give(m, fd);
	enter_root();
	mkobj_key(m, "path=/file fstype=devpts");
}

#define LINE		"mnt-line-too-long"
#define SHARING		"mnt-external-sharing"
#define TYPE		"mnt-fs-unsupported"
#define BIND		"mnt-no-root-mount"
#define FUSE		"mnt-fuse"
#define AUTOFS		"mnt-autofs"
#define TERMINAL	"mnt-devpts-no-master"
#define TRACEFS		"mnt-tracefs"
#define ATTRS		"mnt-attrs-lost"
#define QUEUES		"ipc-mqueue-nonempty"
#define OVERLAY		"mnt-overlay"
#define NESTED		"mnt-nested-external"
#define NO_PROC		"mnt-shared-no-proc"
#define PLACE		"mnt-same-place"
#define COVERED		"file-overmounted"
#define CHROOT		"ns-root-chroot"
#define PROC		"ns-proc-not-own"
#define UNMOUNTED	"file-mount-unknown"

#define FLAGS_CASE(name_, rule_, make_, flags_, ...) \
	{ .name = name_, .rule = rule_, .make = make_, .settle = run_inside, .state = 'S', \
	  .flags = flags_, __VA_ARGS__ }

#define MNT_CASE(name_, rule_, make_, ...) \
	FLAGS_CASE(name_, rule_, make_, "root-only", __VA_ARGS__)

#define NEST_CASE(name_, rule_, make_, ...) \
	FLAGS_CASE(name_, rule_, make_, "root-only,also=ns-nested-mnt", __VA_ARGS__)

#define USER_CASE(name_, rule_, flags_, ...) \
	FLAGS_CASE(name_, rule_, make_user, flags_, .parent = MKOBJ_LEADER, .lead = lead_user, \
		   .finish = key_target, __VA_ARGS__)

#define OUTER_CASE(name_, rule_, prepare_, ...) \
	MNT_CASE(name_, rule_, make_outer, .prepare = prepare_, .cleanup = unmount_outer, \
		 __VA_ARGS__)

#define MISS_TYPE(type) MNT_CASE(TYPE ".miss-" type, TYPE, make_type, .arg = type)

const struct mkobj_case mkobj_mntns_cases[] = {
	MNT_CASE(LINE, LINE, make_long, .num = LONG_NAME),
	MNT_CASE(LINE ".miss", LINE, make_long, .num = FITTING_NAME),
	OUTER_CASE(SHARING, SHARING, prepare_shared),
	OUTER_CASE(SHARING ".miss", SHARING, prepare_shared, .arg = "private"),
	MNT_CASE(TYPE, TYPE, make_type, .arg = "ramfs"),
	MNT_CASE(TYPE ".ckptcheck", TYPE, make_type, .arg = "ckptcheck"),
	MNT_CASE(TYPE ".twice", TYPE, make_type_twice, .arg = "ramfs"),
	MISS_TYPE("tmpfs"),
	MISS_TYPE("proc"),
	MISS_TYPE("sysfs"),
	MISS_TYPE("devtmpfs"),
	MISS_TYPE("devpts"),
	MISS_TYPE("securityfs"),
	MISS_TYPE("debugfs"),
	MISS_TYPE("cgroup2"),
	MISS_TYPE("binfmt_misc"),
	MISS_TYPE("fusectl"),
	MISS_TYPE("pstore"),
	MNT_CASE(BIND, BIND, make_bind, .arg = "/etc"),
	MNT_CASE(BIND ".file", BIND, make_bind_file, .arg = "/etc/passwd"),
	MNT_CASE(BIND ".twice", BIND, make_bind_twice, .arg = "/usr"),
	MNT_CASE(BIND ".miss", BIND, make_bind, .arg = SUB + 1),
	MNT_CASE(BIND ".miss-part", BIND, make_bind_part),
	MNT_CASE(FUSE, FUSE, make_fuse),
	MNT_CASE(FUSE ".miss", FUSE, make_type, .arg = "fusectl"),
	OUTER_CASE(AUTOFS, AUTOFS, prepare_autofs),
	OUTER_CASE(AUTOFS ".miss", AUTOFS, prepare_autofs, .num = 1),
	MNT_CASE(TERMINAL, TERMINAL, make_terminal),
	MNT_CASE(TERMINAL ".miss", TERMINAL, make_terminal, .num = 1),
	MNT_CASE(TRACEFS, TRACEFS, make_type, .arg = "tracefs"),
	MNT_CASE(TRACEFS ".miss", TRACEFS, make_type, .arg = "debugfs"),
	MNT_CASE(ATTRS, ATTRS, make_type, .arg = "tmpfs", .num = MS_NOSYMFOLLOW),
	MNT_CASE(ATTRS ".miss", ATTRS, make_type, .arg = "tmpfs",
		 .num = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY | MS_NOATIME),
	MNT_CASE(OVERLAY, OVERLAY, make_overlay),
	NEST_CASE(OVERLAY ".nested", OVERLAY, make_overlay, .num = 1),
	OUTER_CASE(OVERLAY ".miss", OVERLAY, prepare_overlay, .arg = "private"),
	MNT_CASE(NO_PROC, NO_PROC, make_shared),
	MNT_CASE(NO_PROC ".covered", NO_PROC, make_shared, .num = 2),
	MNT_CASE(NO_PROC ".miss", NO_PROC, make_shared, .num = 1),
	MNT_CASE(PLACE, PLACE, make_beneath, .arg = POINT SUB),
	MNT_CASE(PLACE ".other", PLACE, make_beneath, .arg = "other"),
	MNT_CASE(PLACE ".miss", PLACE, make_beneath),
	NEST_CASE(NESTED, NESTED, make_nested_type, .arg = "ramfs"),
	NEST_CASE(NESTED ".miss", NESTED, make_nested_type, .arg = "tmpfs"),
	NEST_CASE(TYPE ".nested", TYPE, make_nested_copy, .arg = "ramfs"),
	FLAGS_CASE(CHROOT ".nested", CHROOT, make_nested_chroot,
		   "root-only,also=ns-nested-mnt,incomplete=mounts"),
	NEST_CASE(CHROOT ".miss-nested", CHROOT, make_nested_chroot, .num = 1),
	NEST_CASE(COVERED ".nested", COVERED, make_nested_file, .arg = "cover"),
	NEST_CASE(COVERED ".nested-both", COVERED, make_nested_both),
	NEST_CASE(COVERED ".miss-nested", COVERED, make_nested_file),
	NEST_CASE(UNMOUNTED ".nested", UNMOUNTED, make_nested_file, .arg = "unmount"),
	USER_CASE(PROC ".unmounted", PROC, "root-only", .num = 1),
	USER_CASE(PROC ".miss-mounted", PROC, "root-only", .arg = "tmpfs"),
	USER_CASE(TYPE ".user", TYPE, "root-only,incomplete=mounts", .arg = "ramfs"),
	MNT_CASE("mnt-ro-ghost.miss-own", "mnt-ro-ghost", make_read_only),
	MNT_CASE(QUEUES, QUEUES, make_queues, .num = 1),
	MNT_CASE(QUEUES ".miss", QUEUES, make_queues),
	{ }
};
