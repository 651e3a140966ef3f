// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/folder.c - where files are: below a mount that covers them, on a detached mount, on Btrfs,
 * on procfs.
 *
 * That holds for descriptors, mappings, the executable, the working directory and the root alike.
 */

#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs_struct.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>

#include "compat/path.h"
#include "compat/vma.h"
#include "kind.h"

#define CKPT_LEAVES_TRACEFS_OUT	CKPTCHECK_VERSION(3, 0, 0)

/* The path by which users know the object. */
static const struct path *ckpt_obj_path(const struct ckpt_obj *obj)
{
	return obj->file ? ckpt_user_path(obj->file) : obj->path;
}

/* via= and path=, where it has them. */
void ckpt_obj_path_keys(struct ckpt_scan *scan, struct ckpt_finding *f, const struct ckpt_obj *obj)
{
	const struct path *path = ckpt_obj_path(obj);

	if (obj->via)
		ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_VIA, obj->via, strlen(obj->via));
	if (path)
		ckpt_key_dpath(&scan->report, f, path);
}

/*
 * Where the rule is an info record, one for all, the first pass counts the files, and the first
 * one of them that the second pass meets tells how many there are: none is marked for that.
 */
static bool ckpt_btrfs_is_gathered(const struct ckpt_scan *scan)
{
	return ckpt_rule_is_quiet(&scan->report, CKPT_FILE_BTRFS);
}

static void ckpt_btrfs_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct ckpt_finding *f;
	u32 count = 1;

	if (ckpt_obj_path(obj)->mnt->mnt_sb->s_magic != BTRFS_SUPER_MAGIC)
		return;
	/* The working directory and its like are not among those that were counted. */
	if (ckpt_btrfs_is_gathered(scan) && !obj->via) {
		count = scan->btrfs_files;
		scan->btrfs_files = 0;
	}
	if (!count)
		return;
	f = ckpt_emit_many(&scan->report, CKPT_FILE_BTRFS, &obj->place, obj->inode,
			   obj->inode->i_ino, count);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
	ckpt_obj_path_keys(scan, f, obj);
}

/**
 * ckpt_folder_peek() - first look at the place of a file
 * @scan: scan
 * @path: of the file, which is kept by a lock of the target
 *
 * The first file of each folder is judged for all others: whether a mount covers them.  Only if
 * one does is each file judged, in a second scan.  The folder's address is compared only.  Never
 * sleeps or allocates; nothing is counted where it wants room.
 */
enum ckpt_look ckpt_folder_peek(struct ckpt_scan *scan, const struct path *path)
{
	const void *folder = READ_ONCE(path->dentry->d_parent);
	const struct vfsmount *mnt = path->mnt;
	bool first = false;

	if (mnt->mnt_flags & MNT_INTERNAL)
		return CKPT_FINE;
	if (folder != scan->last_folder || mnt != scan->last_mnt) {
		if (!ckpt_table_has_room(&scan->folders))
			return CKPT_ROOM;
		first = !ckpt_table_add(&scan->folders, folder, (unsigned long)mnt)->value++;
		scan->last_folder = folder;
		scan->last_mnt = mnt;
		scan->last_btrfs = mnt->mnt_sb->s_magic == BTRFS_SUPER_MAGIC;
		scan->last_proc = mnt->mnt_sb->s_magic == PROC_SUPER_MAGIC;
		scan->last_short = !scan->last_btrfs && !scan->last_proc && !scan->each_file;
	}
	if (scan->last_proc)
		return CKPT_MARK;
	if (scan->last_btrfs) {
		if (!ckpt_btrfs_is_gathered(scan))
			return CKPT_MARK;
		scan->btrfs_files++;
	}
	return first || scan->each_file || d_mountpoint(path->dentry) ? CKPT_MARK : CKPT_FINE;
}

/* CRIU leaves mounts of tracefs out of what it reads of mounts, and finds none for their files. */
static bool ckpt_path_is_left_out(const struct ckpt_scan *scan, const struct path *path)
{
	return path->mnt->mnt_sb->s_magic == TRACEFS_MAGIC &&
	       scan->report.target >= CKPT_LEAVES_TRACEFS_OUT;
}

static enum ckpt_path_state ckpt_folder_state(const struct ckpt_scan *scan,
					      const struct path *path)
{
	if (ckpt_path_is_left_out(scan, path))
		return CKPT_PATH_DETACHED;
	return ckpt_path_state(scan, path);
}

