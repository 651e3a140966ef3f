/* SPDX-License-Identifier: GPL-2.0 */
/* rules_check.h - what holds for every report; to be included after kselftest_harness.h. */
#ifndef _RULES_CHECK_H
#define _RULES_CHECK_H

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"
#include "target.h"

static inline void show_report(const struct report *r)
{
	const char *p = r->text;
	int n;

	for (; p && *p; p += n + !!p[n]) {
		n = strcspn(p, "\n");
		fprintf(stderr, "#   | %.*s\n", n > 400 ? 400 : n, p);
	}
}

/* Frees the report, which a test that failed shows first. */
static inline void end_report(struct __test_metadata *_metadata, struct report *r)
{
	if (_metadata->exit_code == KSFT_FAIL)
		show_report(r);
	report_free(r);
}

/* It could be read, and its grammar is right. */
static inline bool check_sound(struct __test_metadata *_metadata, const struct report *r)
{
	EXPECT_EQ(0, r->error) {
		TH_LOG("read: %s", strerror(r->error));
	}
	EXPECT_EQ(NULL, r->wrong) {
		TH_LOG("grammar: %s", r->wrong);
		show_report(r);
	}
	return !r->error && !r->wrong;
}

/* Each KEY line of mkobj is one finding of the rule, and there are no more of it. */
static inline void check_found(struct __test_metadata *_metadata, const struct report *r,
			       const struct mkobj_run *run, const char *rule)
{
	int i, k, n;

	for (k = 0; k < run->nr_keys; k++) {
		for (i = n = 0; i < r->nr; i++)
			n += !strcmp(r->find[i].word[1], rule) &&
			     record_has_all(&r->find[i], run->keys[k]);
		EXPECT_EQ(1, n) {
			TH_LOG("findings of %s with %s", rule, run->keys[k]);
		}
	}
	if (run->nr_keys) {
		EXPECT_EQ(run->nr_keys, report_count(r, rule));
	} else {
		EXPECT_LT(0, report_count(r, rule));
	}
}

/*
 * No finding but of the rule, and of what the case trips as well; what is said of the machine is
 * said of every process.
 */
static inline void check_others(struct __test_metadata *_metadata, const struct report *r,
				const char *rule, const char *flags)
{
	char also[80];
	int i;

	for (i = 0; i < r->nr; i++) {
		if (!strncmp(r->find[i].word[1], "env-", 4))
			continue;
		snprintf(also, sizeof(also), "also=%s", r->find[i].word[1]);
		EXPECT_TRUE(!strcmp(r->find[i].word[1], rule) || strstr(flags, also)) {
			TH_LOG("unexpected finding: %s", r->find[i].word[1]);
		}
	}
}

/* A template of needs= with its {key} and {key:x} filled in. */
static inline void fill_needs(const struct record *rec, const char *template, char *out)
{
	const char *value;
	char key[32];
	size_t n;

	for (; *template; template += strcspn(template, "}") + !!*template) {
		n = strcspn(template, "{");
		out += sprintf(out, "%.*s", (int)n, template);
		template += n;
		if (!*template)
			break;
		n = strcspn(template, ":}");
		snprintf(key, n, "%s", template + 1);
		value = record_get(rec, key);
		if (template[n] == ':')
			out += sprintf(out, "%llx", value ? strtoull(value, NULL, 10) : 0);
		else
			out += sprintf(out, "%s", value ? value : "");
	}
	*out = '\0';
}

static inline void check_finding(struct __test_metadata *_metadata, const struct record *rec,
				 const char *cls, const char *template, const char *keys)
{
	char copy[128], needs[128], *word, *save = NULL;
	const char *value = record_get(rec, CKPTCHECK_KEY_NEEDS);

	fill_needs(rec, template, needs);
	EXPECT_STREQ(cls, rec->word[0]);
	EXPECT_STREQ(needs, value ? value : "");
	EXPECT_LT(0, record_num(rec, CKPTCHECK_KEY_PID));
	strcpy(copy, keys);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		EXPECT_NE(NULL, record_get(rec, word)) {
			TH_LOG("%s has no key %s", rec->word[1], word);
		}
	}
}

static inline int class_of(const char *name)
{
	static const char * const names[] = CKPTCHECK_CLASS_NAMES;
	int i;

	for (i = 0; i < CKPTCHECK_NR_CLASSES; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

/* The verdict is that of the heaviest class, and "ok" never stands on an incomplete report. */
static inline void check_verdict(struct __test_metadata *_metadata, const struct report *r)
{
	static const char * const names[] = CKPTCHECK_VERDICT_NAMES;
	const char *complete = record_get(&r->head, CKPTCHECK_KEY_COMPLETE);
	const char *verdict = record_get(&r->head, CKPTCHECK_KEY_VERDICT);
	int i, cls, worst = CKPTCHECK_CLASS_INFO;

	for (i = 0; i < r->nr; i++) {
		cls = class_of(r->find[i].word[0]);
		EXPECT_LE(0, cls);
		if (cls > worst)
			worst = cls;
	}
	ASSERT_NE(NULL, complete);
	ASSERT_NE(NULL, verdict);
	if (!strcmp(complete, "yes")) {
		EXPECT_EQ(NULL, record_get(&r->head, CKPTCHECK_KEY_REASON));
	} else {
		EXPECT_STREQ("no", complete);
		EXPECT_NE(NULL, record_get(&r->head, CKPTCHECK_KEY_REASON));
		if (worst < CKPTCHECK_CLASS_UNKNOWN)
			worst = CKPTCHECK_CLASS_UNKNOWN;
	}
	EXPECT_STREQ(names[worst], verdict);
}

/* All was looked at, or all but what the case says. */
static inline void check_complete(struct __test_metadata *_metadata, const struct report *r,
				  const char *flags)
{
	static const char incomplete[] = "incomplete=";
	const char *wanted = strstr(flags, incomplete);
	const char *reason = record_get(&r->head, CKPTCHECK_KEY_REASON);
	char word[32];

	if (!wanted) {
		EXPECT_STREQ("yes", record_get(&r->head, CKPTCHECK_KEY_COMPLETE));
		return;
	}
	wanted += strlen(incomplete);
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(wanted, ","), wanted);
	EXPECT_STREQ("no", record_get(&r->head, CKPTCHECK_KEY_COMPLETE));
	EXPECT_STREQ(word, reason ? reason : "");
}

/* What the first line counts is what /proc shows. */
static inline void check_counts(struct __test_metadata *_metadata, const struct report *r,
				pid_t pid)
{
	struct proc_counts c = proc_count_tree(pid);

	EXPECT_EQ(c.processes, record_num(&r->head, CKPTCHECK_KEY_PROCESSES));
	EXPECT_EQ(c.threads, record_num(&r->head, CKPTCHECK_KEY_THREADS));
	EXPECT_EQ(c.files, record_num(&r->head, CKPTCHECK_KEY_FILES));
	EXPECT_EQ(c.vmas, record_num(&r->head, CKPTCHECK_KEY_VMAS));
	EXPECT_NE(NULL, record_get(&r->head, CKPTCHECK_KEY_COMM));
}

#endif
