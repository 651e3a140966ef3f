// SPDX-License-Identifier: GPL-2.0
/*
 * patience.c - locks that a target may hold as long as it likes: waiting for them, not for ever.
 *
 * Who maps a file holds mmap_lock, and who execs holds exec_update_lock, while they wait for a file
 * server or a disk, which may never answer.  A lock that is passed on is waited for in its queue,
 * where a reader has its turn; one that stays with the same task is only tried.
 */

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/rwsem.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "compat/rwsem.h"
#include "patience.h"
#include "scan.h"

/* A lock that was passed on so often while we tried is busy, not stuck. */
#define CKPT_PATIENCE_MOVES	3

/*
 * Return: 0 with the lock held for reading; -EBUSY if it stayed with the same task for @ms
 * milliseconds; -EINTR.
 */
static int ckpt_patience_read(struct rw_semaphore *sem, unsigned int ms)
{
	unsigned long end = jiffies + msecs_to_jiffies(ms);
	unsigned long owner = ckpt_rwsem_owner(sem);
	unsigned int moves = 0;

	while (!down_read_trylock(sem)) {
		unsigned long now = ckpt_rwsem_owner(sem);

		if (fatal_signal_pending(current))
			return -EINTR;
		if (now != owner) {
			if (++moves == CKPT_PATIENCE_MOVES)
				return down_read_killable(sem);
			owner = now;
			end = jiffies + msecs_to_jiffies(ms);
		} else if (time_after(jiffies, end)) {
			return -EBUSY;
		}
		usleep_range(200, 500);
	}
	return 0;
}

/* The same within what a report has; less is left after each that was stuck, so they add up. */
static int ckpt_patience_scan(struct ckpt_scan *scan, struct rw_semaphore *sem)
{
	int err = ckpt_patience_read(sem, scan->patience);

	if (err == -EBUSY) {
		scan->patience /= 2;
		/* What it has mapped is not known, and must not look like somebody else's. */
		scan->uncounted = true;
		ckpt_report_incomplete(&scan->report, CKPT_REASON_STUCK);
	}
	return err;
}

/**
 * ckpt_patience_mmap() - mmap_read_lock_killable() for a while
 * @scan: scan, whose report says so if it could not be had
 * @mm: alive
 *
 * May sleep.  Return: 0 with the lock held, -EBUSY or -EINTR.
 */
int ckpt_patience_mmap(struct ckpt_scan *scan, struct mm_struct *mm)
{
	return ckpt_patience_scan(scan, &mm->mmap_lock);
}

/**
 * ckpt_patience_exec() - hold the program of a process for a moment
 * @scan: scan, whose report says so if it could not be had
 * @task: referenced; to be released by up_read(&task->signal->exec_update_lock)
 *
 * May sleep.  Return: 0 with the lock held, -EBUSY or -EINTR.
 */
int ckpt_patience_exec(struct ckpt_scan *scan, struct task_struct *task)
{
	return ckpt_patience_scan(scan, &task->signal->exec_update_lock);
}

/**
 * ckpt_patience_settled() - wait until a process is in no exec
 * @pid: thread group
 * @ms: how long at most
 *
 * The kernel's own check of access waits for that as long as it takes.  May sleep.
 * Return: 0, also if it is gone; -EBUSY or -EINTR.
 */
int ckpt_patience_settled(struct pid *pid, unsigned int ms)
{
	struct task_struct *task = get_pid_task(pid, PIDTYPE_TGID);
	int err;

	if (!task)
		return 0;
	err = ckpt_patience_read(&task->signal->exec_update_lock, ms);
	if (!err)
		up_read(&task->signal->exec_update_lock);
	put_task_struct(task);
	return err;
}
