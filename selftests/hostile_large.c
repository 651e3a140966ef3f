// SPDX-License-Identifier: GPL-2.0
/*
 * hostile_large.c - very many objects: the read ends, all of them were looked at or the report
 * says that they were not, memory is bounded, and a signal ends a read at once.
 *
 * Wants 3 GiB of memory and some minutes: selftests/vm/run --memory 3072.
 */
#include "kselftest_harness.h"

#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"
#include "timed.h"

#define FILES		100000
#define VMAS		60000
#define PROCESSES	20000
#define DEPTH		1000
#define BOUND		60000	/* milliseconds for a read */
#define AT_ONCE		500	/* milliseconds to die of a signal */
#define PER_OBJECT	1024	/* bytes that an object may cost the reader */
#define OVERHEAD	(64 << 10)	/* KiB that it may cost anyway */
#define THREADS_MAX	"/proc/sys/kernel/threads-max"
#define MAX_OBJECTS	"/sys/kernel/ckptcheck/max_objects"

static char dir[32];

/* What a test has, and what was set before. */
struct large {
	pid_t pid;
	struct timed t;
	char max_objects[16];
	char threads_max[16];
};

static void large_begin(struct __test_metadata *_metadata, struct large *l)
{
	struct rlimit rl = { FILES + 1000, FILES + 1000 };

	strcpy(dir, "/tmp/large.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(dir));
	setrlimit(RLIMIT_NOFILE, &rl);
	slurp_file(THREADS_MAX, l->threads_max, sizeof(l->threads_max));
	write_file(THREADS_MAX, "60000");
	slurp_file(MAX_OBJECTS, l->max_objects, sizeof(l->max_objects));
}

static void large_end(struct __test_metadata *_metadata, struct large *l)
{
	char command[64];

	target_stop(l->pid);
	write_file(MAX_OBJECTS, l->max_objects);
	write_file(THREADS_MAX, l->threads_max);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	EXPECT_EQ(0, system(command));
	report_free(&l->t.r);
}

/* A read of the whole, and of what the cap leaves; then reads that are killed. */
static void check_read(struct __test_metadata *_metadata, struct large *l,
		       const char *what, long objects)
{
	timed_read(l->pid, BOUND, what, &l->t);
	ASSERT_TRUE(check_sound(_metadata, &l->t.r));
	check_verdict(_metadata, &l->t.r);
	EXPECT_STREQ("yes", record_get(&l->t.r.head, "complete"));
	EXPECT_GT(OVERHEAD + objects * PER_OBJECT / 1024, l->t.kb);
}

static void check_kills(struct __test_metadata *_metadata, struct large *l,
			const char *what)
{
	static const int sigs[] = { SIGKILL, SIGINT };
	long whole = l->t.ms, ms, worst = -1;
	int i, nr = 0;

	for (i = 0; i < 20; i++) {
		ms = timed_kill(l->pid, sigs[i % 2], whole * (i / 2 + 1) / 12);
		nr += ms >= 0;
		worst = ms > worst ? ms : worst;
	}
	printf("# %s: %d reads killed, gone after %ld ms at most\n", what, nr, worst);
	EXPECT_LT(0, nr);
	EXPECT_GT(AT_ONCE, worst);
}

static void check_cap(struct __test_metadata *_metadata, struct large *l,
		      const char *what)
{
	const char *reason;
	char text[128];

	report_free(&l->t.r);
	ASSERT_EQ(0, write_file(MAX_OBJECTS, "1024"));
	snprintf(text, sizeof(text), "%s, at most 1024", what);
	timed_read(l->pid, BOUND, text, &l->t);
	ASSERT_TRUE(check_sound(_metadata, &l->t.r));
	check_verdict(_metadata, &l->t.r);
	reason = record_get(&l->t.r.head, "reason");
	EXPECT_STREQ("max-objects", reason ? reason : "");
	EXPECT_GE(1024, l->t.r.nr);
	EXPECT_GT(OVERHEAD, l->t.kb);
}

/* ---- descriptors ---- */

/* Descriptors of one open file, of open files of one file, of locked files, of sockets. */
enum sort { SORT_DUP, SORT_OPEN, SORT_LOCK, SORT_SOCKET };

static int open_one(enum sort sort, int i)
{
	char name[32];
	int fd, pair[2];

	switch (sort) {
	case SORT_DUP:
		return dup(0) < 0;
	case SORT_OPEN:
		return open("/dev/null", O_RDONLY) < 0;
	case SORT_SOCKET:
		return i % 2 ? 0 : socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	default:
		snprintf(name, sizeof(name), "%d", i);
		fd = open(name, O_CREAT | O_RDWR, 0600);
		return fd < 0 || flock(fd, LOCK_EX);
	}
}

static int make_files(void *arg)
{
	int i;

	if (chdir(dir))
		return 1;
	for (i = 0; i < FILES; i++)
		if (open_one(*(enum sort *)arg, i))
			return 1;
	return chdir("/");
}

FIXTURE(descriptors) {
	struct large l;
};

FIXTURE_VARIANT(descriptors) {
	const char *what;
	enum sort sort;
};

FIXTURE_VARIANT_ADD(descriptors, dup) {
	.what = "100000 descriptors of one open file", .sort = SORT_DUP };
FIXTURE_VARIANT_ADD(descriptors, open) {
	.what = "100000 open files", .sort = SORT_OPEN };
FIXTURE_VARIANT_ADD(descriptors, locks) {
	.what = "100000 locked files", .sort = SORT_LOCK };
FIXTURE_VARIANT_ADD(descriptors, sockets) {
	.what = "100000 UNIX sockets", .sort = SORT_SOCKET };

FIXTURE_SETUP(descriptors)
{
	large_begin(_metadata, &self->l);
}

FIXTURE_TEARDOWN(descriptors)
{
	large_end(_metadata, &self->l);
}

TEST_F_TIMEOUT(descriptors, are_read, 600)
{
	enum sort sort = variant->sort;
	struct large *l = &self->l;

	l->pid = target_start(make_files, &sort);
	ASSERT_LT(0, l->pid);
	check_read(_metadata, l, variant->what, FILES);
	EXPECT_EQ(FILES + 3, record_num(&l->t.r.head, "files"));
	check_kills(_metadata, l, variant->what);
	if (sort == SORT_LOCK) {
		EXPECT_EQ(FILES, report_count(&l->t.r, "lock-flock"));
		check_cap(_metadata, l, variant->what);
	}
}

/* ---- mappings and processes ---- */

FIXTURE(large) {
	struct large l;
};

FIXTURE_SETUP(large)
{
	large_begin(_metadata, &self->l);
}

FIXTURE_TEARDOWN(large)
{
	large_end(_metadata, &self->l);
}

/* Every other page is of the file, each with a lock to be looked for. */
static int make_vmas(void *arg)
{
	int fd = chdir(dir) ? -1 : open("mapped", O_CREAT | O_RDWR, 0600), i;
	char *at = mmap(NULL, VMAS * 4096UL, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (fd < 0 || ftruncate(fd, 4096) || flock(fd, LOCK_EX) || at == MAP_FAILED)
		return 1;
	for (i = 0; i < VMAS; i += 2)
		if (mmap(at + i * 4096UL, 4096, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0) ==
		    MAP_FAILED)
			return 1;
	return chdir("/");
}

TEST_F_TIMEOUT(large, mappings, 300)
{
	struct large *l = &self->l;

	l->pid = target_start(make_vmas, NULL);
	ASSERT_LT(0, l->pid);
	check_read(_metadata, l, "60000 mappings", VMAS);
	EXPECT_LE(VMAS, record_num(&l->t.r.head, "vmas"));
	check_kills(_metadata, l, "60000 mappings");
}

static void __attribute__((noreturn)) rest(void)
{
	close_range(3, ~0U, 0);
	for (;;)
		pause();
}

static int make_processes(void *arg)
{
	int i;
	pid_t pid;

	for (i = 1; i < PROCESSES; i++) {
		pid = fork();
		if (!pid)
			rest();
		if (pid < 0)
			return 1;
	}
	return 0;
}

TEST_F_TIMEOUT(large, processes, 900)
{
	struct large *l = &self->l;

	l->pid = target_start(make_processes, NULL);
	ASSERT_LT(0, l->pid);
	/* Checks of access leave inodes of procfs behind, which are freed when needed. */
	check_read(_metadata, l, "20000 processes", 6L * PROCESSES);
	EXPECT_EQ(PROCESSES, record_num(&l->t.r.head, "processes"));
	check_kills(_metadata, l, "20000 processes");
	check_cap(_metadata, l, "20000 processes");
}

/* Each is the child of the one before. */
static int make_generations(void *arg)
{
	int left = DEPTH;
	pid_t pid;

	while (--left) {
		pid = fork();
		if (pid < 0)
			return 1;
		if (pid && getpid() == getsid(0))
			return 0;
		if (pid)
			rest();
	}
	rest();
}

TEST_F_TIMEOUT(large, generations, 120)
{
	struct large *l = &self->l;

	l->pid = target_start(make_generations, NULL);
	ASSERT_LT(0, l->pid);
	check_read(_metadata, l, "1000 generations", DEPTH);
	EXPECT_EQ(DEPTH, record_num(&l->t.r.head, "processes"));
}

/* ---- what somebody outside has too ---- */

#define BYSTANDERS	3000	/* processes that have nothing to do with it */
#define SHARED		50000
#define READY_FD	1023	/* of target_start() */

/* The first one is asked about; the one that makes it has all that it has. */
static int make_shared(void *arg)
{
	enum sort sort = SORT_LOCK;
	char pid[16];
	int i, fd;

	for (i = 0; i < BYSTANDERS; i++)
		if (!fork())
			rest();
	if (chdir(dir))
		return 1;
	for (i = 0; i < SHARED; i++)
		if (open_one(sort, i) || mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS,
					      -1, 0) == MAP_FAILED)
			return 1;
	snprintf(pid, sizeof(pid), "%d", fork());
	if (atoi(pid)) {
		fd = open("inner", O_CREAT | O_WRONLY, 0600);
		return fd < 0 || write(fd, pid, strlen(pid)) < 1 || close(fd) || chdir("/");
	}
	close(READY_FD);
	for (;;)
		pause();
}

TEST_F_TIMEOUT(large, shared, 300)
{
	char name[64], inner[16];
	struct large *l = &self->l;
	pid_t outer;

	outer = target_start(make_shared, NULL);
	ASSERT_LT(0, outer);
	snprintf(name, sizeof(name), "%s/inner", dir);
	ASSERT_LT(0, slurp_file(name, inner, sizeof(inner)));
	l->pid = atoi(inner);
	check_read(_metadata, l, "50000 locked files and mappings that are shared with others",
		   2 * SHARED);
	EXPECT_EQ(SHARED, report_count(&l->t.r, "lock-shared-outside"));
	EXPECT_EQ(SHARED, report_count(&l->t.r, "vma-shared-anon-outside"));
	check_kills(_metadata, l, "50000 shared ones");
	l->pid = outer;
}

TEST_HARNESS_MAIN
