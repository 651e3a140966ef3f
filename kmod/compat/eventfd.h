/* SPDX-License-Identifier: GPL-2.0 */
/* compat/eventfd.h - EFD_SEMAPHORE, which fdinfo does not tell before 6.5. */
#ifndef _CKPT_COMPAT_EVENTFD_H
#define _CKPT_COMPAT_EVENTFD_H

#include <linux/eventfd.h>
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

/*
 * What struct eventfd_ctx has behind its wait queue, from 2.6.30 to 6.4.  It is private, so it
 * counts only where count and id are those that fdinfo has just told.
 */
struct ckpt_eventfd_tail {
	u64 count;
	u32 flags;
	s32 id;
};

struct ckpt_eventfd_poll {
	poll_table pt;
	wait_queue_head_t *head;
};

static inline void ckpt_eventfd_queue(struct file *file, wait_queue_head_t *head, poll_table *pt)
{
	container_of(pt, struct ckpt_eventfd_poll, pt)->head = head;
}

/* Is it a semaphore?  Return: 1, 0, or -1 if that could not be seen. */
static inline int ckpt_eventfd_semaphore(struct file *file, u64 count, s32 id)
{
	const u32 known = EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK;
	struct ckpt_eventfd_poll poll = {};
	struct ckpt_eventfd_tail tail;

	init_poll_funcptr(&poll.pt, ckpt_eventfd_queue);
	vfs_poll(file, &poll.pt);
	if (!poll.head)
		return -1;
	spin_lock_irq(&poll.head->lock);
	tail = *(struct ckpt_eventfd_tail *)PTR_ALIGN(poll.head + 1, sizeof(u64));
	spin_unlock_irq(&poll.head->lock);
	if (tail.count != count || tail.id != id || tail.flags & ~known)
		return -1;
	return tail.flags & EFD_SEMAPHORE;
}

#endif
