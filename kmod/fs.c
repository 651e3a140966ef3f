// SPDX-License-Identifier: GPL-2.0
/* fs.c - the file system's superblocks, one a pid namespace, and its mount options. */

#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "compat/fs.h"
#include "compat/path.h"
#include "fs.h"

#define CKPT_FS_MAGIC	0x636b7074	/* "ckpt" */

enum ckpt_param { CKPT_OPT_GID, CKPT_OPT_HIDEPID };

static const struct fs_parameter_spec ckpt_fs_params[] = {
	fsparam_u32("gid", CKPT_OPT_GID),
	fsparam_string("hidepid", CKPT_OPT_HIDEPID),
	{}
};

static const struct {
	const char *name;
	unsigned int value;
} ckpt_hidepid_names[] = {
	{ "off",	CKPT_HIDEPID_OFF },
	{ "noaccess",	CKPT_HIDEPID_NO_ACCESS },
	{ "invisible",	CKPT_HIDEPID_INVISIBLE },
	{ "ptraceable",	CKPT_HIDEPID_PTRACEABLE },
	{ "proc",	CKPT_HIDEPID_PROC },
};

/**
 * struct ckpt_mount_opts - what one mount(2) or remount asked for
 * @given: bits of enum ckpt_param
 * @gid: gid=
 * @hidepid: hidepid=
 */
struct ckpt_mount_opts {
	unsigned long given;
	kgid_t gid;
	unsigned int hidepid;
};

static int ckpt_parse_hidepid(struct fs_context *fc, const char *text, unsigned int *hidepid)
{
	unsigned int value;
	int i;

	for (i = 0; i < ARRAY_SIZE(ckpt_hidepid_names); i++) {
		if (!strcmp(text, ckpt_hidepid_names[i].name) ||
		    (!kstrtouint(text, 10, &value) && value == ckpt_hidepid_names[i].value)) {
			*hidepid = ckpt_hidepid_names[i].value;
			return 0;
		}
	}
	return invalf(fc, "ckptcheck: unknown value of hidepid - %s", text);
}

static int ckpt_parse_param(struct fs_context *fc, struct fs_parameter *param)
{
	struct ckpt_mount_opts *opts = fc->fs_private;
	struct fs_parse_result result;
	int opt = fs_parse(fc, ckpt_fs_params, param, &result), err = 0;

	if (opt < 0)
		return opt;
	if (opt == CKPT_OPT_HIDEPID) {
		err = ckpt_parse_hidepid(fc, param->string, &opts->hidepid);
	} else {
		opts->gid = make_kgid(current_user_ns(), result.uint_32);
		if (!gid_valid(opts->gid))
			err = invalf(fc, "ckptcheck: gid %u is not mapped here", result.uint_32);
	}
	if (!err)
		opts->given |= BIT(opt);
	return err;
}

/* Readers look at each of both words once. */
static void ckpt_apply_opts(struct ckpt_fs *fs, const struct ckpt_mount_opts *opts)
{
	if (opts->given & BIT(CKPT_OPT_GID))
		fs->gid = opts->gid;
	if (opts->given & BIT(CKPT_OPT_HIDEPID))
		WRITE_ONCE(fs->hidepid, opts->hidepid);
}

static int ckpt_reconfigure(struct fs_context *fc)
{
	ckpt_apply_opts(ckpt_sb(fc->root->d_sb), fc->fs_private);
	return 0;
}

static int ckpt_show_options(struct seq_file *seq, struct dentry *root)
{
	const struct ckpt_fs *fs = ckpt_sb(root->d_sb);
	int i;

	if (!gid_eq(fs->gid, GLOBAL_ROOT_GID))
		seq_printf(seq, ",gid=%u", from_kgid_munged(&init_user_ns, fs->gid));
	for (i = 0; i < ARRAY_SIZE(ckpt_hidepid_names); i++)
		if (fs->hidepid == ckpt_hidepid_names[i].value &&
		    fs->hidepid != CKPT_HIDEPID_PROC)
			seq_printf(seq, ",hidepid=%s", ckpt_hidepid_names[i].name);
	return 0;
}

static void ckpt_evict_inode(struct inode *inode)
{
	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	put_pid(ckpt_inode_pid(inode));
}

static int ckpt_drop_inode(struct inode *inode)
{
	return 1;
}

static const struct super_operations ckpt_super_ops = {
	.statfs		= simple_statfs,
	.drop_inode	= ckpt_drop_inode,
	.evict_inode	= ckpt_evict_inode,
	.show_options	= ckpt_show_options,
};

/*
 * The private procfs answers questions of access by number, so it must speak the numbers of our
 * namespace: a context that was made in one and is mounted from another is refused.
 */
