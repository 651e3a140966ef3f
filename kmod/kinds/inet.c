// SPDX-License-Identifier: GPL-2.0
/* kinds/inet.c - internet sockets: protocols, TCP states, UDP data held back. */

#include <linux/inet.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/tcp_states.h>

#include "compat/sock.h"
#include "sock.h"

/* What has a destination is a connection for CRIU, even if it is closed. */
static bool ckpt_has_destination(const struct sock *sk)
{
	return READ_ONCE(inet_sk(sk)->inet_dport);
}

static bool ckpt_tcp_fine(const struct sock *sk)
{
	int state = inet_sk_state_load(sk);

	return !ckpt_has_destination(sk) &&
	       (state == TCP_CLOSE ||
		(state == TCP_LISTEN && !READ_ONCE(sk->sk_ack_backlog)));
}

/* Bound to a port of an address that means nothing without a device, and to no device. */
static bool ckpt_inet_no_device(const struct sock *sk)
{
	return ckpt_is_v6(sk) && READ_ONCE(inet_sk(sk)->inet_sport) &&
	       !READ_ONCE(sk->sk_bound_dev_if) &&
	       ipv6_addr_type(&sk->sk_v6_rcv_saddr) & IPV6_ADDR_LINKLOCAL &&
	       !ipv6_addr_is_multicast(&sk->sk_v6_rcv_saddr);
}

/* First look at an internet socket.  Never sleeps or allocates. */
enum ckpt_look ckpt_inet_peek(const struct sock *sk)
{
	if (ckpt_sock_loses(sk) || ckpt_sock_opts_odd(sk) || ckpt_inet_no_device(sk))
		return CKPT_MARK;
	if (ckpt_is_tcp(sk) && ckpt_tcp_fine(sk))
		return CKPT_FINE;
	if (ckpt_is_udp(sk) && !ckpt_udp_cork((struct sock *)sk) &&
	    !READ_ONCE(udp_sk(sk)->pending) && !READ_ONCE(sk->sk_shutdown))
		return CKPT_FINE;
	return CKPT_MARK;
}

static void ckpt_key_addr(struct ckpt_scan *scan, struct ckpt_finding *f, const char *key,
			  const struct in6_addr *v6, __be32 v4, __be16 port)
{
	char addr[INET6_ADDRSTRLEN + sizeof("[]:65535")];
	int n;

	if (v6)
		n = scnprintf(addr, sizeof(addr), "[%pI6c]:%u", v6, ntohs(port));
	else
		n = scnprintf(addr, sizeof(addr), "%pI4:%u", &v4, ntohs(port));
	ckpt_key_str(&scan->report, f, key, addr, n);
}

static void ckpt_key_laddr(struct ckpt_scan *scan, struct ckpt_finding *f, struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);

	ckpt_key_addr(scan, f, "laddr", ckpt_is_v6(sk) ? &sk->sk_v6_rcv_saddr : NULL,
		      inet->inet_rcv_saddr, inet->inet_sport);
}

static void ckpt_key_raddr(struct ckpt_scan *scan, struct ckpt_finding *f, struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);

	ckpt_key_addr(scan, f, "raddr", ckpt_is_v6(sk) ? &sk->sk_v6_daddr : NULL,
		      inet->inet_daddr, inet->inet_dport);
}

/* Where the data held back goes to; sendto() leaves no trace in the socket's own addresses. */
static void ckpt_key_pending_raddr(struct ckpt_scan *scan, struct ckpt_finding *f,
				   struct sock *sk, int pending)
{
	const struct flowi *flow = &inet_sk(sk)->cork.fl;

	if (pending == AF_INET6)
		ckpt_key_addr(scan, f, "raddr", &flow->u.ip6.daddr, 0, flow->u.ip6.fl6_dport);
	else
		ckpt_key_addr(scan, f, "raddr", NULL, flow->u.ip4.daddr, flow->u.ip4.fl4_dport);
}

static void ckpt_udp_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	int pending = READ_ONCE(udp_sk(sk)->pending);
	bool cork = ckpt_udp_cork(sk);
	struct ckpt_finding *f;
	unsigned int len;

	if (!cork && !pending)
		return;
	f = ckpt_sock_emit(scan, obj, sk, !pending ? CKPT_UDP_CORK_IDLE :
			   cork ? CKPT_UDP_CORKED : CKPT_UDP_PENDING_MSGMORE);
	if (!f)
		return;
	ckpt_key_laddr(scan, f, sk);
	if (!pending)
		return;
	ckpt_key_pending_raddr(scan, f, sk, pending);
	len = READ_ONCE(udp_sk(sk)->len);
	ckpt_key_u64(&scan->report, f, "pending",
		     len > sizeof(struct udphdr) ? len - sizeof(struct udphdr) : 0);
}

/* Closed by halves; CRIU has learnt to do the same. */
static void ckpt_udp_judge_shutdown(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				    struct sock *sk)
{
	static const char * const how[] = {
		[RCV_SHUTDOWN] = "read", [SEND_SHUTDOWN] = "write", [SHUTDOWN_MASK] = "both",
	};
	int mask = READ_ONCE(sk->sk_shutdown) & SHUTDOWN_MASK;
	struct ckpt_finding *f;

	if (!mask)
		return;
	f = ckpt_sock_emit(scan, obj, sk, CKPT_INET_SHUTDOWN);
	ckpt_key_str(&scan->report, f, "how", how[mask], strlen(how[mask]));
}

