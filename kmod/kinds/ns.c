// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/ns.c - namespaces: the root's own, which CRIU saves with it, and those of other members,
 * which it mostly cannot.
 *
 * The reader plays criu: a namespace is the root's own if it is not the reader's.
 */

#include <linux/cred.h>
#include <linux/fs_struct.h>
#include <linux/magic.h>
#include <linux/nsproxy.h>
#include <linux/path.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <net/net_namespace.h>

#include "access.h"
#include "compat/path.h"
#include "kind.h"

/**
 * ckpt_ns_of() - the namespaces of a task
 * @task: alive under RCU or by reference
 * @out: compared only
 *
 * Never sleeps.  Return: false for a zombie: it has given them back, but for those that it keeps
 * to the end.
 */
bool ckpt_ns_of(struct task_struct *task, struct ckpt_spaces *out)
{
	const struct nsproxy *proxy;

	*out = (struct ckpt_spaces){};
	rcu_read_lock();
	out->ns[CKPT_NS_PID] = task_active_pid_ns(task);
	out->ns[CKPT_NS_USER] = __task_cred(task)->user_ns;
	rcu_read_unlock();
	task_lock(task);
	proxy = task->nsproxy;
	if (proxy) {
		out->ns[CKPT_NS_NET] = proxy->net_ns;
		out->ns[CKPT_NS_IPC] = proxy->ipc_ns;
		out->ns[CKPT_NS_UTS] = proxy->uts_ns;
		out->ns[CKPT_NS_MNT] = proxy->mnt_ns;
		out->ns[CKPT_NS_CGROUP] = proxy->cgroup_ns;
		out->ns[CKPT_NS_TIME] = proxy->time_ns;
		out->time_for_children = proxy->time_ns_for_children != proxy->time_ns;
		out->pid_for_children = proxy->pid_ns_for_children != out->ns[CKPT_NS_PID];
	}
	task_unlock(task);
	return proxy;
}

static const char * const ckpt_ns_names[CKPT_NR_NS] = {
	[CKPT_NS_NET] = "net",	  [CKPT_NS_IPC] = "ipc",   [CKPT_NS_UTS] = "uts",
	[CKPT_NS_MNT] = "mnt",	  [CKPT_NS_CGROUP] = "cgroup", [CKPT_NS_TIME] = "time",
	[CKPT_NS_PID] = "pid",	  [CKPT_NS_USER] = "user",
};

/* Which kind is called so in procfs?  CKPT_NR_NS: none that is known. */
enum ckpt_ns ckpt_ns_named(const char *name)
{
	enum ckpt_ns which = 0;

	while (which < CKPT_NR_NS && strcmp(name, ckpt_ns_names[which]))
		which++;
	return which;
}

/**
 * ckpt_ns_own() - does the root live in a namespace of its own?
 * @scan: scan, whose first pass has seen the root
 * @which: kind of namespace
 */
bool ckpt_ns_own(const struct ckpt_scan *scan, enum ckpt_ns which)
{
	return scan->root_spaces.ns[which] &&
	       scan->root_spaces.ns[which] != scan->reader_spaces.ns[which];
}

/**
 * ckpt_ns_is_root_mnt() - is it the mount namespace that the root lives in?
 * @scan: scan
 * @ino: number of a file of nsfs
 *
 * The struct is private to the kernel, so procfs is asked for the number.  May sleep.
 */
bool ckpt_ns_is_root_mnt(const struct ckpt_scan *scan, u64 ino)
{
	struct vfsmount *proc = scan->fs->proc;
	struct path path;
	char name[32];
	bool same;

	snprintf(name, sizeof(name), "%d/ns/mnt", pid_nr_ns(scan->root, scan->fs->ns));
	if (vfs_path_lookup(proc->mnt_root, proc, name, LOOKUP_FOLLOW, &path))
		return false;
	same = path.dentry->d_sb->s_magic == NSFS_MAGIC && d_inode(path.dentry)->i_ino == ino;
	path_put(&path);
	return same;
}

/**
 * ckpt_ns_has_net() - does a network namespace belong to the set?
 * @scan: scan, whose first pass is over
 * @net: referenced
 *
 * CRIU looks for sockets in the network namespaces of the members and nowhere else, and not in
 * its own one where the root has another, even if a member lives there.  Where some members were
 * not looked at, any may be theirs.
 */
bool ckpt_ns_has_net(const struct ckpt_scan *scan, const struct net *net)
{
	if (ckpt_ns_own(scan, CKPT_NS_NET) && net == scan->reader_spaces.ns[CKPT_NS_NET])
		return false;
	return ckpt_scan_cut(scan) || ckpt_table_find(&scan->spaces, net, CKPT_NS_NET);
}

