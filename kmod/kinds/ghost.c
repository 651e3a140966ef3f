// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/ghost.c - files that have no name left, which CRIU calls ghosts.
 *
 * It copies their content, up to a limit, and makes them anew where they were.
 */

#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/xattr.h>

#include "kind.h"

/* CRIU copies a file up to this size without being asked. */
#define CKPT_GHOST_LIMIT	SZ_1M

/* Folders above a deleted file that are looked at. */
#define CKPT_GHOST_LEVELS	64

enum ckpt_ghost_above { CKPT_GHOST_ALONE, CKPT_GHOST_INSIDE, CKPT_GHOST_FAR };

/* Unit of stat.blocks. */
#define CKPT_BLOCK		512

/* CRIU compares the size up to 3.17, and the space on disk since. */
static enum ckpt_rule_id ckpt_ghost_rule(const struct ckpt_obj *obj, u64 size, u64 space)
{
	if (space <= CKPT_GHOST_LIMIT)
		return CKPT_FILE_GHOST_SPARSE;
	if (size <= CKPT_GHOST_LIMIT)
		return CKPT_FILE_GHOST_PREALLOCATED;
	return obj->place.kind == CKPT_AT_VMA || obj->via ? CKPT_VMA_FILE_DELETED :
							    CKPT_FILE_GHOST_TOO_BIG;
}

static struct ckpt_finding *ckpt_ghost_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
					    enum ckpt_rule_id rule, const struct path *path,
					    u64 ino)
{
	return ckpt_emit_ino(scan, obj, rule, d_inode(path->dentry), ino);
}

static void ckpt_ghost_judge_size(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				  const struct path *path, const struct kstat *stat)
{
	struct ckpt_report *r = &scan->report;
	u64 space = (u64)stat->blocks * CKPT_BLOCK;
	u64 size = max_t(u64, stat->size, space);
	struct ckpt_finding *f;

	if (size <= CKPT_GHOST_LIMIT)
		return;
	/* One option for all: the last one given counts. */
	r->ghost_limit = max(r->ghost_limit, size);
	f = ckpt_ghost_emit(scan, obj, ckpt_ghost_rule(obj, stat->size, space), path, stat->ino);
	ckpt_key_u64(r, f, "size", size);
	ckpt_obj_path_keys(scan, f, obj);
}

/*
 * Attributes are read from disks and memory alone: servers of other file systems may never answer.
 */
static bool ckpt_attrs_are_near(const struct dentry *dentry)
{
	switch (d_real_inode(dentry)->i_sb->s_magic) {
	case BTRFS_SUPER_MAGIC:
	case EXT4_SUPER_MAGIC:
	case F2FS_SUPER_MAGIC:
	case TMPFS_MAGIC:
	case XFS_SUPER_MAGIC:
		return true;
	default:
		return false;
	}
}

/* A label comes by itself with each new file. */
static bool ckpt_attr_is_lost(const char *name)
{
	return strncmp(name, XATTR_SECURITY_PREFIX, XATTR_SECURITY_PREFIX_LEN) ||
	       !strcmp(name, XATTR_NAME_CAPS);
}

/* The first of @size bytes of names that would be lost, or NULL. */
static const char *ckpt_ghost_lost_attr(const char *names, ssize_t size)
{
	const char *name;

	for (name = names; name < names + size; name += strlen(name) + 1)
		if (ckpt_attr_is_lost(name))
			return name;
	return NULL;
}

/*
 * The names of all attributes, to be freed, NULL if there is none; *size: their bytes, or an error.
 * Names that come meanwhile do not fit, which is one.
 */
static char *ckpt_ghost_list_attrs(struct dentry *dentry, ssize_t *size)
{
	char *names;

	*size = vfs_listxattr(dentry, NULL, 0);
	if (*size == -EOPNOTSUPP)
		*size = 0;
	if (*size <= 0)
		return NULL;
	names = kvzalloc(*size + 1, GFP_KERNEL_ACCOUNT);
	*size = names ? vfs_listxattr(dentry, names, *size) : -ENOMEM;
	return names;
}

/* What the opener of the report may see, whoever reads it: some names are for root alone. */
static char *ckpt_ghost_attrs(const struct ckpt_scan *scan, struct dentry *dentry, ssize_t *size)
{
	const struct cred *old = override_creds(scan->cred);
	char *names = ckpt_ghost_list_attrs(dentry, size);

	revert_creds(old);
	return names;
}

static void ckpt_ghost_emit_attr(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				 const struct path *path, u64 ino, const char *name)
{
	struct ckpt_finding *f = ckpt_ghost_emit(scan, obj, CKPT_FILE_GHOST, path, ino);

	ckpt_key_str(&scan->report, f, "attr", name, strlen(name));
	ckpt_obj_path_keys(scan, f, obj);
}

