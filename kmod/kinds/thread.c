// SPDX-License-Identifier: GPL-2.0
/* kinds/thread.c - what holds for single threads: tracers, signals, filters, credentials. */

#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "access.h"
#include "attr.h"
#include "compat/task.h"
#include "kind.h"

/* Threads looked at in one RCU section, and times that a changing list is tried again. */
#define CKPT_THREAD_CHUNK	128
#define CKPT_THREAD_LEAST	8
#define CKPT_THREAD_TRIES	4

/* A thread that a rule holds for; @cred is referenced, NULL if the thread before has the same. */
struct ckpt_thread {
	const struct cred *cred;
	pid_t tid;
	pid_t tracer;
	bool leader;
	bool dead;
	bool traced;
	bool sigtrap;
	bool call;
};

/*
 * What one RCU section found out, what the threads until then have, and the credentials of the
 * last one, compared only; @calls: the reader wants to know which system calls they are in.
 */
struct ckpt_threads {
	unsigned int nr;
	unsigned int most;
	const void *last_cred;
	bool seccomp;
	bool calls;
	struct ckpt_attrs attrs;
	struct ckpt_thread odd[];
};

static bool ckpt_thread_filtered(const struct task_struct *thread)
{
#ifdef CONFIG_SECCOMP_FILTER
	return READ_ONCE(thread->seccomp.mode) == SECCOMP_MODE_FILTER;
#else
	return false;
#endif
}

/* Under RCU. */
static void ckpt_thread_look(struct ckpt_scan *scan, struct task_struct *thread,
			     struct ckpt_threads *threads)
{
	const struct cred *cred = __task_cred(thread);
	struct ckpt_thread odd = {
		.leader = thread_group_leader(thread),
		.dead = READ_ONCE(thread->exit_state),
		.traced = READ_ONCE(thread->ptrace),
		.sigtrap = sigismember(&thread->pending.signal, SIGTRAP),
		.call = threads->calls && !ckpt_task_is_compat(thread),
	};

	if (ckpt_thread_filtered(thread))
		threads->seccomp = true;
	ckpt_attrs_look(scan, &threads->attrs, thread);
	if (cred != threads->last_cred)
		odd.cred = get_cred_rcu(cred);
	threads->last_cred = cred;
	if (!odd.traced && !odd.sigtrap && !odd.cred && !odd.call)
		return;
	odd.tid = task_pid_nr_ns(thread, scan->fs->ns);
	if (odd.traced)
		odd.tracer = task_tgid_nr_ns(rcu_dereference(thread->parent), scan->fs->ns);
	threads->odd[threads->nr++] = odd;
}

/*
 * One RCU section over the threads behind *last (all, if it is NULL); *last is then the thread
 * to go on behind, referenced, NULL at the end.  Return: false if *last has left the list.
 */
static bool ckpt_thread_chunk(struct ckpt_scan *scan, struct task_struct *task,
			      struct task_struct **last, struct ckpt_threads *threads)
{
	struct signal_struct *sig = task->signal;
	struct task_struct *thread = *last;
	struct list_head *head = &sig->thread_head, *node;
	unsigned int seen = 0;
	bool alive = true;

	threads->nr = 0;
	*last = NULL;
	rcu_read_lock();
	if (thread && !pid_alive(thread))
		alive = false;
	for (node = rcu_dereference(list_next_rcu(thread ? &thread->thread_node : head));
	     alive && node != head; node = rcu_dereference(list_next_rcu(node))) {
		struct task_struct *t = list_entry(node, struct task_struct, thread_node);

		ckpt_thread_look(scan, t, threads);
		if (++seen == threads->most) {
			*last = get_task_struct(t);
			break;
		}
	}
	rcu_read_unlock();
	if (thread)
		put_task_struct(thread);
	return alive;
}

/* One that has ended stays only for its tracer. */
static enum ckpt_rule_id ckpt_thread_traced_rule(const struct ckpt_thread *thread)
{
	if (thread->leader)
		return CKPT_TASK_TRACED;
	return thread->dead ? CKPT_THREAD_ZOMBIE : CKPT_THREAD_TRACED;
}

static void ckpt_thread_emit(struct ckpt_scan *scan, const struct ckpt_proc *proc,
			     const struct ckpt_place *process, const struct ckpt_thread *thread)
{
	struct ckpt_place place = *process;
	struct ckpt_finding *f;

	if (!thread->leader) {
		place.kind = CKPT_AT_THREAD;
		place.at = thread->tid;
	}
	/* A list that is gone through again shows a thread twice. */
	if (thread->traced) {
		f = ckpt_emit(&scan->report, ckpt_thread_traced_rule(thread), &place, scan->root,
			      thread->tid);
		ckpt_key_u64(&scan->report, f, "tracer-pid", thread->tracer);
	}
	if (thread->sigtrap)
		ckpt_emit(&scan->report, CKPT_SIG_PENDING_SIGTRAP, &place, scan->root,
			  thread->tid);
	if (thread->call)
		ckpt_call_judge(scan, &place, proc, thread->tid);
	if (thread->cred) {
		ckpt_cred_judge_thread(scan, &place, thread->cred);
		put_cred(thread->cred);
	}
}

/**
 * ckpt_threads_judge() - rules about the threads of a process
 * @scan: scan
 * @proc: process of the set
 * @task: its leader, referenced
 *
 * May sleep.  Return: 0, -ENOMEM or -EINTR.
 */
int ckpt_threads_judge(struct ckpt_scan *scan, const struct ckpt_proc *proc,
		       struct task_struct *task)
{
	const struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };
	unsigned int most = clamp(get_nr_threads(task), CKPT_THREAD_LEAST, CKPT_THREAD_CHUNK);
	struct ckpt_threads *threads = kvzalloc(struct_size(threads, odd, most),
						GFP_KERNEL_ACCOUNT);
	struct task_struct *last = NULL;
	int tries = CKPT_THREAD_TRIES;
	bool whole;
	u32 i;

	if (!threads)
		return -ENOMEM;
	threads->most = most;
	threads->calls = proc->may_attach &&
			 !ckpt_rule_is_quiet(&scan->report, CKPT_TASK_RESTART_BLOCK);
	ckpt_attrs_begin(scan, &threads->attrs, proc, task);
	do {
		whole = ckpt_thread_chunk(scan, task, &last, threads);
		for (i = 0; i < threads->nr; i++)
			ckpt_thread_emit(scan, proc, &place, &threads->odd[i]);
		/* Threads are counted anew. */
		if (!whole)
			ckpt_attrs_begin(scan, &threads->attrs, proc, task);
		cond_resched();
	} while (!fatal_signal_pending(current) && (last || (!whole && --tries)));
	if (last)
		put_task_struct(last);
	if (!whole)
		ckpt_report_incomplete(&scan->report, CKPT_REASON_THREADS);
	if (threads->seccomp)
		ckpt_emit(&scan->report, CKPT_TASK_SECCOMP_FILTER, &place, NULL, 0);
	ckpt_attrs_emit(scan, &threads->attrs, &place);
	kvfree(threads);
	return fatal_signal_pending(current) ? -EINTR : 0;
}
