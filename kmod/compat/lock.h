/* SPDX-License-Identifier: GPL-2.0 */
/* compat/lock.h - file locks: one struct with fl_ members before 6.9, a core with flc_ since. */
#ifndef _CKPT_COMPAT_LOCK_H
#define _CKPT_COMPAT_LOCK_H

#include <linux/fs.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#include <linux/filelock.h>
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)

#define ckpt_file_lock		file_lock
#define CKPT_LOCK_LIST		fl_list
#define CKPT_LOCK(lock, member)	((lock)->fl_##member)

#else

#define ckpt_file_lock		file_lock_core
#define CKPT_LOCK_LIST		flc_list
#define CKPT_LOCK(lock, member)	((lock)->flc_##member)

#endif

/* First and last byte of a record lock. */
static inline loff_t ckpt_lock_start(struct ckpt_file_lock *lock)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
	return lock->fl_start;
#else
	return container_of(lock, struct file_lock, c)->fl_start;
#endif
}

static inline loff_t ckpt_lock_end(struct ckpt_file_lock *lock)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 9, 0)
	return lock->fl_end;
#else
	return container_of(lock, struct file_lock, c)->fl_end;
#endif
}

/* The signal that the holder of a lease gets, 0: SIGIO (F_SETSIG); since 6.12 kept apart. */
static inline int ckpt_file_signal(const struct file *file)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	return READ_ONCE(file->f_owner.signum);
#else
	const struct fown_struct *owner = file_f_owner(file);

	return owner ? READ_ONCE(owner->signum) : 0;
#endif
}

#endif
