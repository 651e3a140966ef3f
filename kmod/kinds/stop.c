// SPDX-License-Identifier: GPL-2.0
/* kinds/stop.c - processes that are stopped, and by which signal. */

#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>

#include "kind.h"

/**
 * ckpt_stop_judge() - is the process stopped in a way that CRIU does not restore?
 * @scan: scan
 * @place: the process
 * @task: its leader, referenced
 *
 * CRIU asks ptrace for the signal, which answers from the same word.  It outlives the stop, so
 * it counts only while the whole group is stopped.
 */
void ckpt_stop_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		     struct task_struct *task)
{
	unsigned long sig = READ_ONCE(task->jobctl) & JOBCTL_STOP_SIGMASK;
	struct ckpt_finding *f;

	if (!(READ_ONCE(task->signal->flags) & SIGNAL_STOP_STOPPED))
		return;
	if (sig == SIGTTIN || sig == SIGTTOU || sig == SIGTSTP) {
		f = ckpt_emit(&scan->report, sig == SIGTSTP ? CKPT_TASK_STOP_TSTP :
			      CKPT_TASK_STOP_SIGNAL, place, NULL, 0);
		ckpt_key_u64(&scan->report, f, "sig", sig);
	}
	if (!thread_group_empty(task))
		ckpt_emit(&scan->report, CKPT_TASK_STOP_THREADS, place, NULL, 0);
}
