/* SPDX-License-Identifier: GPL-2.0 */
/* policy.h - what a rule means for the CRIU version that a report is judged for. */
#ifndef _CKPT_POLICY_H
#define _CKPT_POLICY_H

#include <linux/types.h>

#include "ckptcheck_table.h"

#define CKPT_TARGET_STRLEN	12

bool ckpt_target_valid(u32 target);
int ckpt_target_parse(const char *text, u32 *target);
int ckpt_target_print(char buf[CKPT_TARGET_STRLEN], u32 target);

#endif
