// SPDX-License-Identifier: GPL-2.0
/*
 * mounts.c - what is mounted where the set lives: the lines of the mountinfo of the root and, if
 * that has a mount namespace of its own, of one process for each other namespace of the set; and an
 * index of them by number, file system and peer group.
 *
 * struct mount is private to the kernel.  The fields of a line are separated by blanks, and the
 * blanks of names are escaped, so that no name can pose as another field.
 */

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "access.h"
#include "grow.h"
#include "kinds/kind.h"
#include "mounts.h"
#include "procfile.h"
#include "scan.h"

/* Text of some 10000 mounts; first a smaller piece is tried. */
#define CKPT_MOUNTS_TEXT	SZ_1M
#define CKPT_MOUNTS_FIRST	SZ_32K

/* All texts together: each mount is compared with all others. */
#define CKPT_MOUNTS_MOST	SZ_2M

struct ckpt_mounts_text {
	struct ckpt_mounts_text *next;
	char text[];
};

/* Second half of the identities in the index. */
enum { CKPT_BY_DEV, CKPT_BY_ID, CKPT_BY_GROUP, CKPT_NR_BY };

/* Bit of a slot by file system, beside the place in the list + 1. */
#define CKPT_IS_WHOLE	BIT(31)

/* A number as an identity: 0 is none. */
static const void *ckpt_mounts_key(unsigned long number)
{
	return (const void *)(number + 1);
}

/* Keeps a copy of a text.  Return: the copy, NULL if these are too many, or an ERR_PTR. */
static char *ckpt_mounts_keep(struct ckpt_mounts *all, const char *text, size_t n)
{
	struct ckpt_mounts_text *node;

	if (all->size + n > CKPT_MOUNTS_MOST)
		return NULL;
	node = kvmalloc(struct_size(node, text, n + 1), GFP_KERNEL_ACCOUNT);
	if (!node)
		return ERR_PTR(-ENOMEM);
	memcpy(node->text, text, n);
	node->text[n] = '\0';
	node->next = all->texts;
	all->texts = node;
	all->size += n;
	return node->text;
}

/* Return: the mountinfo of a process, kept in @all; NULL if it cannot be told; or an ERR_PTR. */
static char *ckpt_mounts_text(const struct ckpt_scan *scan, struct ckpt_mounts *all, pid_t nr)
{
	size_t size = CKPT_MOUNTS_FIRST;
	char name[32], *text, *kept;
	ssize_t n;

	snprintf(name, sizeof(name), "%d/mountinfo", nr);
	for (;;) {
		text = kvmalloc(size, GFP_KERNEL_ACCOUNT);
		if (!text)
			return ERR_PTR(-ENOMEM);
		n = ckpt_procfile_read(scan->fs, name, text, size);
		kept = n > 0 && n < size ? ckpt_mounts_keep(all, text, n) : NULL;
		kvfree(text);
		if (n == -ENOMEM)
			return ERR_PTR(n);
		if (n < (ssize_t)size || size == CKPT_MOUNTS_TEXT)
			return kept;
		size = CKPT_MOUNTS_TEXT;
	}
}

static bool ckpt_mnt_number(const char *word, const char *prefix, u32 *value)
{
	size_t n = strlen(prefix);

	return word && !strncmp(word, prefix, n) && !kstrtou32(word + n, 10, value);
}

static bool ckpt_mnt_dev(char *word, dev_t *dev)
{
	char *major = strsep(&word, ":");
	u32 a, b;

	if (!ckpt_mnt_number(major, "", &a) || !ckpt_mnt_number(word, "", &b))
		return false;
	*dev = MKDEV(a, b);
	return true;
}

/* Cuts a line into a mount.  Return: whether it is one. */
static bool ckpt_mnt_parse(char *line, struct ckpt_mnt *m)
{
	char *word;

	m->length = strlen(line);
	if (!ckpt_mnt_number(strsep(&line, " "), "", &m->id) ||
	    !ckpt_mnt_number(strsep(&line, " "), "", &m->parent) ||
	    !ckpt_mnt_dev(strsep(&line, " "), &m->dev))
		return false;
	m->root = strsep(&line, " ");
	m->point = strsep(&line, " ");
	m->flags = strsep(&line, " ");
	while ((word = strsep(&line, " ")) && strcmp(word, "-")) {
		ckpt_mnt_number(word, "shared:", &m->shared);
		ckpt_mnt_number(word, "master:", &m->master);
	}
	m->type = strsep(&line, " ");
	m->source = strsep(&line, " ");
	m->options = strsep(&line, " ");
	return m->options && !line;
}

