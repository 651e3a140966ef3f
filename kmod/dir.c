// SPDX-License-Identifier: GPL-2.0
/* dir.c - the directory: <pid> for each thread group that is there right now, all, and self. */

#include <linux/namei.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "compat/fs.h"
#include "fs.h"
#include "groups.h"

/* Inode numbers, which are also the positions in the directory less one. */
#define CKPT_INO_ROOT	1
#define CKPT_INO_SELF	2
#define CKPT_INO_ALL	3
#define CKPT_INO_PID	3	/* plus the pid */

#define CKPT_POS_SELF	2
#define CKPT_POS_ALL	3
#define CKPT_POS_PID	4	/* plus the pid */

#define CKPT_PID_DIGITS	10

static struct inode *ckpt_new_inode(struct super_block *sb, unsigned long ino, umode_t mode)
{
	struct inode *inode = new_inode(sb);

	if (!inode)
		return NULL;
	inode->i_ino = ino;
	inode->i_mode = mode;
	ckpt_inode_init_times(inode);
	return inode;
}

/* A thread group, and nothing else: a thread's number names no dumped set. */
static bool ckpt_pid_leads(struct pid *pid)
{
	bool leads;

	rcu_read_lock();
	leads = pid_task(pid, PIDTYPE_TGID);
	rcu_read_unlock();
	return leads;
}

/* Digits only, no leading zero, as procfs takes them.  Return: 0 if it is no pid. */
static int ckpt_parse_pid(const struct qstr *name)
{
	unsigned int i, nr = 0;

	if (!name->len || name->len > CKPT_PID_DIGITS || name->name[0] == '0')
		return 0;
	for (i = 0; i < name->len; i++) {
		unsigned int digit = name->name[i] - '0';

		if (digit > 9 || nr > (INT_MAX - digit) / 10)
			return 0;
		nr = nr * 10 + digit;
	}
	return nr;
}

static const char *ckpt_self_link(struct dentry *dentry, struct inode *inode,
				  struct delayed_call *done)
{
	pid_t nr = task_tgid_nr_ns(current, ckpt_sb(inode->i_sb)->ns);
	char *name;

	if (!nr)
		return ERR_PTR(-ENOENT);
	name = kasprintf(dentry ? GFP_KERNEL : GFP_ATOMIC, "%d", nr);
	if (!name)
		return dentry ? ERR_PTR(-ENOMEM) : ERR_PTR(-ECHILD);
	set_delayed_call(done, kfree_link, name);
	return name;
}

static const struct inode_operations ckpt_self_iops = {
	.get_link	= ckpt_self_link,
};

static struct inode *ckpt_self_inode(struct super_block *sb)
{
	struct inode *inode = ckpt_new_inode(sb, CKPT_INO_SELF, S_IFLNK | 0777);

	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->i_op = &ckpt_self_iops;
	return inode;
}

static struct inode *ckpt_all_inode(struct super_block *sb)
{
	struct inode *inode = ckpt_new_inode(sb, CKPT_INO_ALL, S_IFREG | 0444);

	if (!inode)
		return ERR_PTR(-ENOMEM);
	inode->i_fop = &ckpt_sweep_fops;
	return inode;
}

/* Return: 0; -ENOENT if it leads no thread group or is hidden; or why that is not known. */
static int ckpt_pid_visible(const struct ckpt_fs *fs, struct pid *pid)
{
	int err = -ENOENT;

	if (ckpt_pid_leads(pid))
		err = ckpt_access_visible(fs, pid, CKPT_HIDEPID_INVISIBLE);
	return ckpt_access_else(err, -ENOENT);
}

static struct inode *ckpt_pid_inode(struct super_block *sb, const struct qstr *name)
{
	const struct ckpt_fs *fs = ckpt_sb(sb);
	struct inode *inode = ERR_PTR(-ENOENT);
	int nr = ckpt_parse_pid(name);
	struct pid *pid;
	int err;

