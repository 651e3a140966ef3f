// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/mntns.c - the mounts of the root's own mount namespace, and of others of the set beside
 * that one, which CRIU makes anew one by one.
 *
 * A mount is made from its file system, if that is one that CRIU knows, or bound from a mount
 * that shows more of the same; what --external names is bound from outside.
 */

#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/string.h>

#include "kind.h"
#include "mounts.h"
#include "set.h"
#include "told.h"

/* CRIU reads so much of a line, its end included. */
#define CKPT_MNT_LINE		4095

typedef bool (*ckpt_mnt_pick_t)(const struct ckpt_mnt *m, const struct ckpt_mnt *other);

/* CRIU takes one for a bind mount of the other. */
static bool ckpt_mnt_same(const struct ckpt_mnt *a, const struct ckpt_mnt *b)
{
	return a->dev == b->dev && !strcmp(a->type, b->type) && !strcmp(a->source, b->source) &&
	       !strcmp(a->options, b->options);
}

/* Return: the first mount of the same that is picked, NULL if none is. */
static const struct ckpt_mnt *ckpt_mnt_find(const struct ckpt_scan *scan, const struct ckpt_mnt *m,
					    ckpt_mnt_pick_t pick)
{
	u32 i;

	for (i = 0; i < scan->mounts.nr; i++) {
		const struct ckpt_mnt *other = &scan->mounts.list[i];

		if (other->dev == m->dev && ckpt_mnt_same(m, other) && pick(m, other))
			return other;
	}
	return NULL;
}

static bool ckpt_mnt_is_fs_root(const struct ckpt_mnt *m)
{
	return !strcmp(m->root, "/");
}

static bool ckpt_mnt_pick_whole(const struct ckpt_mnt *m, const struct ckpt_mnt *other)
{
	return other != m && ckpt_mnt_is_fs_root(other);
}

/* One that shows the same, or more. */
static bool ckpt_mnt_pick_origin(const struct ckpt_mnt *m, const struct ckpt_mnt *other)
{
	size_t n = strlen(other->root);

	if (other == m)
		return false;
	return ckpt_mnt_is_fs_root(other) ||
	       (!strncmp(m->root, other->root, n) && (!m->root[n] || m->root[n] == '/'));
}

static bool ckpt_mnt_pick_first_space(const struct ckpt_mnt *m, const struct ckpt_mnt *other)
{
	return !other->space && ckpt_mnt_pick_origin(m, other);
}

/* The root of the namespace is given from outside. */
static bool ckpt_mnt_pick_root(const struct ckpt_mnt *m, const struct ckpt_mnt *other)
{
	return !other->space && !strcmp(other->point, "/") &&
	       (other == m || ckpt_mnt_pick_origin(m, other));
}

/* The first of the copies that namespaces have of each other's mounts. */
static bool ckpt_mnt_pick_copy(const struct ckpt_mnt *m, const struct ckpt_mnt *other)
{
	return !strcmp(m->point, other->point) && !strcmp(m->root, other->root);
}

static bool ckpt_mnt_pick_root_master(const struct ckpt_mnt *m, const struct ckpt_mnt *other)
{
	return m->master == other->master && ckpt_mnt_pick_root(m, other);
}

/* Is a word of @n bytes among @nr? */
static bool ckpt_mnt_in(const char * const *list, int nr, const char *word, size_t n)
{
	while (nr--)
		if (strlen(list[nr]) == n && !strncmp(list[nr], word, n))
			return true;
	return false;
}

static bool ckpt_mnt_flags_saved(const char *flags)
{
	static const char * const saved[] = {
		"rw", "ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime",
	};
	size_t n;

	for (; *flags; flags += n + (flags[n] == ',')) {
		n = strcspn(flags, ",");
		if (!ckpt_mnt_in(saved, ARRAY_SIZE(saved), flags, n))
			return false;
	}
	return true;
}

static void ckpt_mnt_doubt(struct ckpt_scan *scan)
{
	ckpt_report_incomplete(&scan->report, CKPT_REASON_MOUNTS);
}

