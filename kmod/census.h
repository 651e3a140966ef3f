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
 * struct ckpt_group - a thread group that has something
 * @pid: owned
 * @asked: the reader's access to it was checked
 * @may: he may inspect it
 */
struct ckpt_group {
	struct pid *pid;
	bool asked;
	bool may;
};

/**
 * struct ckpt_common - something that processes may have in common
 * @one: who has it: index in the groups + 1; @last the last of them
 * @others: all but @one: index of the last one's link + 1, 0: there is none
 * @nr: how many have it
 * @asked: of all of them it is known whether the reader may inspect them
 * @first: the first of them that he may inspect, @second the next one; 0: there is none
 * @may: how many of those there are
 */
struct ckpt_common {
	u32 one;
	u32 last;
	u32 others;
	u32 nr;
	bool asked;
	u32 first;
	u32 second;
	u32 may;
};

/**
 * struct ckpt_link - one of the others who have a thing
 * @group: index in the groups + 1
 * @before: link of the one before + 1, 0 at the end
 */
struct ckpt_link {
	u32 group;
	u32 before;
};

/**
 * struct ckpt_census - who has what, as of one moment
 * @taken: it is there; else all but @err is empty
 * @err: why it could not be taken, 0 if it was not tried
 * @begun: when, as start_time of tasks
 * @table: open files, pipes, memfds, and what is shared as a whole; value: index in @things + 1
 * @things: @nr of @cap
 * @links: who else has those that several have, @nr_links of @cap_links
 * @groups: who has something, @nr_groups of @cap_groups
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
	struct ckpt_link *links;
	u32 nr_links;
	u32 cap_links;
	struct ckpt_group *groups;
	u32 nr_groups;
	u32 cap_groups;
	struct ckpt_outsider answer;
};

bool ckpt_census_knows(struct ckpt_scan *scan);
const struct ckpt_outsider *ckpt_census_find(struct ckpt_scan *scan, const void *what, u64 ino);
void ckpt_census_free(struct ckpt_census *census);

#endif
