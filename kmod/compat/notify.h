/* SPDX-License-Identifier: GPL-2.0 */
/* compat/notify.h - the marks of inotify and fanotify. */
#ifndef _CKPT_COMPAT_NOTIFY_H
#define _CKPT_COMPAT_NOTIFY_H

#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/version.h>

static inline void ckpt_notify_lock(struct fsnotify_group *group)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 19, 0)
	mutex_lock(&group->mark_mutex);
#else
	fsnotify_group_lock(group);
#endif
}

static inline void ckpt_notify_unlock(struct fsnotify_group *group)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 19, 0)
	mutex_unlock(&group->mark_mutex);
#else
	fsnotify_group_unlock(group);
#endif
}

/* The inode of a mark that is on one: the connector led to a pointer in it before 6.10. */
static inline struct inode *ckpt_mark_inode(const struct fsnotify_mark *mark)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
	return container_of(mark->connector->obj, struct inode, i_fsnotify_marks);
#else
	return mark->connector->obj;
#endif
}

/* Has it read of somebody who waits for its answer?  Of a group of fanotify. */
static inline bool ckpt_fanotify_awaited(const struct fsnotify_group *group)
{
#ifdef CONFIG_FANOTIFY
	return !list_empty(&group->fanotify_data.access_list);
#else
	return false;
#endif
}

#endif
