// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/attr.c - gathers the attributes of threads that CRIU does not save, or not of every one.
 *
 * Whatever several threads of a process have in common is one finding, at one of them.
 */

#include <linux/sched.h>

#include "access.h"
#include "attr.h"
#include "kind.h"

static bool ckpt_attr_wanted(const struct ckpt_report *r, const struct ckpt_attr *attr)
{
	if (r->flags & CKPTCHECK_VIEW_INFO_NONE &&
	    ckpt_report_span(r, attr->rule)->cls == CKPTCHECK_CLASS_INFO)
		return false;
	return !attr->quiet || !ckpt_rule_is_quiet(r, attr->rule);
}

/**
 * ckpt_attrs_begin() - before the threads of a process are looked at
 * @scan: scan
 * @attrs: set up here; what was found before is forgotten
 * @proc: the group
 * @leader: of the group, referenced
 */
void ckpt_attrs_begin(struct ckpt_scan *scan, struct ckpt_attrs *attrs,
		      const struct ckpt_proc *proc, struct task_struct *leader)
{
	int i;

	memset(attrs, 0, sizeof(*attrs));
	attrs->leader = leader;
	attrs->root = proc->pid == scan->root;
	attrs->vforks = proc->vforks;
	attrs->slack = current->timer_slack_ns ?: current->default_timer_slack_ns;
	ckpt_ns_of(leader, &attrs->spaces);
	for (i = 0; i < ckpt_nr_attrs; i++)
		if (!ckpt_attr_wanted(&scan->report, &ckpt_attr_table[i]))
			attrs->skip |= BIT(i);
}

/**
 * ckpt_attrs_look() - look at one thread
 * @scan: scan
 * @attrs: its group's
 * @thread: alive under RCU
 *
 * Never sleeps or allocates.
 */
void ckpt_attrs_look(struct ckpt_scan *scan, struct ckpt_attrs *attrs,
		     struct task_struct *thread)
{
	int i;

	if (READ_ONCE(thread->flags) & PF_EXITING)
		return;
	for (i = 0; i < ckpt_nr_attrs; i++) {
		struct ckpt_attr_seen *seen = &attrs->seen[i];
		u64 value = 0;

		if (attrs->skip & BIT(i) ||
		    !ckpt_attr_table[i].look(attrs, &ckpt_attr_table[i], thread, &value))
			continue;
		if (!seen->count++) {
			seen->first = task_pid_nr_ns(thread, scan->fs->ns);
			seen->value = value;
		}
	}
}

static void ckpt_attr_key_cpus(struct ckpt_scan *scan, struct ckpt_finding *f,
			       const struct cpumask *cpus)
{
	char list[128];

	ckpt_key_str(&scan->report, f, "cpus", list,
		     scnprintf(list, sizeof(list), "%*pbl", cpumask_pr_args(cpus)));
}

static void ckpt_attr_emit(struct ckpt_scan *scan, const struct ckpt_attrs *attrs,
			   const struct ckpt_attr *attr, const struct ckpt_attr_seen *seen,
			   const struct ckpt_place *process)
{
	struct ckpt_place place = *process;
	struct ckpt_finding *f;

	if (seen->first != process->nr) {
		place.kind = CKPT_AT_THREAD;
		place.at = seen->first;
	}
	f = ckpt_emit_many(&scan->report, attr->rule, &place, NULL, 0, seen->count);
	if (attr->word)
		ckpt_key_str(&scan->report, f, attr->key, attr->word, strlen(attr->word));
	else if (attr->key)
		ckpt_key_u64(&scan->report, f, attr->key, seen->value);
	if (attr->transient)
		ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_TRANSIENT, "yes", 3);
	if (attr->rule == CKPT_TASK_CPU_AFFINITY)
		ckpt_attr_key_cpus(scan, f, &attrs->cpus);
}

/**
 * ckpt_attrs_emit() - what was found in the threads of a process
 * @scan: scan
 * @attrs: the group's
 * @process: it
 *
 * May sleep.
 */
void ckpt_attrs_emit(struct ckpt_scan *scan, const struct ckpt_attrs *attrs,
		     const struct ckpt_place *process)
{
	int i;

	for (i = 0; i < ckpt_nr_attrs; i++)
		if (attrs->seen[i].count)
			ckpt_attr_emit(scan, attrs, &ckpt_attr_table[i], &attrs->seen[i], process);
}
