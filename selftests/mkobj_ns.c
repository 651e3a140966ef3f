// SPDX-License-Identifier: GPL-2.0
/* mkobj_ns.c - processes in namespaces of their own, and such as will give some to children. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mkobj.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x80
#endif

static void leave(int flags)
{
	if (unshare(flags)) {
		if (errno == EINVAL || errno == ENOSYS)
			mkobj_lacks("unshare: %m");
		mkobj_fail("unshare: %m");
	}
	if (!(flags & CLONE_NEWNS))
		return;
	/* criu refuses the mount of the reports themselves. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    (umount2("/proc/ckptcheck", MNT_DETACH) && errno != EINVAL))
		mkobj_fail("mounts: %m");
}

/* The root stays where it is, its child goes; m->c->arg is what the finding calls it. */
static void make_child_elsewhere(struct mkobj *m)
{
	pid_t pid = mkobj_fork();

	if (pid)
		return;
	leave(m->c->num);
	/* A pid or time namespace is the children's: that one is born in it. */
	if (m->c->num & (CLONE_NEWPID | CLONE_NEWTIME)) {
		mkobj_fork();
		mkobj_pause();
	}
	mkobj_key(m, "kind=%s", m->c->arg);
	mkobj_pause();
}

/* Root and child go one after the other. */
static void make_nested(struct mkobj *m)
{
	leave(m->c->num);
	make_child_elsewhere(m);
}

/* Both live in the root's new one. */
static void make_together(struct mkobj *m)
{
	leave(m->c->num);
	if (!mkobj_fork())
		mkobj_pause();
}

/* The root goes, its child stays. */
static void make_child_stays(struct mkobj *m)
{
	pid_t pid = mkobj_fork();

	if (!pid)
		mkobj_pause();
	leave(m->c->num);
	mkobj_tell(m, pid);
}

static void key_child(struct mkobj *m)
{
	mkobj_key(m, "pid=%ld kind=%s", m->value, m->c->arg);
}

static void make_for_children(struct mkobj *m)
{
	leave(m->c->num);
	mkobj_key(m, "");
}

/* ---- the root's place in its own namespaces ---- */

/* In the leader outside: the target will be the first process of a pid namespace. */
static void lead_init(struct mkobj *m)
{
	leave(CLONE_NEWPID);
}

/* Or the second. */
static void lead_second(struct mkobj *m)
{
	leave(CLONE_NEWPID);
	if (!mkobj_fork())
		mkobj_pause();
}

static void make_session(struct mkobj *m)
{
	setsid();
}

static void key_second(struct mkobj *m)
{
	mkobj_key(m, "pid=%d vpid=2", m->target);
}

/* With a user namespace that it belongs to. */
static void lead_user_init(struct mkobj *m)
{
	leave(CLONE_NEWUSER | CLONE_NEWPID);
}

/* A zombie of the session outside, or of the target's own. */
static void make_zombie(struct mkobj *m)
{
	if (m->c->num)
		setsid();
	if (!mkobj_fork())
		_exit(0);
	setsid();
}

static void make_nested_zombie(struct mkobj *m)
{
	(void)m;
	setsid();
	leave(CLONE_NEWPID);
	if (!mkobj_fork())
		_exit(0);
}

static void key_zombie(struct mkobj *m)
{
	char path[64];
	FILE *f;
	int pid;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", m->target, m->target);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%d", &pid) != 1)
		mkobj_fail("%s: no child", path);
	fclose(f);
	mkobj_await(pid, 'Z');
	mkobj_key(m, "pid=%d", pid);
}

static void make_chroot(struct mkobj *m)
{
	leave(CLONE_NEWNS);
	mkobj_try(mkdir(mkobj_path(m, "root"), 0755), "mkdir");
	mkobj_try(chroot(mkobj_path(m, "root")), "chroot");
	mkobj_try(chdir("/"), "chdir");
	mkobj_key(m, "");
}

static void make_pivot(struct mkobj *m)
{
	const char *root = mkobj_path(m, "root");

	leave(CLONE_NEWNS);
	mkobj_try(mkdir(root, 0755), "mkdir");
	mkobj_try(mount("mkobj", root, "tmpfs", 0, NULL), "mount tmpfs");
	mkobj_try(chdir(root), "chdir");
	mkobj_try(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	mkobj_try(umount2(".", MNT_DETACH), "umount");
	mkobj_try(chdir("/"), "chdir");
}

/* ---- user namespaces ---- */

/* m->c->num one after the other, m->c->arg names the one that it takes first. */
static void make_foreign_owner(struct mkobj *m)
{
	leave(m->c->num);
	leave(CLONE_NEWUSER);
	mkobj_key(m, "kind=%s", m->c->arg);
}

static void make_user(struct mkobj *m)
{
	leave(CLONE_NEWUSER | m->c->num);
	mkobj_key(m, "");
}

static void map_ids(struct mkobj *m, const char *name, const char *map)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", m->target, name);
	fd = mkobj_try(open(path, O_WRONLY | O_CLOEXEC), path);
	if (write(fd, map, strlen(map)) < 0)
		mkobj_fail("%s: %m", path);
	close(fd);
}

