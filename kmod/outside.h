/* SPDX-License-Identifier: GPL-2.0 */
/* outside.h - which processes outside of the set have what the set has. */
#ifndef _CKPT_OUTSIDE_H
#define _CKPT_OUTSIDE_H

#include <linux/types.h>

struct ckpt_scan;
struct pid;

/**
 * struct ckpt_outsider - processes outside that have an object of the set
 * @pid: the first that the reader may inspect, owned; NULL if there is none
 * @count: how many he may inspect; that there are others is all that is told of them
 * @met: the process that is looked at has it
 * @next: another object that it has, index + 1
 */
struct ckpt_outsider {
	struct pid *pid;
	u32 count;
	bool met;
	u32 next;
};

const struct ckpt_outsider *ckpt_outside_find(struct ckpt_scan *scan, const void *what, u64 ino);
bool ckpt_outside_confirmed(struct ckpt_scan *scan, const void *what, u64 ino);
void ckpt_outside_free(struct ckpt_scan *scan);

#endif
