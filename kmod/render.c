// SPDX-License-Identifier: GPL-2.0
/* render.c - a report as text; runs after every lock and reference of the scan is gone. */

#include <linux/sched/signal.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "report.h"

static const char * const ckpt_class_names[] = CKPTCHECK_CLASS_NAMES;
static const char * const ckpt_verdict_names[] = CKPTCHECK_VERDICT_NAMES;
static const char * const ckpt_reason_names[CKPT_NR_REASONS] = {
#define CKPT_REASON(id, word, text) word,
	CKPTCHECK_REASONS(CKPT_REASON)
#undef CKPT_REASON
};

static int ckpt_finding_cmp(const void *a, const void *b)
{
	const struct ckpt_finding *x = a, *y = b;

	if (x->place.nr != y->place.nr)
		return x->place.nr < y->place.nr ? -1 : 1;
	if (x->place.kind != y->place.kind)
		return x->place.kind < y->place.kind ? -1 : 1;
	if (x->place.at != y->place.at)
		return x->place.at < y->place.at ? -1 : 1;
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return x->keys < y->keys ? -1 : x->keys > y->keys;
}

/* The walk goes by pid and object already, so there is seldom anything to do. */
static void ckpt_report_sort(struct ckpt_report *r)
{
	u32 i;

	for (i = 1; i < r->nr; i++) {
		if (ckpt_finding_cmp(&r->findings[i - 1], &r->findings[i]) > 0) {
			sort(r->findings, r->nr, sizeof(*r->findings), ckpt_finding_cmp, NULL);
			return;
		}
	}
}

static void ckpt_render_header(const struct ckpt_report *r, const struct ckpt_summary *sum,
			       struct ckpt_text *out)
{
	const char *separator = " " CKPTCHECK_KEY_REASON "=";
	char target[CKPT_TARGET_STRLEN];
	int i;

	ckpt_target_print(target, r->target);
	ckpt_text_printf(out, "ckptcheck %d " CKPTCHECK_KEY_PID "=%d", CKPTCHECK_FORMAT, sum->nr);
	if (sum->comm) {
		ckpt_text_printf(out, " " CKPTCHECK_KEY_COMM "=");
		ckpt_text_value(out, sum->comm, strlen(sum->comm));
	}
	ckpt_text_printf(out, " " CKPTCHECK_KEY_TARGET "=%s " CKPTCHECK_KEY_VERDICT "=%s "
			 CKPTCHECK_KEY_PROCESSES "=%u " CKPTCHECK_KEY_THREADS "=%llu "
			 CKPTCHECK_KEY_FILES "=%llu " CKPTCHECK_KEY_VMAS "=%llu "
			 CKPTCHECK_KEY_COMPLETE "=%s",
			 target, ckpt_verdict_names[r->worst], sum->processes, sum->threads,
			 sum->files, sum->vmas, r->reasons ? "no" : "yes");
	for (i = 0; i < CKPT_NR_REASONS; i++) {
		if (!(r->reasons & BIT(i)))
			continue;
		ckpt_text_printf(out, "%s%s", separator, ckpt_reason_names[i]);
		separator = ",";
	}
	ckpt_text_bytes(out, "\n", 1);
}

/* What stands behind " key=" in the keys of a finding, up to *end; NULL if there is none. */
static const char *ckpt_key_find(const char *keys, const char *end, const char *name,
				 size_t name_len)
{
	const char *p = keys;

	for (; p + name_len + 2 < end; p++)
		if (*p == ' ' && !memcmp(p + 1, name, name_len) && p[name_len + 1] == '=')
			return p + name_len + 2;
	return NULL;
}

/* One {key}, or {key:x}, which is a number.  Return: length, 0 if it cannot be filled in. */
static size_t ckpt_fill_key(char *out, size_t size, const char *value, const char *end, bool hex)
{
	u64 number = 0;
	size_t n;

	/* What had to be quoted needs the shell's quotes rather than ours. */
	if (!value || *value == '"')
		return 0;
	if (!hex) {
		for (n = 0; value + n < end && value[n] != ' ' && n < size; n++)
			out[n] = value[n];
		return n < size ? n : 0;
	}
	for (; value < end && *value >= '0' && *value <= '9'; value++)
		number = number * 10 + *value - '0';
	return scnprintf(out, size, "%llx", number);
}

