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
#include "grow.h"
#include "inflight.h"
#include "kinds/kind.h"
#include "walk.h"

/* Messages and files looked at under the lock of one queue. */
#define CKPT_QUEUE_MOST		4096

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
 * @nr: of @objs and @sockets
 * @most: number of files of the message that has most of them
 * @objs: file is referenced by the batch; for a UNIX socket it is NULL and inode is referenced
 * @sockets: referenced, NULL if the file is no UNIX socket
 */
struct ckpt_flights {
	unsigned int nr;
	unsigned int most;
	struct ckpt_obj objs[CKPT_BATCH];
	struct sock *sockets[CKPT_BATCH];
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

/* Does a queue hold no more than @most messages and files? */
static bool ckpt_queue_fits(struct sock *sk, unsigned int most)
{
	bool listens = ckpt_queue_listens(sk);
	unsigned int n = 0;
	struct sk_buff *skb;

	ckpt_assert_held(&sk->sk_receive_queue.lock);
	skb_queue_walk(&sk->sk_receive_queue, skb) {
		const struct scm_fp_list *files = listens ? NULL : ckpt_skb_files(skb);

		n += 1 + (files ? files->count : 0);
		if (n > most)
			return false;
	}
	return true;
}

/* Shows everything in a queue to the first look; there is room for all of it. */
static void ckpt_queue_peek(struct ckpt_scan *scan, const struct ckpt_queue *queue)
{
	struct sock *sk = queue->sk;
	struct sk_buff *skb;
	int i;

	ckpt_assert_held(&sk->sk_receive_queue.lock);
	scan->at = (struct ckpt_place){ .nr = queue->nr, .kind = CKPT_AT_SCM };
	scan->counting = true;
	scan->order = queue->order;
	skb_queue_walk(&sk->sk_receive_queue, skb) {
		const struct scm_fp_list *files = ckpt_skb_files(skb);

		if (ckpt_queue_listens(sk)) {
			/* A connection has no inode yet. */
			struct ckpt_slot *slot = ckpt_table_add(&scan->sockets, skb->sk, 0);

			slot->order = queue->order;
			ckpt_inflight_note(scan, skb->sk, queue->ino, &slot->value);
			continue;
		}
		for (i = 0; files && i < files->count; i++)
			if (ckpt_file_peek(scan, files->fp[i]) == CKPT_ROOM)
				scan->uncounted = true;
	}
}

/* Makes room, then looks: what came meanwhile may want more room.  Return: the doubt, or NULL. */
static const char *ckpt_queue_collect(struct ckpt_scan *scan, const struct ckpt_queue *queue,
				      int *err)
{
	struct sock *sk = queue->sk;
	unsigned int room;
	bool fits;
	int tries;
	u64 begin;

	for (tries = 0; tries < CKPT_QUEUE_GROWTHS; tries++) {
		room = skb_queue_len_lockless(&sk->sk_receive_queue) + ckpt_queue_files(sk);
		if (room > CKPT_QUEUE_MOST)
			return "UNIX socket with very much in flight";
		*err = ckpt_walk_tables(scan, 2 * room + 1);
		if (*err)
			return NULL;
		if (!ckpt_queue_trylock(scan, sk))
			return "UNIX socket whose queue is in use";
		spin_lock(&sk->sk_receive_queue.lock);
		begin = ckpt_hold_begin();
		fits = ckpt_queue_fits(sk, room);
		if (fits)
			ckpt_queue_peek(scan, queue);
		ckpt_hold_end(begin);
		spin_unlock(&sk->sk_receive_queue.lock);
		mutex_unlock(&unix_sk(sk)->iolock);
		if (fits)
			return NULL;
	}
	return "UNIX socket whose queue keeps growing";
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

/* Takes files that have not been judged yet, as many as fit.  What is new is behind the others. */
static void ckpt_flights_take(struct ckpt_scan *scan, const struct ckpt_queue *queue,
			      struct ckpt_flights *flights)
{
	unsigned int seen = 0;
	struct sk_buff *skb;
	int i;

	ckpt_assert_held(&queue->sk->sk_receive_queue.lock);
	skb_queue_walk(&queue->sk->sk_receive_queue, skb) {
		const struct scm_fp_list *files = ckpt_skb_files(skb);

		if (seen++ == CKPT_QUEUE_MOST)
			return;
		if (files)
			flights->most = max_t(unsigned int, flights->most, files->count);
		for (i = 0; files && i < files->count; i++) {
			struct ckpt_slot *slot;

			if (flights->nr == CKPT_BATCH || !ckpt_table_has_room(&scan->flights))
				return;
			slot = ckpt_table_add(&scan->flights, files->fp[i], queue->ino);
			if (!slot->value++)
				ckpt_flights_add(scan, flights, queue, files->fp[i]);
		}
	}
}

/* One hold of a queue.  Return: false if its lock could not be had. */
static bool ckpt_flights_find(struct ckpt_scan *scan, const struct ckpt_queue *queue,
			      struct ckpt_flights *flights)
{
	struct sock *sk = queue->sk;
	u64 begin;

	flights->nr = 0;
	if (!ckpt_queue_trylock(scan, sk))
		return false;
	spin_lock(&sk->sk_receive_queue.lock);
	begin = ckpt_hold_begin();
	ckpt_flights_take(scan, queue, flights);
	ckpt_hold_end(begin);
	spin_unlock(&sk->sk_receive_queue.lock);
	mutex_unlock(&unix_sk(sk)->iolock);
	return true;
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

static int ckpt_queue_judge(struct ckpt_scan *scan, const struct ckpt_queue *queue,
			    struct ckpt_flights *flights)
{
	const struct ckpt_obj obj = {
		.place = { .nr = queue->nr, .kind = CKPT_AT_SCM, .at = queue->ino },
	};
	unsigned int rounds = CKPT_QUEUE_MOST / CKPT_BATCH + 1;
	struct sock *sk = queue->sk;

	flights->most = 0;
	if (!queue->doubt && !ckpt_queue_listens(sk))
		ckpt_scm_judge_queue(scan, &obj, sk, ckpt_queue_files(sk));
	else if (queue->doubt)
		ckpt_file_unknown(scan, &obj, queue->doubt);
	if (queue->doubt || ckpt_queue_listens(sk))
		return 0;
	do {
		if (fatal_signal_pending(current))
			return -EINTR;
		if (ckpt_batch_need(&scan->batch) ||
		    ckpt_table_reserve(&scan->flights, ckpt_queue_files(sk) + CKPT_BATCH))
			return -ENOMEM;
		if (!ckpt_flights_find(scan, queue, flights)) {
			ckpt_file_unknown(scan, &obj, "UNIX socket whose queue is in use");
			return 0;
		}
		ckpt_flights_judge(scan, flights);
	} while (flights->nr && --rounds);
	if (flights->most > CKPT_QUEUE_RIGHTS)
		ckpt_scm_judge_many(scan, &obj, sk, flights->most);
	return 0;
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
	ckpt_table_free(&scan->flights);
}
