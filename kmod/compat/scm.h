/* SPDX-License-Identifier: GPL-2.0 */
/* compat/scm.h - descriptors in flight: net/af_unix.h stopped telling where they are in 7.x. */
#ifndef _CKPT_COMPAT_SCM_H
#define _CKPT_COMPAT_SCM_H

#include <linux/skbuff.h>
#include <net/af_unix.h>
#include <net/scm.h>

#ifdef UNIXCB

#define CKPT_SCM_KNOWN	true

/* The files that travel with a queued message, NULL if there are none. */
static inline const struct scm_fp_list *ckpt_skb_files(const struct sk_buff *skb)
{
	return UNIXCB(skb).fp;
}

/* Has a security module labelled the message? */
static inline bool ckpt_skb_labelled(const struct sk_buff *skb)
{
#ifdef CONFIG_SECURITY_NETWORK
	return UNIXCB(skb).secid;
#else
	return false;
#endif
}

#else

#define CKPT_SCM_KNOWN	false

static inline const struct scm_fp_list *ckpt_skb_files(const struct sk_buff *skb)
{
	return NULL;
}

/* It may have been. */
static inline bool ckpt_skb_labelled(const struct sk_buff *skb)
{
	return true;
}

#endif

#endif
