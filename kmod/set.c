// SPDX-License-Identifier: GPL-2.0
/*
 * set.c - the dumped set: a thread group and all its descendants.
 *
 * The children lists need tasklist_lock, which is not exported, so one RCU pass over all
 * processes looks at each one's real parent.  Parents come before their children in that list;
 * where they do not, the next pass finds the child.
 */

#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sort.h>

#include "access.h"
#include "grow.h"
#include "scan.h"
#include "set.h"

/* Processes looked at in one RCU section. */
#define CKPT_SET_CHUNK	1024

/* Makes room for at least one more. */
static int ckpt_set_grow(struct ckpt_scan *scan)
{
	const struct ckpt_room room = {
		.size = sizeof(*scan->procs), .used = scan->nr_procs,
		.need = scan->nr_procs + 1, .most = scan->max_objects,
	};
	int err = ckpt_grow((void **)&scan->procs, &scan->cap_procs, &room);

	return err ? err : ckpt_table_reserve(&scan->members, scan->cap_procs - scan->nr_procs);
}

/* Under RCU, with room for one more. */
static void ckpt_set_add(struct ckpt_scan *scan, struct pid *pid, const struct task_struct *task)
{
	scan->procs[scan->nr_procs] = (struct ckpt_proc){
		.pid = get_pid(pid),
		.nr = pid_nr_ns(pid, scan->fs->ns),
	};
	ckpt_table_add(&scan->members, task->signal, task->tgid)->value = ++scan->nr_procs;
}

/**
 * ckpt_set_has() - is a task's thread group in the set?
 * @scan: scan
 * @task: any thread, alive under RCU or by reference
 *
 * The signal_struct is what a thread group keeps through exec, and its number tells it from a
 * later one at the same address.  Where the set could not be collected to its end, anybody may be
 * in it.
 */
bool ckpt_set_has(const struct ckpt_scan *scan, const struct task_struct *task)
{
	return ckpt_scan_cut(scan) ||
	       ckpt_table_find(&scan->members, task->signal, task->tgid);
}

/* The member that a task's thread group is, or NULL; only until the set is sorted. */
struct ckpt_proc *ckpt_set_find(struct ckpt_scan *scan, const struct task_struct *task)
{
	const struct ckpt_slot *slot = ckpt_table_find(&scan->members, task->signal, task->tgid);

	return slot ? &scan->procs[slot->value - 1] : NULL;
}

static bool ckpt_set_is_newcomer(struct ckpt_scan *scan, struct task_struct *task)
{
	struct task_struct *parent = rcu_dereference(task->real_parent);

	return parent && ckpt_set_has(scan, parent) && !ckpt_set_has(scan, task);
}

/*
 * A rest between two RCU sections.  Return: the process to go on from, or NULL if it has left
 * the list meanwhile; the pass has to begin again then.
 */
static struct task_struct *ckpt_set_rest(struct task_struct *task)
{
	bool alive;

	get_task_struct(task);
	rcu_read_unlock();
	cond_resched();
	rcu_read_lock();
	alive = pid_alive(task);
	put_task_struct(task);
	return alive ? task : NULL;
}

/*
 * Is the set one process that has no child?  Then nobody else has to be looked at.  A child that
 * goes from one thread to another meanwhile may be overlooked: it is a newcomer then.
 */
bool ckpt_set_is_leaf(const struct ckpt_scan *scan)
{
	struct task_struct *task, *thread;
	bool leaf;

	rcu_read_lock();
	task = pid_task(scan->root, PIDTYPE_TGID);
	leaf = scan->nr_procs == 1 && task && get_nr_threads(task) <= CKPT_SET_CHUNK;
	if (leaf) {
		for_each_thread(task, thread)
			leaf = leaf && list_empty(&thread->children);
	}
	rcu_read_unlock();
	return leaf;
}

/* One pass.  Return: 1 if it has to be repeated with more room or from the start, 0, -EINTR. */
static int ckpt_set_pass(struct ckpt_scan *scan, u32 *added)
{
	struct task_struct *task;
	unsigned int seen = 0;
	int again = 0;

	rcu_read_lock();
	for_each_process(task) {
		struct pid *pid;

		if (++seen % CKPT_SET_CHUNK == 0) {
			task = ckpt_set_rest(task);
			if (!task || fatal_signal_pending(current)) {
				again = 1;
				break;
			}
		}
		pid = task_tgid(task);
		if (!pid || !ckpt_set_is_newcomer(scan, task))
			continue;
		if (scan->nr_procs == scan->cap_procs) {
			again = 1;
			break;
		}
		ckpt_set_add(scan, pid, task);
		(*added)++;
	}
	rcu_read_unlock();
	return fatal_signal_pending(current) ? -EINTR : again;
}

/* Has a member forked since the set was collected?  May sleep. */
bool ckpt_set_has_newcomers(struct ckpt_scan *scan)
{
	struct task_struct *task;
	unsigned int seen = 0;
	bool has = false;

	if (scan->report.flags & CKPTCHECK_VIEW_PROCESS || ckpt_set_is_leaf(scan))
		return false;
	rcu_read_lock();
	for_each_process(task) {
		if (++seen % CKPT_SET_CHUNK == 0) {
			task = ckpt_set_rest(task);
			has = !task;
		}
		has = has || ckpt_set_is_newcomer(scan, task);
		if (has)
			break;
	}
	rcu_read_unlock();
	return has;
}

static int ckpt_set_add_root(struct ckpt_scan *scan)
{
	struct task_struct *task;
	int err = -ESRCH;

	if (scan->nr_procs)
		return 0;
	rcu_read_lock();
	task = pid_task(scan->root, PIDTYPE_TGID);
	if (task) {
		ckpt_set_add(scan, scan->root, task);
		err = 0;
	}
	rcu_read_unlock();
	return err;
}

/**
 * ckpt_set_collect() - add the members of the set that are not there yet
 * @scan: scan
 *
 * May sleep.  Return: number of processes added; -ESRCH if the root is gone; -ENOMEM, -E2BIG
 * (max_objects) or -EINTR.
 */
int ckpt_set_collect(struct ckpt_scan *scan)
{
	u32 before = scan->nr_procs, added;
	int err;

	err = ckpt_set_grow(scan);
	if (err)
		return err;
	err = ckpt_set_add_root(scan);
	if (err)
		return err;
	do {
		if (scan->report.flags & CKPTCHECK_VIEW_PROCESS || ckpt_set_is_leaf(scan))
			break;
		err = ckpt_set_grow(scan);
		if (err)
			return err;
		added = 0;
		err = ckpt_set_pass(scan, &added);
		if (err < 0)
			return err;
	} while (err || added);
	return scan->nr_procs - before;
}

static int ckpt_proc_cmp(const void *a, const void *b)
{
	const struct ckpt_proc *x = a, *y = b;

	return x->nr < y->nr ? -1 : x->nr > y->nr;
}

/* Puts the set into the order of the report. */
void ckpt_set_sort(struct ckpt_scan *scan)
{
	sort(scan->procs, scan->nr_procs, sizeof(*scan->procs), ckpt_proc_cmp, NULL);
}

/* Drops the set; the scan may collect a new one. */
void ckpt_set_free(struct ckpt_scan *scan)
{
	u32 i;

	for (i = 0; i < scan->nr_procs; i++)
		put_pid(scan->procs[i].pid);
	ckpt_grow_free((void **)&scan->procs, &scan->nr_procs, &scan->cap_procs);
}
