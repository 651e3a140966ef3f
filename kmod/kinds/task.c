// SPDX-License-Identifier: GPL-2.0
/* kinds/task.c - thread groups and threads. */

#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/utsname.h>

#include "access.h"
#include "compat/task.h"
#include "kind.h"
#include "set.h"

/* Ancestors that are asked for their session. */
#define CKPT_TASK_LEVELS	1024

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

/* CRIU wants the root to lead its session, or --shell-job. */
static void ckpt_judge_session(struct ckpt_scan *scan, struct ckpt_proc *proc,
			       struct task_struct *task)
{
	struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };
	struct ckpt_finding *f;
	struct pid *session;
	pid_t sid = 0;
	bool leads;

	rcu_read_lock();
	session = task_session(task);
	leads = session == task_tgid(task);
	if (session)
		sid = pid_nr_ns(session, scan->fs->ns);
	rcu_read_unlock();
	if (leads)
		return;
	f = ckpt_emit(&scan->report, CKPT_TASK_NOT_SESSION_LEADER, &place, NULL, 0);
	ckpt_key_u64(&scan->report, f, "sid", sid);
}

/*
 * CRIU cannot tell the session of a process whose leader its pid namespace does not have.  A living
 * one says it itself; of a zombie it is read in procfs of the root's namespace.
 */
static void ckpt_judge_session_visible(struct ckpt_scan *scan, struct ckpt_proc *proc,
				       struct task_struct *task)
{
	struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };
	enum ckpt_rule_id rule = CKPT_TASK_SESSION_OUTSIDE_PIDNS;
	struct pid_namespace *ns;
	bool hidden;
	int dead;

	dead = READ_ONCE(task->exit_state);
	if (dead == EXIT_ZOMBIE)
		rule = CKPT_TASK_ZOMBIE_SESSION_OUTSIDE;
	rcu_read_lock();
	ns = dead ? ns_of_pid(scan->root) : task_active_pid_ns(task);
	hidden = ns && !task_session_nr_ns(task, ns);
	rcu_read_unlock();
	if (hidden && (!dead || dead == EXIT_ZOMBIE))
		ckpt_emit(&scan->report, rule, &place, NULL, 0);
}

/*
 * A restored session leader makes the terminal its own when its children are there already, and
 * none of them gets it from him.  Where the leader is outside they have criu's.
 */
static void ckpt_judge_ctty(struct ckpt_scan *scan, const struct ckpt_place *place,
			    struct task_struct *task)
{
	const struct task_struct *leader;
	bool lost;

	if (!READ_ONCE(task->signal->tty) || READ_ONCE(task->signal->leader) ||
	    READ_ONCE(task->exit_state))
		return;
	rcu_read_lock();
	leader = pid_task(task_session(task), PIDTYPE_TGID);
	lost = leader && ckpt_set_has(scan, leader);
	rcu_read_unlock();
	if (lost)
		ckpt_emit(&scan->report, CKPT_TTY_CTTY_LOST, place, NULL, 0);
}

/*
 * A process gets its session by being born in it.  CRIU has one that is in another session than its
 * parent born by an ancestor who is in it, or, where the parent is the root, by a helper, whose
 * orphan it is then.  Return: the rule, or CKPT_NR_RULES.  Under RCU.
 */
static enum ckpt_rule_id ckpt_session_rule(const struct ckpt_scan *scan, struct task_struct *task)
{
	const struct pid *session = task_session(task);
	struct task_struct *parent = rcu_dereference(task->real_parent)->group_leader;
	int level;

	/* One that is being released has none. */
	if (!session || session == task_tgid(task) || session == task_session(parent))
		return CKPT_NR_RULES;
	if (task_tgid(parent) == scan->root) {
		if (is_child_reaper(scan->root))
			return CKPT_NR_RULES;
		return READ_ONCE(task->exit_state) ? CKPT_TASK_ZOMBIE_ADOPTED :
						     CKPT_TASK_PARENT_LOST;
	}
	for (level = 0; level < CKPT_TASK_LEVELS && task_tgid(parent) != scan->root; level++) {
		parent = rcu_dereference(parent->real_parent)->group_leader;
		if (session == task_session(parent))
			return CKPT_NR_RULES;
	}
	return CKPT_TASK_SESSION_UNBORN;
}

static void ckpt_judge_session_born(struct ckpt_scan *scan, const struct ckpt_place *place,
				    struct task_struct *task)
{
	enum ckpt_rule_id rule;

	if (task_tgid(task) == scan->root)
		return;
	rcu_read_lock();
	rule = ckpt_session_rule(scan, task);
	rcu_read_unlock();
	if (rule != CKPT_NR_RULES)
		ckpt_emit(&scan->report, rule, place, NULL, 0);
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
		ckpt_judge_session(scan, proc, task);
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
	ckpt_judge_session_visible(scan, proc, task);
	ckpt_judge_ctty(scan, &place, task);
	ckpt_judge_session_born(scan, &place, task);
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
