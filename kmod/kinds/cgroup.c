// SPDX-License-Identifier: GPL-2.0
/* kinds/cgroup.c - processes in frozen cgroups, or outside of what their namespace calls root. */

#include <linux/cgroup.h>
#include <linux/freezer.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "kind.h"

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

/*
 * cgroup=, as procfs shows it to the reader.  One that is not below the root of his namespace has
 * no name where his criu would look for it.  May sleep.
 */
static void ckpt_cgroup_key(struct ckpt_scan *scan, struct ckpt_finding *f, struct cgroup *cgroup)
{
	char *path;
	int len;

	if (!f || !cgroup)
		return;
	path = kvmalloc(PATH_MAX, GFP_KERNEL_ACCOUNT);
	if (!path) {
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
		return;
	}
	len = cgroup_path_ns(cgroup, path, PATH_MAX, current->nsproxy->cgroup_ns);
	if (len > 0 && len < PATH_MAX && strcmp(path, "/..") && strncmp(path, "/../", 4))
		ckpt_key_str(&scan->report, f, "cgroup", path, strlen(path));
	kvfree(path);
}

/* Of the first version, where a thread is as long as it or one above is frozen.  Under RCU. */
static struct cgroup *ckpt_freezer_cgroup(struct task_struct *task)
{
#ifdef CONFIG_CGROUP_FREEZER
	return freezing(task) ? task_css_check(task, freezer_cgrp_id, true)->cgroup : NULL;
#else
	return NULL;
#endif
}

/* Would the process run if @top were thawed?  Under RCU. */
static bool ckpt_freezer_thaws(struct task_struct *task, struct cgroup *top)
{
#ifdef CONFIG_CGROUP_FREEZER
	return cgroup_is_descendant(task_css_check(task, freezer_cgrp_id, true)->cgroup, top);
#else
	return false;
#endif
}

static bool ckpt_cgroup_thaws(struct task_struct *task, struct cgroup *top)
{
	struct cgroup *cgroup = task_dfl_cgroup(task);
	int level;

	for (level = 0; cgroup && cgroup != top && level < CKPT_CGROUP_LEVELS; level++) {
		if (READ_ONCE(cgroup->freezer.freeze))
			return false;
		cgroup = cgroup_parent(cgroup);
	}
	return cgroup == top;
}

/**
 * struct ckpt_freezer - a version of frozen cgroups
 * @rule: the finding where CRIU can be told which one to thaw
 * @frozen: the cgroup by which a process is frozen
 * @thaws: would it run if that one were thawed?
 */
struct ckpt_freezer {
	enum ckpt_rule_id rule;
	struct cgroup *(*frozen)(struct task_struct *task);
	bool (*thaws)(struct task_struct *task, struct cgroup *top);
};

static const struct ckpt_freezer ckpt_freezers[] = {
	{ CKPT_TASK_CGROUP_FROZEN, ckpt_frozen_cgroup, ckpt_cgroup_thaws },
	{ CKPT_TASK_CGROUP_FROZEN_V1, ckpt_freezer_cgroup, ckpt_freezer_thaws },
};

/* The cgroup by which a process is frozen, referenced, or NULL. */
static struct cgroup *ckpt_frozen_get(struct task_struct *task, const struct ckpt_freezer *freezer)
{
	struct cgroup *frozen;

	rcu_read_lock();
	frozen = freezer->frozen(task);
	if (frozen && !css_tryget(&frozen->self))
		frozen = NULL;
	rcu_read_unlock();
	return frozen;
}

static struct cgroup *ckpt_frozen_get_root(struct ckpt_scan *scan,
					   const struct ckpt_freezer *freezer)
{
	struct task_struct *root = get_pid_task(scan->root, PIDTYPE_TGID);
	struct cgroup *frozen;

	if (!root)
		return NULL;
	frozen = ckpt_frozen_get(root, freezer);
	put_task_struct(root);
	return frozen;
}

static bool ckpt_frozen_all_below(struct ckpt_scan *scan, const struct ckpt_freezer *freezer,
				  struct cgroup *top)
{
	struct task_struct *task;
	bool below = true;
	u32 i;

