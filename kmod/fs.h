/* SPDX-License-Identifier: GPL-2.0 */
/* fs.h - the file system at /proc/ckptcheck: superblock, directory, report files. */
#ifndef _CKPT_FS_H
#define _CKPT_FS_H

#include <linux/fs.h>

#include "access.h"

extern struct file_system_type ckpt_fs_type;
extern const struct dentry_operations ckpt_dentry_ops;
extern const struct file_operations ckpt_report_fops;
extern const struct file_operations ckpt_sweep_fops;

static inline struct ckpt_fs *ckpt_sb(struct super_block *sb)
{
	return sb->s_fs_info;
}

/* The thread group of a report file, owned by the inode; NULL for the directory, all and self. */
static inline struct pid *ckpt_inode_pid(const struct inode *inode)
{
	return inode->i_private;
}

struct inode *ckpt_root_inode(struct super_block *sb);

#endif
