/* SPDX-License-Identifier: GPL-2.0 */
/* unix.h - the names of UNIX sockets. */
#ifndef _CKPT_UNIX_H
#define _CKPT_UNIX_H

#include <net/af_unix.h>

struct ckpt_obj;
struct ckpt_scan;

/* NULL: not bound. */
static inline const struct unix_address *ckpt_unix_addr(struct sock *sk)
{
	/* Pairs with the smp_store_release() in unix_bind(); an address stays until the end. */
	return smp_load_acquire(&unix_sk(sk)->addr);
}

const char *ckpt_unix_relative_name(struct sock *sk);
void ckpt_unix_name_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk);

#endif
