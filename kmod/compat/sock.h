/* SPDX-License-Identifier: GPL-2.0 */
/* compat/sock.h - private state of sockets that moved between kernels. */
#ifndef _CKPT_COMPAT_SOCK_H
#define _CKPT_COMPAT_SOCK_H

#include <linux/udp.h>
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
