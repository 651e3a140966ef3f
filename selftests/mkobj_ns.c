// SPDX-License-Identifier: GPL-2.0
/* mkobj_ns.c - processes in namespaces of their own, and such as will give some to children. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
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

static void make_for_children(struct mkobj *m)
{
	leave(m->c->num);
	mkobj_key(m, "");
}

#define NESTED	"ns-nested"
#define NET	"ns-nested-net"
#define MNT	"ns-nested-mnt"
#define TIME	"ns-time-for-children"
#define PID	"ns-pid-for-children"
/* What the root has from before its own mount namespace, its executable at least. */
#define OUTSIDE	"also=file-kind-unknown"

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
	{ .name = NET, .rule = NET, .make = make_nested, .num = CLONE_NEWNET, .arg = "net",
	  .flags = "incomplete=network" },
	{ .name = NET ".miss", .rule = NET, .make = make_together, .num = CLONE_NEWNET,
	  .flags = "incomplete=network" },
	{ .name = MNT, .rule = MNT, .make = make_nested, .num = CLONE_NEWNS, .arg = "mnt",
	  .flags = "incomplete=mounts," OUTSIDE },
	{ .name = MNT ".miss", .rule = MNT, .make = make_together, .num = CLONE_NEWNS,
	  .flags = "incomplete=mounts," OUTSIDE },
	{ .name = NET "-hostroot", .rule = NET "-hostroot", .make = make_child_elsewhere,
	  .num = CLONE_NEWNET, .arg = "net", .flags = "incomplete=network" },
	{ .name = NET "-hostroot.miss", .rule = NET "-hostroot", .make = make_together,
	  .num = CLONE_NEWNET, .flags = "incomplete=network" },
	{ .name = MNT "-hostroot", .rule = MNT "-hostroot", .make = make_child_elsewhere,
	  .num = CLONE_NEWNS, .arg = "mnt", .flags = "incomplete=mounts" },
	{ .name = MNT "-hostroot.miss", .rule = MNT "-hostroot", .make = make_together,
	  .num = CLONE_NEWNS, .flags = "incomplete=mounts," OUTSIDE },
	{ .name = TIME, .rule = TIME, .make = make_for_children, .num = CLONE_NEWTIME },
	{ .name = TIME ".miss", .rule = TIME, .make = make_together, .num = CLONE_NEWUTS },
	{ .name = PID, .rule = PID, .make = make_for_children, .num = CLONE_NEWPID },
	{ .name = PID ".miss", .rule = PID, .make = make_together, .num = CLONE_NEWUTS },
	{ }
};