static int ckpt_mount_proc(struct ckpt_fs *fs, struct fs_context *fc)
{
	struct file_system_type *type = get_fs_type("proc");
	struct vfsmount *mnt;
	struct file *root;

	if (!type)
		return -ENODEV;
	mnt = kern_mount(type);
	module_put(type->owner);
	if (IS_ERR(mnt))
		return PTR_ERR(mnt);
	fs->proc = mnt;
	if (proc_pid_ns(mnt->mnt_sb) != fs->ns)
		return invalf(fc, "ckptcheck: must be mounted from the pid namespace it is for");
	root = ckpt_open_on(mnt, ".");
	if (IS_ERR(root))
		return PTR_ERR(root);
	fs->root = root;
	if (ckpt_access_ns(fs, current_cred(), task_tgid_nr_ns(current, fs->ns), "user",
			   &fs->user_ns))
		fs->user_ns = (struct path){};
	return 0;
}

static int ckpt_fill_super(struct super_block *sb, struct fs_context *fc)
{
	struct inode *root;
	int err = ckpt_mount_proc(ckpt_sb(sb), fc);

	if (err)
		return err;
	sb->s_iflags |= SB_I_NOEXEC | SB_I_NODEV;
	sb->s_flags |= SB_NODIRATIME | SB_NOSUID | SB_NOEXEC;
	sb->s_blocksize = PAGE_SIZE;
	sb->s_blocksize_bits = PAGE_SHIFT;
	sb->s_magic = CKPT_FS_MAGIC;
	sb->s_op = &ckpt_super_ops;
	sb->s_time_gran = 1;
	ckpt_set_d_op(sb, &ckpt_dentry_ops);
	root = ckpt_root_inode(sb);
	if (!root)
		return -ENOMEM;
	sb->s_root = d_make_root(root);
	return sb->s_root ? 0 : -ENOMEM;
}

static int ckpt_test_super(struct super_block *sb, struct fs_context *fc)
{
	const struct ckpt_fs *wanted = fc->s_fs_info;

	return ckpt_sb(sb)->ns == wanted->ns;
}

static int ckpt_get_tree(struct fs_context *fc)
{
	struct super_block *sb = sget_fc(fc, ckpt_test_super, set_anon_super_fc);
	int err;

	if (IS_ERR(sb))
		return PTR_ERR(sb);
	if (!sb->s_root) {
		err = ckpt_fill_super(sb, fc);
		if (err) {
			deactivate_locked_super(sb);
			return err;
		}
		sb->s_flags |= SB_ACTIVE;
	}
	ckpt_apply_opts(ckpt_sb(sb), fc->fs_private);
	fc->root = dget(sb->s_root);
	return 0;
}

static void ckpt_fs_free(struct ckpt_fs *fs)
{
	if (!fs)
		return;
	path_put(&fs->user_ns);
	if (fs->root)
		fput(fs->root);
	if (fs->proc)
		kern_unmount(fs->proc);
	if (fs->below)
		deactivate_super(fs->below);
	put_pid_ns(fs->ns);
	kfree(fs);
}

static void ckpt_free_fc(struct fs_context *fc)
{
	kfree(fc->fs_private);
	ckpt_fs_free(fc->s_fs_info);
}

static const struct fs_context_operations ckpt_context_ops = {
	.free		= ckpt_free_fc,
	.parse_param	= ckpt_parse_param,
	.get_tree	= ckpt_get_tree,
	.reconfigure	= ckpt_reconfigure,
};

/* The superblock is kept, not the mount: /proc can be unmounted. */
static struct super_block *ckpt_proc_below(void)
{
	struct super_block *sb = NULL;
	struct path path;

	if (kern_path("/proc", LOOKUP_FOLLOW, &path))
		return NULL;
	if (path.dentry->d_sb->s_magic == PROC_SUPER_MAGIC) {
		sb = path.dentry->d_sb;
		atomic_inc(&sb->s_active);
	}
	path_put(&path);
	return sb;
}

static int ckpt_init_fs_context(struct fs_context *fc)
{
	struct ckpt_mount_opts *opts = kzalloc(sizeof(*opts), GFP_KERNEL_ACCOUNT);
	struct ckpt_fs *fs = kzalloc(sizeof(*fs), GFP_KERNEL_ACCOUNT);

	if (!opts || !fs) {
		kfree(opts);
		kfree(fs);
		return -ENOMEM;
	}
	fs->ns = get_pid_ns(task_active_pid_ns(current));
	fs->below = ckpt_proc_below();
	fs->gid = GLOBAL_ROOT_GID;
	fs->hidepid = CKPT_HIDEPID_PROC;
	put_user_ns(fc->user_ns);
	fc->user_ns = get_user_ns(fs->ns->user_ns);
	fc->fs_private = opts;
	fc->s_fs_info = fs;
	fc->ops = &ckpt_context_ops;
	return 0;
}

/* The private mount of procfs pins the pid namespace: it goes with the superblock. */
static void ckpt_kill_sb(struct super_block *sb)
{
	struct ckpt_fs *fs = ckpt_sb(sb);

	kill_anon_super(sb);
	ckpt_fs_free(fs);
}

/* Who may mount it, and change its options, administers the user namespace of the pid namespace. */
struct file_system_type ckpt_fs_type = {
	.owner			= THIS_MODULE,
	.name			= "ckptcheck",
	.fs_flags		= FS_USERNS_MOUNT,
	.init_fs_context	= ckpt_init_fs_context,
	.parameters		= ckpt_fs_params,
	.kill_sb		= ckpt_kill_sb,
};
