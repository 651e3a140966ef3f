// SPDX-License-Identifier: GPL-2.0
/*
 * walk.c - the first pass over the descriptors and mappings of one process.
 *
 * The target waits for task_lock, file_lock and mmap_lock, so each is held for a bounded number
 * of objects, and nothing sleeps or allocates under the first two.
 */

#include <linux/fdtable.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "assert.h"
#include "compat/vma.h"
#include "grow.h"
#include "inflight.h"
#include "kinds/kind.h"
#include "kinds/next.h"
#include "patience.h"
#include "refs.h"
#include "walk.h"

/*
 * What one hold of the target's locks may cost, in looks of the cheapest kind: a file like the one
 * before.  Other looks cost as many of them as they take more instructions at most.
 */
#define CKPT_CHUNK	160
#define CKPT_LOOK_COST	14
#define CKPT_VMA_COST	4
#define CKPT_CHUNK_MARKS	(CKPT_CHUNK / CKPT_VMA_COST + 1)

/* Slots of a fd table passed over in one hold. */
#define CKPT_FD_SLOTS	32768

/* No mapping begins there; one may begin at 0. */
#define CKPT_VMA_END	ULONG_MAX

/* Descriptors that CRIU needs in the process, from the lowest free one on. */
#define CKPT_CRIU_FDS	2

/* Room that a table is given at first. */
#define CKPT_TABLE_STEP	8

/* Return: 0, -ENOMEM, -E2BIG (max_objects) or -EINTR. */
static int ckpt_walk_room(struct ckpt_scan *scan)
{
	const struct ckpt_room room = {
		.size = sizeof(*scan->marks), .used = scan->nr_marks,
		.need = scan->nr_marks + CKPT_CHUNK_MARKS, .most = scan->max_objects,
	};

	cond_resched();
	if (fatal_signal_pending(current))
		return -EINTR;
	return ckpt_grow((void **)&scan->marks, &scan->cap_marks, &room);
}

/**
 * ckpt_walk_tables() - make room in what the first look adds to
 * @scan: scan
 * @more: number of additions that must not fail; 0: twice as much where some was wanted
 *
 * May sleep.  Return: 0, -ENOMEM or -E2BIG.
 */
int ckpt_walk_tables(struct ckpt_scan *scan, unsigned int more)
{
	struct ckpt_table *tables[] = { &scan->folders, &scan->sockets, &scan->pipes,
					&scan->packet_pipes, &scan->held, &scan->memfds };
	int i;

	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		unsigned int step = tables[i]->used + CKPT_TABLE_STEP;

		if (!more && !tables[i]->wanted)
			continue;
		if (ckpt_table_reserve(tables[i], more ? more : step))
			return -ENOMEM;
	}
	/* A queue is that of a socket in the table. */
	return more || scan->sockets.used ? ckpt_inflight_reserve(scan, more) : 0;
}

/* Says where the first pass is; tables that processes share are counted once. */
static int ckpt_walk_begin(struct ckpt_scan *scan, struct ckpt_proc *proc, const void *owner,
			   enum ckpt_place_kind kind)
{
	if (ckpt_table_reserve(&scan->counted, 1))
		return -ENOMEM;
	scan->at = (struct ckpt_place){ .nr = proc->nr, .kind = kind };
	scan->counting = ckpt_refs_first(scan, proc, owner);
	return 0;
}

static void ckpt_walk_mark(struct ckpt_scan *scan, struct ckpt_proc *proc, unsigned long at,
			   bool is_vma)
{
	scan->marks[scan->nr_marks++] = (struct ckpt_mark){ .at = at, .is_vma = is_vma };
	proc->nr_marks++;
}

/* The code that CRIU puts into the process opens some descriptors of its own. */
static bool ckpt_walk_used_up(const struct task_struct *task, const struct files_struct *files)
{
	return (u64)files->next_fd + CKPT_CRIU_FDS > task_rlimit(task, RLIMIT_NOFILE);
}

/*
 * Looks at the slots from *next on; task_lock and file_lock are held.
 * Return: whether a table wants room first.
 */
static bool ckpt_walk_slots(struct ckpt_scan *scan, struct ckpt_proc *proc,
			    struct task_struct *task, struct files_struct *files,
			    unsigned int *next)
{
	struct fdtable *fdt = files_fdtable(files);
	unsigned int end = min_t(u64, fdt->max_fds, (u64)*next + CKPT_FD_SLOTS);
	enum ckpt_look look = CKPT_FINE;
	unsigned int fd, cost = 0;
	struct file *file;

	ckpt_assert_held(&task->alloc_lock);
	ckpt_assert_held(&files->file_lock);
	if (!*next && ckpt_walk_used_up(task, files))
		ckpt_report_incomplete(&scan->report, CKPT_REASON_DESCRIPTORS);
	for (fd = *next; cost < CKPT_CHUNK; fd++) {
		/* Most tables are dense. */
		if (fd >= end || !(fdt->open_fds[BIT_WORD(fd)] & BIT_MASK(fd)))
			fd = find_next_bit(fdt->open_fds, end, fd);
		if (fd >= end)
			break;
		/* NULL: the slot is taken, the file is not there yet. */
		file = rcu_dereference_protected(fdt->fd[fd], lockdep_is_held(&files->file_lock));
		if (!file)
			continue;
		if (ckpt_file_is_next(scan, file)) {
			cost++;
			scan->files++;
			continue;
		}
		look = ckpt_file_peek(scan, file);
		if (look == CKPT_ROOM)
			break;
		if (look == CKPT_MARK)
			ckpt_walk_mark(scan, proc, fd, false);
		cost += CKPT_LOOK_COST;
		scan->files++;
	}
	*next = fd >= fdt->max_fds ? UINT_MAX : fd;
	return look == CKPT_ROOM;
}

