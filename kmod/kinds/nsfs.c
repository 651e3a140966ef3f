// SPDX-License-Identifier: GPL-2.0
/* kinds/nsfs.c - open namespaces: CRIU saves those that it knows, of the set and its own. */

#include <linux/cgroup.h>
#include <linux/ipc_namespace.h>
#include <linux/pid_namespace.h>
#include <linux/proc_ns.h>
#include <linux/string.h>
#include <linux/time_namespace.h>
#include <linux/user_namespace.h>
#include <linux/utsname.h>
#include <net/net_namespace.h>

#include "kind.h"

/* The namespace that an open file keeps; NULL for a kind whose struct is private to the kernel. */
static const void *ckpt_nsfs_space(struct ns_common *ns, enum ckpt_ns which)
{
	switch (which) {
	case CKPT_NS_NET:
		return container_of(ns, struct net, ns);
	case CKPT_NS_IPC:
		return container_of(ns, struct ipc_namespace, ns);
	case CKPT_NS_UTS:
		return container_of(ns, struct uts_namespace, ns);
	case CKPT_NS_CGROUP:
		return container_of(ns, struct cgroup_namespace, ns);
	case CKPT_NS_TIME:
		return container_of(ns, struct time_namespace, ns);
	case CKPT_NS_PID:
		return container_of(ns, struct pid_namespace, ns);
	case CKPT_NS_USER:
		return container_of(ns, struct user_namespace, ns);
	default:
		return NULL;
	}
}

/**
 * ckpt_nsfs_judge() - judge an open namespace
 * @scan: scan, whose first pass is over
 * @obj: a file of nsfs that was opened through procfs
 *
 * May sleep.
 */
void ckpt_nsfs_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct ns_common *ns = get_proc_ns(obj->inode);
	enum ckpt_ns which = ckpt_ns_named(ns->ops->name);
	const void *space = ckpt_nsfs_space(ns, which);
	struct ckpt_finding *f;

	if (!space) {
		/* Mount namespaces have no more than a number, which procfs tells. */
		if (!ckpt_ns_is_root_mnt(scan, obj->inode->i_ino))
			ckpt_file_unknown(scan, obj, "mount namespace");
		return;
	}
	/* It may be that of a member that was not looked at. */
	if (ckpt_scan_cut(scan) || ckpt_table_find(&scan->spaces, space, which))
		return;
	/* CRIU takes note of its own namespaces, too, but does not save them. */
	f = ckpt_emit_ino(scan, obj, space == scan->reader_spaces.ns[which] ?
			  CKPT_FILE_NS_READERS : CKPT_FILE_NS_UNKNOWN, ns, obj->inode->i_ino);
	ckpt_key_str(&scan->report, f, "kind", ns->ops->name, strlen(ns->ops->name));
}
