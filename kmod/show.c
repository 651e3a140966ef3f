// SPDX-License-Identifier: GPL-2.0
/*
 * show.c - fdinfo of kinds that may make the reader wait: in a work item, which is left to itself
 * after a time.
 *
 * epoll shows itself under a mutex that a process holds while its events are copied to memory
 * which may have to be paged in, by a server that never answers or by the process itself.
 */

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "access.h"
#include "procfile.h"
#include "show.h"

/* So long a reader waits. */
#define CKPT_SHOW_WAIT		HZ

/* A text that did not fit is asked for again, with so many times the room. */
#define CKPT_SHOW_GROWTH	16

/**
 * struct ckpt_show - one question
 * @work: asks
 * @done: completed when there is an answer
 * @refs: the reader and the work hold one each
 * @file: that is asked, owned by the work
 * @root: of the private procfs, likewise
 * @buf: gets the text
 * @size: of @buf
 * @len: of the text, or an error
 */
struct ckpt_show {
	struct work_struct work;
	struct completion done;
	struct kref refs;
	struct file *file;
	struct file *root;
	char *buf;
	size_t size;
	int len;
};

static struct workqueue_struct *ckpt_show_queue;

int ckpt_show_init(void)
{
	ckpt_show_queue = alloc_workqueue("ckptcheck_show", WQ_UNBOUND, 0);
	return ckpt_show_queue ? 0 : -ENOMEM;
}

/* Waits for all that still ask. */
void ckpt_show_exit(void)
{
	destroy_workqueue(ckpt_show_queue);
}

static void ckpt_show_free(struct kref *refs)
{
	struct ckpt_show *show = container_of(refs, struct ckpt_show, refs);

	kvfree(show->buf);
	kfree(show);
}

static void ckpt_show_work(struct work_struct *work)
{
	struct ckpt_show *show = container_of(work, struct ckpt_show, work);

	show->len = ckpt_fdinfo_show(show->root, show->file, show->buf, show->size);
	__fput_sync(show->root);
	__fput_sync(show->file);
	complete(&show->done);
	kref_put(&show->refs, ckpt_show_free);
}

/* Return: NULL without memory; else the work has references of its own. */
static struct ckpt_show *ckpt_show_start(struct file *root, struct file *file, size_t size)
{
	struct ckpt_show *show = kzalloc(sizeof(*show), GFP_KERNEL_ACCOUNT);

	if (!show)
		return NULL;
	show->buf = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	if (!show->buf) {
		kfree(show);
		return NULL;
	}
	INIT_WORK(&show->work, ckpt_show_work);
	init_completion(&show->done);
	kref_init(&show->refs);
	kref_get(&show->refs);
	show->file = get_file(file);
	show->root = get_file(root);
	show->size = size;
	queue_work(ckpt_show_queue, &show->work);
	return show;
}

/* One try.  Return: as ckpt_show_dup(). */
static char *ckpt_show_try(const struct ckpt_fs *fs, struct file *file, size_t size)
{
	struct ckpt_show *show = ckpt_show_start(fs->root, file, size);
	char *text;
	long left;

	if (!show)
		return ERR_PTR(-ENOMEM);
	left = wait_for_completion_killable_timeout(&show->done, CKPT_SHOW_WAIT);
	if (left <= 0) {
		text = ERR_PTR(left ? -EINTR : -EBUSY);
	} else if (show->len < 0) {
		text = ERR_PTR(show->len);
	} else {
		text = show->buf;
		show->buf = NULL;
	}
	kref_put(&show->refs, ckpt_show_free);
	return text;
}

/**
 * ckpt_show_dup() - what a file says of itself in fdinfo, where that may be much and take long
 * @fs: mount whose private procfs is used
 * @file: referenced; while it shows itself its users may have to wait, so @most bounds that too
 * @most: longest text that is wanted
 *
 * May sleep.  Return: a string to be freed by kvfree(), or an ERR_PTR as of ckpt_fdinfo_show(),
 * -ENOMEM, -EBUSY if there was no answer in time, or -EINTR.
 */
char *ckpt_show_dup(const struct ckpt_fs *fs, struct file *file, size_t most)
{
	char *text = ERR_PTR(-E2BIG);
	size_t size;

	for (size = PAGE_SIZE; size <= most && PTR_ERR(text) == -E2BIG; size *= CKPT_SHOW_GROWTH)
		text = ckpt_show_try(fs, file, size);
	return text;
}