static struct ckpt_finding *ckpt_mnt_emit(struct ckpt_scan *scan, const struct ckpt_mnt *m,
					  enum ckpt_rule_id rule)
{
	struct ckpt_place place = { .nr = m->nr, .kind = CKPT_AT_PROCESS };
	const struct ckpt_mnt *first = ckpt_mnt_find(scan, m, ckpt_mnt_pick_copy);
	struct ckpt_finding *f = ckpt_emit(&scan->report, rule, &place, first, 0);

	ckpt_mounts_key_point(scan, f, CKPTCHECK_KEY_PATH, m);
	ckpt_key_str(&scan->report, f, "fstype", m->type, strlen(m->type));
	return f;
}

/* Of a mount that may be external, or bound from one that is. */
static void ckpt_mnt_emit_origin(struct ckpt_scan *scan, const struct ckpt_mnt *m,
				 enum ckpt_rule_id rule)
{
	const struct ckpt_mnt *origin = ckpt_mnt_find(scan, m, ckpt_mnt_pick_origin);
	struct ckpt_finding *f = ckpt_mnt_emit(scan, m, rule);

	/* Whether a restore may bind it there was not tried. */
	if (ckpt_ns_own(scan, CKPT_NS_USER))
		ckpt_mnt_doubt(scan);
	if (origin)
		ckpt_mounts_key_point(scan, f, "origin", origin);
}

/* Of one that has to be: CRIU takes mounts of the root's namespace for external alone. */
static void ckpt_mnt_emit_external(struct ckpt_scan *scan, const struct ckpt_mnt *m,
				   enum ckpt_rule_id rule)
{
	if (m->space && !ckpt_mnt_find(scan, m, ckpt_mnt_pick_first_space))
		rule = CKPT_MNT_NESTED_EXTERNAL;
	ckpt_mnt_emit_origin(scan, m, rule);
}

struct ckpt_mnt_content {
	dev_t dev;
	bool any;
};

static void ckpt_mnt_look_inside(struct super_block *sb, void *arg)
{
	struct ckpt_mnt_content *content = arg;

	if (sb->s_dev == content->dev && !simple_empty(sb->s_root))
		content->any = true;
}

/* For file systems that live in the dentry cache alone. */
static bool ckpt_mnt_has_content(const struct ckpt_mnt *m)
{
	struct ckpt_mnt_content content = { .dev = m->dev };
	struct file_system_type *type = get_fs_type(m->type);

	if (!type)
		return false;
	iterate_supers_type(type, ckpt_mnt_look_inside, &content);
	module_put(type->owner);
	return content.any;
}

/* A number among the options, "name=". */
static bool ckpt_mnt_option(const struct ckpt_mnt *m, const char *name, int *value)
{
	const char *at = m->options;
	size_t n = strlen(name);

	for (; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, name, n) && sscanf(at + n, "%d", value) == 1)
			return true;
	}
	return false;
}

/* CRIU looks for the daemon that mounts things there, and for the pipe by which it is told. */
static void ckpt_mnt_autofs(struct ckpt_scan *scan, const struct ckpt_mnt *m)
{
	struct task_struct *task;
	struct pid *pid;
	bool outside;
	int fd, nr;

	if (!ckpt_mnt_option(m, "fd=", &fd) || !ckpt_mnt_option(m, "pgrp=", &nr)) {
		ckpt_mnt_doubt(scan);
		return;
	}
	if (fd < 0)
		return;
	rcu_read_lock();
	pid = get_pid(find_vpid(nr));
	task = pid ? pid_task(pid, PIDTYPE_TGID) : NULL;
	outside = task && !ckpt_set_has(scan, task);
	rcu_read_unlock();
	/* Nobody learns by this whether a process lives that is hidden from him. */
	outside = outside && ckpt_told_shown(scan, pid, CKPT_HIDEPID_INVISIBLE);
	put_pid(pid);
	if (outside)
		ckpt_mnt_emit_external(scan, m, CKPT_MNT_AUTOFS);
	else
		ckpt_mnt_doubt(scan);
}

