// SPDX-License-Identifier: GPL-2.0
/* kinds/session.c - the sessions of processes, and the terminals that these have. */

#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "access.h"
#include "kind.h"
#include "set.h"

/* Ancestors that are asked for their session. */
#define CKPT_SESSION_LEVELS	1024

/**
 * ckpt_session_judge_root() - does the root lead its session?
 * @scan: scan
 * @place: the root
 * @task: its leader, referenced
 *
 * CRIU wants it to, or --shell-job.  May sleep.
 */
void ckpt_session_judge_root(struct ckpt_scan *scan, const struct ckpt_place *place,
			     struct task_struct *task)
{
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
	f = ckpt_emit(&scan->report, CKPT_TASK_NOT_SESSION_LEADER, place, NULL, 0);
	ckpt_key_u64(&scan->report, f, "sid", sid);
}

/*
 * CRIU cannot tell the session of a process whose leader its pid namespace does not have.  A living
 * one says it itself; of a zombie it is read in procfs of the root's namespace.
 */
static void ckpt_session_judge_visible(struct ckpt_scan *scan, const struct ckpt_place *place,
				       struct task_struct *task)
{
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
		ckpt_emit(&scan->report, rule, place, NULL, 0);
}

/*
 * A restored session leader makes the terminal its own when its children are there already, and
 * none of them gets it from him.  Where the leader is outside they have criu's.
 */
static void ckpt_session_judge_ctty(struct ckpt_scan *scan, const struct ckpt_place *place,
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
	for (level = 0; level < CKPT_SESSION_LEVELS && task_tgid(parent) != scan->root; level++) {
		parent = rcu_dereference(parent->real_parent)->group_leader;
		if (session == task_session(parent))
			return CKPT_NR_RULES;
	}
	return CKPT_TASK_SESSION_UNBORN;
}

static void ckpt_session_judge_born(struct ckpt_scan *scan, const struct ckpt_place *place,
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

/**
 * ckpt_session_judge() - rules about the session of a process
 * @scan: scan
 * @place: the process
 * @task: its leader, referenced
 *
 * May sleep.
 */
void ckpt_session_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
			struct task_struct *task)
{
	ckpt_session_judge_visible(scan, place, task);
	ckpt_session_judge_ctty(scan, place, task);
	ckpt_session_judge_born(scan, place, task);
}
