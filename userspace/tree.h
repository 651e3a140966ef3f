/* SPDX-License-Identifier: GPL-2.0 */
/* tree.h - the process tree of one answer. */
#ifndef TREE_H
#define TREE_H

#include "proc.h"
#include "tool.h"

/**
 * struct member - a process of the dumped set
 * @process: its pid, name and parent
 * @parent: index of its parent, that of the root is not used
 * @verdict: heaviest class of what is found of it
 * @found: something is
 */
struct member {
	struct process process;
	size_t parent;
	enum ckptcheck_class verdict;
	bool found;
};

/**
 * struct tree - all members
 * @members: the root comes first, parents before their children
 * @nr: number of @members
 * @owners: for each record of the report, the member that it is about
 */
struct tree {
	struct member *members;
	size_t nr;
	size_t *owners;
};

void tree_build(const struct options *opt, const struct answer *answer, struct tree *tree);
void tree_free(struct tree *tree);

#endif
