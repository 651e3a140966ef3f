// SPDX-License-Identifier: GPL-2.0
/* kinds/ipc.c - System V shared memory that is attached, and POSIX message queues. */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/ipc_namespace.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/nsproxy.h>
#include <linux/pagemap.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "kind.h"
#include "mounts.h"

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

/*
 * What private_data of an attached segment's file begins with: struct shm_file_data of ipc/shm.c,
 * the same since 2.6.25.  @ns is compared, and never followed.
 */
struct ckpt_sysv_data {
	int id;
	const void *ns;
};

/* Does the segment belong to another IPC namespace than that of the process by now? */
static bool ckpt_sysv_is_elsewhere(const struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const struct ckpt_sysv_data *data = obj->file->private_data;
	struct task_struct *task = scan->task;
	bool elsewhere;

	if (!data || data->id != (int)obj->inode->i_ino)
		return false;
	task_lock(task);
	elsewhere = task->nsproxy && task->nsproxy->ipc_ns != data->ns;
	task_unlock(task);
	return elsewhere;
}

/* Judges a mapping of a segment; CRIU saves it as part of an own IPC namespace of the root. */
void ckpt_sysv_shm_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	if (!ckpt_ns_own(scan, CKPT_NS_IPC)) {
		ckpt_sysv_emit(scan, obj, CKPT_SHM_SYSV_HOST_IPCNS);
		return;
	}
	if (ckpt_sysv_is_elsewhere(scan, obj)) {
		ckpt_sysv_emit(scan, obj, CKPT_SHM_SYSV_OTHER_IPCNS);
		return;
	}
	/* SHM_LOCK: its pages are kept in memory, which CRIU does not ask for again. */
	if (mapping_unevictable(obj->inode->i_mapping))
		ckpt_sysv_emit(scan, obj, CKPT_IPC_SHM_FLAGS);
}

/* Number of message queues in the task's IPC namespace, and the file system that shows them. */
static unsigned int ckpt_mqueues(struct task_struct *task, dev_t *dev)
{
	unsigned int count = 0;

#ifdef CONFIG_POSIX_MQUEUE
	task_lock(task);
	if (task->nsproxy && task->nsproxy->ipc_ns->mq_mnt) {
		count = READ_ONCE(task->nsproxy->ipc_ns->mq_queues_count);
		*dev = task->nsproxy->ipc_ns->mq_mnt->mnt_sb->s_dev;
	}
	task_unlock(task);
#endif
	return count;
}

/**
 * ckpt_mqueue_judge() - message queues of an IPC namespace of the root's own
 * @scan: scan, whose first pass has seen the root
 * @place: the root
 * @task: its leader, referenced
 *
 * CRIU looks for queues in the mounts of an own mount namespace, and nowhere else.  May sleep.
 */
void ckpt_mqueue_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		       struct task_struct *task)
{
	struct ckpt_finding *f;
	unsigned int count;
	dev_t dev = 0;

	if (!ckpt_ns_own(scan, CKPT_NS_IPC))
		return;
	count = ckpt_mqueues(task, &dev);
	if (!count)
		return;
	if (ckpt_ns_own(scan, CKPT_NS_MNT)) {
		/* If they cannot be read ckpt_mntns_finish() says so. */
		ckpt_mounts_read(scan);
		if (ckpt_mounts_dev(scan, dev) != CKPT_MOUNTED_NOT)
			return;
	}
	f = ckpt_emit(&scan->report, CKPT_IPC_MQUEUE_UNMOUNTED, place, NULL, 0);
	ckpt_key_u64(&scan->report, f, "queues", count);
}
