/* SPDX-License-Identifier: GPL-2.0 */
/* census.h - what all processes of the machine share, for a reader who asks about each of them. */
#ifndef _CKPT_CENSUS_H
#define _CKPT_CENSUS_H

#include <linux/types.h>

#include "outside.h"
#include "table.h"

struct ckpt_scan;
struct pid;

/**
 * struct ckpt_common - something that processes may have in common
 * @one: who has it: index in the groups + 1; @last the last of them
 * @first: the first of them that the reader may inspect, @second the next one; 0: there is none
 * @nr: how many have it
 * @may: how many of those the reader may inspect
 */
struct ckpt_common {
	u32 one;
	u32 last;
	u32 first;
	u32 second;
	u32 nr;
	u32 may;
};

/**
 * struct ckpt_census - who has what, as of one moment
 * @taken: it is there; else all but @err is empty
 * @err: why it could not be taken, 0 if it was not tried
 * @begun: when, as start_time of tasks
 * @table: open files, pipes, memfds, and what is shared as a whole; value: index in @things + 1
 * @things: @nr of @cap
 * @groups: thread groups that have something, owned, @nr_groups of @cap_groups
 * @answer: to the last question
 */
struct ckpt_census {
	bool taken;
	int err;
	u64 begun;
	struct ckpt_table table;
	struct ckpt_common *things;
	u32 nr;
	u32 cap;
	struct pid **groups;
	u32 nr_groups;
	u32 cap_groups;
	struct ckpt_outsider answer;
};

bool ckpt_census_knows(struct ckpt_scan *scan);
const struct ckpt_outsider *ckpt_census_find(struct ckpt_scan *scan, const void *what, u64 ino);
void ckpt_census_free(struct ckpt_census *census);

#endif
