/* SPDX-License-Identifier: GPL-2.0 */
/* compat/path.h - looking up and opening names on a mount of our own. */
#ifndef _CKPT_COMPAT_PATH_H
#define _CKPT_COMPAT_PATH_H

#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/version.h>

/* Exported for long, but 6.1 declares it in fs/internal.h alone; saying it twice does no harm. */
int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt, const char *name,
		    unsigned int flags, struct path *path);

/* The names of an inode in the dentry cache, under its i_lock: where they moved this came too. */
#ifndef for_each_alias
#define for_each_alias(dentry, inode) \
	hlist_for_each_entry(dentry, &(inode)->i_dentry, d_u.d_alias)
#endif

/* Opens @name for reading, below the root of @mnt.  Return: a file, or an ERR_PTR. */
static inline struct file *ckpt_open_on(struct vfsmount *mnt, const char *name)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 13, 0)
	return file_open_root(mnt->mnt_root, mnt, name, O_RDONLY, 0);
#else
	return file_open_root_mnt(mnt, name, O_RDONLY, 0);
#endif
}

/*
 * The path by which users know a file.  Since 6.8 the f_path of a file of overlayfs that is mapped
 * leads into one of its layers.
 */
static inline const struct path *ckpt_user_path(const struct file *file)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
	return &file->f_path;
#else
	return file_user_path((struct file *)file);
#endif
}

#endif
