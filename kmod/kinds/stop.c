// SPDX-License-Identifier: GPL-2.0
/* kinds/stop.c - processes that are stopped, and by which signal; threads that no signal wakes. */

#include <linux/sched/clock.h>
#include <linux/sched/jobctl.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>

#include "compat/task.h"
#include "kind.h"

/*
 * Is that what the process does about a signal?  Of a dying one nobody knows.  Takes siglock for a
 * moment.
 */
static bool ckpt_signal_does(struct task_struct *task, int sig, __sighandler_t handler)
{
	struct sighand_struct *sighand;
	bool does = false;

	rcu_read_lock();
	sighand = rcu_dereference(task->sighand);
	if (sighand) {
		spin_lock_irq(&sighand->siglock);
		does = sighand->action[sig - 1].sa.sa_handler == handler;
		spin_unlock_irq(&sighand->siglock);
	}
	rcu_read_unlock();
	return does;
}

/**
 * ckpt_signal_kills() - would the process die of a signal?
 * @task: its leader, referenced
 * @sig: signal
 */
bool ckpt_signal_kills(struct task_struct *task, int sig)
{
	if (!valid_signal(sig) || !sig || sig_kernel_ignore(sig) || sig_kernel_stop(sig))
		return false;
	return ckpt_signal_does(task, sig, SIG_DFL);
}

/*
 * The code that CRIU has the process run ends with a breakpoint, and where that is ignored the
 * kernel sets the action to the default, for good.
 */
void ckpt_sigtrap_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
			struct task_struct *task)
{
	if (ckpt_signal_does(task, SIGTRAP, SIG_IGN))
		ckpt_emit(&scan->report, CKPT_SIG_SIGTRAP_IGNORED, place, NULL, 0);
}

/**
 * ckpt_stop_judge() - is the process stopped in a way that CRIU does not restore?
 * @scan: scan
 * @place: the process
 * @task: its leader, referenced
 *
 * CRIU asks ptrace for the signal, which answers from the same word.  It outlives the stop, so
 * it counts only while the whole group is stopped.
 */
void ckpt_stop_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		     struct task_struct *task)
{
	unsigned long sig = READ_ONCE(task->jobctl) & JOBCTL_STOP_SIGMASK;
	struct ckpt_finding *f;

	if (!(READ_ONCE(task->signal->flags) & SIGNAL_STOP_STOPPED))
		return;
	if (sig == SIGTTIN || sig == SIGTTOU || sig == SIGTSTP) {
		f = ckpt_emit(&scan->report, sig == SIGTSTP ? CKPT_TASK_STOP_TSTP :
			      CKPT_TASK_STOP_SIGNAL, place, NULL, 0);
		ckpt_key_u64(&scan->report, f, "sig", sig);
	}
	if (!thread_group_empty(task))
		ckpt_emit(&scan->report, CKPT_TASK_STOP_THREADS, place, NULL, 0);
}

/**
 * ckpt_thread_asleep() - for how long has no signal been able to wake the thread?
 * @thread: alive under RCU
 *
 * Counted from when it last began to run.  Return: seconds, 0 if a signal wakes it.
 */
u64 ckpt_thread_asleep(struct task_struct *thread)
{
	u64 since = ckpt_task_last_ran(thread), now = local_clock();

	if (!(ckpt_task_state(thread) & (TASK_UNINTERRUPTIBLE | TASK_FROZEN)) || now < since ||
	    !since)
		return 0;
	return div_u64(now - since, NSEC_PER_SEC);
}
