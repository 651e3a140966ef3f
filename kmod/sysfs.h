/* SPDX-License-Identifier: GPL-2.0 */
/* sysfs.h - settings and figures of /sys/kernel/ckptcheck. */
#ifndef _CKPT_SYSFS_H
#define _CKPT_SYSFS_H

#include <linux/types.h>

int ckpt_sysfs_init(void);
void ckpt_sysfs_exit(void);

u32 ckpt_default_target(void);
u32 ckpt_max_objects(void);
void ckpt_stats_scan(bool failed);
void ckpt_stats_hold(u64 ns);

#endif
