// SPDX-License-Identifier: GPL-2.0
/*
 * sweep.c - the file "all": the reports of all processes but kernel threads, one after the other,
 * each of the thread group alone.
 *
 * A read makes the next report when the one before is read to its end.  Who has something in
 * common with whom is found out once, by the first report that has to know.
 */

#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "census.h"
#include "fs.h"
#include "groups.h"
#include "open.h"
#include "scan.h"

/**
 * struct ckpt_sweep - an open file "all"
 * @open: the report that is read, whose lock protects all below
 * @census: what the processes share
 * @next: least number that the next process may have
 * @at: bytes of the report that were read
 */
struct ckpt_sweep {
	struct ckpt_open open;
	struct ckpt_census census;
	int next;
	size_t at;
};

static int ckpt_sweep_open(struct inode *inode, struct file *file)
{
	struct ckpt_sweep *sweep;

	if (file->f_mode & FMODE_WRITE)
		return -EACCES;
	sweep = kzalloc(sizeof(*sweep), GFP_KERNEL_ACCOUNT);
	if (!sweep)
		return -ENOMEM;
	ckpt_open_init(&sweep->open);
	sweep->open.allowed = true;
	sweep->open.census = &sweep->census;
	sweep->next = 1;
	file->private_data = sweep;
	return nonseekable_open(inode, file);
}

static int ckpt_sweep_release(struct inode *inode, struct file *file)
{
	struct ckpt_sweep *sweep = file->private_data;

	ckpt_census_free(&sweep->census);
	ckpt_scan_free(sweep->open.scan);
	ckpt_text_free(&sweep->open.text);
	kfree(sweep);
	return 0;
}

/*
 * Whoever may not even open the report of a process does not find it here.
 * Return: 0, -ESRCH, or why that is not known.
 */
static int ckpt_sweep_wants(struct file *file, struct pid *pid)
{
	struct task_struct *task;
	bool kernel;
	int err;

	rcu_read_lock();
	task = pid_task(pid, PIDTYPE_TGID);
	kernel = !task || task->flags & PF_KTHREAD;
	rcu_read_unlock();
	if (kernel)
		return -ESRCH;
	err = ckpt_access_shown(ckpt_sb(file_inode(file)->i_sb), file->f_cred, pid,
				CKPT_HIDEPID_NO_ACCESS);
	return ckpt_access_else(err, -ESRCH);
}

/* Makes the next report.  Return: 1, 0 at the end, or a negative error. */
static int ckpt_sweep_next(struct file *file, struct ckpt_sweep *sweep)
{
	const struct ckpt_fs *fs = ckpt_sb(file_inode(file)->i_sb);
	struct pid *pid;
	int nr, err;

	while ((pid = ckpt_next_group(fs->ns, sweep->next, &nr))) {
		err = ckpt_sweep_wants(file, pid);
		if (!err)
			err = ckpt_open_scan(file, &sweep->open, pid);
		put_pid(pid);
		/* Without memory it is tried again by the next read. */
		if (!err || err == -ESRCH)
			sweep->next = nr + 1;
		if (!err)
			return 1;
		if (err != -ESRCH)
			return err;
		if (fatal_signal_pending(current))
			break;
	}
	return fatal_signal_pending(current) ? -EINTR : 0;
}

static ssize_t ckpt_sweep_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct ckpt_sweep *sweep = file->private_data;
	const struct ckpt_text *text = &sweep->open.text;
	ssize_t ret = 1;

	if (mutex_lock_killable(&sweep->open.lock))
		return -EINTR;
	if (sweep->at == text->len) {
		ckpt_text_free(&sweep->open.text);
		sweep->at = 0;
		ret = ckpt_sweep_next(file, sweep);
	}
	if (ret > 0) {
		len = min(len, text->len - sweep->at);
		ret = copy_to_user(buf, text->buf + sweep->at, len) ? -EFAULT : len;
	}
	if (ret > 0)
		sweep->at += ret;
	mutex_unlock(&sweep->open.lock);
	return ret;
}

static long ckpt_sweep_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct ckpt_sweep *sweep = file->private_data;

	return ckpt_open_set_view(&sweep->open, cmd, arg);
}

const struct file_operations ckpt_sweep_fops = {
	.owner		= THIS_MODULE,
	.open		= ckpt_sweep_open,
	.read		= ckpt_sweep_read,
	.unlocked_ioctl	= ckpt_sweep_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.release	= ckpt_sweep_release,
};
