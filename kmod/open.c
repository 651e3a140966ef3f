// SPDX-License-Identifier: GPL-2.0
/*
 * open.c - an open report: a read at offset 0 makes a new scan, the other reads page through it.
 */

#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "fs.h"
#include "patience.h"
#include "scan.h"
#include "sysfs.h"

#define CKPT_VIEW_FLAGS \
	(CKPTCHECK_VIEW_PROCESS | CKPTCHECK_VIEW_INFO_EACH | CKPTCHECK_VIEW_INFO_NONE)

/**
 * struct ckpt_open - an open report
 * @lock: protects all below
 * @allowed: the opener was allowed to inspect the process when it opened the report
 * @scanned: @text is a report
 * @target: CRIU version to judge for
 * @flags: CKPTCHECK_VIEW_*
 * @text: the report of the last read at offset 0
 */
struct ckpt_open {
	struct mutex lock;	/* one reader at a time */
	bool allowed;
	bool scanned;
	u32 target;
	u32 flags;
	struct ckpt_text text;
};

/* A process that may not be inspected can be opened: the report says so, and no more. */
static int ckpt_report_open(struct inode *inode, struct file *file)
{
	const struct ckpt_fs *fs = ckpt_sb(inode->i_sb);
	struct pid *pid = ckpt_inode_pid(inode);
	struct ckpt_open *open;
	int err;

	if (file->f_mode & FMODE_WRITE)
		return -EACCES;
	if (!ckpt_access_visible(fs, pid, CKPT_HIDEPID_NO_ACCESS))
		return -EPERM;
	err = ckpt_patience_settled(pid, CKPT_PATIENCE);
	if (!err)
		err = ckpt_access_read(fs, file->f_cred, pid);
	if (err && err != -EACCES)
		return err;
	open = kzalloc(sizeof(*open), GFP_KERNEL_ACCOUNT);
	if (!open)
		return -ENOMEM;
	mutex_init(&open->lock);
	open->allowed = !err;
	open->target = ckpt_default_target();
	file->private_data = open;
	return 0;
}

static int ckpt_report_release(struct inode *inode, struct file *file)
{
	struct ckpt_open *open = file->private_data;

	ckpt_text_free(&open->text);
	kfree(open);
	return 0;
}

/* Under the lock. */
static int ckpt_report_scan(struct file *file, struct ckpt_open *open)
{
	struct inode *inode = file_inode(file);
	struct ckpt_scan *scan = kzalloc(sizeof(*scan), GFP_KERNEL_ACCOUNT);
	int err;

	if (!scan)
		return -ENOMEM;
	scan->fs = ckpt_sb(inode->i_sb);
	scan->cred = file->f_cred;
	scan->root = ckpt_inode_pid(inode);
	scan->root_allowed = open->allowed;
	scan->max_objects = ckpt_max_objects();
	scan->patience = CKPT_PATIENCE;
	ckpt_report_init(&scan->report, open->target, open->flags, scan->max_objects);
	ckpt_text_free(&open->text);
	err = ckpt_scan_run(scan, &open->text);
	open->scanned = !err;
	ckpt_stats_scan(err);
	kfree(scan);
	return err;
}

static ssize_t ckpt_report_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct ckpt_open *open = file->private_data;
	ssize_t ret = 0;

	if (mutex_lock_killable(&open->lock))
		return -EINTR;
	if (!*pos || !open->scanned)
		ret = ckpt_report_scan(file, open);
	if (!ret)
		ret = simple_read_from_buffer(buf, len, pos, open->text.buf, open->text.len);
	mutex_unlock(&open->lock);
	return ret;
}

static int ckpt_set_view(struct ckpt_open *open, const struct ckptcheck_view *view)
{
	u32 both = CKPTCHECK_VIEW_INFO_EACH | CKPTCHECK_VIEW_INFO_NONE;

	if (view->flags & ~CKPT_VIEW_FLAGS || (view->flags & both) == both ||
	    view->reserved[0] || view->reserved[1])
		return -EINVAL;
	if (view->target && !ckpt_target_valid(view->target))
		return -EINVAL;
	if (mutex_lock_killable(&open->lock))
		return -EINTR;
	if (view->target)
		open->target = view->target;
	open->flags = view->flags;
	mutex_unlock(&open->lock);
	return 0;
}

static long ckpt_report_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ckptcheck_view view;

	if (cmd != CKPTCHECK_IOC_VIEW)
		return -ENOTTY;
	if (copy_from_user(&view, (void __user *)arg, sizeof(view)))
		return -EFAULT;
	return ckpt_set_view(file->private_data, &view);
}

const struct file_operations ckpt_report_fops = {
	.owner		= THIS_MODULE,
	.open		= ckpt_report_open,
	.read		= ckpt_report_read,
	.llseek		= default_llseek,
	.unlocked_ioctl	= ckpt_report_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.release	= ckpt_report_release,
};
