// SPDX-License-Identifier: GPL-2.0
/*
 * release.c - dropping references to the target's files.
 *
 * If the target closes a file while we hold it, ours is the last reference, and fput() from a
 * system call waits until the reader returns to user mode: the target's flock or the EOF of its
 * pipe would come that much later.  So a work item drops the references with __fput_sync().
 */

#include <linux/completion.h>
#include <linux/file.h>
#include <linux/slab.h>

#include "release.h"

/*
 * A file whose release waits for a hung server must not hang the reader too: after this time
 * the work is left to itself.
 */
#define CKPT_RELEASE_WAIT	HZ

static struct workqueue_struct *ckpt_release_queue;

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
	kfree(container_of(refs, struct ckpt_batch, refs));
}

static void ckpt_batch_work(struct work_struct *work)
{
	struct ckpt_batch *batch = container_of(work, struct ckpt_batch, work);
	unsigned int i;

	for (i = 0; i < batch->nr; i++)
		__fput_sync(batch->files[i]);
	batch->nr = 0;
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
	return 0;
}

/* Hands a reference over; the caller looks for room (nr < CKPT_BATCH).  Never sleeps. */
void ckpt_batch_add(struct ckpt_batch *batch, struct file *file)
{
	batch->files[batch->nr++] = file;
}

/* Drops all references of the batch and waits for that, but not for ever.  May sleep. */
void ckpt_batch_drop(struct ckpt_batch **batch)
{
	if (!*batch || !(*batch)->nr)
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
