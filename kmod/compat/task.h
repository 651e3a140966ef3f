/* SPDX-License-Identifier: GPL-2.0 */
/* compat/task.h - what only some architectures or kernels keep of a task. */
#ifndef _CKPT_COMPAT_TASK_H
#define _CKPT_COMPAT_TASK_H

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/coredump.h>
#include <linux/sched/task_stack.h>
#include <linux/seccomp.h>
#include <linux/thread_info.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#if defined(CONFIG_IO_URING) && LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
#include <linux/io_uring_types.h>
#endif

/* Does it run a 32-bit program on a 64-bit kernel? */
static inline bool ckpt_task_is_compat(struct task_struct *task)
{
#ifdef TIF_ADDR32
	return test_tsk_thread_flag(task, TIF_ADDR32);
#else
	return false;
#endif
}

static inline bool ckpt_task_has_rseq(struct task_struct *task)
{
#if !defined(CONFIG_RSEQ)
	return false;
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
	return READ_ONCE(task->rseq);
#else
	return READ_ONCE(task->rseq.usrptr);
#endif
}

/* PTRACE_GET_RSEQ_CONFIGURATION, by which criu learns of it. */
static inline bool ckpt_kernel_has_rseq_conf(void)
{
	return LINUX_VERSION_CODE >= KERNEL_VERSION(5, 13, 0);
}

/* What some processors have. */
enum ckpt_arch {
	CKPT_ARCH_IOPERM,
	CKPT_ARCH_SUD,
	CKPT_ARCH_BREAKPOINTS,
	CKPT_ARCH_NOTSC,
	CKPT_ARCH_LDT_CS,
};

/*
 * Does it run code of a segment of its own?  Its registers are those of the last time it entered
 * the kernel.  Its stack may be given to another thread or away, as it may end meanwhile.
 */
static inline bool ckpt_task_in_ldt(struct task_struct *task)
{
#ifdef CONFIG_MODIFY_LDT_SYSCALL
	unsigned long cs = 0;

	return !copy_from_kernel_nofault(&cs, &task_pt_regs(task)->cs, sizeof(cs)) &&
	       cs & SEGMENT_TI_MASK && (cs & SEGMENT_RPL_MASK) == USER_RPL;
#else
	return false;
#endif
}

static inline bool ckpt_task_has_arch(struct task_struct *task, enum ckpt_arch what)
{
	switch (what) {
#ifdef CONFIG_X86_IOPL_IOPERM
	case CKPT_ARCH_IOPERM:
		return READ_ONCE(task->thread.io_bitmap) || READ_ONCE(task->thread.iopl_emul);
#endif
#ifdef SYSCALL_WORK_SYSCALL_USER_DISPATCH
	case CKPT_ARCH_SUD:
		return test_task_syscall_work(task, SYSCALL_USER_DISPATCH);
#endif
#ifdef CONFIG_X86
	/* The lowest byte enables the four of them. */
	case CKPT_ARCH_BREAKPOINTS:
		return READ_ONCE(task->thread.ptrace_dr7) & 0xff;
	/* Strict seccomp switches it off as well, and comes back. */
	case CKPT_ARCH_NOTSC:
#ifdef CONFIG_SECCOMP
		if (READ_ONCE(task->seccomp.mode) == SECCOMP_MODE_STRICT)
			return false;
#endif
		return test_tsk_thread_flag(task, TIF_NOTSC);
	case CKPT_ARCH_LDT_CS:
		return ckpt_task_in_ldt(task);
#endif
	default:
		return false;
	}
}

/*
 * io_uring instances that the thread has by number, without a descriptor.  Under RCU, which keeps
 * the table until the thread ends; but exec frees it at once, and then the scan starts over.
 */
static inline unsigned int ckpt_task_registered_rings(struct task_struct *task)
{
	unsigned int n = 0;
#if defined(CONFIG_IO_URING) && LINUX_VERSION_CODE >= KERNEL_VERSION(6, 0, 0)
	const struct io_uring_task *table = READ_ONCE(task->io_uring);
	const struct file *rings[IO_RINGFD_REG_MAX];
	int i;

	if (!table || copy_from_kernel_nofault(rings, table->registered_rings, sizeof(rings)))
		return 0;
	for (i = 0; i < IO_RINGFD_REG_MAX; i++)
		n += !!rings[i];
#endif
	return n;
}

/* Bits of enum in sched.h. */
static inline unsigned int ckpt_task_state(const struct task_struct *task)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 14, 0)
	return READ_ONCE(task->state);
#else
	return READ_ONCE(task->__state);
#endif
}

/* When it last began to run, by local_clock(); 0: not known. */
static inline u64 ckpt_task_last_ran(const struct task_struct *task)
{
#ifdef CONFIG_SCHED_INFO
	return READ_ONCE(task->sched_info.last_arrival);
#else
	return 0;
#endif
}

/* Since 6.1 being frozen is a state. */
#ifndef TASK_FROZEN
#define TASK_FROZEN	0
#endif

/* A robust list as 32-bit code registers them. */
static inline bool ckpt_task_compat_robust(const struct task_struct *task)
{
#if !defined(CONFIG_COMPAT) || !defined(CONFIG_FUTEX)
	return false;
#elif LINUX_VERSION_CODE < KERNEL_VERSION(7, 2, 0)
	return READ_ONCE(task->compat_robust_list);
#else
	return READ_ONCE(task->futex.compat_robust_list);
#endif
}

/* Is there a descriptor table of the process's own (modify_ldt(2))? */
static inline bool ckpt_mm_has_ldt(const struct mm_struct *mm)
{
#ifdef CONFIG_MODIFY_LDT_SYSCALL
	return READ_ONCE(mm->context.ldt);
#else
	return false;
#endif
}

/* One of the MMF_ numbers. */
static inline bool ckpt_mm_flag(const struct mm_struct *mm, int nr)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
	return test_bit(nr, &mm->flags);
#else
	return mm_flags_test(nr, mm);
#endif
}

/* Since 6.3 and 6.4. */
#ifndef MMF_HAS_MDWE_MASK
#define CKPT_MMF_MDWE	-1
#else
#define CKPT_MMF_MDWE	MMF_HAS_MDWE
#endif
#ifndef MMF_VM_MERGE_ANY_MASK
#define CKPT_MMF_MERGE	-1
#else
#define CKPT_MMF_MERGE	MMF_VM_MERGE_ANY
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define CKPT_MMF_THP_ADVISED	-1
#else
#define CKPT_MMF_THP_ADVISED	MMF_DISABLE_THP_EXCEPT_ADVISED
#endif

/* Since 6.13 the clock pages of the vDSO are two mappings, of which CRIU knew one. */
static inline bool ckpt_kernel_has_vvar_vclock(void)
{
	return LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0);
}

#endif
