// SPDX-License-Identifier: GPL-2.0
/*
 * judge.c - the second pass: the marked objects of a process are found again, each is judged
 * under its own reference and no lock of the target.
 */

#include <linux/fdtable.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "assert.h"
#include "kinds/kind.h"
#include "patience.h"
#include "walk.h"

/* Files of one hold, CKPT_BATCH at most, and what is known of each without another look. */
struct ckpt_found {
	unsigned int nr;
	struct ckpt_obj objs[];
};

static void ckpt_found_add(struct ckpt_scan *scan, struct ckpt_found *found,
			   const struct ckpt_obj *obj)
{
	if (obj->file)
		ckpt_batch_add(scan->batch, obj->file);
	found->objs[found->nr++] = *obj;
}

/* Takes references to the files of @nr marks that are still there. */
static void ckpt_find_slots(struct ckpt_scan *scan, struct ckpt_proc *proc,
			    struct files_struct *files, const struct ckpt_mark *marks, u32 nr,
			    struct ckpt_found *found)
{
	struct fdtable *fdt = files_fdtable(files);
	u32 i;

	ckpt_assert_held(&files->file_lock);
	for (i = 0; i < nr; i++) {
		struct ckpt_obj obj = {
			.place = { .nr = proc->nr, .kind = CKPT_AT_FD, .at = marks[i].at },
			.files = files,
		};

		if (marks[i].at >= fdt->max_fds)
			continue;
		obj.file = rcu_dereference_protected(fdt->fd[marks[i].at],
						     lockdep_is_held(&files->file_lock));
		if (!obj.file)
			continue;
		obj.inode = file_inode(obj.file);
		ckpt_found_add(scan, found, &obj);
	}
}

static void ckpt_find_files(struct ckpt_scan *scan, struct ckpt_proc *proc,
			    struct task_struct *task, const struct ckpt_mark *marks, u32 nr,
			    struct ckpt_found *found)
{
	struct files_struct *files;
	u64 begin;

	task_lock(task);
	files = task->files;
	if (files) {
		spin_lock(&files->file_lock);
		begin = ckpt_hold_begin();
		ckpt_find_slots(scan, proc, files, marks, nr, found);
		ckpt_hold_end(begin);
		spin_unlock(&files->file_lock);
	}
	task_unlock(task);
}

/* The same for mappings: one that has changed into ordinary memory is left out. */
static int ckpt_find_vmas(struct ckpt_scan *scan, struct ckpt_proc *proc,
			  struct task_struct *task, const struct ckpt_mark *marks, u32 nr,
			  struct ckpt_found *found)
{
	struct mm_struct *mm = get_task_mm(task);
	u64 begin;
	int err;
	u32 i;

	if (!mm)
		return 0;
	err = ckpt_patience_mmap(scan, mm);
	if (err)
		goto put;
	begin = ckpt_hold_begin();
	for (i = 0; i < nr; i++) {
		struct vm_area_struct *vma = find_vma(mm, marks[i].at);
		struct ckpt_obj obj = {};

		if (!vma || vma->vm_start > marks[i].at ||
		    (!vma->vm_file && !ckpt_vma_is_odd(scan, vma)))
			continue;
		obj.place = (struct ckpt_place){
			.nr = proc->nr, .kind = CKPT_AT_VMA,
			.at = vma->vm_start, .end = vma->vm_end,
		};
		obj.file = vma->vm_file;
		obj.inode = obj.file ? file_inode(obj.file) : NULL;
		obj.vm_flags = vma->vm_flags;
		obj.uprobes = ckpt_vma_is_uprobes(vma);
		obj.split = ckpt_vma_is_split(vma);
		obj.policy = ckpt_vma_has_policy(vma);
		vma = find_vma(mm, obj.place.end);
		obj.followed = vma && vma->vm_start == obj.place.end;
		ckpt_found_add(scan, found, &obj);
	}
	ckpt_hold_end(begin);
	mmap_read_unlock(mm);
put:
	mmput_async(mm);
	return err == -EBUSY ? 0 : err;
}

static void ckpt_judge_found(struct ckpt_scan *scan, const struct ckpt_found *found)
{
	unsigned int i;

	for (i = 0; i < found->nr; i++) {
		if (found->objs[i].place.kind == CKPT_AT_VMA)
			ckpt_vma_judge(scan, &found->objs[i]);
		else
			ckpt_file_judge(scan, &found->objs[i]);
		cond_resched();
	}
	ckpt_batch_drop(&scan->batch);
}

/* Marks from @marks on that are of one kind and fit into a batch. */
static u32 ckpt_marks_alike(const struct ckpt_mark *marks, u32 nr)
{
	u32 n = 1;

	while (n < nr && n < CKPT_BATCH && marks[n].is_vma == marks[0].is_vma)
		n++;
	return n;
}

static int ckpt_judge_batch(struct ckpt_scan *scan, struct ckpt_proc *proc,
			    struct task_struct *task, const struct ckpt_mark *marks, u32 nr,
			    struct ckpt_found *found)
{
	int err = 0;

	if (ckpt_batch_need(&scan->batch))
		return -ENOMEM;
	found->nr = 0;
	if (marks[0].is_vma)
		err = ckpt_find_vmas(scan, proc, task, marks, nr, found);
	else
		ckpt_find_files(scan, proc, task, marks, nr, found);
	ckpt_judge_found(scan, found);
	return err;
}

/**
 * ckpt_walk_marks() - judge what the first pass has marked in a process
 * @scan: scan
 * @proc: process of the set
 * @task: its leader, referenced
 *
 * May sleep.  Return: 0, -ENOMEM or -EINTR.
 */
int ckpt_walk_marks(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task)
{
	const struct ckpt_mark *marks = scan->marks + proc->first_mark;
	struct ckpt_found *found;
	u32 left, n;
	int err = 0;

	if (!proc->nr_marks)
		return 0;
	found = kmalloc(struct_size(found, objs, min_t(u32, proc->nr_marks, CKPT_BATCH)),
			GFP_KERNEL_ACCOUNT);
	if (!found)
		return -ENOMEM;
	for (left = proc->nr_marks; left && !err; left -= n, marks += n) {
		n = ckpt_marks_alike(marks, left);
		err = fatal_signal_pending(current) ? -EINTR :
		      ckpt_judge_batch(scan, proc, task, marks, n, found);
	}
	kfree(found);
	return err;
}
