// SPDX-License-Identifier: GPL-2.0
/*
 * inflight.c - files in flight (SCM_RIGHTS) in the receive queues of the set's UNIX sockets.
 *
 * They are members of the set like open ones.  A socket in flight has a queue as well, and so
 * has a connection that waits in the queue of a listener: the list of queues grows while it is
 * worked on, each queue is on it once.
 *
 * A queue is read under the socket's iolock, without which a receiver of a stream frees what is
 * read, and under the queue's own lock.  A receiver whose buffer has to be paged in holds iolock
 * as long as it likes, so we only try.  The garbage collector of UNIX sockets compares the counts
 * of their files: of those no reference is taken, the socket and the inode are held instead.
 */

#include <linux/delay.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <net/af_unix.h>

#include "assert.h"
#include "compat/scm.h"
#include "cursor.h"
#include "grow.h"
#include "inflight.h"
#include "kinds/kind.h"
#include "walk.h"

/* Messages and files of one queue that are looked at, and files of them in one hold of its lock. */
#define CKPT_QUEUE_MOST		CKPT_CURSOR_MOST
#define CKPT_QUEUE_LOOKS	14

/* CRIU reads no more files with a message; a sender may add one. */
#define CKPT_QUEUE_RIGHTS	252

/* Tries to get a receiver's lock, and to make room for a queue that grows. */
#define CKPT_QUEUE_TRIES	20U
#define CKPT_QUEUE_GROWTHS	4

/**
 * struct ckpt_queue - the queue of a UNIX socket of the set
 * @sk: the socket, referenced; that keeps neither its file nor its messages
 * @ino: inode of the socket; of the listener, if the socket has not been accepted
 * @nr: process that has the socket, or the one in whose queue it is
 * @order: when CRIU comes to it, see ckpt_scan.order
 * @doubt: why the queue cannot be judged, NULL if it can
 */
struct ckpt_queue {
	struct sock *sk;
	u64 ino;
	pid_t nr;
	u32 order;
	const char *doubt;
};

/**
 * struct ckpt_flights - files of one hold
 * @cursor: messages before this one have been judged
 * @file: and so many files of this one
 * @most: number of files of the message that has most of them
 * @nr: of @objs and @sockets
 * @objs: file is referenced by the batch; for a UNIX socket it is NULL and inode is referenced
 * @sockets: referenced, NULL if the file is no UNIX socket
 */
struct ckpt_flights {
	struct ckpt_cursor cursor;
	unsigned int file;
	unsigned int most;
	unsigned int nr;
	struct ckpt_obj objs[CKPT_QUEUE_LOOKS];
	struct sock *sockets[CKPT_QUEUE_LOOKS];
};

static unsigned int ckpt_queue_files(struct sock *sk)
{
	return atomic_read(&unix_sk(sk)->scm_stat.nr_fds);
}

static bool ckpt_queue_listens(struct sock *sk)
{
	return READ_ONCE(sk->sk_state) == TCP_LISTEN;
}

/**
 * ckpt_inflight_reserve() - make room for queues
 * @scan: scan
 * @more: number of queues that must find room; 0: some more if there is none
 *
 * May sleep.  Return: 0, -ENOMEM or -E2BIG.
 */
int ckpt_inflight_reserve(struct ckpt_scan *scan, unsigned int more)
{
	const struct ckpt_room room = {
		.size = sizeof(*scan->queues), .used = scan->nr_queues,
		.need = scan->nr_queues + max(more, 1U), .most = scan->max_objects,
	};

	return ckpt_grow((void **)&scan->queues, &scan->cap_queues, &room);
}

/**
 * ckpt_inflight_note() - a UNIX socket whose queue may have files in flight
 * @scan: scan
 * @sk: alive
 * @ino: of the socket, or of its listener
 * @bits: of the socket's slot
 *
 * Never sleeps or allocates.  Return: false if there has to be made room first.
 */
bool ckpt_inflight_note(struct ckpt_scan *scan, struct sock *sk, u64 ino, u32 *bits)
{
	if (*bits & CKPT_SOCK_QUEUE)
		return true;
	if (!ckpt_queue_files(sk) &&
	    (!ckpt_queue_listens(sk) || skb_queue_empty_lockless(&sk->sk_receive_queue)))
		return true;
	if (scan->nr_queues == scan->cap_queues)
		return false;
	*bits |= CKPT_SOCK_QUEUE;
	if (scan->at.kind == CKPT_AT_FD)
		scan->order++;
	sock_hold(sk);
	scan->queues[scan->nr_queues++] = (struct ckpt_queue){
		.sk = sk, .ino = ino, .nr = scan->at.nr, .order = scan->order,
	};
	return true;
}

