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

/* mseal(2) came with 6.10, MAP_DROPPABLE with 6.11; mappings know of their guards from 6.19 on. */
#ifndef VM_SEALED
#define VM_SEALED	0
#endif
#ifndef VM_MAYBE_GUARD
#define VM_MAYBE_GUARD	0
#endif
#ifndef VM_DROPPABLE
#define VM_DROPPABLE	0
#endif

/* One of the three ways to register with a userfaultfd came with 5.13. */
#ifdef VM_UFFD_MINOR
#define CKPT_VM_UFFD	(VM_UFFD_MISSING | VM_UFFD_WP | VM_UFFD_MINOR)
#else
#define CKPT_VM_UFFD	(VM_UFFD_MISSING | VM_UFFD_WP)
#endif

/* Can page tables be asked which pages there are (PAGEMAP_SCAN), with all that CRIU asks for? */
static inline bool ckpt_kernel_has_pagemap_scan(void)
{
	return LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0);
}

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
