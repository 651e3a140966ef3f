// SPDX-License-Identifier: GPL-2.0
/* kinds/task.c - thread groups and threads. */

#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/utsname.h>

#include "compat/task.h"
#include "kind.h"

/**
 * ckpt_task_collect() - first look at a process
 * @scan: scan
 * @proc: process of the set
 * @task: its leader, referenced
 *
 * Whatever CRIU is known to refuse and no rule names yet makes the report incomplete: it is not
 * to be called "ok".  May sleep.
 */
void ckpt_task_collect(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task)
{
	ckpt_share_collect(scan, proc, task);
}

/* What this kernel is, once for all. */
static void ckpt_judge_kernel(struct ckpt_scan *scan, const struct ckpt_place *place)
{
	struct ckpt_finding *f;

	if (!IS_ENABLED(CONFIG_CHECKPOINT_RESTORE))
		ckpt_emit(&scan->report, CKPT_ENV_NO_CHECKPOINT_RESTORE, place, NULL, 0);
	/* Each process has it. */
	if (!ckpt_kernel_has_vvar_vclock() ||
	    ckpt_rule_is_quiet(&scan->report, CKPT_ENV_VVAR_VCLOCK))
		return;
	f = ckpt_emit(&scan->report, CKPT_ENV_VVAR_VCLOCK, place, NULL, 0);
	ckpt_key_str(&scan->report, f, "release", utsname()->release, strlen(utsname()->release));
}

/* The root of the set. */
static void ckpt_judge_root(struct ckpt_scan *scan, struct ckpt_proc *proc,
			    struct task_struct *task)
{
	struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };

	if (task->flags & PF_KTHREAD)
		ckpt_emit(&scan->report, CKPT_TASK_KTHREAD, &place, NULL, 0);
	else if (READ_ONCE(task->exit_state) && thread_group_empty(task))
		ckpt_emit(&scan->report, CKPT_TASK_ROOT_ZOMBIE, &place, NULL, 0);
	else
		ckpt_session_judge_root(scan, &place, task);
	ckpt_judge_kernel(scan, &place);
	ckpt_cred_judge_reader(scan, &place);
	ckpt_ns_judge_root(scan, &place, task);
	ckpt_mqueue_judge(scan, &place, task);
	ckpt_pipes_judge(scan, &place);
}

/**
 * ckpt_task_judge() - rules about a process and its threads
 * @scan: scan
 * @proc: process of the set
 * @task: its leader, referenced
 *
 * May sleep.  Return: 0, -ENOMEM or -EINTR.
 */
int ckpt_task_judge(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task)
{
	struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };

	if (proc->pid == task_tgid(current))
		ckpt_emit(&scan->report, CKPT_TASK_IS_CRIU, &place, NULL, 0);
	if (proc->pid == scan->root)
		ckpt_judge_root(scan, proc, task);
	if (task->flags & PF_KTHREAD)
		return 0;
	/* What the other threads hold was not looked at. */
	if (READ_ONCE(task->exit_state) && !thread_group_empty(task)) {
		ckpt_emit(&scan->report, CKPT_TASK_LEADER_ZOMBIE, &place, NULL, 0);
		ckpt_report_incomplete(&scan->report, CKPT_REASON_LEADER_DEAD);
	}
	if (sigismember(&task->signal->shared_pending.signal, SIGTRAP))
		ckpt_emit(&scan->report, CKPT_SIG_PENDING_SIGTRAP, &place, NULL, 0);
	if (ckpt_task_is_compat(task))
		ckpt_emit(&scan->report, CKPT_TASK_COMPAT32, &place, NULL, 0);
	ckpt_cred_judge_groups(scan, &place, task);
	ckpt_ns_judge(scan, &place, task);
	ckpt_session_judge(scan, &place, task);
	ckpt_stop_judge(scan, &place, task);
	ckpt_sigtrap_judge(scan, &place, task);
	ckpt_frozen_judge(scan, &place, task);
	ckpt_cgroup_judge(scan, &place, task);
	ckpt_limit_judge(scan, &place, task);
	ckpt_outside_judge_task(scan, &place, task);
	ckpt_attr_judge_mm(scan, &place, task);
	ckpt_timers_judge(scan, &place, task);
	return ckpt_threads_judge(scan, proc, task);
}
