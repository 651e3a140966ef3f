// SPDX-License-Identifier: GPL-2.0
/* scan.c - one scan: the set, the first pass over it, the second pass, the report. */

#include <linux/cred.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "access.h"
#include "grow.h"
#include "inflight.h"
#include "outside.h"
#include "kinds/kind.h"
#include "mounts.h"
#include "patience.h"
#include "scan.h"
#include "set.h"
#include "sysfs.h"
#include "told.h"
#include "walk.h"

/* Looks at the set for newcomers, and scans that begin again because a process exec'ed. */
#define CKPT_SCAN_ROUNDS	4
#define CKPT_SCAN_TRIES		5

static_assert(offsetof(struct ckpt_scan, over) == CKPT_SCAN_TABLES * sizeof(struct ckpt_table));

u64 ckpt_hold_begin(void)
{
	return ktime_get_ns();
}

void ckpt_hold_end(u64 begin)
{
	ckpt_stats_hold(ktime_get_ns() - begin);
}

/* Which program is running is known by these two, see ckpt_proc_unchanged(). */
static void ckpt_proc_identify(struct ckpt_proc *proc, struct task_struct *task)
{
	proc->leader = task;
	proc->exec_id = READ_ONCE(task->self_exec_id);
}

/*
 * Between the check of access and now the process may have exec'ed a program that the reader
 * may not look into.  exec changes the number while it holds the lock; the lock is not held
 * around the check itself, which takes it too.
 * Return: 0; -EAGAIN if it is another program now, or going to be; -EINTR.  A process that is gone
 * is as it was.
 */
static int ckpt_proc_unchanged(struct ckpt_scan *scan, const struct ckpt_proc *proc)
{
	struct task_struct *task = get_pid_task(proc->pid, PIDTYPE_TGID);
	int err;

	if (!task)
		return 0;
	err = ckpt_patience_exec(scan, task);
	if (err == -EBUSY)
		err = -EAGAIN;
	if (!err) {
		if (task != proc->leader || READ_ONCE(task->self_exec_id) != proc->exec_id)
			err = -EAGAIN;
		up_read(&task->signal->exec_update_lock);
	}
	put_task_struct(task);
	return err;
}

/*
 * That a refused process is in the set may be told if procfs tells its parent, or if that names
 * its children, which the reader may look up.
 */
static bool ckpt_proc_hidden(struct ckpt_scan *scan, const struct ckpt_proc *proc,
			     const struct task_struct *task)
{
	const struct ckpt_proc *parent;
	bool told;

	rcu_read_lock();
	parent = ckpt_set_find(scan, rcu_dereference(task->real_parent));
	told = proc->pid == scan->root || (parent && parent->may_read);
	rcu_read_unlock();
	return !told && !ckpt_told_shown(scan, proc->pid, CKPT_HIDEPID_NO_ACCESS);
}

/* Is it in exec, and stays there?  Return: 0, -EBUSY or -EINTR. */
static int ckpt_proc_settled(struct ckpt_scan *scan, struct task_struct *task)
{
	int err = ckpt_patience_exec(scan, task);

	if (!err)
		up_read(&task->signal->exec_update_lock);
	return err;
}

/* Return: 0, -EACCES, -ESRCH, or why it is not known. */
static int ckpt_proc_attach(struct ckpt_scan *scan, const struct ckpt_proc *proc)
{
	if (!scan->over)
		scan->over = ckpt_access_over_modes(scan->cred);
	return scan->over ? ckpt_access_attach(scan->fs, scan->over, proc->pid) : -ENOMEM;
}

/* Both questions.  Return: 0, -ESRCH, or an error that ends the scan. */
static int ckpt_proc_access(struct ckpt_scan *scan, struct ckpt_proc *proc,
			    struct task_struct *task)
{
	int err = ckpt_proc_settled(scan, task);

	/* That it could not be looked at is no refusal. */
	proc->may_attach = true;
	if (err)
		return err == -EBUSY ? 0 : err;
	err = -EACCES;
	if (proc->pid != scan->root || scan->root_allowed)
		err = ckpt_access_read(scan->fs, scan->cred, proc->pid);
	/* It was in none, and is now. */
	if (err == -EBUSY)
		return -EAGAIN;
	proc->may_read = !err;
	scan->nr_read += proc->may_read;
	if (proc->may_read)
		err = ckpt_proc_attach(scan, proc);
	/* A process that went away, or an error, is no refusal. */
	proc->may_attach = err != -EACCES;
	if (!proc->may_read && !proc->may_attach) {
		ckpt_report_incomplete(&scan->report, CKPT_REASON_NO_ACCESS);
		proc->hidden = ckpt_proc_hidden(scan, proc, task);
	}
	return err == -EACCES ? 0 : err;
}

