// SPDX-License-Identifier: GPL-2.0
/* kinds/limit.c - resource limits that the code which CRIU puts into a process runs into. */

#include <linux/sched/signal.h>
#include <linux/sizes.h>

#include "kind.h"

/*
 * With -v4, as container engines run it, criu has written much to its log before it has the
 * process itself write there: about each mapping and each file of the tree.
 */
#define CKPT_LOG_BASE	SZ_256K
#define CKPT_LOG_OBJECT	SZ_1K

static u64 ckpt_log_size(const struct ckpt_scan *scan)
{
	return CKPT_LOG_BASE + (scan->vmas + scan->files) * CKPT_LOG_OBJECT;
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

	if (limit == RLIM_INFINITY || !ckpt_signal_kills(task, SIGXFSZ) ||
	    limit >= ckpt_log_size(scan))
		return;
	f = ckpt_emit(&scan->report, CKPT_TASK_RLIMIT_FSIZE, place, NULL, 0);
	ckpt_key_u64(&scan->report, f, "limit", limit);
	ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_HARM, "target-dies", 11);
}
