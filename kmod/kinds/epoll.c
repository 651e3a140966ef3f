// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/epoll.c - epoll: are its targets still open in the process that has it?
 *
 * A target is a file and the number that it had when it was added.  CRIU looks for the file at
 * that number, then at any other of the process that it meets the epoll in first; a file that an
 * earlier process has as well counts as that one's, and is refused.
 *
 * The targets are private, fdinfo tells their numbers and inodes.  Files may share an inode, but
 * each file knows how often it is watched: no file is taken for the target of more entries than
 * that.  Those that are not at their number are looked for when all others have been found.
 */

#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "anon.h"
#include "assert.h"
#include "compat/epoll.h"
#include "grow.h"
#include "procfile.h"

/* Text of some 12000 targets: the process waits while it is written. */
#define CKPT_EPOLL_TEXT		SZ_1M

/* Targets looked at in one hold of the fd table, and slots of it. */
#define CKPT_EPOLL_CHUNK	256
#define CKPT_EPOLL_SLOTS	1024

/* Watchers counted of one file: who is watched more often is taken for any of its targets. */
#define CKPT_WATCHERS_MOST	64

/* Targets that were not at their number and are looked for. */
#define CKPT_STRAYS_MOST	64

/* Second half of the identities in ckpt_scan.epolls. */
enum { CKPT_EPOLL_TARGET, CKPT_EPOLL_SEEN };

/**
 * struct ckpt_target - an entry of an epoll
 * @fd: number that it was added by
 * @dev: file system, as the kernel has it
 * @ino: inode
 */
struct ckpt_target {
	int fd;
	dev_t dev;
	u64 ino;
};

/**
 * struct ckpt_stray - a target that is not at its number
 * @target: which
 * @place: of the epoll
 * @epoll: its file, compared only
 */
struct ckpt_stray {
	struct ckpt_target target;
	struct ckpt_place place;
	const void *epoll;
};

/* Return: number of targets, no more than @most are put into @targets. */
static u32 ckpt_epoll_parse(const char *text, struct ckpt_target *targets, u32 most)
{
	u32 nr = 0;

	while ((text = strstr(text, "tfd:"))) {
		struct ckpt_target t = {};
		const char *ino = strstr(text, "ino:");
		unsigned long long number;
		unsigned int dev;

		if (ino && nr < most && sscanf(text, "tfd: %d", &t.fd) == 1 &&
		    sscanf(ino, "ino:%llx sdev:%x", &number, &dev) == 2) {
			t.ino = number;
			t.dev = dev;
			targets[nr] = t;
		}
		nr++;
		text++;
	}
	return nr;
}

static bool ckpt_target_may_be(const struct ckpt_target *target, const struct file *file)
{
	const struct inode *inode = file_inode(file);

	return inode->i_ino == target->ino && inode->i_sb->s_dev == target->dev;
}

/* Takes a file for a target, unless it has as many entries as it is watched.  There is room. */
static bool ckpt_target_claim(struct ckpt_scan *scan, struct file *file)
{
	struct ckpt_slot *slot = ckpt_table_add(&scan->epolls, file, CKPT_EPOLL_TARGET);

	if (slot->value < CKPT_WATCHERS_MOST &&
	    ckpt_file_watchers(file, slot->value + 1) <= slot->value)
		return false;
	slot->value++;
	return true;
}

/* The fd table of a process, locked, or NULL; see ckpt_files_unlock(). */
static struct fdtable *ckpt_files_lock(struct task_struct *task)
{
	task_lock(task);
	if (!task->files) {
		task_unlock(task);
		return NULL;
	}
	spin_lock(&task->files->file_lock);
	return files_fdtable(task->files);
}

static void ckpt_files_unlock(struct task_struct *task)
{
	spin_unlock(&task->files->file_lock);
	task_unlock(task);
}

static struct file *ckpt_files_at(const struct task_struct *task, const struct fdtable *fdt,
				  unsigned int fd)
{
	ckpt_assert_held(&task->files->file_lock);
	if (fd >= fdt->max_fds)
		return NULL;
	return rcu_dereference_protected(fdt->fd[fd],
					 lockdep_is_held(&task->files->file_lock));
}

