// SPDX-License-Identifier: GPL-2.0
/*
 * census.c - what all processes of the machine share, for a reader who asks about each of them.
 *
 * A report of one process looks through all others for whoever has a file of it.  Reports of all
 * processes, one after the other, would do that again and again: they look once, and at everything
 * that somebody else may have.  What is shared is known as of then.
 */

#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "access.h"
#include "census.h"
#include "compat/fs.h"
#include "grow.h"
#include "groups.h"
#include "kinds/kind.h"
#include "set.h"

/* An open file, and the pipe or memfd that it leads to. */
#define CKPT_CENSUS_ROOM	(2 * CKPT_OUTSIDE_CHUNK + CKPT_NR_SHAREABLES)

/* Room for what one hold adds.  May sleep. */
static int ckpt_census_room(struct ckpt_scan *scan)
{
	struct ckpt_census *census = scan->census;
	const u32 most = max_t(u32, scan->max_objects, CKPT_CENSUS_ROOM);
	const struct ckpt_room things = {
		.size = sizeof(*census->things), .used = census->nr,
		.need = census->nr + CKPT_CENSUS_ROOM, .most = most,
	};
	const struct ckpt_room links = {
		.size = sizeof(*census->links), .used = census->nr_links,
		.need = census->nr_links + CKPT_CENSUS_ROOM, .most = most,
	};
	int err = ckpt_grow((void **)&census->things, &census->cap, &things);

	if (!err)
		err = ckpt_grow((void **)&census->links, &census->cap_links, &links);
	return err ? err : ckpt_table_reserve(&census->table, CKPT_CENSUS_ROOM);
}

/* The group that is looked at, the last of all, has it.  Never sleeps; there is room. */
static void ckpt_census_add(struct ckpt_census *census, const void *what, u64 ino)
{
	struct ckpt_slot *slot = ckpt_table_add(&census->table, what, ino);
	u32 group = census->nr_groups;
	struct ckpt_common *thing;

	if (!slot->value) {
		census->things[census->nr] = (struct ckpt_common){};
		slot->value = ++census->nr;
	}
	thing = &census->things[slot->value - 1];
	if (thing->last == group)
		return;
	thing->last = group;
	if (!thing->nr++) {
		thing->one = group;
		return;
	}
	census->links[census->nr_links] = (struct ckpt_link){ group, thing->others };
	thing->others = ++census->nr_links;
}

static void ckpt_census_file(void *arg, const struct file *file)
{
	const struct inode *inode = file_inode(file);
	struct ckpt_census *census = arg;

	if (ckpt_file_count(file) > 1)
		ckpt_census_add(census, file, inode->i_ino);
	if (S_ISFIFO(inode->i_mode))
		ckpt_census_add(census, inode->i_pipe, inode->i_ino);
	else if (S_ISREG(inode->i_mode) && ckpt_is_memfd(file, inode))
		ckpt_census_add(census, inode, inode->i_ino);
}

static int ckpt_census_process(struct ckpt_scan *scan, struct pid *pid, struct task_struct *task)
{
	struct ckpt_census *census = scan->census;
	const struct ckpt_visit visit = {
		.room = ckpt_census_room, .file = ckpt_census_file, .arg = census,
	};
	const struct ckpt_room room = {
		.size = sizeof(*census->groups), .used = census->nr_groups,
		.need = census->nr_groups + 1, .most = U32_MAX,
	};
	enum ckpt_shareable what;
	int err = ckpt_grow((void **)&census->groups, &census->cap_groups, &room);

	if (!err)
		err = ckpt_census_room(scan);
	if (err)
		return err;
	census->groups[census->nr_groups++] = (struct ckpt_group){ .pid = get_pid(pid) };
	for (what = 0; what < CKPT_NR_SHAREABLES; what++) {
		const void *addr = ckpt_shareable(task, what);

		if (addr && ckpt_shares_maybe(task, what, 1))
			ckpt_census_add(census, addr, what);
	}
	return ckpt_outside_visit(scan, task, &visit);
}

