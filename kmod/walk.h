/* SPDX-License-Identifier: GPL-2.0 */
/* walk.h - going through the descriptors and mappings of one process. */
#ifndef _CKPT_WALK_H
#define _CKPT_WALK_H

struct ckpt_proc;
struct ckpt_scan;
struct task_struct;

int ckpt_walk_tables(struct ckpt_scan *scan, unsigned int more);
int ckpt_walk_files(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task);
int ckpt_walk_vmas(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task);
int ckpt_walk_marks(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task);

#endif
