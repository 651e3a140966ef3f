// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/unix_accept.c - UNIX connections that wait to be accepted.
 *
 *	client <--- peer ---> embryo, a message of [ listener ]
 *
 * The embryo has no inode.  CRIU finds the client by asking the listener, saves it as one that
 * has yet to connect, and so loses what it has sent.
 */

#include <linux/mm.h>
#include <linux/skbuff.h>
#include <net/sock.h>

#include "assert.h"
#include "compat/sock.h"
#include "cursor.h"
#include "kind.h"
#include "unix.h"

/* Where the listener of an embryo is. */
enum ckpt_listener {
	CKPT_LISTENER_NONE,	/* the embryo is none any more, or the kernel does not tell */
	CKPT_LISTENER_INSIDE,
	CKPT_LISTENER_OUTSIDE,
	CKPT_LISTENER_FOREIGN,	/* in a network namespace that is not dumped */
};

/*
 * An embryo leaves the queue of its listener by unix_accept() or unix_release_sock() of that.
 * Under the embryo's state lock neither is over: both take it, and say so.
 */
static enum ckpt_listener ckpt_unix_listener_of(struct ckpt_scan *scan, struct sock *embryo)
{
	enum ckpt_listener where = CKPT_LISTENER_NONE;
	struct sock *listener;
	u64 ino;

	if (ckpt_table_find(&scan->sockets, embryo, 0))
		return CKPT_LISTENER_INSIDE;
	unix_state_lock(embryo);
	listener = sock_flag(embryo, SOCK_DEAD) ? NULL : ckpt_unix_listener(embryo);
	if (listener) {
		ino = ckpt_sock_ino(listener);
		if (ckpt_table_find(&scan->sockets, listener, ino))
			where = CKPT_LISTENER_INSIDE;
		else if (ckpt_ns_has_net(scan, sock_net(listener)))
			where = CKPT_LISTENER_OUTSIDE;
		else
			where = CKPT_LISTENER_FOREIGN;
	}
	unix_state_unlock(embryo);
	return where;
}

/* Does CRIU come to a client before it comes to the listener?  Then it does not restore it. */
static bool ckpt_unix_is_before(const struct ckpt_scan *scan, const struct ckpt_obj *obj,
				const struct sock *sk, const struct sock *embryo)
{
	u32 listener = ckpt_unix_order(scan, embryo, 0);

	return listener != U32_MAX &&
	       ckpt_unix_order(scan, sk, obj->inode->i_ino) < listener;
}

/**
 * ckpt_unix_wait_judge() - a client that waits to be accepted
 * @scan: scan
 * @obj: the client's place
 * @sk: its socket
 * @embryo: its peer, referenced
 *
 * May sleep.
 */
void ckpt_unix_wait_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk,
			  struct sock *embryo)
{
	enum ckpt_listener where = ckpt_unix_listener_of(scan, embryo);
	struct ckpt_finding *f;

	switch (where) {
	case CKPT_LISTENER_NONE:
		ckpt_file_unknown(scan, obj, "UNIX connection that is not accepted yet");
		return;
	case CKPT_LISTENER_FOREIGN:
		/* CRIU sees no peer at all, and takes what is shut altogether for closed. */
		if (READ_ONCE(sk->sk_shutdown) == SHUTDOWN_MASK)
			return;
		f = ckpt_unix_emit_transient(scan, obj, sk, CKPT_UNIX_PEER_CLOSED_STREAM);
		if (f)
			f->peer = ckpt_unix_peer_pid(scan, sk);
		return;
	case CKPT_LISTENER_OUTSIDE:
		f = ckpt_unix_emit_transient(scan, obj, sk, CKPT_UNIX_INFLIGHT_LISTENER_OUTSIDE);
		if (f)
			f->peer = ckpt_unix_peer_pid(scan, sk);
		break;
	case CKPT_LISTENER_INSIDE:
		if (ckpt_unix_is_before(scan, obj, sk, embryo))
			ckpt_unix_emit_transient(scan, obj, sk, CKPT_UNIX_PEER_FORWARD);
		break;
	}
	if (sk_wmem_alloc_get(sk))
		ckpt_unix_emit_transient(scan, obj, sk, CKPT_UNIX_INFLIGHT_DATA);
}

/**
 * struct ckpt_embryos - connections that wait at a listener
 * @nr: of @socks, each of them referenced
 * @most: room
 */
struct ckpt_embryos {
	unsigned int nr;
	unsigned int most;
	struct sock *socks[];
};