static enum ckpt_rule_id ckpt_folder_rule(const struct ckpt_obj *obj, const struct path *path,
					  enum ckpt_path_state state)
{
	if (state == CKPT_PATH_REPLACED)
		return ckpt_path_other_node(path) ? CKPT_FILE_DEVICE_REPLACED :
						    CKPT_FILE_PATH_REPLACED;
	if (state == CKPT_PATH_OVERMOUNTED)
		return CKPT_FILE_OVERMOUNTED;
	return obj->via && !strcmp(obj->via, "exe") ? CKPT_MM_EXE_GONE : CKPT_FILE_MOUNT_UNKNOWN;
}

static void ckpt_folder_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			     const struct path *path, enum ckpt_path_state state)
{
	struct ckpt_report *r = &scan->report;
	struct ckpt_finding *f;

	/* A file without any name is copied, wherever its name was. */
	if (state == CKPT_PATH_REPLACED && !d_inode(path->dentry)->i_nlink)
		return;
	/* CRIU's code in the process mounts /proc there, which no option helps. */
	if (state == CKPT_PATH_DETACHED && obj->via && !strcmp(obj->via, "root")) {
		ckpt_emit_unknown(scan, obj, path->dentry, obj->inode->i_ino,
				  "root on a detached mount");
		return;
	}
	/* The option that helps names the mount. */
	f = ckpt_emit(r, ckpt_folder_rule(obj, path, state), &obj->place, path->dentry,
		      (unsigned long)path->mnt);
	ckpt_key_u64(r, f, CKPTCHECK_KEY_INO, d_inode(path->dentry)->i_ino);
	ckpt_mnt_key(scan, f, obj);
	ckpt_obj_path_keys(scan, f, obj);
}

/* Judges the place of an object.  May sleep. */
void ckpt_folder_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const struct path *path = ckpt_obj_path(obj);
	enum ckpt_path_state state;

	if (path->mnt->mnt_flags & MNT_INTERNAL)
		return;
	ckpt_btrfs_judge(scan, obj);
	ckpt_procpath_judge(scan, obj, path);
	state = ckpt_folder_state(scan, path);
	if (state == CKPT_PATH_FINE)
		return;
	scan->misplaced = true;
	ckpt_folder_emit(scan, obj, path, state);
}

static void ckpt_folder_judge_via(struct ckpt_scan *scan, const struct ckpt_proc *proc,
				  const struct path *path, const char *via)
{
	const struct ckpt_obj obj = {
		.place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS },
		.path = path, .inode = d_inode(path->dentry), .via = via,
	};

	ckpt_folder_judge(scan, &obj);
	ckpt_gone_judge(scan, &obj, path);
}

/* The reference is dropped like that of any file of the target. */
static int ckpt_folder_judge_exe(struct ckpt_scan *scan, const struct ckpt_proc *proc,
				 struct mm_struct *mm)
{
	const struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };
	struct file *exe;

	if (ckpt_batch_need(&scan->batch))
		return -ENOMEM;
	exe = ckpt_exe_file(mm);
	if (!exe)
		return 0;
	/* The batch has a reference of its own, so this is not the last. */
	ckpt_batch_add(scan->batch, exe);
	fput(exe);
	if (ckpt_is_memfd(exe, file_inode(exe)))
		ckpt_emit(&scan->report, CKPT_MM_EXE_MEMFD, &place, NULL, 0);
	ckpt_folder_judge_via(scan, proc, ckpt_user_path(exe), "exe");
	ckpt_batch_drop(&scan->batch);
	return 0;
}

/**
 * ckpt_folder_judge_proc() - the places of the executable, the working directory and the root
 * @scan: scan
 * @proc: process of the set
 * @task: its leader, referenced
 *
 * May sleep.  Return: 0 or -ENOMEM.
 */
int ckpt_folder_judge_proc(struct ckpt_scan *scan, const struct ckpt_proc *proc,
			   struct task_struct *task)
{
	struct path cwd = {}, root = {};
	struct mm_struct *mm;
	int err = 0;

	task_lock(task);
	if (task->fs) {
		get_fs_pwd(task->fs, &cwd);
		get_fs_root(task->fs, &root);
	}
	task_unlock(task);
	if (cwd.dentry) {
		ckpt_folder_judge_via(scan, proc, &cwd, "cwd");
		ckpt_folder_judge_via(scan, proc, &root, "root");
		path_put(&cwd);
		path_put(&root);
	}
	mm = get_task_mm(task);
	if (mm) {
		err = ckpt_folder_judge_exe(scan, proc, mm);
		mmput_async(mm);
	}
	return err;
}
