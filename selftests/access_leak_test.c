// SPDX-License-Identifier: GPL-2.0
/*
 * access_leak_test.c - of processes that the reader may not see nothing gets into the reports of
 * those that he may: no number, no count, not whether they live.
 */
#include "kselftest_harness.h"

#include <sched.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"

FIXTURE(leak) {
	pid_t pid;
	pid_t other[2];
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

static int hide(int level)
{
	char options[16];

	snprintf(options, sizeof(options), "hidepid=%d", level);
	return mount("ckptcheck", CKPTCHECK_MOUNT_POINT, CKPTCHECK_FS_TYPE, MS_REMOUNT, options);
}

FIXTURE_SETUP(leak)
{
	strcpy(dir, "/tmp/access_leak.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(dir));
	ASSERT_EQ(0, chmod(dir, 0777));
	self->yama = yama_scope(0);
}

FIXTURE_TEARDOWN(leak)
{
	char command[64];

	EXPECT_EQ(0, hide(0));
	yama_scope(self->yama);
	target_stop(self->other[0]);
	target_stop(self->other[1]);
	target_stop(self->pid);
	umount2(in_dir("cgroup"), MNT_DETACH);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	EXPECT_EQ(0, system(command));
}

/* ---- who holds what the target has ---- */

enum { EVENT = 3, READER, WRITER, FILE_LOCKED };

static int make_shared(void *arg)
{
	int fd = eventfd(0, 0), p[2];

	if (fd != EVENT || pipe(p) || p[0] != READER || p[1] != WRITER)
		return 1;
	return open(in_dir("file"), O_RDWR | O_CREAT, 0666) != FILE_LOCKED ||
	       flock(FILE_LOCKED, LOCK_EX);
}

/* Gets an open file of a process. Return: descriptor. */
static int take(pid_t pid, int fd)
{
	int pidfd = syscall(SYS_pidfd_open, pid, 0), mine;

	mine = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	close(pidfd);
	return mine;
}

/* A process that holds the same open files, and another end of the pipe, before it drops root. */
static pid_t start_holder(pid_t of, uid_t uid)
{
	char path[64];
	int p[2], ok = 0;
	pid_t pid;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", of, READER);
	if (pipe(p))
		return -1;
	pid = fork();
	if (!pid) {
		close(p[0]);
		ok = take(of, EVENT) >= 0 && take(of, FILE_LOCKED) >= 0 &&
		     open(path, O_RDONLY) >= 0 && !setresgid(uid, uid, uid) &&
		     !setresuid(uid, uid, uid) && !prctl(PR_SET_DUMPABLE, 1);
		if (write(p[1], &ok, sizeof(ok)) == sizeof(ok))
			for (;;)
				pause();
		_exit(1);
	}
	close(p[1]);
	if (read(p[0], &ok, sizeof(ok)) != sizeof(ok) || !ok) {
		target_stop(pid);
		pid = -1;
	}
	close(p[0]);
	return pid;
}

static const char * const shared_rules[] = {
	"file-shared-outside", "lock-shared-outside", "pipe-end-outside",
};

#define NR_SHARED	3

/* Each is told, the number where it is wanted, and nobody's pid. */
static void check_shared(struct __test_metadata *_metadata, const struct report *r,
			 const char *outside, const char *readers)
{
	const struct record *rec[NR_SHARED];
	int i;

	for (i = 0; i < NR_SHARED; i++) {
		rec[i] = report_find(r, shared_rules[i]);
		ASSERT_NE(NULL, rec[i]) {
			TH_LOG("no %s", shared_rules[i]);
		}
	}
	for (i = 0; i < 2; i++) {
		const char *value = record_get(rec[i], "outside");

		EXPECT_STREQ(outside ? outside : "", value ? value : "");
	}
	EXPECT_STREQ(readers, record_get(rec[2], "readers"));
	EXPECT_STREQ("0", record_get(rec[2], "writers"));
}

TEST_F(leak, holders)
{
	int i;

	self->pid = target_start_as(NOBODY, make_shared, NULL);
	ASSERT_LT(0, self->pid);
	for (i = 0; i < 2; i++) {
		self->other[i] = start_holder(self->pid, 0);
		ASSERT_LT(0, self->other[i]);
	}
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	check_shared(_metadata, &self->r, "2", "2");
	EXPECT_EQ(self->other[0], record_num(report_find(&self->r, shared_rules[0]), "peer-pid"));
	end_report(_metadata, &self->r);

	report_read_as(NOBODY, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	check_shared(_metadata, &self->r, NULL, "1");
	EXPECT_EQ(NULL, strstr(self->r.text, "peer-"));
	end_report(_metadata, &self->r);
}

/* Of those whom he may see he is told, wherever they stand among the others. */
TEST_F(leak, holders_of_both_kinds)
{
	const struct record *rec;

	self->pid = target_start_as(NOBODY, make_shared, NULL);
	ASSERT_LT(0, self->pid);
	self->other[0] = start_holder(self->pid, 0);
	ASSERT_LT(0, self->other[0]);
	self->other[1] = start_holder(self->pid, NOBODY);
	ASSERT_LT(0, self->other[1]);
	report_read_as(NOBODY, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	rec = report_find(&self->r, "file-shared-outside");
	ASSERT_NE(NULL, rec);
	EXPECT_EQ(1, record_num(rec, "outside"));
	EXPECT_EQ(self->other[1], record_num(rec, CKPTCHECK_KEY_PEER_PID));
	rec = report_find(&self->r, "lock-shared-outside");
	ASSERT_NE(NULL, rec);
	EXPECT_EQ(NULL, record_get(rec, "outside"));
	end_report(_metadata, &self->r);
}

/* ---- members ---- */

/* nobody -- root -- root; each but the last has the next one's number in its file. */
static int make_line(void *arg)
{
	pid_t pid = fork();

	if (pid)
		return pid < 0 || setresgid(NOBODY, NOBODY, NOBODY) ||
		       setresuid(NOBODY, NOBODY, NOBODY) || prctl(PR_SET_DUMPABLE, 1);
	if (!fork())
		setsid();
	close(1023);
	for (;;)
		pause();
}

static void check_members(struct __test_metadata *_metadata, struct report *r, uid_t uid,
			  pid_t pid, int wanted, int refused)
{
	if (uid)
		report_read_as(uid, pid, r);
	else
		report_read(pid, 0, r);
	ASSERT_TRUE(check_sound(_metadata, r));
	EXPECT_EQ(wanted, record_num(&r->head, CKPTCHECK_KEY_PROCESSES));
	EXPECT_EQ(refused, report_count(r, "cred-no-access"));
	if (refused) {
		EXPECT_STREQ("no", record_get(&r->head, CKPTCHECK_KEY_COMPLETE));
	}
	end_report(_metadata, r);
}

/* The child is what procfs names as such; whose child the grandchild is it does not tell. */
TEST_F(leak, members)
{
	self->pid = target_start(make_line, NULL);
	ASSERT_LT(0, self->pid);
	self->other[0] = target_child(self->pid);
	self->other[1] = target_child(self->other[0]);
	ASSERT_LT(0, self->other[1]);
	check_members(_metadata, &self->r, NOBODY, self->pid, 3, 2);
	ASSERT_EQ(0, hide(1));
	check_members(_metadata, &self->r, NOBODY, self->pid, 2, 1);
	ASSERT_EQ(0, hide(2));
	check_members(_metadata, &self->r, NOBODY, self->pid, 2, 1);
	check_members(_metadata, &self->r, 0, self->pid, 3, 0);
}

/* ---- is it alive? ---- */

static int open_procfs(void *arg)
{
	return open(arg, O_RDONLY) < 0;
}

static void check_told(struct __test_metadata *_metadata, struct report *r, pid_t pid,
		       const char *rule, int wanted)
{
	report_read_as(NOBODY, pid, r);
	ASSERT_TRUE(check_sound(_metadata, r));
	EXPECT_EQ(wanted, report_count(r, rule));
	end_report(_metadata, r);
}

TEST_F(leak, file_of_procfs)
{
	char path[64];

	self->other[0] = target_start(NULL, NULL);
	ASSERT_LT(0, self->other[0]);
	snprintf(path, sizeof(path), "/proc/%d/status", self->other[0]);
	self->pid = target_start_as(NOBODY, open_procfs, path);
	ASSERT_LT(0, self->pid);
	check_told(_metadata, &self->r, self->pid, "file-proc-outside", 1);
	ASSERT_EQ(0, hide(2));
	check_told(_metadata, &self->r, self->pid, "file-proc-outside", 0);
}

/* In a mount namespace of its own, with the daemon that @arg is the number of. */
static int make_autofs(void *arg)
{
	char options[96];
	int p[2];

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || pipe(p))
		return 1;
	snprintf(options, sizeof(options), "fd=%d,pgrp=%d,minproto=5,maxproto=5,indirect", p[1],
		 *(pid_t *)arg);
	return mount("test", dir, "autofs", 0, options) || setresgid(NOBODY, NOBODY, NOBODY) ||
	       setresuid(NOBODY, NOBODY, NOBODY) || prctl(PR_SET_DUMPABLE, 1);
}

TEST_F(leak, daemon_of_autofs)
{
	self->other[0] = target_start(NULL, NULL);
	ASSERT_LT(0, self->other[0]);
	self->pid = target_start(make_autofs, &self->other[0]);
	if (self->pid < 0)
		SKIP(return, "no autofs in this kernel");
	check_told(_metadata, &self->r, self->pid, "mnt-autofs", 1);
	ASSERT_EQ(0, hide(2));
	check_told(_metadata, &self->r, self->pid, "mnt-autofs", 0);
	report_read_as(NOBODY, self->pid, &self->r);
	EXPECT_STREQ("no", record_get(&self->r.head, CKPTCHECK_KEY_COMPLETE));
	report_free(&self->r);
}

/* ---- the leader of a session ---- */

static int make_master(void *arg)
{
	int zero = 0, fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	return fd < 0 || ioctl(fd, TIOCSPTLCK, &zero);
}

static int open_terminal(void *arg)
{
	return open(arg, O_RDWR) < 0;
}

TEST_F(leak, session_of_a_terminal)
{
	unsigned int index = 0;
	char path[64];
	int master;

	self->pid = target_start_as(NOBODY, make_master, NULL);
	if (self->pid < 0)
		SKIP(return, "no pseudoterminals for users here");
	master = take(self->pid, 3);
	ASSERT_EQ(0, ioctl(master, TIOCGPTN, &index));
	close(master);
	snprintf(path, sizeof(path), "/dev/pts/%u", index);
	self->other[0] = target_start(open_terminal, path);
	ASSERT_LT(0, self->other[0]);
	report_read_as(NOBODY, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	ASSERT_NE(NULL, report_find(&self->r, "tty-session-outside"));
	EXPECT_EQ(self->other[0], record_num(report_find(&self->r, "tty-session-outside"), "sid"));
	end_report(_metadata, &self->r);
	ASSERT_EQ(0, hide(1));
	report_read_as(NOBODY, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	ASSERT_NE(NULL, report_find(&self->r, "tty-session-outside"));
	EXPECT_EQ(0, record_num(report_find(&self->r, "tty-session-outside"), "sid"));
	end_report(_metadata, &self->r);
}

/* ---- the namespace of a socket ---- */

static int make_foreign_socket(void *arg)
{
	int home = open("/proc/self/ns/net", O_RDONLY);

	return unshare(CLONE_NEWNET) || socket(AF_INET, SOCK_DGRAM, 0) < 0 ||
	       setns(home, CLONE_NEWNET) || close(home) ||
	       setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY) ||
	       prctl(PR_SET_DUMPABLE, 1);
}

/* The kernel tells it, by SIOCGSKNS, to who may administer the namespace. */
TEST_F(leak, namespace_of_a_socket)
{
	const char *rule = "sock-foreign-netns-lost";

	self->pid = target_start(make_foreign_socket, NULL);
	ASSERT_LT(0, self->pid);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	ASSERT_NE(NULL, report_find(&self->r, rule));
	EXPECT_NE(NULL, record_get(report_find(&self->r, rule), "ns"));
	end_report(_metadata, &self->r);
	report_read_as(NOBODY, self->pid, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	ASSERT_NE(NULL, report_find(&self->r, rule));
	EXPECT_EQ(NULL, record_get(report_find(&self->r, rule), "ns"));
	end_report(_metadata, &self->r);
}

TEST_HARNESS_MAIN
