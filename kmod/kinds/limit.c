// SPDX-License-Identifier: GPL-2.0
/* kinds/limit.c - resource limits that the code which CRIU puts into a process runs into. */

#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>

#include "kind.h"

/*
 * The memory file that CRIU makes in the process holds code, stacks and lists: of mappings, and
 * of the process's pages, one entry for every second one at worst.
 */
#define CKPT_PARASITE_BASE	SZ_512K
#define CKPT_PARASITE_VMA	64
#define CKPT_PARASITE_PAGE	16

static u64 ckpt_parasite_size(struct task_struct *task)
{
	struct mm_struct *mm = get_task_mm(task);
	u64 size = CKPT_PARASITE_BASE;

	if (!mm)
		return 0;
	size += (u64)READ_ONCE(mm->map_count) * CKPT_PARASITE_VMA;
	size += (u64)READ_ONCE(mm->total_vm) * CKPT_PARASITE_PAGE;
	mmput_async(mm);
	return size;
}

/**
 * ckpt_limit_judge() - does the dump itself go over a limit?
 * @scan: scan
 * @place: the process
 * @task: its leader, referenced
 *
 * May sleep.
 */
void ckpt_limit_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		      struct task_struct *task)
{
	unsigned long limit = task_rlimit(task, RLIMIT_FSIZE);
	struct ckpt_finding *f;

	if (limit == RLIM_INFINITY || !ckpt_signal_kills(task, SIGXFSZ) ||
	    limit >= ckpt_parasite_size(task))
		return;
	f = ckpt_emit(&scan->report, CKPT_TASK_RLIMIT_FSIZE, place, NULL, 0);
	ckpt_key_u64(&scan->report, f, "limit", limit);
	ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_HARM, "target-dies", 11);
}
