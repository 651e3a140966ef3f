// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/lock.c - flock, POSIX and OFD locks, leases: what fdinfo's lock: lines show to CRIU, and
 * what they do not.
 *
 * An entry belongs to the set if it was made through this very file and, for a POSIX lock, by
 * the owner of this very fd table.
 */

#include <linux/fs.h>

#include "assert.h"
#include "compat/lock.h"
#include "kind.h"
#include "refs.h"

/* Entries of an inode looked at under its lock, for each list. */
#define CKPT_LOCK_ENTRIES	1000

/* Older ones never look at files in flight. */
#define CKPT_DUMPS_SCM		CKPTCHECK_VERSION(3, 6, 0)

/**
 * struct ckpt_held - the first lock of one sort that the object has
 * @found: there is one
 * @cut: the list was too long to be looked at, or holds what has no rule
 * @type: F_RDLCK or F_WRLCK
 * @start: of a record lock
 * @end: of a record lock, OFFSET_MAX: to the end
 */
struct ckpt_held {
	bool found;
	bool cut;
	int type;
	loff_t start;
	loff_t end;
};

enum ckpt_lock_sort { CKPT_SORT_POSIX, CKPT_SORT_FLOCK, CKPT_SORT_OFD, CKPT_SORT_LEASE,
		      CKPT_NR_SORTS };

static const enum ckpt_rule_id ckpt_lock_rules[CKPT_NR_SORTS] = {
	[CKPT_SORT_POSIX] = CKPT_LOCK_POSIX,
	[CKPT_SORT_FLOCK] = CKPT_LOCK_FLOCK,
	[CKPT_SORT_OFD]   = CKPT_LOCK_OFD,
	[CKPT_SORT_LEASE] = CKPT_LOCK_LEASE,
};

static struct file_lock_context *ckpt_inode_locks(const struct inode *inode)
{
	/* Pairs with the cmpxchg() in locks_get_lock_context(); it lives as long as the inode. */
	return smp_load_acquire(&inode->i_flctx);
}

/* Does anybody hold a lock on the inode?  Never sleeps; the lists are not walked. */
bool ckpt_lock_peek(const struct inode *inode)
{
	const struct file_lock_context *ctx = ckpt_inode_locks(inode);

	return ctx && !(list_empty(&ctx->flc_flock) && list_empty(&ctx->flc_posix) &&
			list_empty(&ctx->flc_lease));
}

static void ckpt_lock_note(struct ckpt_held *held, struct ckpt_file_lock *lock, bool record)
{
	held->found = true;
	held->type = CKPT_LOCK(lock, type);
	held->start = record ? ckpt_lock_start(lock) : 0;
	held->end = record ? ckpt_lock_end(lock) : 0;
}

/* Under flc_lock. */
static void ckpt_lock_list(struct file_lock_context *ctx, const struct list_head *list,
			   const struct ckpt_obj *obj, enum ckpt_lock_sort sort,
			   struct ckpt_held held[CKPT_NR_SORTS])
{
	struct ckpt_file_lock *lock;
	unsigned int seen = 0;

	ckpt_assert_held(&ctx->flc_lock);
	list_for_each_entry(lock, list, CKPT_LOCK_LIST) {
		enum ckpt_lock_sort which = sort;

		if (seen++ == CKPT_LOCK_ENTRIES) {
			held[sort].cut = true;
			return;
		}
		if (CKPT_LOCK(lock, file) != obj->file)
			continue;
		/* Delegations and layouts belong to servers. */
		if (sort == CKPT_SORT_LEASE && !(CKPT_LOCK(lock, flags) & FL_LEASE)) {
			held[sort].cut = true;
			continue;
		}
		if (sort == CKPT_SORT_POSIX && CKPT_LOCK(lock, flags) & FL_OFDLCK)
			which = CKPT_SORT_OFD;
		else if (sort == CKPT_SORT_POSIX && CKPT_LOCK(lock, owner) != obj->files)
			continue;
		if (!held[which].found)
			ckpt_lock_note(&held[which], lock, sort == CKPT_SORT_POSIX);
	}
}

static void ckpt_lock_keys(struct ckpt_scan *scan, struct ckpt_finding *f,
			   const struct ckpt_obj *obj)
{
	ckpt_key_dev(&scan->report, f, CKPTCHECK_KEY_DEV, obj->inode->i_sb->s_dev);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
}

/* A lock of the open file stays with the other holder: nobody else gets it at restore. */
static void ckpt_lock_judge_outside(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	long outside = ckpt_refs_outside(scan, obj->file);
	struct ckpt_finding *f;

	if (!outside)
		return;
	f = ckpt_emit(&scan->report, CKPT_LOCK_SHARED_OUTSIDE, &obj->place, obj->file,
		      obj->inode->i_ino);
	ckpt_lock_keys(scan, f, obj);
	ckpt_key_outside(scan, f, outside);
	ckpt_key_path(&scan->report, f, obj->file);
}

