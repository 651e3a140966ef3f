/* SPDX-License-Identifier: GPL-2.0 */
/* patience.h - locks that a target may hold as long as it likes: waiting for them, not for ever. */
#ifndef _CKPT_PATIENCE_H
#define _CKPT_PATIENCE_H

struct ckpt_scan;
struct mm_struct;
struct pid;
struct task_struct;

/* Milliseconds that one report waits for a lock that is not passed on. */
#define CKPT_PATIENCE		1000
/* The same where many processes are asked for, one after the other. */
#define CKPT_PATIENCE_SHORT	20

int ckpt_patience_mmap(struct ckpt_scan *scan, struct mm_struct *mm);
int ckpt_patience_exec(struct ckpt_scan *scan, struct task_struct *task);
int ckpt_patience_settled(struct pid *pid, unsigned int ms);

#endif