/*
 * One hold.  task_lock keeps the fd table, which is freed without a grace period; file_lock
 * keeps the files in it.
 */
static bool ckpt_walk_fd_chunk(struct ckpt_scan *scan, struct ckpt_proc *proc,
			       struct task_struct *task, unsigned int *next)
{
	struct files_struct *files;
	bool room = false;
	u64 begin;

	task_lock(task);
	files = task->files;
	if (files) {
		spin_lock(&files->file_lock);
		begin = ckpt_hold_begin();
		room = ckpt_walk_slots(scan, proc, task, files, next);
		ckpt_hold_end(begin);
		spin_unlock(&files->file_lock);
	} else {
		*next = UINT_MAX;
	}
	task_unlock(task);
	return room;
}

/**
 * ckpt_walk_files() - first pass over a fd table
 * @scan: scan
 * @proc: process of the set
 * @task: its leader, referenced
 *
 * May sleep.  The table is looked up again for each chunk: exec or unshare may replace it.
 * Return: 0, -ENOMEM, -E2BIG or -EINTR.
 */
int ckpt_walk_files(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task)
{
	unsigned int fd = 0;

	if (ckpt_walk_begin(scan, proc, READ_ONCE(task->files), CKPT_AT_FD))
		return -ENOMEM;
	while (fd != UINT_MAX) {
		int err = ckpt_walk_room(scan);
		bool room;

		if (err)
			return err;
		room = ckpt_walk_fd_chunk(scan, proc, task, &fd);
		err = room ? ckpt_walk_tables(scan, 0) : 0;
		if (err)
			return err;
	}
	return 0;
}

static enum ckpt_look ckpt_walk_vma(struct ckpt_scan *scan, struct vm_area_struct *vma)
{
	bool counted = vma->vm_file && ckpt_refs_wanted(vma->vm_file);
	enum ckpt_look look;

	if (counted && (!ckpt_table_has_room(&scan->held) || !ckpt_table_has_room(&scan->memfds)))
		return CKPT_ROOM;
	look = ckpt_vma_peek(scan, vma);
	if (counted && look != CKPT_ROOM)
		ckpt_refs_add(scan, vma->vm_file);
	return look;
}

/*
 * One hold of mmap_lock.  *next is the address to go on from, CKPT_VMA_END at the end; *room is
 * whether a table wants room first.
 */
static int ckpt_walk_vma_chunk(struct ckpt_scan *scan, struct ckpt_proc *proc,
			       struct mm_struct *mm, unsigned long *next, bool *room)
{
	enum ckpt_look look = CKPT_FINE;
	struct vm_area_struct *vma;
	unsigned int cost = 0;
	u64 begin;
	int err;

	CKPT_VMA_ITERATOR(iter, mm, *next);

	*next = CKPT_VMA_END;
	err = ckpt_patience_mmap(scan, mm);
	if (err)
		return err;
	begin = ckpt_hold_begin();
	ckpt_for_each_vma(iter, vma) {
		if (cost < CKPT_CHUNK)
			look = ckpt_walk_vma(scan, vma);
		if (cost >= CKPT_CHUNK || look == CKPT_ROOM) {
			*next = vma->vm_start;
			break;
		}
		cost += vma->vm_file ? CKPT_LOOK_COST : CKPT_VMA_COST;
		scan->vmas++;
		if (look == CKPT_MARK)
			ckpt_walk_mark(scan, proc, vma->vm_start, true);
	}
	ckpt_hold_end(begin);
	mmap_read_unlock(mm);
	*room = look == CKPT_ROOM;
	return 0;
}

/**
 * ckpt_walk_vmas() - first pass over the mappings
 * @scan: scan
 * @proc: process of the set
 * @task: its leader, referenced
 *
 * May sleep.  The memory is held for one chunk at a time, and dropped so that a last mmput()
 * does not run here: the target's exit would be ours to finish.
 * Return: 0, -ENOMEM, -E2BIG or -EINTR.
 */
int ckpt_walk_vmas(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task)
{
	unsigned long next = 0;
	bool room = false;
	int err;

	if (ckpt_walk_begin(scan, proc, READ_ONCE(task->mm), CKPT_AT_VMA))
		return -ENOMEM;
	do {
		struct mm_struct *mm;

		err = ckpt_walk_room(scan);
		if (!err && room)
			err = ckpt_walk_tables(scan, 0);
		if (err)
			return err;
		mm = get_task_mm(task);
		if (!mm)
			return 0;
		err = ckpt_walk_vma_chunk(scan, proc, mm, &next, &room);
		if (!err && next == CKPT_VMA_END)
			err = ckpt_refs_add_exe(scan, mm);
		mmput_async(mm);
	} while (!err && next != CKPT_VMA_END);
	/* The rest is said without its mappings. */
	return err == -EBUSY ? 0 : err;
}