static int ckpt_census_take(struct ckpt_scan *scan)
{
	struct task_struct *task;
	struct pid *pid;
	int nr = 0, err = 0;

	scan->census->begun = ktime_get_ns();
	while (!err && (pid = ckpt_next_group(&init_pid_ns, nr + 1, &nr))) {
		task = get_pid_task(pid, PIDTYPE_TGID);
		if (task && !(task->flags & PF_KTHREAD))
			err = ckpt_census_process(scan, pid, task);
		if (task)
			put_task_struct(task);
		put_pid(pid);
	}
	return fatal_signal_pending(current) ? -EINTR : err;
}

/*
 * Is all that the root has in the census?  Not if it is younger.  Others that share its fd table
 * are told as such.
 */
static bool ckpt_census_has_root(struct ckpt_scan *scan)
{
	struct task_struct *task;
	bool has = false;

	rcu_read_lock();
	task = pid_task(scan->root, PIDTYPE_TGID);
	if (task) {
		task_lock(task);
		has = task->start_time < scan->census->begun && task->files &&
		      atomic_read(&task->files->count) <= get_nr_threads(task);
		task_unlock(task);
	}
	rcu_read_unlock();
	return has;
}

/**
 * ckpt_census_knows() - does a census answer questions about the root of a scan?
 * @scan: scan, in its second pass
 *
 * Takes the census if there is none yet.  May sleep.
 */
bool ckpt_census_knows(struct ckpt_scan *scan)
{
	struct ckpt_census *census = scan->census;

	if (!census)
		return false;
	if (!census->taken && !census->err) {
		census->err = ckpt_census_take(scan);
		census->taken = !census->err;
		if (census->err) {
			int err = census->err;

			ckpt_census_free(census);
			census->err = err;
		}
	}
	return census->taken && ckpt_census_has_root(scan);
}

/*
 * Has the root been counted?  What it got since, or has in flight alone, it has not.  Where three
 * have the thing, there is somebody else whatever the answer is.
 */
static bool ckpt_census_counts(const struct ckpt_scan *scan, const struct ckpt_common *thing)
{
	const struct ckpt_group *groups = scan->census->groups;

	return thing->nr > 2 || groups[thing->one - 1].pid == scan->root ||
	       groups[thing->last - 1].pid == scan->root;
}

/* May the reader inspect a group?  May sleep.  Return: 1, 0, or why that is not known. */
static int ckpt_census_may(struct ckpt_scan *scan, struct ckpt_group *group)
{
	if (!group->asked) {
		int err = ckpt_access_read(scan->fs, scan->cred, group->pid);

		if (ckpt_access_failed(err))
			return err;
		group->may = !err;
		group->asked = true;
	}
	return group->may;
}

/* A group that has a thing is counted if the reader may inspect it.  May sleep. */
static int ckpt_census_ask_group(struct ckpt_scan *scan, struct ckpt_common *thing, u32 nr)
{
	int may = ckpt_census_may(scan, &scan->census->groups[nr - 1]);

	if (may <= 0)
		return may;
	thing->may++;
	thing->second = thing->first;
	thing->first = nr;
	return 0;
}

/*
 * Whom of those that have a thing may the reader inspect?  Most things nobody else has, so that is
 * found out when it has to be told.  The last comes first, so @first is the first in the end.
 */
