// SPDX-License-Identifier: GPL-2.0
/* kinds/stop.c - processes that are stopped, and by which signal, or frozen. */

#include <linux/cgroup.h>
#include <linux/mm.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>

#include "kind.h"

/**
 * ckpt_signal_kills() - would the process die of a signal?
 * @task: its leader, referenced
 * @sig: signal
 *
 * Takes siglock for a moment.
 */
bool ckpt_signal_kills(struct task_struct *task, int sig)
{
	struct sighand_struct *sighand;
	bool kills = false;

	if (!valid_signal(sig) || !sig || sig_kernel_ignore(sig) || sig_kernel_stop(sig))
		return false;
	rcu_read_lock();
	sighand = rcu_dereference(task->sighand);
	if (sighand) {
		spin_lock_irq(&sighand->siglock);
		kills = sighand->action[sig - 1].sa.sa_handler == SIG_DFL;
		spin_unlock_irq(&sighand->siglock);
	}
	rcu_read_unlock();
	return kills;
}

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

/* Cgroups above a frozen one that are looked at. */
#define CKPT_CGROUP_LEVELS	1024

/* The one nearest the root that was told to freeze, or NULL.  Under RCU. */
static struct cgroup *ckpt_frozen_cgroup(struct task_struct *task)
{
	struct cgroup *cgroup = task_dfl_cgroup(task), *frozen = NULL;
	int level;

	for (level = 0; cgroup && level < CKPT_CGROUP_LEVELS; level++) {
		if (READ_ONCE(cgroup->freezer.freeze))
			frozen = cgroup;
		cgroup = cgroup_parent(cgroup);
	}
	return frozen;
}

/**
 * ckpt_frozen_judge() - is the process in a frozen cgroup (version 2)?
 * @scan: scan
 * @place: the process
 * @task: its leader, referenced
 *
 * CRIU waits for it for ever, unless it is told which cgroup to thaw.  May sleep.
 */
void ckpt_frozen_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		       struct task_struct *task)
{
	struct ckpt_finding *f;
	struct cgroup *frozen;
	char *path;
	int len = 0;

	if (!(READ_ONCE(task->jobctl) & JOBCTL_TRAP_FREEZE))
		return;
	path = kvmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT);
	if (!path)
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
	rcu_read_lock();
	frozen = ckpt_frozen_cgroup(task);
	if (frozen && path)
		len = cgroup_path(frozen, path, PATH_MAX);
	rcu_read_unlock();
	f = ckpt_emit(&scan->report, CKPT_TASK_CGROUP_FROZEN, place, frozen, 0);
	if (len > 0 && len < PATH_MAX)
		ckpt_key_str(&scan->report, f, "cgroup", path, strlen(path));
	kvfree(path);
}
