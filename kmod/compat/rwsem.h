/* SPDX-License-Identifier: GPL-2.0 */
/* compat/rwsem.h - who has a semaphore of readers and writers. */
#ifndef _CKPT_COMPAT_RWSEM_H
#define _CKPT_COMPAT_RWSEM_H

#include <linux/rwsem.h>

/*
 * A number that differs when another task gets it; of readers it is one of them, with PREEMPT_RT
 * none.  What the low bits say of those who wait is left out.  Without a lock.
 */
static inline unsigned long ckpt_rwsem_owner(const struct rw_semaphore *sem)
{
#ifdef CONFIG_PREEMPT_RT
	return (unsigned long)READ_ONCE(sem->rwbase.rtmutex.owner) & ~7UL;
#else
	return atomic_long_read(&sem->owner) & ~7UL;
#endif
}

#endif
