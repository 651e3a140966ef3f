// SPDX-License-Identifier: GPL-2.0
/* kinds/ipc.c - System V shared memory that is attached. */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mount.h>
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

/* Judges a mapping of a segment; CRIU saves it as part of an own IPC namespace of the root. */
void ckpt_sysv_shm_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const char *key = ckpt_sysv_name(obj->file) + strlen(CKPT_SYSV);
	struct ckpt_finding *f;
	char hex[16];

	if (ckpt_ns_own(scan, CKPT_NS_IPC)) {
		if (obj->inode->i_sb->s_magic != TMPFS_MAGIC)
			ckpt_file_unknown(scan, obj, "System V shared memory of huge pages");
		return;
	}
	/* The inode of a segment has the segment's own number. */
	f = ckpt_emit(&scan->report, CKPT_SHM_SYSV_HOST_IPCNS, &obj->place, obj->inode,
		      obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, "shmid", obj->inode->i_ino);
	ckpt_key_str(&scan->report, f, "key", hex, scnprintf(hex, sizeof(hex), "0x%s", key));
}