static int ckpt_ns_add(struct ckpt_scan *scan, const struct ckpt_spaces *its)
{
	enum ckpt_ns which;

	if (ckpt_table_reserve(&scan->spaces, CKPT_NR_NS + 1))
		return -ENOMEM;
	for (which = 0; which < CKPT_NR_NS; which++)
		ckpt_table_add(&scan->spaces, its->ns[which], which);
	return 0;
}

/* CRIU makes a pid namespace anew with its first process, which the root has to be. */
static void ckpt_ns_judge_pid(struct ckpt_scan *scan, const struct ckpt_place *place,
			      struct task_struct *task)
{
	struct pid_namespace *ns;
	struct ckpt_finding *f;
	unsigned int ino = 0;
	pid_t nr = 0;

	if (!ckpt_ns_own(scan, CKPT_NS_PID) || is_child_reaper(scan->root))
		return;
	rcu_read_lock();
	ns = task_active_pid_ns(task);
	if (ns) {
		ino = ns->ns.inum;
		nr = pid_nr_ns(scan->root, ns);
	}
	rcu_read_unlock();
	f = ckpt_emit(&scan->report, CKPT_NS_PID_NOT_INIT, place, NULL, 0);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, ino);
	ckpt_key_u64(&scan->report, f, "vpid", nr);
}

/*
 * CRIU takes a mount namespace from its root on: the process that it sees the mounts of must not
 * have been locked away.
 */
static void ckpt_ns_judge_root_path(struct ckpt_scan *scan, const struct ckpt_place *place,
				    struct task_struct *task)
{
	struct ckpt_finding *f;
	struct path root = {};

	task_lock(task);
	if (task->fs)
		get_fs_root(task->fs, &root);
	task_unlock(task);
	if (!root.dentry)
		return;
	if (!ckpt_path_is_top(&root)) {
		f = ckpt_emit(&scan->report, CKPT_NS_ROOT_CHROOT, place, NULL, 0);
		ckpt_key_dpath(&scan->report, f, &root);
	}
	path_put(&root);
}

/**
 * ckpt_ns_judge_root() - rules about the namespaces of the root
 * @scan: scan, whose first pass is over
 * @place: the root
 * @task: its leader, referenced
 *
 * May sleep.
 */
void ckpt_ns_judge_root(struct ckpt_scan *scan, const struct ckpt_place *place,
			struct task_struct *task)
{
	ckpt_ns_judge_pid(scan, place, task);
	if (ckpt_ns_own(scan, CKPT_NS_MNT))
		ckpt_ns_judge_root_path(scan, place, task);
	ckpt_userns_judge(scan, place);
}

/*
 * CRIU saves one namespace of a kind, but for network and mounts: those may be nested.  It takes
 * note of its own, where a member has stayed or gone back to, but cannot put a restored one there.
 */
static enum ckpt_rule_id ckpt_ns_rule(const struct ckpt_scan *scan, enum ckpt_ns which,
				      const void *ns)
{
	bool many = which == CKPT_NS_NET || which == CKPT_NS_MNT;

	if (ns == scan->reader_spaces.ns[which])
		return many ? CKPT_NS_LEFT_NET_MNT : CKPT_NS_LEFT;
	if (!many)
		return CKPT_NS_NESTED;
	if (!ckpt_ns_own(scan, which))
		return which == CKPT_NS_NET ? CKPT_NS_NESTED_NET_HOSTROOT :
					      CKPT_NS_NESTED_MNT_HOSTROOT;
	return which == CKPT_NS_NET ? CKPT_NS_NESTED_NET : CKPT_NS_NESTED_MNT;
}

/* A namespace of a member that is not the root's. */
static void ckpt_ns_nested(struct ckpt_scan *scan, const struct ckpt_proc *proc,
			   enum ckpt_ns which, const void *ns)
{
	struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };
	struct ckpt_finding *f;

	/* What CRIU makes of one that is in the reader's was not tried for all kinds. */
	if (ns == scan->reader_spaces.ns[which] &&
	    (which == CKPT_NS_CGROUP || which == CKPT_NS_TIME || which == CKPT_NS_USER)) {
		ckpt_report_incomplete(&scan->report, CKPT_REASON_NAMESPACES);
		return;
	}
	f = ckpt_emit(&scan->report, ckpt_ns_rule(scan, which, ns), &place, ns, which);
	ckpt_key_str(&scan->report, f, "kind", ckpt_ns_names[which], strlen(ckpt_ns_names[which]));
}

/* What CRIU before 3.17 made of these was not tried, nor what any makes of them without a root. */
#define CKPT_NESTED_MNT_TRIED	CKPTCHECK_VERSION(3, 17, 0)

/*
 * Mounts that are neither the root's nor the reader's: the first member that is met in a namespace
 * tells what is mounted there.  Beside it others may be locked away, unless CRIU meets them first.
 */
