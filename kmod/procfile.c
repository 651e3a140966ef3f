// SPDX-License-Identifier: GPL-2.0
/* procfile.c - reading files of procfs from inside the kernel, on the private mount. */

#include <linux/err.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/uio.h>

#include "access.h"
#include "compat/path.h"
#include "procfile.h"
#include "release.h"
#include "scan.h"

/* More than the files that are read at once have: names of drivers, what memory there is. */
#define CKPT_PROCFILE_TEXT	8192

/* kernel_read() refuses files that have .read = seq_read, so seq_read_iter() is called itself. */
static ssize_t ckpt_seq_read(struct file *file, char *buf, size_t size, loff_t *pos)
{
	struct kvec vec = { .iov_base = buf, .iov_len = size };
	struct iov_iter iter;
	struct kiocb kiocb;
	ssize_t n;

	if (file->f_op->read_iter)
		return kernel_read(file, buf, size, pos);
	if (file->f_op->read != seq_read)
		return -EINVAL;
	init_sync_kiocb(&kiocb, file);
	kiocb.ki_pos = *pos;
	iov_iter_kvec(&iter, READ, &vec, 1, size);
	n = seq_read_iter(&kiocb, &iter);
	*pos = kiocb.ki_pos;
	return n;
}

/**
 * ckpt_procfile_read() - read the beginning of a seq_file of procfs
 * @fs: mount whose private procfs is read
 * @name: path below its root
 * @buf: gets the bytes, no NUL is added
 * @size: at most so many
 *
 * Opens and reads with the credentials in force.  May sleep.
 * Return: number of bytes, or a negative error.
 */
ssize_t ckpt_procfile_read(const struct ckpt_fs *fs, const char *name, char *buf, size_t size)
{
	struct file *file = ckpt_open_on(fs->proc, name);
	size_t done = 0;
	loff_t pos = 0;
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	do {
		n = ckpt_seq_read(file, buf + done, size - done, &pos);
		if (n > 0)
			done += n;
	} while (n > 0 && done < size);
	ckpt_own_put(file);
	return n < 0 ? n : done;
}

/**
 * ckpt_procfile_text() - a short file of procfs, read once
 * @scan: scan, not complete without memory
 * @name: path below the root of the private procfs
 * @text: where it is kept, NULL until it is read; for kvfree()
 *
 * May sleep.  Return: the text, empty if it could not be read, or NULL without memory.
 */
const char *ckpt_procfile_text(struct ckpt_scan *scan, const char *name, char **text)
{
	ssize_t n = -ENOMEM;

	if (*text)
		return *text;
	*text = kvmalloc(CKPT_PROCFILE_TEXT, GFP_KERNEL_ACCOUNT);
	if (*text)
		n = ckpt_procfile_read(scan->fs, name, *text, CKPT_PROCFILE_TEXT - 1);
	if (n == -ENOMEM) {
		kvfree(*text);
		*text = NULL;
		ckpt_report_error(&scan->report, n);
		return NULL;
	}
	(*text)[max_t(ssize_t, n, 0)] = '\0';
	return *text;
}

/**
 * ckpt_fdinfo_show() - what a file says of itself in fdinfo
 * @root: of the private procfs, stands for the file of fdinfo that is being read
 * @file: referenced
 * @buf: gets a string
 * @size: of @buf
 *
 * May sleep, for as long as the kind of file likes.  Return: its length, -EOPNOTSUPP if the kind
 * has none, or -E2BIG.
 */
int ckpt_fdinfo_show(struct file *root, struct file *file, char *buf, size_t size)
{
	struct seq_file seq = { .file = root, .buf = buf, .size = size - 1 };

	if (!file->f_op->show_fdinfo)
		return -EOPNOTSUPP;
	mutex_init(&seq.lock);
	file->f_op->show_fdinfo(&seq, file);
	if (seq_has_overflowed(&seq))
		return -E2BIG;
	buf[seq.count] = '\0';
	return seq.count;
}
