/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat/inet.h - options of internet sockets: bit fields that became bits of inet_flags, those of
 * IPv4 in 6.6 and those of IPv6 in 6.7, and of UDP sockets likewise in 6.7 and its backports.
 */
#ifndef _CKPT_COMPAT_INET_H
#define _CKPT_COMPAT_INET_H

#include <linux/ipv6.h>
#include <linux/udp.h>
#include <linux/version.h>
#include <net/inet_sock.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)

#define CKPT_INET_CMSG(sk)		(inet_sk(sk)->cmsg_flags)
#define CKPT_INET_RECVERR(sk)		(inet_sk(sk)->recverr)
#define CKPT_INET_RFC4884(sk)		(inet_sk(sk)->recverr_rfc4884)
#define CKPT_INET_TRANSPARENT(sk)	(inet_sk(sk)->transparent)
#define CKPT_INET_NO_PORT(sk)		(inet_sk(sk)->bind_address_no_port)
#define CKPT_INET_MC_LOOP(sk)		(inet_sk(sk)->mc_loop)
#define CKPT_INET_MC_ALL(sk)		(inet_sk(sk)->mc_all)

#else

#define CKPT_INET_CMSG(sk)		inet_cmsg_flags(inet_sk(sk))
#define CKPT_INET_RECVERR(sk)		inet_test_bit(RECVERR, sk)
#define CKPT_INET_RFC4884(sk)		inet_test_bit(RECVERR_RFC4884, sk)
#define CKPT_INET_TRANSPARENT(sk)	inet_test_bit(TRANSPARENT, sk)
#define CKPT_INET_NO_PORT(sk)		inet_test_bit(BIND_ADDRESS_NO_PORT, sk)
#define CKPT_INET_MC_LOOP(sk)		inet_test_bit(MC_LOOP, sk)
#define CKPT_INET_MC_ALL(sk)		inet_test_bit(MC_ALL, sk)

#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)

#define CKPT_INET6_RECVERR(sk)		(inet6_sk(sk)->recverr)
#define CKPT_INET6_RFC4884(sk)		(inet6_sk(sk)->recverr_rfc4884)
#define CKPT_INET6_MC_LOOP(sk)		(inet6_sk(sk)->mc_loop)
#define CKPT_INET6_MC_ALL(sk)		(inet6_sk(sk)->mc_all)
#define CKPT_INET6_DONTFRAG(sk)		(inet6_sk(sk)->dontfrag)
#define CKPT_INET6_SNDFLOW(sk)		(inet6_sk(sk)->sndflow)
#define CKPT_INET6_NO_FLOWLABEL(sk) \
	(inet6_sk(sk)->autoflowlabel_set && !inet6_sk(sk)->autoflowlabel)

#else

#define CKPT_INET6_RECVERR(sk)		inet_test_bit(RECVERR6, sk)
#define CKPT_INET6_RFC4884(sk)		inet_test_bit(RECVERR6_RFC4884, sk)
#define CKPT_INET6_MC_LOOP(sk)		inet_test_bit(MC6_LOOP, sk)
#define CKPT_INET6_MC_ALL(sk)		inet_test_bit(MC6_ALL, sk)
#define CKPT_INET6_DONTFRAG(sk)		inet_test_bit(DONTFRAG, sk)
#define CKPT_INET6_SNDFLOW(sk)		inet_test_bit(SNDFLOW, sk)
#define CKPT_INET6_NO_FLOWLABEL(sk) \
	(inet_test_bit(AUTOFLOWLABEL_SET, sk) && !inet_test_bit(AUTOFLOWLABEL, sk))

#endif

#ifdef udp_test_bit
#define CKPT_UDP_GRO(sk)		udp_test_bit(GRO_ENABLED, sk)
#else
#define CKPT_UDP_GRO(sk)		(udp_sk(sk)->gro_enabled)
#endif

/* SO_RCVMARK came in 5.19. */
static inline bool ckpt_sock_rcvmark(const struct sock *sk)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 19, 0)
	return false;
#else
	return sock_flag(sk, SOCK_RCVMARK);
#endif
}

/* SO_RCVPRIORITY came in 6.14. */
static inline bool ckpt_sock_rcvpriority(const struct sock *sk)
{
#ifdef SO_RCVPRIORITY
	return sock_flag(sk, SOCK_RCVPRIORITY);
#else
	return false;
#endif
}

/* SO_PREFER_BUSY_POLL came in 5.11. */
static inline bool ckpt_sock_prefer_busy_poll(const struct sock *sk)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0) || !defined(CONFIG_NET_RX_BUSY_POLL)
	return false;
#else
	return READ_ONCE(sk->sk_prefer_busy_poll);
#endif
}

/*
 * SO_TXREHASH came in 5.18.  A socket that is used takes over the sysctl's value; any other was
 * chosen for it.
 */
static inline bool ckpt_sock_txrehash(const struct sock *sk)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 18, 0)
	return false;
#else
	u8 rehash = READ_ONCE(sk->sk_txrehash);

	return sk->sk_type == SOCK_STREAM && rehash != SOCK_TXREHASH_DEFAULT &&
	       rehash != READ_ONCE(sock_net(sk)->core.sysctl_txrehash);
#endif
}

#endif
