// SPDX-License-Identifier: GPL-2.0
/*
 * told.c - whom a reader may be told of.
 *
 * Where that cannot be found out, for want of memory say, he is told of nobody, and the report is
 * not called complete.
 */

#include <linux/sched/signal.h>

#include "scan.h"
#include "told.h"

static bool ckpt_told(struct ckpt_scan *scan, int err)
{
	if (ckpt_access_failed(err))
		ckpt_report_error(&scan->report, -ENOMEM);
	return !err;
}

/* May he inspect the process?  May sleep. */
bool ckpt_told_read(struct ckpt_scan *scan, struct pid *pid)
{
	return ckpt_told(scan, ckpt_access_read(scan->fs, scan->cred, pid));
}

/* May he know that it is there?  See ckpt_access_shown().  May sleep. */
bool ckpt_told_shown(struct ckpt_scan *scan, struct pid *pid, unsigned int level)
{
	return ckpt_told(scan, ckpt_access_shown(scan->fs, scan->cred, pid, level));
}

/*
 * What is printed of him is read before he is looked at: the name of a program that he executes
 * later, one with the rights of somebody else say, is none of the reader's business.
 */
static bool ckpt_told_peer(struct ckpt_scan *scan, struct ckpt_finding *f)
{
	struct task_struct *task = get_pid_task(f->peer, PIDTYPE_TGID);

	if (!task)
		return false;
	get_task_comm(f->peer_comm, task);
	put_task_struct(task);
	return ckpt_told_read(scan, f->peer);
}

/* Forgets those at the other ends who are gone, or whom he may not inspect.  May sleep. */
void ckpt_told_peers(struct ckpt_scan *scan)
{
	struct ckpt_report *r = &scan->report;
	u32 i;

	for (i = 0; i < r->nr && !fatal_signal_pending(current); i++) {
		struct ckpt_finding *f = &r->findings[i];

		cond_resched();
		if (!f->peer || ckpt_told_peer(scan, f))
			continue;
		put_pid(f->peer);
		f->peer = NULL;
	}
}
