/* SPDX-License-Identifier: GPL-2.0 */
/* compat/attr.h - attributes of tasks that moved, or that older kernels do not remember. */
#ifndef _CKPT_COMPAT_ATTR_H
#define _CKPT_COMPAT_ATTR_H

#include <linux/cgroup.h>
#include <linux/cpumask.h>
#include <linux/sched.h>
#include <linux/sched/isolation.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 18, 0)
#define CKPT_HK_DOMAIN	HK_FLAG_DOMAIN
#else
#define CKPT_HK_DOMAIN	HK_TYPE_DOMAIN
#endif

/*
 * Were the CPUs of a thread that may not use all of them chosen by sched_setaffinity(2)?  Under
 * RCU.  Since 6.2 the kernel keeps what was asked for.  Before, it is known only where no
 * cpuset can be the reason.
 */
static inline bool ckpt_cpus_by_user(struct task_struct *thread)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
	bool chosen;

	raw_spin_lock_irq(&thread->pi_lock);
	chosen = thread->user_cpus_ptr &&
		 !cpumask_subset(cpu_active_mask, thread->user_cpus_ptr);
	raw_spin_unlock_irq(&thread->pi_lock);
	return chosen;
#elif defined(CONFIG_CPUSETS)
	return !task_css_check(thread, cpuset_cgrp_id, true)->parent;
#else
	return true;
#endif
}

/* The timers of a process were a list before 6.11. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define ckpt_for_each_timer(timer, sig) \
	list_for_each_entry(timer, &(sig)->posix_timers, list)
#else
#define ckpt_for_each_timer(timer, sig) \
	hlist_for_each_entry(timer, &(sig)->posix_timers, list)
#endif

#endif
