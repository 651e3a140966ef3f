// SPDX-License-Identifier: GPL-2.0
/* kinds/mount.c - does the path of a file still lead to it, as far as mounts are concerned? */

#include <linux/dcache.h>
#include <linux/fs_struct.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/sched/task.h>

#include "kind.h"
#include "procfile.h"

/* The lines of fdinfo that each file has. */
#define CKPT_FDINFO_SIZE	160

/* Folders deep and mounts deep; a path of 4096 bytes has no more. */
#define CKPT_PATH_STEPS	4096

/* The mount that hides what a path names; false if it is the same all over again (bind mount). */
static bool ckpt_path_hidden(const struct path *path)
{
	struct path top = *path;
	bool hidden;

	path_get(&top);
	while (follow_down_one(&top))
		;
	hidden = top.dentry != path->dentry;
	path_put(&top);
	return hidden;
}

/*
 * What is mounted on folders between @at and the root of its mount, both included?
 * @outer: @at is where the mount of the file is, so not on @at itself; criu does not care then
 *	   whether that hides anything.
 */
static enum ckpt_path_state ckpt_path_covered(const struct path *at, bool outer)
{
	enum ckpt_path_state state = CKPT_PATH_FINE;
	struct dentry *dentry = dget(at->dentry), *parent;
	int steps = CKPT_PATH_STEPS;
	bool skip = outer;

	while (--steps) {
		struct path here = { .mnt = at->mnt, .dentry = dentry };
		bool root = dentry == at->mnt->mnt_root || IS_ROOT(dentry);

		if (!skip && path_is_mountpoint(&here)) {
			if (outer || root)
				state = CKPT_PATH_OVERMOUNTED;
			else if (ckpt_path_hidden(&here))
				state = CKPT_PATH_REPLACED;
		}
		skip = false;
		if (root || state == CKPT_PATH_OVERMOUNTED)
			break;
		parent = dget_parent(dentry);
		dput(dentry);
		dentry = parent;
	}
	dput(dentry);
	return steps ? state : CKPT_PATH_OVERMOUNTED;
}

/* The mount above all others of a path, which is put.  Compared only. */
static const struct vfsmount *ckpt_path_top(struct path *path)
{
	const struct vfsmount *top;

	while (follow_up(path))
		;
	top = path->mnt;
	path_put(path);
	return top;
}

/**
 * ckpt_task_top() - the mount that everything a task can name is below
 * @task: referenced
 *
 * May sleep.  Return: compared only; NULL if the task has no root any more.
 */
const void *ckpt_task_top(struct task_struct *task)
{
	struct path root = {};

	task_lock(task);
	if (task->fs)
		get_fs_root(task->fs, &root);
	task_unlock(task);
	return root.dentry ? ckpt_path_top(&root) : NULL;
}

/**
 * ckpt_path_is_top() - is a path the root of its mount namespace, or covered by that?
 * @path: on an ordinary mount
 */
bool ckpt_path_is_top(const struct path *path)
{
	struct path at = *path;
	bool is_root;

	path_get(&at);
	do {
		is_root = at.dentry == at.mnt->mnt_root;
	} while (is_root && follow_up(&at));
	path_put(&at);
	return is_root;
}

/* At a mount point: does it lead into the mount that we came from?  It may be covered by now. */
static bool ckpt_leads_to(const struct path *point, const struct vfsmount *mnt)
{
	struct path below = *point;
	bool leads;

	path_get(&below);
	leads = follow_down_one(&below) && below.mnt == mnt;
	path_put(&below);
	return leads;
}

/**
 * ckpt_path_state() - does a path still lead to its file?
 * @scan: scan, whose first pass is over
 * @path: of a file on an ordinary mount, which should be below the top of a member's namespace
 *
 * Looks at the dentry cache and the mounts alone: no file system is asked.  May sleep.
 */
enum ckpt_path_state ckpt_path_state(const struct ckpt_scan *scan, const struct path *path)
{
	enum ckpt_path_state state = CKPT_PATH_FINE;
	struct path at = *path;
	bool outer = false;

	path_get(&at);
	for (;;) {
		const struct vfsmount *mnt = at.mnt;

		state = max(state, ckpt_path_covered(&at, outer));
		outer = follow_up(&at);
		if (!outer) {
			if (!ckpt_ns_is_top(scan, mnt))
				state = CKPT_PATH_DETACHED;
			break;
		}
		if (!ckpt_leads_to(&at, mnt))
			state = CKPT_PATH_OVERMOUNTED;
	}
	path_put(&at);
	return state;
}

/**
 * ckpt_path_other_node() - is a device node hidden by another one of the same device?
 * @path: of a file on which something is mounted
 *
 * May sleep.
 */
bool ckpt_path_other_node(const struct path *path)
{
	const struct inode *inode = d_inode(path->dentry);
	struct path top = *path;
	bool other;

	if (!S_ISCHR(inode->i_mode) && !S_ISBLK(inode->i_mode))
		return false;
	path_get(&top);
	while (follow_down_one(&top))
		;
	other = top.dentry != path->dentry && d_inode(top.dentry)->i_rdev == inode->i_rdev;
	path_put(&top);
	return other;
}

/**
 * ckpt_mnt_key() - mnt=, the number of the mount of a descriptor
 * @scan: scan
 * @f: finding, may be NULL
 * @obj: its object
 *
 * No exported function tells it, so procfs is asked; of what is no descriptor it cannot be asked.
 * May sleep.
 */
void ckpt_mnt_key(struct ckpt_scan *scan, struct ckpt_finding *f, const struct ckpt_obj *obj)
{
	char name[48], info[CKPT_FDINFO_SIZE], *at;
	unsigned long long ino = obj->inode->i_ino;
	unsigned int mnt;
	ssize_t n;

	if (!f || obj->place.kind != CKPT_AT_FD)
		return;
	snprintf(name, sizeof(name), "%d/fdinfo/%lu", obj->place.nr, obj->place.at);
	n = ckpt_procfile_read(scan->fs, name, info, sizeof(info) - 1);
	if (n == -ENOMEM)
		ckpt_report_error(&scan->report, n);
	info[max_t(ssize_t, n, 0)] = '\0';
	/* Another file may be at that number by now; before 5.14 there is no line for it. */
	at = strstr(info, "ino:");
	if (at)
		sscanf(at, "ino: %llu", &ino);
	at = strstr(info, "mnt_id:");
	if (at && ino == obj->inode->i_ino && sscanf(at, "mnt_id: %u", &mnt) == 1)
		ckpt_key_u64(&scan->report, f, "mnt", mnt);
}
