// SPDX-License-Identifier: GPL-2.0
/*
 * access.c - may this reader be told about that process, and could criu attach to it?
 *
 * The kernel's own check (ptrace_may_access() with its security modules) is not exported, and a
 * copy of it would be wrong one day.  So procfs is asked, on a private mount: following
 * <pid>/ns/user makes the kernel ask for PTRACE_MODE_READ, opening <pid>/mem for
 * PTRACE_MODE_ATTACH, both with the credentials in force.
 */

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/magic.h>
#include <linux/path.h>
#include <linux/proc_fs.h>
#include <linux/sched/signal.h>
#include <linux/user_namespace.h>

#include "access.h"
#include "compat/path.h"
#include "patience.h"
#include "procfile.h"
#include "release.h"

#define CKPT_PID_NAME	32

/* The name was looked up by number: it counts only if the number still is our process's. */
static int ckpt_access_same(struct pid *pid)
{
	int err;

	/* A dying process loses its thread's number first, and procfs looks at that one. */
	rcu_read_lock();
	err = pid_task(pid, PIDTYPE_PID) && pid_task(pid, PIDTYPE_TGID) ? 0 : -ESRCH;
	rcu_read_unlock();
	return err;
}

/* Everything but a vanished process and a reader that has to stop is a refusal. */
static int ckpt_access_error(int err, struct pid *pid)
{
	if (ckpt_access_same(pid))
		return -ESRCH;
	return ckpt_access_else(err, -EACCES);
}

/**
 * ckpt_access_ns() - the file of nsfs for a namespace of a process
 * @fs: mount through which it is looked up
 * @cred: the reader's credentials
 * @nr: number of the process, in the pid namespace of the mount
 * @which: user, net, ...
 * @path: gets the file, which keeps the namespace; to be put
 *
 * The kernel asks whether the reader may inspect the process.  May sleep.
 * Return: 0 or a negative error.
 */
int ckpt_access_ns(const struct ckpt_fs *fs, const struct cred *cred, pid_t nr, const char *which,
		   struct path *path)
{
	const struct cred *old = override_creds(cred);
	char name[CKPT_PID_NAME];
	int err;

	snprintf(name, sizeof(name), "%d/ns/%s", nr, which);
	err = vfs_path_lookup(fs->proc->mnt_root, fs->proc, name, LOOKUP_FOLLOW, path);
	revert_creds(old);
	if (err)
		return err;
	/* 5.10 returns success for a refused link, and leaves us in procfs. */
	if (path->dentry->d_sb->s_magic == NSFS_MAGIC)
		return 0;
	path_put(path);
	return -EACCES;
}

/**
 * ckpt_access_read() - may a reader inspect a process?
 * @fs: mount through which it asks
 * @cred: the reader's credentials
 * @pid: thread group
 *
 * May sleep.  Return: 0; -EACCES if it may not; -ESRCH if the process is gone; -EBUSY (it is in
 * exec), -ENOMEM or -EINTR if it could not be found out.
 */
int ckpt_access_read(const struct ckpt_fs *fs, const struct cred *cred, struct pid *pid)
{
	pid_t nr = pid_nr_ns(pid, fs->ns);
	struct path path;
	int err;

	if (!nr)
		return -EACCES;
	err = ckpt_patience_settled(pid, CKPT_PATIENCE_SHORT);
	if (err)
		return err;
	err = ckpt_access_ns(fs, cred, nr, "user", &path);
	if (!err)
		path_put(&path);
	return err ? ckpt_access_error(err, pid) : ckpt_access_same(pid);
}

/**
 * ckpt_access_over_modes() - what ckpt_access_attach() asks with
 * @cred: the reader's credentials
 *
 * <pid>/mem has mode 0600, which ptrace does not care for: CAP_DAC_READ_SEARCH is added to the
 * reader's credentials for its open.  That bit alone may also satisfy the kernel's check that the
 * reader's capabilities include the target's, so it never goes without a READ check.
 *
 * May sleep.  Return: to be put, or NULL.
 */
const struct cred *ckpt_access_over_modes(const struct cred *cred)
{
	const struct cred *old = override_creds(cred);
	struct cred *new = prepare_creds();

	revert_creds(old);
	if (new)
		cap_raise(new->cap_effective, CAP_DAC_READ_SEARCH);
	return new;
}