/* No key of a finding: all share one limit, since criu takes but one. */
static bool ckpt_is_ghost_limit(const char *name, size_t name_len)
{
	static const char limit[] = "ghost-limit";

	return name_len == strlen(limit) && !memcmp(name, limit, name_len);
}

/* needs= with its {key} filled in; those keys are emitted before any text of a user's making. */
static void ckpt_render_needs(const struct ckpt_report *r, const struct ckpt_finding *f,
			      const char *template, struct ckpt_text *out)
{
	const char *keys = r->keys.buf + f->keys, *p = template;
	const char *end = keys + f->keys_len;
	char needs[512];
	size_t n = 0;

	while (*p && n < sizeof(needs) - 1) {
		size_t name_len, len;

		if (*p != '{') {
			needs[n++] = *p++;
			continue;
		}
		name_len = strcspn(p + 1, ":}");
		if (ckpt_is_ghost_limit(p + 1, name_len))
			len = scnprintf(needs + n, sizeof(needs) - n, "%llu", r->ghost_limit);
		else
			len = ckpt_fill_key(needs + n, sizeof(needs) - n,
					    ckpt_key_find(keys, end, p + 1, name_len), end,
					    p[1 + name_len] == ':');
		if (!len)
			return;
		n += len;
		p += strcspn(p, "}") + 1;
	}
	ckpt_text_printf(out, " " CKPTCHECK_KEY_NEEDS "=");
	ckpt_text_value(out, needs, n);
}

static void ckpt_render_peer(const struct ckpt_finding *f, struct pid_namespace *ns,
			     struct ckpt_text *out)
{
	ckpt_text_printf(out, " " CKPTCHECK_KEY_PEER_PID "=%d", pid_nr_ns(f->peer, ns));
	ckpt_text_printf(out, " " CKPTCHECK_KEY_PEER_COMM "=");
	ckpt_text_value(out, f->peer_comm, strlen(f->peer_comm));
}

static void ckpt_render_finding(const struct ckpt_report *r, const struct ckpt_finding *f,
				struct pid_namespace *ns, struct ckpt_text *out)
{
	const struct ckpt_span *span = ckpt_report_span(r, f->rule);
	const struct ckpt_place *at = &f->place;

	ckpt_text_printf(out, "%s %s " CKPTCHECK_KEY_PID "=%d",
			 ckpt_class_names[span->cls], ckpt_rules[f->rule].name, at->nr);
	if (at->kind == CKPT_AT_THREAD)
		ckpt_text_printf(out, " " CKPTCHECK_KEY_TID "=%lu", at->at);
	else if (at->kind == CKPT_AT_FD)
		ckpt_text_printf(out, " " CKPTCHECK_KEY_FD "=%lu", at->at);
	else if (at->kind == CKPT_AT_SCM)
		ckpt_text_printf(out, " " CKPTCHECK_KEY_VIA "=scm "
				 CKPTCHECK_KEY_QUEUE "=%lu", at->at);
	else if (at->kind == CKPT_AT_VMA)
		ckpt_text_printf(out, " " CKPTCHECK_KEY_VMA "=%lx-%lx", at->at, at->end);
	if (f->keys_len)
		ckpt_text_bytes(out, r->keys.buf + f->keys, f->keys_len);
	if (f->peer)
		ckpt_render_peer(f, ns, out);
	if (*span->needs)
		ckpt_render_needs(r, f, span->needs, out);
	if (f->count > 1)
		ckpt_text_printf(out, " " CKPTCHECK_KEY_COUNT "=%u", f->count);
	ckpt_text_bytes(out, "\n", 1);
}

/**
 * ckpt_report_render() - print a report
 * @r: findings, put into order here
 * @sum: figures of the first line
 * @ns: pid namespace of the mount through which it is read
 * @out: empty text
 *
 * May sleep, holds nothing of the target.  Return: 0, -ENOMEM, or -EINTR on a fatal signal.
 */
int ckpt_report_render(struct ckpt_report *r, const struct ckpt_summary *sum,
		       struct pid_namespace *ns, struct ckpt_text *out)
{
	u32 i;

	ckpt_report_sort(r);
	ckpt_text_reserve(out, 256 + r->keys.len + (size_t)r->nr * 96);
	ckpt_render_header(r, sum, out);
	for (i = 0; i < r->nr; i++) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		ckpt_render_finding(r, &r->findings[i], ns, out);
	}
	ckpt_text_printf(out, "end " CKPTCHECK_KEY_FINDINGS "=%u\n", r->nr);
	return out->failed ? -ENOMEM : 0;
}
