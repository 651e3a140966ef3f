// SPDX-License-Identifier: GPL-2.0
/* view_test.c - what is asked for by ioctl, and the files in /sys/kernel/ckptcheck. */
#include "kselftest_harness.h"

#include <sys/resource.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/timerfd.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"

#define SYSFS	"/sys/kernel/ckptcheck/"
#define LOCKS	2000

/* ---- the ioctl ---- */

FIXTURE(view) {
	pid_t pid;
	int fd;
	struct report r;
};

static int make_tree(void *arg)
{
	int p[2];

	if (pipe2(p, O_DIRECT) || timerfd_create(CLOCK_MONOTONIC, 0) < 0 ||
	    timerfd_create(CLOCK_REALTIME, 0) < 0)
		return 1;
	if (fork())
		return 0;
	close(p[0]);
	close(p[1]);
	if (pipe2(p, O_DIRECT))
		_exit(1);
	close(1023);
	for (;;)
		pause();
}

FIXTURE_SETUP(view)
{
	self->pid = target_start(make_tree, NULL);
	ASSERT_LT(0, self->pid);
	self->fd = report_open(self->pid);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(view)
{
	close(self->fd);
	target_stop(self->pid);
}

static int set_view(int fd, unsigned int target, unsigned int flags)
{
	struct ckptcheck_view view = { .target = target, .flags = flags };

	return ioctl(fd, CKPTCHECK_IOC_VIEW, &view) ? -errno : 0;
}

TEST_F(view, process)
{
	ASSERT_EQ(0, set_view(self->fd, 0, CKPTCHECK_VIEW_PROCESS));
	report_read_fd(self->fd, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(1, report_count(&self->r, "pipe-odirect"));
	EXPECT_EQ(1, record_num(&self->r.head, CKPTCHECK_KEY_PROCESSES));
	end_report(_metadata, &self->r);
	ASSERT_EQ(0, set_view(self->fd, 0, 0));
	report_read_fd(self->fd, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(2, report_count(&self->r, "pipe-odirect"));
	EXPECT_EQ(2, record_num(&self->r.head, CKPTCHECK_KEY_PROCESSES));
	end_report(_metadata, &self->r);
}

/* Two timerfds, at two descriptors each. */
TEST_F(view, info)
{
	const struct record *rec;

	report_read_fd(self->fd, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(1, report_count(&self->r, "timerfd"));
	rec = report_find(&self->r, "timerfd");
	EXPECT_STREQ("info", rec->word[0]);
	EXPECT_LT(1, record_num(rec, CKPTCHECK_KEY_COUNT));
	end_report(_metadata, &self->r);
	ASSERT_EQ(0, set_view(self->fd, 0, CKPTCHECK_VIEW_INFO_EACH));
	report_read_fd(self->fd, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(2, report_count(&self->r, "timerfd"));
	end_report(_metadata, &self->r);
	ASSERT_EQ(0, set_view(self->fd, 0, CKPTCHECK_VIEW_INFO_NONE));
	report_read_fd(self->fd, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(0, report_count(&self->r, "timerfd"));
	end_report(_metadata, &self->r);
}

/* A hundred files on Btrfs, which the first pass counts where one record is for all of them. */
static void check_btrfs(struct __test_metadata *_metadata, int fd, const char *cls, int records,
			int count)
{
	const struct record *rec;
	struct report r;
	int i;

	report_read_fd(fd, &r);
	ASSERT_TRUE(check_sound(_metadata, &r));
	EXPECT_EQ(records, report_count(&r, "file-btrfs"));
	for (i = 0; i < r.nr; i++)
		if (!strcmp(r.find[i].word[1], "file-btrfs"))
			EXPECT_STREQ(cls, r.find[i].word[0]);
	rec = report_find(&r, "file-btrfs");
	if (rec) {
		EXPECT_EQ(3, record_num(rec, CKPTCHECK_KEY_FD));
		EXPECT_EQ(count, count > 1 ? record_num(rec, CKPTCHECK_KEY_COUNT) :
			  record_get(rec, CKPTCHECK_KEY_COUNT) ? 0 : 1);
	}
	end_report(_metadata, &r);
}

TEST(btrfs)
{
	struct mkobj_run run;
	int status = mkobj_start(&run, "file-btrfs.many"), fd;

	if (status == 4)
		SKIP(return, "%s", run.error);
	ASSERT_EQ(0, status);
	fd = report_open(run.target);
	ASSERT_LE(0, fd);
	check_btrfs(_metadata, fd, "info", 1, 100);
	EXPECT_EQ(0, set_view(fd, 0, CKPTCHECK_VIEW_INFO_EACH));
	check_btrfs(_metadata, fd, "info", 100, 1);
	EXPECT_EQ(0, set_view(fd, 0, CKPTCHECK_VIEW_INFO_NONE));
	check_btrfs(_metadata, fd, "info", 0, 0);
	EXPECT_EQ(0, set_view(fd, CKPTCHECK_TARGET_OLDEST, CKPTCHECK_VIEW_INFO_NONE));
	check_btrfs(_metadata, fd, "blocker", 100, 1);
	/* Twice the same. */
	EXPECT_EQ(0, set_view(fd, CKPTCHECK_VERSION(4, 2, 0), 0));
	check_btrfs(_metadata, fd, "info", 1, 100);
	close(fd);
	mkobj_stop(&run);
}

/* For CRIU 1.0 a timerfd is no information but a blocker: each of them counts. */
TEST_F(view, target)
{
	ASSERT_EQ(0, set_view(self->fd, CKPTCHECK_TARGET_OLDEST, CKPTCHECK_VIEW_INFO_NONE));
	report_read_fd(self->fd, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(2, report_count(&self->r, "timerfd"));
	EXPECT_STREQ("1.0", record_get(&self->r.head, CKPTCHECK_KEY_TARGET));
	end_report(_metadata, &self->r);
	/* Zero leaves it as it is. */
	ASSERT_EQ(0, set_view(self->fd, 0, 0));
	report_read_fd(self->fd, &self->r);
	EXPECT_STREQ("1.0", record_get(&self->r.head, CKPTCHECK_KEY_TARGET));
	end_report(_metadata, &self->r);
	ASSERT_EQ(0, set_view(self->fd, CKPTCHECK_VERSION(3, 17, 1), 0));
	report_read_fd(self->fd, &self->r);
	EXPECT_STREQ("3.17.1", record_get(&self->r.head, CKPTCHECK_KEY_TARGET));
	end_report(_metadata, &self->r);
}

TEST_F(view, refused)
{
	struct ckptcheck_view view = {};
	int i;

	EXPECT_EQ(-EINVAL, set_view(self->fd, 0, 1u << 3));
	EXPECT_EQ(-EINVAL, set_view(self->fd, 0, 1u << 31));
	EXPECT_EQ(-EINVAL, set_view(self->fd, 0, CKPTCHECK_VIEW_INFO_EACH |
						 CKPTCHECK_VIEW_INFO_NONE));
	EXPECT_EQ(-EINVAL, set_view(self->fd, CKPTCHECK_VERSION(0, 9, 0), 0));
	EXPECT_EQ(-EINVAL, set_view(self->fd, 1, 0));
	for (i = 0; i < 2; i++) {
		memset(&view, 0, sizeof(view));
		view.reserved[i] = 1;
		EXPECT_EQ(-1, ioctl(self->fd, CKPTCHECK_IOC_VIEW, &view));
		EXPECT_EQ(EINVAL, errno);
	}
	EXPECT_EQ(-1, ioctl(self->fd, CKPTCHECK_IOC_VIEW, NULL));
	EXPECT_EQ(EFAULT, errno);
	memset(&view, 0, sizeof(view));
	EXPECT_EQ(-1, ioctl(self->fd, _IOW(CKPTCHECK_IOC_MAGIC, 2, struct ckptcheck_view), &view));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, ioctl(self->fd, _IOW(CKPTCHECK_IOC_MAGIC, 1, int), &view));
	EXPECT_EQ(ENOTTY, errno);
	EXPECT_EQ(-1, ioctl(self->fd, _IOR(CKPTCHECK_IOC_MAGIC, 1, struct ckptcheck_view), &view));
	EXPECT_EQ(ENOTTY, errno);
	/* What was refused changed nothing. */
	report_read_fd(self->fd, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_STREQ("4.2.1", record_get(&self->r.head, CKPTCHECK_KEY_TARGET));
	EXPECT_EQ(2, record_num(&self->r.head, CKPTCHECK_KEY_PROCESSES));
	end_report(_metadata, &self->r);
}

/* ---- sysfs ---- */

FIXTURE(sysfs) {
	char target[32];
	char objects[32];
	pid_t pid;
	struct report r;
};

FIXTURE_SETUP(sysfs)
{
	ASSERT_LT(0, slurp_file(SYSFS "target", self->target, sizeof(self->target)));
	ASSERT_LT(0, slurp_file(SYSFS "max_objects", self->objects, sizeof(self->objects)));
}

FIXTURE_TEARDOWN(sysfs)
{
	target_stop(self->pid);
	EXPECT_EQ(0, write_file(SYSFS "target", self->target));
	EXPECT_EQ(0, write_file(SYSFS "max_objects", self->objects));
}

TEST_F(sysfs, files)
{
	static const struct {
		const char *name;
		mode_t mode;
	} files[] = {
		{ "version", 0444 }, { "format", 0444 }, { "target", 0644 },
		{ "max_objects", 0644 }, { "stats/scans", 0444 }, { "stats/failed", 0444 },
		{ "stats/longest_hold_ns", 0444 }, { "stats/holds", 0444 },
	};
	char path[64], text[64];
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), SYSFS "%s", files[i].name);
		ASSERT_EQ(0, stat(path, &st));
		EXPECT_EQ(files[i].mode, st.st_mode & 07777);
		ASSERT_LT(1, slurp_file(path, text, sizeof(text)));
		EXPECT_EQ('\n', text[strlen(text) - 1]);
	}
	slurp_file(SYSFS "format", text, sizeof(text));
	EXPECT_EQ(CKPTCHECK_FORMAT, atoi(text));
}

/* The default for what is opened from then on. */
TEST_F(sysfs, target)
{
	char text[32];
	int fd;

	self->pid = target_start(NULL, NULL);
	fd = report_open(self->pid);
	ASSERT_EQ(0, write_file(SYSFS "target", "3.17.1\n"));
	ASSERT_LT(0, slurp_file(SYSFS "target", text, sizeof(text)));
	EXPECT_STREQ("3.17.1\n", text);
	report_read_fd(fd, &self->r);
	EXPECT_STREQ("4.2.1", record_get(&self->r.head, CKPTCHECK_KEY_TARGET));
	end_report(_metadata, &self->r);
	report_read(self->pid, 0, &self->r);
	EXPECT_STREQ("3.17.1", record_get(&self->r.head, CKPTCHECK_KEY_TARGET));
	end_report(_metadata, &self->r);
}

TEST_F(sysfs, bad_targets)
{
	static const char * const bad[] = {
		"\n", "x", "0.9", "0", "4.", ".4", "4.2.1.1", "256.0", "4.256", "-1", "4.2x",
		"4.2\n\n", " 4.2", "4,2", "99999999999.0", "v4.2",
	};
	char text[32];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT_EQ(EINVAL, write_file(SYSFS "target", bad[i])) {
			TH_LOG("accepted: '%s'", bad[i]);
		}
	}
	ASSERT_LT(0, slurp_file(SYSFS "target", text, sizeof(text)));
	EXPECT_STREQ(self->target, text);
}

static int make_locks(void *arg)
{
	struct rlimit rl = { LOCKS + 100, LOCKS + 100 };
	int i, p[2];

	if (setrlimit(RLIMIT_NOFILE, &rl))
		return 1;
	for (i = 0; i < LOCKS; i++) {
		if (pipe2(p, O_DIRECT))
			return 1;
		close(p[0]);
	}
	return 0;
}

/* Where there is no room for all objects the report says so, and never that all is well. */
TEST_F(sysfs, max_objects)
{
	static const char * const bad[] = { "\n", "0", "x", "-1", "99999999999", "1023" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT_NE(0, write_file(SYSFS "max_objects", bad[i])) {
			TH_LOG("accepted: '%s'", bad[i]);
		}
	}
	self->pid = target_start(make_locks, NULL);
	ASSERT_LT(0, self->pid);
	report_read(self->pid, 0, &self->r);
	EXPECT_EQ(LOCKS, self->r.nr);
	report_free(&self->r);
	ASSERT_EQ(0, write_file(SYSFS "max_objects", "1024"));
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_STREQ("no", record_get(&self->r.head, CKPTCHECK_KEY_COMPLETE));
	EXPECT_GE(1024, self->r.nr);
	check_verdict(_metadata, &self->r);
	report_free(&self->r);
}

static long long stat_of(const char *name)
{
	char path[64], text[32];

	snprintf(path, sizeof(path), SYSFS "stats/%s", name);
	return slurp_file(path, text, sizeof(text)) > 0 ? atoll(text) : -1;
}

static int read_holds(unsigned long long holds[12])
{
	char text[256], *at = text, *end;
	int n = 0;

	if (slurp_file(SYSFS "stats/holds", text, sizeof(text)) <= 0)
		return -1;
	while (n < 12) {
		holds[n] = strtoull(at, &end, 10);
		if (end == at)
			break;
		at = end;
		n++;
	}
	return strcmp(at, "\n") ? -1 : n;
}

TEST_F(sysfs, stats)
{
	long long scans = stat_of("scans"), failed = stat_of("failed");

	ASSERT_LE(0, scans);
	report_read(getpid(), 0, &self->r);
	report_free(&self->r);
	EXPECT_LT(scans, stat_of("scans"));
	EXPECT_EQ(failed, stat_of("failed"));
	EXPECT_LT(0, stat_of("longest_hold_ns"));
}

/* The longest hold is one of the last that were counted, and each report adds some. */
TEST_F(sysfs, holds)
{
	long long before = 0, after = 0, longest;
	unsigned long long holds[12];
	int i, last = 0;

	ASSERT_EQ(12, read_holds(holds));
	for (i = 0; i < 12; i++)
		before += holds[i];
	report_read(getpid(), 0, &self->r);
	report_free(&self->r);
	ASSERT_EQ(12, read_holds(holds));
	for (i = 0; i < 12; i++) {
		after += holds[i];
		if (holds[i])
			last = i;
	}
	EXPECT_LE(before + 2, after);
	longest = stat_of("longest_hold_ns");
	EXPECT_LE(last ? 512LL << last : 0, longest);
	if (last < 11)
		EXPECT_GT(1024LL << last, longest);
}

TEST_HARNESS_MAIN
