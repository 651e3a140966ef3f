// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/notify.c - inotify and fanotify: can CRIU find what is watched again?
 *
 * CRIU knows an inode by its file handle, which it opens on some mount of the file system, by its
 * path where it is on tmpfs, or by the number of its mount.
 *
 * A watch does not keep a file system mounted, and nobody may hold an inode or a name of one that
 * goes.  Before it does, it waits for the lock of the group, to take the mark away: so all that
 * matters of an inode is noted while the group is locked.  Not even for that time is anything held:
 * whoever drops the last reference then has marks taken away, and would wait for himself.
 */

#include <linux/dcache.h>
#include <linux/exportfs.h>
#include <linux/err.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "anon.h"
#include "compat/notify.h"
#include "compat/path.h"
#include "mounts.h"
#include "show.h"

/* Marks looked at in one hold of their group, and in all. */
#define CKPT_MARKS_CHUNK	64
#define CKPT_MARKS_MOST		65536

/* Text of some 1000 marks of fanotify. */
#define CKPT_FANOTIFY_TEXT	SZ_64K

/* Folders deep, and those above watched files in one hold, but for the last of them. */
#define CKPT_WATCH_DEPTH	1024
#define CKPT_WATCH_STEPS	512

static const char ckpt_watch_doubt[] = "watch of a file that may have no path";

/**
 * struct ckpt_watch - what matters of a watched inode, of which nothing is held
 * @ino: its number
 * @dev: of its file system
 * @is_dir: it is a folder
 * @handles: its file system makes handles
 * @named: the name of its chunk is its
 * @tmpfs: the rule that holds for it on tmpfs, CKPT_NR_RULES for none or elsewhere
 */
struct ckpt_watch {
	u64 ino;
	dev_t dev;
	bool is_dir;
	bool handles;
	bool named;
	enum ckpt_rule_id tmpfs;
};

/**
 * struct ckpt_marks - marks of one hold
 * @last: referenced, to go on behind it, or NULL
 * @nr: of @watches
 * @watches: those on inodes
 * @steps: folders that were looked at
 * @name: path below the root of its file system of one that is on a file system without handles,
 *	  in @path; NULL if there is none among @watches
 * @named: the file system of the last such
 * @seen: marks so far
 * @mounts: of them, marks on mounts
 * @supers: marks on file systems
 * @lost: @last was taken away meanwhile
 */
struct ckpt_marks {
	struct fsnotify_mark *last;
	u32 nr;
	struct ckpt_watch watches[CKPT_MARKS_CHUNK];
	int steps;
	const char *name;
	dev_t named;
	u32 seen;
	u32 mounts;
	u32 supers;
	bool lost;
	char path[PATH_MAX];
};

/* Is something mounted on a folder above, in any mount namespace?  The caller is in RCU. */
static bool ckpt_watch_covered(struct ckpt_marks *marks, const struct dentry *dentry)
{
	int last = marks->steps + CKPT_WATCH_DEPTH;
	bool covered = false;

	for (; ++marks->steps < last && !covered && !IS_ROOT(dentry);
	     dentry = READ_ONCE(dentry->d_parent))
		covered = d_mountpoint(dentry);
	return covered || marks->steps >= last;
}

/*
 * Return: a name that an inode has in the dentry cache, @any or one that leads to it, or NULL.
 * The caller is in RCU, which keeps it: those that are freed at once are left out.
 */
static struct dentry *ckpt_watch_alias(struct inode *inode, bool any)
{
	struct dentry *dentry, *found = NULL;

	spin_lock(&inode->i_lock);
	for_each_alias(dentry, inode) {
		if (!(dentry->d_flags & DCACHE_NORCU) && (any || !d_unlinked(dentry))) {
			found = dentry;
			break;
		}
	}
	spin_unlock(&inode->i_lock);
	return found;
}

/*
 * Inodes of tmpfs have other numbers after a restore, so CRIU insists on a path.
 * Return: the rule that holds, FILE_KIND_UNKNOWN, or CKPT_NR_RULES for none.
 */
static enum ckpt_rule_id ckpt_watch_tmpfs(struct ckpt_marks *marks, struct inode *inode)
{
	enum ckpt_rule_id rule = CKPT_NR_RULES;
	struct dentry *dentry;

