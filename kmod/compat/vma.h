/* SPDX-License-Identifier: GPL-2.0 */
/* compat/vma.h - going through the mappings of a process: a list before 6.1, a tree since. */
#ifndef _CKPT_COMPAT_VMA_H
#define _CKPT_COMPAT_VMA_H

#include <linux/mm.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)

struct ckpt_vma_iterator {
	struct mm_struct *mm;
	unsigned long addr;
};

#define CKPT_VMA_ITERATOR(name, mm_, addr_) \
	struct ckpt_vma_iterator name = { .mm = mm_, .addr = addr_ }
#define ckpt_for_each_vma(iter, vma) \
	for (vma = find_vma((iter).mm, (iter).addr); vma; vma = vma->vm_next)

#else

#define CKPT_VMA_ITERATOR(name, mm_, addr_)	VMA_ITERATOR(name, mm_, addr_)
#define ckpt_for_each_vma(iter, vma)		for_each_vma(iter, vma)

#endif

#endif
