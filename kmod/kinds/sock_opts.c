// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/sock_opts.c - options of sockets that CRIU does not save: a restored socket has them as a
 * new one does.
 *
 * The first look compares with what is usual.  What differs is compared with a socket made for it,
 * as sysctls change what is usual.
 */

#include <linux/bitops.h>
#include <linux/in6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/inet_connection_sock.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "compat/inet.h"
#include "compat/sock.h"
#include "sock.h"

/* Room for their names. */
#define CKPT_OPTS_SIZE	512

enum ckpt_sock_opt {
#define CKPT_SOCK_OPT(name, usual) CKPT_OPT_##name
#include "sock_opts.def"
#undef CKPT_SOCK_OPT
	CKPT_NR_OPTS,
	CKPT_OPT_OLD_FIRST = CKPT_OPT_IP_PKTINFO,
	CKPT_OPT_TCP_FIRST = CKPT_OPT_TCP_CONGESTION
};

static const char * const ckpt_opt_names[] = {
#define CKPT_SOCK_OPT(name, usual) #name
#include "sock_opts.def"
#undef CKPT_SOCK_OPT
};

/* Values of all options, not as getsockopt() has them: only whether they are the same matters. */
struct ckpt_opts {
	int v[CKPT_NR_OPTS];
};

static const struct ckpt_opts ckpt_opts_usual = { {
#define CKPT_SOCK_OPT(name, usual) usual
#include "sock_opts.def"
#undef CKPT_SOCK_OPT
} };

static void ckpt_opts_socket(const struct sock *sk, int *v)
{
	v[CKPT_OPT_SO_TIMESTAMP] = sock_flag(sk, SOCK_RCVTSTAMP);
	v[CKPT_OPT_SO_TIMESTAMPING] = READ_ONCE(sk->sk_tsflags);
	v[CKPT_OPT_SO_TXTIME] = sock_flag(sk, SOCK_TXTIME);
	v[CKPT_OPT_SO_DEBUG] = sock_flag(sk, SOCK_DBG);
	v[CKPT_OPT_SO_ZEROCOPY] = sock_flag(sk, SOCK_ZEROCOPY);
#ifdef CONFIG_NET_RX_BUSY_POLL
	v[CKPT_OPT_SO_BUSY_POLL] = READ_ONCE(sk->sk_ll_usec);
	v[CKPT_OPT_SO_PREFER_BUSY_POLL] = ckpt_sock_prefer_busy_poll(sk);
#endif
	v[CKPT_OPT_SO_MAX_PACING_RATE] = READ_ONCE(sk->sk_max_pacing_rate) != ~0UL;
	v[CKPT_OPT_SO_RXQ_OVFL] = sock_flag(sk, SOCK_RXQ_OVFL);
	v[CKPT_OPT_SO_SELECT_ERR_QUEUE] = sock_flag(sk, SOCK_SELECT_ERR_QUEUE);
	v[CKPT_OPT_SO_RCVMARK] = ckpt_sock_rcvmark(sk);
	v[CKPT_OPT_SO_RCVPRIORITY] = ckpt_sock_rcvpriority(sk);
	v[CKPT_OPT_SO_WIFI_STATUS] = sock_flag(sk, SOCK_WIFI_STATUS);
	v[CKPT_OPT_SO_NOFCS] = sock_flag(sk, SOCK_NOFCS);
	/* Of UNIX sockets that is a rule of its own. */
	v[CKPT_OPT_SO_PEEK_OFF] = sk->sk_family != AF_UNIX && READ_ONCE(sk->sk_peek_off) >= 0;
}

static void ckpt_opts_unix(const struct sock *sk, int *v)
{
	v[CKPT_OPT_SO_PASSPIDFD] = ckpt_sock_passes_pidfd(sk);
	v[CKPT_OPT_SO_PASSRIGHTS] = ckpt_sock_passes_rights(sk);
	v[CKPT_OPT_SO_INQ] = ckpt_unix_inq(sk);
}