static const char *ckpt_tcp_state_name(int state)
{
	switch (state) {
	case TCP_FIN_WAIT1:
		return "fin-wait-1";
	case TCP_FIN_WAIT2:
		return "fin-wait-2";
	case TCP_CLOSE_WAIT:
		return "close-wait";
	case TCP_LAST_ACK:
		return "last-ack";
	default:
		return "closing";
	}
}

static void ckpt_tcp_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	int state = inet_sk_state_load(sk);
	enum ckpt_rule_id rule = CKPT_TCP_HALF_CLOSED;
	struct ckpt_finding *f;

	if (ckpt_tcp_fine(sk))
		return;
	if (state == TCP_CLOSE)
		rule = CKPT_TCP_CLOSED;
	else if (state == TCP_ESTABLISHED)
		rule = CKPT_TCP_CONNECTED;
	else if (state == TCP_SYN_SENT)
		rule = CKPT_TCP_SYN_SENT;
	else if (state == TCP_SYN_RECV)
		rule = CKPT_TCP_SYN_RECV;
	else if (state == TCP_LISTEN)
		rule = CKPT_TCP_LISTEN_INFLIGHT;
	f = ckpt_sock_emit(scan, obj, sk, rule);
	ckpt_key_laddr(scan, f, sk);
	if (state == TCP_LISTEN)
		ckpt_key_u64(&scan->report, f, "backlog", READ_ONCE(sk->sk_ack_backlog));
	else
		ckpt_key_raddr(scan, f, sk);
	if (rule == CKPT_TCP_HALF_CLOSED)
		ckpt_key_str(&scan->report, f, "state", ckpt_tcp_state_name(state),
			     strlen(ckpt_tcp_state_name(state)));
	if (rule == CKPT_TCP_SYN_SENT || rule == CKPT_TCP_SYN_RECV ||
	    rule == CKPT_TCP_LISTEN_INFLIGHT)
		ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_TRANSIENT, "yes", 3);
}

/* CRIU puts each TCP connection into repair mode, which takes CAP_NET_ADMIN. */
static void ckpt_tcp_judge_repair(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				  struct sock *sk)
{
	struct ckpt_finding *f;

	if (!ckpt_has_destination(sk) || ckpt_cred_net_admin(scan, sock_net(sk)))
		return;
	f = ckpt_sock_emit(scan, obj, sk, CKPT_TCP_REPAIR_DENIED);
	ckpt_key_laddr(scan, f, sk);
	ckpt_key_raddr(scan, f, sk);
}

/*
 * CRIU takes the state from sock_diag and treats a connection like one of TCP.  Without sock_diag
 * of raw sockets, or of the namespace, it takes them all for unconnected.
 */
static void ckpt_raw_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	bool connected = IS_ENABLED(CONFIG_INET_RAW_DIAG) &&
			 ckpt_ns_has_net(scan, sock_net(sk)) &&
			 inet_sk_state_load(sk) == TCP_ESTABLISHED;
	struct ckpt_finding *f;

	f = ckpt_sock_emit(scan, obj, sk, connected ? CKPT_RAW_CONNECTED : CKPT_SOCK_RAW);
	ckpt_key_u64(&scan->report, f, "proto", sk->sk_protocol);
	if (connected)
		ckpt_key_raddr(scan, f, sk);
}

/* A protocol or type that CRIU does not know. */
static void ckpt_inet_judge_other(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				  struct sock *sk)
{
	bool icmp = sk->sk_protocol == IPPROTO_ICMP || sk->sk_protocol == IPPROTO_ICMPV6;
	struct ckpt_finding *f;

	if (sk->sk_type != SOCK_STREAM && sk->sk_type != SOCK_DGRAM) {
		f = ckpt_sock_emit(scan, obj, sk, CKPT_SOCK_TYPE);
		ckpt_key_u64(&scan->report, f, "type", sk->sk_type);
		return;
	}
	f = ckpt_sock_emit(scan, obj, sk,
			   icmp && sk->sk_type == SOCK_DGRAM ? CKPT_SOCK_ICMP : CKPT_SOCK_PROTO);
	ckpt_key_u64(&scan->report, f, "proto", sk->sk_protocol);
}

/* Judges an internet socket of the set; no lock is held.  May sleep. */
void ckpt_inet_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	struct ckpt_finding *f;

	if (ckpt_inet_no_device(sk)) {
		f = ckpt_sock_emit(scan, obj, sk, CKPT_TCP6_LINKLOCAL_NOIF);
		ckpt_key_laddr(scan, f, sk);
	}
	if (ckpt_is_udp(sk)) {
		ckpt_udp_judge(scan, obj, sk);
		ckpt_udp_judge_shutdown(scan, obj, sk);
	} else if (ckpt_is_tcp(sk)) {
		ckpt_tcp_judge(scan, obj, sk);
		ckpt_tcp_judge_repair(scan, obj, sk);
	} else if (sk->sk_type == SOCK_RAW) {
		ckpt_raw_judge(scan, obj, sk);
	} else {
		ckpt_inet_judge_other(scan, obj, sk);
	}
}
