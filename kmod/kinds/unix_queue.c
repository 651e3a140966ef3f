// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/unix_queue.c - what waits in the queue of a UNIX socket to be received, and what CRIU
 * gets to see of it: it peeks at one message after the other, until it has got nothing.
 */

#include <linux/skbuff.h>
#include <net/sock.h>

#include "assert.h"
#include "compat/scm.h"
#include "compat/sock.h"
#include "cursor.h"
#include "kind.h"
#include "unix.h"

/* CRIU reads a message into a buffer of the receiver's send buffer size less this. */
#define CKPT_UNIX_OVERHEAD	32

/**
 * struct ckpt_messages - the messages that CRIU sees
 * @data: there are any
 * @longest: length of the longest one
 * @labelled: one has the label of a security module
 * @empty: they end at an empty message; in a stream there are none
 * @many: they are more than are looked at, or were received too fast
 */
struct ckpt_messages {
	bool data;
	unsigned int longest;
	bool labelled;
	bool empty;
	bool many;
};

/* Looks at the messages of one hold.  Return: whether there are more of them that CRIU sees. */
static bool ckpt_messages_walk(struct sk_buff_head *queue, struct sk_buff *skb, bool stream,
			       struct ckpt_cursor *cursor, struct ckpt_messages *out)
{
	unsigned int left = CKPT_CURSOR_CHUNK;

	ckpt_assert_held(&queue->lock);
	for (; skb && left; skb = skb_peek_next(skb, queue), left--) {
		out->empty = !skb->len && !stream;
		out->many = cursor->at == CKPT_CURSOR_MOST;
		if (out->empty || out->many)
			return false;
		out->data = true;
		out->longest = max(out->longest, skb->len);
		out->labelled = out->labelled || ckpt_skb_labelled(skb);
		cursor->at++;
	}
	return skb;
}

/* One hold.  Return: 1 if there are more, 0 at the end, -EAGAIN to begin anew. */
static int ckpt_messages_chunk(struct sock *sk, struct ckpt_cursor *cursor,
			       struct ckpt_messages *out)
{
	struct sk_buff_head *queue = &sk->sk_receive_queue;
	struct sk_buff *skb;
	int more;
	u64 begin;

	spin_lock(&queue->lock);
	begin = ckpt_hold_begin();
	skb = ckpt_cursor_resume(cursor, queue);
	more = PTR_ERR_OR_ZERO(skb);
	if (!more)
		more = ckpt_messages_walk(queue, skb, sk->sk_type == SOCK_STREAM, cursor, out);
	ckpt_hold_end(begin);
	spin_unlock(&queue->lock);
	return more;
}

/* May sleep. */
static void ckpt_messages_look(struct sock *sk, struct ckpt_messages *out)
{
	struct ckpt_cursor cursor = {};
	unsigned int tries = CKPT_CURSOR_TRIES;
	int more;

	*out = (struct ckpt_messages){};
	while ((more = ckpt_messages_chunk(sk, &cursor, out))) {
		cond_resched();
		if (more > 0)
			continue;
		*out = (struct ckpt_messages){ .many = !--tries };
		if (out->many)
			return;
	}
}

/* Whether a message is received with more than itself. */
static bool ckpt_unix_adds_control(const struct socket *sock, struct sock *sk,
				   const struct ckpt_messages *queued)
{
	return ckpt_sock_passes_creds(sock, sk) ||
	       (queued->labelled && ckpt_sock_passes_label(sock, sk)) ||
	       (sk->sk_type != SOCK_STREAM && sock_flag(sk, SOCK_RCVTSTAMP));
}

/* Judges the queue of a UNIX socket that does not listen; no lock is held.  May sleep. */
void ckpt_unix_queue_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	u32 limit = max(READ_ONCE(sk->sk_sndbuf) - CKPT_UNIX_OVERHEAD, 0);
	struct ckpt_messages queued;
	struct ckpt_finding *f;

	if (skb_queue_empty_lockless(&sk->sk_receive_queue))
		return;
	ckpt_messages_look(sk, &queued);
	if (queued.data && ckpt_unix_adds_control(SOCKET_I(obj->inode), sk, &queued))
		ckpt_unix_emit_transient(scan, obj, sk, CKPT_UNIX_QUEUE_CREDS);
	if (ckpt_unix_has_oob(sk))
		ckpt_unix_emit_transient(scan, obj, sk, CKPT_UNIX_OOB);
	if (sk->sk_type == SOCK_STREAM)
		return;
	if (queued.longest > limit) {
		f = ckpt_unix_emit_transient(scan, obj, sk, CKPT_UNIX_QUEUE_DGRAM_BIG);
		ckpt_key_u64(&scan->report, f, "len", queued.longest);
	}
	if (queued.empty)
		ckpt_unix_emit_transient(scan, obj, sk, CKPT_UNIX_QUEUE_DGRAM_EMPTY);
	if (queued.many)
		ckpt_file_unknown(scan, obj, "UNIX socket with messages that were not all seen");
}

/* CRIU puts the offset back after it has read the queue, and does not save it. */
void ckpt_unix_peek_off_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	struct ckpt_finding *f;

	if (!ckpt_unix_peeks(sk))
		return;
	f = ckpt_unix_emit(scan, obj, sk, CKPT_UNIX_PEEK_OFF);
	ckpt_key_u64(&scan->report, f, "off", READ_ONCE(sk->sk_peek_off));
}