/* CRIU looks for locks at descriptors, when it meets a file for the first time. */
static void ckpt_lock_judge_hidden(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				   enum ckpt_lock_sort sort)
{
	static const char * const sorts[CKPT_NR_SORTS] = {
		[CKPT_SORT_POSIX] = "posix", [CKPT_SORT_FLOCK] = "flock",
		[CKPT_SORT_OFD] = "ofd", [CKPT_SORT_LEASE] = "lease",
	};
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, CKPT_LOCK_IN_SCM, &obj->place, obj->file, obj->inode->i_ino);
	ckpt_lock_keys(scan, f, obj);
	ckpt_key_str(&scan->report, f, "lock", sorts[sort], strlen(sorts[sort]));
	ckpt_key_path(&scan->report, f, obj->file);
}

/* criu itself opens the file, which breaks the lease: the holder is told by a signal. */
static void ckpt_lock_judge_lease(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, CKPT_LOCK_LEASE_WRITE, &obj->place, obj->file,
		      obj->inode->i_ino);
	ckpt_lock_keys(scan, f, obj);
	if (ckpt_signal_kills(scan->task, ckpt_file_signal(obj->file) ?: SIGIO))
		ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_HARM, "target-dies", 11);
	ckpt_key_path(&scan->report, f, obj->file);
}

static void ckpt_lock_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			   enum ckpt_lock_sort sort, const struct ckpt_held *held)
{
	bool record = sort == CKPT_SORT_POSIX || sort == CKPT_SORT_OFD;
	struct ckpt_finding *f;

	/* A POSIX lock is the process's, not the file's: another process's is another lock. */
	f = ckpt_emit(&scan->report, ckpt_lock_rules[sort], &obj->place, obj->file,
		      sort == CKPT_SORT_POSIX ? (u64)obj->place.nr << 32 : obj->inode->i_ino);
	ckpt_lock_keys(scan, f, obj);
	ckpt_key_str(&scan->report, f, "type", held->type == F_WRLCK ? "write" : "read",
		     held->type == F_WRLCK ? 5 : 4);
	if (record) {
		ckpt_key_u64(&scan->report, f, "start", held->start);
		if (held->end != OFFSET_MAX)
			ckpt_key_u64(&scan->report, f, "end", held->end);
	}
	ckpt_key_path(&scan->report, f, obj->file);
	if (sort == CKPT_SORT_LEASE && held->type == F_WRLCK)
		ckpt_lock_judge_lease(scan, obj);
}

/* One lock, found at a descriptor, in flight or by a mapping. */
static void ckpt_lock_judge_one(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				enum ckpt_lock_sort sort, const struct ckpt_held *held)
{
	bool scm_first = ckpt_refs_scm_first(scan, obj->file);

	switch (obj->place.kind) {
	case CKPT_AT_VMA:
		if (!scm_first && !ckpt_refs_at_fd(scan, obj->file))
			ckpt_file_unknown(scan, obj, "mapped file with a lock, no descriptor");
		return;
	case CKPT_AT_SCM:
		if (scm_first)
			ckpt_lock_judge_hidden(scan, obj, sort);
		return;
	default:
		break;
	}
	/* Found here alone: another process's POSIX lock of the same file is another lock. */
	if (scm_first && sort == CKPT_SORT_POSIX)
		ckpt_lock_judge_hidden(scan, obj, sort);
	if (scm_first && scan->report.target >= CKPT_DUMPS_SCM)
		return;
	ckpt_lock_emit(scan, obj, sort, held);
	if (sort == CKPT_SORT_FLOCK || sort == CKPT_SORT_OFD)
		ckpt_lock_judge_outside(scan, obj);
}

/**
 * ckpt_lock_judge() - locks held through a file
 * @scan: scan
 * @obj: the file, referenced
 *
 * The lists are read under flc_lock, for a bounded number of entries.  May sleep afterwards.
 */
void ckpt_lock_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct file_lock_context *ctx = ckpt_inode_locks(obj->inode);
	struct ckpt_held held[CKPT_NR_SORTS] = {};
	enum ckpt_lock_sort sort;
	u64 begin;

	if (!ctx)
		return;
	spin_lock(&ctx->flc_lock);
	begin = ckpt_hold_begin();
	ckpt_lock_list(ctx, &ctx->flc_posix, obj, CKPT_SORT_POSIX, held);
	ckpt_lock_list(ctx, &ctx->flc_flock, obj, CKPT_SORT_FLOCK, held);
	ckpt_lock_list(ctx, &ctx->flc_lease, obj, CKPT_SORT_LEASE, held);
	ckpt_hold_end(begin);
	spin_unlock(&ctx->flc_lock);
	for (sort = 0; sort < CKPT_NR_SORTS; sort++) {
		if (held[sort].found)
			ckpt_lock_judge_one(scan, obj, sort, &held[sort]);
		else if (held[sort].cut)
			ckpt_file_unknown(scan, obj, "file whose locks could not all be examined");
	}
}
