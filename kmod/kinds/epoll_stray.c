// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/epoll_stray.c - which file is the target of an epoll, and where are those that are not at
 * their number?
 */

#include <linux/fdtable.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "assert.h"
#include "compat/epoll.h"
#include "epoll.h"
#include "grow.h"
#include "kind.h"

/* Slots of a fd table looked at in one hold. */
#define CKPT_EPOLL_SLOTS	1024

/* Watchers counted of one file: who is watched more often is taken for any of its targets. */
#define CKPT_WATCHERS_MOST	64

/* Targets that were not at their number and are looked for. */
#define CKPT_STRAYS_MOST	64

/**
 * struct ckpt_stray - a target that is not at its number
 * @target: which
 * @place: of the epoll
 * @epoll: its file, compared only
 */
struct ckpt_stray {
	struct ckpt_target target;
	struct ckpt_place place;
	const void *epoll;
};

/* Has the file the inode of the target? */
bool ckpt_target_may_be(const struct ckpt_target *target, const struct file *file)
{
	const struct inode *inode = file_inode(file);

	return inode->i_ino == target->ino && inode->i_sb->s_dev == target->dev;
}

/* Takes a file for a target, unless it has as many entries as it is watched.  There is room. */
bool ckpt_target_claim(struct ckpt_scan *scan, struct file *file)
{
	struct ckpt_slot *slot = ckpt_table_add(&scan->epolls, file, CKPT_EPOLL_TARGET);

	if (slot->value < CKPT_WATCHERS_MOST &&
	    ckpt_file_watchers(file, slot->value + 1) <= slot->value)
		return false;
	slot->value++;
	return true;
}

/* The file at a number, under file_lock. */
struct file *ckpt_files_at(struct files_struct *files, unsigned int fd)
{
	struct fdtable *fdt = files_fdtable(files);

	ckpt_assert_held(&files->file_lock);
	if (fd >= fdt->max_fds)
		return NULL;
	return rcu_dereference_protected(fdt->fd[fd], lockdep_is_held(&files->file_lock));
}

/* Return: 0, -ENOMEM or -E2BIG (too many of them). */
int ckpt_stray_add(struct ckpt_scan *scan, const struct ckpt_obj *obj,
		   const struct ckpt_target *target)
{
	const struct ckpt_room room = {
		.size = sizeof(*scan->strays), .used = scan->nr_strays,
		.need = scan->nr_strays + 1, .most = CKPT_STRAYS_MOST,
	};
	int err = ckpt_grow((void **)&scan->strays, &scan->cap_strays, &room);

	if (!err)
		scan->strays[scan->nr_strays++] = (struct ckpt_stray){
			.target = *target, .place = obj->place, .epoll = obj->file,
		};
	return err;
}

/**
 * struct ckpt_search - through one fd table
 * @target: what is looked for, or NULL
 * @file: what was found, or is looked for; compared only
 * @places: number of descriptors that hold it
 */
struct ckpt_search {
	const struct ckpt_target *target;
	const struct file *file;
	u32 places;
};

/* From *fd on, which is UINT_MAX at the end. */
static void ckpt_search_slots(struct ckpt_scan *scan, struct files_struct *files,
			      struct ckpt_search *search, unsigned int *fd)
{
	unsigned int max = files_fdtable(files)->max_fds;
	unsigned int end = min_t(u64, max, (u64)*fd + CKPT_EPOLL_SLOTS);

	for (; *fd < end; ++*fd) {
		struct file *file = ckpt_files_at(files, *fd);

		if (!file)
			continue;
		if (!search->file && ckpt_target_may_be(search->target, file) &&
		    ckpt_target_claim(scan, file))
			search->file = file;
		search->places += file == search->file;
	}
	if (end == max)
		*fd = UINT_MAX;
}

/* The same in one hold.  There is room in ckpt_scan.epolls. */
static void ckpt_search_chunk(struct ckpt_scan *scan, struct task_struct *task,
			      struct ckpt_search *search, unsigned int *fd)
{
	struct files_struct *files;
	u64 begin;

	task_lock(task);
	files = task->files;
	if (files) {
		spin_lock(&files->file_lock);
		begin = ckpt_hold_begin();
		ckpt_search_slots(scan, files, search, fd);
		ckpt_hold_end(begin);
		spin_unlock(&files->file_lock);
	} else {
		*fd = UINT_MAX;
	}
	task_unlock(task);
}

/* Return: 0, -ENOMEM or -EINTR. */
static int ckpt_search_proc(struct ckpt_scan *scan, const struct ckpt_proc *proc,
			    struct ckpt_search *search)
{
	struct task_struct *task = get_pid_task(proc->pid, PIDTYPE_TGID);
	unsigned int fd = 0;
	int err = 0;

	if (!task)
		return 0;
	while (fd != UINT_MAX && !err) {
		err = ckpt_table_reserve(&scan->epolls, CKPT_EPOLL_SLOTS);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		if (!err)
			ckpt_search_chunk(scan, task, search, &fd);
		cond_resched();
	}
	put_task_struct(task);
	return err;
}

/*
 * CRIU comes to the processes in this order, as far as parents and children go.  Return: 1 if
 * the target is one of an earlier process, or of none; 0, -ENOMEM or -EINTR.
 */
static int ckpt_stray_is_orphan(struct ckpt_scan *scan, const struct ckpt_stray *stray)
{
	struct ckpt_search search = { .target = &stray->target };
	u32 i, home;
	int err;

	for (home = 0; home < scan->nr_procs; home++)
		if (scan->procs[home].nr == stray->place.nr)
			break;
	if (home == scan->nr_procs)
		return 0;
	err = ckpt_search_proc(scan, &scan->procs[home], &search);
	if (err || !search.file)
		return err ? err : 1;
	search.places = 0;
	for (i = 0; i < home && !err && !search.places; i++)
		if (scan->procs[i].may_read)
			err = ckpt_search_proc(scan, &scan->procs[i], &search);
	return err ? err : !!search.places;
}

/**
 * ckpt_epolls_finish() - look for the targets that were not at their numbers
 * @scan: scan; all epolls have been judged
 *
 * May sleep.  Return: 0, -ENOMEM or -EINTR.
 */
int ckpt_epolls_finish(struct ckpt_scan *scan)
{
	struct ckpt_finding *f;
	int orphan = 0;
	u32 i;

	for (i = 0; i < scan->nr_strays && orphan >= 0; i++) {
		const struct ckpt_stray *stray = &scan->strays[i];

		orphan = ckpt_stray_is_orphan(scan, stray);
		if (orphan <= 0)
			continue;
		f = ckpt_emit(&scan->report, CKPT_EPOLL_ORPHAN_TARGET, &stray->place, stray->epoll,
			      ((u64)stray->target.fd << 32) ^ stray->target.ino);
		ckpt_key_u64(&scan->report, f, "tfd", stray->target.fd);
		ckpt_key_u64(&scan->report, f, "target-ino", stray->target.ino);
	}
	return min(orphan, 0);
}

void ckpt_epolls_free(struct ckpt_scan *scan)
{
	ckpt_grow_free((void **)&scan->strays, &scan->nr_strays, &scan->cap_strays);
	scan->epoll_stuck = false;
}
