// SPDX-License-Identifier: GPL-2.0
/*
 * stuck_test.c - processes that wait for a server which never answers, or that cannot run: a read
 * ends all the same, in bounded time.
 *
 *	[ target ] -- open, lock, cwd, exe, mapping --> FUSE --x--> server, stopped
 *	     ^
 *	  reader
 */
#include "kselftest_harness.h"

#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "hung.h"
#include "report.h"
#include "rules_check.h"
#include "send_fd.h"
#include "target.h"
#include "timed.h"

#define BOUND		5000	/* milliseconds; emulated processors are slow */
#define AWAIT		500	/* times 10 ms until a target is stuck */
#define RECEIVERS	300
#define BUSY		8	/* threads that change their memory */
#define READS		10
#define PAUSE		"CKPT_TEST_PAUSE"

static char dir[32];

static const char *in_dir(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* This program is what the file system has: run from there it does nothing. */
static void __attribute__((constructor)) pause_if_told(void)
{
	while (getenv(PAUSE))
		pause();
}

/* ---- what is on a file system without a server ---- */

FIXTURE(hung) {
	pid_t server;
	pid_t pid;
	struct timed t;
};

FIXTURE_SETUP(hung)
{
	strcpy(dir, "/tmp/hung.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(dir));
	self->server = hung_mount(dir);
	if (self->server < 0)
		SKIP(return, "FUSE: %s", strerror(errno));
}

FIXTURE_TEARDOWN(hung)
{
	hung_unmount(self->server, dir);
	target_stop(self->pid);
	rmdir(dir);
	end_report(_metadata, &self->t.r);
}

/* Reads the report of what is stuck by now, in bounded time. */
static void read_stuck(struct __test_metadata *_metadata, FIXTURE_DATA(hung) *self,
		       const char *what)
{
	timed_read(self->pid, 4 * BOUND, what, &self->t);
	ASSERT_FALSE(self->t.hung);
	EXPECT_GT(BOUND, self->t.ms);
	ASSERT_TRUE(check_sound(_metadata, &self->t.r));
	check_verdict(_metadata, &self->t.r);
}

static int make_user(void *arg)
{
	int fd = open(in_dir(HUNG_FILE), O_RDWR);

	if (fd < 0 || flock(fd, LOCK_EX) || chdir(in_dir(HUNG_FOLDER)))
		return 1;
	return mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED;
}

TEST_F(hung, open_locked_mapped_cwd)
{
	self->pid = target_start(make_user, NULL);
	ASSERT_LT(0, self->pid);
	hung_stop(self->server);
	read_stuck(_metadata, self, "file, lock, mapping, cwd on a hung FUSE");
	EXPECT_EQ(1, report_count(&self->t.r, "lock-flock"));
	EXPECT_STREQ("yes", record_get(&self->t.r.head, "complete"));
}

static int make_deleted(void *arg)
{
	return make_user(arg) || unlink(in_dir(HUNG_FILE));
}

TEST_F(hung, deleted)
{
	self->pid = target_start(make_deleted, NULL);
	ASSERT_LT(0, self->pid);
	hung_stop(self->server);
	read_stuck(_metadata, self, "deleted file on a hung FUSE");
}

TEST_F(hung, program)
{
	char exe[PATH_MAX] = "", link[64];
	int i;

	self->pid = fork();
	if (!self->pid) {
		setsid();
		setenv(PAUSE, "yes", 1);
		close_range(3, ~0U, 0);
		execl(in_dir(HUNG_FILE), HUNG_FILE, NULL);
		_exit(1);
	}
	snprintf(link, sizeof(link), "/proc/%d/exe", self->pid);
	for (i = 0; i < AWAIT && strcmp(exe, in_dir(HUNG_FILE)); i++) {
		usleep(10000);
		exe[readlink(link, exe, sizeof(exe) - 1)] = '\0';
	}
	/* It pauses then. */
	usleep(300000);
	hung_stop(self->server);
	read_stuck(_metadata, self, "program on a hung FUSE");
	EXPECT_STREQ("yes", record_get(&self->t.r.head, "complete"));
}

/* ---- who waits for it, and what it holds ---- */

static int hung_fd, hung_direct;
static char *hung_page;
static int closed, going;

/* Reads what is in no cache. */
static void read_away(int sig)
{
	char byte;

	if (pread(hung_fd, &byte, 1, 400000) == 1)
		_exit(1);
}

/*
 * Who maps the file past its cache wants the changed page written first, while mmap() holds the
 * memory.
 */
static void map_away(int sig)
{
	__atomic_store_n(&going, 1, __ATOMIC_SEQ_CST);
	*hung_page = 1;
	mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, hung_direct, 0);
	_exit(1);
}

/* exec holds its lock while it waits for the memory. */
static int exec_away(void *arg)
{
	close_range(3, ~0U, 0);
	__atomic_store_n(&closed, 1, __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&going, __ATOMIC_SEQ_CST))
		usleep(1000);
	usleep(200000);
	execl("/bin/sleep", "sleep", "1000", NULL);
	_exit(1);
}

