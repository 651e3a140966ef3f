// SPDX-License-Identifier: GPL-2.0
/* report.c - the findings of one scan while it runs: adding them, and their keys. */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "compat/path.h"
#include "grow.h"
#include "report.h"

/* Nearly all paths are shorter. */
#define CKPT_PATH_SHORT	512

/* Long enough for any path that the kernel hands out, even one in a deleted directory. */
#define CKPT_PATH_LONG	(4 * PATH_MAX)

/*
 * Stands for a rule that the target CRIU did not have: what it did then is not known, and that
 * must never look like a pass.
 */
static const struct ckpt_span ckpt_span_untested = { .cls = CKPTCHECK_CLASS_UNKNOWN, .needs = "" };

void ckpt_report_init(struct ckpt_report *r, u32 target, u32 flags, u32 max_findings)
{
	*r = (struct ckpt_report){ .target = target, .flags = flags, .max_findings = max_findings };
}

/* Return: what a rule means for the report's target, never NULL. */
const struct ckpt_span *ckpt_report_span(const struct ckpt_report *r, enum ckpt_rule_id rule)
{
	return ckpt_rule_span(&ckpt_rules[rule], r->target) ?: &ckpt_span_untested;
}

/* Forgets all findings, for a scan that has to begin again. */
void ckpt_report_reset(struct ckpt_report *r)
{
	u32 i;

	for (i = 0; i < r->nr; i++)
		put_pid(r->findings[i].peer);
	r->nr = 0;
	r->keys.len = 0;
	r->keys.failed = false;
	r->reasons = 0;
	r->worst = 0;
	r->ghost_limit = 0;
	ckpt_table_free(&r->seen);
}

void ckpt_report_free(struct ckpt_report *r)
{
	ckpt_report_reset(r);
	kvfree(r->findings);
	kvfree(r->path);
	ckpt_text_free(&r->keys);
}

/* Something could not be examined: the report is never "ok" then. */
void ckpt_report_incomplete(struct ckpt_report *r, enum ckpt_reason reason)
{
	r->reasons |= BIT(reason);
	r->worst = max_t(u32, r->worst, CKPTCHECK_CLASS_UNKNOWN);
}

static int ckpt_report_grow(struct ckpt_report *r)
{
	const struct ckpt_room room = {
		.size = sizeof(*r->findings), .used = r->nr,
		.need = r->nr + 1, .most = r->max_findings,
	};

	return ckpt_grow((void **)&r->findings, &r->cap, &room);
}

/* What of the report is missing after an error of memory. */
void ckpt_report_error(struct ckpt_report *r, int err)
{
	ckpt_report_incomplete(r, err == -E2BIG ? CKPT_REASON_MAX_OBJECTS : CKPT_REASON_MEMORY);
}

/* Return: whether the object's finding is already there, it is counted then. */
static bool ckpt_report_counted(struct ckpt_report *r, enum ckpt_rule_id rule, const void *object,
				u64 ino, u32 count)
{
	struct ckpt_slot *slot;

	if (ckpt_table_reserve(&r->seen, 1)) {
		ckpt_report_incomplete(r, CKPT_REASON_MEMORY);
		return true;
	}
	slot = ckpt_table_add(&r->seen, object, ino ^ ((u64)(rule + 1) << 56));
	if (slot->value) {
		r->findings[slot->value - 1].count += count;
		return true;
	}
	slot->value = r->nr + 1;
	return false;
}

/**
 * ckpt_emit_many() - add a finding that was made in several places
 * @r: report
 * @rule: rule that holds
 * @place: where, the first of them
 * @object: identity of the object, never dereferenced; an object held in many places gives one
 *          finding.  NULL: each place counts
 * @ino: second half of the identity
 * @count: number of places
 *
 * May sleep: no lock of the target is held here.  Return: the finding, to be given keys before
 * the next one is added, or NULL if there is nothing to give keys to; the ckpt_key functions
 * take that too.
 */
