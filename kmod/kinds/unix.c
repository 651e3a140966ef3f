// SPDX-License-Identifier: GPL-2.0
/* kinds/unix.c - UNIX sockets: is the peer inside the set? */

#include <linux/cred.h>
#include <linux/uidgid.h>
#include <net/af_unix.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "compat/sock.h"
#include "inflight.h"
#include "kind.h"
#include "set.h"
#include "unix.h"

/**
 * ckpt_unix_peek() - first look at a UNIX socket
 * @scan: scan; the socket becomes a member of its table
 * @sk: alive
 * @inode: of the socket
 *
 * Never sleeps or allocates.
 */
enum ckpt_look ckpt_unix_peek(struct ckpt_scan *scan, struct sock *sk, const struct inode *inode)
{
	const struct sock *peer = READ_ONCE(unix_sk(sk)->peer);
	u32 where = scan->at.kind == CKPT_AT_FD ? CKPT_SOCK_AT_FD : 0;
	struct ckpt_slot *slot;

	if (!ckpt_table_has_room(&scan->sockets))
		return CKPT_ROOM;
	slot = ckpt_table_add(&scan->sockets, sk, inode->i_ino);
	if (!ckpt_inflight_note(scan, sk, inode->i_ino, &slot->value))
		return CKPT_ROOM;
	if (!slot->order)
		slot->order = ++scan->order;
	slot->value |= where;
	if (peer && sk->sk_type == SOCK_DGRAM) {
		if (!ckpt_table_has_room(&scan->sockets))
			return CKPT_ROOM;
		ckpt_table_add(&scan->sockets, peer, CKPT_SOCK_SENDER)->value |= where;
	}
	if (peer || ckpt_unix_odd_name(sk) || ckpt_unix_peeks(sk) ||
	    !skb_queue_empty_lockless(&sk->sk_receive_queue))
		return CKPT_MARK;
	return CKPT_FINE;
}

/*
 * The rule that holds for a socket whose peer is outside, in CRIU's order.  @back is the peer's
 * own peer, compared only.
 */
static enum ckpt_rule_id ckpt_unix_rule(struct sock *sk, struct sock *peer,
					const struct sock *back)
{
	bool named = ckpt_unix_addr(peer);

	if (back != sk && !named)
		return CKPT_UNIX_PEER_UNREACHABLE;
	if (sk->sk_type != SOCK_DGRAM)
		return CKPT_UNIX_EXTERNAL_STREAM;
	return named ? CKPT_UNIX_EXTERNAL_DGRAM : CKPT_UNIX_EXTERNAL_NAMELESS;
}

/**
 * ckpt_unix_peer_pid() - who made the other end, if that process is outside
 * @scan: scan
 * @sk: alive
 *
 * It is named later, if the reader may inspect it.  Return: a reference, or NULL.
 */
struct pid *ckpt_unix_peer_pid(struct ckpt_scan *scan, struct sock *sk)
{
	struct task_struct *task;
	struct pid *pid;
	bool outside;

	spin_lock(&sk->sk_peer_lock);
	pid = get_pid(sk->sk_peer_pid);
	spin_unlock(&sk->sk_peer_lock);
	rcu_read_lock();
	task = pid ? pid_task(pid, PIDTYPE_TGID) : NULL;
	outside = task && !ckpt_set_has(scan, task);
	rcu_read_unlock();
	if (outside)
		return pid;
	put_pid(pid);
	return NULL;
}

/* A finding about a UNIX socket, with its inode number. */
struct ckpt_finding *ckpt_unix_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				    struct sock *sk, enum ckpt_rule_id rule)
{
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, rule, &obj->place, sk, obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
	return f;
}

/* The same about what waits to be received or accepted. */
struct ckpt_finding *ckpt_unix_emit_transient(struct ckpt_scan *scan, const struct ckpt_obj *obj,
					      struct sock *sk, enum ckpt_rule_id rule)
{
	struct ckpt_finding *f = ckpt_unix_emit(scan, obj, sk, rule);

	ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_TRANSIENT, "yes", 3);
	return f;
}

static struct ckpt_finding *ckpt_unix_emit_peer(struct ckpt_scan *scan, const struct ckpt_obj *obj,
						struct sock *sk, enum ckpt_rule_id rule,
						u64 peer_ino)
{
	static const char * const types[] = {
		[SOCK_STREAM] = "stream", [SOCK_DGRAM] = "dgram", [SOCK_SEQPACKET] = "seqpacket",
	};
	struct ckpt_finding *f = ckpt_unix_emit(scan, obj, sk, rule);

	if (!f)
		return NULL;
	if (sk->sk_type < ARRAY_SIZE(types) && types[sk->sk_type])
		ckpt_key_str(&scan->report, f, "type", types[sk->sk_type],
			     strlen(types[sk->sk_type]));
	ckpt_key_u64(&scan->report, f, "peer", peer_ino);
	if (sk->sk_type != SOCK_DGRAM)
		f->peer = ckpt_unix_peer_pid(scan, sk);
	return f;
}

/* One half of a connection is shut, and the other end is not its mirror image. */
static bool ckpt_unix_shutdown_mismatch(const struct sock *sk, const struct sock *peer)
{
	static const unsigned char mirror[] = {
		[RCV_SHUTDOWN] = SEND_SHUTDOWN, [SEND_SHUTDOWN] = RCV_SHUTDOWN,
		[SHUTDOWN_MASK] = SHUTDOWN_MASK,
	};
	unsigned int shut = READ_ONCE(sk->sk_shutdown) & SHUTDOWN_MASK;

	return sk->sk_type != SOCK_DGRAM && shut && READ_ONCE(peer->sk_shutdown) != mirror[shut];
}

