/* SPDX-License-Identifier: GPL-2.0 */
/* compat/task.h - what only some architectures keep of a task. */
#ifndef _CKPT_COMPAT_TASK_H
#define _CKPT_COMPAT_TASK_H

#include <linux/sched.h>
#include <linux/thread_info.h>

/* Does it run a 32-bit program on a 64-bit kernel? */
static inline bool ckpt_task_is_compat(struct task_struct *task)
{
#ifdef TIF_ADDR32
	return test_tsk_thread_flag(task, TIF_ADDR32);
#else
	return false;
#endif
}

#endif
