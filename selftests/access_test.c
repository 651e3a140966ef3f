// SPDX-License-Identifier: GPL-2.0
/*
 * access_test.c - nobody learns from a report what procfs would not tell him.
 *
 * The secret of every target is its name "secret-comm" and a lock on the file "secret-path".
 */
#include "kselftest_harness.h"

#include <grp.h>
#include <linux/capability.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"

#define STRANGER	65533

FIXTURE(access) {
	pid_t pid;
	int yama;
	struct report r;
};

static char dir[32];

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static int make_secret(void *arg)
{
	int fd = open(in_dir("secret-path"), O_RDONLY);

	return fd < 0 || flock(fd, LOCK_SH) || prctl(PR_SET_NAME, "secret-comm");
}

FIXTURE_SETUP(access)
{
	int fd;

	strcpy(dir, "/tmp/access_test.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(dir));
	ASSERT_EQ(0, chmod(dir, 0777));
	fd = open(in_dir("secret-path"), O_WRONLY | O_CREAT, 0644);
	ASSERT_LE(0, fd);
	close(fd);
	self->yama = yama_scope(0);
}

FIXTURE_TEARDOWN(access)
{
	char command[64];

	yama_scope(self->yama);
	target_stop(self->pid);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	EXPECT_EQ(0, system(command));
}

/* One cred-no-access for that process, and not a word more about it. */
static void check_refused(struct __test_metadata *_metadata, struct report *r, pid_t pid)
{
	char line[64];

	snprintf(line, sizeof(line), "\nblocker cred-no-access pid=%d\nend findings=1\n", pid);
	EXPECT_NE(NULL, strstr(r->text, line));
	EXPECT_EQ(NULL, strstr(r->text, "secret"));
	EXPECT_EQ(NULL, record_get(&r->head, CKPTCHECK_KEY_COMM));
	EXPECT_STREQ("blocked", record_get(&r->head, CKPTCHECK_KEY_VERDICT));
	EXPECT_STREQ("no", record_get(&r->head, CKPTCHECK_KEY_COMPLETE));
	EXPECT_EQ(0, record_num(&r->head, CKPTCHECK_KEY_FILES));
	EXPECT_EQ(0, record_num(&r->head, CKPTCHECK_KEY_VMAS));
}

static void check_full(struct __test_metadata *_metadata, struct report *r)
{
	EXPECT_NE(NULL, report_find(r, "lock-flock"));
	EXPECT_NE(NULL, strstr(r->text, "secret-path"));
	EXPECT_STREQ("secret-comm", record_get(&r->head, CKPTCHECK_KEY_COMM));
	EXPECT_EQ(NULL, report_find(r, "cred-no-access"));
}

TEST_F(access, of_another_user)
{
	self->pid = target_start(make_secret, NULL);
	ASSERT_LT(0, self->pid);
	report_read_as(NOBODY, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	check_refused(_metadata, &self->r, self->pid);
	end_report(_metadata, &self->r);
}

/* Neither is a user who is not root, to another one who is not. */
TEST_F(access, of_a_stranger)
{
	self->pid = target_start_as(STRANGER, make_secret, NULL);
	ASSERT_LT(0, self->pid);
	report_read_as(NOBODY, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	check_refused(_metadata, &self->r, self->pid);
	end_report(_metadata, &self->r);
}

TEST_F(access, of_the_same_user)
{
	self->pid = target_start_as(NOBODY, make_secret, NULL);
	ASSERT_LT(0, self->pid);
	report_read_as(NOBODY, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	check_full(_metadata, &self->r);
	end_report(_metadata, &self->r);
}

TEST_F(access, of_anybody_for_root)
{
	self->pid = target_start_as(NOBODY, make_secret, NULL);
	ASSERT_LT(0, self->pid);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	check_full(_metadata, &self->r);
	end_report(_metadata, &self->r);
}

static int make_undumpable(void *arg)
{
	return make_secret(arg) || prctl(PR_SET_DUMPABLE, 0);
}

TEST_F(access, of_the_same_user_undumpable)
{
	self->pid = target_start_as(NOBODY, make_undumpable, NULL);
	ASSERT_LT(0, self->pid);
	report_read_as(NOBODY, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	check_refused(_metadata, &self->r, self->pid);
	end_report(_metadata, &self->r);
}

static void drop_cap(unsigned int cap)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		_exit(1);
	data[cap / 32].effective &= ~(1u << cap % 32);
	data[cap / 32].permitted &= ~(1u << cap % 32);
	if (syscall(SYS_capset, &head, data))
		_exit(1);
}

/* Root by name, but without the capability, of a process that has more of them. */
TEST_F(access, of_more_capabilities)
{
	self->pid = target_start(make_secret, NULL);
	ASSERT_LT(0, self->pid);
	drop_cap(CAP_SYS_PTRACE);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	check_refused(_metadata, &self->r, self->pid);
	end_report(_metadata, &self->r);
}

/* ---- an open file is as its opener ---- */

/* Reads an open report as another user would who got it from the opener. */
static void read_fd_as(uid_t uid, int fd, struct report *r)
{
	int p[2], status;
	pid_t pid;

	*r = (struct report){ .error = EPIPE };
	if (pipe(p))
		return;
	pid = fork();
	if (!pid) {
		if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
			_exit(1);
		report_read_fd(fd, r);
		_exit(r->error || write(p[1], r->text, r->len) != (ssize_t)r->len);
	}
	close(p[1]);
	report_slurp(p[0], &r->text, &r->len);
	close(p[0]);
	waitpid(pid, &status, 0);
	r->error = status ? EACCES : 0;
	if (!r->error)
		report_parse(r);
}

/* Opens a report as another user, here. Return: the descriptor. */
static int open_as(uid_t uid, pid_t pid)
{
	int fd;

	if (setegid(uid) || seteuid(uid))
		return -1;
	fd = report_open(pid);
	if (seteuid(0) || setegid(0))
		return -1;
	return fd;
}

TEST_F(access, opened_by_root_read_by_nobody)
{
	int fd;

	self->pid = target_start(make_secret, NULL);
	ASSERT_LT(0, self->pid);
	fd = report_open(self->pid);
	ASSERT_LE(0, fd);
	read_fd_as(NOBODY, fd, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	check_full(_metadata, &self->r);
	end_report(_metadata, &self->r);
}

static void become_dumpable(int sig)
{
	prctl(PR_SET_DUMPABLE, 1);
}

static int make_undumpable_at_first(void *arg)
{
	return signal(SIGUSR1, become_dumpable) == SIG_ERR || make_undumpable(arg);
}

/* What is refused when a report is opened stays so, whatever the process becomes. */
TEST_F(access, refused_at_open)
{
	bool told = false;
	int fd, i;

	self->pid = target_start_as(NOBODY, make_undumpable_at_first, NULL);
	ASSERT_LT(0, self->pid);
	fd = open_as(NOBODY, self->pid);
	ASSERT_LE(0, fd);
	kill(self->pid, SIGUSR1);
	for (i = 0; i < 100 && !told; i++) {
		usleep(20000);
		report_read_as(NOBODY, self->pid, &self->r);
		ASSERT_TRUE(check_sound(_metadata, &self->r));
		told = !report_find(&self->r, "cred-no-access");
		report_free(&self->r);
	}
	ASSERT_TRUE(told);
	read_fd_as(NOBODY, fd, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	check_refused(_metadata, &self->r, self->pid);
	end_report(_metadata, &self->r);
}

/* A program with more rights that is made to read it for somebody gives nothing away. */
TEST_F(access, opened_by_nobody_read_by_root)
{
	int fd;

	self->pid = target_start(make_secret, NULL);
	ASSERT_LT(0, self->pid);
	fd = open_as(NOBODY, self->pid);
	ASSERT_LE(0, fd);
	report_read_fd(fd, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	check_refused(_metadata, &self->r, self->pid);
	end_report(_metadata, &self->r);
}

/* ---- exec ---- */

/* An error, or a report that tells nothing. */
static void check_nothing_told(struct __test_metadata *_metadata, struct report *r, pid_t pid)
{
	if (r->error) {
		EXPECT_TRUE(r->error == EACCES || r->error == EPERM || r->error == ESRCH) {
			TH_LOG("error %d", r->error);
		}
		return;
	}
	ASSERT_EQ(NULL, r->wrong);
	check_refused(_metadata, r, pid);
}

TEST_F(access, setuid_exec_after_open)
{
	int fd;

	ASSERT_EQ(0, helper_install(dir, 04755));
	self->pid = target_start_as(NOBODY, helper_ready, dir);
	ASSERT_LT(0, self->pid);
	fd = open_as(NOBODY, self->pid);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(helper_exec(self->pid));
	read_fd_as(NOBODY, fd, &self->r);
	check_nothing_told(_metadata, &self->r, self->pid);
	end_report(_metadata, &self->r);
}

TEST_F(access, setuid_exec_after_read)
{
	char byte;
	int fd;

	ASSERT_EQ(0, helper_install(dir, 04755));
	self->pid = target_start_as(NOBODY, helper_ready, dir);
	ASSERT_LT(0, self->pid);
	fd = open_as(NOBODY, self->pid);
	ASSERT_LE(0, fd);
	ASSERT_EQ(1, read(fd, &byte, 1));
	ASSERT_TRUE(helper_exec(self->pid));
	/* The rest of the old report tells nothing new. */
	ASSERT_EQ(0, report_slurp(fd, &self->r.text, &self->r.len));
	EXPECT_EQ(NULL, strstr(self->r.text, "secret"));
	report_free(&self->r);
	read_fd_as(NOBODY, fd, &self->r);
	check_nothing_told(_metadata, &self->r, self->pid);
	end_report(_metadata, &self->r);
}

/* With the same rights as before it is the same process. */
TEST_F(access, plain_exec_after_open)
{
	int fd;

	ASSERT_EQ(0, helper_install(dir, 0755));
	self->pid = target_start_as(NOBODY, helper_ready, dir);
	ASSERT_LT(0, self->pid);
	fd = open_as(NOBODY, self->pid);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(helper_exec(self->pid));
	report_read_fd(fd, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_NE(NULL, report_find(&self->r, "lock-flock"));
	EXPECT_EQ(NULL, report_find(&self->r, "cred-no-access"));
	end_report(_metadata, &self->r);
}

TEST_HARNESS_MAIN
