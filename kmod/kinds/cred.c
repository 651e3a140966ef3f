// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/cred.c - may criu, run by this reader, do to the process what it has to?  And what of the
 * process's own credentials is lost?
 */

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/key.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/security.h>
#include <net/net_namespace.h>

#include "access.h"
#include "kind.h"

/*
 * CRIU gets the groups in one page, together with other credentials: for 973 of them there is
 * room in every version tried, for 977 in none.  And it reads /proc/<pid>/status into a page:
 * the line "Groups:" must fit.
 */
#define CKPT_GROUPS_SURE	973
#define CKPT_GROUPS_MOST	976
#define CKPT_GROUPS_LINE	4096

/* Of a process that the reader may not even inspect nothing but its number is told. */
void ckpt_cred_judge(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task)
{
	struct ckpt_place place = { .nr = proc->nr, .kind = CKPT_AT_PROCESS };
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, CKPT_CRED_NO_ACCESS, &place, NULL, 0);
	if (proc->may_read)
		ckpt_key_u64(&scan->report, f, "uid",
			     from_kuid_munged(current_user_ns(), task_uid(task)));
}

/* CRIU wants root, whoever's process it is; said once, at the root of the set. */
void ckpt_cred_judge_reader(struct ckpt_scan *scan, const struct ckpt_place *place)
{
	uid_t uid = from_kuid_munged(scan->cred->user_ns, scan->cred->euid);
	struct ckpt_finding *f;

	if (!uid)
		return;
	f = ckpt_emit(&scan->report, CKPT_CRED_NOT_ROOT, place, NULL, 0);
	ckpt_key_u64(&scan->report, f, "uid", uid);
}

/* Length of the line in /proc/<pid>/status as the reader gets it. */
static unsigned int ckpt_groups_line(const struct group_info *groups)
{
	struct user_namespace *reader = current_user_ns();
	unsigned int len = strlen("Groups:\t\n");
	gid_t gid;
	int i;

	for (i = 0; i < groups->ngroups && len <= CKPT_GROUPS_LINE; i++) {
		len += 2;
		gid = from_kgid_munged(reader, groups->gid[i]);
		for (; gid >= 10; gid /= 10)
			len++;
	}
	return len;
}

/* The supplementary groups, which CRIU takes in one piece. */
void ckpt_cred_judge_groups(struct ckpt_scan *scan, const struct ckpt_place *place,
			    struct task_struct *task)
{
	struct ckpt_finding *f;
	unsigned int nr, line;

	rcu_read_lock();
	nr = __task_cred(task)->group_info->ngroups;
	line = ckpt_groups_line(__task_cred(task)->group_info);
	rcu_read_unlock();
	if (nr > CKPT_GROUPS_MOST || line > CKPT_GROUPS_LINE) {
		f = ckpt_emit(&scan->report, CKPT_CRED_TOO_MANY_GROUPS, place, NULL, 0);
		ckpt_key_u64(&scan->report, f, "groups", nr);
	} else if (nr > CKPT_GROUPS_SURE) {
		ckpt_report_incomplete(&scan->report, CKPT_REASON_GROUPS);
	}
}

/* Could criu, run by the reader, administer the network namespace?  @net is referenced. */
bool ckpt_cred_net_admin(const struct ckpt_scan *scan, const struct net *net)
{
	return ckpt_access_capable(scan->cred, net->user_ns, CAP_NET_ADMIN);
}

/* ns=, which the kernel tells the same people (SIOCGSKNS).  @net is referenced. */
void ckpt_key_netns(struct ckpt_scan *scan, struct ckpt_finding *f, const struct net *net)
{
	if (ckpt_cred_net_admin(scan, net))
		ckpt_key_u64(&scan->report, f, "ns", net->ns.inum);
}

/* A restored process has criu's keyrings; that of a user is found again by his number. */
static void ckpt_keyring_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
			       const struct key *keyring, const char *what)
{
#ifdef CONFIG_KEYS
	struct ckpt_finding *f;
	unsigned long keys;

	if (!keyring || keyring == scan->cred->session_keyring ||
	    test_bit(KEY_FLAG_UID_KEYRING, &keyring->flags))
		return;
	keys = READ_ONCE(keyring->keys.nr_leaves_on_tree);
	if (!keys)
		return;
	f = ckpt_emit(&scan->report, CKPT_CRED_KEYRINGS, place, keyring, keyring->serial);
	ckpt_key_str(&scan->report, f, "kind", what, strlen(what));
	ckpt_key_u64(&scan->report, f, "keys", keys);
#endif
}

/*
 * Landlock keeps its sandbox to itself, but forbids to change mounts in any sandbox about files:
 * it is asked whether a mount of ours could be changed, with nothing to change in it.
 */
static bool ckpt_cred_landlocked(const struct ckpt_scan *scan, const struct cred *cred)
{
#ifdef CONFIG_SECURITY_LANDLOCK
	const struct cred *old = override_creds(cred);
	int err = security_sb_remount(scan->fs->proc->mnt_sb, NULL);

	revert_creds(old);
	return err == -EPERM;
#else
	return false;
#endif
}

/**
 * ckpt_cred_judge_thread() - what of a thread's credentials is lost
 * @scan: scan
 * @place: the process or thread
 * @cred: its credentials, referenced; threads that share them share the findings
 *
 * May sleep.
 */
void ckpt_cred_judge_thread(struct ckpt_scan *scan, const struct ckpt_place *place,
			    const struct cred *cred)
{
#ifdef CONFIG_KEYS
	ckpt_keyring_judge(scan, place, cred->thread_keyring, "thread");
	ckpt_keyring_judge(scan, place, cred->process_keyring, "process");
	ckpt_keyring_judge(scan, place, cred->session_keyring, "session");
#endif
	if (ckpt_cred_landlocked(scan, cred))
		ckpt_emit(&scan->report, CKPT_CRED_LANDLOCK, place, cred, 0);
}