/* A process that is no kernel thread: those are refused as such, whatever they have. */
static int ckpt_collect_user(struct ckpt_scan *scan, struct ckpt_proc *proc,
			     struct task_struct *task)
{
	int err = ckpt_ns_collect(scan, proc, task);

	if (err)
		return err;
	ckpt_task_collect(scan, proc, task);
	err = ckpt_walk_files(scan, proc, task);
	return err ? err : ckpt_walk_vmas(scan, proc, task);
}

static int ckpt_collect_proc(struct ckpt_scan *scan, struct ckpt_proc *proc)
{
	struct task_struct *task = get_pid_task(proc->pid, PIDTYPE_TGID);
	int err;

	proc->walked = true;
	proc->first_mark = scan->nr_marks;
	if (!task)
		return 0;
	ckpt_proc_identify(proc, task);
	err = ckpt_proc_access(scan, proc, task);
	if (err || !proc->may_read)
		goto put;
	scan->threads += get_nr_threads(task);
	if (!(task->flags & PF_KTHREAD))
		err = ckpt_collect_user(scan, proc, task);
	if (!err)
		err = ckpt_proc_unchanged(scan, proc);
put:
	put_task_struct(task);
	return err == -ESRCH ? 0 : err;
}

static int ckpt_judge_proc(struct ckpt_scan *scan, struct ckpt_proc *proc)
{
	struct task_struct *task = get_pid_task(proc->pid, PIDTYPE_TGID);
	int err = 0;

	if (!task)
		return 0;
	if (!proc->may_attach && !proc->hidden)
		ckpt_cred_judge(scan, proc, task);
	if (!proc->may_read)
		goto put;
	scan->task = task;
	err = ckpt_task_judge(scan, proc, task);
	if (!err && !(task->flags & PF_KTHREAD))
		err = ckpt_folder_judge_proc(scan, proc, task);
	if (!err)
		err = ckpt_walk_marks(scan, proc, task);
	if (!err)
		err = ckpt_proc_unchanged(scan, proc);
	if (!err && proc->pid == scan->root) {
		get_task_comm(scan->comm, task);
		scan->comm_known = true;
	}
put:
	put_task_struct(task);
	return err;
}

/* Walks newcomers until there are none.  Return: 0 or a negative error. */
static int ckpt_collect_set(struct ckpt_scan *scan)
{
	u32 i, round;
	int n = 0;

	for (round = 0; round <= CKPT_SCAN_ROUNDS; round++) {
		n = ckpt_set_collect(scan);
		if (n <= 0 || round == CKPT_SCAN_ROUNDS)
			break;
		for (i = scan->nr_procs - n; i < scan->nr_procs; i++) {
			int err = ckpt_collect_proc(scan, &scan->procs[i]);

			if (err)
				return err;
		}
	}
	return min(n, 0);
}

/*
 * What the first pass never reached is said, one record for all: of the newcomer, or of the root
 * if the reader may not know the newcomer's number.  Not where the pass was cut: that is said then.
 */
static void ckpt_judge_newcomer(struct ckpt_scan *scan, const struct ckpt_proc *proc)
{
	struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };
	struct ckpt_finding *f;

	if (!ckpt_told_shown(scan, proc->pid, CKPT_HIDEPID_NO_ACCESS))
		place.nr = pid_nr_ns(scan->root, scan->fs->ns);
	ckpt_report_incomplete(&scan->report, CKPT_REASON_UNSTABLE);
	f = ckpt_emit(&scan->report, CKPT_SET_UNSTABLE, &place, scan->root, 0);
	ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_TRANSIENT, "yes", 3);
}

/*
 * Running out of memory or of max_objects ends a pass early; what was found until then
 * is still worth reading, and the report says that it is not all.
 */
static int ckpt_soft_error(struct ckpt_scan *scan, int err)
{
	if (err != -ENOMEM && err != -E2BIG)
		return err;
	ckpt_report_error(&scan->report, err);
	scan->uncounted = true;
	return 0;
}

static int ckpt_scan_once(struct ckpt_scan *scan)
{
	int err = ckpt_soft_error(scan, ckpt_collect_set(scan));
	u32 i;

	if (!err)
		err = ckpt_soft_error(scan, ckpt_inflight_collect(scan));
	if (err)
		return err;
	ckpt_set_sort(scan);
	for (i = 0; i < scan->nr_procs && !err; i++) {
		if (scan->procs[i].walked)
			err = ckpt_soft_error(scan, ckpt_judge_proc(scan, &scan->procs[i]));
		else if (!scan->uncounted)
			ckpt_judge_newcomer(scan, &scan->procs[i]);
		cond_resched();
	}
	if (!err)
		err = ckpt_soft_error(scan, ckpt_inflight_judge(scan));
	if (!err)
		err = ckpt_soft_error(scan, ckpt_epolls_finish(scan));
	if (!err)
		err = ckpt_soft_error(scan, ckpt_mntns_finish(scan));
	if (!err)
		ckpt_tty_finish(scan);
	if (!err)
		ckpt_tuns_finish(scan);
	return err;
}