/* Keeps receivers out.  Return: whether it could be had; a receiver may be in the way too long. */
static bool ckpt_queue_trylock(struct ckpt_scan *scan, struct sock *sk)
{
	unsigned int tries = min(scan->patience, CKPT_QUEUE_TRIES);

	while (!mutex_trylock(&unix_sk(sk)->iolock)) {
		if (!tries-- || fatal_signal_pending(current))
			return false;
		scan->patience--;
		usleep_range(500, 1000);
	}
	return true;
}

/**
 * struct ckpt_peeked - how far the first look has come in a queue
 * @cursor: messages before this one have been looked at
 * @file: and so many files of this one
 * @room: messages and files that there is room for
 */
struct ckpt_peeked {
	struct ckpt_cursor cursor;
	unsigned int file;
	unsigned int room;
};

/* A connection that waits at a listener; it has no inode yet. */
static void ckpt_queue_peek_embryo(struct ckpt_scan *scan, const struct ckpt_queue *queue,
				   struct sock *embryo)
{
	struct ckpt_slot *slot = ckpt_table_add(&scan->sockets, embryo, 0);

	slot->order = queue->order;
	ckpt_inflight_note(scan, embryo, queue->ino, &slot->value);
}

/* Files of a message, @left at most.  Return: how many are left then. */
static unsigned int ckpt_queue_peek_files(struct ckpt_scan *scan, struct ckpt_peeked *peeked,
					  const struct scm_fp_list *files, unsigned int left)
{
	for (; peeked->file < files->count && left; left--)
		if (ckpt_file_peek(scan, files->fp[peeked->file++]) == CKPT_ROOM)
			scan->uncounted = true;
	return left;
}

/*
 * Shows messages of a queue to the first look.
 * Return: 1 if there are more, 0 at the end, -ENOSPC if there is no room.
 */
static int ckpt_queue_peek(struct ckpt_scan *scan, const struct ckpt_queue *queue,
			   struct sk_buff *skb, struct ckpt_peeked *peeked)
{
	struct sk_buff_head *messages = &queue->sk->sk_receive_queue;
	bool listens = ckpt_queue_listens(queue->sk);
	unsigned int left = CKPT_QUEUE_LOOKS, passed = CKPT_CURSOR_CHUNK;

	ckpt_assert_held(&messages->lock);
	scan->at = (struct ckpt_place){ .nr = queue->nr, .kind = CKPT_AT_SCM };
	scan->counting = true;
	scan->order = queue->order;
	for (; skb && left && passed; skb = skb_peek_next(skb, messages), passed--) {
		const struct scm_fp_list *files = listens ? NULL : ckpt_skb_files(skb);
		unsigned int need = 1 + (files ? files->count : 0);

		if (!peeked->file && need > peeked->room)
			return -ENOSPC;
		if (listens) {
			ckpt_queue_peek_embryo(scan, queue, skb->sk);
			left--;
		}
		if (files)
			left = ckpt_queue_peek_files(scan, peeked, files, left);
		if (files && peeked->file < files->count)
			return 1;
		peeked->room -= need;
		peeked->file = 0;
		peeked->cursor.at++;
	}
	return !!skb;
}

/* One hold.  Return: as ckpt_queue_peek(); -EAGAIN if messages were received; -EBUSY. */
static int ckpt_queue_chunk(struct ckpt_scan *scan, const struct ckpt_queue *queue,
			    struct ckpt_peeked *peeked)
{
	struct sk_buff_head *messages = &queue->sk->sk_receive_queue;
	struct sk_buff *skb;
	int more;
	u64 begin;

	if (!ckpt_queue_trylock(scan, queue->sk))
		return -EBUSY;
	spin_lock(&messages->lock);
	begin = ckpt_hold_begin();
	skb = ckpt_cursor_resume(&peeked->cursor, messages);
	more = PTR_ERR_OR_ZERO(skb);
	if (!more)
		more = ckpt_queue_peek(scan, queue, skb, peeked);
	ckpt_hold_end(begin);
	spin_unlock(&messages->lock);
	mutex_unlock(&unix_sk(queue->sk)->iolock);
	return more;
}

