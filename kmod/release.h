/* SPDX-License-Identifier: GPL-2.0 */
/* release.h - dropping references to files before the reader is done. */
#ifndef _CKPT_RELEASE_H
#define _CKPT_RELEASE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct file;

/* References taken in one hold of the target's lock. */
#define CKPT_BATCH	64

/**
 * struct ckpt_batch - references to the target's files
 * @work: drops them
 * @done: completed when they are dropped
 * @refs: the scan and the pending work hold one each
 * @list: among the batches of all scans, under ckpt_batches_lock, as are the next two
 * @nr: references in @files
 * @files: owned
 */
struct ckpt_batch {
	struct work_struct work;
	struct completion done;
	struct kref refs;
	struct list_head list;
	unsigned int nr;
	struct file *files[CKPT_BATCH];
};

int ckpt_release_init(void);
void ckpt_release_exit(void);

int ckpt_batch_need(struct ckpt_batch **batch);
long ckpt_batch_others(const struct file *file);
void ckpt_batch_add(struct ckpt_batch *batch, struct file *file);
void ckpt_batch_drop(struct ckpt_batch **batch);
void ckpt_batch_free(struct ckpt_batch **batch);

void ckpt_own_put(struct file *file);

#endif