static void ckpt_opts_ip(const struct sock *sk, int *v)
{
	const struct inet_sock *inet = inet_sk(sk);
	unsigned long cmsg = CKPT_INET_CMSG(sk);

	v[CKPT_OPT_IP_RECVERR] = CKPT_INET_RECVERR(sk);
	v[CKPT_OPT_IP_RECVERR_RFC4884] = CKPT_INET_RFC4884(sk);
	v[CKPT_OPT_IP_RECVTTL] = !!(cmsg & IP_CMSG_TTL);
	v[CKPT_OPT_IP_RECVTOS] = !!(cmsg & IP_CMSG_TOS);
	v[CKPT_OPT_IP_RECVOPTS] = !!(cmsg & IP_CMSG_RECVOPTS);
	v[CKPT_OPT_IP_RETOPTS] = !!(cmsg & IP_CMSG_RETOPTS);
	v[CKPT_OPT_IP_PASSSEC] = !!(cmsg & IP_CMSG_PASSSEC);
	v[CKPT_OPT_IP_RECVORIGDSTADDR] = !!(cmsg & IP_CMSG_ORIGDSTADDR);
	v[CKPT_OPT_IP_CHECKSUM] = !!(cmsg & IP_CMSG_CHECKSUM);
	v[CKPT_OPT_IP_RECVFRAGSIZE] = !!(cmsg & IP_CMSG_RECVFRAGSIZE);
	v[CKPT_OPT_IP_OPTIONS] = !!rcu_access_pointer(inet->inet_opt);
	v[CKPT_OPT_IP_TRANSPARENT] = CKPT_INET_TRANSPARENT(sk);
	v[CKPT_OPT_IP_BIND_ADDRESS_NO_PORT] = CKPT_INET_NO_PORT(sk);
	v[CKPT_OPT_IP_MTU_DISCOVER] = READ_ONCE(inet->pmtudisc);
	v[CKPT_OPT_IP_PKTINFO] = !!(cmsg & IP_CMSG_PKTINFO);
	v[CKPT_OPT_IP_TOS] = READ_ONCE(inet->tos);
	v[CKPT_OPT_IP_TTL] = READ_ONCE(inet->uc_ttl);
	v[CKPT_OPT_IP_MINTTL] = READ_ONCE(inet->min_ttl);
	v[CKPT_OPT_IP_UNICAST_IF] = READ_ONCE(inet->uc_index);
	/* What is accepted has the packet's own values there. */
	if (ckpt_is_tcp(sk))
		return;
	v[CKPT_OPT_IP_MULTICAST_TTL] = READ_ONCE(inet->mc_ttl);
	v[CKPT_OPT_IP_MULTICAST_LOOP] = CKPT_INET_MC_LOOP(sk);
	v[CKPT_OPT_IP_MULTICAST_ALL] = CKPT_INET_MC_ALL(sk);
	v[CKPT_OPT_IP_MULTICAST_IF] = READ_ONCE(inet->mc_index) || READ_ONCE(inet->mc_addr);
	v[CKPT_OPT_IP_ADD_MEMBERSHIP] = !!rcu_access_pointer(inet->mc_list);
}

#if IS_ENABLED(CONFIG_IPV6)
static void ckpt_opts_ipv6(const struct sock *sk, int *v)
{
	const struct ipv6_pinfo *np = inet6_sk(sk);

	v[CKPT_OPT_IPV6_RECVERR] = CKPT_INET6_RECVERR(sk);
	v[CKPT_OPT_IPV6_RECVERR_RFC4884] = CKPT_INET6_RFC4884(sk);
	v[CKPT_OPT_IPV6_RECVPKTINFO] = np->rxopt.bits.rxinfo || np->rxopt.bits.rxoinfo;
	v[CKPT_OPT_IPV6_RECVHOPLIMIT] = np->rxopt.bits.rxhlim || np->rxopt.bits.rxohlim;
	v[CKPT_OPT_IPV6_RECVTCLASS] = np->rxopt.bits.rxtclass;
	v[CKPT_OPT_IPV6_TCLASS] = np->tclass;
	v[CKPT_OPT_IPV6_RECVOPTS] = np->rxopt.bits.srcrt || np->rxopt.bits.osrcrt ||
				    np->rxopt.bits.hopopts || np->rxopt.bits.ohopopts ||
				    np->rxopt.bits.dstopts || np->rxopt.bits.odstopts ||
				    np->rxopt.bits.rxflow || np->rxopt.bits.rxpmtu ||
				    np->rxopt.bits.rxorigdstaddr || np->rxopt.bits.recvfragsize;
	v[CKPT_OPT_IPV6_TXOPTIONS] = !!rcu_access_pointer(np->opt);
	v[CKPT_OPT_IPV6_MTU_DISCOVER] = np->pmtudisc;
	v[CKPT_OPT_IPV6_MTU] = READ_ONCE(np->frag_size);
	v[CKPT_OPT_IPV6_DONTFRAG] = CKPT_INET6_DONTFRAG(sk);
	v[CKPT_OPT_IPV6_FLOWINFO_SEND] = CKPT_INET6_SNDFLOW(sk);
	v[CKPT_OPT_IPV6_AUTOFLOWLABEL] = CKPT_INET6_NO_FLOWLABEL(sk);
	v[CKPT_OPT_IPV6_ADDR_PREFERENCES] = np->srcprefs;
	v[CKPT_OPT_IPV6_MINHOPCOUNT] = READ_ONCE(np->min_hopcount);
	v[CKPT_OPT_IPV6_UNICAST_HOPS] = np->hop_limit;
	v[CKPT_OPT_IPV6_UNICAST_IF] = READ_ONCE(np->ucast_oif);
	if (ckpt_is_tcp(sk))
		return;
	v[CKPT_OPT_IPV6_MULTICAST_HOPS] = np->mcast_hops;
	v[CKPT_OPT_IPV6_MULTICAST_LOOP] = CKPT_INET6_MC_LOOP(sk);
	v[CKPT_OPT_IPV6_MULTICAST_ALL] = CKPT_INET6_MC_ALL(sk);
	v[CKPT_OPT_IPV6_MULTICAST_IF] = READ_ONCE(np->mcast_oif);
	v[CKPT_OPT_IPV6_ADD_MEMBERSHIP] = !!rcu_access_pointer(np->ipv6_mc_list);
	v[CKPT_OPT_IPV6_JOIN_ANYCAST] = !!READ_ONCE(np->ipv6_ac_list);
}
#else
static void ckpt_opts_ipv6(const struct sock *sk, int *v)
{
}
#endif

