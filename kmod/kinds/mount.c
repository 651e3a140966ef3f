// SPDX-License-Identifier: GPL-2.0
/* kinds/mount.c - does the path of a file still lead to it, as far as mounts are concerned? */

#include <linux/dcache.h>
#include <linux/fs_struct.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/path.h>

#include "kind.h"
#include "procfile.h"

/* The lines of fdinfo that each file has. */
#define CKPT_FDINFO_SIZE	160

/* Folders deep and mounts deep; a path of 4096 bytes has no more. */
#define CKPT_PATH_STEPS	4096

/*
 * Is anything mounted on a folder between @at and the root of its mount, both included?
 * @skip_first: not on @at itself.
 */
static bool ckpt_path_covered(const struct path *at, bool skip_first)
{
	struct dentry *dentry = dget(at->dentry), *parent;
	int steps = CKPT_PATH_STEPS;
	bool covered = false;

	while (--steps) {
		struct path here = { .mnt = at->mnt, .dentry = dentry };

		covered = !skip_first && path_is_mountpoint(&here);
		skip_first = false;
		if (covered || dentry == at->mnt->mnt_root || IS_ROOT(dentry))
			break;
		parent = dget_parent(dentry);
		dput(dentry);
		dentry = parent;
	}
	dput(dentry);
	return covered || !steps;
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

/* The mount that everything the reader can name is below. */
static const struct vfsmount *ckpt_reader_top(void)
{
	struct path root;

	get_fs_root(current->fs, &root);
	return ckpt_path_top(&root);
}

/**
 * ckpt_path_is_readers() - is a path in the reader's mount namespace?
 * @path: on an ordinary mount
 */
bool ckpt_path_is_readers(const struct path *path)
{
	struct path at = *path;

	path_get(&at);
	return ckpt_path_top(&at) == ckpt_reader_top();
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
 * ckpt_path_doubt() - what keeps a path from leading to its file
 * @path: of a file on an ordinary mount, in the reader's mount namespace
 *
 * Looks at the dentry cache and the mounts alone: no file system is asked.  May sleep.
 * Return: the reason, for people, or NULL.
 */
const char *ckpt_path_doubt(const struct path *path)
{
	const char *doubt = NULL;
	struct path at = *path;
	bool up = false;

	path_get(&at);
	while (!doubt) {
		const struct vfsmount *mnt = at.mnt;

		if (ckpt_path_covered(&at, up)) {
			doubt = "file below a mount that covers it";
			break;
		}
		up = follow_up(&at);
		if (!up) {
			if (mnt != ckpt_reader_top())
				doubt = "file on a detached mount";
			break;
		}
		if (!ckpt_leads_to(&at, mnt))
			doubt = "file below a mount that covers it";
	}
	path_put(&at);
	return doubt;
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
	info[max_t(ssize_t, n, 0)] = '\0';
	/* Another file may be at that number by now; before 5.14 there is no line for it. */
	at = strstr(info, "ino:");
	if (at)
		sscanf(at, "ino: %llu", &ino);
	at = strstr(info, "mnt_id:");
	if (at && ino == obj->inode->i_ino && sscanf(at, "mnt_id: %u", &mnt) == 1)
		ckpt_key_u64(&scan->report, f, "mnt", mnt);
}
