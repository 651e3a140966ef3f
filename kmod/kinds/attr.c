// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/attr.c - attributes of threads that CRIU does not save, or not of every thread.
 *
 * Whatever several threads of a process have in common is one finding, at one of them.
 */

#include <linux/ioprio.h>
#include <linux/iocontext.h>
#include <linux/sched.h>
#include <linux/sched/isolation.h>
#include <linux/sched/rt.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "access.h"
#include "attr.h"
#include "compat/attr.h"
#include "kind.h"

struct ckpt_attr;

/**
 * struct ckpt_attr - one attribute
 * @rule: rule that holds where a thread has it
 * @look: has it?  Under RCU, must not sleep; may set *value
 * @key: of the value, or of @word; NULL if it has none
 * @word: constant value
 * @num: for @look
 * @quiet: where it is harmless it is told only to those who ask for each record
 */
struct ckpt_attr {
	enum ckpt_rule_id rule;
	bool (*look)(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
		     struct task_struct *thread, u64 *value);
	const char *key;
	const char *word;
	unsigned int num;
	bool quiet;
};

/* ---- of its own, where CRIU looks at the leader alone ---- */

static bool ckpt_attr_files(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			    struct task_struct *thread, u64 *value)
{
	const void *its = READ_ONCE(thread->files), *leaders = READ_ONCE(attrs->leader->files);

	return its && leaders && its != leaders;
}

static bool ckpt_attr_fs(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			 struct task_struct *thread, u64 *value)
{
	const void *its = READ_ONCE(thread->fs), *leaders = READ_ONCE(attrs->leader->fs);

	return its && leaders && its != leaders;
}

static bool ckpt_attr_ns(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			 struct task_struct *thread, u64 *value)
{
	struct ckpt_spaces its;

	if (READ_ONCE(thread->nsproxy) == READ_ONCE(attrs->leader->nsproxy) ||
	    !attrs->spaces.ns[CKPT_NS_NET] || !ckpt_ns_of(thread, &its))
		return false;
	return its.ns[attr->num] != attrs->spaces.ns[attr->num];
}

/* ---- scheduling ---- */

static bool ckpt_attr_policy(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			     struct task_struct *thread, u64 *value)
{
	*value = READ_ONCE(thread->policy);
	return *value >= SCHED_DEADLINE;
}

/* CPUs that a thread in no particular cpuset has unless somebody chooses. */
static bool ckpt_cpus_chosen(const struct cpumask *cpus)
{
	const struct cpumask *usual = housekeeping_cpumask(CKPT_HK_DOMAIN);
	unsigned int cpu;

	for_each_cpu_and(cpu, cpu_active_mask, usual)
		if (!cpumask_test_cpu(cpu, cpus))
			return true;
	return false;
}

/* What the first such thread has is copied for the report. */
static bool ckpt_attr_cpus(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			   struct task_struct *thread, u64 *value)
{
	/* Most may use them all. */
	if (!ckpt_cpus_chosen(&thread->cpus_mask) || !ckpt_cpus_by_user(thread))
		return false;
	if (cpumask_empty(&attrs->cpus))
		cpumask_copy(&attrs->cpus, &thread->cpus_mask);
	return true;
}

static bool ckpt_attr_mempolicy(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
				struct task_struct *thread, u64 *value)
{
#ifdef CONFIG_NUMA
	return READ_ONCE(thread->mempolicy);
#else
	return false;
#endif
}

static bool ckpt_attr_ioprio(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			     struct task_struct *thread, u64 *value)
{
#ifdef CONFIG_BLOCK
	if (!READ_ONCE(thread->io_context))
		return false;
	task_lock(thread);
	if (thread->io_context)
		*value = thread->io_context->ioprio;
	task_unlock(thread);
#endif
	return IOPRIO_PRIO_CLASS(*value) != IOPRIO_CLASS_NONE;
}

/* Threads of real-time policies have none. */
static bool ckpt_attr_slack(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
			    struct task_struct *thread, u64 *value)
{
	*value = READ_ONCE(thread->timer_slack_ns);
	return *value && *value != attrs->slack;
}

/* ---- what prctl(2) and its like set ---- */

static bool ckpt_attr_personality(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
				  struct task_struct *thread, u64 *value)
{
	*value = READ_ONCE(thread->personality);
	return *value;
}

#define CKPT_NS_ROW(which, name) \
	{ CKPT_THREAD_PRIVATE_NS, ckpt_attr_ns, "ns", name, CKPT_NS_##which }

static const struct ckpt_attr ckpt_attr_table[] = {
	{ CKPT_THREAD_PRIVATE_FILES, ckpt_attr_files },
	{ CKPT_THREAD_PRIVATE_FS, ckpt_attr_fs },
	CKPT_NS_ROW(NET, "net"),
	CKPT_NS_ROW(IPC, "ipc"),
	CKPT_NS_ROW(UTS, "uts"),
	CKPT_NS_ROW(MNT, "mnt"),
	CKPT_NS_ROW(CGROUP, "cgroup"),
	CKPT_NS_ROW(TIME, "time"),
	{ CKPT_TASK_SCHED_DEADLINE, ckpt_attr_policy, "policy" },
	{ CKPT_TASK_CPU_AFFINITY, ckpt_attr_cpus },
	{ CKPT_TASK_PERSONALITY, ckpt_attr_personality, "value" },
	{ CKPT_TASK_TIMERSLACK, ckpt_attr_slack, "ns" },
	{ CKPT_TASK_IOPRIO, ckpt_attr_ioprio, "ioprio" },
	{ CKPT_TASK_MEMPOLICY, ckpt_attr_mempolicy },
};

static bool ckpt_attr_wanted(const struct ckpt_report *r, const struct ckpt_attr *attr)
{
	if (r->spans[attr->rule]->cls != CKPTCHECK_CLASS_INFO)
		return true;
	if (r->flags & CKPTCHECK_VIEW_INFO_NONE)
		return false;
	return !attr->quiet || r->flags & CKPTCHECK_VIEW_INFO_EACH;
}

/**
 * ckpt_attrs_begin() - before the threads of a process are looked at
 * @scan: scan
 * @attrs: set up here; what was found before is forgotten
 * @leader: of the group, referenced
 */
void ckpt_attrs_begin(struct ckpt_scan *scan, struct ckpt_attrs *attrs,
		      struct task_struct *leader)
{
	int i;

	BUILD_BUG_ON(ARRAY_SIZE(ckpt_attr_table) > CKPT_NR_ATTRS);
	*attrs = (struct ckpt_attrs){
		.leader = leader,
		.slack = current->timer_slack_ns ?: current->default_timer_slack_ns,
	};
	ckpt_ns_of(leader, &attrs->spaces);
	for (i = 0; i < ARRAY_SIZE(ckpt_attr_table); i++)
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
	for (i = 0; i < ARRAY_SIZE(ckpt_attr_table); i++) {
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

	for (i = 0; i < ARRAY_SIZE(ckpt_attr_table); i++)
		if (attrs->seen[i].count)
			ckpt_attr_emit(scan, attrs, &ckpt_attr_table[i], &attrs->seen[i], process);
}