/* Chosen by the program, and not what new connections have anyway. */
static bool ckpt_tcp_other_congestion(const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);

	return icsk->icsk_ca_setsockopt &&
	       READ_ONCE(icsk->icsk_ca_ops) !=
	       rcu_access_pointer(sock_net(sk)->ipv4.tcp_congestion_control);
}

/* A sysctl does it for every listener. */
static bool ckpt_tcp_fastopen(const struct sock *sk)
{
	return READ_ONCE(inet_csk(sk)->icsk_accept_queue.fastopenq.max_qlen) &&
	       !(READ_ONCE(sock_net(sk)->ipv4.sysctl_tcp_fastopen) & TFO_SERVER_WO_SOCKOPT1);
}

static void ckpt_opts_tcp(const struct sock *sk, int *v)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);

	v[CKPT_OPT_TCP_CONGESTION] = ckpt_tcp_other_congestion(sk);
	/* Of a connection it has always been saved. */
	v[CKPT_OPT_TCP_NODELAY] = tp->nonagle & TCP_NAGLE_OFF &&
				  (sk->sk_state == TCP_CLOSE || sk->sk_state == TCP_LISTEN);
	v[CKPT_OPT_TCP_USER_TIMEOUT] = READ_ONCE(icsk->icsk_user_timeout);
	v[CKPT_OPT_TCP_NOTSENT_LOWAT] = READ_ONCE(tp->notsent_lowat);
	v[CKPT_OPT_TCP_DEFER_ACCEPT] = READ_ONCE(icsk->icsk_accept_queue.rskq_defer_accept);
	v[CKPT_OPT_TCP_FASTOPEN] = ckpt_tcp_fastopen(sk);
	v[CKPT_OPT_TCP_FASTOPEN_CONNECT] = tp->fastopen_connect;
	v[CKPT_OPT_TCP_FASTOPEN_NO_COOKIE] = tp->fastopen_no_cookie;
	v[CKPT_OPT_TCP_SAVE_SYN] = tp->save_syn;
	v[CKPT_OPT_TCP_SYNCNT] = READ_ONCE(icsk->icsk_syn_retries);
	v[CKPT_OPT_TCP_LINGER2] = READ_ONCE(tp->linger2);
	v[CKPT_OPT_TCP_MAXSEG] = READ_ONCE(tp->rx_opt.user_mss);
	v[CKPT_OPT_TCP_TX_DELAY] = READ_ONCE(tp->tcp_tx_delay);
	v[CKPT_OPT_TCP_INQ] = tp->recvmsg_inq;
	v[CKPT_OPT_TCP_THIN_LINEAR_TIMEOUTS] = tp->thin_lto;
	v[CKPT_OPT_MSG_OOB] = !!READ_ONCE(tp->urg_data);
}