	if (!nr)
		return inode;
	rcu_read_lock();
	pid = get_pid(find_pid_ns(nr, fs->ns));
	rcu_read_unlock();
	if (!pid)
		return inode;
	err = ckpt_pid_visible(fs, pid);
	if (err) {
		inode = ERR_PTR(err);
		goto put;
	}
	inode = ckpt_new_inode(sb, CKPT_INO_PID + nr, S_IFREG | 0444);
	if (!inode) {
		inode = ERR_PTR(-ENOMEM);
		goto put;
	}
	inode->i_fop = &ckpt_report_fops;
	inode->i_private = pid;
	return inode;
put:
	put_pid(pid);
	return inode;
}

static bool ckpt_name_is(const struct dentry *dentry, const struct qstr *name)
{
	return dentry->d_name.len == name->len &&
	       !memcmp(dentry->d_name.name, name->name, name->len);
}

/* Absent names are not remembered: they may be there a moment later. */
static struct dentry *ckpt_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags)
{
	static const struct qstr self = QSTR_INIT("self", 4), all = QSTR_INIT("all", 3);
	struct super_block *sb = dir->i_sb;
	struct inode *inode;

	if (ckpt_name_is(dentry, &self))
		inode = ckpt_self_inode(sb);
	else if (ckpt_name_is(dentry, &all))
		inode = ckpt_all_inode(sb);
	else
		inode = ckpt_pid_inode(sb, &dentry->d_name);
	return d_splice_alias(inode, dentry);
}

static int ckpt_iterate(struct file *file, struct dir_context *ctx)
{
	const struct ckpt_fs *fs = ckpt_sb(file_inode(file)->i_sb);
	struct pid *pid;
	int nr;

	if (!dir_emit_dots(file, ctx))
		return 0;
	if (ctx->pos == CKPT_POS_SELF) {
		if (!dir_emit(ctx, "self", 4, CKPT_INO_SELF, DT_LNK))
			return 0;
		ctx->pos = CKPT_POS_ALL;
	}
	if (ctx->pos == CKPT_POS_ALL) {
		if (!dir_emit(ctx, "all", 3, CKPT_INO_ALL, DT_REG))
			return 0;
		ctx->pos = CKPT_POS_PID + 1;
	}
	while ((pid = ckpt_next_group(fs->ns, ctx->pos - CKPT_POS_PID, &nr))) {
		int hidden = ckpt_access_visible(fs, pid, CKPT_HIDEPID_INVISIBLE);
		char name[CKPT_PID_DIGITS + 1];
		int len = scnprintf(name, sizeof(name), "%d", nr);

		put_pid(pid);
		ctx->pos = CKPT_POS_PID + (loff_t)nr;
		if (ckpt_access_failed(hidden))
			return hidden;
		if (!hidden && !dir_emit(ctx, name, len, CKPT_INO_PID + nr, DT_REG))
			return 0;
		ctx->pos++;
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	ctx->pos = CKPT_POS_PID + (loff_t)PID_MAX_LIMIT;
	return 0;
}

/* A name found by one reader must not be shown to another one from whom it is hidden. */
static CKPT_D_REVALIDATE(ckpt_revalidate)
{
	const struct inode *inode;
	struct pid *pid;
	int err;

	if (flags & LOOKUP_RCU)
		return -ECHILD;
	inode = d_inode(dentry);
	pid = inode ? ckpt_inode_pid(inode) : NULL;
	err = pid ? ckpt_pid_visible(ckpt_sb(dentry->d_sb), pid) : 0;
	return err == -ENOENT ? 0 : err ?: 1;
}

const struct dentry_operations ckpt_dentry_ops = {
	.d_revalidate	= ckpt_revalidate,
	.d_delete	= always_delete_dentry,
};

static const struct inode_operations ckpt_dir_iops = {
	.lookup		= ckpt_lookup,
};

static const struct file_operations ckpt_dir_fops = {
	.read		= generic_read_dir,
	.iterate_shared	= ckpt_iterate,
	.llseek		= generic_file_llseek,
};

/* Return: the inode of the directory, or NULL. */
struct inode *ckpt_root_inode(struct super_block *sb)
{
	struct inode *inode = ckpt_new_inode(sb, CKPT_INO_ROOT, S_IFDIR | 0555);

	if (!inode)
		return NULL;
	inode->i_op = &ckpt_dir_iops;
	inode->i_fop = &ckpt_dir_fops;
	set_nlink(inode, 2);
	return inode;
}
