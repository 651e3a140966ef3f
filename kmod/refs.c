// SPDX-License-Identifier: GPL-2.0
/*
 * refs.c - is an open file held by somebody outside of the set?
 *
 * The first pass counts what holds a file from inside: slots of fd tables, mappings, the
 * program of a memory, messages in flight.  What the file's own count has beyond that is
 * outside.  Files that have one reference only are not counted, unless their inode ever had a
 * lock or another open file may lead to the same memfd: they cost no entry in a table.
 *
 * Not everything beyond is another process.  A loop device or a server of the kernel that got
 * the file is an outsider indeed: it keeps the file, and its lock, when the set is gone.  A
 * descriptor table that a thread has for itself, files registered with an io_uring and requests
 * under way are of the set and count as outsiders by mistake; CRIU saves none of them either.
 */

#include <linux/delay.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/mm_types.h>
#include <linux/sched/signal.h>

#include "census.h"
#include "compat/fs.h"
#include "kinds/kind.h"
#include "outside.h"
#include "refs.h"
#include "set.h"

/*
 * System calls of anybody, readers of procfs and other scans hold a file for a moment.  What is
 * there at each of several looks is there to stay; all rests between the looks of a report may take
 * so long, for on a busy machine each takes much longer than it asks for.
 */
#define CKPT_REFS_LOOKS		4
#define CKPT_REFS_REST		(400 * NSEC_PER_MSEC)

/* In place of an inode number: a program's file. */
#define CKPT_REFS_EXE		U64_MAX

/**
 * ckpt_refs_first() - are the references of a fd table or memory still to be counted?
 * @scan: scan with room in its table of counted ones
 * @proc: process that has it
 * @owner: files_struct or mm_struct, compared only
 *
 * Processes that share one hold its files once.
 */
bool ckpt_refs_first(struct ckpt_scan *scan, struct ckpt_proc *proc, const void *owner)
{
	u32 self = proc - scan->procs + 1;
	struct task_struct *other = NULL;
	struct ckpt_slot *slot;
	bool shared;

	if (!owner)
		return false;
	slot = ckpt_table_add(&scan->counted, owner, 0);
	/* Does the one before still have it, or was the address used again since? */
	rcu_read_lock();
	if (slot->value)
		other = pid_task(scan->procs[slot->value - 1].pid, PIDTYPE_TGID);
	shared = other && (READ_ONCE(other->files) == owner || READ_ONCE(other->mm) == owner);
	rcu_read_unlock();
	slot->value = self;
	return !shared;
}

/* Can anybody else have the open file, or the memfd that it leads to?  Never sleeps. */
bool ckpt_refs_suspect(const struct file *file)
{
	return ckpt_file_count(file) > 1 || ckpt_is_memfd(file, file_inode(file));
}

/*
 * The context of locks comes with the first lock and stays with the inode: a lock that is taken
 * and given up all the time does not make the count waver.
 */
bool ckpt_refs_wanted(const struct file *file)
{
	return READ_ONCE(file_inode(file)->i_flctx) || ckpt_refs_suspect(file);
}

/* Is it the first time that the scan meets the file?  Never sleeps. */
bool ckpt_refs_is_fresh(const struct ckpt_scan *scan, const struct file *file)
{
	return scan->counting && !ckpt_table_find(&scan->held, file, file_inode(file)->i_ino);
}

/* Open files of a memfd: each has the dentry, which is the memfd's own. */
static void ckpt_refs_add_memfd(struct ckpt_scan *scan, const struct file *file)
{
	const struct inode *inode = file_inode(file);

	if (ckpt_is_memfd(file, inode))
		ckpt_table_add(&scan->memfds, inode, inode->i_ino)->value++;
}

/*
 * Counts a reference from the place that the scan is at, if its owner is counted.  There is room
 * in the tables.  Never sleeps.
 */
void ckpt_refs_add(struct ckpt_scan *scan, const struct file *file)
{
	struct ckpt_slot *slot;

	if (!scan->counting)
		return;
	slot = ckpt_table_add(&scan->held, file, file_inode(file)->i_ino);
	if (!slot->value++)
		ckpt_refs_add_memfd(scan, file);
	if (scan->at.kind == CKPT_AT_FD && !(slot->value & CKPT_REFS_AT_FD)) {
		slot->value |= CKPT_REFS_AT_FD;
		slot->order = ++scan->order;
	} else if (scan->at.kind == CKPT_AT_SCM &&
		   (!(slot->value & CKPT_REFS_AT_FD) || scan->order < slot->order)) {
		slot->value |= CKPT_REFS_SCM_FIRST;
	}
}

/*
 * The program's file, which may be replaced any time: by its address alone.  May sleep.
 * Return: 0 or -ENOMEM.
 */
