/* SPDX-License-Identifier: GPL-2.0 */
/* inflight.h - files in flight (SCM_RIGHTS) in the queues of the set's UNIX sockets. */
#ifndef _CKPT_INFLIGHT_H
#define _CKPT_INFLIGHT_H

#include <linux/types.h>

struct ckpt_scan;
struct sock;

/* Bits of a slot of ckpt_scan.sockets. */
#define CKPT_SOCK_AT_FD		BIT(0)	/* found in a fd table */
#define CKPT_SOCK_QUEUE		BIT(1)	/* its queue is one of ckpt_scan.queues */

/* Instead of an inode number: a datagram socket inside is connected to this one. */
#define CKPT_SOCK_SENDER	U64_MAX

int ckpt_inflight_reserve(struct ckpt_scan *scan, unsigned int more);
bool ckpt_inflight_note(struct ckpt_scan *scan, struct sock *sk, u64 ino, u32 *bits);

int ckpt_inflight_collect(struct ckpt_scan *scan);
int ckpt_inflight_judge(struct ckpt_scan *scan);
void ckpt_inflight_free(struct ckpt_scan *scan);

#endif
