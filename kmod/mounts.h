/* SPDX-License-Identifier: GPL-2.0 */
/* mounts.h - what is mounted where the root of the set lives. */
#ifndef _CKPT_MOUNTS_H
#define _CKPT_MOUNTS_H

#include <linux/types.h>

struct ckpt_finding;
struct ckpt_scan;
struct inode;

/* Where a file system is mounted. */
enum ckpt_mounted {
	CKPT_MOUNTED_NOT,
	CKPT_MOUNTED_PARTS,	/* folders or files of it alone */
	CKPT_MOUNTED_WHOLE,
	CKPT_MOUNTED_UNKNOWN,	/* the mounts could not be read */
};

int ckpt_mounts_read(struct ckpt_scan *scan);
enum ckpt_mounted ckpt_mounts_dev(const struct ckpt_scan *scan, dev_t dev);
bool ckpt_mounts_has_id(const struct ckpt_scan *scan, u32 id);
void ckpt_mounts_key_path(struct ckpt_scan *scan, struct ckpt_finding *f, struct inode *inode);
void ckpt_mounts_free(struct ckpt_scan *scan);

#endif
