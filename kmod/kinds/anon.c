// SPDX-License-Identifier: GPL-2.0
/* kinds/anon.c - files of the anonymous inode: told apart by the names their makers gave them. */

#include <linux/dcache.h>
#include <linux/magic.h>
#include <linux/string.h>

#include "kind.h"
#include "procfile.h"

/* fdinfo of a timerfd is five short lines. */
#define CKPT_FDINFO_SIZE	512

/* What CRIU does with an anonymous inode of a name. */
enum ckpt_anon_sort {
	CKPT_ANON_SAVED,	/* saved, whatever its state */
	CKPT_ANON_TIMERFD,
	CKPT_ANON_DEPENDS,	/* depends on its state, the rules are still to come */
	CKPT_ANON_REFUSED,	/* any other name */
};

static const struct {
	const char *name;
	enum ckpt_anon_sort sort;
} ckpt_anon_names[] = {
	{ "[eventfd]",		CKPT_ANON_SAVED },
	{ "[signalfd]",		CKPT_ANON_SAVED },
	{ "[timerfd]",		CKPT_ANON_TIMERFD },
	{ "[eventpoll]",	CKPT_ANON_DEPENDS },
	{ "inotify",		CKPT_ANON_DEPENDS },
	{ "[fanotify]",		CKPT_ANON_DEPENDS },
	{ "[pidfd]",		CKPT_ANON_DEPENDS },
	{ "bpf-map",		CKPT_ANON_DEPENDS },
};

static bool ckpt_match_anon(const struct file *file, const struct inode *inode)
{
	return inode->i_sb->s_magic == ANON_INODE_FS_MAGIC;
}

/* The name is given once, when the file is made; it stays as long as the file. */
static const char *ckpt_anon_name(const struct file *file)
{
	return file->f_path.dentry->d_name.name;
}

static enum ckpt_anon_sort ckpt_anon_sort(const struct file *file)
{
	const char *name = ckpt_anon_name(file);
	int i;

	for (i = 0; i < ARRAY_SIZE(ckpt_anon_names); i++)
		if (!strcmp(name, ckpt_anon_names[i].name))
			return ckpt_anon_names[i].sort;
	return CKPT_ANON_REFUSED;
}

static enum ckpt_look ckpt_peek_anon(struct ckpt_scan *scan, struct file *file,
				     struct inode *inode)
{
	return ckpt_anon_sort(file) == CKPT_ANON_SAVED ? CKPT_FINE : CKPT_MARK;
}

static struct ckpt_finding *ckpt_anon_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
					   enum ckpt_rule_id rule)
{
	/* All share one inode, so the open file is the object. */
	return ckpt_emit(&scan->report, rule, &obj->place, obj->file, 0);
}

/* The clock of a timerfd is private; its own fdinfo tells it. */
static void ckpt_judge_timerfd(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	char info[CKPT_FDINFO_SIZE], *at;
	struct ckpt_finding *f;
	int clock = -1;
	bool alarm;

	if (ckpt_fdinfo_read(scan->fs, obj->file, info, sizeof(info)) >= 0) {
		at = strstr(info, "clockid:");
		if (at)
			sscanf(at, "clockid: %d", &clock);
	}
	if (clock < 0) {
		ckpt_file_unknown(scan, obj, "timerfd");
		return;
	}
	alarm = clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM;
	f = ckpt_anon_emit(scan, obj, alarm ? CKPT_TIMERFD_ALARM_CLOCK : CKPT_TIMERFD);
	ckpt_key_u64(&scan->report, f, "clock", clock);
}

static void ckpt_judge_anon(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const char *name = ckpt_anon_name(obj->file);
	struct ckpt_finding *f;

	switch (ckpt_anon_sort(obj->file)) {
	case CKPT_ANON_SAVED:
		break;
	case CKPT_ANON_TIMERFD:
		ckpt_judge_timerfd(scan, obj);
		break;
	case CKPT_ANON_DEPENDS:
		ckpt_file_unknown(scan, obj, name);
		break;
	case CKPT_ANON_REFUSED:
		f = ckpt_anon_emit(scan, obj, CKPT_FILE_ANON_UNSUPPORTED);
		ckpt_key_str(&scan->report, f, "kind", name, strlen(name));
		break;
	}
}

const struct ckpt_kind ckpt_kind_anon = {
	.match = ckpt_match_anon, .peek = ckpt_peek_anon, .judge = ckpt_judge_anon,
};