static int ckpt_census_ask(struct ckpt_scan *scan, struct ckpt_common *thing)
{
	const struct ckpt_link *links = scan->census->links;
	u32 other = thing->others;
	int err = 0;

	if (thing->asked)
		return 0;
	thing->may = 0;
	thing->first = 0;
	thing->second = 0;
	for (; other && !err; other = links[other - 1].before) {
		err = ckpt_census_ask_group(scan, thing, links[other - 1].group);
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	if (!err)
		err = ckpt_census_ask_group(scan, thing, thing->one);
	thing->asked = !err;
	return err;
}

/* Who has a thing beside a root that has no children. */
static const struct ckpt_outsider *ckpt_census_find_beside(struct ckpt_scan *scan,
							   struct ckpt_common *thing)
{
	struct ckpt_census *census = scan->census;
	bool counted = ckpt_census_counts(scan, thing);
	u32 other;
	int err;

	if (thing->nr == counted)
		return NULL;
	err = ckpt_census_ask(scan, thing);
	if (err)
		ckpt_report_error(&scan->report, err);
	other = thing->first;
	if (other && census->groups[other - 1].pid == scan->root)
		other = thing->second;
	census->answer = (struct ckpt_outsider){
		.pid = other ? census->groups[other - 1].pid : NULL,
		.count = other ? max_t(u32, thing->may - counted, 1) : 0,
	};
	return &census->answer;
}

/* The root, its offspring, or gone meanwhile. */
static bool ckpt_census_is_inside(const struct ckpt_scan *scan, struct pid *pid)
{
	struct task_struct *task;
	bool inside;

	rcu_read_lock();
	task = pid_task(pid, PIDTYPE_TGID);
	inside = !task || ckpt_outside_is_kin(scan, task);
	rcu_read_unlock();
	return inside;
}

/* One of those that have a thing; *@found if it is outside.  Return: 0 or a negative error. */
static int ckpt_census_look_outside(struct ckpt_scan *scan, u32 nr, bool *found)
{
	struct ckpt_group *group = &scan->census->groups[nr - 1];
	struct ckpt_outsider *answer = &scan->census->answer;
	int may;

	cond_resched();
	if (fatal_signal_pending(current))
		return -EINTR;
	if (ckpt_census_is_inside(scan, group->pid))
		return 0;
	may = ckpt_census_may(scan, group);
	if (may < 0)
		return may;
	*found = true;
	if (may) {
		answer->pid = group->pid;
		answer->count++;
	}
	return 0;
}

/* The same above children, which may have the thing without being outside. */
static const struct ckpt_outsider *ckpt_census_find_above(struct ckpt_scan *scan,
							  const struct ckpt_common *thing)
{
	const struct ckpt_link *links = scan->census->links;
	u32 other = thing->others;
	bool found = false;
	int err = 0;

	scan->census->answer = (struct ckpt_outsider){};
	/* The last comes first, so that the first is told. */
	for (; other && !err; other = links[other - 1].before)
		err = ckpt_census_look_outside(scan, links[other - 1].group, &found);
	if (!err)
		err = ckpt_census_look_outside(scan, thing->one, &found);
	if (err)
		ckpt_report_error(&scan->report, err);
	return found || err ? &scan->census->answer : NULL;
}

/**
 * ckpt_census_find() - somebody else who has an object of the root
 * @scan: scan for which ckpt_census_knows() is true
 * @what: see ckpt_outside_find()
 * @ino: likewise
 *
 * May sleep.  Return: NULL if nobody was found; it is valid until the next question.
 */
const struct ckpt_outsider *ckpt_census_find(struct ckpt_scan *scan, const void *what, u64 ino)
{
	struct ckpt_census *census = scan->census;
	const struct ckpt_slot *slot = ckpt_table_find(&census->table, what, ino);
	struct ckpt_common *thing = slot ? &census->things[slot->value - 1] : NULL;

	if (!thing)
		return NULL;
	if (ckpt_set_is_leaf(scan))
		return ckpt_census_find_beside(scan, thing);
	return ckpt_census_find_above(scan, thing);
}

/* Forgets everything; another census may be taken. */
void ckpt_census_free(struct ckpt_census *census)
{
	u32 i;

	for (i = 0; i < census->nr_groups; i++)
		put_pid(census->groups[i].pid);
	kvfree(census->groups);
	kvfree(census->links);
	kvfree(census->things);
	ckpt_table_free(&census->table);
	*census = (struct ckpt_census){};
}
