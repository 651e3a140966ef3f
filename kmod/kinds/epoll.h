/* SPDX-License-Identifier: GPL-2.0 */
/* kinds/epoll.h - targets of epolls. */
#ifndef _CKPT_EPOLL_H
#define _CKPT_EPOLL_H

#include <linux/types.h>

struct ckpt_obj;
struct ckpt_scan;
struct file;
struct files_struct;

/* Second half of the identities in ckpt_scan.epolls. */
enum { CKPT_EPOLL_TARGET, CKPT_EPOLL_SEEN };

/**
 * struct ckpt_target - an entry of an epoll
 * @fd: number that it was added by
 * @dev: file system, as the kernel has it
 * @ino: inode
 */
struct ckpt_target {
	int fd;
	dev_t dev;
	u64 ino;
};

bool ckpt_target_may_be(const struct ckpt_target *target, const struct file *file);
bool ckpt_target_claim(struct ckpt_scan *scan, struct file *file);
struct file *ckpt_files_at(struct files_struct *files, unsigned int fd);

int ckpt_stray_add(struct ckpt_scan *scan, const struct ckpt_obj *obj,
		   const struct ckpt_target *target);

#endif