/* Notes that the last one of the list is found by a number. */
static struct ckpt_slot *ckpt_mounts_add(struct ckpt_mounts *all, unsigned long number, int by)
{
	return ckpt_table_add(&all->index, ckpt_mounts_key(number), by);
}

static void ckpt_mounts_index(struct ckpt_mounts *all)
{
	const struct ckpt_mnt *m = &all->list[all->nr++];
	struct ckpt_slot *slot;

	ckpt_mounts_add(all, m->id, CKPT_BY_ID)->value = all->nr;
	if (m->shared)
		ckpt_mounts_add(all, m->shared, CKPT_BY_GROUP);
	slot = ckpt_mounts_add(all, m->dev, CKPT_BY_DEV);
	if (!strcmp(m->root, "/"))
		slot->value = all->nr | CKPT_IS_WHOLE;
	else if (!slot->value)
		slot->value = all->nr;
}

/* Return: 0, -EINVAL for what is no mountinfo, or -ENOMEM. */
static int ckpt_mounts_parse(struct ckpt_mounts *all, char *text, pid_t nr)
{
	struct ckpt_room room = { .size = sizeof(*all->list), .used = all->nr, .most = U32_MAX };
	char *rest = text, *line;
	u32 lines = 1;

	for (line = text; (line = strchr(line, '\n')); line++)
		lines++;
	room.need = all->nr + lines;
	if (ckpt_grow((void **)&all->list, &all->cap, &room) ||
	    ckpt_table_reserve(&all->index, CKPT_NR_BY * lines))
		return -ENOMEM;
	while ((line = strsep(&rest, "\n")) && *line) {
		struct ckpt_mnt *m = &all->list[all->nr];

		*m = (struct ckpt_mnt){ .space = all->spaces, .nr = nr };
		if (!ckpt_mnt_parse(line, m))
			return -EINVAL;
		ckpt_mounts_index(all);
		cond_resched();
	}
	all->spaces++;
	return 0;
}

/* Adds those that a process sees.  Return: 0, -EINVAL if they cannot be told, or -ENOMEM. */
static int ckpt_mounts_of(const struct ckpt_scan *scan, struct ckpt_mounts *all, pid_t nr)
{
	char *text = ckpt_mounts_text(scan, all, nr);

	if (IS_ERR(text))
		return PTR_ERR(text);
	return text ? ckpt_mounts_parse(all, text, nr) : -EINVAL;
}

/* Return: 0, -EINVAL if some cannot be told, -ENOMEM or -EINTR. */
static int ckpt_mounts_nested(struct ckpt_scan *scan)
{
	u32 i, found = 0;
	int err;

	for (i = 0; i < scan->nr_procs && found < scan->nr_mnt_ns; i++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		if (!ckpt_ns_tells_mounts(scan, i))
			continue;
		err = ckpt_mounts_of(scan, &scan->mounts, scan->procs[i].nr);
		if (err)
			return err;
		/* Still the same process, and still there. */
		found += ckpt_ns_tells_mounts(scan, i);
	}
	return found == scan->nr_mnt_ns ? 0 : -EINVAL;
}

/**
 * ckpt_mounts_read() - read the mounts, once a scan
 * @scan: scan, whose first pass is over
 *
 * With the reader's credentials.  May sleep.  Return: 0, -ENOMEM or -EINTR.
 */
int ckpt_mounts_read(struct ckpt_scan *scan)
{
	struct ckpt_mounts *all = &scan->mounts;
	int err;

	if (all->read)
		return 0;
	err = ckpt_mounts_of(scan, all, pid_nr_ns(scan->root, scan->fs->ns));
	if (!err && ckpt_ns_own(scan, CKPT_NS_MNT))
		err = ckpt_mounts_nested(scan);
	if (err == -ENOMEM || err == -EINTR) {
		ckpt_mounts_free(all);
		return err;
	}
	all->read = true;
	all->known = !err;
	return 0;
}

/**
 * ckpt_mounts_readers() - is a file system mounted where the reader lives?
 * @scan: scan
 * @dev: its number
 *
 * May sleep.  Return: false as well if that cannot be told.
 */
