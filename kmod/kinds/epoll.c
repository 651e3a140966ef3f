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
#include <linux/sort.h>
#include <linux/string.h>

#include "anon.h"
#include "epoll.h"
#include "show.h"

/* Text of some 12000 targets: the process waits while it is written. */
#define CKPT_EPOLL_TEXT		SZ_1M

/* Targets looked at in one hold of the fd table. */
#define CKPT_EPOLL_CHUNK	256

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

/* Moves the targets that are not at their numbers to the front.  Return: how many. */
static u32 ckpt_epoll_strays(struct ckpt_scan *scan, struct files_struct *files,
			     struct ckpt_target *targets, u32 nr)
{
	u32 i, strays = 0;

	for (i = 0; i < nr; i++) {
		struct file *file = ckpt_files_at(files, targets[i].fd);

		if (!file || !ckpt_target_may_be(&targets[i], file) ||
		    !ckpt_target_claim(scan, file))
			targets[strays++] = targets[i];
	}
	return strays;
}

/* The same in one hold.  Of a process without a table, which is going, nothing is said. */
static u32 ckpt_epoll_chunk(struct ckpt_scan *scan, struct ckpt_target *targets, u32 nr)
{
	struct files_struct *files;
	u32 strays = 0;
	u64 begin;

	task_lock(scan->task);
	files = scan->task->files;
	if (files) {
		spin_lock(&files->file_lock);
		begin = ckpt_hold_begin();
		strays = ckpt_epoll_strays(scan, files, targets, nr);
		ckpt_hold_end(begin);
		spin_unlock(&files->file_lock);
	}
	task_unlock(scan->task);
	return strays;
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

static int ckpt_target_cmp(const void *a, const void *b)
{
	const struct ckpt_target *x = a, *y = b;

	return x->fd < y->fd ? -1 : x->fd > y->fd;
}

/*
 * Sorts the targets.  Of several with one number CRIU takes the wrong one, depending on the
 * addresses of all of them, unless there are no others.
 */
static bool ckpt_targets_clash(struct ckpt_target *targets, u32 nr)
{
	u32 i;

	sort(targets, nr, sizeof(*targets), ckpt_target_cmp, NULL);
	for (i = 1; i < nr; i++)
		if (targets[i].fd == targets[i - 1].fd)
			return nr > 2;
	return false;
}

static int ckpt_epoll_text(struct ckpt_scan *scan, const struct ckpt_obj *obj, const char *text)
{
	u32 nr = ckpt_epoll_parse(text, NULL, 0);
	struct ckpt_target *targets;
	bool clash;
	int err;

	targets = kvmalloc_array(nr, sizeof(*targets), GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!targets)
		return -ENOMEM;
	ckpt_epoll_parse(text, targets, nr);
	clash = ckpt_targets_clash(targets, nr);
	err = ckpt_epoll_targets(scan, obj, targets, nr);
	kvfree(targets);
	return !err && clash ? -EEXIST : err;
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

/* What is said where its targets could not be examined. */
static void ckpt_epoll_doubt(struct ckpt_scan *scan, const struct ckpt_obj *obj, int err)
{
	const char *doubt = "epoll with very many targets";

	if (err == -ENOMEM)
		ckpt_report_error(&scan->report, err);
	if (!err || err == -ENOMEM)
		return;
	if (err == -EBUSY) {
		scan->epoll_stuck = true;
		doubt = "epoll that does not answer";
	}
	if (err == -EEXIST)
		doubt = "epoll with several targets of one number";
	ckpt_emit_unknown(scan, obj, obj->file, 0, doubt);
}

/**
 * ckpt_epoll_judge() - an epoll
 * @scan: scan
 * @obj: its file
 *
 * While fdinfo is written nobody can wait on the epoll.  After one that did not answer in time no
 * other is asked.  May sleep.
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
	text = scan->epoll_stuck ? ERR_PTR(-EBUSY) :
	       ckpt_show_dup(scan->fs, obj->file, CKPT_EPOLL_TEXT);
	err = IS_ERR(text) ? PTR_ERR(text) : ckpt_epoll_text(scan, obj, text);
	if (!IS_ERR(text))
		kvfree(text);
	ckpt_epoll_doubt(scan, obj, err);
}
