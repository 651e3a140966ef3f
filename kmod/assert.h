/* SPDX-License-Identifier: GPL-2.0 */
/*
 * assert.h - which lock a function relies on.
 *
 * A kernel with lockdep checks it by itself.  The tests build with CKPT_DEBUG=y, which checks on
 * any kernel that somebody holds the lock: with one reader and an idle target that is us.
 */
#ifndef _CKPT_ASSERT_H
#define _CKPT_ASSERT_H

#include <linux/bug.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/spinlock.h>

#if defined(CKPT_DEBUG) && defined(CONFIG_SMP)
#define CKPT_WARN_UNLOCKED(locked)	WARN_ON_ONCE(!(locked))
#else
#define CKPT_WARN_UNLOCKED(locked)	do { } while (0)
#endif

#define ckpt_assert_held(lock) \
	do { \
		lockdep_assert_held(lock); \
		CKPT_WARN_UNLOCKED(spin_is_locked(lock)); \
	} while (0)

static inline void ckpt_assert_mmap_locked(struct mm_struct *mm)
{
	mmap_assert_locked(mm);
	CKPT_WARN_UNLOCKED(rwsem_is_locked(&mm->mmap_lock));
}

#endif
