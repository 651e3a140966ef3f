// SPDX-License-Identifier: GPL-2.0
/* kinds/limit.c - resource limits that the code which CRIU puts into a process runs into. */

#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>

#include "kind.h"

/*
 * With -v4, as container engines run it, criu has written much to its log before it has the
 * process itself write there: about each mapping and each file of the tree.
 */
#define CKPT_LOG_BASE	SZ_256K
#define CKPT_LOG_OBJECT	SZ_1K

/* Processor time that the code which CRIU has the process run takes, in nanoseconds. */
#define CKPT_CPU_SPARE	(40 * NSEC_PER_MSEC)

/* Bytes of that code, and of what it is told of each mapping and each page of it. */
#define CKPT_AS_BASE	(48 * SZ_1K)
#define CKPT_AS_VMA	24
#define CKPT_AS_PAGE	16

static u64 ckpt_log_size(const struct ckpt_scan *scan)
{
	return CKPT_LOG_BASE + (scan->vmas + scan->files) * CKPT_LOG_OBJECT;
}

/*
 * What the kernel's own timer for the limit has counted, in nanoseconds; it runs while there is
 * a limit.
 */
static u64 ckpt_cpu_used(const struct task_struct *task)
{
#ifdef CONFIG_POSIX_TIMERS
	const struct task_cputime_atomic *used = &task->signal->cputimer.cputime_atomic;

	return atomic64_read(&used->utime) + atomic64_read(&used->stime);
#else
	return 0;
#endif
}

/* It sleeps, or it would be dead; one that is has nothing to fear any more. */
static void ckpt_limit_judge_cpu(struct ckpt_scan *scan, const struct ckpt_place *place,
				 struct task_struct *task)
{
	unsigned long limit = task_rlimit_max(task, RLIMIT_CPU);
	struct ckpt_finding *f;

	if (limit == RLIM_INFINITY || READ_ONCE(task->exit_state) ||
	    div_u64(ckpt_cpu_used(task) + CKPT_CPU_SPARE, NSEC_PER_SEC) < limit)
		return;
	f = ckpt_emit(&scan->report, CKPT_TASK_RLIMIT_CPU, place, NULL, 0);
	ckpt_key_u64(&scan->report, f, "limit", limit);
	ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_HARM, "target-dies", 11);
}

/* What CRIU maps in the process: its code, and room for what that is told of the memory. */
static u64 ckpt_as_need(const struct mm_struct *mm)
{
	return CKPT_AS_BASE + (u64)mm->map_count * CKPT_AS_VMA +
	       (u64)mm->total_vm * CKPT_AS_PAGE;
}

static void ckpt_limit_judge_as(struct ckpt_scan *scan, const struct ckpt_place *place,
				struct task_struct *task)
{
	unsigned long limit = task_rlimit(task, RLIMIT_AS);
	struct ckpt_finding *f;
	struct mm_struct *mm;

	if (limit == RLIM_INFINITY)
		return;
	mm = get_task_mm(task);
	if (!mm)
		return;
	if (((u64)mm->total_vm << PAGE_SHIFT) + ckpt_as_need(mm) > limit) {
		f = ckpt_emit(&scan->report, CKPT_TASK_RLIMIT_AS, place, NULL, 0);
		ckpt_key_u64(&scan->report, f, "limit", limit);
		ckpt_key_u64(&scan->report, f, "used", (u64)mm->total_vm << PAGE_SHIFT);
	}
	mmput_async(mm);
}

/**
 * ckpt_limit_judge() - does the dump itself make the process go over a limit?
 * @scan: scan
 * @place: the process
 * @task: its leader, referenced
 *
 * The signal comes whatever else is dumped; who ignores it goes on.  May sleep.
 */
void ckpt_limit_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		      struct task_struct *task)
{
	unsigned long limit = task_rlimit(task, RLIMIT_FSIZE);
	struct ckpt_finding *f;

	ckpt_limit_judge_cpu(scan, place, task);
	ckpt_limit_judge_as(scan, place, task);
	if (limit == RLIM_INFINITY || !ckpt_signal_kills(task, SIGXFSZ) ||
	    limit >= ckpt_log_size(scan))
		return;
	f = ckpt_emit(&scan->report, CKPT_TASK_RLIMIT_FSIZE, place, NULL, 0);
	ckpt_key_u64(&scan->report, f, "limit", limit);
	ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_HARM, "target-dies", 11);
}
