// SPDX-License-Identifier: GPL-2.0
/* mount_test.c - pid namespaces of mounts, and what hidepid= and gid= hide. */
#include "kselftest_harness.h"

#include <dirent.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"

#define GROUP	4242	/* nobody's own group, for gid= */

/* ---- hidepid ---- */

FIXTURE(hidepid) {
	pid_t pid;
	pid_t own;
};

static int remount(const char *options)
{
	return mount("ckptcheck", CKPTCHECK_MOUNT_POINT, CKPTCHECK_FS_TYPE, MS_REMOUNT, options);
}

static int remount_proc(const char *options)
{
	return mount("proc", "/proc", "proc", MS_REMOUNT | MS_NOSUID | MS_NODEV | MS_NOEXEC,
		     options);
}

FIXTURE_SETUP(hidepid)
{
	self->pid = target_start(NULL, NULL);
	ASSERT_LT(0, self->pid);
	self->own = target_start_as(NOBODY, NULL, NULL);
	ASSERT_LT(0, self->own);
}

FIXTURE_TEARDOWN(hidepid)
{
	target_stop(self->pid);
	target_stop(self->own);
	EXPECT_EQ(0, remount_proc("hidepid=0,gid=0"));
	EXPECT_EQ(0, remount("hidepid=proc,gid=0"));
}

static bool is_listed(pid_t pid)
{
	DIR *dir = opendir(CKPTCHECK_MOUNT_POINT);
	struct dirent *d;
	bool found = false;

	while (dir && (d = readdir(dir)))
		found |= atoi(d->d_name) == pid;
	if (dir)
		closedir(dir);
	return found;
}

enum { LISTED = 256 };

/* What nobody sees of a process: errno of open, plus LISTED if it is in the directory. */
static int seen(gid_t group, pid_t pid)
{
	int p[2], answer = -1;
	pid_t child;

	if (pipe(p))
		return -1;
	child = fork();
	if (!child) {
		if (setgroups(!!group, &group) || setresgid(NOBODY, NOBODY, NOBODY) ||
		    setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		answer = report_open(pid) < 0 ? errno : 0;
		answer |= is_listed(pid) ? LISTED : 0;
		_exit(write(p[1], &answer, sizeof(answer)) != sizeof(answer));
	}
	close(p[1]);
	if (read(p[0], &answer, sizeof(answer)) != sizeof(answer))
		answer = -1;
	close(p[0]);
	waitpid(child, NULL, 0);
	return answer;
}

TEST_F(hidepid, off)
{
	ASSERT_EQ(0, remount("hidepid=off"));
	EXPECT_EQ(LISTED, seen(0, self->pid));
	EXPECT_EQ(LISTED, seen(0, self->own));
}

TEST_F(hidepid, noaccess)
{
	ASSERT_EQ(0, remount("hidepid=1"));
	EXPECT_EQ(LISTED | EPERM, seen(0, self->pid));
	EXPECT_EQ(LISTED, seen(0, self->own));
	EXPECT_TRUE(is_listed(self->own));
	EXPECT_LE(0, report_open(self->own));
}

TEST_F(hidepid, invisible)
{
	ASSERT_EQ(0, remount("hidepid=2"));
	EXPECT_EQ(ENOENT, seen(0, self->pid));
	EXPECT_EQ(ENOENT, seen(0, 1));
	EXPECT_EQ(LISTED, seen(0, self->own));
	/* Root sees all, and what root has just looked up is still hidden from others. */
	EXPECT_TRUE(is_listed(self->pid));
	EXPECT_LE(0, report_open(self->pid));
	EXPECT_EQ(ENOENT, seen(0, self->pid));
}

TEST_F(hidepid, invisible_but_for_a_group)
{
	ASSERT_EQ(0, remount("hidepid=2,gid=4242"));
	EXPECT_EQ(LISTED, seen(GROUP, self->pid));
	EXPECT_EQ(ENOENT, seen(0, self->pid));
}

/* As in procfs, the group does not count there. */
TEST_F(hidepid, ptraceable)
{
	ASSERT_EQ(0, remount("hidepid=ptraceable,gid=4242"));
	EXPECT_EQ(ENOENT, seen(GROUP, self->pid));
	EXPECT_EQ(LISTED, seen(GROUP, self->own));
}

/* Ours follows a remount of /proc, unless it has an option of its own. */
TEST_F(hidepid, as_proc_has_it)
{
	EXPECT_EQ(LISTED, seen(0, self->pid));
	ASSERT_EQ(0, remount_proc("hidepid=2,gid=4242"));
	EXPECT_EQ(LISTED, seen(GROUP, self->pid));
	EXPECT_EQ(ENOENT, seen(0, self->pid));
	EXPECT_EQ(LISTED, seen(0, self->own));
	ASSERT_EQ(0, remount("hidepid=off"));
	EXPECT_EQ(LISTED, seen(0, self->pid));
	ASSERT_EQ(0, remount("hidepid=proc"));
	EXPECT_EQ(ENOENT, seen(0, self->pid));
	ASSERT_EQ(0, remount_proc("hidepid=0"));
	EXPECT_EQ(LISTED, seen(0, self->pid));
}

TEST_F(hidepid, refused)
{
	EXPECT_EQ(-1, remount("hidepid=3"));
	EXPECT_EQ(-1, remount("hidepid=x"));
	EXPECT_EQ(-1, remount("gid=x"));
	EXPECT_EQ(-1, remount("colour=red"));
	EXPECT_EQ(LISTED, seen(0, self->pid));
}

/* ---- pid namespaces ---- */

/* The init of a new pid namespace. Return: line of the first thing that is wrong, or 0. */
static int inside_namespace(pid_t outside)
{
	char link[16] = "";
	struct dirent *d;
	struct report r;
	pid_t child;
	DIR *dir;
	int fd;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", "/proc", "proc", 0, NULL) ||
	    mount("ckptcheck", CKPTCHECK_MOUNT_POINT, CKPTCHECK_FS_TYPE, 0, NULL))
		return __LINE__;
	child = fork();
	if (!child) {
		pause();
		_exit(0);
	}
	if (readlink(CKPTCHECK_MOUNT_POINT "/self", link, 15) != 1 || strcmp(link, "1"))
		return __LINE__;
	/* 1 is init here, child is the only other process. */
	dir = opendir(CKPTCHECK_MOUNT_POINT);
	while ((d = readdir(dir))) {
		if (atoi(d->d_name) > 0 && atoi(d->d_name) != 1 && atoi(d->d_name) != child)
			return __LINE__;
	}
	closedir(dir);
	if (report_open(outside) >= 0 || errno != ENOENT)
		return __LINE__;
	fd = report_open(1);
	if (fd < 0)
		return __LINE__;
	report_read_fd(fd, &r);
	if (r.error || r.wrong || record_num(&r.head, CKPTCHECK_KEY_PID) != 1)
		return __LINE__;
	if (record_num(&r.head, CKPTCHECK_KEY_PROCESSES) != 2)
		return __LINE__;
	report_free(&r);
	report_read(child, 0, &r);
	if (r.error || r.wrong || record_num(&r.head, CKPTCHECK_KEY_PID) != child)
		return __LINE__;
	return umount(CKPTCHECK_MOUNT_POINT) && errno != EBUSY ? __LINE__ : 0;
}

