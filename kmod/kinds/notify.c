// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/notify.c - inotify and fanotify: can CRIU find what is watched again?
 *
 * CRIU knows an inode by its file handle, which it opens on some mount of the file system, by its
 * path where it is on tmpfs, or by the number of its mount.
 */

#include <linux/dcache.h>
#include <linux/exportfs.h>
#include <linux/err.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/refcount.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "anon.h"
#include "compat/notify.h"
#include "mounts.h"
#include "show.h"

/* Marks looked at in one hold of their group, and in all. */
#define CKPT_MARKS_CHUNK	64
#define CKPT_MARKS_MOST		65536

/* Text of some 1000 marks of fanotify. */
#define CKPT_FANOTIFY_TEXT	SZ_64K

/* Folders deep. */
#define CKPT_WATCH_DEPTH	4096

static const char ckpt_watch_doubt[] = "watch of a file that may have no path";

/**
 * struct ckpt_marks - marks of one hold
 * @last: referenced, to go on behind it, or NULL
 * @nr: of @inodes
 * @inodes: watched ones, referenced
 * @seen: marks so far
 * @mounts: of them, marks on mounts
 * @supers: marks on file systems
 * @lost: @last was taken away meanwhile
 */
struct ckpt_marks {
	struct fsnotify_mark *last;
	u32 nr;
	struct inode *inodes[CKPT_MARKS_CHUNK];
	u32 seen;
	u32 mounts;
	u32 supers;
	bool lost;
};

static void ckpt_mark_note(struct ckpt_marks *marks, struct fsnotify_mark *mark)
{
	struct inode *inode;

	switch (mark->connector->type) {
	case FSNOTIFY_OBJ_TYPE_INODE:
		/* One that is going away is not shown to CRIU either. */
		inode = igrab(ckpt_mark_inode(mark));
		if (inode)
			marks->inodes[marks->nr++] = inode;
		break;
	case FSNOTIFY_OBJ_TYPE_VFSMOUNT:
		marks->mounts++;
		break;
	case FSNOTIFY_OBJ_TYPE_SB:
		marks->supers++;
		break;
	}
}

/*
 * One hold of the group's mutex, which the process waits for when it adds a watch.  A mark on the
 * list has its connector.  Return: whether there are more.
 */
static bool ckpt_marks_next(struct fsnotify_group *group, struct ckpt_marks *marks)
{
	struct fsnotify_mark *from = marks->last, *mark;
	u32 n = 0;
	u64 begin;

	marks->nr = 0;
	marks->last = NULL;
	ckpt_notify_lock(group);
	begin = ckpt_hold_begin();
	marks->lost = from && !(from->flags & FSNOTIFY_MARK_FLAG_ATTACHED);
	mark = from ? from : list_entry(&group->marks_list, struct fsnotify_mark, g_list);
	if (!marks->lost) {
		list_for_each_entry_continue(mark, &group->marks_list, g_list) {
			ckpt_mark_note(marks, mark);
			if (++n == CKPT_MARKS_CHUNK) {
				refcount_inc(&mark->refcnt);
				marks->last = mark;
				break;
			}
		}
	}
	ckpt_hold_end(begin);
	ckpt_notify_unlock(group);
	marks->seen += n;
	if (from)
		fsnotify_put_mark(from);
	return marks->last;
}

/* Is something mounted on a folder above, in any mount namespace? */
static bool ckpt_watch_covered(struct dentry *dentry)
{
	int steps = CKPT_WATCH_DEPTH;
	bool covered = false;

	dget(dentry);
	while (--steps && !covered && !IS_ROOT(dentry)) {
		struct dentry *parent = dget_parent(dentry);

		covered = d_mountpoint(dentry);
		dput(dentry);
		dentry = parent;
	}
	dput(dentry);
	return covered || !steps;
}

/*
 * Inodes of tmpfs have other numbers after a restore, so CRIU insists on a path.
 * Return: the rule that holds, FILE_KIND_UNKNOWN, or CKPT_NR_RULES for none.
 */
static enum ckpt_rule_id ckpt_watch_tmpfs(struct inode *inode)
{
	struct dentry *dentry = d_find_alias(inode);
	enum ckpt_rule_id rule = CKPT_NR_RULES;

	if (!dentry || d_unlinked(dentry))
		rule = CKPT_INOTIFY_NO_PATH;
	else if (ckpt_watch_covered(dentry))
		rule = CKPT_FILE_KIND_UNKNOWN;
	dput(dentry);
	return rule;
}

/* The same for any watched inode. */
static enum ckpt_rule_id ckpt_watch_rule(struct ckpt_scan *scan, struct inode *inode)
{
	const struct export_operations *ops = inode->i_sb->s_export_op;
	enum ckpt_mounted mounted = ckpt_mounts_dev(scan, inode->i_sb->s_dev);