struct ckpt_finding *ckpt_emit_many(struct ckpt_report *r, enum ckpt_rule_id rule,
				    const struct ckpt_place *place, const void *object, u64 ino,
				    u32 count)
{
	u32 cls = ckpt_report_span(r, rule)->cls;
	struct ckpt_finding *f;
	int err;

	if (cls == CKPTCHECK_CLASS_INFO) {
		if (r->flags & CKPTCHECK_VIEW_INFO_NONE)
			return NULL;
		if (!(r->flags & CKPTCHECK_VIEW_INFO_EACH)) {
			object = &ckpt_rules[rule];
			ino = 0;
		}
	}
	r->worst = max(r->worst, cls);
	err = ckpt_report_grow(r);
	if (err) {
		ckpt_report_error(r, err);
		return NULL;
	}
	if (object && ckpt_report_counted(r, rule, object, ino, count))
		return NULL;
	f = &r->findings[r->nr++];
	*f = (struct ckpt_finding){
		.place = *place, .rule = rule, .count = count, .keys = r->keys.len,
	};
	return f;
}

/* The same for one place. */
struct ckpt_finding *ckpt_emit(struct ckpt_report *r, enum ckpt_rule_id rule,
			       const struct ckpt_place *place, const void *object, u64 ino)
{
	return ckpt_emit_many(r, rule, place, object, ino, 1);
}

/* The keys' text of a finding ends where the report's text ends. */
static void ckpt_key_done(struct ckpt_report *r, struct ckpt_finding *f)
{
	if (r->keys.failed || r->keys.len > U32_MAX)
		ckpt_report_incomplete(r, CKPT_REASON_MEMORY);
	else
		f->keys_len = r->keys.len - f->keys;
}

void ckpt_key_u64(struct ckpt_report *r, struct ckpt_finding *f, const char *key, u64 value)
{
	if (!f)
		return;
	ckpt_text_printf(&r->keys, " %s=%llu", key, value);
	ckpt_key_done(r, f);
}

void ckpt_key_dev(struct ckpt_report *r, struct ckpt_finding *f, const char *key, dev_t dev)
{
	if (!f)
		return;
	ckpt_text_printf(&r->keys, " %s=%u:%u", key, MAJOR(dev), MINOR(dev));
	ckpt_key_done(r, f);
}

void ckpt_key_str(struct ckpt_report *r, struct ckpt_finding *f, const char *key,
		  const char *bytes, size_t len)
{
	if (!f)
		return;
	ckpt_text_printf(&r->keys, " %s=", key);
	ckpt_text_value(&r->keys, bytes, len);
	ckpt_key_done(r, f);
}

/* In the report's buffer, which has room for @size bytes then.  Return: the path, or an ERR_PTR. */
static char *ckpt_path_print(struct ckpt_report *r, const struct path *path, u32 size)
{
	if (r->path_size < size) {
		kvfree(r->path);
		r->path = kvmalloc(size, GFP_KERNEL_ACCOUNT);
		r->path_size = r->path ? size : 0;
	}
	return r->path ? d_path(path, r->path, r->path_size) : ERR_PTR(-ENOMEM);
}

/*
 * path= as the reader sees it, from the dentry cache alone: no file system is asked.  A name
 * that cannot be built is left out.
 */
void ckpt_key_dpath(struct ckpt_report *r, struct ckpt_finding *f, const struct path *path)
{
	char *name;

	if (!f)
		return;
	name = ckpt_path_print(r, path, CKPT_PATH_SHORT);
	if (PTR_ERR(name) == -ENAMETOOLONG)
		name = ckpt_path_print(r, path, CKPT_PATH_LONG);
	if (!IS_ERR(name))
		ckpt_key_str(r, f, CKPTCHECK_KEY_PATH, name, strlen(name));
	else if (PTR_ERR(name) == -ENOMEM)
		ckpt_report_incomplete(r, CKPT_REASON_MEMORY);
}

/* The same for a file. */
void ckpt_key_path(struct ckpt_report *r, struct ckpt_finding *f, const struct file *file)
{
	ckpt_key_dpath(r, f, ckpt_user_path(file));
}
