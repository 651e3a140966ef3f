// SPDX-License-Identifier: GPL-2.0
/* mkobj_cgroup.c - processes in cgroups: frozen ones, and others than CRIU expects. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "mkobj.h"

#define CGROUPS		"/sys/fs/cgroup"
#define CGROUP2_MAGIC	0x63677270
#define FREEZER		CGROUPS "/freezer"
#define CGROUP_MAGIC	0x27e0eb

/* Of the object's own cgroup, in the hierarchy that is mounted at @top. */
static const char *cgroup_file(struct mkobj *m, const char *top, const char *name)
{
	static char path[96];

	snprintf(path, sizeof(path), "%s/mkobj.%d/%s", top, m->holder, name);
	return path;
}

static void cgroup_write(struct mkobj *m, const char *top, const char *name, const char *text)
{
	int fd = mkobj_try(open(cgroup_file(m, top, name), O_WRONLY), top);

	mkobj_try(write(fd, text, strlen(text)), name);
	close(fd);
}

static void cgroup_move(struct mkobj *m, const char *top, const char *name, pid_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	cgroup_write(m, top, name, text);
}

/* The target is in a cgroup of the hierarchy m->c->arg, which it freezes later. */
static void make_frozen(struct mkobj *m)
{
	cgroup_move(m, m->c->arg, "cgroup.procs", 0);
	mkobj_key(m, "cgroup=/mkobj.%d", m->holder);
}

/* A child is, and the target is not. */
static void make_frozen_part(struct mkobj *m)
{
	bool first = !strcmp(m->c->arg, FREEZER);
	char byte = 0;
	int p[2];
	pid_t pid;

	mkobj_try(pipe(p), "pipe");
	pid = mkobj_fork();
	if (!pid) {
		make_frozen(m);
		mkobj_try(write(p[1], &byte, 1), "pipe");
		close(p[0]);
		close(p[1]);
		mkobj_pause();
	}
	mkobj_try(read(p[0], &byte, 1), "pipe");
	close(p[0]);
	close(p[1]);
	mkobj_await(pid, 'S');
	cgroup_write(m, m->c->arg, first ? "freezer.state" : "cgroup.freeze",
		     first ? "FROZEN" : "1");
}

/* ---- of the second version ---- */

static void prepare_cgroup(struct mkobj *m)
{
	struct statfs fs;

	m->value = 0;
	if (!statfs(CGROUPS, &fs) && fs.f_type != CGROUP2_MAGIC) {
		if (mount("cgroup2", CGROUPS, "cgroup2", 0, NULL))
			mkobj_lacks("cgroup2: %m");
		m->value = 1;
	}
	mkobj_try(mkdir(cgroup_file(m, CGROUPS, ""), 0755), "mkdir");
}

static void make_thawed(struct mkobj *m)
{
	cgroup_move(m, CGROUPS, "cgroup.procs", mkobj_child());
	cgroup_write(m, CGROUPS, "cgroup.freeze", "1");
	cgroup_write(m, CGROUPS, "cgroup.freeze", "0");
}

/* The child is in one below, which is frozen by itself. */
static void make_frozen_twice(struct mkobj *m)
{
	pid_t pid = mkobj_child();

	/* Not before it has closed what the holder waits for. */
	mkobj_await(pid, 'S');
	mkobj_try(mkdir(cgroup_file(m, CGROUPS, "inner"), 0755), "mkdir");
	cgroup_move(m, CGROUPS, "inner/cgroup.procs", pid);
	cgroup_write(m, CGROUPS, "inner/cgroup.freeze", m->c->num ? "1" : "0");
	make_frozen(m);
}

/* It stops where it has frozen itself, and goes on behind that. */
static void run_freeze(struct mkobj *m)
{
	cgroup_write(m, CGROUPS, "cgroup.freeze", "1");
	mkobj_pause();
}

static void cleanup_cgroup(struct mkobj *m)
{
	rmdir(cgroup_file(m, CGROUPS, "inner"));
	rmdir(cgroup_file(m, CGROUPS, ""));
	if (m->value)
		umount2(CGROUPS, MNT_DETACH);
}

/* ---- the freezer of the first version ---- */

/* What prepare_freezer() mounted. */
static void unmount_freezer(struct mkobj *m)
{
	if (!m->value)
		return;
	umount(FREEZER);
	rmdir(FREEZER);
	if (m->value == 2)
		umount(CGROUPS);
}

