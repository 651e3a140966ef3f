// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/gone.c - files whose name was deleted.
 *
 * One that has no name left is a ghost (ghost.c); one that still has others CRIU links to a new
 * name.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mount.h>

#include "kind.h"

/**
 * ckpt_path_is_gone() - does a path end in a name that was deleted?
 * @path: of an object
 *
 * Names of devpts and procfs go by themselves, and files of the kernel's own mounts have none.
 * Never sleeps.
 */
bool ckpt_path_is_gone(const struct path *path)
{
	const struct inode *inode = d_inode(path->dentry);

	if (!d_unlinked(path->dentry) && inode->i_nlink)
		return false;
	return !(path->mnt->mnt_flags & MNT_INTERNAL) &&
	       inode->i_sb->s_magic != PROC_SUPER_MAGIC &&
	       inode->i_sb->s_magic != DEVPTS_SUPER_MAGIC;
}

/* May no more names be made? */
static bool ckpt_link_refused(const struct path *path)
{
	const struct inode *inode = d_inode(path->dentry);

	return IS_APPEND(inode) || IS_IMMUTABLE(inode) || __mnt_is_readonly(path->mnt);
}

static void ckpt_linked_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			      const struct path *path, const struct kstat *stat)
{
	struct ckpt_report *r = &scan->report;
	struct ckpt_finding *f;

	f = ckpt_emit_ino(scan, obj, ckpt_link_refused(path) ? CKPT_FILE_LINK_REMAP_FAILED :
			  CKPT_FILE_UNLINKED_LINKED, d_inode(path->dentry), stat->ino);
	ckpt_key_u64(r, f, "nlink", stat->nlink);
	ckpt_obj_path_keys(scan, f, obj);
}

/**
 * ckpt_gone_judge() - judge an object whose name may be gone
 * @scan: scan
 * @obj: the object
 * @path: by which users know it
 *
 * The file system is asked, as fstat(2) asks it, for what it already knows: the inode does not
 * have the links of a file of overlayfs, nor the space that ext4 has not allocated yet.
 * May sleep.
 */
void ckpt_gone_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, const struct path *path)
{
	const u32 mask = STATX_INO | STATX_NLINK | STATX_SIZE | STATX_BLOCKS;
	struct kstat stat;

	if (!ckpt_path_is_gone(path))
		return;
	if (vfs_getattr(path, &stat, mask, AT_STATX_DONT_SYNC)) {
		ckpt_file_unknown(scan, obj, "deleted file");
		return;
	}
	if (!stat.nlink)
		ckpt_ghost_judge(scan, obj, path, &stat);
	else if (d_unlinked(path->dentry))
		ckpt_linked_judge(scan, obj, path, &stat);
}
