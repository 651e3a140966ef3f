// SPDX-License-Identifier: GPL-2.0
/* kinds/task.c - thread groups and threads. */

#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "access.h"
#include "kind.h"
#include "set.h"

/* Threads looked at in one RCU section, and times that a changing list is tried again. */
#define CKPT_THREAD_CHUNK	128
#define CKPT_THREAD_TRIES	4

/*
 * CRIU refuses a task whose groups fill a page, as numbers of four bytes or as the text of
 * /proc/<pid>/status; with so many bytes it still saves it.
 */
#define CKPT_SAFE_GROUPS	3600

/* From this version on a task stopped by SIGTSTP is saved. */
#define CKPT_SAVES_TSTP		CKPTCHECK_VERSION(3, 18, 0)

/* What two processes may share; compared only. */
enum ckpt_shareable { CKPT_MM, CKPT_FS, CKPT_SIGHAND, CKPT_FILES, CKPT_NR_SHAREABLES };

static const void *ckpt_task_shareable(const struct task_struct *task, enum ckpt_shareable what)
{
	switch (what) {
	case CKPT_MM:
		return READ_ONCE(task->mm);
	case CKPT_FS:
		return READ_ONCE(task->fs);
	case CKPT_SIGHAND:
		return rcu_access_pointer(task->sighand);
	default:
		return READ_ONCE(task->files);
	}
}

/* Is it really shared, or was its memory used again since?  CRIU takes a parent's fd table. */
static bool ckpt_task_shares(struct ckpt_proc *other, struct task_struct *task,
			     enum ckpt_shareable what, const void *addr)
{
	struct task_struct *holder;
	bool shares;

	rcu_read_lock();
	holder = pid_task(other->pid, PIDTYPE_TGID);
	shares = holder && ckpt_task_shareable(holder, what) == addr &&
		 ckpt_task_shareable(task, what) == addr;
	if (shares && what == CKPT_FILES &&
	    (rcu_dereference(task->real_parent)->signal == holder->signal ||
	     rcu_dereference(holder->real_parent)->signal == task->signal))
		shares = false;
	rcu_read_unlock();
	return shares;
}

static void ckpt_task_collect_shared(struct ckpt_scan *scan, struct ckpt_proc *proc,
				     struct task_struct *task)
{
	u32 self = proc - scan->procs + 1;
	enum ckpt_shareable what;

	if (ckpt_table_reserve(&scan->shared, CKPT_NR_SHAREABLES)) {
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
		return;
	}
	for (what = 0; what < CKPT_NR_SHAREABLES; what++) {
		const void *addr = ckpt_task_shareable(task, what);
		struct ckpt_slot *slot;

		if (!addr)
			continue;
		slot = ckpt_table_add(&scan->shared, addr, what);
		if (slot->value && slot->value != self &&
		    ckpt_task_shares(&scan->procs[slot->value - 1], task, what, addr))
			ckpt_report_incomplete(&scan->report, CKPT_REASON_SHARED);
		slot->value = self;
	}
}

/* A pending SIGTRAP, and a stop by the terminal, are refused; both words may change any time. */
static bool ckpt_task_odd_signals(struct ckpt_scan *scan, struct task_struct *task)
{
	struct signal_struct *sig = task->signal;
	unsigned long stop = READ_ONCE(task->jobctl) & JOBCTL_STOP_SIGMASK;

	if (sigismember(&sig->shared_pending.signal, SIGTRAP))
		return true;
	return (READ_ONCE(sig->flags) & SIGNAL_STOP_STOPPED) &&
	       (stop == SIGTTIN || stop == SIGTTOU ||
		(stop == SIGTSTP && scan->report.target < CKPT_SAVES_TSTP));
}

static bool ckpt_task_many_groups(struct task_struct *task)
{
	const struct group_info *groups;
	unsigned int text = 0;
	gid_t left;
	int i;

	rcu_read_lock();
	groups = __task_cred(task)->group_info;
	for (i = 0; i < groups->ngroups && i * sizeof(gid_t) < CKPT_SAFE_GROUPS; i++) {
		text += 2;
		for (left = __kgid_val(groups->gid[i]); left >= 10; left /= 10)
			text++;
	}
	rcu_read_unlock();
	return max_t(size_t, text, i * sizeof(gid_t)) >= CKPT_SAFE_GROUPS;
}

/**
 * ckpt_task_collect() - first look at a process
 * @scan: scan
 * @proc: process of the set
 * @task: its leader, referenced
 *
 * Whatever CRIU is known to refuse and no rule names yet makes the report incomplete: it is not
 * to be called "ok".  May sleep.
 */
void ckpt_task_collect(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task)
{
	scan->threads += get_nr_threads(task);
	if (task->flags & PF_KTHREAD)
		return;
	ckpt_task_collect_shared(scan, proc, task);
	if (ckpt_task_odd_signals(scan, task))
		ckpt_report_incomplete(&scan->report, CKPT_REASON_SIGNALS);
	if (READ_ONCE(task->jobctl) & JOBCTL_TRAP_FREEZE)
		ckpt_report_incomplete(&scan->report, CKPT_REASON_FROZEN);
	if (ckpt_task_many_groups(task))
		ckpt_report_incomplete(&scan->report, CKPT_REASON_GROUPS);
	if (READ_ONCE(task->exit_state) && !thread_group_empty(task))
		ckpt_report_incomplete(&scan->report, CKPT_REASON_LEADER_DEAD);
	if (READ_ONCE(task->vfork_done))
		ckpt_report_incomplete(&scan->report, CKPT_REASON_VFORK);
}

/* What one RCU section found out about the threads it looked at. */
struct ckpt_traced {
	unsigned int nr;
	bool odd_signals;
	struct {
		pid_t tid;
		pid_t tracer;
		bool leader;
	} threads[CKPT_THREAD_CHUNK];
};

