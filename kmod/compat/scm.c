// SPDX-License-Identifier: GPL-2.0
/*
 * compat/scm.c - the control block of messages of UNIX sockets.
 *
 * net/af_unix.h stopped telling how it looks in 7.x; the kernel's own type information does.
 */

#include "compat/scm.h"

#ifdef UNIXCB

void ckpt_scm_init(void)
{
}

bool ckpt_scm_is_known(void)
{
	return true;
}

const struct scm_fp_list *ckpt_skb_files(const struct sk_buff *skb)
{
	return UNIXCB(skb).fp;
}

bool ckpt_skb_labelled(const struct sk_buff *skb)
{
#ifdef CONFIG_SECURITY_NETWORK
	return UNIXCB(skb).secid;
#else
	return false;
#endif
}

#else

#include <linux/btf.h>

/* Offsets in the control block, -1: unknown. */
static int ckpt_scm_files_at = -1;
static int ckpt_scm_label_at = -1;

#ifdef CONFIG_BPF_SYSCALL

/* Names of members are not to be had: the list of files is the one pointer to such a thing. */
static void ckpt_scm_find(const struct btf *btf, const struct btf_type *block, u32 files)
{
	const struct btf_member *m = btf_type_member(block);
	int i, nr = btf_type_vlen(block);

	for (i = 0; i < nr; i++, m++) {
		const struct btf_type *type = btf_type_by_id(btf, m->type);

		if (!type || !btf_type_is_ptr(type) || type->type != files)
			continue;
		ckpt_scm_files_at = __btf_member_bit_offset(block, m) / 8;
		/* The label follows it, and how much was read follows that. */
		if (IS_ENABLED(CONFIG_SECURITY_NETWORK) && i + 3 == nr)
			ckpt_scm_label_at = __btf_member_bit_offset(block, m + 1) / 8;
		return;
	}
}

/* Each look-up keeps a reference to the kernel's own information, which never goes. */
void ckpt_scm_init(void)
{
	struct btf *btf = NULL, *other = NULL;
	s32 block = bpf_find_btf_id("unix_skb_parms", BTF_KIND_STRUCT, &btf);
	s32 files = bpf_find_btf_id("scm_fp_list", BTF_KIND_STRUCT, &other);
	const struct btf_type *type;

	if (block <= 0 || files <= 0 || btf != other)
		return;
	type = btf_type_by_id(btf, files);
	if (!type || type->size != sizeof(struct scm_fp_list))
		return;
	type = btf_type_by_id(btf, block);
	if (type && type->size <= sizeof_field(struct sk_buff, cb))
		ckpt_scm_find(btf, type, files);
}

#else

void ckpt_scm_init(void)
{
}

#endif

bool ckpt_scm_is_known(void)
{
	return ckpt_scm_files_at >= 0;
}

const struct scm_fp_list *ckpt_skb_files(const struct sk_buff *skb)
{
	if (ckpt_scm_files_at < 0)
		return NULL;
	return *(const struct scm_fp_list * const *)(skb->cb + ckpt_scm_files_at);
}

bool ckpt_skb_labelled(const struct sk_buff *skb)
{
	if (ckpt_scm_label_at < 0)
		return IS_ENABLED(CONFIG_SECURITY_NETWORK);
	return *(const u32 *)(skb->cb + ckpt_scm_label_at);
}

#endif
