// SPDX-License-Identifier: GPL-2.0
/* mkobj_timer.c - POSIX timers: of foreign clocks, for threads that are gone, of alarm clocks. */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "mkobj.h"

/* The library knows no timer for another thread; this is what it asks the kernel for. */
static void new_timer(clockid_t clock, pid_t tid)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	int id;

	if (tid) {
		event.sigev_notify = SIGEV_THREAD_ID;
		event._sigev_un._tid = tid;
	}
	if (!syscall(SYS_timer_create, clock, &event, &id))
		return;
	if (errno == EOPNOTSUPP || errno == EPERM || errno == ENODEV)
		mkobj_lacks("timer_create: %m");
	mkobj_fail("timer_create: %m");
}

static void new_cpu_timer(pid_t pid)
{
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock))
		mkobj_fail("clock of process %d", pid);
	new_timer(clock, 0);
}

static void make_foreign_clock(struct mkobj *m)
{
	new_cpu_timer(m->holder);
	mkobj_key(m, "clock-pid=%d", m->holder);
}

static void make_foreign_clocks(struct mkobj *m)
{
	new_cpu_timer(m->holder);
	new_cpu_timer(m->holder);
	mkobj_key(m, "clock-pid=%d count=2", m->holder);
}

static void make_own_clocks(struct mkobj *m)
{
	clockid_t clock;

	(void)m;
	new_cpu_timer(getpid());
	new_timer(CLOCK_PROCESS_CPUTIME_ID, 0);
	new_timer(CLOCK_THREAD_CPUTIME_ID, 0);
	if (pthread_getcpuclockid(pthread_self(), &clock))
		mkobj_fail("clock of a thread");
	new_timer(clock, 0);
}

static void make_child_clock(struct mkobj *m)
{
	pid_t pid = mkobj_fork();

	(void)m;
	if (!pid)
		mkobj_pause();
	new_cpu_timer(pid);
}

static pid_t timer_tid;

static void *timer_thread(void *arg)
{
	timer_tid = syscall(SYS_gettid);
	new_timer(CLOCK_MONOTONIC, timer_tid);
	return arg;
}

static void make_thread_gone(struct mkobj *m)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, timer_thread, NULL) || pthread_join(thread, NULL))
		mkobj_fail("thread");
	/* It was joined before it was gone. */
	while (!syscall(SYS_tgkill, getpid(), timer_tid, 0))
		usleep(1000);
	if (m->c->parent == MKOBJ_LEADER)
		setsid();
	mkobj_tell(m, 1);
}

static void key_target(struct mkobj *m)
{
	mkobj_key(m, "pid=%d", m->target);
}

static sem_t started;

static void *timer_and_wait(void *arg)
{
	timer_thread(arg);
	sem_post(&started);
	mkobj_pause();
}

static void make_thread_alive(struct mkobj *m)
{
	sem_init(&started, 0, 0);
	mkobj_thread(timer_and_wait, NULL);
	sem_wait(&started);
	if (m->c->parent == MKOBJ_LEADER)
		setsid();
}

/* The leader stays in the pid namespace outside. */
static void lead_pidns(struct mkobj *m)
{
	(void)m;
	mkobj_try(unshare(CLONE_NEWPID), "unshare");
}

static void make_clock(struct mkobj *m)
{
	new_timer(m->c->num, 0);
	if (!mkobj_is_miss(m->c))
		mkobj_key(m, "");
}

#define CLOCK	"timer-posix-clock"
#define OUTSIDE	"timer-posix-thread-outside"
#define GONE	"timer-posix-thread-gone"
#define ALARM	"timer-alarm"

const struct mkobj_case mkobj_timer_cases[] = {
	{ .name = CLOCK, .rule = CLOCK, .make = make_foreign_clock },
	{ .name = CLOCK ".two", .rule = CLOCK, .make = make_foreign_clocks },
	{ .name = CLOCK ".miss", .rule = CLOCK, .make = make_clock, .num = CLOCK_MONOTONIC },
	{ .name = CLOCK ".miss-own", .rule = CLOCK, .make = make_own_clocks },
	{ .name = CLOCK ".miss-child", .rule = CLOCK, .make = make_child_clock },
	{ .name = OUTSIDE, .rule = OUTSIDE, .parent = MKOBJ_LEADER, .lead = lead_pidns,
	  .make = make_thread_gone, .finish = key_target, .flags = "root-only" },
	{ .name = OUTSIDE ".miss", .rule = OUTSIDE, .parent = MKOBJ_LEADER, .lead = lead_pidns,
	  .make = make_thread_alive, .flags = "root-only" },
	{ .name = GONE, .rule = GONE, .make = make_thread_gone, .finish = key_target },
	{ .name = GONE ".miss", .rule = GONE, .make = make_thread_alive },
	{ .name = ALARM, .rule = ALARM, .make = make_clock, .num = CLOCK_BOOTTIME_ALARM },
	{ .name = ALARM ".realtime", .rule = ALARM, .make = make_clock,
	  .num = CLOCK_REALTIME_ALARM },
	{ .name = ALARM ".miss", .rule = ALARM, .make = make_clock, .num = CLOCK_BOOTTIME },
	{ }
};
