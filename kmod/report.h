/* SPDX-License-Identifier: GPL-2.0 */
/* report.h - findings of one scan: how they are added, and how they become text. */
#ifndef _CKPT_REPORT_H
#define _CKPT_REPORT_H

#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "policy.h"
#include "table.h"
#include "text.h"

struct file;
struct path;

/* What a finding is about, in the order of the report. */
enum ckpt_place_kind {
	CKPT_AT_PROCESS,
	CKPT_AT_THREAD,
	CKPT_AT_FD,
	CKPT_AT_SCM,
	CKPT_AT_VMA,
};

/**
 * struct ckpt_place - where the object of a finding was found
 * @nr: process, in the pid namespace of the mount
 * @kind: which of the members below counts
 * @at: thread id, descriptor, first address, or for a file in flight the inode of the UNIX
 *	socket in whose queue it is
 * @end: behind the last address of a mapping
 */
struct ckpt_place {
	pid_t nr;
	enum ckpt_place_kind kind;
	unsigned long at;
	unsigned long end;
};

/**
 * struct ckpt_finding - one rule that holds for one object
 * @place: the first place that holds the object
 * @rule: enum ckpt_rule_id
 * @count: number of places
 * @keys: offset of " key=value..." in the report's text
 * @keys_len: its length
 * @peer: process at the other end, owned, NULL if none; see ckpt_told_peers()
 * @peer_comm: its name, set there
 */
struct ckpt_finding {
	struct ckpt_place place;
	u32 rule;
	u32 count;
	u32 keys;
	u32 keys_len;
	struct pid *peer;
	char peer_comm[TASK_COMM_LEN];
};

/* Why a report can be incomplete; a report may have several reasons. */
enum ckpt_reason {
#define CKPT_REASON(id, word, text) CKPT_REASON_##id,
	CKPTCHECK_REASONS(CKPT_REASON)
#undef CKPT_REASON
	CKPT_NR_REASONS
};

/**
 * struct ckpt_report - findings of one scan, owned by its reader, not locked
 * @findings: @nr of @cap
 * @keys: text of all findings' keys; the last finding's text is at the end
 * @path: where a path is put together, @path_size bytes; NULL until there is one
 * @seen: (object, rule) -> index of its finding + 1
 * @flags: CKPTCHECK_VIEW_*
 * @target: CRIU version
 * @max_findings: no more than these are kept
 * @reasons: bits of enum ckpt_reason
 * @worst: heaviest class found, enum ckptcheck_class; findings that were lost count too
 * @ghost_limit: size of the largest deleted file that was found too large for criu
 */
struct ckpt_report {
	struct ckpt_finding *findings;
	u32 nr;
	u32 cap;
	struct ckpt_text keys;
	char *path;
	u32 path_size;
	struct ckpt_table seen;
	u32 flags;
	u32 target;
	u32 max_findings;
	unsigned long reasons;
	u32 worst;
	u64 ghost_limit;
};

const struct ckpt_span *ckpt_report_span(const struct ckpt_report *r, enum ckpt_rule_id rule);

/* Harmless: where most processes trip the rule, only who asks for each record wants to know. */
static inline bool ckpt_rule_is_quiet(const struct ckpt_report *r, enum ckpt_rule_id rule)
{
	return ckpt_report_span(r, rule)->cls == CKPTCHECK_CLASS_INFO &&
	       !(r->flags & CKPTCHECK_VIEW_INFO_EACH);
}

/* The first line's figures; comm is NULL where the reader may not inspect the root. */
struct ckpt_summary {
	pid_t nr;
	const char *comm;
	u32 processes;
	u64 threads;
	u64 files;
	u64 vmas;
};

void ckpt_report_init(struct ckpt_report *r, u32 target, u32 flags, u32 max_findings);
void ckpt_report_reset(struct ckpt_report *r);
void ckpt_report_free(struct ckpt_report *r);
void ckpt_report_incomplete(struct ckpt_report *r, enum ckpt_reason reason);
void ckpt_report_error(struct ckpt_report *r, int err);

struct ckpt_finding *ckpt_emit_many(struct ckpt_report *r, enum ckpt_rule_id rule,
				    const struct ckpt_place *place, const void *object, u64 ino,
				    u32 count);
struct ckpt_finding *ckpt_emit(struct ckpt_report *r, enum ckpt_rule_id rule,
			       const struct ckpt_place *place, const void *object, u64 ino);
void ckpt_key_u64(struct ckpt_report *r, struct ckpt_finding *f, const char *key, u64 value);
void ckpt_key_dev(struct ckpt_report *r, struct ckpt_finding *f, const char *key, dev_t dev);
void ckpt_key_str(struct ckpt_report *r, struct ckpt_finding *f, const char *key,
		  const char *bytes, size_t len);
void ckpt_key_dpath(struct ckpt_report *r, struct ckpt_finding *f, const struct path *path);
void ckpt_key_path(struct ckpt_report *r, struct ckpt_finding *f, const struct file *file);

int ckpt_report_render(struct ckpt_report *r, const struct ckpt_summary *sum,
		       struct pid_namespace *ns, struct ckpt_text *out);

#endif