static int make_waiter(void *arg)
{
	hung_fd = open(in_dir(HUNG_FILE), O_RDWR | O_CLOEXEC);
	hung_direct = open(in_dir(HUNG_FILE), O_RDONLY | O_APPEND | O_CLOEXEC);
	hung_page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, hung_fd, 0);
	if (hung_fd < 0 || hung_direct < 0 || hung_page == MAP_FAILED)
		return 1;
	/* The page is there by now, and is not changed yet. */
	going = *hung_page == 1;
	signal(SIGUSR1, arg);
	return flock(hung_fd, LOCK_EX);
}

static int make_waiter_and_exec(void *arg)
{
	static char stack[65536];

	if (make_waiter(arg) ||
	    clone(exec_away, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL) < 0)
		return 1;
	while (!__atomic_load_n(&closed, __ATOMIC_SEQ_CST))
		usleep(1000);
	return 0;
}

static void start_stuck(struct __test_metadata *_metadata, FIXTURE_DATA(hung) *self,
			int (*make)(void *arg), void (*handler)(int sig))
{
	self->pid = target_start(make, handler);
	ASSERT_LT(0, self->pid);
	hung_stop(self->server);
	kill(self->pid, SIGUSR1);
	/* A wait that is just begun looks like any other sleep. */
	usleep(500000);
}

TEST_F(hung, reader_of_a_file)
{
	start_stuck(_metadata, self, make_waiter, read_away);
	read_stuck(_metadata, self, "read(2) from a hung FUSE");
	EXPECT_STREQ("yes", record_get(&self->t.r.head, "complete"));
}

/* Does who reads a file of procfs wait for a lock of the process? */
static bool is_locked(pid_t pid, const char *name)
{
	char path[64], buf[64];
	pid_t reader = fork();
	bool locked;

	if (!reader) {
		snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
		_exit(slurp_file(path, buf, sizeof(buf)) < 0);
	}
	usleep(300000);
	locked = !waitpid(reader, NULL, WNOHANG);
	if (locked) {
		kill(reader, SIGKILL);
		waitpid(reader, NULL, 0);
	}
	return locked;
}

/* It may take a while until it comes there. */
static bool gets_locked(pid_t pid, const char *name)
{
	int i;

	for (i = 0; i < 10; i++)
		if (is_locked(pid, name))
			return true;
	return false;
}

static void expect_stuck(struct __test_metadata *_metadata, const struct report *r)
{
	const char *reason = record_get(&r->head, "reason");

	EXPECT_STREQ("stuck", reason ? reason : "");
}

/* What it has mapped, too, is not known: nobody else has it for that. */
TEST_F(hung, memory)
{
	start_stuck(_metadata, self, make_waiter, map_away);
	if (!gets_locked(self->pid, "maps"))
		SKIP(return, "this kernel does not wait there");
	read_stuck(_metadata, self, "mmap() that waits for a hung FUSE");
	expect_stuck(_metadata, &self->t.r);
	EXPECT_EQ(1, report_count(&self->t.r, "lock-flock"));
	EXPECT_EQ(0, report_count(&self->t.r, "lock-shared-outside"));
}

TEST_F(hung, memory_and_exec)
{
	start_stuck(_metadata, self, make_waiter_and_exec, map_away);
	if (!gets_locked(self->pid, "maps"))
		SKIP(return, "this kernel does not wait there");
	read_stuck(_metadata, self, "mmap() and exec that wait for a hung FUSE");
	expect_stuck(_metadata, &self->t.r);
	EXPECT_EQ(2, record_num(&self->t.r.head, "processes"));
}

