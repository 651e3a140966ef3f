// SPDX-License-Identifier: GPL-2.0
/* input_test.c - what can be opened, and processes that are odd or gone. */
#include "kselftest_harness.h"

#include <dirent.h>
#include <pthread.h>
#include <semaphore.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/stat.h>
#include <linux/sched.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"

#define MAX_PIDS	40000
#define CROWD		300

static int open_name(const char *name, int flags)
{
	char path[300];
	int fd;

	snprintf(path, sizeof(path), CKPTCHECK_MOUNT_POINT "/%s", name);
	fd = open(path, flags | O_CLOEXEC, 0644);
	return fd < 0 ? -errno : fd;
}

TEST(names_of_nothing)
{
	static const char * const names[] = {
		"0", "-1", "01", "00", "99999999999", "4294967297", "18446744073709551617",
		"2147483647", "abc", "1x", "x1", "+1", " 1", "1 ", "0x1", "1.0", "self2", "sel",
		"1\n", "\xff", "Self",
	};
	char longest[256];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		EXPECT_EQ(-ENOENT, open_name(names[i], O_RDONLY)) {
			TH_LOG("name: %s", names[i]);
		}
	}
	memset(longest, '1', 255);
	longest[255] = '\0';
	EXPECT_EQ(-ENOENT, open_name(longest, O_RDONLY));
}

TEST(absent_pid)
{
	char name[16];
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	snprintf(name, sizeof(name), "%d", pid);
	EXPECT_EQ(-ENOENT, open_name(name, O_RDONLY));
}

static sem_t told;

static void *tell_tid(void *arg)
{
	*(pid_t *)arg = syscall(SYS_gettid);
	sem_post(&told);
	for (;;)
		pause();
	return NULL;
}

TEST(thread_is_no_name)
{
	pthread_t thread;
	char name[16];
	pid_t tid;

	sem_init(&told, 0, 0);
	ASSERT_EQ(0, pthread_create(&thread, NULL, tell_tid, &tid));
	ASSERT_EQ(0, sem_wait(&told));
	snprintf(name, sizeof(name), "%d", tid);
	EXPECT_EQ(-ENOENT, open_name(name, O_RDONLY));
}

TEST(not_for_writing)
{
	char name[16];
	int fd;

	snprintf(name, sizeof(name), "%d", getpid());
	EXPECT_EQ(-EACCES, open_name(name, O_WRONLY));
	EXPECT_EQ(-EACCES, open_name(name, O_RDWR));
	EXPECT_GT(0, open_name("new", O_WRONLY | O_CREAT));
	EXPECT_EQ(-1, mkdir(CKPTCHECK_MOUNT_POINT "/new", 0755));
	EXPECT_EQ(-1, unlink(CKPTCHECK_MOUNT_POINT "/1"));
	EXPECT_EQ(-1, rename(CKPTCHECK_MOUNT_POINT "/1", CKPTCHECK_MOUNT_POINT "/2"));
	fd = open_name(name, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, write(fd, "x", 1));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0));
}

TEST(mode_and_owner)
{
	struct stat st;

	ASSERT_EQ(0, stat(CKPTCHECK_MOUNT_POINT, &st));
	EXPECT_EQ(S_IFDIR | 0555, st.st_mode);
	ASSERT_EQ(0, stat(CKPTCHECK_MOUNT_POINT "/1", &st));
	EXPECT_EQ(S_IFREG | 0444, st.st_mode);
	EXPECT_EQ(0, st.st_uid);
}

TEST(self)
{
	char link[16] = "", name[16];
	struct report r;
	int fd;

	ASSERT_LT(0, readlink(CKPTCHECK_MOUNT_POINT "/self", link, sizeof(link) - 1));
	snprintf(name, sizeof(name), "%d", getpid());
	EXPECT_STREQ(name, link);
	fd = open_name("self", O_RDONLY);
	ASSERT_LE(0, fd);
	report_read_fd(fd, &r);
	ASSERT_TRUE(check_sound(_metadata, &r));
	EXPECT_EQ(getpid(), record_num(&r.head, CKPTCHECK_KEY_PID));
	EXPECT_NE(NULL, report_find(&r, "task-is-criu"));
	end_report(_metadata, &r);
}

/* ---- the directory ---- */

struct pids {
	int nr;
	bool self;
	char is[MAX_PIDS];
};

static void list_pids(struct __test_metadata *_metadata, const char *path, struct pids *p)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	int pid;

	memset(p, 0, sizeof(*p));
	ASSERT_NE(NULL, dir);
	while ((d = readdir(dir))) {
		pid = atoi(d->d_name);
		p->self |= !strcmp(d->d_name, "self");
		if (pid <= 0 || pid >= MAX_PIDS)
			continue;
		EXPECT_FALSE(p->is[pid]) {
			TH_LOG("%d twice", pid);
		}
		p->is[pid] = 1;
		p->nr++;
	}
	closedir(dir);
}

