// SPDX-License-Identifier: GPL-2.0
/* kinds/procpath.c - files and folders of procfs: whose they are. */

#include <linux/dcache.h>
#include <linux/kernel.h>
#include <linux/magic.h>
#include <linux/pid.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>

#include "kind.h"
#include "set.h"
#include "told.h"

/* The folder of procfs itself that a path is in, or is; the root if it is that.  To be put. */
static struct dentry *ckpt_proc_folder(const struct path *path)
{
	struct dentry *at = dget(path->dentry), *parent;

	while (!IS_ROOT(at)) {
		parent = dget_parent(at);
		if (IS_ROOT(parent)) {
			dput(parent);
			break;
		}
		dput(at);
		at = parent;
	}
	return at;
}

/*
 * A number that nobody has any more is that of a process for which CRIU makes another.  One that
 * is hidden from the reader looks like that, too.
 */
static bool ckpt_proc_is_outside(struct ckpt_scan *scan, struct pid_namespace *ns, pid_t nr)
{
	struct task_struct *task;
	struct pid *pid = NULL;
	bool shown;

	rcu_read_lock();
	task = pid_task(find_pid_ns(nr, ns), PIDTYPE_PID);
	if (task && !ckpt_set_has(scan, task))
		pid = get_pid(task_tgid(task));
	rcu_read_unlock();
	shown = pid && ckpt_told_shown(scan, pid, CKPT_HIDEPID_INVISIBLE);
	put_pid(pid);
	return shown;
}

/*
 * CRIU writes over the end of the path of such a folder, and what its memory has behind that
 * belongs to it then.  Behind longer numbers it has nothing, which was tried with 3.17.1 and 4.2.1.
 */
static pid_t ckpt_proc_safe_nr(const struct ckpt_obj *obj)
{
	return obj->via ? 100000 : 10;
}

static void ckpt_procpath_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			       const struct path *path, enum ckpt_rule_id rule)
{
	ckpt_obj_path_keys(scan, ckpt_emit_ino(scan, obj, rule, path->dentry,
					       d_inode(path->dentry)->i_ino), obj);
}

/**
 * ckpt_procpath_judge() - an object on procfs
 * @scan: scan
 * @obj: the object
 * @path: by which users know it
 *
 * Names of procfs never change, so the one of the folder is read as it is.  May sleep.
 */
void ckpt_procpath_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			 const struct path *path)
{
	struct super_block *sb = path->dentry->d_sb;
	struct dentry *folder;
	bool is_pid;
	pid_t nr;

	if (sb->s_magic != PROC_SUPER_MAGIC)
		return;
	folder = ckpt_proc_folder(path);
	is_pid = !kstrtoint(folder->d_name.name, 10, &nr);
	dput(folder);
	if (!is_pid)
		return;
	if (folder == path->dentry && nr < ckpt_proc_safe_nr(obj))
		ckpt_procpath_emit(scan, obj, path, CKPT_FILE_PROC_FOLDER);
	else if (ckpt_proc_is_outside(scan, proc_pid_ns(sb), nr))
		ckpt_procpath_emit(scan, obj, path, CKPT_FILE_PROC_OUTSIDE);
}
