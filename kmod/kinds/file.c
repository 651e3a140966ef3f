// SPDX-License-Identifier: GPL-2.0
/* kinds/file.c - which kind a file is of; regular files and directories; what nobody knows. */

#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/mount.h>

#include "compat/fown.h"
#include "kind.h"
#include "refs.h"

/**
 * ckpt_file_plain() - a regular file with a name, reached through an ordinary mount
 * @file: alive
 * @inode: its inode
 *
 * The short way that most descriptors and mappings take.  Never sleeps.
 */
bool ckpt_file_plain(const struct file *file, const struct inode *inode)
{
	return S_ISREG(inode->i_mode) && inode->i_nlink &&
	       !d_unhashed(file->f_path.dentry) && !(file->f_path.mnt->mnt_flags & MNT_INTERNAL);
}

/* A finding about an object with an inode number, by which it is known; @identity with it. */
struct ckpt_finding *ckpt_emit_ino(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				   enum ckpt_rule_id rule, const void *identity, u64 ino)
{
	struct ckpt_finding *f = ckpt_emit(&scan->report, rule, &obj->place, identity, ino);

	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, ino);
	return f;
}

/**
 * ckpt_emit_unknown() - an object that cannot be judged
 * @scan: scan
 * @obj: the object
 * @identity: of what is unknown, compared only; NULL: each place counts
 * @ino: second half of the identity
 * @what: what it is, for people
 */
void ckpt_emit_unknown(struct ckpt_scan *scan, const struct ckpt_obj *obj, const void *identity,
		       u64 ino, const char *what)
{
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, CKPT_FILE_KIND_UNKNOWN, &obj->place, identity, ino);
	if (obj->inode)
		ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
	ckpt_key_str(&scan->report, f, "kind", what, strlen(what));
	ckpt_obj_path_keys(scan, f, obj);
}

/* The same for one whose kind no rule knows. */
void ckpt_file_unknown(struct ckpt_scan *scan, const struct ckpt_obj *obj, const char *what)
{
	ckpt_emit_unknown(scan, obj, obj->inode, obj->inode ? obj->inode->i_ino : 0, what);
}

static bool ckpt_match_regular(const struct file *file, const struct inode *inode)
{
	return S_ISREG(inode->i_mode);
}

static enum ckpt_look ckpt_peek_regular(struct ckpt_scan *scan, struct file *file,
					struct inode *inode)
{
	return file->f_path.mnt->mnt_flags & MNT_INTERNAL ? CKPT_MARK : CKPT_FINE;
}

static void ckpt_judge_regular(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	if (obj->file->f_path.mnt->mnt_flags & MNT_INTERNAL)
		ckpt_internal_judge(scan, obj);
}

static const struct ckpt_kind ckpt_kind_regular = {
	.match = ckpt_match_regular, .peek = ckpt_peek_regular, .judge = ckpt_judge_regular,
};

static bool ckpt_match_dir(const struct file *file, const struct inode *inode)
{
	return S_ISDIR(inode->i_mode);
}

static enum ckpt_look ckpt_peek_fine(struct ckpt_scan *scan, struct file *file,
				     struct inode *inode)
{
	return CKPT_FINE;
}

static void ckpt_judge_fine(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
}

static const struct ckpt_kind ckpt_kind_dir = {
	.match = ckpt_match_dir, .peek = ckpt_peek_fine, .judge = ckpt_judge_fine,
};

static bool ckpt_match_any(const struct file *file, const struct inode *inode)
{
	return true;
}

static void ckpt_judge_any(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	ckpt_file_unknown(scan, obj, "file of an unknown type");
}

static const struct ckpt_kind ckpt_kind_any = {
	.match = ckpt_match_any, .judge = ckpt_judge_any,
};

/*
 * The first that matches judges; the last matches everything.  Inodes of pidfs are regular files
 * by their mode.
 */
static const struct ckpt_kind * const ckpt_kinds[] = {
	&ckpt_kind_opath,
	&ckpt_kind_pidfs,
	&ckpt_kind_regular,
	&ckpt_kind_dir,
	&ckpt_kind_sock,
	&ckpt_kind_pipe,
	&ckpt_kind_tty,
	&ckpt_kind_chrdev,
	&ckpt_kind_blkdev,
	&ckpt_kind_anon,
	&ckpt_kind_dmabuf,
	&ckpt_kind_any,
};

static const struct ckpt_kind *ckpt_kind_of(const struct file *file, const struct inode *inode)
{
	const struct ckpt_kind * const *kind = ckpt_kinds;

	while (!(*kind)->match(file, inode))
		kind++;
	return *kind;
}

/* @odd: it is to be judged whatever its kind thinks of it. */
static enum ckpt_look ckpt_file_look(struct ckpt_scan *scan, struct file *file, bool odd)
{
	struct inode *inode = file_inode(file);
	const struct ckpt_kind *kind;
	enum ckpt_look look = CKPT_MARK;

	if (!odd && !(file->f_mode & FMODE_PATH) && ckpt_file_plain(file, inode))
		return ckpt_folder_peek(scan, &file->f_path);
	/* What both looks count is counted once: neither may want room after the other. */
	if (!ckpt_table_has_room(&scan->folders))
		return CKPT_ROOM;
	kind = ckpt_kind_of(file, inode);
	if (kind->peek)
		look = kind->peek(scan, file, inode);
	if (look == CKPT_ROOM)
		return CKPT_ROOM;
	if (ckpt_folder_peek(scan, &file->f_path) == CKPT_MARK ||
	    ckpt_path_is_gone(&file->f_path))
		return CKPT_MARK;
	return odd ? CKPT_MARK : look;
}

/**
 * ckpt_file_peek() - first look at a file
 * @scan: scan
 * @file: in a fd table or a queue whose lock is held
 *
 * Never sleeps or allocates.
 */
enum ckpt_look ckpt_file_peek(struct ckpt_scan *scan, struct file *file)
{
	bool owned = ckpt_file_has_fown(file);
	enum ckpt_look look;
	bool odd;

	scan->fresh = scan->counting;
	if (file->f_mode & FMODE_PATH || !ckpt_refs_wanted(file))
		return ckpt_file_look(scan, file, owned);
	if (!ckpt_table_has_room(&scan->held) || !ckpt_table_has_room(&scan->memfds))
		return CKPT_ROOM;
	scan->fresh = ckpt_refs_is_fresh(scan, file);
	/* References are compared at the first place of a file. */
	odd = owned || ckpt_lock_peek(file_inode(file)) ||
	      (scan->fresh && ckpt_refs_suspect(file));
	look = ckpt_file_look(scan, file, odd);
	if (look != CKPT_ROOM)
		ckpt_refs_add(scan, file);
	return look;
}

/* Judges a file of the set; no lock is held, the file is referenced.  May sleep. */
void ckpt_file_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	ckpt_scm_note(scan, obj);
	ckpt_folder_judge(scan, obj);
	ckpt_gone_judge(scan, obj, &obj->file->f_path);
	ckpt_kind_of(obj->file, obj->inode)->judge(scan, obj);
	if (obj->file->f_mode & FMODE_PATH)
		return;
	if (ckpt_lock_peek(obj->inode))
		ckpt_lock_judge(scan, obj);
	if (ckpt_file_has_fown(obj->file))
		ckpt_fown_judge(scan, obj);
	ckpt_outside_judge_file(scan, obj);
}