static void ckpt_ns_mounts(struct ckpt_scan *scan, const struct ckpt_proc *proc,
			   const struct ckpt_spaces *its, struct task_struct *task)
{
	struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };
	const void *ns = its->ns[CKPT_NS_MNT], *top;
	struct ckpt_slot *slot;

	if (ns == scan->root_spaces.ns[CKPT_NS_MNT] || ns == scan->reader_spaces.ns[CKPT_NS_MNT])
		return;
	if (!ckpt_ns_own(scan, CKPT_NS_MNT) || scan->report.target < CKPT_NESTED_MNT_TRIED)
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MOUNTS);
	slot = ckpt_table_find(&scan->spaces, ns, CKPT_NS_MNT);
	if (slot->value)
		return;
	slot->value = proc - scan->procs + 1;
	scan->nr_mnt_ns++;
	top = ckpt_task_top(task);
	if (top)
		ckpt_table_add(&scan->spaces, top, CKPT_NR_NS);
	if (ckpt_ns_own(scan, CKPT_NS_MNT))
		ckpt_ns_judge_root_path(scan, &place, task);
}

/**
 * ckpt_ns_tells_mounts() - is a process the one whose mountinfo tells of its mount namespace?
 * @scan: scan, whose first pass is over
 * @nr: place among the members
 *
 * Not of those of the root and the reader.  Never sleeps.
 */
bool ckpt_ns_tells_mounts(const struct ckpt_scan *scan, u32 nr)
{
	const struct ckpt_proc *proc = &scan->procs[nr];
	const struct ckpt_slot *slot = NULL;
	struct task_struct *task = get_pid_task(proc->pid, PIDTYPE_TGID);
	struct ckpt_spaces its;

	if (!task)
		return false;
	if (proc->may_read && ckpt_ns_of(task, &its))
		slot = ckpt_table_find(&scan->spaces, its.ns[CKPT_NS_MNT], CKPT_NS_MNT);
	put_task_struct(task);
	return slot && slot->value == nr + 1;
}

/**
 * ckpt_ns_is_top() - is everything in a mount namespace of the set below that mount?
 * @scan: scan, whose first pass is over
 * @mnt: compared only
 */
bool ckpt_ns_is_top(const struct ckpt_scan *scan, const void *mnt)
{
	return mnt == scan->top ||
	       (scan->nr_mnt_ns && ckpt_table_find(&scan->spaces, mnt, CKPT_NR_NS));
}

/* Where children will be born: CRIU refuses another time, and forgets another pid namespace. */
static void ckpt_ns_children(struct ckpt_scan *scan, const struct ckpt_proc *proc,
			     const struct ckpt_spaces *its)
{
	struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };

	if (its->time_for_children)
		ckpt_emit(&scan->report, CKPT_NS_TIME_FOR_CHILDREN, &place, NULL, 0);
	if (its->pid_for_children)
		ckpt_emit(&scan->report, CKPT_NS_PID_FOR_CHILDREN, &place, NULL, 0);
}

/**
 * ckpt_ns_collect() - first look at the namespaces of a process
 * @scan: scan
 * @proc: process of the set; the root comes first
 * @task: its leader, referenced
 *
 * May sleep.  Return: 0 or -ENOMEM.
 */
int ckpt_ns_collect(struct ckpt_scan *scan, const struct ckpt_proc *proc,
		    struct task_struct *task)
{
	struct ckpt_spaces its;
	bool alive = ckpt_ns_of(task, &its);
	enum ckpt_ns which;

	if (proc->pid == scan->root) {
		ckpt_ns_of(current, &scan->reader_spaces);
		scan->root_spaces = its;
		scan->top = ckpt_task_top(ckpt_ns_own(scan, CKPT_NS_MNT) ? task : current);
	}
	if (!alive)
		return 0;
	if (ckpt_ns_add(scan, &its))
		return -ENOMEM;
	ckpt_ns_mounts(scan, proc, &its, task);
	for (which = 0; which < CKPT_NR_NS; which++)
		if (its.ns[which] && its.ns[which] != scan->root_spaces.ns[which])
			ckpt_ns_nested(scan, proc, which, its.ns[which]);
	ckpt_ns_children(scan, proc, &its);
	return 0;
}

/**
 * ckpt_ns_judge() - rules about the contents of a process's namespaces
 * @scan: scan, whose first pass is over
 * @place: the process
 * @task: its leader, referenced
 *
 * Each is looked at once.  May sleep.
 */
void ckpt_ns_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		   struct task_struct *task)
{
	struct ckpt_spaces its;
	struct ckpt_slot *slot;

	if (!ckpt_ns_of(task, &its) ||
	    its.ns[CKPT_NS_NET] == scan->reader_spaces.ns[CKPT_NS_NET])
		return;
	slot = ckpt_table_find(&scan->spaces, its.ns[CKPT_NS_NET], CKPT_NS_NET);
	if (slot && !slot->value++)
		ckpt_net_judge(scan, place);
}
