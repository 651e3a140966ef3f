// SPDX-License-Identifier: GPL-2.0
/*
 * release.c - dropping references to files: the target's, and those that the reader has opened.
 *
 * If the target closes a file while we hold it, ours is the last reference, and fput() from a
 * system call waits until the reader returns to user mode: the target's flock or the EOF of its
 * pipe would come that much later.  So a work item drops the references with __fput_sync(), where
 * ours is the last: the reader of a busy machine would wait for its turn else.
 *
 * What the reader has opened itself nobody waits for, but a report may take a hundred thousand
 * files of procfs: by fput() all of them would stay open, and count, until the read is over.
 */

#include <linux/completion.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/slab.h>

#include "compat/fs.h"
#include "release.h"

/*
 * A file whose release waits for a hung server must not hang the reader too: after this time
 * the work is left to itself.
 */
#define CKPT_RELEASE_WAIT	HZ

static struct workqueue_struct *ckpt_release_queue;

/* All batches; innermost, taken under the target's spinlocks. */
static DEFINE_SPINLOCK(ckpt_batches_lock);
static LIST_HEAD(ckpt_batches);

int ckpt_release_init(void)
{
	ckpt_release_queue = alloc_workqueue("ckptcheck", WQ_UNBOUND, 0);
	return ckpt_release_queue ? 0 : -ENOMEM;
}

/* Waits for all pending releases: none of our code runs afterwards. */
void ckpt_release_exit(void)
{
	destroy_workqueue(ckpt_release_queue);
}

static void ckpt_batch_put(struct kref *refs)
{
	struct ckpt_batch *batch = container_of(refs, struct ckpt_batch, refs);

	spin_lock(&ckpt_batches_lock);
	list_del(&batch->list);
	spin_unlock(&ckpt_batches_lock);
	kfree(batch);
}

/* Return: a reference that the batch had, NULL at the end. */
static struct file *ckpt_batch_take(struct ckpt_batch *batch)
{
	struct file *file = NULL;

	spin_lock(&ckpt_batches_lock);
	if (batch->nr)
		file = batch->files[--batch->nr];
	spin_unlock(&ckpt_batches_lock);
	return file;
}

static void ckpt_batch_work(struct work_struct *work)
{
	struct ckpt_batch *batch = container_of(work, struct ckpt_batch, work);
	struct file *file;

	while ((file = ckpt_batch_take(batch)))
		__fput_sync(file);
	complete(&batch->done);
	kref_put(&batch->refs, ckpt_batch_put);
}

/**
 * ckpt_batch_need() - an empty batch, before the locks are taken
 * @batch: the scan's batch, NULL if it has none
 *
 * May sleep.  Return: 0 or -ENOMEM.
 */
int ckpt_batch_need(struct ckpt_batch **batch)
{
	if (*batch)
		return 0;
	*batch = kzalloc(sizeof(**batch), GFP_KERNEL_ACCOUNT);
	if (!*batch)
		return -ENOMEM;
	INIT_WORK(&(*batch)->work, ckpt_batch_work);
	init_completion(&(*batch)->done);
	kref_init(&(*batch)->refs);
	spin_lock(&ckpt_batches_lock);
	list_add(&(*batch)->list, &ckpt_batches);
	spin_unlock(&ckpt_batches_lock);
	return 0;
}

/* Takes a reference; the caller looks for room (nr < CKPT_BATCH).  Never sleeps. */
void ckpt_batch_add(struct ckpt_batch *batch, struct file *file)
{
	spin_lock(&ckpt_batches_lock);
	batch->files[batch->nr++] = get_file(file);
	spin_unlock(&ckpt_batches_lock);
}

/* Return: how many references to a file there are beside those of all scans. */
long ckpt_batch_others(const struct file *file)
{
	const struct ckpt_batch *batch;
	unsigned int i;
	long others;

	spin_lock(&ckpt_batches_lock);
	others = ckpt_file_count(file);
	list_for_each_entry(batch, &ckpt_batches, list)
		for (i = 0; i < batch->nr; i++)
			others -= batch->files[i] == file;
	spin_unlock(&ckpt_batches_lock);
	return others;
}

/* Drops the references that are not the last.  Return: whether others are left. */
static bool ckpt_batch_drop_shared(struct ckpt_batch *batch)
{
	unsigned int i, left = 0;

	spin_lock(&ckpt_batches_lock);
	for (i = 0; i < batch->nr; i++)
		if (!ckpt_file_put_shared(batch->files[i]))
			batch->files[left++] = batch->files[i];
	batch->nr = left;
	spin_unlock(&ckpt_batches_lock);
	return left;
}

/* Drops all references of the batch and waits for that, but not for ever.  May sleep. */
void ckpt_batch_drop(struct ckpt_batch **batch)
{
	if (!*batch || !ckpt_batch_drop_shared(*batch))
		return;
	reinit_completion(&(*batch)->done);
	kref_get(&(*batch)->refs);
	queue_work(ckpt_release_queue, &(*batch)->work);
	if (wait_for_completion_killable_timeout(&(*batch)->done, CKPT_RELEASE_WAIT) <= 0)
		ckpt_batch_free(batch);
}

/* Gives the batch back; pending work keeps it until it is done. */
void ckpt_batch_free(struct ckpt_batch **batch)
{
	if (*batch)
		kref_put(&(*batch)->refs, ckpt_batch_put);
	*batch = NULL;
}

/* The reader's own, that wait for ckpt_own_drop. */
static DEFINE_SPINLOCK(ckpt_own_lock);
static struct file *ckpt_own[CKPT_BATCH];
static unsigned int ckpt_own_nr;

static struct file *ckpt_own_take(void)
{
	struct file *file = NULL;

	spin_lock(&ckpt_own_lock);
	if (ckpt_own_nr)
		file = ckpt_own[--ckpt_own_nr];
	spin_unlock(&ckpt_own_lock);
	return file;
}

static void ckpt_own_work(struct work_struct *work)
{
	struct file *file;

	while ((file = ckpt_own_take()))
		__fput_sync(file);
}

static DECLARE_WORK(ckpt_own_drop, ckpt_own_work);

/* Return: whether there was room. */
static bool ckpt_own_add(struct file *file)
{
	bool room;

	spin_lock(&ckpt_own_lock);
	room = ckpt_own_nr < CKPT_BATCH;
	if (room) {
		ckpt_own[ckpt_own_nr++] = file;
		queue_work(ckpt_release_queue, &ckpt_own_drop);
	}
	spin_unlock(&ckpt_own_lock);
	return room;
}

/**
 * ckpt_own_put() - give back a file that the reader has opened, and nobody else has
 * @file: of procfs or a socket, whose release waits for nobody
 *
 * May sleep, until most of those before it are closed.
 */
void ckpt_own_put(struct file *file)
{
	while (!ckpt_own_add(file))
		flush_work(&ckpt_own_drop);
}
