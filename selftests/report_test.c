// SPDX-License-Identifier: GPL-2.0
/* report_test.c - the report as a file: paging, new scans, views, order, size. */
#include "kselftest_harness.h"

#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/timerfd.h>

#define CKPT_RULE_TABLE
#include "ckptcheck_table.h"
#include "report.h"
#include "rules_check.h"
#include "target.h"

#define MANY_LOCKS	3000
#define MANY_THINGS	"lock-flock lock-posix tcp-connected udp-corked pipe-odirect"

static char dir[32];

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static int open_locked(const char *name)
{
	int fd = open(in_dir(name), O_CREAT | O_RDWR, 0644);

	return fd < 0 || flock(fd, LOCK_EX) ? -1 : fd;
}

FIXTURE(report) {
	struct mkobj_run run;
	pid_t pid;
	int fd;
	struct report r;
};

FIXTURE_SETUP(report)
{
	strcpy(dir, "/tmp/report_test.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(dir));
	self->fd = -1;
}

FIXTURE_TEARDOWN(report)
{
	char command[64];

	if (self->fd >= 0)
		close(self->fd);
	mkobj_stop(&self->run);
	target_stop(self->pid);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	EXPECT_EQ(0, system(command));
}

/* ---- one report, read in many ways ---- */

TEST_F(report, first_and_last_line)
{
	static const char * const order[] = {
		CKPTCHECK_KEY_PID, CKPTCHECK_KEY_COMM, CKPTCHECK_KEY_TARGET,
		CKPTCHECK_KEY_VERDICT, CKPTCHECK_KEY_PROCESSES, CKPTCHECK_KEY_THREADS,
		CKPTCHECK_KEY_FILES, CKPTCHECK_KEY_VMAS, CKPTCHECK_KEY_COMPLETE,
	};
	char head[32], end[32];
	int i;

	ASSERT_EQ(0, mkobj_start(&self->run, MANY_THINGS));
	report_read(self->run.target, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	snprintf(head, sizeof(head), "ckptcheck %d pid=%d ", CKPTCHECK_FORMAT, self->run.target);
	snprintf(end, sizeof(end), "\nend findings=%d\n", self->r.nr);
	EXPECT_EQ(0, strncmp(head, self->r.text, strlen(head)));
	EXPECT_STREQ(end, self->r.text + self->r.len - strlen(end));
	ASSERT_EQ(9, self->r.head.nr);
	for (i = 0; i < self->r.head.nr; i++)
		EXPECT_STREQ(order[i], self->r.head.key[i]);
	EXPECT_STREQ("mkobj", record_get(&self->r.head, CKPTCHECK_KEY_COMM));
	EXPECT_EQ(6, self->r.nr);
	end_report(_metadata, &self->r);
}

TEST_F(report, by_single_bytes)
{
	char c, *text;
	size_t n = 0;

	ASSERT_EQ(0, mkobj_start(&self->run, MANY_THINGS));
	report_read(self->run.target, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	text = malloc(self->r.len + 1);
	self->fd = report_open(self->run.target);
	while (n <= self->r.len && read(self->fd, &c, 1) == 1)
		text[n++] = c;
	EXPECT_EQ(self->r.len, n);
	EXPECT_EQ(0, memcmp(text, self->r.text, self->r.len));
	EXPECT_EQ(0, read(self->fd, &c, 1));
	free(text);
	end_report(_metadata, &self->r);
}

TEST_F(report, by_cat)
{
	char command[64], *text;
	size_t len;
	FILE *f;

	ASSERT_EQ(0, mkobj_start(&self->run, MANY_THINGS));
	report_read(self->run.target, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	snprintf(command, sizeof(command), "cat " CKPTCHECK_MOUNT_POINT "/%d", self->run.target);
	f = popen(command, "r");
	ASSERT_NE(NULL, f);
	EXPECT_EQ(0, report_slurp(fileno(f), &text, &len));
	EXPECT_EQ(0, pclose(f));
	EXPECT_STREQ(self->r.text, text);
	free(text);
	end_report(_metadata, &self->r);
}

TEST_F(report, at_offsets)
{
	char buf[7];
	size_t at;
	ssize_t n;

	ASSERT_EQ(0, mkobj_start(&self->run, MANY_THINGS));
	report_read(self->run.target, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	self->fd = report_open(self->run.target);
	/* From the end to the start: the first of them comes before any scan. */
	for (at = self->r.len + 3; at-- > 0;) {
		n = pread(self->fd, buf, sizeof(buf), at);
		ASSERT_EQ(at >= self->r.len ? 0 : self->r.len - at < 7 ? self->r.len - at : 7, n);
		ASSERT_EQ(0, memcmp(buf, self->r.text + at, n));
	}
	EXPECT_EQ(0, lseek(self->fd, 0, SEEK_CUR));
	EXPECT_EQ(-1, pread(self->fd, buf, sizeof(buf), -1));
	end_report(_metadata, &self->r);
}

TEST_F(report, the_same_twice)
{
	struct report again;

	ASSERT_EQ(0, mkobj_start(&self->run, MANY_THINGS));
	report_read(self->run.target, 0, &self->r);
	report_read(self->run.target, 0, &again);
	EXPECT_STREQ(self->r.text, again.text);
	report_free(&again);
	end_report(_metadata, &self->r);
}

TEST_F(report, faulty_buffer)
{
	char *nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ASSERT_EQ(0, mkobj_start(&self->run, "lock-flock"));
	self->fd = report_open(self->run.target);
	EXPECT_EQ(-1, read(self->fd, nowhere, 4096));
	EXPECT_EQ(EFAULT, errno);
	/* The report is not lost by that. */
	report_read_fd(self->fd, &self->r);
	EXPECT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(1, self->r.nr);
	end_report(_metadata, &self->r);
}

/* ---- new scans ---- */

static void lock_one_more(int sig)
{
	open_locked(sig == SIGUSR1 ? "second" : "third");
}

static int make_growing(void *arg)
{
	signal(SIGUSR1, lock_one_more);
	return open_locked("first") < 0;
}

/* Waits until a fresh report has that many findings. */
static bool await_findings(pid_t pid, int nr)
{
	struct report r;
	int i, got = -1;

	for (i = 0; i < 200 && got != nr; i++) {
		report_read(pid, 0, &r);
		got = r.error || r.wrong ? -1 : r.nr;
		report_free(&r);
		usleep(20000);
	}
	return got == nr;
}

TEST_F(report, pages_the_old_until_rewound)
{
	char *rest, *begin;
	size_t len;

	self->pid = target_start(make_growing, NULL);
	ASSERT_LT(0, self->pid);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	ASSERT_EQ(1, self->r.nr);
	begin = self->r.text;
	self->fd = report_open(self->pid);
	ASSERT_EQ(20, read(self->fd, malloc(20), 20));
	kill(self->pid, SIGUSR1);
	ASSERT_TRUE(await_findings(self->pid, 2));
	/* What is read on belongs to the old report... */
	ASSERT_EQ(0, report_slurp(self->fd, &rest, &len));
	EXPECT_STREQ(begin + 20, rest);
	ASSERT_EQ(40, pread(self->fd, rest, 40, 20));
	EXPECT_EQ(0, memcmp(begin + 20, rest, 40));
	free(rest);
	report_free(&self->r);
	/* ...and a rewind makes a new one. */
	report_read_fd(self->fd, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(2, self->r.nr);
	end_report(_metadata, &self->r);
}

TEST_F(report, two_opens_are_independent)
{
	struct ckptcheck_view view = { .target = CKPTCHECK_TARGET_OLDEST };
	char head[64];
	int other;

	self->pid = target_start(make_growing, NULL);
	ASSERT_LT(0, self->pid);
	self->fd = report_open(self->pid);
	other = report_open(self->pid);
	ASSERT_EQ(0, ioctl(other, CKPTCHECK_IOC_VIEW, &view));
	ASSERT_EQ(30, read(self->fd, head, 30));
	ASSERT_EQ(30, read(other, head, 30));
	kill(self->pid, SIGUSR1);
	ASSERT_TRUE(await_findings(self->pid, 2));
	report_read_fd(other, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	/* What that CRIU loses of any program of this C library, or kernel, does not count. */
	EXPECT_EQ(2, self->r.nr - report_count(&self->r, "task-rseq") -
		     report_count(&self->r, "env-vvar-vclock"));
	EXPECT_STREQ("1.0", record_get(&self->r.head, CKPTCHECK_KEY_TARGET));
	report_free(&self->r);
	/* The first one is still where it was, in the older report. */
	EXPECT_EQ(30, lseek(self->fd, 0, SEEK_CUR));
	ASSERT_EQ(0, report_slurp(self->fd, &self->r.text, &self->r.len));
	EXPECT_NE(NULL, strstr(self->r.text, "end findings=1\n"));
	EXPECT_EQ(NULL, strstr(self->r.text, "second"));
	report_free(&self->r);
	close(other);
}

/* ---- order and size ---- */

static int make_many_locks(void *arg)
{
	struct rlimit rl = { MANY_LOCKS + 100, MANY_LOCKS + 100 };
	char name[16];
	int i;

	if (setrlimit(RLIMIT_NOFILE, &rl))
		return 1;
	for (i = 0; i < MANY_LOCKS; i++) {
		snprintf(name, sizeof(name), "file-%d", i);
		if (open_locked(name) < 0)
			return 1;
	}
	return 0;
}

TEST_F_TIMEOUT(report, thousands_of_findings, 120)
{
	int i;

	self->pid = target_start(make_many_locks, NULL);
	ASSERT_LT(0, self->pid);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	ASSERT_EQ(MANY_LOCKS, self->r.nr);
	for (i = 1; i < MANY_LOCKS; i++) {
		ASSERT_LT(record_num(&self->r.find[i - 1], CKPTCHECK_KEY_FD),
			  record_num(&self->r.find[i], CKPTCHECK_KEY_FD));
	}
	report_free(&self->r);
}

static int rule_index(const char *name)
{
	int i;

	for (i = 0; i < CKPT_NR_RULES && strcmp(ckpt_rules[i].name, name); i++)
		;
	return i;
}

/* Three locks of one file in a child, after others in its parent. */
static int make_tree(void *arg)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 10 };
	int fd = open_locked("parent"), p[2];

	if (fd < 0 || pipe2(p, O_DIRECT) || timerfd_create(CLOCK_MONOTONIC, 0) < 0)
		return 1;
	if (fork())
		return 0;
	close_range(3, 1000, 0);
	fd = open_locked("child");
	if (fd < 0 || fcntl(fd, F_SETLK, &lock))
		_exit(1);
	lock.l_start = 20;
	if (fcntl(fd, F_OFD_SETLK, &lock))
		_exit(1);
	close_range(1000, ~0U, 0);
	for (;;)
		pause();
}

TEST_F(report, order)
{
	const struct record *a, *b;
	int i;

	self->pid = target_start(make_tree, NULL);
	ASSERT_LT(0, self->pid);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(6, self->r.nr);
	for (i = 1; i < self->r.nr; i++) {
		a = &self->r.find[i - 1];
		b = &self->r.find[i];
		if (record_num(a, "pid") != record_num(b, "pid")) {
			EXPECT_LT(record_num(a, "pid"), record_num(b, "pid"));
		} else if (record_num(a, "fd") != record_num(b, "fd")) {
			EXPECT_LT(record_num(a, "fd"), record_num(b, "fd"));
		} else {
			EXPECT_LT(rule_index(a->word[1]), rule_index(b->word[1]));
		}
	}
	end_report(_metadata, &self->r);
}

/* ---- kernel addresses ---- */

/* Twelve hexadecimal digits behind ffff: %px, or a number that was cast. */
static bool has_address(const char *text)
{
	const char *p;

	for (p = strstr(text, "ffff"); p; p = strstr(p + 1, "ffff"))
		if (strspn(p, "0123456789abcdef") >= 16)
			return true;
	return false;
}

TEST_F(report, no_kernel_address)
{
	ASSERT_EQ(0, mkobj_start(&self->run, MANY_THINGS " unix-external-stream vma-anon-inode"));
	report_read(self->run.target, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_FALSE(has_address(self->r.text));
	report_free(&self->r);
	report_read(1, 0, &self->r);
	ASSERT_EQ(0, self->r.error);
	EXPECT_FALSE(has_address(self->r.text));
	EXPECT_EQ(NULL, self->r.wrong);
	end_report(_metadata, &self->r);
}

TEST_HARNESS_MAIN
