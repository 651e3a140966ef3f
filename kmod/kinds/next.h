/* SPDX-License-Identifier: GPL-2.0 */
/* kinds/next.h - the short way: a file like the one before. */
#ifndef CKPTCHECK_KINDS_NEXT_H
#define CKPTCHECK_KINDS_NEXT_H

#include <linux/dcache.h>
#include <linux/fs.h>

#include "../compat/fown.h"
#include "../compat/fs.h"
#include "../scan.h"

/**
 * ckpt_file_is_next() - most descriptors of a big process are this
 * @scan: scan
 * @file: in a fd table whose lock is held
 *
 * A file with a name beside the one that was looked at before, which nobody else has open, that has
 * no lock, and that sends no signals: of it ckpt_file_peek() says CKPT_FINE.  Never sleeps.
 */
static __always_inline bool ckpt_file_is_next(const struct ckpt_scan *scan,
					      const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;
	const struct inode *inode = file_inode(file);

	return scan->last_short && file->f_path.mnt == scan->last_mnt &&
	       READ_ONCE(dentry->d_parent) == scan->last_folder &&
	       !(file->f_mode & FMODE_PATH) && S_ISREG(inode->i_mode) && inode->i_nlink &&
	       !d_unhashed(dentry) && !d_mountpoint(dentry) && !READ_ONCE(inode->i_flctx) &&
	       ckpt_file_count(file) == 1 && !ckpt_file_has_fown(file);
}

#endif
