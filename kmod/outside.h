/* SPDX-License-Identifier: GPL-2.0 */
/* outside.h - which processes outside of the set have what the set has. */
#ifndef _CKPT_OUTSIDE_H
#define _CKPT_OUTSIDE_H

#include <linux/types.h>

struct ckpt_scan;
struct file;
struct files_struct;
struct pid;
struct task_struct;

/* Descriptors of an outsider looked at in one hold of its locks. */
#define CKPT_OUTSIDE_CHUNK	64

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

/**
 * struct ckpt_visit - a visit to the descriptors of a process that need not be in the set
 * @room: before each hold, may sleep: makes room for CKPT_OUTSIDE_CHUNK files; 0 or an error
 * @skip: is it a fd table that is to be left out?  Under its owner's task_lock; NULL: none is
 * @file: an open file, under the locks of the fd table: must not sleep
 * @arg: for @file
 */
struct ckpt_visit {
	int (*room)(struct ckpt_scan *scan);
	bool (*skip)(struct ckpt_scan *scan, const struct files_struct *files);
	void (*file)(void *arg, const struct file *file);
	void *arg;
};

bool ckpt_outside_is_kin(const struct ckpt_scan *scan, const struct task_struct *task);
int ckpt_outside_visit(struct ckpt_scan *scan, struct task_struct *task,
		       const struct ckpt_visit *visit);
const struct ckpt_outsider *ckpt_outside_find(struct ckpt_scan *scan, const void *what, u64 ino);
bool ckpt_outside_confirmed(struct ckpt_scan *scan, const void *what, u64 ino);
void ckpt_outside_free(struct ckpt_scan *scan);

#endif
