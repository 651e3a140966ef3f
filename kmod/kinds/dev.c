// SPDX-License-Identifier: GPL-2.0
/* kinds/dev.c - device nodes: CRIU's whitelist, and who drives the rest. */

#include <linux/ctype.h>
#include <linux/fs.h>
#include <linux/major.h>
#include <linux/mm.h>

#include "access.h"
#include "kind.h"
#include "procfile.h"

/* Minors of MEM_MAJOR. */
#define CKPT_MEM_MINOR		1
#define CKPT_PORT_MINOR		4
#define CKPT_KMSG_MINOR		11

/* Minors of MISC_MAJOR that CRIU knows. */
#define CKPT_TUN_MINOR		200
#define CKPT_AUTOFS_MINOR	235

/* null, zero, full, random, urandom, kmsg, mem, port. */
static bool ckpt_chrdev_saved(dev_t rdev)
{
	return MAJOR(rdev) == MEM_MAJOR;
}

/* Of what can be written only, there is no position to lose. */
static bool ckpt_chrdev_mem_state(const struct file *file, dev_t rdev)
{
	if (MAJOR(rdev) != MEM_MAJOR)
		return false;
	if (MINOR(rdev) == CKPT_KMSG_MINOR)
		return file->f_mode & FMODE_READ;
	return MINOR(rdev) == CKPT_MEM_MINOR || MINOR(rdev) == CKPT_PORT_MINOR;
}

/*
 * The text of procfs that names drivers by number.  Read once a scan, with the reader's
 * credentials; everybody may read it.
 */
static const char *ckpt_drivers(struct ckpt_scan *scan, enum ckpt_drivers which)
{
	static const char * const names[] = {
		[CKPT_DRIVERS_ALL] = "devices",
		[CKPT_DRIVERS_MISC] = "misc",
		[CKPT_DRIVERS_TTY] = "tty/drivers",
	};

	return ckpt_procfile_text(scan, names[which], &scan->drivers[which]);
}