/* Without memory (kernel thread, zombie) mem gives no answer, personality asks the same. */
static int ckpt_open_attach(const struct ckpt_fs *fs, pid_t nr)
{
	char name[CKPT_PID_NAME], byte;
	struct file *file;
	ssize_t n;

	snprintf(name, sizeof(name), "%d/mem", nr);
	file = ckpt_open_on(fs->proc, name);
	if (!IS_ERR(file)) {
		bool checked = file->private_data;

		ckpt_own_put(file);
		if (checked)
			return 0;
	} else if (PTR_ERR(file) != -ESRCH) {
		return PTR_ERR(file);
	}
	snprintf(name, sizeof(name), "%d/personality", nr);
	n = ckpt_procfile_read(fs, name, &byte, sizeof(byte));
	return n < 0 ? n : 0;
}

/**
 * ckpt_access_attach() - could criu, run by this reader, attach to a process?
 * @fs: mount through which it asks
 * @over: of ckpt_access_over_modes()
 * @pid: thread group for which ckpt_access_read() returned 0
 *
 * May sleep.  A refusal by Yama is logged by the kernel, so this is asked once a scan.
 * Return: as ckpt_access_read().
 */
int ckpt_access_attach(const struct ckpt_fs *fs, const struct cred *over, struct pid *pid)
{
	const struct cred *old = override_creds(over);
	int err = ckpt_open_attach(fs, pid_nr_ns(pid, fs->ns));

	revert_creds(old);
	return err ? ckpt_access_error(err, pid) : ckpt_access_same(pid);
}

/**
 * ckpt_access_capable() - has a reader a capability in a user namespace?
 * @cred: the reader's credentials
 * @ns: referenced
 * @cap: CAP_*
 */
bool ckpt_access_capable(const struct cred *cred, struct user_namespace *ns, int cap)
{
	const struct cred *old = override_creds(cred);
	bool capable = ns_capable_noaudit(ns, cap);

	revert_creds(old);
	return capable;
}

/**
 * ckpt_access_all() - may a reader be told of processes that nobody has named?
 * @cred: the reader's credentials
 *
 * A number of references says how many processes hold something, and those may be of anybody, in
 * any namespace.
 */
bool ckpt_access_all(const struct cred *cred)
{
	return ckpt_access_capable(cred, &init_user_ns, CAP_SYS_PTRACE);
}

/* A remount of /proc may change both at any time.  Without a procfs there nothing is hidden. */
static unsigned int ckpt_access_hidepid(const struct ckpt_fs *fs, kgid_t *gid)
{
	unsigned int hidepid = READ_ONCE(fs->hidepid);
	struct proc_fs_info *info;

	*gid = fs->gid;
	if (hidepid != CKPT_HIDEPID_PROC)
		return hidepid;
	if (!fs->below)
		return CKPT_HIDEPID_OFF;
	info = proc_sb_info(fs->below);
	*gid = info->pid_gid;
	return READ_ONCE(info->hide_pid);
}

/**
 * ckpt_access_visible() - does hidepid= show a process to the current task?
 * @fs: mount
 * @pid: thread group
 * @level: least hidepid= value that hides what is asked for
 *
 * May sleep.  The order of the tests is that of procfs.
 * Return: 0; else it is hidden: what ckpt_access_read() returned.
 */
int ckpt_access_visible(const struct ckpt_fs *fs, struct pid *pid, unsigned int level)
{
	kgid_t gid;
	unsigned int hidepid = ckpt_access_hidepid(fs, &gid);

	if (hidepid != CKPT_HIDEPID_PTRACEABLE) {
		if (hidepid < level)
			return 0;
		if (in_group_p(gid))
			return 0;
	}
	return ckpt_access_read(fs, current_cred(), pid);
}

/**
 * ckpt_access_shown() - the same for any reader; what has no number in the mount is hidden
 * @fs: mount
 * @cred: the reader's credentials
 * @pid: thread group
 * @level: see ckpt_access_visible()
 *
 * May sleep.  Return: as ckpt_access_visible().
 */
int ckpt_access_shown(const struct ckpt_fs *fs, const struct cred *cred, struct pid *pid,
		      unsigned int level)
{
	const struct cred *old = override_creds(cred);
	int err = pid_nr_ns(pid, fs->ns) ? ckpt_access_visible(fs, pid, level) : -EACCES;

	revert_creds(old);
	return err;
}