	rcu_read_lock();
	dentry = ckpt_watch_alias(inode, false);
	if (!dentry)
		rule = CKPT_INOTIFY_NO_PATH;
	else if (ckpt_watch_covered(marks, dentry))
		rule = CKPT_FILE_KIND_UNKNOWN;
	rcu_read_unlock();
	return rule;
}

/* Return: whether there is a name. */
static bool ckpt_watch_name(struct ckpt_marks *marks, struct inode *inode)
{
	struct dentry *dentry;

	marks->named = inode->i_sb->s_dev;
	rcu_read_lock();
	dentry = ckpt_watch_alias(inode, true);
	marks->name = dentry ? dentry_path_raw(dentry, marks->path, PATH_MAX) : NULL;
	rcu_read_unlock();
	if (IS_ERR(marks->name))
		marks->name = NULL;
	return marks->name;
}

/* One of each file system without handles gets a name, and one of a chunk. */
static void ckpt_watch_take(struct ckpt_marks *marks, struct inode *inode)
{
	const struct export_operations *ops = inode->i_sb->s_export_op;
	struct ckpt_watch *w = &marks->watches[marks->nr++];

	*w = (struct ckpt_watch){
		.ino = inode->i_ino,
		.dev = inode->i_sb->s_dev,
		.is_dir = S_ISDIR(inode->i_mode),
		.handles = ops && ops->fh_to_dentry,
		.tmpfs = CKPT_NR_RULES,
	};
	if (inode->i_sb->s_magic == TMPFS_MAGIC)
		w->tmpfs = ckpt_watch_tmpfs(marks, inode);
	if (!w->handles && w->dev != marks->named)
		w->named = ckpt_watch_name(marks, inode);
}

static void ckpt_mark_note(struct ckpt_marks *marks, struct fsnotify_mark *mark)
{
	switch (mark->connector->type) {
	case FSNOTIFY_OBJ_TYPE_INODE:
		ckpt_watch_take(marks, ckpt_mark_inode(mark));
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
	marks->steps = 0;
	marks->name = NULL;
	marks->last = NULL;
	ckpt_notify_lock(group);
	begin = ckpt_hold_begin();
	marks->lost = from && !(from->flags & FSNOTIFY_MARK_FLAG_ATTACHED);
	mark = from ? from : list_entry(&group->marks_list, struct fsnotify_mark, g_list);
	if (!marks->lost) {
		list_for_each_entry_continue(mark, &group->marks_list, g_list) {
			ckpt_mark_note(marks, mark);
			if (++n == CKPT_MARKS_CHUNK || marks->steps > CKPT_WATCH_STEPS ||
			    marks->name) {
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

static enum ckpt_rule_id ckpt_watch_rule(struct ckpt_scan *scan, const struct ckpt_watch *w)
{
	enum ckpt_mounted mounted = ckpt_mounts_dev(scan, w->dev);

	if (mounted == CKPT_MOUNTED_UNKNOWN)
		return CKPT_FILE_KIND_UNKNOWN;
	if (mounted == CKPT_MOUNTED_NOT)
		return CKPT_INOTIFY_NO_MOUNT;
	if (!w->handles)
		return CKPT_INOTIFY_NO_HANDLE;
	/* Handles are opened on folders: what is mounted may be files alone. */
	if (mounted == CKPT_MOUNTED_PARTS && !w->is_dir)
		return CKPT_FILE_KIND_UNKNOWN;
	return w->tmpfs;
}

/* One finding for all watches of an instance on one file system. */
static void ckpt_watch_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			     const struct ckpt_watch *w, const char *name)
{
	enum ckpt_rule_id rule = ckpt_watch_rule(scan, w);
	struct ckpt_finding *f;

	if (rule == CKPT_NR_RULES)
		return;
	f = ckpt_emit(&scan->report, rule, &obj->place, obj->file, w->dev);
	if (rule == CKPT_FILE_KIND_UNKNOWN)
		ckpt_key_str(&scan->report, f, "kind", ckpt_watch_doubt, strlen(ckpt_watch_doubt));
	ckpt_key_u64(&scan->report, f, "watch-ino", w->ino);
	ckpt_key_dev(&scan->report, f, "watch-dev", w->dev);
	if (rule == CKPT_INOTIFY_NO_HANDLE && w->named)
		ckpt_mounts_key_path(scan, f, w->dev, name);
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
		for (i = 0; i < marks->nr; i++)
			ckpt_watch_judge(scan, obj, &marks->watches[i], marks->name);
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