static void ckpt_ghost_judge_attrs(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				   const struct path *path, u64 ino)
{
	const char *name;
	ssize_t size;
	char *names;

	if (!ckpt_attrs_are_near(path->dentry))
		return;
	names = ckpt_ghost_attrs(scan, path->dentry, &size);
	name = ckpt_ghost_lost_attr(names, max_t(ssize_t, size, 0));
	if (name)
		ckpt_ghost_emit_attr(scan, obj, path, ino, name);
	else if (size == -ENOMEM)
		ckpt_report_error(&scan->report, size);
	else if (size < 0)
		ckpt_file_unknown(scan, obj, "deleted file");
	kvfree(names);
}

/*
 * The deleted folder that it is in and that was met at a descriptor: whether there is one, or that
 * there are more folders above than are looked at.  Deleted names stay where they are.
 */
static enum ckpt_ghost_above ckpt_ghost_above(const struct ckpt_scan *scan,
					      const struct dentry *dentry)
{
	enum ckpt_ghost_above above = scan->ghost_folders.used ? CKPT_GHOST_FAR : CKPT_GHOST_ALONE;
	const struct dentry *parent;
	const struct inode *inode;
	int level;

	rcu_read_lock();
	for (level = 0; level < CKPT_GHOST_LEVELS && above == CKPT_GHOST_FAR; level++) {
		parent = READ_ONCE(dentry->d_parent);
		inode = d_inode_rcu(parent);
		if (parent == dentry || !d_unlinked(parent))
			above = CKPT_GHOST_ALONE;
		else if (inode && ckpt_table_find(&scan->ghost_folders, inode, inode->i_ino))
			above = CKPT_GHOST_INSIDE;
		dentry = parent;
	}
	rcu_read_unlock();
	return above;
}

/*
 * CRIU makes a deleted folder anew and takes it away as soon as it is open again, in the order of
 * the descriptors; that fails while what was in there has not been opened.
 */
static void ckpt_ghost_judge_folder(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				    const struct path *path, const struct kstat *stat)
{
	const struct inode *inode = d_inode(path->dentry);
	enum ckpt_ghost_above above;

	if (obj->place.kind != CKPT_AT_FD)
		return;
	above = ckpt_ghost_above(scan, path->dentry);
	if (above == CKPT_GHOST_INSIDE)
		ckpt_obj_path_keys(scan, ckpt_ghost_emit(scan, obj, CKPT_FILE_GHOST_FOLDER_FIRST,
							 path, stat->ino), obj);
	else if (above == CKPT_GHOST_FAR)
		ckpt_file_unknown(scan, obj, "deleted file in many deleted folders");
	if (!S_ISDIR(stat->mode))
		return;
	if (ckpt_table_reserve(&scan->ghost_folders, 1))
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
	else
		ckpt_table_add(&scan->ghost_folders, inode, inode->i_ino);
}

/* In a container of its own CRIU makes the mount writable, unless the file system is not. */
static bool ckpt_ghost_has_no_place(const struct ckpt_scan *scan, const struct path *path)
{
	return sb_rdonly(path->mnt->mnt_sb) ||
	       (__mnt_is_readonly(path->mnt) && !ckpt_ns_own(scan, CKPT_NS_MNT));
}

/**
 * ckpt_ghost_judge() - judge an object that has no name left
 * @scan: scan
 * @obj: the object
 * @path: by which users know it
 * @stat: as the file system tells
 *
 * May sleep.
 */
void ckpt_ghost_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj,
		      const struct path *path, const struct kstat *stat)
{
	/* CRIU copies with sendfile(2), which hugetlbfs does not have. */
	if (path->dentry->d_sb->s_magic == HUGETLBFS_MAGIC) {
		ckpt_file_unknown(scan, obj, "deleted file of huge pages");
		return;
	}
	if (ckpt_is_mqueue(d_inode(path->dentry))) {
		ckpt_obj_path_keys(scan, ckpt_ghost_emit(scan, obj, CKPT_FILE_MQUEUE_MOUNTED, path,
							 stat->ino), obj);
		return;
	}
	if (ckpt_ghost_has_no_place(scan, path))
		ckpt_obj_path_keys(scan, ckpt_ghost_emit(scan, obj, CKPT_MNT_RO_GHOST, path,
							 stat->ino), obj);
	ckpt_ghost_judge_folder(scan, obj, path, stat);
	ckpt_ghost_judge_attrs(scan, obj, path, stat->ino);
	ckpt_ghost_judge_size(scan, obj, path, stat);
}
