/* SPDX-License-Identifier: GPL-2.0 */
/* compat/epoll.h - what a file knows of those who watch it: a list before 5.11, an hlist since. */
#ifndef _CKPT_COMPAT_EPOLL_H
#define _CKPT_COMPAT_EPOLL_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/version.h>

/* How often is a file the target of an epoll?  Counts up to @most.  Takes f_lock. */
static inline unsigned int ckpt_file_watchers(struct file *file, unsigned int most)
{
	unsigned int n = 0;
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
	struct list_head *at;

	spin_lock(&file->f_lock);
	list_for_each(at, &file->f_ep_links)
		if (++n >= most)
			break;
#else
	struct hlist_node *at;

	spin_lock(&file->f_lock);
	if (file->f_ep)
		hlist_for_each(at, file->f_ep)
			if (++n >= most)
				break;
#endif
	spin_unlock(&file->f_lock);
	return n;
}

#endif
