/* SPDX-License-Identifier: GPL-2.0 */
/* unix.h - what the files about UNIX sockets share: names, queues, findings. */
#ifndef _CKPT_UNIX_H
#define _CKPT_UNIX_H

#include <net/af_unix.h>

#include "report.h"

struct ckpt_obj;
struct ckpt_scan;

/* NULL: not bound. */
static inline const struct unix_address *ckpt_unix_addr(struct sock *sk)
{
	/* Pairs with the smp_store_release() in unix_bind(); an address stays until the end. */
	return smp_load_acquire(&unix_sk(sk)->addr);
}

/* SO_PEEK_OFF: MSG_PEEK does not begin at the first byte. */
static inline bool ckpt_unix_peeks(const struct sock *sk)
{
	return READ_ONCE(sk->sk_peek_off) >= 0;
}

u32 ckpt_unix_order(const struct ckpt_scan *scan, const struct sock *sk, u64 ino);
struct pid *ckpt_unix_peer_pid(struct ckpt_scan *scan, struct sock *sk);
struct ckpt_finding *ckpt_unix_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				    struct sock *sk, enum ckpt_rule_id rule);
struct ckpt_finding *ckpt_unix_emit_transient(struct ckpt_scan *scan, const struct ckpt_obj *obj,
					      struct sock *sk, enum ckpt_rule_id rule);

bool ckpt_unix_odd_name(struct sock *sk);
void ckpt_unix_name_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk);
void ckpt_unix_peek_off_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			      struct sock *sk);
void ckpt_unix_queue_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk);
void ckpt_unix_listen_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk);
void ckpt_unix_wait_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk,
			  struct sock *embryo);

#endif
