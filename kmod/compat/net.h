/* SPDX-License-Identifier: GPL-2.0 */
/* compat/net.h - whose a netfilter hook is. */
#ifndef _CKPT_COMPAT_NET_H
#define _CKPT_COMPAT_NET_H

#include <linux/netfilter.h>
#include <linux/version.h>

/*
 * A chain of nftables?  Before 5.12 hooks do not tell their type: those of chains, and of the core
 * of address translation, have something of their own.
 */
static inline bool ckpt_hook_is_nftables(const struct nf_hook_ops *ops)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 12, 0)
	return ops->priv;
#else
	return ops->hook_ops_type == NF_HOOK_OP_NF_TABLES;
#endif
}

#endif