int ckpt_refs_add_exe(struct ckpt_scan *scan, const struct mm_struct *mm)
{
	const void *exe = rcu_access_pointer(mm->exe_file);

	if (!scan->counting || !exe)
		return 0;
	if (ckpt_table_reserve(&scan->held, 1))
		return -ENOMEM;
	ckpt_table_add(&scan->held, exe, CKPT_REFS_EXE)->value++;
	return 0;
}

static u32 ckpt_refs_value(const struct ckpt_scan *scan, const struct file *file, u64 ino)
{
	const struct ckpt_slot *slot = ckpt_table_find(&scan->held, file, ino);

	return slot ? slot->value : 0;
}

/*
 * Does CRIU meet the file in flight first?  It dumps the processes from the root on, and their
 * descriptors in ascending order, as the first pass looks at them; a queue with its socket.
 */
bool ckpt_refs_scm_first(const struct ckpt_scan *scan, const struct file *file)
{
	return ckpt_refs_value(scan, file, file_inode(file)->i_ino) & CKPT_REFS_SCM_FIRST;
}

/* Has a fd table of the set got the file? */
bool ckpt_refs_at_fd(const struct ckpt_scan *scan, const struct file *file)
{
	return ckpt_refs_value(scan, file, file_inode(file)->i_ino) & CKPT_REFS_AT_FD;
}

/* Could every member's references be counted? What could not is reported as such. */
bool ckpt_refs_complete(const struct ckpt_scan *scan)
{
	return !scan->uncounted && scan->nr_read == scan->nr_procs;
}

/* A rest between two looks. */
static void ckpt_refs_rest(struct ckpt_scan *scan)
{
	u64 begin;

	if (scan->rested >= CKPT_REFS_REST || fatal_signal_pending(current))
		return;
	begin = ktime_get_ns();
	usleep_range(1000, 2000);
	scan->rested += ktime_get_ns() - begin;
}

/* The least that a number of looks agree on.  Return: 0 if one of them saw nothing. */
static long ckpt_refs_surplus(struct ckpt_scan *scan, const struct file *file, long inside)
{
	long least = LONG_MAX;
	int look;

	for (look = 0; look < CKPT_REFS_LOOKS; look++) {
		bool steady = !ckpt_set_has_newcomers(scan);
		long surplus = ckpt_batch_others(file) - inside;

		if (surplus <= 0)
			return 0;
		if (steady && !ckpt_set_has_newcomers(scan))
			least = min(least, surplus);
		ckpt_refs_rest(scan);
	}
	if (least != LONG_MAX)
		return least;
	ckpt_report_incomplete(&scan->report, CKPT_REASON_UNSTABLE);
	return 0;
}

/* References that the set is known to have, 0 if they were not or could not be counted. */
static long ckpt_refs_inside(const struct ckpt_scan *scan, const struct file *file)
{
	u32 counted = ckpt_refs_value(scan, file, file_inode(file)->i_ino);

	if (!counted || !ckpt_refs_complete(scan))
		return 0;
	return (counted & CKPT_REFS_NUMBER) + ckpt_refs_value(scan, file, CKPT_REFS_EXE);
}

/**
 * ckpt_refs_exceed() - might somebody outside hold a file of the set?
 * @scan: scan, in its second pass
 * @file: referenced
 *
 * A first, cheap question: most files have no outsider.
 */
bool ckpt_refs_exceed(const struct ckpt_scan *scan, const struct file *file)
{
	long inside = ckpt_refs_inside(scan, file);

	return inside && ckpt_batch_others(file) > inside;
}

/**
 * ckpt_refs_outside() - references from outside to a file of the set
 * @scan: scan, in its second pass
 * @file: referenced, of a kind that no task holds while it sleeps
 *
 * A child that was forked since its parent was walked is no outsider: looks made while the set
 * has newcomers do not count, and if there is no other look the set is called unstable.
 * May sleep.  Return: how many there were at least, 0 if that could not be told.
 */
long ckpt_refs_outside(struct ckpt_scan *scan, const struct file *file)
{
	u64 ino = file_inode(file)->i_ino;
	long surplus;

	if (!ckpt_refs_exceed(scan, file))
		return 0;
	/* Whom the census knows has it: no look can take that for a passing reference. */
	if (ckpt_census_knows(scan) && ckpt_census_find(scan, file, ino))
		return max(ckpt_batch_others(file) - ckpt_refs_inside(scan, file), 0L);
	/* A pass over all processes is not for free. */
	surplus = ckpt_refs_surplus(scan, file, ckpt_refs_inside(scan, file));
	if (!surplus || ckpt_outside_find(scan, file, ino))
		return surplus;
	return ckpt_outside_confirmed(scan, file, ino) ? surplus : 0;
}
