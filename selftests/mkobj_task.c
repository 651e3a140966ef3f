// SPDX-License-Identifier: GPL-2.0
/* mkobj_task.c - traced processes and threads, foreign sessions, kernel threads. */
#define _GNU_SOURCE
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_channel.h"

void mkobj_trace_cont(pid_t pid, int status)
{
	int sig = status >> 16 ? 0 : WSTOPSIG(status);

	ptrace(PTRACE_CONT, pid, 0, sig);
}

static void seize(pid_t pid)
{
	if (ptrace(PTRACE_SEIZE, pid, 0, 0))
		mkobj_fail("PTRACE_SEIZE: %m");
}

static void release(pid_t pid)
{
	int status;

	if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) || waitpid(pid, &status, __WALL) != pid ||
	    ptrace(PTRACE_DETACH, pid, 0, 0))
		mkobj_fail("cannot let go of a traced process: %m");
}

static void make_traced(struct mkobj *m)
{
	mkobj_key(m, "tracer-pid=%d", m->holder);
}

static void seize_target(struct mkobj *m)
{
	seize(m->target);
}

static void release_target(struct mkobj *m)
{
	seize(m->target);
	release(m->target);
}

/* The tracer is the target itself, its child is traced. */
static void make_traced_inside(struct mkobj *m)
{
	pid_t pid = mkobj_fork();

	if (!pid)
		mkobj_pause();
	seize(pid);
	mkobj_tell(m, pid);
}

static void key_traced_inside(struct mkobj *m)
{
	mkobj_key(m, "pid=%ld tracer-pid=%d", m->value, m->target);
}

static sem_t started;

static void *tell_thread(void *arg)
{
	mkobj_tell(arg, syscall(SYS_gettid));
	sem_post(&started);
	mkobj_pause();
}

static void make_thread(struct mkobj *m)
{
	sem_init(&started, 0, 0);
	mkobj_thread(tell_thread, m);
	sem_wait(&started);
}

static void seize_thread(struct mkobj *m)
{
	seize(m->value);
	mkobj_key(m, "pid=%d tid=%ld tracer-pid=%d", m->target, m->value, m->holder);
}

static void release_thread(struct mkobj *m)
{
	seize(m->value);
	release(m->value);
}

static void make_no_leader(struct mkobj *m)
{
	mkobj_key(m, "sid=%d", getsid(0));
}

static void make_child(struct mkobj *m)
{
	(void)m;
	if (!mkobj_fork())
		mkobj_pause();
}

static void make_key(struct mkobj *m)
{
	mkobj_key(m, "");
}

static void run_exit(struct mkobj *m)
{
	(void)m;
	_exit(0);
}

static void make_zombie_child(struct mkobj *m)
{
	siginfo_t info;
	pid_t pid = mkobj_fork();

	(void)m;
	if (!pid)
		_exit(0);
	mkobj_try(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), "waitid");
}

static pid_t kthreadd(void)
{
	return 2;
}

/* The caller adopts an orphan of another session; num: of its own; arg: who is dead. */
static void adopt(struct mkobj *m)
{
	pid_t pid;

	mkobj_try(prctl(PR_SET_CHILD_SUBREAPER, 1), "PR_SET_CHILD_SUBREAPER");
	pid = mkobj_fork();
	if (pid) {
		mkobj_try(waitpid(pid, NULL, 0), "waitpid");
		return;
	}
	if (!m->c->num)
		mkobj_try(setsid(), "setsid");
	if (mkobj_fork())
		_exit(0);
	mkobj_key(m, "");
	if (m->c->arg)
		_exit(0);
	mkobj_pause();
}

static void make_adopted(struct mkobj *m)
{
	siginfo_t info;

	adopt(m);
	mkobj_try(prctl(PR_SET_CHILD_SUBREAPER, 0), "PR_SET_CHILD_SUBREAPER");
	if (m->c->arg)
		mkobj_try(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), "waitid");
}

/* Below the root. */
static void make_adopted_below(struct mkobj *m)
{
	if (mkobj_fork())
		return;
	make_adopted(m);
	mkobj_pause();
}

/* Its parent has another session since it was born. */
static void make_session_left(struct mkobj *m)
{
	(void)m;
	if (mkobj_fork())
		return;
	mkobj_child();
	mkobj_try(setsid(), "setsid");
	mkobj_pause();
}

#define PARENT	"task-parent-lost"
#define UNBORN	"task-session-unborn"
#define ZOMBIE	"task-zombie-adopted"

const struct mkobj_case mkobj_task_cases[] = {
	{ .name = "task-is-criu", .rule = "task-is-criu", .foreign = getppid,
	  .flags = "reader=inside,criu=skip:criu would have to be part of the tree" },
	{ .name = "task-is-criu.miss", .rule = "task-is-criu" },
	{ .name = "task-kthread", .rule = "task-kthread", .foreign = kthreadd,
	  .flags = "root-only,criu=skip:it waits for the kernel thread to stop" },
	{ .name = "task-kthread.miss", .rule = "task-kthread" },
	{ .name = "task-root-zombie", .rule = "task-root-zombie", .make = make_key,
	  .run = run_exit, .parent = MKOBJ_UNREAPING, .state = 'Z' },
	{ .name = "task-root-zombie.miss", .rule = "task-root-zombie",
	  .make = make_zombie_child },
	{ .name = "task-traced", .rule = "task-traced", .make = make_traced,
	  .finish = seize_target },
	{ .name = "task-traced.inside", .rule = "task-traced", .make = make_traced_inside,
	  .finish = key_traced_inside },
	{ .name = "task-traced.miss", .rule = "task-traced", .finish = release_target },
	{ .name = "thread-traced", .rule = "thread-traced", .make = make_thread,
	  .finish = seize_thread },
	{ .name = "thread-traced.miss", .rule = "thread-traced", .make = make_thread,
	  .finish = release_thread },
	{ .name = "thread-traced.miss-untraced", .rule = "thread-traced", .make = make_thread },
	{ .name = "task-not-session-leader", .rule = "task-not-session-leader",
	  .make = make_no_leader, .parent = MKOBJ_LEADER },
	{ .name = "task-not-session-leader.miss", .rule = "task-not-session-leader",
	  .make = make_child },
	{ .name = PARENT, .rule = PARENT, .make = make_adopted },
	{ .name = PARENT ".miss", .rule = PARENT, .make = make_adopted, .num = 1 },
	{ .name = ZOMBIE, .rule = ZOMBIE, .make = make_adopted, .arg = "dead" },
	{ .name = ZOMBIE ".miss", .rule = ZOMBIE, .make = make_adopted, .arg = "dead", .num = 1 },
	{ .name = UNBORN, .rule = UNBORN, .make = make_adopted_below },
	{ .name = UNBORN ".miss", .rule = UNBORN, .make = make_session_left },
	{ .name = UNBORN ".miss-own", .rule = UNBORN, .make = make_adopted_below, .num = 1 },
	{ }
};
