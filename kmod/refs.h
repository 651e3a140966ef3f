/* SPDX-License-Identifier: GPL-2.0 */
/* refs.h - who holds an open file: references from inside the set, and the rest. */
#ifndef _CKPT_REFS_H
#define _CKPT_REFS_H

#include <linux/types.h>

struct ckpt_proc;
struct ckpt_scan;
struct file;
struct mm_struct;

/* Bits of a slot of ckpt_scan.held, beside the number of references. */
#define CKPT_REFS_AT_FD		BIT(31)	/* a fd table is among the holders */
#define CKPT_REFS_SCM_FIRST	BIT(30)	/* CRIU meets it in a queue before any fd table */
#define CKPT_REFS_NUMBER	(CKPT_REFS_SCM_FIRST - 1)

bool ckpt_refs_first(struct ckpt_scan *scan, struct ckpt_proc *proc, const void *owner);
bool ckpt_refs_suspect(const struct file *file);
bool ckpt_refs_wanted(const struct file *file);
bool ckpt_refs_is_fresh(const struct ckpt_scan *scan, const struct file *file);
void ckpt_refs_add(struct ckpt_scan *scan, const struct file *file);
int ckpt_refs_add_exe(struct ckpt_scan *scan, const struct mm_struct *mm);

bool ckpt_refs_at_fd(const struct ckpt_scan *scan, const struct file *file);
bool ckpt_refs_scm_first(const struct ckpt_scan *scan, const struct file *file);
bool ckpt_refs_complete(const struct ckpt_scan *scan);
bool ckpt_refs_exceed(const struct ckpt_scan *scan, const struct file *file);
long ckpt_refs_outside(struct ckpt_scan *scan, const struct file *file);

#endif
