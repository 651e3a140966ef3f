// SPDX-License-Identifier: GPL-2.0
/*
 * fault.c - fails each allocation that a reader makes, one after the other.
 * fault MODULE [--every N] [CASE...]
 *
 * For each case of mkobj (all that trip and stand still, or each Nth of them) the first allocation
 * of a read of its report fails, then the second, until a read has no more of them. Each such
 * report is what it is without the failure, or says that it is not complete; none has a finding
 * that is not there.
 * The same is done with loading the module, mounting, and listing.
 *
 * Needs CONFIG_FAULT_INJECTION: /proc/<pid>/task/<tid>/fail-nth.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../report.h"
#include "../target.h"

#define DEBUGFS		"/sys/kernel/debug"
#define POINT		"/tmp/fault-point"
#define TEXT_SIZE	(1 << 20)
#define MOST_CASES	2000
#define MOST_FAULTS	20000
/* A report that takes seconds would take hours. */
#define MOST_SECONDS	180
#define KSFT_SKIP	4

/* What came of one operation whose allocations failed, and of all. */
struct outcome {
	unsigned long faults, errors, incomplete, same, wrong;
	char first_wrong[300];
};

static struct outcome total;
static unsigned int tests, failed;
static int nth_fd;

/* ---- failing the Nth allocation of this thread ---- */

/* All allocations count, and the kernel's log does not hear of each. */
static bool setup_faults(void)
{
	static const char * const knobs[][2] = {
		{ DEBUGFS "/failslab/ignore-gfp-wait", "N" },
		{ DEBUGFS "/failslab/verbose", "0" },
		{ DEBUGFS "/fail_page_alloc/ignore-gfp-wait", "N" },
		{ DEBUGFS "/fail_page_alloc/min-order", "0" },
		{ DEBUGFS "/fail_page_alloc/verbose", "0" },
	};
	char path[64];
	size_t i;

	for (i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++)
		if (write_file(knobs[i][0], knobs[i][1]))
			return false;
	snprintf(path, sizeof(path), "/proc/self/task/%d/fail-nth", gettid());
	nth_fd = open(path, O_RDWR | O_CLOEXEC);
	return nth_fd >= 0;
}

static void nth_set(unsigned int n)
{
	char text[16];

	if (pwrite(nth_fd, text, sprintf(text, "%u", n), 0) < 0)
		perror("fail-nth");
}

/* Ends it.  Return: whether an allocation failed. */
static bool nth_end(void)
{
	char text[16] = "";

	if (pread(nth_fd, text, sizeof(text) - 1, 0) < 0)
		perror("fail-nth");
	nth_set(0);
	return atoi(text) == 0;
}

/* ---- operations: 0, or -errno ---- */

struct operation {
	const char *name;
	int (*run)(void *arg);
	void *arg;
	/* Undoes what @run did if that was 0; NULL if there is nothing to undo. */
	int (*undo)(void *arg);
	/* Return: what is wrong with a success, NULL if nothing. */
	const char *(*judge)(void *arg, struct outcome *out);
	/* Prints what was wrong, and what had been right. */
	void (*show)(void *arg);
	/* The kernel's allocations before those of ours, which do not fail. */
	unsigned int before;
};

/* @text is not on the stack nor freed between reads: no page of it may be missing. */
struct reading {
	pid_t pid;
	char *text, *wanted;
	size_t len;
};

static int read_report(void *arg)
{
	struct reading *reading = arg;
	int fd = report_open(reading->pid);
	ssize_t n = 0;

	if (fd < 0)
		return -errno;
	reading->len = 0;
	do {
		reading->len += n;
		n = read(fd, reading->text + reading->len, TEXT_SIZE - 1 - reading->len);
	} while (n > 0);
	n = n < 0 ? -errno : 0;
	close(fd);
	reading->text[reading->len] = '\0';
	return n;
}

static int list(void *arg)
{
	DIR *dir = opendir("/proc/ckptcheck");
	int err;

	if (!dir)
		return -errno;
	do
		errno = 0;
	while (readdir(dir));
	err = -errno;
	closedir(dir);
	return err;
}

static int mount_again(void *arg)
{
	return mount("ckptcheck", POINT, "ckptcheck", 0, "hidepid=2") ? -errno : 0;
}

static int unmount_again(void *arg)
{
	return umount(POINT) ? -errno : 0;
}

static int load(void *arg)
{
	return syscall(SYS_finit_module, *(int *)arg, "automount=N", 0) ? -errno : 0;
}

static int unload(void *arg)
{
	return syscall(SYS_delete_module, "ckptcheck", O_NONBLOCK) ? -errno : 0;
}

