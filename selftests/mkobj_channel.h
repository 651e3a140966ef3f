/* SPDX-License-Identifier: GPL-2.0 */
/* mkobj_channel.h - how the target tells the holder what it made, and the folder of its files. */
#ifndef _MKOBJ_CHANNEL_H
#define _MKOBJ_CHANNEL_H

#include <sys/types.h>

struct mkobj;

/* The target's end, while there is one: far from the objects' descriptors. */
#define MKOBJ_CHANNEL	1000

/* The holder: before the fork, then once for each phase of the target. */
void mkobj_channel_new(struct mkobj *objects, int nr);
pid_t mkobj_channel_listen(void);
void mkobj_channel_settle(void);

/* The target and what it forks. */
void mkobj_channel_inside(void);
void mkobj_channel_up(void);
void mkobj_channel_made(void);
void mkobj_channel_close(void);

void mkobj_make_dir(void);
void mkobj_remove_dir(void);

/* Lets a traced process go on after a stop. */
void mkobj_trace_cont(pid_t pid, int status);

#endif
