/* SPDX-License-Identifier: GPL-2.0 */
/* compat/sock.h - private state of sockets that moved between kernels. */
#ifndef _CKPT_COMPAT_SOCK_H
#define _CKPT_COMPAT_SOCK_H

#include <linux/net.h>
#include <linux/udp.h>
#include <linux/version.h>
#include <net/af_unix.h>
#include <net/sock.h>

/* Exported by af_unix; net/af_unix.h stopped declaring it in 7.x, saying it twice does no harm. */
struct sock *unix_peer_get(struct sock *sk);

/* UDP_CORK: a bit field before 6.7 (and before its backport), a bit of udp_flags since. */
static inline bool ckpt_udp_cork(struct sock *sk)
{
#ifdef udp_test_bit
	return udp_test_bit(CORK, sk);
#else
	return udp_sk(sk)->corkflag;
#endif
}

/*
 * SO_PASSCRED and SO_PASSPIDFD (6.5), SO_PASSSEC: flags of struct socket, from 6.16 on bits of
 * struct sock.
 */
static inline bool ckpt_sock_passes_pidfd(const struct sock *sk)
{
#if defined(SOCK_PASSPIDFD)
	const struct socket *sock = READ_ONCE(sk->sk_socket);

	return sock && test_bit(SOCK_PASSPIDFD, &sock->flags);
#elif defined(SOCK_PASSCRED)
	return false;
#else
	return sk->sk_scm_pidfd;
#endif
}

static inline bool ckpt_sock_passes_creds(const struct socket *sock, const struct sock *sk)
{
#ifdef SOCK_PASSCRED
	return test_bit(SOCK_PASSCRED, &sock->flags) || ckpt_sock_passes_pidfd(sk);
#else
	return sk->sk_scm_credentials || ckpt_sock_passes_pidfd(sk);
#endif
}

/* SO_PASSRIGHTS came in 6.16, and is on. */
static inline bool ckpt_sock_passes_rights(const struct sock *sk)
{
#ifdef SO_PASSRIGHTS
	return sk->sk_scm_rights;
#else
	return true;
#endif
}

/* SO_INQ came in 7.0. */
static inline bool ckpt_unix_inq(const struct sock *sk)
{
#ifdef SO_INQ
	return unix_sk(sk)->recvmsg_inq;
#else
	return false;
#endif
}

static inline bool ckpt_sock_passes_label(const struct socket *sock, const struct sock *sk)
{
#ifdef SOCK_PASSSEC
	return test_bit(SOCK_PASSSEC, &sock->flags);
#else
	return sk->sk_scm_security;
#endif
}

/* Since 6.16 only those that can be sent credentials have SO_PASSCRED and SO_PASSSEC. */
static inline bool ckpt_kernel_limits_passcred(void)
{
	return LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0);
}

/* UDP-Lite was removed in 7.1. */
static inline bool ckpt_kernel_has_udplite(void)
{
	return LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0);
}

/*
 * The listener in whose queue a UNIX connection waits, NULL if it has been accepted.  Kernels
 * with the older collector of garbage (until 6.10 and its backports) do not know it.
 */
static inline struct sock *ckpt_unix_listener(struct sock *sk)
{
#ifdef UNIX_GC_CANDIDATE
	return NULL;
#else
	return unix_sk(sk)->listener;
#endif
}

/* MSG_OOB over UNIX sockets came in 5.15, and can be left out. */
static inline bool ckpt_unix_has_oob(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_AF_UNIX_OOB)
	return READ_ONCE(unix_sk(sk)->oob_skb);
#else
	return false;
#endif
}

/* Is it in a BPF sockmap?  The pointer says so by itself since 6.0. */
static inline bool ckpt_sock_in_sockmap(const struct sock *sk)
{
#ifdef SK_USER_DATA_PSOCK
	return (uintptr_t)READ_ONCE(sk->sk_user_data) & SK_USER_DATA_PSOCK;
#else
	return sk->sk_protocol == IPPROTO_TCP && READ_ONCE(sk->sk_user_data);
#endif
}

/* Number of the socket's inode, 0 once it is closed.  sock_i_ino() is no longer exported in 7.x. */
static inline u64 ckpt_sock_ino(struct sock *sk)
{
	struct socket *sock;
	u64 ino;

	read_lock_bh(&sk->sk_callback_lock);
	sock = sk->sk_socket;
	ino = sock ? SOCK_INODE(sock)->i_ino : 0;
	read_unlock_bh(&sk->sk_callback_lock);
	return ino;
}

#endif
