/* SPDX-License-Identifier: GPL-2.0 */
/* compat/pidfd.h - pidfds: anonymous inodes before 6.9, a file system of their own since. */
#ifndef _CKPT_COMPAT_PIDFD_H
#define _CKPT_COMPAT_PIDFD_H

#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>

#ifndef PID_FS_MAGIC
#define PID_FS_MAGIC	0x50494446
#endif

/* PIDFD_THREAD: it stands for one thread.  Kernels before 6.9 never keep the flag. */
static inline bool ckpt_pidfd_is_thread(const struct file *file)
{
	return file->f_flags & O_EXCL;
}

#endif