/* Under RCU. */
static void ckpt_thread_look(struct ckpt_scan *scan, struct task_struct *thread,
			     struct ckpt_traced *traced)
{
	struct task_struct *tracer;

	if (sigismember(&thread->pending.signal, SIGTRAP))
		traced->odd_signals = true;
	if (!READ_ONCE(thread->ptrace))
		return;
	tracer = rcu_dereference(thread->parent);
	traced->threads[traced->nr].tid = task_pid_nr_ns(thread, scan->fs->ns);
	traced->threads[traced->nr].tracer = task_tgid_nr_ns(tracer, scan->fs->ns);
	traced->threads[traced->nr].leader = thread_group_leader(thread);
	traced->nr++;
}

/*
 * One RCU section over the threads behind *last (all, if it is NULL); *last is then the thread
 * to go on behind, referenced, NULL at the end.  Return: false if *last has left the list.
 */
static bool ckpt_thread_chunk(struct ckpt_scan *scan, struct task_struct *task,
			      struct task_struct **last, struct ckpt_traced *traced)
{
	struct signal_struct *sig = task->signal;
	struct task_struct *thread = *last;
	struct list_head *head = &sig->thread_head, *node;
	unsigned int seen = 0;
	bool alive = true;

	traced->nr = 0;
	traced->odd_signals = false;
	*last = NULL;
	rcu_read_lock();
	if (thread && !pid_alive(thread))
		alive = false;
	for (node = rcu_dereference(list_next_rcu(thread ? &thread->thread_node : head));
	     alive && node != head; node = rcu_dereference(list_next_rcu(node))) {
		struct task_struct *t = list_entry(node, struct task_struct, thread_node);

		ckpt_thread_look(scan, t, traced);
		if (++seen == CKPT_THREAD_CHUNK) {
			*last = get_task_struct(t);
			break;
		}
	}
	rcu_read_unlock();
	if (thread)
		put_task_struct(thread);
	return alive;
}

static void ckpt_emit_traced(struct ckpt_scan *scan, struct ckpt_proc *proc,
			     const struct ckpt_traced *traced)
{
	unsigned int i;

	if (traced->odd_signals)
		ckpt_report_incomplete(&scan->report, CKPT_REASON_SIGNALS);
	for (i = 0; i < traced->nr; i++) {
		bool leader = traced->threads[i].leader;
		struct ckpt_place place = {
			.nr = proc->nr,
			.kind = leader ? CKPT_AT_PROCESS : CKPT_AT_THREAD,
			.at = leader ? 0 : traced->threads[i].tid,
		};
		struct ckpt_finding *f;

		f = ckpt_emit(&scan->report, leader ? CKPT_TASK_TRACED : CKPT_THREAD_TRACED,
			      &place, scan->root, traced->threads[i].tid);
		ckpt_key_u64(&scan->report, f, "tracer-pid", traced->threads[i].tracer);
	}
}

static int ckpt_judge_threads(struct ckpt_scan *scan, struct ckpt_proc *proc,
			      struct task_struct *task, struct ckpt_traced *traced)
{
	struct task_struct *last = NULL;
	int tries = CKPT_THREAD_TRIES;
	bool whole;

	do {
		whole = ckpt_thread_chunk(scan, task, &last, traced);
		ckpt_emit_traced(scan, proc, traced);
		cond_resched();
		if (fatal_signal_pending(current)) {
			if (last)
				put_task_struct(last);
			return -EINTR;
		}
	} while (last || (!whole && --tries));
	if (!whole)
		ckpt_report_incomplete(&scan->report, CKPT_REASON_THREADS);
	return 0;
}

/* CRIU wants the root to lead its session, or --shell-job. */
static void ckpt_judge_session(struct ckpt_scan *scan, struct ckpt_proc *proc,
			       struct task_struct *task)
{
	struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };
	struct ckpt_finding *f;
	struct pid *session;
	pid_t sid = 0;
	bool leads;

	rcu_read_lock();
	session = task_session(task);
	leads = session == task_tgid(task);
	if (session)
		sid = pid_nr_ns(session, scan->fs->ns);
	rcu_read_unlock();
	if (leads)
		return;
	f = ckpt_emit(&scan->report, CKPT_TASK_NOT_SESSION_LEADER, &place, NULL, 0);
	ckpt_key_u64(&scan->report, f, "sid", sid);
}

/**
 * ckpt_task_judge() - rules about a process and its threads
 * @scan: scan
 * @proc: process of the set
 * @task: its leader, referenced
 *
 * May sleep.  Return: 0, -ENOMEM or -EINTR.
 */
int ckpt_task_judge(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task)
{
	struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };
	struct ckpt_traced *traced;
	int err;

	if (proc->pid == task_tgid(current))
		ckpt_emit(&scan->report, CKPT_TASK_IS_CRIU, &place, NULL, 0);
	if (proc->pid == scan->root) {
		if (task->flags & PF_KTHREAD)
			ckpt_emit(&scan->report, CKPT_TASK_KTHREAD, &place, NULL, 0);
		else if (READ_ONCE(task->exit_state) && thread_group_empty(task))
			ckpt_emit(&scan->report, CKPT_TASK_ROOT_ZOMBIE, &place, NULL, 0);
		else
			ckpt_judge_session(scan, proc, task);
		ckpt_cred_judge_reader(scan, &place);
	}
	traced = kmalloc(sizeof(*traced), GFP_KERNEL_ACCOUNT);
	if (!traced)
		return -ENOMEM;
	err = ckpt_judge_threads(scan, proc, task, traced);
	kfree(traced);
	return err;
}
