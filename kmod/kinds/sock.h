/* SPDX-License-Identifier: GPL-2.0 */
/* kinds/sock.h - what the kinds of sockets share. */
#ifndef _CKPT_SOCK_H
#define _CKPT_SOCK_H

#include <linux/in.h>
#include <linux/net.h>
#include <net/sock.h>

#include "kind.h"

static inline bool ckpt_is_inet(const struct sock *sk)
{
	return sk->sk_family == AF_INET || sk->sk_family == AF_INET6;
}

static inline bool ckpt_is_v6(const struct sock *sk)
{
	return IS_ENABLED(CONFIG_IPV6) && sk->sk_family == AF_INET6;
}

static inline bool ckpt_is_udp(const struct sock *sk)
{
	return sk->sk_type == SOCK_DGRAM && ckpt_is_inet(sk) &&
	       (sk->sk_protocol == IPPROTO_UDP || sk->sk_protocol == IPPROTO_UDPLITE);
}

static inline bool ckpt_is_tcp(const struct sock *sk)
{
	return sk->sk_type == SOCK_STREAM && ckpt_is_inet(sk) && sk->sk_protocol == IPPROTO_TCP;
}

/* Where there is no memory for a socket or a message, the network code says so in these ways. */
static inline bool ckpt_sock_no_memory(int err)
{
	return err == -ENOMEM || err == -ENOBUFS || err == -ENFILE;
}

/* A finding about a socket, with its inode. */
static inline struct ckpt_finding *ckpt_sock_emit(struct ckpt_scan *scan,
						  const struct ckpt_obj *obj, struct sock *sk,
						  enum ckpt_rule_id rule)
{
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, rule, &obj->place, sk, obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
	return f;
}

bool ckpt_sock_loses(const struct sock *sk);
void ckpt_sock_judge_lost(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk);
bool ckpt_sock_opts_odd(const struct sock *sk);
void ckpt_sock_judge_opts(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk);
void ckpt_packet_judge_opts(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk,
			    bool program);

#endif
