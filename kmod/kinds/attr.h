/* SPDX-License-Identifier: GPL-2.0 */
/* attr.h - attributes of threads, gathered over one thread group. */
#ifndef _CKPT_KINDS_ATTR_H
#define _CKPT_KINDS_ATTR_H

#include <linux/cpumask.h>

#include "scan.h"

/* At least as many as the table has rows. */
#define CKPT_NR_ATTRS	32

struct ckpt_attrs;

/**
 * struct ckpt_attr - one attribute
 * @rule: rule that holds where a thread has it
 * @look: has it?  Under RCU, must not sleep; may set *value
 * @key: of the value, or of @word; NULL if it has none
 * @word: constant value
 * @num: for @look
 * @quiet: where it is harmless it is told only to those who ask for each record
 * @transient: it is likely to go away by itself
 */
struct ckpt_attr {
	enum ckpt_rule_id rule;
	bool (*look)(struct ckpt_attrs *attrs, const struct ckpt_attr *attr,
		     struct task_struct *thread, u64 *value);
	const char *key;
	const char *word;
	unsigned int num;
	bool quiet;
	bool transient;
};

/**
 * struct ckpt_attr_seen - one attribute in one thread group
 * @first: a thread that has it
 * @value: what that one has
 * @count: how many have it
 */
struct ckpt_attr_seen {
	pid_t first;
	u64 value;
	u32 count;
};

/**
 * struct ckpt_attrs - all attributes in one thread group
 * @leader: of the group, referenced
 * @root: it is the root of the set
 * @vforks: one of the threads waits for a child that shares its memory
 * @spaces: its namespaces
 * @slack: timer slack of what criu, run by the reader, would restore
 * @skip: bits of the attributes that nobody wants to know of
 * @cpus: that the first thread may use whose CPUs were chosen
 * @seen: what was found
 */
struct ckpt_attrs {
	struct task_struct *leader;
	bool root;
	bool vforks;
	struct ckpt_spaces spaces;
	u64 slack;
	u32 skip;
	struct cpumask cpus;
	struct ckpt_attr_seen seen[CKPT_NR_ATTRS];
};

extern const struct ckpt_attr ckpt_attr_table[];
extern const unsigned int ckpt_nr_attrs;

void ckpt_attrs_begin(struct ckpt_scan *scan, struct ckpt_attrs *attrs,
		      const struct ckpt_proc *proc, struct task_struct *leader);
void ckpt_attrs_look(struct ckpt_scan *scan, struct ckpt_attrs *attrs,
		     struct task_struct *thread);
void ckpt_attrs_emit(struct ckpt_scan *scan, const struct ckpt_attrs *attrs,
		     const struct ckpt_place *process);

#endif
