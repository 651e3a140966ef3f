// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/share.c - memory, fd tables, working directories and signal handlers that processes of
 * the set share, and parents that wait in vfork().  What is shared with the outside CRIU never
 * notices.
 */

#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "access.h"
#include "kind.h"
#include "set.h"

static const enum ckpt_rule_id ckpt_share_rules[CKPT_NR_SHAREABLES] = {
	[CKPT_SHARE_MM]      = CKPT_TASK_SHARED_VM,
	[CKPT_SHARE_FS]      = CKPT_TASK_SHARED_FS,
	[CKPT_SHARE_SIGHAND] = CKPT_TASK_SHARED_SIGHAND,
	[CKPT_SHARE_FILES]   = CKPT_TASK_SHARED_FILES_NONPARENT,
};

/* What a process has of that kind, compared only.  Never sleeps. */
const void *ckpt_shareable(const struct task_struct *task, enum ckpt_shareable what)
{
	switch (what) {
	case CKPT_SHARE_MM:
		return READ_ONCE(task->mm);
	case CKPT_SHARE_FS:
		return READ_ONCE(task->fs);
	case CKPT_SHARE_SIGHAND:
		return rcu_access_pointer(task->sighand);
	default:
		return READ_ONCE(task->files);
	}
}

/*
 * Is it really shared, or was its memory used again since?  CRIU takes the fd table of a parent,
 * and an unfinished vfork is a case of its own.  Under RCU.
 */
static bool ckpt_shares(const struct task_struct *task, const struct task_struct *holder,
			enum ckpt_shareable what, const void *addr)
{
	const struct task_struct *parent = rcu_dereference(task->real_parent);

	if (ckpt_shareable(holder, what) != addr || ckpt_shareable(task, what) != addr)
		return false;
	if (what == CKPT_SHARE_FILES)
		return ckpt_shareable(parent, what) != addr;
	return what != CKPT_SHARE_MM || !READ_ONCE(task->vfork_done);
}

static void ckpt_share_emit(struct ckpt_scan *scan, const struct ckpt_proc *proc,
			    const struct ckpt_proc *other, enum ckpt_shareable what,
			    const void *addr)
{
	struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, ckpt_share_rules[what], &place, addr, 0);
	ckpt_key_u64(&scan->report, f, "with-pid", other->nr);
}

static void ckpt_share_look(struct ckpt_scan *scan, struct ckpt_proc *proc,
			    struct task_struct *task, enum ckpt_shareable what)
{
	const void *addr = ckpt_shareable(task, what);
	u32 self = proc - scan->procs + 1, other;
	const struct task_struct *holder;
	struct ckpt_slot *slot;
	bool shares = false;

	if (!addr)
		return;
	slot = ckpt_table_add(&scan->shared, addr, what);
	other = slot->value;
	slot->value = self;
	if (!other)
		return;
	rcu_read_lock();
	holder = pid_task(scan->procs[other - 1].pid, PIDTYPE_TGID);
	shares = holder && ckpt_shares(task, holder, what, addr);
	rcu_read_unlock();
	if (shares)
		ckpt_share_emit(scan, proc, &scan->procs[other - 1], what, addr);
}

/* The parent that waits cannot be stopped before the child has exec'ed or exited. */
static void ckpt_vfork_look(struct ckpt_scan *scan, const struct ckpt_proc *proc,
			    const struct task_struct *task)
{
	struct ckpt_place place = { .kind = CKPT_AT_PROCESS };
	struct ckpt_proc *parent;
	struct ckpt_finding *f;

	if (!READ_ONCE(task->vfork_done))
		return;
	rcu_read_lock();
	parent = ckpt_set_find(scan, rcu_dereference(task->real_parent));
	rcu_read_unlock();
	if (!parent || !parent->may_read)
		return;
	parent->vforks = true;
	place.nr = parent->nr;
	f = ckpt_emit(&scan->report, CKPT_TASK_VFORK_PENDING, &place, NULL, 0);
	ckpt_key_u64(&scan->report, f, "child-pid", proc->nr);
	ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_TRANSIENT, "yes", 3);
}

/**
 * ckpt_share_collect() - what a process shares with those that were seen before it
 * @scan: scan
 * @proc: process of the set; its parent, if that is a member, was seen before
 * @task: its leader, referenced
 *
 * May sleep.
 */
void ckpt_share_collect(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task)
{
	enum ckpt_shareable what;

	if (ckpt_table_reserve(&scan->shared, CKPT_NR_SHAREABLES)) {
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
		return;
	}
	for (what = 0; what < CKPT_NR_SHAREABLES; what++)
		ckpt_share_look(scan, proc, task, what);
	ckpt_vfork_look(scan, proc, task);
}
