/* SPDX-License-Identifier: GPL-2.0 */
/* groups.h - going through all thread groups of a pid namespace. */
#ifndef _CKPT_GROUPS_H
#define _CKPT_GROUPS_H

struct pid;
struct pid_namespace;

struct pid *ckpt_next_group(struct pid_namespace *ns, int nr, int *found);

#endif
