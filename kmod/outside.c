// SPDX-License-Identifier: GPL-2.0
/*
 * outside.c - which processes outside of the set have what the set has?
 *
 * That an open file has more references than the set does not mean that somebody shares it: a
 * task that sleeps in poll() holds the files it polls, and one of several threads the file that
 * it reads.  So whoever is suspected to be outside is looked for, in one pass over all processes
 * of the machine, once a scan and only if there is a suspicion.  Found is who has the very open
 * file, an end of the pipe, the memfd, or the memory, directories, fd table or handlers.
 *
 * A child that was forked since the set was collected is no outsider, nor are its children.
 */

#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "assert.h"
#include "census.h"
#include "grow.h"
#include "groups.h"
#include "kinds/kind.h"
#include "outside.h"
#include "set.h"
#include "told.h"

/* Slots passed over in one hold. */
#define CKPT_OUTSIDE_SLOTS	32768

/* Finds that one process may add in one hold: as many as there are descriptors, and its own. */
#define CKPT_OUTSIDE_ROOM	(CKPT_OUTSIDE_CHUNK + CKPT_NR_SHAREABLES)

/* Generations between a process and its ancestor in the set. */
#define CKPT_OUTSIDE_DEPTH	4096

/* Is it the offspring of a member, though not one itself?  Under RCU. */
bool ckpt_outside_is_kin(const struct ckpt_scan *scan, const struct task_struct *task)
{
	unsigned int depth = CKPT_OUTSIDE_DEPTH;

	for (; depth && task; depth--) {
		if (ckpt_set_has(scan, task))
			return true;
		if (is_global_init((struct task_struct *)task))
			break;
		task = rcu_dereference(task->real_parent);
	}
	return false;
}

/* Room for the finds of one hold.  May sleep. */
static int ckpt_outside_room(struct ckpt_scan *scan)
{
	const struct ckpt_room room = {
		.size = sizeof(*scan->outsiders), .used = scan->nr_outsiders,
		.need = scan->nr_outsiders + CKPT_OUTSIDE_ROOM, .most = U32_MAX,
	};
	int err = ckpt_grow((void **)&scan->outsiders, &scan->cap_outsiders, &room);

	return err ? err : ckpt_table_reserve(&scan->outside, CKPT_OUTSIDE_ROOM);
}

/* The process that is looked at has it.  Never sleeps; there is room. */
static void ckpt_outside_add(struct ckpt_scan *scan, const void *what, u64 ino)
{
	struct ckpt_slot *slot = ckpt_table_add(&scan->outside, what, ino);
	struct ckpt_outsider *who;

	if (!slot->value) {
		scan->outsiders[scan->nr_outsiders] = (struct ckpt_outsider){};
		slot->value = ++scan->nr_outsiders;
	}
	who = &scan->outsiders[slot->value - 1];
	if (who->met)
		return;
	who->met = true;
	who->next = scan->met;
	scan->met = slot->value;
}

/* Names and counts a process for all that it has, if the reader may inspect it.  May sleep. */
static void ckpt_outside_tell(struct ckpt_scan *scan, struct pid *pid)
{
	bool may = scan->met && ckpt_told_read(scan, pid);

	while (scan->met) {
		struct ckpt_outsider *who = &scan->outsiders[scan->met - 1];

		scan->met = who->next;
		who->met = false;
		if (may && !who->count++)
			who->pid = get_pid(pid);
	}
}

/* A file in the table of an outsider; its lock is held. */
static void ckpt_outside_file(void *arg, const struct file *file)
{
	struct ckpt_scan *scan = arg;
	const struct inode *inode = file_inode(file);

	if (ckpt_table_find(&scan->held, file, inode->i_ino))
		ckpt_outside_add(scan, file, inode->i_ino);
	else if (S_ISFIFO(inode->i_mode) &&
		 ckpt_table_find(&scan->pipes, inode->i_pipe, inode->i_ino))
		ckpt_outside_add(scan, inode->i_pipe, inode->i_ino);
	else if (S_ISREG(inode->i_mode) && ckpt_table_find(&scan->memfds, inode, inode->i_ino))
		ckpt_outside_add(scan, inode, inode->i_ino);
}

/*
 * One hold; task_lock keeps the fd table, file_lock the files in it.  Return: the slot to go on
 * from, UINT_MAX at the end.
 */
static unsigned int ckpt_outside_chunk(const struct ckpt_visit *visit,
				       struct files_struct *files, unsigned int fd)
{
	struct fdtable *fdt = files_fdtable(files);
	unsigned int end = min_t(u64, fdt->max_fds, (u64)fd + CKPT_OUTSIDE_SLOTS);
	unsigned int seen;

	ckpt_assert_held(&files->file_lock);
	for (seen = 0; seen < CKPT_OUTSIDE_CHUNK; seen++, fd++) {
		struct file *file;

		fd = find_next_bit(fdt->open_fds, end, fd);
		if (fd >= end)
			break;
		file = rcu_dereference_protected(fdt->fd[fd], lockdep_is_held(&files->file_lock));
		if (file && !(file->f_mode & FMODE_PATH))
			visit->file(visit->arg, file);
	}
	return fd >= fdt->max_fds ? UINT_MAX : fd;
}