	if (mounted == CKPT_MOUNTED_UNKNOWN)
		return CKPT_FILE_KIND_UNKNOWN;
	if (mounted == CKPT_MOUNTED_NOT)
		return CKPT_INOTIFY_NO_MOUNT;
	if (!ops || !ops->fh_to_dentry)
		return CKPT_INOTIFY_NO_HANDLE;
	/* Handles are opened on folders: what is mounted may be files alone. */
	if (mounted == CKPT_MOUNTED_PARTS && !S_ISDIR(inode->i_mode))
		return CKPT_FILE_KIND_UNKNOWN;
	if (inode->i_sb->s_magic == TMPFS_MAGIC)
		return ckpt_watch_tmpfs(inode);
	return CKPT_NR_RULES;
}

/* One finding for all watches of an instance on one file system. */
static void ckpt_watch_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			     struct inode *inode)
{
	enum ckpt_rule_id rule = ckpt_watch_rule(scan, inode);
	struct ckpt_finding *f;

	if (rule == CKPT_NR_RULES)
		return;
	f = ckpt_emit(&scan->report, rule, &obj->place, obj->file, inode->i_sb->s_dev);
	if (rule == CKPT_FILE_KIND_UNKNOWN)
		ckpt_key_str(&scan->report, f, "kind", ckpt_watch_doubt, strlen(ckpt_watch_doubt));
	ckpt_key_u64(&scan->report, f, "watch-ino", inode->i_ino);
	ckpt_key_dev(&scan->report, f, "watch-dev", inode->i_sb->s_dev);
	if (rule == CKPT_INOTIFY_NO_HANDLE)
		ckpt_mounts_key_path(scan, f, inode);
}

/* Marks on mounts are private, but for the numbers that fdinfo tells. */
static void ckpt_fanotify_mounts(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	char *text = ckpt_show_dup(scan->fs, obj->file, CKPT_FANOTIFY_TEXT), *at = text;
	struct ckpt_finding *f;
	unsigned int id;

	if (IS_ERR(text) && PTR_ERR(text) == -ENOMEM) {
		ckpt_report_error(&scan->report, -ENOMEM);
		return;
	}
	if (IS_ERR(text) || !scan->mounts.known) {
		ckpt_emit_unknown(scan, obj, obj->file, 0, "fanotify with very many marks");
		if (!IS_ERR(text))
			kvfree(text);
		return;
	}
	while ((at = strstr(at, "mnt_id:"))) {
		if (sscanf(at, "mnt_id:%x", &id) == 1 && !ckpt_mounts_id(scan, id)) {
			f = ckpt_anon_emit(scan, obj, CKPT_FANOTIFY_MOUNT_MISSING);
			ckpt_key_u64(&scan->report, f, "mnt", id);
		}
		at++;
	}
	kvfree(text);
}

/* Return: 0 or -EINTR. */
static int ckpt_notify_marks(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			     struct fsnotify_group *group, struct ckpt_marks *marks)
{
	bool more = true;
	u32 i;

	while (more && marks->seen < CKPT_MARKS_MOST) {
		more = ckpt_marks_next(group, marks);
		for (i = 0; i < marks->nr; i++) {
			ckpt_watch_judge(scan, obj, marks->inodes[i]);
			iput(marks->inodes[i]);
		}
		cond_resched();
		if (fatal_signal_pending(current))
			break;
	}
	if (marks->last)
		fsnotify_put_mark(marks->last);
	return more || marks->lost ? -E2BIG : 0;
}

/**
 * ckpt_notify_judge() - an instance of inotify or fanotify
 * @scan: scan
 * @obj: its file, which keeps the group
 *
 * May sleep.
 */
void ckpt_notify_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct fsnotify_group *group = obj->file->private_data;
	u32 events = READ_ONCE(group->q_len);
	struct ckpt_finding *f;
	struct ckpt_marks *marks;

	if (events) {
		f = ckpt_anon_emit(scan, obj, CKPT_INOTIFY_EVENTS);
		ckpt_key_u64(&scan->report, f, "events", events);
		ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_TRANSIENT, "yes", 3);
	}
	marks = kvzalloc(sizeof(*marks), GFP_KERNEL_ACCOUNT);
	if (!marks || ckpt_mounts_read(scan)) {
		ckpt_report_error(&scan->report, -ENOMEM);
		kvfree(marks);
		return;
	}
	if (ckpt_notify_marks(scan, obj, group, marks))
		ckpt_emit_unknown(scan, obj, obj->file, 0, "very many watches, or changing ones");
	if (marks->supers)
		ckpt_anon_emit(scan, obj, CKPT_FANOTIFY_SB_MARK);
	if (marks->mounts)
		ckpt_fanotify_mounts(scan, obj);
	kvfree(marks);
}

/**
 * ckpt_fanotify_judge() - an instance of fanotify
 * @scan: scan
 * @obj: its file, which keeps the group
 *
 * Somebody who opens a file may wait for its answer; the end of the group lets him go on.
 * May sleep.
 */
void ckpt_fanotify_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct ckpt_finding *f;

	if (ckpt_fanotify_awaited(obj->file->private_data)) {
		f = ckpt_anon_emit(scan, obj, CKPT_FANOTIFY_PERM_PENDING);
		ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_TRANSIENT, "yes", 3);
	}
	ckpt_notify_judge(scan, obj);
}
