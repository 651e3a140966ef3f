/* SPDX-License-Identifier: GPL-2.0 */
/* set.h - the dumped set: a thread group and all its descendants. */
#ifndef _CKPT_SET_H
#define _CKPT_SET_H

#include <linux/types.h>

struct ckpt_proc;
struct ckpt_scan;
struct task_struct;

int ckpt_set_collect(struct ckpt_scan *scan);
struct ckpt_proc *ckpt_set_find(struct ckpt_scan *scan, const struct task_struct *task);
bool ckpt_set_has(const struct ckpt_scan *scan, const struct task_struct *task);
bool ckpt_set_is_leaf(const struct ckpt_scan *scan);
bool ckpt_set_has_newcomers(struct ckpt_scan *scan);
void ckpt_set_sort(struct ckpt_scan *scan);
void ckpt_set_free(struct ckpt_scan *scan);

#endif
