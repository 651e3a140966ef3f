// SPDX-License-Identifier: GPL-2.0
/*
 * mounts.c - what is mounted where the root of the set lives: the text of mountinfo, and an index
 * of its lines by file system and by number of the mount.
 */

#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "access.h"
#include "mounts.h"
#include "procfile.h"
#include "scan.h"

/* Text of some 10000 mounts; first a smaller piece is tried. */
#define CKPT_MOUNTS_TEXT	SZ_1M
#define CKPT_MOUNTS_FIRST	SZ_32K

/* Second half of the identities in ckpt_scan.mounts. */
enum { CKPT_BY_DEV, CKPT_BY_ID };

/* Bit of a slot by file system, beside the offset of its line + 1. */
#define CKPT_IS_WHOLE	BIT(31)

/* A number as an identity: 0 is none. */
static const void *ckpt_mounts_key(unsigned long number)
{
	return (const void *)(number + 1);
}

/* Return: the text, NULL if there is none or too much of it, or an ERR_PTR(-ENOMEM). */
static char *ckpt_mounts_text(struct ckpt_scan *scan)
{
	size_t size = CKPT_MOUNTS_FIRST;
	char name[32], *text;
	ssize_t n;

	snprintf(name, sizeof(name), "%d/mountinfo", pid_nr_ns(scan->root, scan->fs->ns));
	for (;;) {
		text = kvmalloc(size, GFP_KERNEL_ACCOUNT);
		if (!text)
			return ERR_PTR(-ENOMEM);
		n = ckpt_procfile_read(scan->fs, name, text, size);
		if (n > 0 && n < size) {
			text[n] = '\0';
			return text;
		}
		kvfree(text);
		if (n <= 0 || size == CKPT_MOUNTS_TEXT)
			return NULL;
		size = CKPT_MOUNTS_TEXT;
	}
}

/* Return: the line behind, NULL at the end. */
static const char *ckpt_mounts_line(const char *line)
{
	line = strchr(line, '\n');
	return line && line[1] ? line + 1 : NULL;
}

static void ckpt_mounts_add(struct ckpt_scan *scan, const char *line)
{
	u32 at = line - scan->mountinfo + 1;
	unsigned int id, major, minor;
	struct ckpt_slot *slot;
	int root = 0;

	if (sscanf(line, "%u %*u %u:%u %n", &id, &major, &minor, &root) < 3 || !root)
		return;
	ckpt_table_add(&scan->mounts, ckpt_mounts_key(id), CKPT_BY_ID);
	slot = ckpt_table_add(&scan->mounts, ckpt_mounts_key(MKDEV(major, minor)), CKPT_BY_DEV);
	if (!strncmp(line + root, "/ ", 2))
		slot->value = at | CKPT_IS_WHOLE;
	else if (!slot->value)
		slot->value = at;
}

/**
 * ckpt_mounts_read() - read the mounts, once a scan
 * @scan: scan
 *
 * With the reader's credentials.  May sleep.  Return: 0 or -ENOMEM.
 */
int ckpt_mounts_read(struct ckpt_scan *scan)
{
	unsigned int lines = 0;
	const char *line;
	char *text;

	if (scan->mounts_read)
		return 0;
	text = ckpt_mounts_text(scan);
	if (IS_ERR(text))
		return PTR_ERR(text);
	for (line = text; line; line = ckpt_mounts_line(line))
		lines++;
	if (ckpt_table_reserve(&scan->mounts, 2 * lines)) {
		kvfree(text);
		return -ENOMEM;
	}
	scan->mounts_read = true;
	scan->mountinfo = text;
	for (line = text; line; line = ckpt_mounts_line(line))
		ckpt_mounts_add(scan, line);
	return 0;
}

enum ckpt_mounted ckpt_mounts_dev(const struct ckpt_scan *scan, dev_t dev)
{
	const struct ckpt_slot *slot;

	if (!scan->mountinfo)
		return CKPT_MOUNTED_UNKNOWN;
	slot = ckpt_table_find(&scan->mounts, ckpt_mounts_key(dev), CKPT_BY_DEV);
	if (!slot)
		return CKPT_MOUNTED_NOT;
	return slot->value & CKPT_IS_WHOLE ? CKPT_MOUNTED_WHOLE : CKPT_MOUNTED_PARTS;
}

/* Is that the number of a mount?  ckpt_scan.mountinfo is there. */
bool ckpt_mounts_has_id(const struct ckpt_scan *scan, u32 id)
{
	return ckpt_table_find(&scan->mounts, ckpt_mounts_key(id), CKPT_BY_ID);
}

/* The mount point, NUL-terminated in @buf; "/" is "". */
static size_t ckpt_mounts_point(const struct ckpt_scan *scan, dev_t dev, char *buf, size_t size)
{
	const struct ckpt_slot *slot = ckpt_table_find(&scan->mounts, ckpt_mounts_key(dev),
						       CKPT_BY_DEV);
	size_t len = 0;
	int at = 0;

	if (slot && scan->mountinfo) {
		const char *line = scan->mountinfo + (slot->value & ~CKPT_IS_WHOLE) - 1;

		if (sscanf(line, "%*u %*u %*u:%*u %*s %n", &at) == 0 && at)
			len = strcspn(line + at, "\n ");
		if (len == 1 || len >= size)
			len = 0;
		memcpy(buf, line + at, len);
	}
	buf[len] = '\0';
	return len;
}

/**
 * ckpt_mounts_key_path() - path= of an inode, or of the mount point where only parts are mounted
 * @scan: scan, ckpt_mounts_read() has been called
 * @f: finding, may be NULL
 * @inode: referenced
 *
 * From the dentry cache alone; without a name there the key is left out.  May sleep.
 */
void ckpt_mounts_key_path(struct ckpt_scan *scan, struct ckpt_finding *f, struct inode *inode)
{
	bool whole = ckpt_mounts_dev(scan, inode->i_sb->s_dev) == CKPT_MOUNTED_WHOLE;
	struct dentry *dentry = f ? d_find_any_alias(inode) : NULL;
	char *buf = dentry ? kvmalloc(2 * PATH_MAX, GFP_KERNEL_ACCOUNT) : NULL;
	const char *name = "";
	size_t len;

	if (buf) {
		len = ckpt_mounts_point(scan, inode->i_sb->s_dev, buf, PATH_MAX);
		if (whole)
			name = dentry_path_raw(dentry, buf + PATH_MAX, PATH_MAX);
		if (!IS_ERR(name)) {
			memmove(buf + len, name, strlen(name) + 1);
			ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_PATH, buf, strlen(buf));
		}
	}
	kvfree(buf);
	dput(dentry);
}

void ckpt_mounts_free(struct ckpt_scan *scan)
{
	kvfree(scan->mountinfo);
	scan->mountinfo = NULL;
	scan->mounts_read = false;
	ckpt_table_free(&scan->mounts);
}
