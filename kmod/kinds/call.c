// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/call.c - system calls that a thread sleeps in, and that a dump ends.
 *
 * What the kernel would need to go on with the call after it was interrupted (the "restart block")
 * is neither saved nor survives that CRIU has the thread do something else.  Which call a thread is
 * in is on its stack, and no exported function keeps that: procfs is asked.
 */

#include <linux/cred.h>
#include <linux/kernel.h>
#include <linux/time.h>
#include <uapi/linux/futex.h>
#include <asm/unistd.h>

#include "access.h"
#include "kind.h"
#include "procfile.h"

/* "<number> <six arguments> <stack> <instruction>", or a word where it is in none. */
#define CKPT_CALL_TEXT	256
#define CKPT_CALL_ARGS	4

/* Do such calls with these arguments end with EINTR?  Return: the call's name, or NULL. */
static const char *ckpt_call_name(int nr, const u64 *args)
{
	unsigned int op = args[1] & FUTEX_CMD_MASK;

	switch (nr) {
	case __NR_nanosleep:
		return "nanosleep";
	case __NR_clock_nanosleep:
		return args[1] & TIMER_ABSTIME ? NULL : "clock_nanosleep";
#ifdef __NR_poll
	case __NR_poll:
		return "poll";
#endif
	case __NR_futex:
		return args[3] && (op == FUTEX_WAIT || op == FUTEX_WAIT_BITSET) ? "futex" : NULL;
	case __NR_restart_syscall:
		return "restart_syscall";
	}
	return NULL;
}

/**
 * ckpt_call_judge() - is a thread in a call that a dump ends?
 * @scan: scan, whose reader wants each record
 * @place: process, or thread of it
 * @proc: the process
 * @tid: number of the thread
 *
 * Says nothing where the reader may not know it.  May sleep.
 */
void ckpt_call_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		     const struct ckpt_proc *proc, pid_t tid)
{
	const struct cred *old = override_creds(scan->cred);
	u64 args[CKPT_CALL_ARGS];
	char text[CKPT_CALL_TEXT];
	struct ckpt_finding *f;
	const char *name;
	ssize_t n;
	int nr;

	snprintf(text, sizeof(text), "%d/task/%d/syscall", proc->nr, tid);
	n = ckpt_procfile_read(scan->fs, text, text, sizeof(text) - 1);
	revert_creds(old);
	if (ckpt_access_failed(n))
		ckpt_report_error(&scan->report, -ENOMEM);
	text[max_t(ssize_t, n, 0)] = '\0';
	if (sscanf(text, "%d 0x%llx 0x%llx 0x%llx 0x%llx", &nr, &args[0], &args[1], &args[2],
		   &args[3]) != CKPT_CALL_ARGS + 1)
		return;
	name = ckpt_call_name(nr, args);
	if (!name)
		return;
	f = ckpt_emit(&scan->report, CKPT_TASK_RESTART_BLOCK, place, name, proc->nr);
	ckpt_key_str(&scan->report, f, "call", name, strlen(name));
	ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_TRANSIENT, "yes", 3);
}