/* driver=: the word behind the number, in the first section ("Character devices:") for chr. */
static void ckpt_key_driver(struct ckpt_scan *scan, struct ckpt_finding *f, dev_t rdev, bool blk)
{
	bool misc = !blk && MAJOR(rdev) == MISC_MAJOR;
	const char *line = ckpt_drivers(scan, misc ? CKPT_DRIVERS_MISC : CKPT_DRIVERS_ALL);
	unsigned int number, wanted = misc ? MINOR(rdev) : MAJOR(rdev);
	char name[64];

	if (line && !misc && blk)
		line = strstr(line, "Block devices:");
	while (line && *line) {
		if (!blk && !strncmp(line, "Block", 5))
			return;
		if (sscanf(line, "%u %63s", &number, name) == 2 && number == wanted) {
			ckpt_key_str(&scan->report, f, "driver", name, strlen(name));
			return;
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
}

/* st-rdev= and st-dev=: numbers as stat(2) gives them, which --external tty[] is to have. */
void ckpt_stat_keys(struct ckpt_scan *scan, struct ckpt_finding *f, dev_t rdev, dev_t dev)
{
	ckpt_key_u64(&scan->report, f, "st-rdev", new_encode_dev(rdev));
	ckpt_key_u64(&scan->report, f, "st-dev", new_encode_dev(dev));
}

/* rdev=, driver= and path= of a device node. */
void ckpt_dev_keys(struct ckpt_scan *scan, struct ckpt_finding *f, const struct ckpt_obj *obj)
{
	if (!f)
		return;
	ckpt_key_dev(&scan->report, f, CKPTCHECK_KEY_RDEV, obj->inode->i_rdev);
	ckpt_key_driver(scan, f, obj->inode->i_rdev, S_ISBLK(obj->inode->i_mode));
	ckpt_key_path(&scan->report, f, obj->file);
}

/*
 * Is it a terminal, whose driver CRIU does not know?  Lines: driver, name of the node, major
 * number, one minor number or the first and the last.  Without memory that is not known, and the
 * report says so.
 */
static bool ckpt_judge_terminal(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const char *line = ckpt_drivers(scan, CKPT_DRIVERS_TTY);
	dev_t rdev = obj->inode->i_rdev;
	unsigned int major, first, last;
	struct ckpt_finding *f;
	char name[64];

	if (!line)
		return true;
	for (; line; line = line ? line + 1 : NULL) {
		int n = sscanf(line, "%63s %*s %u %u-%u", name, &major, &first, &last);

		line = strchr(line, '\n');
		if (n < 3 || major != MAJOR(rdev) || MINOR(rdev) < first ||
		    MINOR(rdev) > (n == 4 ? last : first))
			continue;
		f = ckpt_emit(&scan->report, CKPT_TTY_DRIVER_UNSUPPORTED, &obj->place, obj->file,
			      obj->inode->i_ino);
		ckpt_stat_keys(scan, f, rdev, obj->inode->i_sb->s_dev);
		ckpt_key_dev(&scan->report, f, CKPTCHECK_KEY_RDEV, rdev);
		ckpt_key_str(&scan->report, f, "driver", name, strlen(name));
		ckpt_key_path(&scan->report, f, obj->file);
		return true;
	}
	return false;
}

static bool ckpt_match_chrdev(const struct file *file, const struct inode *inode)
{
	return S_ISCHR(inode->i_mode);
}

static enum ckpt_look ckpt_peek_chrdev(struct ckpt_scan *scan, struct file *file,
				       struct inode *inode)
{
	return ckpt_chrdev_saved(inode->i_rdev) && !ckpt_chrdev_mem_state(file, inode->i_rdev) ?
	       CKPT_FINE : CKPT_MARK;
}

static void ckpt_judge_chrdev(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	enum ckpt_rule_id rule = CKPT_CHRDEV_UNSUPPORTED;
	dev_t rdev = obj->inode->i_rdev;
	struct ckpt_finding *f;

	if (ckpt_chrdev_mem_state(obj->file, rdev)) {
		f = ckpt_emit(&scan->report, CKPT_CHRDEV_MEM_STATE, &obj->place, obj->file,
			      obj->inode->i_ino);
		ckpt_dev_keys(scan, f, obj);
	}
	if (ckpt_chrdev_saved(rdev))
		return;
	if (rdev == MKDEV(MISC_MAJOR, CKPT_AUTOFS_MINOR))
		rule = CKPT_CHRDEV_AUTOFS;
	/* With a network namespace the device is saved as one of that, and examined there. */
	if (rdev == MKDEV(MISC_MAJOR, CKPT_TUN_MINOR)) {
		if (ckpt_ns_own(scan, CKPT_NS_NET)) {
			ckpt_tun_judge(scan, obj);
			return;
		}
		rule = CKPT_TUN_NO_NETNS;
	}
	if (ckpt_judge_terminal(scan, obj))
		return;
	f = ckpt_emit(&scan->report, rule, &obj->place, obj->file, obj->inode->i_ino);
	ckpt_dev_keys(scan, f, obj);
}

const struct ckpt_kind ckpt_kind_chrdev = {
	.match = ckpt_match_chrdev, .peek = ckpt_peek_chrdev, .judge = ckpt_judge_chrdev,
};

static bool ckpt_match_blkdev(const struct file *file, const struct inode *inode)
{
	return S_ISBLK(inode->i_mode);
}

static void ckpt_judge_blkdev(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, CKPT_BLKDEV_UNSUPPORTED, &obj->place, obj->file,
		      obj->inode->i_ino);
	ckpt_dev_keys(scan, f, obj);
}

const struct ckpt_kind ckpt_kind_blkdev = {
	.match = ckpt_match_blkdev, .judge = ckpt_judge_blkdev,
};