static void map_all(struct mkobj *m)
{
	map_ids(m, "uid_map", "0 0 4294967295");
	map_ids(m, "gid_map", "0 0 4294967295");
}

static void map_and_key(struct mkobj *m)
{
	map_all(m);
	mkobj_key(m, "pid=%d", m->target);
}

static void map_no_root(struct mkobj *m)
{
	map_ids(m, "uid_map", "1 0 1");
	map_ids(m, "gid_map", "1 0 1");
}

#define NESTED	"ns-nested"
#define NET	"ns-nested-net"
#define MNT	"ns-nested-mnt"
#define LEFT	"ns-left"
#define TIME	"ns-time-for-children"
#define PID	"ns-pid-for-children"
#define NOT_INIT "ns-pid-not-init"
#define CHROOT	"ns-root-chroot"
#define OWNER	"ns-user-foreign-owner"
#define UNMAPPED "cred-id-unmapped"
#define USER	"ns-user-no-pid"
#define PROC	"ns-proc-not-own"
/* A user namespace alone. */
#define NO_PID	"also=" USER
#define ZOMBIE	"task-zombie-session-outside"
/* What the root has from before its own mount namespace, its executable at least. */
#define OUTSIDE	"also=file-kind-unknown,also=mm-exe-gone,also=file-mount-unknown," \
		"also=mnt-fs-unsupported,also=mnt-no-root-mount"

