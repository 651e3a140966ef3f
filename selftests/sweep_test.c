// SPDX-License-Identifier: GPL-2.0
/* sweep_test.c - /proc/ckptcheck/all: the reports of all processes, each as it is by itself. */
#define _GNU_SOURCE
#include "kselftest_harness.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"

#define ALL	"/proc/ckptcheck/all"

static int open_all(unsigned int target)
{
	struct ckptcheck_view view = { .target = target };
	int fd = open(ALL, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && target && ioctl(fd, CKPTCHECK_IOC_VIEW, &view)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The report of a process in the text of all, in a text of its own; NULL if it is not there. */
static char *cut_out(const char *all, pid_t pid)
{
	const char *begin, *end;
	char head[64];

	snprintf(head, sizeof(head), "ckptcheck 1 pid=%d ", pid);
	begin = strstr(all, head);
	end = begin ? strstr(begin, "\nend ") : NULL;
	if (!end || (begin > all && begin[-1] != '\n'))
		return NULL;
	end = strchr(end + 1, '\n');
	return strndup(begin, end + 1 - begin);
}

static char *read_all(int fd)
{
	char *text = NULL;
	size_t len;

	return report_slurp(fd, &text, &len) ? NULL : text;
}

/* The report of a process alone. */
static char *read_alone(pid_t pid, unsigned int target)
{
	struct ckptcheck_view view = { .target = target, .flags = CKPTCHECK_VIEW_PROCESS };
	int fd = report_open(pid);
	char *text;

	if (fd < 0 || ioctl(fd, CKPTCHECK_IOC_VIEW, &view))
		return NULL;
	text = read_all(fd);
	close(fd);
	return text;
}

FIXTURE(all) {
	struct mkobj_run run;
};

/* What is judged by itself, and by what others have. */
FIXTURE_VARIANT(all) {
	const char *names;
	const char *rule;
	unsigned int target;
};

FIXTURE_VARIANT_ADD(all, nothing) { "plain", "end findings=0", 0 };
FIXTURE_VARIANT_ADD(all, lock) { "lock-flock", "option lock-flock ", 0 };
FIXTURE_VARIANT_ADD(all, old_criu) { "lock-flock", " target=1.0 ", CKPTCHECK_VERSION(1, 0, 0) };
FIXTURE_VARIANT_ADD(all, shared) { "file-shared-outside", "lossy file-shared-outside ", 0 };
FIXTURE_VARIANT_ADD(all, memory) { "task-shared-outside.memory", "lossy task-shared-outside ", 0 };

FIXTURE_SETUP(all)
{
	self->run.holder = 0;
	ASSERT_EQ(0, mkobj_start(&self->run, variant->names)) {
		TH_LOG("%s", self->run.error);
	}
}

FIXTURE_TEARDOWN(all)
{
	mkobj_stop(&self->run);
}

TEST_F(all, says_what_each_says)
{
	int fd = open_all(variant->target);
	char *all, *one, *alone;

	ASSERT_LE(0, fd);
	all = read_all(fd);
	ASSERT_NE(NULL, all);
	one = cut_out(all, self->run.target);
	alone = read_alone(self->run.target, variant->target);
	ASSERT_NE(NULL, one);
	ASSERT_NE(NULL, alone);
	EXPECT_STREQ(alone, one);
	EXPECT_NE(NULL, strstr(one, variant->rule)) {
		TH_LOG("%s", one);
	}
	free(alone);
	free(one);
	free(all);
	close(fd);
}

/* ---- who is there ---- */

FIXTURE(sweep) {
	pid_t pid;
	int fd;
	char *text;
};

static int make_nothing(void *arg)
{
	return 0;
}

FIXTURE_SETUP(sweep)
{
	self->text = NULL;
	self->pid = target_start(make_nothing, NULL);
	ASSERT_LT(0, self->pid);
	self->fd = open_all(0);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(sweep)
{
	free(self->text);
	close(self->fd);
	target_stop(self->pid);
}

TEST_F(sweep, no_kernel_threads)
{
	char comm[32] = "";

	ASSERT_LT(0, slurp_file("/proc/2/comm", comm, sizeof(comm) - 1));
	ASSERT_STREQ("kthreadd\n", comm);
	self->text = read_all(self->fd);
	ASSERT_NE(NULL, self->text);
	EXPECT_EQ(NULL, cut_out(self->text, 2));
	EXPECT_NE(NULL, cut_out(self->text, 1));
	EXPECT_NE(NULL, cut_out(self->text, getpid()));
	EXPECT_NE(NULL, cut_out(self->text, self->pid));
}

/* Init has nothing in common with itself. */
TEST_F(sweep, nobody_is_his_own_peer)
{
	const char *line, *end;
	char key[32];
	char *one;
	pid_t pids[] = { 1, self->pid };
	size_t i;

	self->text = read_all(self->fd);
	ASSERT_NE(NULL, self->text);
	for (i = 0; i < 2; i++) {
		snprintf(key, sizeof(key), " peer-pid=%d ", pids[i]);
		one = cut_out(self->text, pids[i]);
		ASSERT_NE(NULL, one);
		for (line = one; *line; line = end + 1) {
			end = strchr(line, '\n');
			EXPECT_FALSE(memmem(line, end - line, key, strlen(key))) {
				TH_LOG("%.*s", (int)(end - line), line);
			}
		}
		free(one);
	}
}

/* One that is born behind those that were read is there, too, and what it shares. */
TEST_F(sweep, newcomer)
{
	struct mkobj_run run;
	char *first = calloc(1, 4096), *one;

	ASSERT_LT(0, read(self->fd, first, 4095));
	EXPECT_EQ(first, strstr(first, "ckptcheck 1 pid=1 "));
	free(first);
	ASSERT_EQ(0, mkobj_start(&run, "file-shared-outside"));
	self->text = read_all(self->fd);
	ASSERT_NE(NULL, self->text);
	one = cut_out(self->text, run.target);
	EXPECT_NE(NULL, one);
	EXPECT_NE(NULL, strstr(one ?: "", "lossy file-shared-outside "));
	free(one);
	mkobj_stop(&run);
}

static int join_network(void *arg)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", *(pid_t *)arg);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		return -1;
	return close(fd);
}

/* The kernel is asked once, and each report says what it answered. */
TEST_F(sweep, nobody_lists_sockets)
{
	struct mkobj_run run;
	pid_t pids[2];
	int status = mkobj_start(&run, "ns-net-no-diag");
	char *one;
	size_t i;

	if (status == 4)
		SKIP(return, "%s", run.error);
	ASSERT_EQ(0, status) {
		TH_LOG("%s", run.error);
	}
	pids[0] = run.target;
	pids[1] = target_start(join_network, &run.target);
	ASSERT_LT(0, pids[1]);
	self->text = read_all(self->fd);
	ASSERT_NE(NULL, self->text);
	for (i = 0; i < 2; i++) {
		one = cut_out(self->text, pids[i]);
		ASSERT_NE(NULL, one);
		EXPECT_NE(NULL, strstr(one, "blocker ns-net-no-diag ")) {
			TH_LOG("%s", one);
		}
		free(one);
	}
	target_stop(pids[1]);
	mkobj_stop(&run);
}

TEST_F(sweep, cannot_be_sought)
{
	EXPECT_EQ(-1, lseek(self->fd, 0, SEEK_SET));
	EXPECT_EQ(ESPIPE, errno);
}

TEST_F(sweep, the_end_stays_the_end)
{
	char byte;

	self->text = read_all(self->fd);
	ASSERT_NE(NULL, self->text);
	EXPECT_EQ(0, read(self->fd, &byte, 1));
}

/* A byte at a time gives the same. */
TEST_F(sweep, small_reads)
{
	const size_t size = 1 << 20;
	char *alone = read_alone(self->pid, 0), *one;
	size_t len = 0;

	self->text = calloc(1, size);
	ASSERT_NE(NULL, self->text);
	ASSERT_NE(NULL, alone);
	while (len < size - 1 && read(self->fd, self->text + len, 1) == 1)
		len++;
	one = cut_out(self->text, self->pid);
	EXPECT_STREQ(alone, one);
	free(one);
	free(alone);
}

/* ---- who outside has what ---- */

static void compare(struct __test_metadata *_metadata, const char *name)
{
	struct mkobj_run run;
	char *all, *one, *alone;
	int fd;

	if (mkobj_start(&run, name))
		return;
	fd = open_all(0);
	all = read_all(fd);
	one = all ? cut_out(all, run.target) : NULL;
	alone = read_alone(run.target, 0);
	EXPECT_STREQ(alone, one) {
		TH_LOG("%s", name);
	}
	free(alone);
	free(one);
	free(all);
	close(fd);
	mkobj_stop(&run);
}

TEST_F_TIMEOUT(sweep, all_cases_with_outsiders, 300)
{
	static char names[2000][MKOBJ_NAME];
	static const char * const kinds[] = { "trip", "miss" };
	int i, k, n, compared = 0;

	for (k = 0; k < 2; k++) {
		n = mkobj_list(names, 2000, kinds[k]);
		for (i = 0; i < n; i++) {
			if (!strstr(names[i], "outside"))
				continue;
			compare(_metadata, names[i]);
			compared++;
		}
	}
	EXPECT_LT(40, compared);
}

static int make_file(void *arg)
{
	return open("/dev/shm", O_TMPFILE | O_RDWR, 0600) < 0;
}

/* A child has all that its parent has. */
static int make_family(void *arg)
{
	int ends[2];
	pid_t child;

	if (make_file(NULL) || pipe(ends))
		return -1;
	child = fork();
	if (child)
		return child < 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close_range(ends[1] + 1, ~0U, 0);
	for (;;)
		pause();
}

/* How often @word is in the report of a parent, which is the same alone and among all. */
static int count_in_parent(struct __test_metadata *_metadata, int fd, pid_t pid, const char *word)
{
	char *all = read_all(fd), *one = all ? cut_out(all, pid) : NULL;
	char *alone = read_alone(pid, 0), *at;
	int count = 0;

	EXPECT_STREQ(alone, one);
	for (at = one; at && (at = strstr(at, word)); at++)
		count++;
	free(alone);
	free(one);
	free(all);
	return count;
}

TEST_F(sweep, child_is_not_outside)
{
	pid_t parent = target_start(make_family, NULL);

	ASSERT_LT(0, parent);
	EXPECT_EQ(0, count_in_parent(_metadata, self->fd, parent, "-shared-outside "));
	target_stop(parent);
}

TEST_F(sweep, outside_of_a_family)
{
	pid_t parent = target_start(make_family, NULL);
	int pidfd, file, end;

	ASSERT_LT(0, parent);
	pidfd = syscall(SYS_pidfd_open, parent, 0);
	file = syscall(SYS_pidfd_getfd, pidfd, 3, 0);
	end = syscall(SYS_pidfd_getfd, pidfd, 4, 0);
	ASSERT_LE(0, file);
	ASSERT_LE(0, end);
	EXPECT_EQ(2, count_in_parent(_metadata, self->fd, parent, " outside=1 "));
	close(end);
	close(file);
	close(pidfd);
	target_stop(parent);
}

/* ---- who may be told ---- */

#define SHARED_TEXT	(1 << 20)

/* What a user reads, of one process alone or of all, in shared memory. */
static char *read_as_nobody(pid_t pid)
{
	char *text = mmap(NULL, SHARED_TEXT, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			  -1, 0);
	pid_t child = fork();
	char *read;

	if (!child) {
		/* Else it has what its parent has in common with others. */
		close_range(3, ~0U, 0);
		if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
			_exit(1);
		read = pid ? read_alone(pid, 0) : read_all(open_all(0));
		if (read)
			snprintf(text, SHARED_TEXT, "%s", read);
		_exit(!read);
	}
	waitpid(child, NULL, 0);
	return text;
}

TEST_F(sweep, other_user)
{
	char wanted[128], *text = read_as_nobody(0), *one = cut_out(text, self->pid);

	ASSERT_NE(NULL, one);
	snprintf(wanted, sizeof(wanted), "\nblocker cred-no-access pid=%d\nend findings=1\n",
		 self->pid);
	EXPECT_NE(NULL, strstr(one, wanted)) {
		TH_LOG("%s", one);
	}
	EXPECT_EQ(NULL, strstr(one, " comm="));
	free(one);
	munmap(text, SHARED_TEXT);
}

/* Of those who share a file with a process of his a user is told only who is his, too. */
TEST_F(sweep, outsider_of_another_user)
{
	pid_t own = target_start_as(NOBODY, make_file, NULL);
	char *all, *one, *alone;
	int pidfd, file;

	ASSERT_LT(0, own);
	pidfd = syscall(SYS_pidfd_open, own, 0);
	file = syscall(SYS_pidfd_getfd, pidfd, 3, 0);
	ASSERT_LE(0, file);
	all = read_as_nobody(0);
	alone = read_as_nobody(own);
	one = cut_out(all, own);
	EXPECT_NE(NULL, strstr(alone, "file-shared-outside "));
	EXPECT_EQ(NULL, strstr(alone, " outside="));
	EXPECT_STREQ(alone, one);
	free(one);
	munmap(alone, SHARED_TEXT);
	munmap(all, SHARED_TEXT);
	close(file);
	close(pidfd);
	target_stop(own);
}

static int remount(const char *options)
{
	return mount("none", "/proc/ckptcheck", "ckptcheck", MS_REMOUNT, options);
}

TEST_F(sweep, hidden_from_other_user)
{
	static const char * const levels[] = { "hidepid=1", "hidepid=2", "hidepid=4" };
	char *text, *one;
	size_t i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, remount(levels[i]));
		text = read_as_nobody(0);
		one = cut_out(text, self->pid);
		EXPECT_EQ(NULL, one) {
			TH_LOG("%s: %s", levels[i], one);
		}
		free(one);
		munmap(text, SHARED_TEXT);
	}
	ASSERT_EQ(0, remount("hidepid=0"));
}

TEST_HARNESS_MAIN
