/* SPDX-License-Identifier: GPL-2.0 */
/* told.h - whom a reader may be told of. */
#ifndef _CKPT_TOLD_H
#define _CKPT_TOLD_H

#include "access.h"

struct ckpt_scan;
struct pid;

bool ckpt_told_read(struct ckpt_scan *scan, struct pid *pid);
bool ckpt_told_shown(struct ckpt_scan *scan, struct pid *pid, unsigned int level);
void ckpt_told_peers(struct ckpt_scan *scan);

#endif
