/* SPDX-License-Identifier: GPL-2.0 */
/* compat/vma.h - the mappings of a process, a list before 6.1, a tree since; its executable. */
#ifndef _CKPT_COMPAT_VMA_H
#define _CKPT_COMPAT_VMA_H

#include <linux/fs.h>
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

/* mseal(2) came with 6.10. */
#ifndef VM_SEALED
#define VM_SEALED	0
#endif

/* The executable, referenced, or NULL. */
static inline struct file *ckpt_exe_file(struct mm_struct *mm)
{
	struct file *file;

	rcu_read_lock();
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	file = rcu_dereference(mm->exe_file);
	if (file && !get_file_rcu(file))
		file = NULL;
#else
	file = get_file_rcu(&mm->exe_file);
#endif
	rcu_read_unlock();
	return file;
}

#endif
