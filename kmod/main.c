// SPDX-License-Identifier: GPL-2.0
/* main.c - loading and unloading, and the mount at /proc/ckptcheck. */

#include <linux/fs.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/umh.h>

#include "compat/scm.h"
#include "fs.h"
#include "policy.h"
#include "release.h"
#include "show.h"
#include "sysfs.h"

#define CKPT_PROC_NAME		"ckptcheck"

static bool automount = true;
module_param(automount, bool, 0444);
MODULE_PARM_DESC(automount, "mount " CKPTCHECK_MOUNT_POINT " when the module is loaded");

/* The kernel has no exported way to attach a mount, so mount(8) does it, in init's namespace. */
static void ckpt_automount(void)
{
	char *argv[] = { "/bin/mount", "-t", CKPTCHECK_FS_TYPE, "-o", "nosuid,nodev,noexec",
			 CKPT_PROC_NAME, CKPTCHECK_MOUNT_POINT, NULL };
	char *envp[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/", NULL };
	int err = call_usermodehelper(argv[0], argv, envp, UMH_WAIT_PROC);

	if (err)
		pr_warn("%s: automount failed (%d), do: mount -t %s %s %s\n", KBUILD_MODNAME, err,
			CKPTCHECK_FS_TYPE, CKPT_PROC_NAME, CKPTCHECK_MOUNT_POINT);
}

static int __init ckpt_init(void)
{
	int err = ckpt_release_init();

	if (err)
		return err;
	err = ckpt_show_init();
	if (err)
		goto exit_release;
	err = ckpt_sysfs_init();
	if (err)
		goto exit_show;
	ckpt_scm_init();
	/* The empty-directory kind: fresh mounts of proc in user namespaces stay possible. */
	err = -ENOMEM;
	if (!proc_create_mount_point(CKPT_PROC_NAME))
		goto exit_sysfs;
	err = register_filesystem(&ckpt_fs_type);
	if (err)
		goto remove_point;
	if (automount)
		ckpt_automount();
	return 0;

remove_point:
	remove_proc_entry(CKPT_PROC_NAME, NULL);
exit_sysfs:
	ckpt_sysfs_exit();
exit_show:
	ckpt_show_exit();
exit_release:
	ckpt_release_exit();
	return err;
}

/* Not before the last mount is gone: each superblock holds the module. */
static void __exit ckpt_exit(void)
{
	unregister_filesystem(&ckpt_fs_type);
	remove_proc_entry(CKPT_PROC_NAME, NULL);
	ckpt_sysfs_exit();
	ckpt_show_exit();
	ckpt_release_exit();
}

module_init(ckpt_init);
module_exit(ckpt_exit);

MODULE_LICENSE("GPL");
MODULE_VERSION("0.1");
MODULE_ALIAS_FS("ckptcheck");
MODULE_DESCRIPTION("Tells what keeps CRIU from checkpointing a process tree");
MODULE_AUTHOR("ckptcheck maintainers");
