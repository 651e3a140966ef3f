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

/* CRIU wants root, whoever's process it is; said once, at the root of the set. */
void ckpt_cred_judge_reader(struct ckpt_scan *scan, const struct ckpt_place *place)
{
	uid_t uid = from_kuid_munged(scan->cred->user_ns, scan->cred->euid);
	struct ckpt_finding *f;

	if (!uid)
		return;
	f = ckpt_emit(&scan->report, CKPT_CRED_NOT_ROOT, place, NULL, 0);
	ckpt_key_u64(&scan->report, f, "uid", uid);
}
