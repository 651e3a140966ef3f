/* SPDX-License-Identifier: GPL-2.0 */
/* procfile.h - reading files of procfs from inside the kernel. */
#ifndef _CKPT_PROCFILE_H
#define _CKPT_PROCFILE_H

#include <linux/types.h>

struct ckpt_fs;
struct ckpt_scan;
struct file;

const char *ckpt_procfile_text(struct ckpt_scan *scan, const char *name, char **text);
ssize_t ckpt_procfile_read(const struct ckpt_fs *fs, const char *name, char *buf, size_t size);
int ckpt_fdinfo_show(struct file *root, struct file *file, char *buf, size_t size);

#endif
