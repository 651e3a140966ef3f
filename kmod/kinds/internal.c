// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/internal.c - files of the kernel's own mounts: memory files, message queues, namespaces,
 * buffers that devices share.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "kind.h"
#include "procfile.h"

/* Of mqueue, which has no header. */
#define CKPT_MQUEUE_MAGIC	0x19800202

/* All memory files are called so, and nothing else on these mounts. */
#define CKPT_MEMFD		"memfd:"

/* Before 5.14 there is none. */
#ifndef SECRETMEM_MAGIC
#define SECRETMEM_MAGIC		0x5345434d
#endif

/* The number in a line of meminfo, or 0. */
static unsigned long ckpt_meminfo_line(const char *info, const char *name)
{
	const char *at = strstr(info, name);
	unsigned long value = 0;

	if (at)
		sscanf(at + strlen(name), "%lu", &value);
	return value;
}

/**
 * ckpt_meminfo() - what the machine has, or had when the scan first asked
 * @scan: scan
 * @names: of lines of meminfo, as they begin, colon included; @nr of them
 * @values: their numbers, 0 for those that are not there or if nothing could be read
 * @nr: number of both
 *
 * May sleep.
 */
void ckpt_meminfo(struct ckpt_scan *scan, const char * const *names, unsigned long *values, int nr)
{
	const char *info = ckpt_procfile_text(scan, "meminfo", &scan->meminfo);
	int i;

	for (i = 0; i < nr; i++)
		values[i] = info ? ckpt_meminfo_line(info, names[i]) : 0;
}

/**
 * ckpt_huge_page_free() - could criu have a huge page?
 * @scan: scan
 * @inode: of a file of hugetlbfs
 *
 * It needs one to learn how such files look.  Only of the usual size does meminfo tell that.
 * May sleep.
 */
bool ckpt_huge_page_free(struct ckpt_scan *scan, const struct inode *inode)
{
	static const char * const names[] = {
		"Hugepagesize:", "HugePages_Free:", "HugePages_Rsvd:",
	};
	unsigned long values[ARRAY_SIZE(names)];

	ckpt_meminfo(scan, names, values, ARRAY_SIZE(names));
	return values[0] << 10 == inode->i_sb->s_blocksize && values[1] > values[2];
}

/* Is it secret memory? */
bool ckpt_is_secret(const struct inode *inode)
{
	return inode->i_sb->s_magic == SECRETMEM_MAGIC;
}

/* Is it a message queue? */
bool ckpt_is_mqueue(const struct inode *inode)
{
	return inode->i_sb->s_magic == CKPT_MQUEUE_MAGIC;
}

static bool ckpt_has_memfd_name(const struct file *file)
{
	return !strncmp(file->f_path.dentry->d_name.name, CKPT_MEMFD, strlen(CKPT_MEMFD));
}

static void ckpt_memfd_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			     enum ckpt_rule_id rule)
{
	const char *name = obj->file->f_path.dentry->d_name.name + strlen(CKPT_MEMFD);
	struct ckpt_finding *f;

	f = ckpt_emit_ino(scan, obj, rule, obj->inode, obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, "size", i_size_read(obj->inode));
	ckpt_key_str(&scan->report, f, "name", name, strlen(name));
}

/* One that CRIU takes for a file on a disk, whose mount it does not find then. */
static void ckpt_mountless_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				 enum ckpt_rule_id rule)
{
	struct ckpt_finding *f;

	f = ckpt_emit_ino(scan, obj, rule, obj->inode, obj->inode->i_ino);
	ckpt_mnt_key(scan, f, obj);
	ckpt_obj_path_keys(scan, f, obj);
}

/* Judges an open regular file of such a mount.  May sleep. */
void ckpt_internal_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	unsigned long magic = obj->inode->i_sb->s_magic;

	if (ckpt_is_memfd(obj->file, obj->inode))
		ckpt_memfd_judge(scan, obj, CKPT_MEMFD_OPEN);
	else if (magic == HUGETLBFS_MAGIC && ckpt_has_memfd_name(obj->file) &&
		 ckpt_huge_page_free(scan, obj->inode))
		ckpt_memfd_judge(scan, obj, CKPT_MEMFD_HUGETLB);
	else if (magic == HUGETLBFS_MAGIC)
		ckpt_file_unknown(scan, obj, "file of huge pages, of which none is free");
	else if (ckpt_is_secret(obj->inode))
		ckpt_mountless_judge(scan, obj, CKPT_FILE_MEMFD_SECRET);
	else if (ckpt_is_mqueue(obj->inode))
		ckpt_mountless_judge(scan, obj, CKPT_FILE_MQUEUE_FD);
	else if (magic == NSFS_MAGIC)
		ckpt_nsfs_judge(scan, obj);
	else
		ckpt_file_unknown(scan, obj, "file of an internal mount");
}

static bool ckpt_match_dmabuf(const struct file *file, const struct inode *inode)
{
	return inode->i_sb->s_magic == DMA_BUF_MAGIC;
}

static void ckpt_judge_dmabuf(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct ckpt_finding *f;

	f = ckpt_emit_ino(scan, obj, CKPT_FILE_DMABUF, obj->inode, obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, "size", i_size_read(obj->inode));
}

const struct ckpt_kind ckpt_kind_dmabuf = {
	.match = ckpt_match_dmabuf, .judge = ckpt_judge_dmabuf,
};