/* Forgets everything that one try has found. */
static void ckpt_scan_reset(struct ckpt_scan *scan)
{
	int i;

	for (i = 0; i < CKPT_SCAN_TABLES; i++)
		ckpt_table_clear(&scan->tables[i]);
	ckpt_report_reset(&scan->report);
	ckpt_set_free(scan);
	ckpt_inflight_free(scan);
	ckpt_outside_free(scan);
	scan->uncounted = false;
	scan->nr_read = 0;
	scan->order = 0;
	scan->last_folder = NULL;
	scan->misplaced = false;
	scan->nr_mnt_ns = 0;
	scan->frozen = 0;
	scan->btrfs_files = 0;
	ckpt_epolls_free(scan);
	ckpt_mounts_free(&scan->mounts);
	ckpt_mounts_free(&scan->reader_mounts);
	ckpt_tty_free(scan);
	ckpt_tuns_free(scan);
	ckpt_batch_free(&scan->batch);
	ckpt_grow_free((void **)&scan->marks, &scan->nr_marks, &scan->cap_marks);
	memset(scan->nr_pipes, 0, sizeof(scan->nr_pipes));
	scan->threads = 0;
	scan->files = 0;
	scan->vmas = 0;
	scan->comm_known = false;
}

/* Again and again, until no process has exec'ed meanwhile.  Return: -EAGAIN: that took too long. */
static int ckpt_scan_try(struct ckpt_scan *scan)
{
	int err, tries = 0;

	do {
		ckpt_scan_reset(scan);
		err = ckpt_scan_once(scan);
	} while (err == -EAGAIN && ++tries < CKPT_SCAN_TRIES);
	return err;
}

/* Members that are there, as far as the reader may know. */
static u32 ckpt_scan_members(const struct ckpt_scan *scan)
{
	u32 i, nr = 0;

	for (i = 0; i < scan->nr_procs; i++)
		nr += !scan->procs[i].hidden;
	return nr;
}

static int ckpt_scan_render(struct ckpt_scan *scan, struct ckpt_text *out)
{
	struct ckpt_summary sum = {
		.nr = pid_nr_ns(scan->root, scan->fs->ns),
		.comm = scan->comm_known ? scan->comm : NULL,
		.processes = ckpt_scan_members(scan),
		.threads = scan->threads,
		.files = scan->files,
		.vmas = scan->vmas,
	};

	ckpt_told_peers(scan);
	return ckpt_report_render(&scan->report, &sum, scan->fs->ns, out);
}

/**
 * ckpt_scan_run() - look at a dumped set and print the report
 * @scan: fs, cred, root, root_allowed, max_objects and report are set up; tables are empty, the
 *        rest is zero.  It is like that again afterwards, but for what the next scan may use
 * @out: empty text, the caller frees it
 *
 * Runs in the reader's context: its namespaces are those that criu would have.  May sleep.
 * Return: 0; -ESRCH if the root is gone; -EINTR; -ENOMEM if not even a short report is possible.
 */
int ckpt_scan_run(struct ckpt_scan *scan, struct ckpt_text *out)
{
	struct task_struct *root;
	int err, i;

	err = ckpt_scan_try(scan);
	/* Options have to name each file, so the first one of a folder will not do. */
	if (!err && scan->misplaced) {
		scan->each_file = true;
		err = ckpt_scan_try(scan);
	}
	if (!err && scan->suspects.used) {
		scan->confirming = true;
		err = ckpt_scan_try(scan);
	}
	if (err == -EAGAIN) {
		ckpt_scan_reset(scan);
		ckpt_report_incomplete(&scan->report, CKPT_REASON_EXEC);
		err = 0;
	}
	root = get_pid_task(scan->root, PIDTYPE_TGID);
	if (!root)
		err = -ESRCH;
	else
		put_task_struct(root);
	if (!err)
		err = ckpt_scan_render(scan, out);
	ckpt_scan_reset(scan);
	ckpt_table_free(&scan->suspects);
	ckpt_report_free(&scan->report);
	for (i = 0; i < CKPT_NR_DRIVERS; i++)
		kvfree(scan->drivers[i]);
	kvfree(scan->meminfo);
	memset((void *)scan + offsetof(struct ckpt_scan, fs), 0,
	       sizeof(*scan) - offsetof(struct ckpt_scan, fs));
	return err;
}

/* Frees a scan that has been run, or never was; NULL does nothing. */
void ckpt_scan_free(struct ckpt_scan *scan)
{
	int i;

	if (!scan)
		return;
	for (i = 0; i < CKPT_SCAN_TABLES; i++)
		ckpt_table_free(&scan->tables[i]);
	if (scan->over)
		put_cred(scan->over);
	kfree(scan);
}