/* One hold.  Return: 1 if there are more, 0 at the end, -EAGAIN to begin anew. */
static int ckpt_embryos_chunk(struct sk_buff_head *queue, struct ckpt_cursor *cursor,
			      struct ckpt_embryos *embryos)
{
	unsigned int left = CKPT_CURSOR_CHUNK;
	struct sk_buff *skb;
	u64 begin;

	spin_lock(&queue->lock);
	begin = ckpt_hold_begin();
	skb = ckpt_cursor_resume(cursor, queue);
	for (; !IS_ERR_OR_NULL(skb) && left; skb = skb_peek_next(skb, queue), left--) {
		if (embryos->nr == embryos->most) {
			skb = NULL;
			break;
		}
		sock_hold(skb->sk);
		embryos->socks[embryos->nr++] = skb->sk;
		cursor->at++;
	}
	ckpt_hold_end(begin);
	spin_unlock(&queue->lock);
	return IS_ERR(skb) ? PTR_ERR(skb) : !!skb;
}

static void ckpt_embryos_put(struct ckpt_embryos *embryos)
{
	while (embryos->nr) {
		sock_put(embryos->socks[--embryos->nr]);
		cond_resched();
	}
}

/* Takes references to those of a listener.  May sleep.  Return: false if they kept changing. */
static bool ckpt_embryos_get(struct sock *sk, struct ckpt_embryos *embryos)
{
	unsigned int tries = CKPT_CURSOR_TRIES;
	struct ckpt_cursor cursor = {};
	int more;

	while ((more = ckpt_embryos_chunk(&sk->sk_receive_queue, &cursor, embryos))) {
		cond_resched();
		if (more > 0)
			continue;
		ckpt_embryos_put(embryos);
		if (!--tries)
			return false;
	}
	return true;
}

/**
 * struct ckpt_clients - clients of a listener
 * @closed: number of them that have gone again
 * @outside: number of them that are outside the set
 * @pid: who made one of those, owned, NULL if unknown
 */
struct ckpt_clients {
	unsigned int closed;
	unsigned int outside;
	struct pid *pid;
};

static void ckpt_unix_client(struct ckpt_scan *scan, struct sock *embryo,
			     struct ckpt_clients *clients)
{
	struct sock *client = unix_peer_get(embryo);
	u64 ino = client ? ckpt_sock_ino(client) : 0;

	if (!ino) {
		clients->closed++;
	} else if (!ckpt_table_find(&scan->sockets, client, ino)) {
		clients->outside++;
		if (!clients->pid)
			clients->pid = ckpt_unix_peer_pid(scan, embryo);
	}
	if (client)
		sock_put(client);
}

static void ckpt_unix_clients_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				   struct sock *sk, const struct ckpt_clients *clients)
{
	struct ckpt_finding *f;

	if (clients->closed) {
		f = ckpt_unix_emit_transient(scan, obj, sk, CKPT_UNIX_INFLIGHT_CLOSED);
		ckpt_key_u64(&scan->report, f, "connections", clients->closed);
	}
	if (clients->outside) {
		f = ckpt_unix_emit_transient(scan, obj, sk, CKPT_UNIX_INFLIGHT_OUTSIDE);
		ckpt_key_u64(&scan->report, f, "connections", clients->outside);
		if (f)
			f->peer = get_pid(clients->pid);
	}
}

static void ckpt_embryos_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk,
			       const struct ckpt_embryos *embryos)
{
	struct ckpt_clients clients = {};
	unsigned int i;

	for (i = 0; i < embryos->nr; i++) {
		ckpt_unix_client(scan, embryos->socks[i], &clients);
		cond_resched();
	}
	ckpt_unix_clients_emit(scan, obj, sk, &clients);
	put_pid(clients.pid);
}

/* Judges the connections that wait at a listener; no lock is held.  May sleep. */
void ckpt_unix_listen_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	unsigned int most = skb_queue_len_lockless(&sk->sk_receive_queue);
	struct ckpt_embryos *embryos;

	if (!most)
		return;
	if (most > CKPT_CURSOR_MOST) {
		ckpt_file_unknown(scan, obj, "UNIX listener with very many connections");
		return;
	}
	embryos = kvmalloc(struct_size(embryos, socks, most), GFP_KERNEL_ACCOUNT);
	if (!embryos) {
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
		return;
	}
	*embryos = (struct ckpt_embryos){ .most = most };
	if (ckpt_embryos_get(sk, embryos))
		ckpt_embryos_judge(scan, obj, sk, embryos);
	else
		ckpt_file_unknown(scan, obj, "UNIX listener that accepts all the time");
	ckpt_embryos_put(embryos);
	kvfree(embryos);
}
