/* SPDX-License-Identifier: GPL-2.0 */
/* kinds/diag.h - asking sock_diag for the sockets of a network namespace. */
#ifndef _CKPT_DIAG_H
#define _CKPT_DIAG_H

#include <linux/types.h>

struct net;
struct nlmsghdr;

/**
 * struct ckpt_diag - what is known of sock_diag, all zero at first
 * @asked: for how many kinds of sockets
 * @lacking: those that it does not answer for
 */
struct ckpt_diag {
	unsigned int asked;
	u32 lacking;
};

/* Gets a message of at least a head.  Return: 0, or an error, which ends it. */
typedef int (*ckpt_diag_told)(const struct nlmsghdr *head, void *arg);

int ckpt_diag_dump(struct net *net, struct nlmsghdr *ask, size_t size, ckpt_diag_told told,
		   void *arg);

#endif