/* What was there before and after is listed, and nothing else but what came or went meanwhile. */
TEST(lists_the_processes)
{
	static struct pids before, ours, after;
	pid_t child[CROWD];
	int i;

	for (i = 0; i < CROWD; i++) {
		child[i] = fork();
		if (!child[i]) {
			pause();
			_exit(0);
		}
	}
	list_pids(_metadata, "/proc", &before);
	list_pids(_metadata, CKPTCHECK_MOUNT_POINT, &ours);
	list_pids(_metadata, "/proc", &after);
	EXPECT_LT(CROWD, ours.nr);
	EXPECT_TRUE(ours.self);
	for (i = 1; i < MAX_PIDS; i++) {
		if (ours.is[i]) {
			EXPECT_TRUE(before.is[i] || after.is[i]);
		} else {
			EXPECT_FALSE(before.is[i] && after.is[i]);
		}
	}
	for (i = 0; i < CROWD; i++)
		kill(child[i], SIGKILL);
}

/* ---- processes that are odd ---- */

TEST(kernel_thread)
{
	struct report r;

	report_read(2, 0, &r);
	ASSERT_TRUE(check_sound(_metadata, &r));
	EXPECT_STREQ("blocked", record_get(&r.head, CKPTCHECK_KEY_VERDICT));
	EXPECT_NE(NULL, report_find(&r, "task-kthread"));
	end_report(_metadata, &r);
}

/* criu cannot seize it: whatever is said, it is not ok. */
TEST(zombie)
{
	struct report r;
	pid_t pid = fork();
	siginfo_t info;

	if (!pid) {
		setsid();
		_exit(0);
	}
	ASSERT_EQ(0, waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	report_read(pid, 0, &r);
	waitpid(pid, NULL, 0);
	ASSERT_TRUE(check_sound(_metadata, &r));
	EXPECT_STRNE("ok", record_get(&r.head, CKPTCHECK_KEY_VERDICT));
	check_verdict(_metadata, &r);
	end_report(_metadata, &r);
}

/* A child that waits to be reaped is part of the tree, and criu takes it. */
static int make_zombie(void *arg)
{
	siginfo_t info;
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return pid < 0 || waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
}

TEST(zombie_child)
{
	pid_t pid = target_start(make_zombie, NULL);
	struct report r;

	ASSERT_LT(0, pid);
	report_read(pid, 0, &r);
	target_stop(pid);
	ASSERT_TRUE(check_sound(_metadata, &r));
	EXPECT_EQ(2, record_num(&r.head, CKPTCHECK_KEY_PROCESSES));
	EXPECT_STREQ("ok", record_get(&r.head, CKPTCHECK_KEY_VERDICT));
	end_report(_metadata, &r);
}

/* ---- processes that go ---- */

TEST(gone_before_the_read)
{
	pid_t pid = target_start(NULL, NULL);
	char buf[64];
	int fd;

	ASSERT_LT(0, pid);
	fd = report_open(pid);
	ASSERT_LE(0, fd);
	target_stop(pid);
	EXPECT_EQ(-1, read(fd, buf, sizeof(buf)));
	EXPECT_EQ(ESRCH, errno);
	EXPECT_EQ(-1, report_open(pid));
	EXPECT_EQ(ENOENT, errno);
}

TEST(gone_between_reads)
{
	struct mkobj_run run;
	struct report r;
	char *rest, buf[64];
	size_t len;
	int fd;

	ASSERT_EQ(0, mkobj_start(&run, "lock-flock udp-corked"));
	report_read(run.target, 0, &r);
	ASSERT_TRUE(check_sound(_metadata, &r));
	fd = report_open(run.target);
	ASSERT_EQ(64, read(fd, buf, 64));
	mkobj_stop(&run);
	EXPECT_EQ(0, report_slurp(fd, &rest, &len));
	EXPECT_STREQ(r.text + 64, rest);
	ASSERT_EQ(0, lseek(fd, 0, SEEK_SET));
	EXPECT_EQ(-1, read(fd, buf, sizeof(buf)));
	EXPECT_EQ(ESRCH, errno);
	report_free(&r);
}

/* The number is somebody else's by now. */
TEST(pid_used_again)
{
	pid_t pid = target_start(NULL, NULL), again = pid;
	struct clone_args args = {
		.exit_signal = SIGCHLD, .set_tid = (uintptr_t)&again, .set_tid_size = 1,
	};
	char buf[64];
	pid_t child;
	int fd;

	ASSERT_LT(0, pid);
	fd = report_open(pid);
	ASSERT_LE(0, fd);
	target_stop(pid);
	child = syscall(SYS_clone3, &args, sizeof(args));
	if (!child) {
		pause();
		_exit(0);
	}
	if (child < 0)
		SKIP(return, "cannot choose a pid: %s", strerror(errno));
	EXPECT_EQ(pid, child);
	EXPECT_EQ(-1, read(fd, buf, sizeof(buf)));
	EXPECT_EQ(ESRCH, errno);
	EXPECT_LE(0, report_open(pid));
	kill(child, SIGKILL);
}

TEST_HARNESS_MAIN
