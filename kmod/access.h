/* SPDX-License-Identifier: GPL-2.0 */
/* access.h - one mount of the report file system, and who may be told what through it. */
#ifndef _CKPT_ACCESS_H
#define _CKPT_ACCESS_H

#include <linux/errno.h>
#include <linux/path.h>
#include <linux/pid_namespace.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct cred;
struct super_block;
struct user_namespace;
struct vfsmount;

/* hidepid= with the values and the meaning of procfs, and one for what /proc has at the time. */
enum ckpt_hidepid {
	CKPT_HIDEPID_OFF	= 0,
	CKPT_HIDEPID_NO_ACCESS	= 1,
	CKPT_HIDEPID_INVISIBLE	= 2,
	CKPT_HIDEPID_PTRACEABLE	= 4,
	CKPT_HIDEPID_PROC	= 8,
};

/**
 * struct ckpt_fs - what a superblock of ours serves
 * @ns: pid namespace whose numbers it speaks, owned; fixed for its life
 * @proc: private mount of procfs for @ns, owned; fixed for its life
 * @root: the root of @proc, open, owned; fixed for its life
 * @user_ns: file of nsfs that most checks of access come to, kept so that they do not make it anew
 *	each time, owned; empty if it could not be had
 * @below: procfs at /proc when the first mount was prepared, an active reference; NULL if it was
 *	   something else
 * @gid: group to which hidepid= does not apply; like @hidepid changed by a remount alone
 * @hidepid: enum ckpt_hidepid; CKPT_HIDEPID_PROC: that and the group of @below
 */
struct ckpt_fs {
	struct pid_namespace *ns;
	struct vfsmount *proc;
	struct file *root;
	struct path user_ns;
	struct super_block *below;
	kgid_t gid;
	unsigned int hidepid;
};

int ckpt_access_ns(const struct ckpt_fs *fs, const struct cred *cred, pid_t nr, const char *which,
		   struct path *path);
int ckpt_access_read(const struct ckpt_fs *fs, const struct cred *cred, struct pid *pid);
const struct cred *ckpt_access_over_modes(const struct cred *cred);
int ckpt_access_attach(const struct ckpt_fs *fs, const struct cred *over, struct pid *pid);
bool ckpt_access_capable(const struct cred *cred, struct user_namespace *ns, int cap);
bool ckpt_access_all(const struct cred *cred);
int ckpt_access_visible(const struct ckpt_fs *fs, struct pid *pid, unsigned int level);
int ckpt_access_shown(const struct ckpt_fs *fs, const struct cred *cred, struct pid *pid,
		      unsigned int level);

/* Is that no answer, for want of memory or because the reader has to stop? */
static inline bool ckpt_access_failed(int err)
{
	return err == -ENOMEM || err == -EINTR || err == -ERESTARTNOINTR || err == -ENFILE;
}

/* The answer of a check in the words of who asks: @refused is his error for a refusal. */
static inline int ckpt_access_else(int err, int refused)
{
	return !err || ckpt_access_failed(err) ? err : refused;
}

#endif
