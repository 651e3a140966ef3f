/* SPDX-License-Identifier: GPL-2.0 */
/* compat/fown.h - who gets the signals of a file: a part of struct file before 6.12. */
#ifndef _CKPT_COMPAT_FOWN_H
#define _CKPT_COMPAT_FOWN_H

#include <linux/fs.h>
#include <linux/version.h>

/* NULL if there never was any; else it stays as long as the file. */
static inline struct fown_struct *ckpt_file_fown(const struct file *file)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	return (struct fown_struct *)&file->f_owner;
#else
	return file_f_owner(file);
#endif
}

/* Does somebody get signals?  Without a lock, and without a reference. */
static inline bool ckpt_file_has_fown(const struct file *file)
{
	const struct fown_struct *fown = ckpt_file_fown(file);

	return fown && READ_ONCE(fown->pid);
}

#endif