bool ckpt_mounts_readers(struct ckpt_scan *scan, dev_t dev)
{
	struct ckpt_mounts *all = &scan->reader_mounts;

	if (!all->read) {
		all->read = true;
		all->known = !ckpt_mounts_of(scan, all,
					     pid_nr_ns(task_tgid(current), scan->fs->ns));
	}
	return all->known && ckpt_table_find(&all->index, ckpt_mounts_key(dev), CKPT_BY_DEV);
}

static const struct ckpt_slot *ckpt_mounts_find(const struct ckpt_scan *scan,
						unsigned long number, int by)
{
	return ckpt_table_find(&scan->mounts.index, ckpt_mounts_key(number), by);
}

enum ckpt_mounted ckpt_mounts_dev(const struct ckpt_scan *scan, dev_t dev)
{
	const struct ckpt_slot *slot;

	if (!scan->mounts.known)
		return CKPT_MOUNTED_UNKNOWN;
	slot = ckpt_mounts_find(scan, dev, CKPT_BY_DEV);
	if (!slot)
		return CKPT_MOUNTED_NOT;
	return slot->value & CKPT_IS_WHOLE ? CKPT_MOUNTED_WHOLE : CKPT_MOUNTED_PARTS;
}

/* Return: the mount of that number, NULL if there is none. */
const struct ckpt_mnt *ckpt_mounts_id(const struct ckpt_scan *scan, u32 id)
{
	const struct ckpt_slot *slot = ckpt_mounts_find(scan, id, CKPT_BY_ID);

	return slot ? &scan->mounts.list[slot->value - 1] : NULL;
}

/* Is any of the mounts in a peer group? */
bool ckpt_mounts_has_group(const struct ckpt_scan *scan, u32 group)
{
	return ckpt_mounts_find(scan, group, CKPT_BY_GROUP);
}

/* Copies a name without its escapes; there is room for it with them.  Return: its length. */
static size_t ckpt_mnt_unescape(char *to, const char *from)
{
	char *at = to;

	while (*from) {
		if (from[0] == '\\' && from[1] && from[2] && from[3]) {
			*at++ = (from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0');
			from += 4;
		} else {
			*at++ = *from++;
		}
	}
	*at = '\0';
	return at - to;
}

/* The mount point; @f may be NULL. */
void ckpt_mounts_key_point(struct ckpt_scan *scan, struct ckpt_finding *f, const char *key,
			   const struct ckpt_mnt *m)
{
	char *name = f ? kvmalloc(strlen(m->point) + 1, GFP_KERNEL_ACCOUNT) : NULL;

	if (name)
		ckpt_key_str(&scan->report, f, key, name, ckpt_mnt_unescape(name, m->point));
	else if (f)
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
	kvfree(name);
}

/* The mount point of a file system, NUL-terminated in @buf; "/" is "". */
static size_t ckpt_mounts_point(const struct ckpt_scan *scan, dev_t dev, char *buf, size_t size)
{
	const struct ckpt_slot *slot = ckpt_mounts_find(scan, dev, CKPT_BY_DEV);
	const char *point = "";

	if (slot)
		point = scan->mounts.list[(slot->value & ~CKPT_IS_WHOLE) - 1].point;
	if (!strcmp(point, "/") || strlen(point) >= size)
		point = "";
	return ckpt_mnt_unescape(buf, point);
}

/**
 * ckpt_mounts_key_path() - path= of a file, or of the mount point where only parts are mounted
 * @scan: scan, ckpt_mounts_read() has been called
 * @f: finding, may be NULL
 * @dev: the file's file system
 * @name: path below the root of that
 *
 * May sleep.
 */
void ckpt_mounts_key_path(struct ckpt_scan *scan, struct ckpt_finding *f, dev_t dev,
			  const char *name)
{
	bool whole = ckpt_mounts_dev(scan, dev) == CKPT_MOUNTED_WHOLE;
	char *buf = f ? kvmalloc(2 * PATH_MAX, GFP_KERNEL_ACCOUNT) : NULL;
	size_t len;

	if (f && !buf)
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
	if (!buf)
		return;
	len = ckpt_mounts_point(scan, dev, buf, PATH_MAX);
	strscpy(buf + len, whole ? name : "", PATH_MAX);
	ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_PATH, buf, strlen(buf));
	kvfree(buf);
}

void ckpt_mounts_free(struct ckpt_mounts *all)
{
	while (all->texts) {
		struct ckpt_mounts_text *node = all->texts;

		all->texts = node->next;
		kvfree(node);
	}
	kvfree(all->list);
	ckpt_table_free(&all->index);
	memset(all, 0, sizeof(*all));
}
