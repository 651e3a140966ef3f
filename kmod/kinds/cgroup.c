// SPDX-License-Identifier: GPL-2.0
/* kinds/cgroup.c - processes in frozen cgroups, or outside of what their namespace calls root. */

#include <linux/cgroup.h>
#include <linux/freezer.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/sched/jobctl.h>
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

static void ckpt_frozen_emit(struct ckpt_scan *scan, const struct ckpt_place *place,
			     enum ckpt_rule_id rule, struct task_struct *task,
			     struct cgroup *(*which)(struct task_struct *task))
{
	struct cgroup *frozen;

	rcu_read_lock();
	frozen = which(task);
	if (frozen && !css_tryget(&frozen->self))
		frozen = NULL;
	rcu_read_unlock();
	ckpt_cgroup_key(scan, ckpt_emit(&scan->report, rule, place, frozen, 0), frozen);
	if (frozen)
		css_put(&frozen->self);
}

/* Of the first version, where a thread is as long as it or one above is frozen.  Under RCU. */
static struct cgroup *ckpt_freezer_cgroup(struct task_struct *task)
{
#ifdef CONFIG_CGROUP_FREEZER
	return task_css_check(task, freezer_cgrp_id, true)->cgroup;
#else
	return NULL;
#endif
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
		ckpt_frozen_emit(scan, place, CKPT_TASK_CGROUP_FROZEN, task, ckpt_frozen_cgroup);
	if (freezing(task))
		ckpt_frozen_emit(scan, place, CKPT_TASK_CGROUP_FROZEN_V1, task,
				 ckpt_freezer_cgroup);
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