/* One hold: which of the targets are not at their numbers?  They are moved to the front. */
static u32 ckpt_epoll_chunk(struct ckpt_scan *scan, struct ckpt_target *targets, u32 nr)
{
	u64 begin = ckpt_hold_begin();
	struct fdtable *fdt = ckpt_files_lock(scan->task);
	u32 i, strays = 0;

	/* A process without a table is going: nothing is said of it. */
	for (i = 0; fdt && i < nr; i++) {
		struct file *file = ckpt_files_at(scan->task, fdt, targets[i].fd);

		if (!file || !ckpt_target_may_be(&targets[i], file) ||
		    !ckpt_target_claim(scan, file))
			targets[strays++] = targets[i];
	}
	if (fdt)
		ckpt_files_unlock(scan->task);
	ckpt_hold_end(begin);
	return strays;
}

/* Return: 0, -ENOMEM or -E2BIG (too many of them). */
static int ckpt_stray_add(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			  const struct ckpt_target *target)
{
	const struct ckpt_room room = {
		.size = sizeof(*scan->strays), .used = scan->nr_strays,
		.need = scan->nr_strays + 1, .most = CKPT_STRAYS_MOST,
	};
	int err = ckpt_grow((void **)&scan->strays, &scan->cap_strays, &room);

	if (!err)
		scan->strays[scan->nr_strays++] = (struct ckpt_stray){
			.target = *target, .place = obj->place, .epoll = obj->file,
		};
	return err;
}

/* Return: 0, -ENOMEM, -E2BIG or -EINTR. */
static int ckpt_epoll_targets(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			      struct ckpt_target *targets, u32 nr)
{
	u32 n, i, strays;
	int err = ckpt_table_reserve(&scan->epolls, nr) ? -ENOMEM : 0;

	for (; nr && !err; targets += n, nr -= n) {
		n = min_t(u32, nr, CKPT_EPOLL_CHUNK);
		strays = ckpt_epoll_chunk(scan, targets, n);
		for (i = 0; i < strays && !err; i++)
			err = ckpt_stray_add(scan, obj, &targets[i]);
		cond_resched();
		if (fatal_signal_pending(current))
			err = -EINTR;
	}
	return err;
}

static int ckpt_epoll_text(struct ckpt_scan *scan, const struct ckpt_obj *obj, const char *text)
{
	u32 nr = ckpt_epoll_parse(text, NULL, 0);
	struct ckpt_target *targets;
	int err;

	targets = kvmalloc_array(nr, sizeof(*targets), GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!targets)
		return -ENOMEM;
	ckpt_epoll_parse(text, targets, nr);
	err = ckpt_epoll_targets(scan, obj, targets, nr);
	kvfree(targets);
	return err;
}

/* Has the epoll been seen before?  Others that have it restore what the first one has saved. */
static bool ckpt_epoll_seen(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	if (ckpt_table_reserve(&scan->epolls, 1)) {
		ckpt_report_error(&scan->report, -ENOMEM);
		return true;
	}
	return ckpt_table_add(&scan->epolls, obj->file, CKPT_EPOLL_SEEN)->value++;
}

/**
 * ckpt_epoll_judge() - an epoll
 * @scan: scan
 * @obj: its file
 *
 * While fdinfo is written nobody can wait on the epoll.  May sleep.
 */
void ckpt_epoll_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	char *text;
	int err;

	if (obj->place.kind == CKPT_AT_SCM) {
		ckpt_anon_emit(scan, obj, CKPT_EPOLL_IN_SCM);
		return;
	}
	if (ckpt_epoll_seen(scan, obj))
		return;
	text = ckpt_fdinfo_dup(scan->fs, obj->file, CKPT_EPOLL_TEXT);
	err = IS_ERR(text) ? PTR_ERR(text) : ckpt_epoll_text(scan, obj, text);
	if (!IS_ERR(text))
		kvfree(text);
	if (err == -ENOMEM)
		ckpt_report_error(&scan->report, err);
	else if (err)
		ckpt_emit_unknown(scan, obj, obj->file, 0, "epoll with very many targets");
}

