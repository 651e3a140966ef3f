// SPDX-License-Identifier: GPL-2.0
/* kinds/timer.c - POSIX timers: of clocks and for threads that a restore does not find. */

#include <linux/sched.h>
#include <linux/posix-timers.h>
#include <linux/sched/signal.h>

#include "access.h"
#include "compat/attr.h"
#include "kind.h"
#include "set.h"

/* Timers of a process that are looked at. */
#define CKPT_TIMERS	4096

/**
 * struct ckpt_timers - what was found in the timers of a process
 * @foreign: number of them on the CPU clock of a process outside of the set
 * @foreign_pid: that process, as the target's pid namespace knows it
 * @orphans: number of them for a thread that is gone
 * @alarms: number of them that wake the machine from sleep
 * @cut: there are too many
 */
struct ckpt_timers {
	u32 foreign;
	pid_t foreign_pid;
	u32 orphans;
	u32 alarms;
	bool cut;
};

/* Is a timer's clock that of a process which will not be there?  Under RCU. */
static bool ckpt_clock_is_foreign(struct ckpt_scan *scan, struct task_struct *task,
				  clockid_t clock)
{
	const struct task_struct *owner;
	struct pid_namespace *ns = task_active_pid_ns(task);

	/* Not negative: the own one.  No number: so is that. */
	if (clock >= 0 || (clock & CLOCKFD_MASK) == CLOCKFD || !CPUCLOCK_PID(clock) || !ns)
		return false;
	owner = pid_task(find_pid_ns(CPUCLOCK_PID(clock), ns), PIDTYPE_PID);
	return !owner || !ckpt_set_has(scan, owner);
}

/* Under siglock and RCU. */
static void ckpt_timer_look(struct ckpt_scan *scan, struct task_struct *task,
			    const struct k_itimer *timer, struct ckpt_timers *timers)
{
	struct task_struct *thread;

	if (ckpt_clock_is_foreign(scan, task, timer->it_clock)) {
		timers->foreign++;
		timers->foreign_pid = CPUCLOCK_PID(timer->it_clock);
	}
	if (timer->it_clock == CLOCK_REALTIME_ALARM || timer->it_clock == CLOCK_BOOTTIME_ALARM)
		timers->alarms++;
	if (timer->it_sigev_notify & SIGEV_THREAD_ID) {
		thread = pid_task(timer->it_pid, PIDTYPE_PID);
		if (!thread || !same_thread_group(thread, task))
			timers->orphans++;
	}
}

static void ckpt_timers_walk(struct ckpt_scan *scan, struct task_struct *task,
			     struct ckpt_timers *timers)
{
	struct sighand_struct *sighand;
	struct k_itimer *timer;
	unsigned int seen = 0;
	u64 begin;

	rcu_read_lock();
	sighand = rcu_dereference(task->sighand);
	if (!sighand)
		goto unlock;
	spin_lock_irq(&sighand->siglock);
	begin = ckpt_hold_begin();
	/* exec() may just have replaced it. */
	if (sighand == rcu_access_pointer(task->sighand)) {
		ckpt_for_each_timer(timer, task->signal) {
			if (seen++ == CKPT_TIMERS) {
				timers->cut = true;
				break;
			}
			ckpt_timer_look(scan, task, timer, timers);
		}
	}
	ckpt_hold_end(begin);
	spin_unlock_irq(&sighand->siglock);
unlock:
	rcu_read_unlock();
}

/**
 * ckpt_timers_judge() - rules about the POSIX timers of a process
 * @scan: scan
 * @place: the process
 * @task: its leader, referenced
 *
 * May sleep.
 */
void ckpt_timers_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		       struct task_struct *task)
{
	struct ckpt_timers timers = {};
	struct ckpt_finding *f;

	ckpt_timers_walk(scan, task, &timers);
	if (timers.foreign) {
		f = ckpt_emit_many(&scan->report, CKPT_TIMER_POSIX_CLOCK, place, NULL, 0,
				   timers.foreign);
		ckpt_key_u64(&scan->report, f, "clock-pid", timers.foreign_pid);
	}
	if (timers.orphans)
		ckpt_emit_many(&scan->report, ckpt_ns_own(scan, CKPT_NS_PID) ?
			       CKPT_TIMER_POSIX_THREAD_OUTSIDE : CKPT_TIMER_POSIX_THREAD_GONE,
			       place, NULL, 0, timers.orphans);
	if (timers.alarms)
		ckpt_emit_many(&scan->report, CKPT_TIMER_ALARM, place, NULL, 0, timers.alarms);
	if (timers.cut)
		ckpt_report_incomplete(&scan->report, CKPT_REASON_TIMERS);
}
