// SPDX-License-Identifier: GPL-2.0
/* kinds/pidfd.c - pidfds: is the process that they stand for inside the set? */

#include <linux/pid.h>
#include <linux/rcupdate.h>

#include "access.h"
#include "anon.h"
#include "compat/pidfd.h"
#include "set.h"

static bool ckpt_match_pidfs(const struct file *file, const struct inode *inode)
{
	return inode->i_sb->s_magic == PID_FS_MAGIC;
}

/* A number that nobody has any more is that of a process which has just gone. */
static bool ckpt_pidfd_is_inside(const struct ckpt_scan *scan, pid_t nr)
{
	struct task_struct *task;
	bool inside;

	if (nr < 0)
		return true;
	if (!nr)
		return false;
	rcu_read_lock();
	task = pid_task(find_pid_ns(nr, scan->fs->ns), PIDTYPE_PID);
	inside = !task || ckpt_set_has(scan, task);
	rcu_read_unlock();
	return inside;
}

/**
 * ckpt_pidfd_judge() - a pidfd
 * @scan: scan
 * @obj: its file
 *
 * Its fdinfo tells the process: -1 if that is gone, 0 if it has no number here.  CRIU restores
 * one of a process that is gone by making another that goes.  May sleep.
 */
void ckpt_pidfd_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	bool thread = ckpt_pidfd_is_thread(obj->file);
	struct ckpt_finding *f;
	pid_t nr;

	/* Whether it is in the set is not known if that was not collected to its end. */
	if (!ckpt_fdinfo_scan(scan, obj, "Pid:", "%d", &nr) || (ckpt_scan_cut(scan) && !thread)) {
		ckpt_file_unknown(scan, obj, "pidfd");
		return;
	}
	if (thread)
		f = ckpt_anon_emit(scan, obj, CKPT_PIDFD_THREAD);
	else if (ckpt_pidfd_is_inside(scan, nr))
		f = ckpt_anon_emit(scan, obj, CKPT_PIDFD_INSIDE);
	else
		f = ckpt_anon_emit(scan, obj, CKPT_PIDFD_OUTSIDE);
	if (nr > 0)
		ckpt_key_u64(&scan->report, f, thread ? "target-tid" : "target-pid", nr);
}

const struct ckpt_kind ckpt_kind_pidfs = {
	.match = ckpt_match_pidfs, .judge = ckpt_pidfd_judge,
};
