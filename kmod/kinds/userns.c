// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/userns.c - the root's own user namespace: criu becomes its user 0, and enters the root's
 * other namespaces as that.
 */

#include <linux/fs.h>
#include <linux/path.h>
#include <linux/proc_ns.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "access.h"
#include "kind.h"

/* The kinds that criu tries to enter. */
static const struct {
	enum ckpt_ns which;
	const char *name;
} ckpt_userns_tried[] = {
	{ CKPT_NS_NET, "net" }, { CKPT_NS_UTS, "uts" }, { CKPT_NS_IPC, "ipc" },
	{ CKPT_NS_MNT, "mnt" },
};

/* Does the namespace at @path belong to @user, or to one below that?  Both are referenced. */
static bool ckpt_userns_owns(const struct user_namespace *user, const struct path *path)
{
	struct ns_common *ns = get_proc_ns(d_inode(path->dentry));
	const struct user_namespace *owner = ns->ops->owner(ns);

	while (owner && owner != user)
		owner = owner->parent;
	return owner;
}

static int ckpt_userns_judge_owner(struct ckpt_scan *scan, const struct ckpt_place *place,
				   const struct user_namespace *user, int i)
{
	const char *name = ckpt_userns_tried[i].name;
	struct ckpt_finding *f;
	struct path path;
	bool owns;
	int err;

	if (!ckpt_ns_own(scan, ckpt_userns_tried[i].which))
		return 0;
	err = ckpt_access_ns(scan->fs, scan->cred, place->nr, name, &path);
	if (err)
		return err;
	owns = ckpt_userns_owns(user, &path);
	path_put(&path);
	if (owns)
		return 0;
	f = ckpt_emit(&scan->report, CKPT_NS_USER_FOREIGN_OWNER, place, NULL, 0);
	ckpt_key_str(&scan->report, f, "kind", name, strlen(name));
	return 0;
}

/**
 * ckpt_userns_judge() - rules about the root's own user namespace
 * @scan: scan, whose first pass has seen the root's namespaces
 * @place: the root
 *
 * May sleep.
 */
void ckpt_userns_judge(struct ckpt_scan *scan, const struct ckpt_place *place)
{
	struct user_namespace *user;
	struct path path;
	int err, i;

	if (!ckpt_ns_own(scan, CKPT_NS_USER))
		return;
	/* The root of the user namespace may mount procfs in a pid and mount namespace of its. */
	if (!ckpt_ns_own(scan, CKPT_NS_PID))
		ckpt_emit(&scan->report, CKPT_NS_USER_NO_PID, place, NULL, 0);
	else if (!ckpt_ns_own(scan, CKPT_NS_MNT))
		ckpt_emit(&scan->report, CKPT_NS_PROC_NOT_OWN, place, NULL, 0);
	err = ckpt_access_ns(scan->fs, scan->cred, place->nr, "user", &path);
	if (err)
		goto unknown;
	user = container_of(get_proc_ns(d_inode(path.dentry)), struct user_namespace, ns);
	if (!uid_valid(make_kuid(user, 0)) || !gid_valid(make_kgid(user, 0)))
		ckpt_emit(&scan->report, CKPT_CRED_ID_UNMAPPED, place, NULL, 0);
	for (i = 0; i < ARRAY_SIZE(ckpt_userns_tried) && !err; i++)
		err = ckpt_userns_judge_owner(scan, place, user, i);
	path_put(&path);
unknown:
	if (err)
		ckpt_report_incomplete(&scan->report, CKPT_REASON_NAMESPACES);
}
