// SPDX-License-Identifier: GPL-2.0
/* kinds/fown.c - who gets SIGIO for a file; directories that tell their changes that way. */

#include <linux/pid.h>
#include <linux/rcupdate.h>

#include "compat/fown.h"
#include "kind.h"
#include "set.h"

/* Members of a process group that are looked at. */
#define CKPT_GROUP_MOST	4096

/* Return: the owner, referenced, or NULL. */
static struct pid *ckpt_fown_pid(struct fown_struct *fown, enum pid_type *type)
{
	struct pid *pid;

	read_lock_irq(&fown->lock);
	pid = get_pid(fown->pid);
	*type = fown->pid_type;
	read_unlock_irq(&fown->lock);
	return pid;
}

/* Is the owner alive, and nobody of it in the set?  CRIU does not save one that is gone. */
static bool ckpt_fown_is_outside(const struct ckpt_scan *scan, struct pid *pid,
				 enum pid_type type)
{
	struct task_struct *task;
	unsigned int seen = 0;
	bool inside = false;

	rcu_read_lock();
	do_each_pid_task(pid, type, task) {
		inside = inside || ckpt_set_has(scan, task);
		if (inside || ++seen == CKPT_GROUP_MOST)
			break;
	} while_each_pid_task(pid, type, task);
	rcu_read_unlock();
	return seen && !inside;
}

/*
 * F_NOTIFY makes its caller the owner.  Nothing else has a use for the owner of a directory, so
 * one whose changes are watched, by whomever, is taken for one that tells them by a signal.
 */
static bool ckpt_fown_is_dnotify(const struct inode *inode)
{
#ifdef CONFIG_DNOTIFY
	return S_ISDIR(inode->i_mode) && READ_ONCE(inode->i_fsnotify_mask);
#else
	return false;
#endif
}

/**
 * ckpt_fown_judge() - the owner of a file
 * @scan: scan
 * @obj: the file, referenced
 *
 * May sleep.
 */
void ckpt_fown_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct fown_struct *fown = ckpt_file_fown(obj->file);
	struct ckpt_finding *f;
	enum pid_type type;
	struct pid *pid;

	pid = fown ? ckpt_fown_pid(fown, &type) : NULL;
	if (!pid)
		return;
	if (ckpt_fown_is_dnotify(obj->inode)) {
		f = ckpt_emit(&scan->report, CKPT_FILE_DNOTIFY, &obj->place, obj->file,
			      obj->inode->i_ino);
		ckpt_key_path(&scan->report, f, obj->file);
	}
	if (ckpt_fown_is_outside(scan, pid, type)) {
		f = ckpt_emit(&scan->report, CKPT_FILE_FOWN_OUTSIDE, &obj->place, obj->file,
			      obj->inode->i_ino);
		ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
		ckpt_key_path(&scan->report, f, obj->file);
		if (f)
			f->peer = get_pid(pid);
	}
	put_pid(pid);
}
