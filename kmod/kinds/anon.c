// SPDX-License-Identifier: GPL-2.0
/* kinds/anon.c - files of the anonymous inode: told apart by the names their makers gave them. */

#include <linux/bpf.h>
#include <linux/dcache.h>
#include <linux/magic.h>
#include <linux/string.h>

#include "access.h"
#include "anon.h"
#include "compat/eventfd.h"
#include "procfile.h"

/* A few short lines; of a pidfd, one number for each of 32 pid namespaces. */
#define CKPT_FDINFO_SIZE	512

#define CKPT_EVENTFD_TRIES	8

static bool ckpt_match_anon(const struct file *file, const struct inode *inode)
{
	return inode->i_sb->s_magic == ANON_INODE_FS_MAGIC;
}

/* The name is given once, when the file is made; it stays as long as the file. */
static const char *ckpt_anon_name(const struct file *file)
{
	return file->f_path.dentry->d_name.name;
}

/* All share one inode, so the open file is the object. */
struct ckpt_finding *ckpt_anon_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				    enum ckpt_rule_id rule)
{
	return ckpt_emit(&scan->report, rule, &obj->place, obj->file, 0);
}

/**
 * ckpt_fdinfo_scan() - a value that a file's fdinfo tells
 * @scan: scan
 * @obj: of a kind whose fdinfo is a few short lines
 * @field: what the value stands behind
 * @format: of the value, for sscanf()
 * @value: gets it
 *
 * May sleep.  Return: whether it was there.
 */
bool ckpt_fdinfo_scan(struct ckpt_scan *scan, const struct ckpt_obj *obj, const char *field,
		      const char *format, void *value)
{
	char info[CKPT_FDINFO_SIZE], *at;

	if (ckpt_fdinfo_show(scan->fs->root, obj->file, info, sizeof(info)) < 0)
		return false;
	at = strstr(info, field);
	return at && sscanf(skip_spaces(at + strlen(field)), format, value) == 1;
}

/* The clock of a timerfd is private. */
static void ckpt_timerfd_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct ckpt_finding *f;
	bool alarm;
	int clock;

	if (!ckpt_fdinfo_scan(scan, obj, "clockid:", "%d", &clock)) {
		ckpt_file_unknown(scan, obj, "timerfd");
		return;
	}
	alarm = clock == CLOCK_REALTIME_ALARM || clock == CLOCK_BOOTTIME_ALARM;
	f = ckpt_anon_emit(scan, obj, alarm ? CKPT_TIMERFD_ALARM_CLOCK : CKPT_TIMERFD);
	ckpt_key_u64(&scan->report, f, "clock", clock);
}

/* Return: whether fdinfo could be read; *semaphore is -1 where that could not be seen. */
static bool ckpt_eventfd_read(struct ckpt_scan *scan, const struct ckpt_obj *obj, u64 *count,
			      int *semaphore)
{
	char info[CKPT_FDINFO_SIZE];
	unsigned long long value;
	int id, n;

	if (ckpt_fdinfo_show(scan->fs->root, obj->file, info, sizeof(info)) < 0)
		return false;
	n = sscanf(info, "eventfd-count: %llx eventfd-id: %d eventfd-semaphore: %d", &value, &id,
		   semaphore);
	if (n < 2)
		return false;
	*count = value;
	if (n == 2)
		*semaphore = ckpt_eventfd_semaphore(obj->file, value, id);
	return true;
}

/* The counter may change while it is read. */
static void ckpt_eventfd_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	int semaphore = -1, tries = CKPT_EVENTFD_TRIES;
	struct ckpt_finding *f;
	u64 count = 0;

	while (tries-- && semaphore < 0)
		if (!ckpt_eventfd_read(scan, obj, &count, &semaphore))
			break;
	if (semaphore < 0)
		ckpt_emit_unknown(scan, obj, obj->file, 0, "eventfd");
	if (semaphore > 0) {
		f = ckpt_anon_emit(scan, obj, CKPT_EVENTFD_SEMAPHORE);
		ckpt_key_u64(&scan->report, f, "counter", count);
	}
	if (count > U32_MAX) {
		f = ckpt_anon_emit(scan, obj, CKPT_EVENTFD_BIG_COUNTER);
		ckpt_key_u64(&scan->report, f, "counter", count);
	}
}

static void ckpt_bpf_map_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct ckpt_finding *f;
	int type;

	if (!ckpt_fdinfo_scan(scan, obj, "map_type:", "%d", &type)) {
		ckpt_emit_unknown(scan, obj, obj->file, 0, "bpf-map");
		return;
	}
	f = ckpt_anon_emit(scan, obj, type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_ARRAY ?
				      CKPT_BPF_MAP : CKPT_BPF_MAP_TYPE);
	ckpt_key_u64(&scan->report, f, "type", type);
}

/* The kinds that CRIU knows. */
static const struct ckpt_anon {
	const char *name;
	void (*judge)(struct ckpt_scan *scan, const struct ckpt_obj *obj);
} ckpt_anons[] = {
	{ "[eventfd]",		ckpt_eventfd_judge },
	{ "[signalfd]" },
	{ "[timerfd]",		ckpt_timerfd_judge },
	{ "[eventpoll]",	ckpt_epoll_judge },
	{ "inotify",		ckpt_notify_judge },
	{ "[fanotify]",		ckpt_fanotify_judge },
	{ "[pidfd]",		ckpt_pidfd_judge },
	{ "bpf-map",		ckpt_bpf_map_judge },
};

static const struct ckpt_anon *ckpt_anon_of(const struct file *file)
{
	const char *name = ckpt_anon_name(file);
	int i;

	for (i = 0; i < ARRAY_SIZE(ckpt_anons); i++)
		if (!strcmp(name, ckpt_anons[i].name))
			return &ckpt_anons[i];
	return NULL;
}

static enum ckpt_look ckpt_peek_anon(struct ckpt_scan *scan, struct file *file,
				     struct inode *inode)
{
	const struct ckpt_anon *anon = ckpt_anon_of(file);

	return anon && !anon->judge ? CKPT_FINE : CKPT_MARK;
}

static void ckpt_judge_anon(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const struct ckpt_anon *anon = ckpt_anon_of(obj->file);
	const char *name = ckpt_anon_name(obj->file);
	struct ckpt_finding *f;

	if (!anon) {
		f = ckpt_anon_emit(scan, obj, CKPT_FILE_ANON_UNSUPPORTED);
		ckpt_key_str(&scan->report, f, "kind", name, strlen(name));
	} else if (anon->judge) {
		anon->judge(scan, obj);
	}
}

const struct ckpt_kind ckpt_kind_anon = {
	.match = ckpt_match_anon, .peek = ckpt_peek_anon, .judge = ckpt_judge_anon,
};
