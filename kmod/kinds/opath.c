// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/opath.c - descriptors that are but a path (O_PATH).
 *
 * CRIU goes by the type of what the path leads to, and asks it as if it were open.
 */

#include <linux/fs.h>
#include <linux/mount.h>

#include "kind.h"

static bool ckpt_match_opath(const struct file *file, const struct inode *inode)
{
	return file->f_mode & FMODE_PATH;
}

/*
 * A pipe is asked for its size, once: at the first descriptor that it could be read from.  If
 * that is this one it is noted.  The pipe is compared only.
 */
static enum ckpt_look ckpt_opath_peek_pipe(struct ckpt_scan *scan, struct file *file,
					   struct inode *inode)
{
	const void *pipe = READ_ONCE(inode->i_pipe);
	const struct ckpt_slot *slot;

	slot = pipe ? ckpt_table_find(&scan->pipes, pipe, inode->i_ino) : NULL;
	if (slot && slot->value)
		return CKPT_MARK;
	if (!ckpt_table_has_room(&scan->pipes))
		return CKPT_ROOM;
	ckpt_table_add(&scan->pipes, file, inode->i_ino);
	return CKPT_MARK;
}

static enum ckpt_look ckpt_peek_opath(struct ckpt_scan *scan, struct file *file,
				      struct inode *inode)
{
	if (S_ISFIFO(inode->i_mode))
		return ckpt_opath_peek_pipe(scan, file, inode);
	if (S_ISDIR(inode->i_mode) || S_ISREG(inode->i_mode) || S_ISLNK(inode->i_mode))
		return file->f_path.mnt->mnt_flags & MNT_INTERNAL ? CKPT_MARK : CKPT_FINE;
	return CKPT_MARK;
}

static void ckpt_opath_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			    enum ckpt_rule_id rule)
{
	struct ckpt_finding *f;

	f = ckpt_emit_ino(scan, obj, rule, obj->file, obj->inode->i_ino);
	ckpt_key_path(&scan->report, f, obj->file);
}

static void ckpt_judge_opath(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	switch (obj->inode->i_mode & S_IFMT) {
	case S_IFDIR:
	case S_IFLNK:
		break;
	case S_IFREG:
		if (obj->file->f_path.mnt->mnt_flags & MNT_INTERNAL)
			ckpt_internal_judge(scan, obj);
		break;
	case S_IFIFO:
		/* At restore it gets flags that such a descriptor cannot have. */
		ckpt_opath_emit(scan, obj,
				ckpt_table_find(&scan->pipes, obj->file, obj->inode->i_ino) ?
				CKPT_FILE_OPATH_PIPE : CKPT_FILE_OPATH_PIPE_OPEN);
		break;
	case S_IFSOCK:
		ckpt_opath_emit(scan, obj, CKPT_SOCK_OPATH);
		break;
	case S_IFBLK:
		ckpt_kind_blkdev.judge(scan, obj);
		break;
	case S_IFCHR:
		if (!ckpt_dev_is_tty(obj->inode->i_rdev)) {
			ckpt_kind_chrdev.judge(scan, obj);
			break;
		}
		fallthrough;
	default:
		ckpt_file_unknown(scan, obj, "path-only descriptor");
	}
}

const struct ckpt_kind ckpt_kind_opath = {
	.match = ckpt_match_opath, .peek = ckpt_peek_opath, .judge = ckpt_judge_opath,
};
