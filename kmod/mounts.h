/* SPDX-License-Identifier: GPL-2.0 */
/* mounts.h - what is mounted where the set lives. */
#ifndef _CKPT_MOUNTS_H
#define _CKPT_MOUNTS_H

#include <linux/types.h>

#include "table.h"

struct ckpt_finding;
struct ckpt_scan;
struct inode;

/* Where a file system is mounted. */
enum ckpt_mounted {
	CKPT_MOUNTED_NOT,
	CKPT_MOUNTED_PARTS,	/* folders or files of it alone */
	CKPT_MOUNTED_WHOLE,
	CKPT_MOUNTED_UNKNOWN,	/* the mounts could not be read */
};

/**
 * struct ckpt_mnt - a line of mountinfo
 * @root: path in the file system, escaped as all strings here
 * @point: where it is mounted
 * @flags: of the mount
 * @type: of the file system
 * @source: what is mounted
 * @options: of the file system
 * @id: its number
 * @parent: number of the mount that it is on
 * @shared: number of its peer group, 0 for none
 * @master: number of the group that it gets mounts from, 0 for none
 * @dev: number of the file system
 * @length: of the line, without its end
 * @space: number of its mount namespace, 0 for the root's
 * @nr: process that told of it
 */
struct ckpt_mnt {
	const char *root;
	const char *point;
	const char *flags;
	const char *type;
	const char *source;
	const char *options;
	u32 id;
	u32 parent;
	u32 shared;
	u32 master;
	dev_t dev;
	u32 length;
	u32 space;
	pid_t nr;
};

struct ckpt_mounts_text;

/**
 * struct ckpt_mounts - all of them, owned by one scan, not locked
 * @texts: of mountinfo, cut into strings, @size bytes in all
 * @list: @nr of them of @cap, in the order of mountinfo, those of the root first
 * @index: their places in @list by number, file system and peer group
 * @spaces: how many mount namespaces they are of
 * @read: whether it was tried
 * @known: whether these are all
 */
struct ckpt_mounts {
	struct ckpt_mounts_text *texts;
	size_t size;
	struct ckpt_mnt *list;
	u32 nr;
	u32 cap;
	struct ckpt_table index;
	u32 spaces;
	bool read;
	bool known;
};

int ckpt_mounts_read(struct ckpt_scan *scan);
bool ckpt_mounts_readers(struct ckpt_scan *scan, dev_t dev);
enum ckpt_mounted ckpt_mounts_dev(const struct ckpt_scan *scan, dev_t dev);
const struct ckpt_mnt *ckpt_mounts_id(const struct ckpt_scan *scan, u32 id);
bool ckpt_mounts_has_group(const struct ckpt_scan *scan, u32 group);
void ckpt_mounts_key_point(struct ckpt_scan *scan, struct ckpt_finding *f, const char *key,
			   const struct ckpt_mnt *m);
void ckpt_mounts_key_path(struct ckpt_scan *scan, struct ckpt_finding *f, dev_t dev,
			  const char *name);
void ckpt_mounts_free(struct ckpt_mounts *all);

#endif
