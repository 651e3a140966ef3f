/* SPDX-License-Identifier: GPL-2.0 */
/* show.h - fdinfo of kinds that may make the reader wait. */
#ifndef _CKPT_SHOW_H
#define _CKPT_SHOW_H

#include <linux/types.h>

struct ckpt_fs;
struct file;

int ckpt_show_init(void);
void ckpt_show_exit(void);

char *ckpt_show_dup(const struct ckpt_fs *fs, struct file *file, size_t most);

#endif