static void ckpt_mnt_must_be_empty(struct ckpt_scan *scan, const struct ckpt_mnt *m)
{
	if (!ckpt_mnt_has_content(m))
		return;
	if (!strcmp(m->type, "mqueue"))
		ckpt_mnt_emit(scan, m, CKPT_IPC_MQUEUE_NONEMPTY);
	else
		ckpt_mnt_doubt(scan);
}

/* Its folders are named as whoever mounted it saw them, and CRIU will look for them outside. */
static void ckpt_mnt_overlay(struct ckpt_scan *scan, const struct ckpt_mnt *m)
{
	if (!ckpt_mounts_readers(scan, m->dev))
		ckpt_mnt_emit_origin(scan, m, CKPT_MNT_OVERLAY);
}

/* What becomes of the content of a file system that is mounted as a whole? */
static void ckpt_mnt_whole(struct ckpt_scan *scan, const struct ckpt_mnt *m)
{
	static const char * const saved[] = {
		"proc", "sysfs", "devtmpfs", "tmpfs", "devpts", "simfs", "securityfs", "debugfs",
		"binfmt_misc", "fusectl", "cgroup", "cgroup2",
	};

	if (ckpt_mnt_in(saved, ARRAY_SIZE(saved), m->type, strlen(m->type)))
		return;
	if (!strcmp(m->type, "aufs"))
		ckpt_mnt_doubt(scan);
	else if (!strcmp(m->type, "autofs"))
		ckpt_mnt_autofs(scan, m);
	else if (!strcmp(m->type, "fuse") || !strncmp(m->type, "fuse.", 5))
		ckpt_mnt_emit_external(scan, m, CKPT_MNT_FUSE);
	else if (!strcmp(m->type, "overlay"))
		ckpt_mnt_overlay(scan, m);
	else if (!strcmp(m->type, "mqueue") || !strcmp(m->type, "pstore"))
		ckpt_mnt_must_be_empty(scan, m);
	else
		ckpt_mnt_emit_external(scan, m, CKPT_MNT_FS_UNSUPPORTED);
}

static void ckpt_mnt_part(struct ckpt_scan *scan, const struct ckpt_mnt *m)
{
	int index;

	if (!ckpt_mnt_find(scan, m, ckpt_mnt_pick_whole))
		ckpt_mnt_emit_external(scan, m, CKPT_MNT_NO_ROOT_MOUNT);
	else if (!strcmp(m->type, "devpts") && sscanf(m->root, "/%d", &index) == 1 &&
		 !ckpt_tty_has_master(scan, index))
		ckpt_mnt_emit_external(scan, m, CKPT_MNT_DEVPTS_NO_MASTER);
}

/*
 * The kernel mounts one thing over the other, but for what was mounted at a place where a peer has
 * a mount already: it goes beneath that, and if its top is covered itself, both cover it.
 */
static void ckpt_mnt_place(struct ckpt_scan *scan, const struct ckpt_mnt *m)
{
	const struct ckpt_mnt *other;

	for (other = scan->mounts.list; other < m; other++) {
		if (other->parent == m->parent && !strcmp(other->point, m->point)) {
			ckpt_mnt_emit(scan, m, CKPT_MNT_SAME_PLACE);
			return;
		}
	}
}

/* Where CRIU lives in another cgroup namespace it takes any mount of cgroups for a whole one. */
static bool ckpt_mnt_seems_whole(const struct ckpt_scan *scan, const struct ckpt_mnt *m)
{
	return ckpt_mnt_is_fs_root(m) ||
	       (ckpt_ns_own(scan, CKPT_NS_CGROUP) && !strncmp(m->type, "cgroup", 6));
}

