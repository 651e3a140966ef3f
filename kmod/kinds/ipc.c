// SPDX-License-Identifier: GPL-2.0
/* kinds/ipc.c - System V shared memory that is attached. */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/string.h>

#include "kind.h"

/* A segment's file is named after its key, with 8 hexadecimal digits. */
#define CKPT_SYSV	"SYSV"

static const char *ckpt_sysv_name(const struct file *file)
{
	return file->f_path.dentry->d_name.name;
}

/**
 * ckpt_is_sysv_shm() - is it the file of a System V segment?
 * @file: referenced
 *
 * It is on the kernel's own mount of tmpfs or hugetlbfs, where users name nothing: their memory
 * files are all called "memfd:...".
 */
bool ckpt_is_sysv_shm(const struct file *file)
{
	return file->f_path.mnt->mnt_flags & MNT_INTERNAL &&
	       !strncmp(ckpt_sysv_name(file), CKPT_SYSV, strlen(CKPT_SYSV));
}

/* The inode of a segment has the segment's own number. */
static void ckpt_sysv_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			   enum ckpt_rule_id rule)
{
	const char *key = ckpt_sysv_name(obj->file) + strlen(CKPT_SYSV);
	struct ckpt_finding *f;
	char hex[16];

	f = ckpt_emit(&scan->report, rule, &obj->place, obj->inode, obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, "shmid", obj->inode->i_ino);
	ckpt_key_str(&scan->report, f, "key", hex, scnprintf(hex, sizeof(hex), "0x%s", key));
}

/* Judges a mapping of a segment; CRIU saves it as part of an own IPC namespace of the root. */
void ckpt_sysv_shm_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	if (!ckpt_ns_own(scan, CKPT_NS_IPC)) {
		ckpt_sysv_emit(scan, obj, CKPT_SHM_SYSV_HOST_IPCNS);
		return;
	}
	/* SHM_LOCK: its pages are kept in memory, which CRIU does not ask for again. */
	if (mapping_unevictable(obj->inode->i_mapping))
		ckpt_sysv_emit(scan, obj, CKPT_IPC_SHM_FLAGS);
	if (obj->inode->i_sb->s_magic != TMPFS_MAGIC)
		ckpt_file_unknown(scan, obj, "System V shared memory of huge pages");
}
