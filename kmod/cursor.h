/* SPDX-License-Identifier: GPL-2.0 */
/* cursor.h - a queue of messages that is looked at in several holds of its lock. */
#ifndef _CKPT_CURSOR_H
#define _CKPT_CURSOR_H

#include <linux/skbuff.h>

#include "assert.h"

/*
 * Messages looked at in one hold, where a look costs next to nothing, and messages of a queue at
 * most: those that were looked at before are passed over again.
 */
#define CKPT_CURSOR_CHUNK	100
#define CKPT_CURSOR_MOST	2500

/* How often a queue is begun with anew because its head was received. */
#define CKPT_CURSOR_TRIES	8

/**
 * struct ckpt_cursor - how far a queue has been looked at
 * @first: message at its head, compared only
 * @at: number of messages that have been looked at
 */
struct ckpt_cursor {
	const struct sk_buff *first;
	unsigned int at;
};

/**
 * ckpt_cursor_resume() - where to go on
 * @cursor: zeroed before the first hold
 * @queue: its lock is held
 *
 * Messages are received from the head and come at the tail: while the head is the same, those that
 * have been looked at are the first ones still.  If it is another one, what was behind has moved.
 *
 * Return: the message; NULL at the end; -EAGAIN, and the cursor is at the head again.
 */
static inline struct sk_buff *ckpt_cursor_resume(struct ckpt_cursor *cursor,
						 struct sk_buff_head *queue)
{
	const struct sk_buff *end = (struct sk_buff *)queue;
	struct sk_buff *first = queue->next, *skb = first;
	unsigned int i;

	ckpt_assert_held(&queue->lock);
	if (cursor->first && first != cursor->first) {
		*cursor = (struct ckpt_cursor){};
		return ERR_PTR(-EAGAIN);
	}
	cursor->first = first;
	for (i = cursor->at; i && skb != end; i--)
		skb = skb->next;
	return skb == end ? NULL : skb;
}

#endif