TEST_F(hung, exec)
{
	char path[64], child[16] = "";
	pid_t parent;

	start_stuck(_metadata, self, make_waiter_and_exec, map_away);
	parent = self->pid;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	ASSERT_LT(0, slurp_file(path, child, sizeof(child)));
	self->pid = atoi(child);
	if (!gets_locked(self->pid, "personality")) {
		self->pid = parent;
		SKIP(return, "this kernel does not wait there");
	}
	timed_read(self->pid, 4 * BOUND, "exec that waits for a hung FUSE", &self->t);
	self->pid = parent;
	EXPECT_FALSE(self->t.hung);
	EXPECT_GT(BOUND, self->t.ms);
	EXPECT_EQ(EBUSY, self->t.r.error);
}

/* ---- receivers that have the lock of their queue ---- */

static int receivers[RECEIVERS];

/* Its buffer is in no cache, and nobody will ever read it. */
static void *receive(void *arg)
{
	int *fd = arg;
	char *buf = hung_page + (fd - receivers) % 100 * 4096;

	recv(*fd, buf, 1, 0);
	return NULL;
}

static void receive_all(int sig)
{
	pthread_t thread;
	int i;

	for (i = 0; i < RECEIVERS; i++)
		pthread_create(&thread, NULL, receive, &receivers[i]);
	receive(receivers);
}

static int make_receivers(void *arg)
{
	int i, pair[2];

	hung_fd = open(in_dir(HUNG_FILE), O_RDWR | O_CLOEXEC);
	hung_page = mmap(NULL, 100 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, hung_fd, 100 * 4096);
	for (i = 0; i < RECEIVERS; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) ||
		    send_fd(pair[1], hung_fd, "xy", 0) < 0)
			return 1;
		receivers[i] = pair[0];
	}
	signal(SIGUSR1, receive_all);
	return hung_fd < 0 || hung_page == MAP_FAILED;
}

TEST_F_TIMEOUT(hung, receivers, 120)
{
	self->pid = target_start(make_receivers, NULL);
	ASSERT_LT(0, self->pid);
	hung_stop(self->server);
	kill(self->pid, SIGUSR1);
	usleep(1000000);
	read_stuck(_metadata, self, "300 receivers into a hung FUSE");
	EXPECT_LT(0, report_count(&self->t.r, "file-kind-unknown"));
}

/* ---- locks that are busy, but not stuck ---- */

static void *map_and_unmap(void *arg)
{
	for (;;)
		munmap(mmap(NULL, 65536, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 65536);
	return NULL;
}

static int make_busy(void *arg)
{
	pthread_t thread;
	int i, failed = 0;

	for (i = 0; i < BUSY; i++)
		failed |= pthread_create(&thread, NULL, map_and_unmap, NULL);
	return failed;
}

TEST(busy_memory)
{
	pid_t pid = target_start(make_busy, NULL);
	struct timed t;
	long worst = 0;
	int i;

	ASSERT_LT(0, pid);
	for (i = 0; i < READS; i++) {
		timed_read(pid, 4 * BOUND, "memory that is mapped and unmapped all the time", &t);
		ASSERT_TRUE(check_sound(_metadata, &t.r));
		EXPECT_STREQ("yes", record_get(&t.r.head, "complete"));
		worst = t.ms > worst ? t.ms : worst;
		end_report(_metadata, &t.r);
	}
	EXPECT_GT(BOUND, worst);
	target_stop(pid);
}

/* ---- what no signal wakes ---- */

FIXTURE(asleep) {
	struct mkobj_run run;
	struct timed t;
};

FIXTURE_VARIANT(asleep) {
	const char *rule;
};

#define ASLEEP(ident, rule_) FIXTURE_VARIANT_ADD(asleep, ident) { .rule = rule_ }

ASLEEP(frozen_cgroup, "task-cgroup-frozen");
ASLEEP(frozen_cgroup_v1, "task-cgroup-frozen-v1");
ASLEEP(uninterruptible, "task-uninterruptible");
ASLEEP(vfork_parent, "task-vfork-pending");

FIXTURE_SETUP(asleep)
{
}

FIXTURE_TEARDOWN(asleep)
{
	mkobj_stop(&self->run);
	end_report(_metadata, &self->t.r);
}

TEST_F(asleep, is_read)
{
	int status = mkobj_start(&self->run, variant->rule);

	if (status == 4)
		SKIP(return, "%s", self->run.error);
	ASSERT_EQ(0, status) {
		TH_LOG("%s", self->run.error);
	}
	timed_read(self->run.target, 4 * BOUND, variant->rule, &self->t);
	ASSERT_TRUE(check_sound(_metadata, &self->t.r));
	EXPECT_GT(BOUND, self->t.ms);
	EXPECT_LT(0, report_count(&self->t.r, variant->rule));
}

TEST_HARNESS_MAIN
