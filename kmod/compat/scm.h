/* SPDX-License-Identifier: GPL-2.0 */
/* compat/scm.h - descriptors in flight, and where a queued message has them. */
#ifndef _CKPT_COMPAT_SCM_H
#define _CKPT_COMPAT_SCM_H

#include <linux/skbuff.h>
#include <net/af_unix.h>
#include <net/scm.h>

/* Before the first scan.  May sleep. */
void ckpt_scm_init(void);
/* Does ckpt_skb_files() know where to look? */
bool ckpt_scm_is_known(void);
/* The files that travel with a queued message, NULL if there are none. */
const struct scm_fp_list *ckpt_skb_files(const struct sk_buff *skb);
/* Has a security module labelled the message?  Yes if nobody knows. */
bool ckpt_skb_labelled(const struct sk_buff *skb);

#endif
