/* SPDX-License-Identifier: GPL-2.0 */
/* compat/fs.h - what a small file system needs and what changed between kernels. */
#ifndef _CKPT_COMPAT_FS_H
#define _CKPT_COMPAT_FS_H

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/version.h>

/* Dentry operations of a whole superblock. */
static inline void ckpt_set_d_op(struct super_block *sb, const struct dentry_operations *ops)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
	sb->s_d_op = ops;
#else
	set_default_d_op(sb, ops);
#endif
}

/* The function head of a d_revalidate operation with the parameters dentry and flags. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 14, 0)
#define CKPT_D_REVALIDATE(name) \
	int name(struct dentry *dentry, unsigned int flags)
#else
#define CKPT_D_REVALIDATE(name) \
	int name(struct inode *dir, const struct qstr *qstr, struct dentry *dentry, \
		 unsigned int flags)
#endif

static inline void ckpt_inode_init_times(struct inode *inode)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	inode->i_atime = current_time(inode);
	inode->i_mtime = inode->i_atime;
	inode->i_ctime = inode->i_atime;
#else
	simple_inode_init_ts(inode);
#endif
}

/* The first pid from number @nr on.  Under RCU. */
static inline struct pid *ckpt_find_ge_pid(int nr, struct pid_namespace *ns)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 0, 0)
	return idr_get_next(&ns->idr, &nr);
#else
	return find_ge_pid(nr, ns);
#endif
}

/* References to a file; the macro wants to write to it. */
static inline long ckpt_file_count(const struct file *file)
{
	return file_count((struct file *)file);
}

/* Drops a reference unless it is the last. */
static inline bool ckpt_file_put_shared(struct file *file)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
	return atomic_long_add_unless(&file->f_count, -1, 1);
#else
	/* What file_ref_put() does where it is not the last; ours keeps the file meanwhile. */
	return atomic_long_add_unless(&file->f_ref.refcnt, -1, FILE_REF_ONEREF);
#endif
}

#endif