/*
 * Makes room, then looks: what came meanwhile may want more room.  What has been counted must not
 * be counted again, so there is no beginning anew.  Return: the doubt, or NULL.
 */
static const char *ckpt_queue_collect(struct ckpt_scan *scan, const struct ckpt_queue *queue,
				      int *err)
{
	struct ckpt_peeked peeked = {};
	int more = -ENOSPC, growths = 0;

	while (more) {
		unsigned int room = skb_queue_len_lockless(&queue->sk->sk_receive_queue) +
				    ckpt_queue_files(queue->sk);

		if (room > CKPT_QUEUE_MOST)
			return "UNIX socket with very much in flight";
		if (more == -ENOSPC) {
			if (growths++ == CKPT_QUEUE_GROWTHS)
				return "UNIX socket whose queue keeps growing";
			*err = ckpt_walk_tables(scan, 2 * room + 1);
			if (*err)
				return NULL;
			peeked.room = room;
		}
		more = ckpt_queue_chunk(scan, queue, &peeked);
		if (more == -EBUSY || more == -EAGAIN)
			return "UNIX socket whose queue is in use";
		cond_resched();
	}
	return NULL;
}

/**
 * ckpt_inflight_collect() - first look at what is in flight
 * @scan: scan whose processes have been walked
 *
 * May sleep.  Return: 0, -ENOMEM, -E2BIG or -EINTR.
 */
int ckpt_inflight_collect(struct ckpt_scan *scan)
{
	int err = 0;
	u32 i;

	for (i = 0; i < scan->nr_queues && !err; i++) {
		/* The array moves when it grows. */
		const struct ckpt_queue queue = scan->queues[i];
		const char *doubt = "UNIX socket with descriptors in flight";

		if (ckpt_scm_is_known() || ckpt_queue_listens(queue.sk))
			doubt = ckpt_queue_collect(scan, &queue, &err);
		scan->queues[i].doubt = doubt;
		scan->uncounted = scan->uncounted || doubt;
		cond_resched();
		if (fatal_signal_pending(current))
			err = -EINTR;
	}
	return err;
}

/* Sockets alone are held of what the collector of garbage may judge by its file. */
static void ckpt_flights_add(struct ckpt_scan *scan, struct ckpt_flights *flights,
			     const struct ckpt_queue *queue, struct file *file)
{
	struct ckpt_obj *obj = &flights->objs[flights->nr];
	struct sock *sk = ckpt_unix_sock(file);

	*obj = (struct ckpt_obj){
		.place = { .nr = queue->nr, .kind = CKPT_AT_SCM, .at = queue->ino },
		.inode = file_inode(file),
	};
	flights->sockets[flights->nr++] = sk;
	if (sk) {
		ihold(obj->inode);
		sock_hold(sk);
	} else {
		obj->file = file;
		ckpt_batch_add(scan->batch, file);
	}
}

/* Takes files of a message that have not been judged yet, @left at most.  Return: what is left. */
static unsigned int ckpt_flights_take(struct ckpt_scan *scan, const struct ckpt_queue *queue,
				      const struct scm_fp_list *files, struct ckpt_flights *flights,
				      unsigned int left)
{
	flights->most = max_t(unsigned int, flights->most, files->count);
	for (; flights->file < files->count && left; left--) {
		struct file *file = files->fp[flights->file++];

		if (!ckpt_table_add(&scan->flights, file, queue->ino)->value++)
			ckpt_flights_add(scan, flights, queue, file);
	}
	return left;
}

/* The same for messages.  Return: whether there are more. */
static bool ckpt_flights_walk(struct ckpt_scan *scan, const struct ckpt_queue *queue,
			      struct sk_buff *skb, struct ckpt_flights *flights)
{
	struct sk_buff_head *messages = &queue->sk->sk_receive_queue;
	unsigned int left = CKPT_QUEUE_LOOKS, passed = CKPT_CURSOR_CHUNK;

	ckpt_assert_held(&messages->lock);
	for (; skb && left && passed; skb = skb_peek_next(skb, messages), passed--) {
		const struct scm_fp_list *files = ckpt_skb_files(skb);

		if (flights->cursor.at == CKPT_QUEUE_MOST)
			return false;
		if (files)
			left = ckpt_flights_take(scan, queue, files, flights, left);
		if (files && flights->file < files->count)
			return true;
		flights->file = 0;
		flights->cursor.at++;
	}
	return skb;
}

