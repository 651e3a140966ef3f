// SPDX-License-Identifier: GPL-2.0
/* kinds/cred.c - may criu, run by this reader, attach to the process? */

#include <linux/cred.h>
#include <linux/sched.h>

#include "kind.h"

/* Of a process that the reader may not even inspect nothing but its number is told. */
void ckpt_cred_judge(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task)
{
	struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, CKPT_CRED_NO_ACCESS, &place, NULL, 0);
	if (proc->may_read)
		ckpt_key_u64(&scan->report, f, "uid",
			     from_kuid_munged(current_user_ns(), task_uid(task)));
}
