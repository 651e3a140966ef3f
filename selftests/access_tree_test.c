// SPDX-License-Identifier: GPL-2.0
/* access_tree_test.c - who may be told about members of a tree, about peers, and under Yama. */
#include "kselftest_harness.h"

#include <sched.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"

FIXTURE(tree) {
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

static int lock_file(const char *name)
{
	int fd = open(in_dir(name), O_RDWR | O_CREAT, 0666);

	return fd < 0 || flock(fd, LOCK_EX);
}

FIXTURE_SETUP(tree)
{
	strcpy(dir, "/tmp/access_tree.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(dir));
	ASSERT_EQ(0, chmod(dir, 0777));
	self->yama = yama_scope(0);
}

FIXTURE_TEARDOWN(tree)
{
	char command[64];

	yama_scope(self->yama);
	target_stop(self->pid);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	EXPECT_EQ(0, system(command));
}

static int become_nobody(void)
{
	return setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY) ||
	       prctl(PR_SET_DUMPABLE, 1);
}

/* [ nobody, locks "open" ] -- [ child of root, locks "secret" ] -- [ grandchild of nobody ] */
static int make_mixed(void *arg)
{
	pid_t pid = fork();

	if (pid)
		return pid < 0 || become_nobody() || lock_file("open");
	if (prctl(PR_SET_NAME, "secret-comm") || lock_file("secret"))
		_exit(1);
	if (!fork() && (close(3) || become_nobody() || prctl(PR_SET_NAME, "grandchild")))
		_exit(1);
	close(1023);
	for (;;)
		pause();
}

TEST_F(tree, child_of_another_user)
{
	const struct record *rec;
	char line[64];

	self->pid = target_start(make_mixed, NULL);
	ASSERT_LT(0, self->pid);
	report_read_as(NOBODY, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(1, report_count(&self->r, "cred-no-access"));
	rec = report_find(&self->r, "cred-no-access");
	ASSERT_NE(NULL, rec);
	EXPECT_NE(self->pid, record_num(rec, CKPTCHECK_KEY_PID));
	snprintf(line, sizeof(line), "\nblocker cred-no-access pid=%ld\n",
		 record_num(rec, CKPTCHECK_KEY_PID));
	EXPECT_NE(NULL, strstr(self->r.text, line));
	EXPECT_EQ(NULL, strstr(self->r.text, "secret"));
	EXPECT_EQ(1, report_count(&self->r, "lock-flock"));
	EXPECT_STREQ("blocked", record_get(&self->r.head, CKPTCHECK_KEY_VERDICT));
	EXPECT_STREQ("no", record_get(&self->r.head, CKPTCHECK_KEY_COMPLETE));
	EXPECT_EQ(3, record_num(&self->r.head, CKPTCHECK_KEY_PROCESSES));
	end_report(_metadata, &self->r);
	/* Root sees all of it. */
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(2, report_count(&self->r, "lock-flock"));
	EXPECT_EQ(0, report_count(&self->r, "cred-no-access"));
	end_report(_metadata, &self->r);
}

/* [ nobody ] -- [ child of root ] -- [ of nobody, in its vfork() ] */
static int make_vfork(void *arg)
{
	pid_t pid = fork();

	if (pid)
		return pid < 0 || become_nobody();
	close(1023);
	if (!vfork()) {
		/* It has the memory of its parent: nothing of libc's that writes there. */
		syscall(SYS_setresgid, NOBODY, NOBODY, NOBODY);
		syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY);
		prctl(PR_SET_DUMPABLE, 1);
		for (;;)
			pause();
	}
	_exit(1);
}

static void await_owner(pid_t pid, uid_t uid)
{
	struct stat st;
	char path[32];
	int i;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	for (i = 0; i < 200 && (stat(path, &st) || st.st_uid != uid); i++)
		usleep(5000);
}

/* That it waits is told by the child, but is about the one who may not be inspected. */
TEST_F(tree, parent_of_another_user_in_vfork)
{
	self->pid = target_start(make_vfork, NULL);
	ASSERT_LT(0, self->pid);
	await_owner(target_child(target_child(self->pid)), NOBODY);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(1, report_count(&self->r, "task-vfork-pending"));
	end_report(_metadata, &self->r);
	report_read_as(NOBODY, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(1, report_count(&self->r, "cred-no-access"));
	EXPECT_EQ(0, report_count(&self->r, "task-vfork-pending"));
	end_report(_metadata, &self->r);
}

/* ---- Yama: to look is allowed, to attach is not ---- */

static int make_locked(void *arg)
{
	return lock_file("open");
}

TEST_F(tree, yama)
{
	const struct record *rec;

	if (yama_scope(1) < 0)
		SKIP(return, "no Yama");
	self->pid = target_start_as(NOBODY, make_locked, NULL);
	ASSERT_LT(0, self->pid);
	report_read_as(NOBODY, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	rec = report_find(&self->r, "cred-no-access");
	ASSERT_NE(NULL, rec);
	EXPECT_EQ(NOBODY, record_num(rec, "uid"));
	EXPECT_NE(NULL, report_find(&self->r, "lock-flock"));
	EXPECT_STREQ("blocked", record_get(&self->r.head, CKPTCHECK_KEY_VERDICT));
	EXPECT_NE(NULL, record_get(&self->r.head, CKPTCHECK_KEY_COMM));
	end_report(_metadata, &self->r);
	/* Root is exempt at scope 1. */
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(NULL, report_find(&self->r, "cred-no-access"));
	end_report(_metadata, &self->r);
}

/* ---- peers: [ nobody's client ] ---> server of root, outside ---- */

static struct sockaddr_un server_addr(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	strcpy(sa.sun_path, in_dir("server"));
	return sa;
}

static int make_client(void *arg)
{
	struct sockaddr_un sa = server_addr();
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return fd < 0 || connect(fd, (struct sockaddr *)&sa, sizeof(sa));
}

TEST_F(tree, peer_of_another_user)
{
	struct sockaddr_un sa = server_addr();
	const struct record *rec;
	int fd;

	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&sa, sizeof(sa)));
	ASSERT_EQ(0, chmod(sa.sun_path, 0777));
	ASSERT_EQ(0, listen(fd, 1));
	self->pid = target_start_as(NOBODY, make_client, NULL);
	ASSERT_LT(0, self->pid);
	ASSERT_LE(0, accept(fd, NULL, NULL));
	report_read_as(NOBODY, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	rec = report_find(&self->r, "unix-external-stream");
	ASSERT_NE(NULL, rec);
	EXPECT_EQ(NULL, record_get(rec, CKPTCHECK_KEY_PEER_PID));
	EXPECT_EQ(NULL, record_get(rec, CKPTCHECK_KEY_PEER_COMM));
	end_report(_metadata, &self->r);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	rec = report_find(&self->r, "unix-external-stream");
	ASSERT_NE(NULL, rec);
	EXPECT_EQ(getpid(), record_num(rec, CKPTCHECK_KEY_PEER_PID));
	EXPECT_NE(NULL, record_get(rec, CKPTCHECK_KEY_PEER_COMM));
	end_report(_metadata, &self->r);
}

/* ---- capabilities are asked of the target's user namespace ---- */

static int make_own_userns(void *arg)
{
	return unshare(CLONE_NEWUSER) || lock_file("open");
}

/* Its owner may inspect it, another user may not. */
TEST_F(tree, user_namespace)
{
	self->pid = target_start_as(NOBODY, make_own_userns, NULL);
	if (self->pid < 0)
		SKIP(return, "no user namespaces here");
	report_read_as(NOBODY, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_NE(NULL, report_find(&self->r, "lock-flock"));
	report_free(&self->r);
	report_read_as(NOBODY - 1, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(1, self->r.nr);
	EXPECT_NE(NULL, report_find(&self->r, "cred-no-access"));
	end_report(_metadata, &self->r);
}

TEST_HARNESS_MAIN