/* One hold of a queue.  Return: 1 if there is more, 0 at the end; -EAGAIN, -EBUSY. */
static int ckpt_flights_chunk(struct ckpt_scan *scan, const struct ckpt_queue *queue,
			      struct ckpt_flights *flights)
{
	struct sk_buff_head *messages = &queue->sk->sk_receive_queue;
	struct sk_buff *skb;
	int more;
	u64 begin;

	flights->nr = 0;
	if (!ckpt_queue_trylock(scan, queue->sk))
		return -EBUSY;
	spin_lock(&messages->lock);
	begin = ckpt_hold_begin();
	skb = ckpt_cursor_resume(&flights->cursor, messages);
	more = PTR_ERR_OR_ZERO(skb);
	if (more)
		flights->file = 0;
	else
		more = ckpt_flights_walk(scan, queue, skb, flights);
	ckpt_hold_end(begin);
	spin_unlock(&messages->lock);
	mutex_unlock(&unix_sk(queue->sk)->iolock);
	return more;
}

static void ckpt_flights_judge(struct ckpt_scan *scan, const struct ckpt_flights *flights)
{
	unsigned int i;

	for (i = 0; i < flights->nr; i++) {
		ckpt_scm_judge(scan, &flights->objs[i], flights->sockets[i]);
		if (flights->sockets[i]) {
			sock_put(flights->sockets[i]);
			iput(flights->objs[i].inode);
		}
		cond_resched();
	}
	ckpt_batch_drop(&scan->batch);
}

/* Return: 0; -EBUSY if the queue did not hold still; -ENOMEM, -EINTR. */
static int ckpt_queue_judge_files(struct ckpt_scan *scan, const struct ckpt_queue *queue,
				  struct ckpt_flights *flights)
{
	unsigned int tries = CKPT_CURSOR_TRIES;
	int more = 1;

	while (more) {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (ckpt_batch_need(&scan->batch) ||
		    ckpt_table_reserve(&scan->flights, CKPT_QUEUE_LOOKS))
			return -ENOMEM;
		more = ckpt_flights_chunk(scan, queue, flights);
		if (more == -EBUSY || (more == -EAGAIN && !--tries))
			return -EBUSY;
		ckpt_flights_judge(scan, flights);
	}
	return 0;
}

static int ckpt_queue_judge(struct ckpt_scan *scan, const struct ckpt_queue *queue,
			    struct ckpt_flights *flights)
{
	const struct ckpt_obj obj = {
		.place = { .nr = queue->nr, .kind = CKPT_AT_SCM, .at = queue->ino },
	};
	int err;

	if (queue->doubt)
		ckpt_file_unknown(scan, &obj, queue->doubt);
	if (queue->doubt || ckpt_queue_listens(queue->sk))
		return 0;
	ckpt_scm_judge_queue(scan, &obj, queue->sk, ckpt_queue_files(queue->sk));
	flights->cursor = (struct ckpt_cursor){};
	flights->file = 0;
	flights->most = 0;
	err = ckpt_queue_judge_files(scan, queue, flights);
	if (err == -EBUSY) {
		ckpt_file_unknown(scan, &obj, "UNIX socket whose queue is in use");
		return 0;
	}
	if (!err && flights->most > CKPT_QUEUE_RIGHTS)
		ckpt_scm_judge_many(scan, &obj, queue->sk, flights->most);
	return err;
}

/**
 * ckpt_inflight_judge() - judge what is in flight
 * @scan: scan, in its second pass
 *
 * May sleep.  Return: 0, -ENOMEM or -EINTR.
 */
int ckpt_inflight_judge(struct ckpt_scan *scan)
{
	struct ckpt_flights *flights;
	int err = 0;
	u32 i;

	if (!scan->nr_queues)
		return 0;
	flights = kvmalloc(sizeof(*flights), GFP_KERNEL_ACCOUNT);
	if (!flights)
		return -ENOMEM;
	for (i = 0; i < scan->nr_queues && !err; i++)
		err = ckpt_queue_judge(scan, &scan->queues[i], flights);
	kvfree(flights);
	return err;
}

/* Gives the sockets back. */
void ckpt_inflight_free(struct ckpt_scan *scan)
{
	u32 i;

	for (i = 0; i < scan->nr_queues; i++)
		sock_put(scan->queues[i].sk);
	ckpt_grow_free((void **)&scan->queues, &scan->nr_queues, &scan->cap_queues);
}