static void ckpt_mnt_judge(struct ckpt_scan *scan, const struct ckpt_mnt *m)
{
	const struct ckpt_mnt *up = ckpt_mounts_id(scan, m->parent);

	if (m->length >= CKPT_MNT_LINE)
		ckpt_mnt_emit(scan, m, CKPT_MNT_LINE_TOO_LONG);
	/* CRIU leaves it out; one that appeared by itself below debugfs does so again. */
	if (!strcmp(m->type, "tracefs")) {
		if (!up || strcmp(up->type, "debugfs"))
			ckpt_mnt_emit(scan, m, CKPT_MNT_TRACEFS);
		return;
	}
	if (up ? !strcmp(up->type, "tracefs") : strcmp(m->point, "/"))
		ckpt_mnt_doubt(scan);
	if (m->master && !ckpt_mounts_has_group(scan, m->master) &&
	    !ckpt_mnt_find(scan, m, ckpt_mnt_pick_root_master))
		ckpt_mnt_emit_external(scan, m, CKPT_MNT_EXTERNAL_SHARING);
	if (up && !ckpt_mnt_flags_saved(m->flags))
		ckpt_mnt_emit(scan, m, CKPT_MNT_ATTRS_LOST);
	if (up)
		ckpt_mnt_place(scan, m);
	if (ckpt_mnt_find(scan, m, ckpt_mnt_pick_root))
		return;
	if (ckpt_mnt_seems_whole(scan, m))
		ckpt_mnt_whole(scan, m);
	else
		ckpt_mnt_part(scan, m);
}

/*
 * CRIU makes mounts shared, and slaves of others, through /proc/self/fd in their namespace.  The
 * mounts of one follow each other, and what is mounted over another one comes later.
 */
static void ckpt_mnt_sharing(struct ckpt_scan *scan)
{
	const struct ckpt_mnt *shared = NULL, *proc = NULL;
	u32 i;

	for (i = 0; i < scan->mounts.nr; i++) {
		const struct ckpt_mnt *m = &scan->mounts.list[i];

		if (m->shared && !shared)
			shared = m;
		if (!strcmp(m->point, "/proc"))
			proc = m;
		if (i + 1 < scan->mounts.nr && m[1].space == m->space)
			continue;
		if (shared && !(proc && !strcmp(proc->type, "proc")))
			ckpt_mnt_emit(scan, shared, CKPT_MNT_SHARED_NO_PROC);
		shared = NULL;
		proc = NULL;
		cond_resched();
	}
}

/* Of a user namespace CRIU wants a procfs that shows it, or leave to mount one for that time. */
static void ckpt_mnt_user(struct ckpt_scan *scan)
{
	struct ckpt_place place = {
		.nr = pid_nr_ns(scan->root, scan->fs->ns), .kind = CKPT_AT_PROCESS
	};
	bool proc = false;
	u32 i;

	for (i = 0; i < scan->mounts.nr; i++) {
		const struct ckpt_mnt *m = &scan->mounts.list[i];

		proc |= !m->space && !strcmp(m->type, "proc");
		/* A restore may not mount these; whether it may depends on namespaces. */
		if (!strncmp(m->type, "cgroup", 6))
			ckpt_mnt_doubt(scan);
	}
	if (scan->mounts.known && !proc)
		ckpt_emit(&scan->report, CKPT_NS_PROC_NOT_OWN, &place, NULL, 0);
}

/**
 * ckpt_mntns_finish() - rules about the mounts of the root's own mount namespace, and of others
 * @scan: scan, whose members have been judged
 *
 * What cannot be told makes the report incomplete.  May sleep.  Return: 0, -ENOMEM or -EINTR.
 */
int ckpt_mntns_finish(struct ckpt_scan *scan)
{
	int err;
	u32 i;

	if (!ckpt_ns_own(scan, CKPT_NS_MNT))
		return 0;
	err = ckpt_mounts_read(scan);
	if (err)
		return err;
	if (!scan->mounts.known)
		ckpt_mnt_doubt(scan);
	if (ckpt_ns_own(scan, CKPT_NS_USER))
		ckpt_mnt_user(scan);
	for (i = 0; i < scan->mounts.nr; i++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		ckpt_mnt_judge(scan, &scan->mounts.list[i]);
		cond_resched();
	}
	ckpt_mnt_sharing(scan);
	return 0;
}
