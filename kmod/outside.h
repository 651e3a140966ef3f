/* SPDX-License-Identifier: GPL-2.0 */
/* outside.h - which processes outside of the set have what the set has. */
#ifndef _CKPT_OUTSIDE_H
#define _CKPT_OUTSIDE_H

#include <linux/types.h>

struct ckpt_scan;
struct pid;

/**
 * struct ckpt_outsider - a process outside that has an object of the set
 * @pid: owned; named only if the reader may inspect it
 * @count: processes outside that have the object
 */
struct ckpt_outsider {
	struct pid *pid;
	u32 count;
};

const struct ckpt_outsider *ckpt_outside_find(struct ckpt_scan *scan, const void *what, u64 ino);
bool ckpt_outside_confirmed(struct ckpt_scan *scan, const void *what, u64 ino);
void ckpt_outside_free(struct ckpt_scan *scan);

#endif