/**
 * struct ckpt_search - through one fd table
 * @target: what is looked for, or NULL
 * @file: what was found, or is looked for; compared only
 * @places: number of descriptors that hold it
 */
struct ckpt_search {
	const struct ckpt_target *target;
	const struct file *file;
	u32 places;
};

/* One hold, from *fd on.  There is room in ckpt_scan.epolls. */
static void ckpt_search_chunk(struct ckpt_scan *scan, struct task_struct *task,
			      struct ckpt_search *search, unsigned int *fd)
{
	u64 begin = ckpt_hold_begin();
	struct fdtable *fdt = ckpt_files_lock(task);
	unsigned int end = *fd + CKPT_EPOLL_SLOTS;

	for (; fdt && *fd < end && *fd < fdt->max_fds; ++*fd) {
		struct file *file = ckpt_files_at(task, fdt, *fd);

		if (!file)
			continue;
		if (!search->file && ckpt_target_may_be(search->target, file) &&
		    ckpt_target_claim(scan, file))
			search->file = file;
		search->places += file == search->file;
	}
	if (!fdt || *fd >= fdt->max_fds)
		*fd = UINT_MAX;
	if (fdt)
		ckpt_files_unlock(task);
	ckpt_hold_end(begin);
}

/* Return: 0, -ENOMEM or -EINTR. */
static int ckpt_search_proc(struct ckpt_scan *scan, const struct ckpt_proc *proc,
			    struct ckpt_search *search)
{
	struct task_struct *task = get_pid_task(proc->pid, PIDTYPE_TGID);
	unsigned int fd = 0;
	int err = 0;

	if (!task)
		return 0;
	while (fd != UINT_MAX && !err) {
		err = ckpt_table_reserve(&scan->epolls, CKPT_EPOLL_SLOTS);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		if (!err)
			ckpt_search_chunk(scan, task, search, &fd);
		cond_resched();
	}
	put_task_struct(task);
	return err;
}

/*
 * CRIU comes to the processes in this order, as far as parents and children go.  Return: 1 if
 * the target is one of an earlier process, or of none; 0, -ENOMEM or -EINTR.
 */
static int ckpt_stray_is_orphan(struct ckpt_scan *scan, const struct ckpt_stray *stray)
{
	struct ckpt_search search = { .target = &stray->target };
	u32 i, home;
	int err;

	for (home = 0; home < scan->nr_procs; home++)
		if (scan->procs[home].nr == stray->place.nr)
			break;
	if (home == scan->nr_procs)
		return 0;
	err = ckpt_search_proc(scan, &scan->procs[home], &search);
	if (err || !search.file)
		return err ? err : 1;
	search.places = 0;
	for (i = 0; i < home && !err && !search.places; i++)
		if (scan->procs[i].may_read)
			err = ckpt_search_proc(scan, &scan->procs[i], &search);
	return err ? err : !!search.places;
}

/**
 * ckpt_epolls_finish() - look for the targets that were not at their numbers
 * @scan: scan; all epolls have been judged
 *
 * May sleep.  Return: 0, -ENOMEM or -EINTR.
 */
int ckpt_epolls_finish(struct ckpt_scan *scan)
{
	struct ckpt_finding *f;
	int orphan = 0;
	u32 i;

	for (i = 0; i < scan->nr_strays && orphan >= 0; i++) {
		const struct ckpt_stray *stray = &scan->strays[i];

		orphan = ckpt_stray_is_orphan(scan, stray);
		if (orphan <= 0)
			continue;
		f = ckpt_emit(&scan->report, CKPT_EPOLL_ORPHAN_TARGET, &stray->place, stray->epoll,
			      ((u64)stray->target.fd << 32) ^ stray->target.ino);
		ckpt_key_u64(&scan->report, f, "tfd", stray->target.fd);
		ckpt_key_u64(&scan->report, f, "target-ino", stray->target.ino);
	}
	return min(orphan, 0);
}

void ckpt_epolls_free(struct ckpt_scan *scan)
{
	ckpt_table_free(&scan->epolls);
	kvfree(scan->strays);
	scan->strays = NULL;
	scan->nr_strays = 0;
	scan->cap_strays = 0;
}