static void check_inside(struct __test_metadata *_metadata, int flags)
{
	pid_t target = target_start(NULL, NULL), pid;
	int status = -1, line, p[2];

	ASSERT_LT(0, target);
	ASSERT_EQ(0, pipe(p));
	pid = fork();
	if (!pid) {
		if (unshare(flags | CLONE_NEWPID | CLONE_NEWNS))
			_exit(1);
		pid = fork();
		if (!pid) {
			line = inside_namespace(target);
			_exit(write(p[1], &line, sizeof(line)) != sizeof(line));
		}
		waitpid(pid, &status, 0);
		_exit(status);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	close(p[1]);
	target_stop(target);
	ASSERT_EQ(sizeof(line), read(p[0], &line, sizeof(line)));
	EXPECT_EQ(0, line) {
		TH_LOG("see line %d of this file", line);
	}
}

TEST(pid_namespace)
{
	check_inside(_metadata, 0);
}

/* The root of a container mounts its own, if the pid namespace is its own. */
TEST(pid_namespace_of_a_user)
{
	check_inside(_metadata, CLONE_NEWUSER);
}

/* The numbers are those of the mount, whoever reads. */
TEST(mount_of_another_namespace)
{
	struct report r;
	int fd, p[2], status;
	pid_t pid;

	ASSERT_EQ(0, pipe(p));
	pid = fork();
	if (!pid) {
		/* Only its children are in the new namespace; they see the mount of the host. */
		if (unshare(CLONE_NEWPID))
			_exit(1);
		pid = fork();
		if (!pid) {
			fd = report_open(1);
			report_read_fd(fd, &r);
			_exit(r.error || r.wrong ||
			      write(p[1], r.text, r.len) != (ssize_t)r.len);
		}
		waitpid(pid, &status, 0);
		_exit(!!status);
	}
	close(p[1]);
	r = (struct report){};
	report_slurp(p[0], &r.text, &r.len);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	report_parse(&r);
	EXPECT_EQ(NULL, r.wrong);
	EXPECT_EQ(1, record_num(&r.head, CKPTCHECK_KEY_PID));
	report_free(&r);
}

/* Every mount of one namespace shows the same. */
TEST(second_mount)
{
	char dir[] = "/tmp/mount_test.XXXXXX", path[64];

	ASSERT_NE(NULL, mkdtemp(dir));
	ASSERT_EQ(0, mount("ckptcheck", dir, CKPTCHECK_FS_TYPE, 0, NULL));
	snprintf(path, sizeof(path), "%s/%d", dir, getpid());
	EXPECT_EQ(0, access(path, R_OK));
	EXPECT_EQ(0, umount(dir));
	EXPECT_EQ(0, rmdir(dir));
	EXPECT_EQ(0, access(CKPTCHECK_MOUNT_POINT "/1", R_OK));
}

/* None for the pid namespace of the host, without root there. */
TEST(not_in_a_user_namespace)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID))
			_exit(2);
		_exit(!mount("ckptcheck", "/tmp", CKPTCHECK_FS_TYPE, 0, NULL) || errno != EPERM);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	if (status == 2 << 8)
		SKIP(return, "no user namespaces here");
	EXPECT_EQ(0, status);
}

TEST_HARNESS_MAIN