/* Ends where the kernel's loader comes to the parameters. */
static int load_refused(void *arg)
{
	return syscall(SYS_finit_module, *(int *)arg, "automount=?", 0) ? -errno : 0;
}

/* Return: how many allocations an operation makes. */
static unsigned int count_allocations(int (*run)(void *arg), void *arg)
{
	const unsigned int many = 1000000;
	char text[16] = "";

	nth_set(many);
	run(arg);
	if (pread(nth_fd, text, sizeof(text) - 1, 0) < 0)
		perror("fail-nth");
	nth_set(0);
	return many - atoi(text);
}

/* ---- judging ---- */

/* Without memory for a process the same may be found at the next one, or the next of many. */
static bool same_place(const struct record *a, const struct record *wanted)
{
	static const char * const keys[] = { "tid", "vma", "ino" };
	const char *x, *y;
	size_t i;

	if (record_get(wanted, CKPTCHECK_KEY_COUNT))
		return true;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		x = record_get(a, keys[i]);
		y = record_get(wanted, keys[i]);
		if (x && y && strcmp(x, y))
			return false;
	}
	return true;
}

/* Without memory for the queue that it is in, a lock is only known by a descriptor. */
static bool same_rule(const struct record *a, const struct record *wanted)
{
	if (!strcmp(wanted->word[1], "lock-in-scm") && !strncmp(a->word[1], "lock-", 5))
		return true;
	return !strcmp(a->word[0], wanted->word[0]) && !strcmp(a->word[1], wanted->word[1]);
}

/* What there was no memory for may be missing in a finding: a path, say.  NULL if all are there. */
static const char *find_odd(const struct report *r, const struct report *wanted)
{
	int i, j;

	for (i = 0; i < r->nr; i++) {
		if (!strcmp(r->find[i].word[0], "unknown"))
			continue;
		for (j = 0; j < wanted->nr; j++)
			if (same_rule(&r->find[i], &wanted->find[j]) &&
			    same_place(&r->find[i], &wanted->find[j]))
				break;
		if (j == wanted->nr)
			return r->find[i].word[1];
	}
	return NULL;
}

/* What could not be examined is a finding, too. */
static bool is_unknown(const struct report *r)
{
	int i;

	for (i = 0; i < r->nr; i++)
		if (!strcmp(r->find[i].word[0], "unknown"))
			return true;
	return false;
}

static const char *judge_incomplete(const struct report *r, const char *wanted)
{
	struct report w = { .text = strdup(wanted), .len = strlen(wanted) };
	static char what[128];
	const char *odd;

	if (!strcmp(record_get(&r->head, CKPTCHECK_KEY_VERDICT), "ok"))
		return "not complete, and ok";
	report_parse(&w);
	odd = find_odd(r, &w);
	if (odd)
		snprintf(what, sizeof(what), "a finding that is not there: %.80s", odd);
	report_free(&w);
	return odd ? what : NULL;
}

static const char *judge_report(void *arg, struct outcome *out)
{
	struct reading *reading = arg;
	struct report r = { .text = strdup(reading->text), .len = reading->len };
	const char *complete, *verdict, *wrong = NULL;

	report_parse(&r);
	complete = record_get(&r.head, CKPTCHECK_KEY_COMPLETE);
	verdict = record_get(&r.head, CKPTCHECK_KEY_VERDICT);
	if (r.wrong) {
		wrong = r.wrong;
	} else if (!complete || !verdict) {
		wrong = "no verdict";
	} else if (!strcmp(reading->text, reading->wanted)) {
		out->same++;
	} else if (!strcmp(complete, "yes") && !is_unknown(&r)) {
		wrong = "it is called complete, but is another one";
	} else {
		out->incomplete++;
		wrong = judge_incomplete(&r, reading->wanted);
	}
	report_free(&r);
	return wrong;
}

static void show_text(const char *title, const char *text)
{
	size_t n;

	printf("# %s:\n", title);
	for (; *text; text += n) {
		n = strcspn(text, "\n") + 1;
		printf("#   %.*s\n", (int)(n - 1), text);
		n -= !text[n - 1];
	}
}

static void show_reports(void *arg)
{
	struct reading *reading = arg;

	show_text("wanted", reading->wanted);
	show_text("got", reading->text);
}

static void note_wrong(struct outcome *out, unsigned int n, const char *what)
{
	if (!out->wrong++)
		snprintf(out->first_wrong, sizeof(out->first_wrong), "allocation %u: %s", n, what);
}

