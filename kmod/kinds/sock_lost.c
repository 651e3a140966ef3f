// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/sock_lost.c - what CRIU leaves out of a socket's image without a word: what is queued,
 * programs, and protocols on top of others.
 */

#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/sock_reuseport.h>
#include <net/tcp.h>

#include "compat/sock.h"
#include "sock.h"

/* Messages that nobody has read, where CRIU leaves them: of a TCP connection it saves them. */
static u32 ckpt_sock_unread(const struct sock *sk)
{
	u32 unread;

	if (sk->sk_type != SOCK_DGRAM && sk->sk_type != SOCK_RAW && sk->sk_type != SOCK_PACKET)
		return 0;
	unread = skb_queue_len_lockless(&sk->sk_receive_queue);
	if (ckpt_is_udp(sk))
		unread += skb_queue_len_lockless(&udp_sk(sk)->reader_queue);
	return unread;
}

static bool ckpt_sock_error(const struct sock *sk)
{
	return READ_ONCE(sk->sk_err) || !skb_queue_empty_lockless(&sk->sk_error_queue);
}

static bool ckpt_tcp_has_md5(const struct sock *sk)
{
#ifdef CONFIG_TCP_MD5SIG
	return rcu_access_pointer(tcp_sk(sk)->md5sig_info);
#else
	return false;
#endif
}

static bool ckpt_tcp_has_ao(const struct sock *sk)
{
#ifdef CONFIG_TCP_AO
	return rcu_access_pointer(tcp_sk(sk)->ao_info);
#else
	return false;
#endif
}

/**
 * ckpt_sock_loses() - first look at what CRIU leaves out
 * @sk: an internet or packet socket, alive
 *
 * Never sleeps.  Return: whether ckpt_sock_judge_lost() may find something.
 */
bool ckpt_sock_loses(const struct sock *sk)
{
	if (ckpt_sock_unread(sk) || ckpt_sock_error(sk) || sock_flag(sk, SOCK_FILTER_LOCKED) ||
	    ckpt_sock_in_sockmap(sk) || rcu_access_pointer(sk->sk_reuseport_cb))
		return true;
	if (ckpt_is_udp(sk))
		return READ_ONCE(udp_sk(sk)->encap_type);
	return ckpt_is_tcp(sk) && (READ_ONCE(inet_csk(sk)->icsk_ulp_ops) ||
				   ckpt_tcp_has_md5(sk) || ckpt_tcp_has_ao(sk));
}

/* The group of sockets outlives our look, and so does the program. */
static bool ckpt_sock_reuseport_prog(const struct sock *sk)
{
	const struct sock_reuseport *group;
	bool found;

	rcu_read_lock();
	group = rcu_dereference(sk->sk_reuseport_cb);
	found = group && rcu_access_pointer(group->prog);
	rcu_read_unlock();
	return found;
}

/* What remains of keys that were all taken back is no loss. */
static bool ckpt_tcp_md5_keys(const struct sock *sk)
{
	bool found = false;
#ifdef CONFIG_TCP_MD5SIG
	const struct tcp_md5sig_info *info;

	rcu_read_lock();
	info = rcu_dereference(tcp_sk(sk)->md5sig_info);
	found = info && !hlist_empty(&info->head);
	rcu_read_unlock();
#endif
	return found;
}

static void ckpt_sock_judge_queues(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				   struct sock *sk)
{
	u32 unread = ckpt_sock_unread(sk);
	struct ckpt_finding *f;

	if (unread) {
		f = ckpt_sock_emit(scan, obj, sk, ckpt_is_udp(sk) ? CKPT_UDP_RCV_QUEUE :
				   CKPT_RAW_RCV_QUEUE);
		ckpt_key_u64(&scan->report, f, "messages", unread);
		ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_TRANSIENT, "yes", 3);
	}
	if (ckpt_sock_error(sk)) {
		f = ckpt_sock_emit(scan, obj, sk, CKPT_SOCK_ERR_QUEUE);
		ckpt_key_u64(&scan->report, f, "error", READ_ONCE(sk->sk_err));
		ckpt_key_u64(&scan->report, f, "messages",
			     skb_queue_len_lockless(&sk->sk_error_queue));
		ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_TRANSIENT, "yes", 3);
	}
}

static void ckpt_tcp_judge_lost(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				struct sock *sk)
{
	/* It goes with the socket: that keeps the module that it is in. */
	const struct tcp_ulp_ops *ulp = READ_ONCE(inet_csk(sk)->icsk_ulp_ops);
	bool ao = ckpt_tcp_has_ao(sk);
	struct ckpt_finding *f;

	if (ulp) {
		f = ckpt_sock_emit(scan, obj, sk, CKPT_TCP_ULP);
		ckpt_key_str(&scan->report, f, "ulp", ulp->name,
			     strnlen(ulp->name, sizeof(ulp->name)));
	}
	if (ao || ckpt_tcp_md5_keys(sk)) {
		f = ckpt_sock_emit(scan, obj, sk, CKPT_TCP_MD5);
		ckpt_key_str(&scan->report, f, "kind", ao ? "ao" : "md5", ao ? 2 : 3);
	}
}

/**
 * ckpt_sock_judge_lost() - what CRIU leaves out of the image of a socket
 * @scan: scan
 * @obj: where it was found
 * @sk: an internet or packet socket, alive; no lock is held
 */
void ckpt_sock_judge_lost(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	struct ckpt_finding *f;

	ckpt_sock_judge_queues(scan, obj, sk);
	if (sock_flag(sk, SOCK_FILTER_LOCKED))
		ckpt_sock_emit(scan, obj, sk, CKPT_SOCK_FILTER_LOCKED);
	if (ckpt_sock_reuseport_prog(sk))
		ckpt_sock_emit(scan, obj, sk, CKPT_SOCK_REUSEPORT_BPF);
	if (ckpt_sock_in_sockmap(sk))
		ckpt_sock_emit(scan, obj, sk, CKPT_TCP_BPF_SOCKMAP);
	if (ckpt_is_tcp(sk))
		ckpt_tcp_judge_lost(scan, obj, sk);
	if (ckpt_is_udp(sk) && READ_ONCE(udp_sk(sk)->encap_type)) {
		f = ckpt_sock_emit(scan, obj, sk, CKPT_UDP_ENCAP);
		ckpt_key_u64(&scan->report, f, "type", READ_ONCE(udp_sk(sk)->encap_type));
	}
}
