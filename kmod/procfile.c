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

/* A text that did not fit is asked for again, with so many times the room. */
#define CKPT_FDINFO_GROWTH	16

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
	fput(file);
	return n < 0 ? n : done;
}

/**
 * ckpt_fdinfo_read() - what a file says of itself in fdinfo
 * @fs: mount whose private procfs stands for the file that is being read
 * @file: of a kind whose show_fdinfo() is known not to sleep for long
 * @buf: gets a string
 * @size: of @buf
 *
 * May sleep.  Return: its length, -EOPNOTSUPP if the kind has none, -E2BIG, or what opening the
 * root of procfs says.
 */
int ckpt_fdinfo_read(const struct ckpt_fs *fs, struct file *file, char *buf, size_t size)
{
	struct seq_file seq = { .buf = buf, .size = size - 1 };
	struct file *root;

	if (!file->f_op->show_fdinfo)
		return -EOPNOTSUPP;
	root = ckpt_open_on(fs->proc, ".");
	if (IS_ERR(root))
		return PTR_ERR(root);
	seq.file = root;
	mutex_init(&seq.lock);
	file->f_op->show_fdinfo(&seq, file);
	fput(root);
	if (seq_has_overflowed(&seq))
		return -E2BIG;
	buf[seq.count] = '\0';
	return seq.count;
}

/**
 * ckpt_fdinfo_dup() - the same for a kind that may have much to say
 * @fs: see ckpt_fdinfo_read()
 * @file: likewise; while it shows itself its users may have to wait, so @most bounds that too
 * @most: longest text that is wanted
 *
 * May sleep.  Return: a string to be freed by kvfree(), or an ERR_PTR as of ckpt_fdinfo_read() or
 * -ENOMEM.
 */
char *ckpt_fdinfo_dup(const struct ckpt_fs *fs, struct file *file, size_t most)
{
	size_t size;

	for (size = PAGE_SIZE; size <= most; size *= CKPT_FDINFO_GROWTH) {
		char *buf = kvmalloc(size, GFP_KERNEL_ACCOUNT);
		int n = buf ? ckpt_fdinfo_read(fs, file, buf, size) : -ENOMEM;

		if (n >= 0)
			return buf;
		kvfree(buf);
		if (n != -E2BIG)
			return ERR_PTR(n);
	}
	return ERR_PTR(-E2BIG);
}
