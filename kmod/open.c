// SPDX-License-Identifier: GPL-2.0
/*
 * open.c - an open report: a read at offset 0 makes a new scan, the other reads page through it.
 */

#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "fs.h"
#include "open.h"
#include "patience.h"
#include "scan.h"
#include "sysfs.h"

#define CKPT_VIEW_FLAGS \
	(CKPTCHECK_VIEW_PROCESS | CKPTCHECK_VIEW_INFO_EACH | CKPTCHECK_VIEW_INFO_NONE)

/* All of it is zero. */
void ckpt_open_init(struct ckpt_open *open)
{
	mutex_init(&open->lock);
	open->target = ckpt_default_target();
}

/* A process that may not be inspected can be opened: the report says so, and no more. */
static int ckpt_report_open(struct inode *inode, struct file *file)
{
	const struct ckpt_fs *fs = ckpt_sb(inode->i_sb);
	struct pid *pid = ckpt_inode_pid(inode);
	struct ckpt_open *open;
	int err;

	if (file->f_mode & FMODE_WRITE)
		return -EACCES;
	err = ckpt_access_visible(fs, pid, CKPT_HIDEPID_NO_ACCESS);
	if (err)
		return ckpt_access_else(err, -EPERM);
	err = ckpt_patience_settled(pid, CKPT_PATIENCE);
	if (!err)
		err = ckpt_access_read(fs, file->f_cred, pid);
	if (err && err != -EACCES)
		return err;
	open = kzalloc(sizeof(*open), GFP_KERNEL_ACCOUNT);
	if (!open)
		return -ENOMEM;
	ckpt_open_init(open);
	open->allowed = !err;
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

/**
 * ckpt_open_scan() - make a report, in place of the one before
 * @file: open report file
 * @open: its state, locked
 * @pid: thread group that it is about
 *
 * May sleep.  Return: see ckpt_scan_run().
 */
int ckpt_open_scan(struct file *file, struct ckpt_open *open, struct pid *pid)
{
	struct ckpt_scan *scan = open->scan ?: kzalloc(sizeof(*scan), GFP_KERNEL_ACCOUNT);
	int err;

	if (!scan)
		return -ENOMEM;
	scan->fs = ckpt_sb(file_inode(file)->i_sb);
	scan->cred = file->f_cred;
	scan->root = pid;
	scan->census = open->census;
	if (!open->census)
		open->diag = (struct ckpt_diag){};
	scan->diag = &open->diag;
	scan->root_allowed = open->allowed;
	scan->max_objects = ckpt_max_objects();
	scan->patience = CKPT_PATIENCE;
	ckpt_report_init(&scan->report, open->target,
			 open->flags | (open->census ? CKPTCHECK_VIEW_PROCESS : 0),
			 scan->max_objects);
	ckpt_text_free(&open->text);
	err = ckpt_scan_run(scan, &open->text);
	open->scanned = !err;
	ckpt_stats_scan(err);
	if (open->census)
		open->scan = scan;
	else
		ckpt_scan_free(scan);
	return err;
}

static ssize_t ckpt_report_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct ckpt_open *open = file->private_data;
	ssize_t ret = 0;

	if (mutex_lock_killable(&open->lock))
		return -EINTR;
	if (!*pos || !open->scanned)
		ret = ckpt_open_scan(file, open, ckpt_inode_pid(file_inode(file)));
	if (!ret)
		ret = simple_read_from_buffer(buf, len, pos, open->text.buf, open->text.len);
	mutex_unlock(&open->lock);
	return ret;
}

/* CKPTCHECK_IOC_VIEW.  Return: what the ioctl returns. */
int ckpt_open_set_view(struct ckpt_open *open, unsigned int cmd, unsigned long arg)
{
	u32 both = CKPTCHECK_VIEW_INFO_EACH | CKPTCHECK_VIEW_INFO_NONE;
	struct ckptcheck_view view;

	if (cmd != CKPTCHECK_IOC_VIEW)
		return -ENOTTY;
	if (copy_from_user(&view, (void __user *)arg, sizeof(view)))
		return -EFAULT;
	if (view.flags & ~CKPT_VIEW_FLAGS || (view.flags & both) == both ||
	    view.reserved[0] || view.reserved[1])
		return -EINVAL;
	if (view.target && !ckpt_target_valid(view.target))
		return -EINVAL;
	if (mutex_lock_killable(&open->lock))
		return -EINTR;
	if (view.target)
		open->target = view.target;
	open->flags = view.flags;
	mutex_unlock(&open->lock);
	return 0;
}

static long ckpt_report_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return ckpt_open_set_view(file->private_data, cmd, arg);
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