/**
 * ckpt_outside_visit() - look at the descriptors of a process that need not be in the set
 * @scan: scan
 * @task: its leader, referenced
 * @visit: what to do with them
 *
 * May sleep.  Return: 0, -EINTR or what @visit's room says.
 */
int ckpt_outside_visit(struct ckpt_scan *scan, struct task_struct *task,
		       const struct ckpt_visit *visit)
{
	struct files_struct *files;
	unsigned int fd = 0;

	while (fd != UINT_MAX) {
		int err = visit->room(scan);
		u64 begin;

		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		if (err)
			return err;
		task_lock(task);
		files = task->files;
		if (files && !(visit->skip && visit->skip(scan, files))) {
			spin_lock(&files->file_lock);
			begin = ckpt_hold_begin();
			fd = ckpt_outside_chunk(visit, files, fd);
			ckpt_hold_end(begin);
			spin_unlock(&files->file_lock);
		} else {
			fd = UINT_MAX;
		}
		task_unlock(task);
		cond_resched();
	}
	return 0;
}

/* A whole table that is shared is told as such. */
static bool ckpt_outside_is_told(struct ckpt_scan *scan, const struct files_struct *files)
{
	return ckpt_table_find(&scan->shared, files, CKPT_SHARE_FILES);
}

/* What it may share as a whole.  Addresses are compared only. */
static void ckpt_outside_shares(struct ckpt_scan *scan, const struct task_struct *task)
{
	enum ckpt_shareable what;

	for (what = 0; what < CKPT_NR_SHAREABLES; what++) {
		const void *addr = ckpt_shareable(task, what);

		if (addr && ckpt_table_find(&scan->shared, addr, what))
			ckpt_outside_add(scan, addr, what);
	}
}

static int ckpt_outside_process(struct ckpt_scan *scan, struct pid *pid)
{
	const struct ckpt_visit visit = {
		.room = ckpt_outside_room, .skip = ckpt_outside_is_told,
		.file = ckpt_outside_file, .arg = scan,
	};
	struct task_struct *task = get_pid_task(pid, PIDTYPE_TGID);
	bool inside;
	int err = 0;

	if (!task)
		return 0;
	rcu_read_lock();
	inside = task->flags & PF_KTHREAD || ckpt_outside_is_kin(scan, task);
	rcu_read_unlock();
	if (!inside)
		err = ckpt_outside_room(scan);
	if (!inside && !err) {
		ckpt_outside_shares(scan, task);
		err = ckpt_outside_visit(scan, task, &visit);
		ckpt_outside_tell(scan, pid);
	}
	put_task_struct(task);
	return err;
}

/* Goes through all processes of the machine.  What cannot be finished is said. */
static void ckpt_outside_search(struct ckpt_scan *scan)
{
	struct pid *pid;
	int nr = 0, err = 0;

	scan->searched = true;
	while (!err && (pid = ckpt_next_group(&init_pid_ns, nr + 1, &nr))) {
		err = ckpt_outside_process(scan, pid);
		put_pid(pid);
	}
	if (err)
		ckpt_report_error(&scan->report, err);
}

/**
 * ckpt_outside_find() - somebody outside who has an object of the set
 * @scan: scan, in its second pass
 * @what: open file, pipe or inode that the first pass has counted, or what may be shared as a
 *	  whole; compared only
 * @ino: second half of the identity: inode number, or enum ckpt_shareable
 *
 * May sleep.  Return: NULL if nobody was found; it is valid until the next question.
 */
const struct ckpt_outsider *ckpt_outside_find(struct ckpt_scan *scan, const void *what, u64 ino)
{
	const struct ckpt_slot *slot;

	if (ckpt_census_knows(scan))
		return ckpt_census_find(scan, what, ino);
	if (!scan->searched)
		ckpt_outside_search(scan);
	slot = ckpt_table_find(&scan->outside, what, ino);
	return slot ? &scan->outsiders[slot->value - 1] : NULL;
}

/**
 * ckpt_outside_confirmed() - was an object suspected by another look at the whole set?
 * @scan: scan, in its second pass
 * @what: of which there are more references than inside, though nobody was found who has them
 * @ino: second half of the identity
 *
 * What the set has opened or duplicated since the first pass looks as if it were outside.  So
 * the first suspicion only makes the scan look again.
 */
bool ckpt_outside_confirmed(struct ckpt_scan *scan, const void *what, u64 ino)
{
	if (scan->confirming)
		return ckpt_table_find(&scan->suspects, what, ino);
	if (ckpt_table_reserve(&scan->suspects, 1))
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
	else
		ckpt_table_add(&scan->suspects, what, ino);
	return false;
}

/* Forgets who was found; suspects stay. */
void ckpt_outside_free(struct ckpt_scan *scan)
{
	u32 i;

	for (i = 0; i < scan->nr_outsiders; i++)
		put_pid(scan->outsiders[i].pid);
	ckpt_grow_free((void **)&scan->outsiders, &scan->nr_outsiders, &scan->cap_outsiders);
	scan->searched = false;
}