	for (i = 0; i < scan->nr_procs && below; i++) {
		rcu_read_lock();
		task = pid_task(scan->procs[i].pid, PIDTYPE_TGID);
		below = !task || freezer->thaws(task, top);
		rcu_read_unlock();
		cond_resched();
		if (fatal_signal_pending(current))
			return false;
	}
	return below;
}

/*
 * Is the set as a whole in the frozen cgroup of its root, and in no other?  CRIU thaws the one it
 * is told, and stops what is in there, and nothing besides.  May sleep.
 */
static bool ckpt_frozen_whole(struct ckpt_scan *scan, const struct ckpt_freezer *freezer)
{
	u8 known = BIT(2 * (freezer - ckpt_freezers)), whole = known << 1;
	struct cgroup *top;

	if (!(scan->frozen & known)) {
		scan->frozen |= known;
		top = ckpt_frozen_get_root(scan, freezer);
		if (top && ckpt_frozen_all_below(scan, freezer, top))
			scan->frozen |= whole;
		if (top)
			css_put(&top->self);
	}
	return scan->frozen & whole;
}

/* Where one cgroup holds the set it is named for all, as criu is told one. */
static void ckpt_frozen_emit(struct ckpt_scan *scan, const struct ckpt_place *place,
			     struct task_struct *task, const struct ckpt_freezer *freezer)
{
	bool whole = ckpt_frozen_whole(scan, freezer);
	enum ckpt_rule_id rule = whole ? freezer->rule : CKPT_TASK_CGROUP_FROZEN_PART;
	struct cgroup *frozen = whole ? ckpt_frozen_get_root(scan, freezer) :
					ckpt_frozen_get(task, freezer);

	ckpt_cgroup_key(scan, ckpt_emit(&scan->report, rule, place, frozen, 0), frozen);
	if (frozen)
		css_put(&frozen->self);
}

/**
 * ckpt_frozen_judge() - is the process in a frozen cgroup?
 * @scan: scan
 * @place: the process
 * @task: its leader, referenced
 *
 * CRIU waits for it for ever, unless it is told which cgroup to thaw.  May sleep.
 */
void ckpt_frozen_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		       struct task_struct *task)
{
	if (READ_ONCE(task->jobctl) & JOBCTL_TRAP_FREEZE)
		ckpt_frozen_emit(scan, place, task, &ckpt_freezers[0]);
	if (freezing(task))
		ckpt_frozen_emit(scan, place, task, &ckpt_freezers[1]);
}

/* Of any hierarchy.  Under RCU and task_lock, which keeps the namespace. */
static bool ckpt_cgroup_outside(struct task_struct *task, const struct css_set *root)
{
	struct cgroup_subsys_state *top;
	int i;

	if (!cgroup_is_descendant(task_dfl_cgroup(task), root->dfl_cgrp))
		return true;
	for (i = 0; i < CGROUP_SUBSYS_COUNT; i++) {
		top = root->subsys[i];
		if (top && top->cgroup->root != root->dfl_cgrp->root &&
		    !cgroup_is_descendant(task_css_check(task, i, true)->cgroup, top->cgroup))
			return true;
	}
	return false;
}

/**
 * ckpt_cgroup_judge() - is the process in a cgroup that its own namespace has?
 * @scan: scan
 * @place: the process
 * @task: its leader, referenced
 *
 * CRIU takes what the process sees of its cgroup for the end of what everybody sees.
 */
void ckpt_cgroup_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		       struct task_struct *task)
{
	bool outside = false;

	if (!ckpt_ns_own(scan, CKPT_NS_CGROUP))
		return;
	rcu_read_lock();
	task_lock(task);
	if (task->nsproxy)
		outside = ckpt_cgroup_outside(task, task->nsproxy->cgroup_ns->root_cset);
	task_unlock(task);
	rcu_read_unlock();
	if (outside)
		ckpt_emit(&scan->report, CKPT_NS_CGROUP_OUTSIDE_ROOT, place, NULL, 0);
}
