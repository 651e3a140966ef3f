// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/outside.c - what the set shares with processes outside: open files, memory, fd tables.
 *
 * CRIU tests none of it: after a restore each side has a copy of its own.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/fdtable.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "access.h"
#include "kind.h"
#include "outside.h"
#include "refs.h"

/* A memfd is a deleted tmpfs file on the kernel's own mount; hugetlbfs has an own superblock. */
bool ckpt_is_memfd(const struct file *file, const struct inode *inode)
{
	return (file->f_path.mnt->mnt_flags & MNT_INTERNAL) &&
	       inode->i_sb->s_magic == TMPFS_MAGIC &&
	       !strncmp(file->f_path.dentry->d_name.name, "memfd:", 6);
}

/* Who it is, and how many they are, as far as the reader may inspect them. */
static void ckpt_outside_keys(struct ckpt_scan *scan, struct ckpt_finding *f,
			      const struct ckpt_outsider *who)
{
	if (!f || !who || !who->count)
		return;
	ckpt_key_u64(&scan->report, f, "outside", who->count);
	f->peer = get_pid(who->pid);
}

/**
 * ckpt_key_outside() - outside=, where only the number of references is known
 * @scan: scan
 * @f: finding, may be NULL
 * @references: from outside
 *
 * Whose they are nobody knows, so most readers only learn that there are some.
 */
void ckpt_key_outside(struct ckpt_scan *scan, struct ckpt_finding *f, u64 references)
{
	if (ckpt_access_all(scan->cred))
		ckpt_key_u64(&scan->report, f, "outside", references);
}

/* ---- what is shared as a whole ---- */

/*
 * Users of a thing beyond the threads of the process, read without the locks that keep it: a
 * suspicion is all that is wanted.  Under task_lock, but for the handlers: under RCU.
 */
static bool ckpt_users_exceed(const struct task_struct *task, enum ckpt_shareable what, int threads)
{
	switch (what) {
	case CKPT_SHARE_MM:
		return task->mm && atomic_read(&task->mm->mm_users) > threads;
	case CKPT_SHARE_FS:
		return task->fs && READ_ONCE(task->fs->users) > threads;
	case CKPT_SHARE_SIGHAND:
		return rcu_access_pointer(task->sighand) &&
		       refcount_read(&rcu_dereference(task->sighand)->count) > threads;
	default:
		return task->files && atomic_read(&task->files->count) > threads;
	}
}

/**
 * ckpt_shares_maybe() - may more than some threads use what a process has?
 * @task: its leader, referenced
 * @what: memory, directories, handlers or fd table
 * @threads: that many are its own, or taken for such
 *
 * As of one moment.  Never sleeps.
 */
bool ckpt_shares_maybe(struct task_struct *task, enum ckpt_shareable what, int threads)
{
	bool exceeds;

	task_lock(task);
	rcu_read_lock();
	exceeds = ckpt_users_exceed(task, what, threads);
	rcu_read_unlock();
	task_unlock(task);
	return exceeds;
}

/* Memory, directories, handlers, fd table.  May sleep. */
void ckpt_outside_judge_task(struct ckpt_scan *scan, const struct ckpt_place *place,
			     struct task_struct *task)
{
	static const char * const names[CKPT_NR_SHAREABLES] = {
		[CKPT_SHARE_MM] = "memory", [CKPT_SHARE_FS] = "directories",
		[CKPT_SHARE_SIGHAND] = "handlers", [CKPT_SHARE_FILES] = "descriptors",
	};
	enum ckpt_shareable what;

	for (what = 0; what < CKPT_NR_SHAREABLES; what++) {
		const struct ckpt_outsider *who;
		const void *addr = ckpt_shareable(task, what);
		struct ckpt_finding *f;

		if (!addr || !ckpt_shares_maybe(task, what, get_nr_threads(task)))
			continue;
		who = ckpt_outside_find(scan, addr, what);
		if (!who)
			continue;
		f = ckpt_emit(&scan->report, CKPT_TASK_SHARED_OUTSIDE, place, addr, what);
		ckpt_key_str(&scan->report, f, "what", names[what], strlen(names[what]));
		ckpt_outside_keys(scan, f, who);
	}
}

/* ---- open files ---- */

/*
 * Other open files of a memfd have the same dentry; their number is only compared with that
 * from inside.
 */
static bool ckpt_memfd_opened_outside(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const struct ckpt_slot *slot = ckpt_table_find(&scan->memfds, obj->inode,
						       obj->inode->i_ino);

	return slot && d_count(obj->file->f_path.dentry) > slot->value &&
	       ckpt_outside_confirmed(scan, obj->inode, obj->inode->i_ino);
}

static void ckpt_memfd_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const struct ckpt_outsider *who = NULL;
	struct ckpt_finding *f;
	bool outside;

	outside = ckpt_refs_outside(scan, obj->file);
	if (outside)
		who = ckpt_outside_find(scan, obj->file, obj->inode->i_ino);
	else
		outside = ckpt_memfd_opened_outside(scan, obj);
	if (outside && !who)
		who = ckpt_outside_find(scan, obj->inode, obj->inode->i_ino);
	if (!outside)
		return;
	f = ckpt_emit(&scan->report, CKPT_MEMFD_SHARED_OUTSIDE, &obj->place, obj->inode,
		      obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
	ckpt_key_path(&scan->report, f, obj->file);
	ckpt_outside_keys(scan, f, who);
}

/* Nothing that counts is in an open /dev/null; terminals and what comes with them have rules. */
static bool ckpt_has_state(const struct inode *inode)
{
	return !S_ISCHR(inode->i_mode) ||
	       (MAJOR(inode->i_rdev) != MEM_MAJOR && !ckpt_dev_is_tty(inode->i_rdev));
}

/**
 * ckpt_outside_judge_file() - does somebody outside have the same open file?
 * @scan: scan
 * @obj: file at a descriptor or in flight, referenced
 *
 * May sleep.
 */
void ckpt_outside_judge_file(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const struct ckpt_outsider *who;
	struct ckpt_finding *f;

	if (ckpt_is_memfd(obj->file, obj->inode)) {
		ckpt_memfd_judge(scan, obj);
		return;
	}
	if (!ckpt_has_state(obj->inode) || !ckpt_refs_exceed(scan, obj->file))
		return;
	who = ckpt_outside_find(scan, obj->file, obj->inode->i_ino);
	if (!who)
		return;
	f = ckpt_emit(&scan->report, CKPT_FILE_SHARED_OUTSIDE, &obj->place, obj->file,
		      obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
	ckpt_key_path(&scan->report, f, obj->file);
	ckpt_outside_keys(scan, f, who);
}

/* A mapping of memory that has no name: memfd, or shared and anonymous.  May sleep. */
void ckpt_outside_judge_vma(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct ckpt_finding *f;
	long outside;

	if (!(obj->vm_flags & VM_MAYSHARE) || !(obj->file->f_path.mnt->mnt_flags & MNT_INTERNAL))
		return;
	if (ckpt_is_memfd(obj->file, obj->inode)) {
		ckpt_memfd_judge(scan, obj);
		return;
	}
	if (obj->inode->i_sb->s_magic != TMPFS_MAGIC || ckpt_is_sysv_shm(obj->file))
		return;
	outside = ckpt_refs_outside(scan, obj->file);
	if (!outside)
		return;
	f = ckpt_emit(&scan->report, CKPT_VMA_SHARED_ANON_OUTSIDE, &obj->place, obj->file,
		      obj->inode->i_ino);
	ckpt_key_outside(scan, f, outside);
}