/* CRIU runs as root when it makes connections anew. */
static bool ckpt_unix_peer_is_root(struct sock *sk)
{
	bool root;

	spin_lock(&sk->sk_peer_lock);
	root = !sk->sk_peer_cred ||
	       !from_kuid(sock_net(sk)->user_ns, sk->sk_peer_cred->euid);
	spin_unlock(&sk->sk_peer_lock);
	return root;
}

/* SO_PEERCRED tells who made a connection; what was its number may be anybody's at restore. */
static void ckpt_unix_peercred_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				     struct sock *sk)
{
	struct pid *pid = ckpt_unix_peer_pid(scan, sk);
	struct ckpt_finding *f;

	if (pid) {
		f = ckpt_unix_emit(scan, obj, sk, CKPT_UNIX_PEERCRED);
		if (f)
			f->peer = pid;
		else
			put_pid(pid);
	}
	if (!ckpt_unix_peer_is_root(sk))
		ckpt_unix_emit(scan, obj, sk, CKPT_UNIX_PEERCRED_ROOT);
}

/* When CRIU comes to a socket; U32_MAX: one outside, which it never comes to. */
u32 ckpt_unix_order(const struct ckpt_scan *scan, const struct sock *sk, u64 ino)
{
	const struct ckpt_slot *slot = ckpt_table_find(&scan->sockets, sk, ino);

	return slot && slot->order ? slot->order : U32_MAX;
}

/*
 * A socket whose peer is connected to a third, @back.  CRIU does not save a socket before it has
 * come to its peer, and does not find a peer that it has saved later: if that has to wait for the
 * third.  If it comes to the peer first it connects that first, and then nobody may connect to it.
 */
static bool ckpt_unix_is_forward(const struct ckpt_scan *scan, const struct ckpt_obj *obj,
				 const struct sock *sk, const struct sock *peer, u64 peer_ino,
				 struct sock *back)
{
	if (!back || back == sk || back == peer)
		return false;
	return ckpt_unix_order(scan, peer, peer_ino) <
	       max(ckpt_unix_order(scan, sk, obj->inode->i_ino),
		   ckpt_unix_order(scan, back, ckpt_sock_ino(back)));
}

/*
 * What is accepted has the listener's name, and who connects may have one.  CRIU makes both ends of
 * a connection anew by socketpair(2).
 */
static void ckpt_unix_judge_own_name(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				     struct sock *sk)
{
	if (sk->sk_type != SOCK_DGRAM && READ_ONCE(sk->sk_state) == TCP_ESTABLISHED &&
	    ckpt_unix_addr(sk))
		ckpt_unix_emit(scan, obj, sk, CKPT_UNIX_NAME_LOST);
}

/* @peer and its own peer @back are referenced: they may be closed, but not go away. */
static void ckpt_unix_judge_peer(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				 struct sock *sk, struct sock *peer, struct sock *back)
{
	u64 ino = ckpt_sock_ino(peer);
	enum ckpt_rule_id rule;
	struct ckpt_finding *f;

	/* Closed, or not accepted yet: then it waits in the queue of a listener. */
	if (!ino) {
		if (!sock_flag(peer, SOCK_DEAD))
			ckpt_unix_wait_judge(scan, obj, sk, peer);
		else
			ckpt_unix_judge_own_name(scan, obj, sk);
		return;
	}
	/* CRIU looks for it in the set's network namespaces, before all else. */
	if (!ckpt_ns_has_net(scan, sock_net(peer))) {
		f = ckpt_unix_emit_peer(scan, obj, sk, CKPT_UNIX_PEER_FOREIGN_NETNS, ino);
		ckpt_key_netns(scan, f, sock_net(peer));
		return;
	}
	if (ckpt_unix_shutdown_mismatch(sk, peer))
		ckpt_unix_emit(scan, obj, sk, CKPT_UNIX_SHUTDOWN_MISMATCH);
	rule = ckpt_unix_rule(sk, peer, back);
	if (!ckpt_table_find(&scan->sockets, peer, ino) || rule == CKPT_UNIX_PEER_UNREACHABLE) {
		ckpt_unix_emit_peer(scan, obj, sk, rule, ino);
		return;
	}
	ckpt_unix_peercred_judge(scan, obj, sk);
	ckpt_unix_judge_own_name(scan, obj, sk);
	if (ckpt_unix_is_forward(scan, obj, sk, peer, ino, back))
		ckpt_unix_emit_peer(scan, obj, sk, CKPT_UNIX_PEER_FORWARD, ino);
}

/*
 * Judges a UNIX socket in a network namespace of the set; no lock is held.  Where some members were
 * not looked at, its peers may be theirs, and nothing is said of it.  May sleep.
 */
void ckpt_unix_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	struct sock *peer;

	if (ckpt_scan_cut(scan))
		return;
	peer = unix_peer_get(sk);
	if (peer) {
		struct sock *back = unix_peer_get(peer);

		ckpt_unix_judge_peer(scan, obj, sk, peer, back);
		if (back)
			sock_put(back);
		sock_put(peer);
	}
	ckpt_unix_name_judge(scan, obj, sk);
	ckpt_unix_peek_off_judge(scan, obj, sk);
	if (READ_ONCE(sk->sk_state) == TCP_LISTEN)
		ckpt_unix_listen_judge(scan, obj, sk);
	else
		ckpt_unix_queue_judge(scan, obj, sk);
}