static void prepare_freezer(struct mkobj *m)
{
	struct statfs fs;

	m->value = 0;
	if (statfs(FREEZER, &fs) || fs.f_type != CGROUP_MAGIC) {
		m->value = 1;
		if (mkdir(FREEZER, 0755) && errno != EEXIST) {
			m->value = 2;
			if (mount("tmpfs", CGROUPS, "tmpfs", 0, NULL) || mkdir(FREEZER, 0755))
				mkobj_fail(FREEZER ": %m");
		}
		if (mount("freezer", FREEZER, "cgroup", 0, "freezer")) {
			unmount_freezer(m);
			mkobj_lacks("cgroup of version 1: %m");
		}
	}
	mkobj_try(mkdir(cgroup_file(m, FREEZER, ""), 0755), "mkdir");
}

static void make_froze(struct mkobj *m)
{
	cgroup_move(m, FREEZER, "cgroup.procs", mkobj_child());
	cgroup_write(m, FREEZER, "freezer.state", "FROZEN");
	cgroup_write(m, FREEZER, "freezer.state", "THAWED");
}

static void run_into_freezer(struct mkobj *m)
{
	cgroup_write(m, FREEZER, "freezer.state", "FROZEN");
	mkobj_pause();
}

/* What is frozen does not even die. */
static void thaw(struct mkobj *m)
{
	cgroup_write(m, FREEZER, "freezer.state", "THAWED");
}

static void cleanup_freezer(struct mkobj *m)
{
	rmdir(cgroup_file(m, FREEZER, ""));
	unmount_freezer(m);
}

/* ---- in other cgroups ---- */

static void make_cgroup_root(struct mkobj *m)
{
	if (unshare(CLONE_NEWCGROUP))
		mkobj_lacks("cgroup namespaces: %m");
	mkobj_key(m, "");
}

static void make_in_cgroup_root(struct mkobj *m)
{
	cgroup_move(m, CGROUPS, "cgroup.procs", 0);
	make_cgroup_root(m);
}

/* Out of what is its root. */
static void move_away(struct mkobj *m)
{
	cgroup_move(m, CGROUPS, "../cgroup.procs", m->target);
}

#define FROZEN		"task-cgroup-frozen"
#define FROZEN1		"task-cgroup-frozen-v1"
#define PART		"task-cgroup-frozen-part"
#define OUTSIDE		"ns-cgroup-outside-root"

const struct mkobj_case mkobj_cgroup_cases[] = {
	{ .name = FROZEN, .rule = FROZEN, .prepare = prepare_cgroup, .make = make_frozen,
	  .arg = CGROUPS, .run = run_freeze, .cleanup = cleanup_cgroup, .state = 'S' },
	{ .name = FROZEN ".miss", .rule = FROZEN, .prepare = prepare_cgroup,
	  .make = make_thawed, .cleanup = cleanup_cgroup },
	{ .name = PART, .rule = PART, .prepare = prepare_cgroup, .make = make_frozen_part,
	  .arg = CGROUPS, .cleanup = cleanup_cgroup },
	{ .name = PART ".twice", .rule = PART, .prepare = prepare_cgroup, .num = 1,
	  .make = make_frozen_twice, .arg = CGROUPS, .run = run_freeze,
	  .cleanup = cleanup_cgroup, .state = 'S' },
	{ .name = PART ".v1", .rule = PART, .prepare = prepare_freezer,
	  .make = make_frozen_part, .arg = FREEZER, .release = thaw, .cleanup = cleanup_freezer },
	{ .name = PART ".miss", .rule = PART, .prepare = prepare_cgroup,
	  .make = make_frozen_twice, .arg = CGROUPS, .run = run_freeze,
	  .cleanup = cleanup_cgroup, .state = 'S', .flags = "also=" FROZEN },
	{ .name = FROZEN1, .rule = FROZEN1, .prepare = prepare_freezer, .make = make_frozen,
	  .arg = FREEZER, .run = run_into_freezer, .release = thaw,
	  .cleanup = cleanup_freezer, .state = 'D' },
	{ .name = FROZEN1 ".miss", .rule = FROZEN1, .prepare = prepare_freezer,
	  .make = make_froze, .release = thaw, .cleanup = cleanup_freezer },
	{ .name = OUTSIDE, .rule = OUTSIDE, .prepare = prepare_cgroup,
	  .make = make_in_cgroup_root, .finish = move_away, .cleanup = cleanup_cgroup },
	{ .name = OUTSIDE ".miss", .rule = OUTSIDE, .prepare = prepare_cgroup,
	  .make = make_in_cgroup_root, .cleanup = cleanup_cgroup },
	{ }
};