const struct mkobj_case mkobj_ns_cases[] = {
	{ .name = NESTED, .rule = NESTED, .make = make_child_elsewhere, .num = CLONE_NEWUTS,
	  .arg = "uts" },
	{ .name = NESTED ".ipc", .rule = NESTED, .make = make_child_elsewhere,
	  .num = CLONE_NEWIPC, .arg = "ipc" },
	{ .name = NESTED ".cgroup", .rule = NESTED, .make = make_child_elsewhere,
	  .num = CLONE_NEWCGROUP, .arg = "cgroup" },
	{ .name = NESTED ".user", .rule = NESTED, .make = make_child_elsewhere,
	  .num = CLONE_NEWUSER, .arg = "user" },
	{ .name = NESTED ".miss", .rule = NESTED, .make = make_together,
	  .num = CLONE_NEWUTS | CLONE_NEWIPC },
	{ .name = NET, .rule = NET, .make = make_nested, .num = CLONE_NEWNET, .arg = "net" },
	{ .name = NET ".miss", .rule = NET, .make = make_together, .num = CLONE_NEWNET },
	{ .name = MNT, .rule = MNT, .make = make_nested, .num = CLONE_NEWNS, .arg = "mnt",
	  .flags = OUTSIDE },
	{ .name = MNT ".miss", .rule = MNT, .make = make_together, .num = CLONE_NEWNS,
	  .flags = OUTSIDE },
	{ .name = NET "-hostroot", .rule = NET "-hostroot", .make = make_child_elsewhere,
	  .num = CLONE_NEWNET, .arg = "net" },
	{ .name = NET "-hostroot.miss", .rule = NET "-hostroot", .make = make_together,
	  .num = CLONE_NEWNET },
	{ .name = MNT "-hostroot", .rule = MNT "-hostroot", .make = make_child_elsewhere,
	  .num = CLONE_NEWNS, .arg = "mnt", .flags = "incomplete=mounts" },
	{ .name = MNT "-hostroot.miss", .rule = MNT "-hostroot", .make = make_together,
	  .num = CLONE_NEWNS, .flags = OUTSIDE },
	{ .name = TIME, .rule = TIME, .make = make_for_children, .num = CLONE_NEWTIME },
	{ .name = TIME ".miss", .rule = TIME, .make = make_together, .num = CLONE_NEWUTS },
	{ .name = PID, .rule = PID, .make = make_for_children, .num = CLONE_NEWPID },
	{ .name = PID ".miss", .rule = PID, .make = make_together, .num = CLONE_NEWUTS },
	{ .name = NOT_INIT, .rule = NOT_INIT, .parent = MKOBJ_LEADER, .lead = lead_second,
	  .make = make_session, .finish = key_second, .flags = "root-only" },
	{ .name = NOT_INIT ".miss", .rule = NOT_INIT, .parent = MKOBJ_LEADER, .lead = lead_init,
	  .make = make_session, .flags = "root-only" },
	{ .name = ZOMBIE, .rule = ZOMBIE, .parent = MKOBJ_LEADER, .lead = lead_init,
	  .make = make_zombie, .finish = key_zombie, .flags = "root-only" },
	{ .name = ZOMBIE ".miss", .rule = ZOMBIE, .parent = MKOBJ_LEADER, .lead = lead_init,
	  .make = make_zombie, .finish = key_zombie, .num = 1, .flags = "root-only" },
	{ .name = ZOMBIE ".miss-nested", .rule = ZOMBIE, .make = make_nested_zombie,
	  .finish = key_zombie, .flags = "root-only,also=ns-pid-for-children" },
	{ .name = CHROOT, .rule = CHROOT, .make = make_chroot,
	  .flags = "root-only,incomplete=mounts," OUTSIDE },
	{ .name = CHROOT ".miss", .rule = CHROOT, .make = make_pivot,
	  .flags = "root-only," OUTSIDE },
	{ .name = UNMAPPED, .rule = UNMAPPED, .make = make_user, .flags = NO_PID },
	{ .name = UNMAPPED ".no-root", .rule = UNMAPPED, .make = make_user,
	  .finish = map_no_root, .flags = "root-only," NO_PID },
	{ .name = UNMAPPED ".miss", .rule = UNMAPPED, .make = make_user, .finish = map_all,
	  .flags = "root-only," NO_PID },
	{ .name = USER, .rule = USER, .make = make_user, .finish = map_all,
	  .flags = "root-only" },
	{ .name = USER ".miss", .rule = USER, .parent = MKOBJ_LEADER, .lead = lead_init,
	  .make = make_session, .flags = "root-only" },
	{ .name = PROC, .rule = PROC, .parent = MKOBJ_LEADER, .lead = lead_user_init,
	  .make = make_session, .finish = map_and_key, .flags = "root-only" },
	{ .name = PROC ".miss", .rule = PROC, .parent = MKOBJ_LEADER, .lead = lead_init,
	  .make = make_session, .flags = "root-only" },
	{ .name = OWNER, .rule = OWNER, .make = make_foreign_owner, .finish = map_all,
	  .num = CLONE_NEWUTS, .arg = "uts", .flags = "root-only," NO_PID },
	{ .name = OWNER ".net", .rule = OWNER, .make = make_foreign_owner, .finish = map_all,
	  .num = CLONE_NEWNET, .arg = "net", .flags = "root-only," NO_PID },
	{ .name = OWNER ".miss", .rule = OWNER, .make = make_user, .finish = map_all,
	  .num = CLONE_NEWUTS | CLONE_NEWIPC, .flags = "root-only," NO_PID },
	{ .name = OWNER ".miss-cgroup", .rule = OWNER, .make = make_foreign_owner,
	  .finish = map_all, .num = CLONE_NEWCGROUP, .arg = "cgroup",
	  .flags = "root-only," NO_PID },
	{ .name = LEFT, .rule = LEFT, .make = make_child_stays, .finish = key_child,
	  .num = CLONE_NEWUTS, .arg = "uts" },
	{ .name = LEFT ".ipc", .rule = LEFT, .make = make_child_stays, .finish = key_child,
	  .num = CLONE_NEWIPC, .arg = "ipc" },
	{ .name = LEFT ".miss", .rule = LEFT, .make = make_together,
	  .num = CLONE_NEWUTS | CLONE_NEWIPC },
	{ .name = LEFT ".miss-cgroup", .rule = LEFT, .make = make_child_stays,
	  .num = CLONE_NEWCGROUP, .flags = "incomplete=namespaces" },
	{ .name = LEFT "-net-mnt", .rule = LEFT "-net-mnt", .make = make_child_stays,
	  .finish = key_child, .num = CLONE_NEWNET, .arg = "net" },
	{ .name = LEFT "-net-mnt.mnt", .rule = LEFT "-net-mnt", .make = make_child_stays,
	  .finish = key_child, .num = CLONE_NEWNS, .arg = "mnt", .flags = OUTSIDE },
	{ .name = LEFT "-net-mnt.miss", .rule = LEFT "-net-mnt", .make = make_together,
	  .num = CLONE_NEWNET },
	{ }
};