static void try_one(const struct operation *op, unsigned int n, int err, struct outcome *out)
{
	const char *wrong;

	out->faults++;
	if (err && err != -ENOMEM)
		note_wrong(out, n, strerror(-err));
	out->errors += err != 0;
	if (err || !op->judge)
		return;
	wrong = op->judge(op->arg, out);
	if (!wrong)
		return;
	if (!out->wrong && op->show)
		op->show(op->arg);
	note_wrong(out, n, wrong);
}

static void result(bool ok, const char *name, const struct outcome *out)
{
	if (out->wrong)
		printf("# %lu wrong, the first at %s\n", out->wrong, out->first_wrong);
	failed += !ok;
	printf("%sok %u - %s: %lu allocations failed, %lu errors, %lu incomplete\n",
	       ok ? "" : "not ", ++tests, name, out->faults, out->errors, out->incomplete);
	total.faults += out->faults;
	total.errors += out->errors;
	total.incomplete += out->incomplete;
	total.same += out->same;
}

static void run_operation(const struct operation *op)
{
	struct outcome out = {};
	time_t begin = time(NULL);
	bool hit = true, cut = false;
	unsigned int n;
	int err = 0;

	for (n = op->before + 1; hit && !cut && n < MOST_FAULTS; n++) {
		cut = time(NULL) - begin > MOST_SECONDS;
		nth_set(n);
		err = op->run(op->arg);
		hit = nth_end();
		if (hit)
			try_one(op, n, err, &out);
		else if (err)
			note_wrong(&out, n, "an error, and no allocation failed");
		if (!err && op->undo && op->undo(op->arg))
			note_wrong(&out, n, "it could not be undone");
	}
	if (hit && cut)
		printf("# after %d s the rest is left out\n", MOST_SECONDS);
	result((!hit || cut) && !out.wrong && out.faults, op->name, &out);
}

/* ---- cases ---- */

static void run_case(const char *name)
{
	static char text[TEXT_SIZE], wanted[TEXT_SIZE];
	struct reading reading = { .text = wanted, .wanted = wanted };
	struct operation op = { .name = name, .run = read_report, .arg = &reading,
				.judge = judge_report, .show = show_reports };
	struct mkobj_run run;
	int rc = mkobj_start(&run, name);

	if (rc) {
		failed += rc != KSFT_SKIP;
		printf("%sok %u - %s # %s %s\n", rc == KSFT_SKIP ? "" : "not ", ++tests, name,
		       rc == KSFT_SKIP ? "SKIP" : "", run.error);
		return;
	}
	reading.pid = run.target;
	if (read_report(&reading)) {
		failed++;
		printf("not ok %u - %s: its report cannot be read\n", ++tests, name);
	} else {
		reading.text = text;
		memset(text, ' ', sizeof(text));
		run_operation(&op);
	}
	mkobj_stop(&run);
}

static void run_cases(int argc, char **argv)
{
	static char names[MOST_CASES][MKOBJ_NAME];
	int i, n, every = 1;

	if (argc && strcmp(argv[0], "--every")) {
		for (i = 0; i < argc; i++)
			run_case(argv[i]);
		return;
	}
	if (argc > 1)
		every = atoi(argv[1]);
	n = mkobj_list(names, MOST_CASES, "trip");
	for (i = 0; i < n; i += every > 0 ? every : 1)
		if (!strstr(mkobj_flags(names[i]), "load"))
			run_case(names[i]);
}

/* The doors: each of these leaves all as it was. */
static void run_doors(int module_fd)
{
	const struct operation doors[] = {
		{ .name = "list", .run = list },
		{ .name = "mount", .run = mount_again, .undo = unmount_again },
	};
	struct operation loading = { .name = "load", .run = load, .arg = &module_fd,
				     .undo = unload };
	size_t i;

	mkdir(POINT, 0700);
	for (i = 0; i < sizeof(doors) / sizeof(doors[0]); i++)
		run_operation(&doors[i]);
	rmdir(POINT);
	while (!umount("/proc/ckptcheck"))
		;
	if (unload(NULL))
		perror("the module cannot be unloaded");
	/* The kernel's loader warns where it has no memory itself. */
	loading.before = count_allocations(load_refused, &module_fd);
	run_operation(&loading);
}

int main(int argc, char **argv)
{
	int module_fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n");
	if (module_fd < 0 || !setup_faults()) {
		printf("1..0 # SKIP no module, or no fail-nth: %s\n", strerror(errno));
		return KSFT_SKIP;
	}
	run_cases(argc - 2, argv + 2);
	run_doors(module_fd);
	printf("# %lu allocations failed: %lu reads failed, %lu reports said so, %lu were whole\n",
	       total.faults, total.errors, total.incomplete, total.same);
	printf("1..%u\n", tests);
	return failed != 0;
}