static void ckpt_opts_read(const struct sock *sk, struct ckpt_opts *opts)
{
	*opts = ckpt_opts_usual;
	ckpt_opts_socket(sk, opts->v);
	if (sk->sk_family == AF_UNIX)
		ckpt_opts_unix(sk, opts->v);
	if (!ckpt_is_inet(sk))
		return;
	opts->v[CKPT_OPT_SO_TXREHASH] = ckpt_sock_txrehash(sk);
	ckpt_opts_ip(sk, opts->v);
	if (ckpt_is_v6(sk))
		ckpt_opts_ipv6(sk, opts->v);
	if (ckpt_is_tcp(sk))
		ckpt_opts_tcp(sk, opts->v);
	if (ckpt_is_udp(sk)) {
		opts->v[CKPT_OPT_UDP_SEGMENT] = READ_ONCE(udp_sk(sk)->gso_size);
		opts->v[CKPT_OPT_UDP_GRO] = CKPT_UDP_GRO(sk);
		opts->v[CKPT_OPT_UDP_NO_CHECK6_TX] = udp_get_no_check6_tx((struct sock *)sk);
		opts->v[CKPT_OPT_UDP_NO_CHECK6_RX] = udp_get_no_check6_rx((struct sock *)sk);
	}
}

/**
 * ckpt_sock_opts_odd() - first look at the options
 * @sk: an internet, packet or UNIX socket, alive
 *
 * Never sleeps.  Return: whether ckpt_sock_judge_opts() may find something.
 */
bool ckpt_sock_opts_odd(const struct sock *sk)
{
	struct ckpt_opts opts;

	ckpt_opts_read(sk, &opts);
	return memcmp(&opts, &ckpt_opts_usual, sizeof(opts));
}

/*
 * The options of a new socket, or at least of another one of the family: not everybody may make
 * each.  May sleep.  Return: 0 or -ENOMEM.
 */
static int ckpt_opts_new(const struct sock *sk, struct ckpt_opts *opts)
{
	struct socket *sock;
	int err = sock_create_kern(sock_net(sk), sk->sk_family, sk->sk_type, sk->sk_protocol,
				   &sock);

	if (err && !ckpt_sock_no_memory(err))
		err = sock_create_kern(sock_net(sk), sk->sk_family, SOCK_DGRAM, 0, &sock);
	if (ckpt_sock_no_memory(err))
		return -ENOMEM;
	*opts = ckpt_opts_usual;
	if (err)
		return 0;
	ckpt_opts_read(sock->sk, opts);
	sock_release(sock);
	return 0;
}

/* One finding of @rule for the options from @first to before @end that differ. */
static void ckpt_opts_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk,
			   enum ckpt_rule_id rule, const unsigned long *differs, int first, int end)
{
	char names[CKPT_OPTS_SIZE];
	struct ckpt_finding *f;
	size_t len = 0;
	int i;

	for (i = first; i < end; i++)
		if (test_bit(i, differs))
			len += scnprintf(names + len, sizeof(names) - len, "%s%s", len ? "," : "",
					 ckpt_opt_names[i]);
	if (!len)
		return;
	f = ckpt_sock_emit(scan, obj, sk, rule);
	ckpt_key_str(&scan->report, f, "opt", names, len);
}

/**
 * ckpt_sock_judge_opts() - options that a restored socket will not have
 * @scan: scan
 * @obj: where it was found
 * @sk: an internet, packet or UNIX socket, alive; no lock is held
 *
 * May sleep.
 */
void ckpt_sock_judge_opts(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	struct ckpt_opts its, new;
	DECLARE_BITMAP(differs, CKPT_NR_OPTS);
	int i;

	if (!ckpt_sock_opts_odd(sk))
		return;
	if (ckpt_opts_new(sk, &new)) {
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
		return;
	}
	ckpt_opts_read(sk, &its);
	for (i = 0; i < CKPT_NR_OPTS; i++)
		__assign_bit(i, differs, its.v[i] != new.v[i]);
	ckpt_opts_emit(scan, obj, sk, CKPT_SOCK_OPTS_LOST, differs, 0, CKPT_OPT_OLD_FIRST);
	ckpt_opts_emit(scan, obj, sk, CKPT_SOCK_OPTS_OLD, differs, CKPT_OPT_OLD_FIRST,
		       CKPT_OPT_TCP_FIRST);
	ckpt_opts_emit(scan, obj, sk, CKPT_TCP_OPTS_LOST, differs, CKPT_OPT_TCP_FIRST,
		       CKPT_NR_OPTS);
}
