// SPDX-License-Identifier: GPL-2.0
/*
 * latency_test.c - a scan does not keep what the target lets go of.
 *
 *	[ target ] -- close(lock, or last writer) --> waiter, blocked in flock() or read()
 *	     ^
 *	  reader, in a tight loop: the target has so many objects that each scan is long
 *
 * A scan that dropped its references only when the reader returns to user mode would make the
 * waiter wait for the whole scan.  The file is open many times between other objects, and each
 * time keeps the waiter waiting, so that a scan has one of them when the target closes all.
 */
#include "kselftest_harness.h"

#include <semaphore.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"

#define PIPES	10000	/* packet pipes: each of them is judged */
#define OPENS	200	/* of the file that is let go of: a scan mostly holds one of them */
#define LATE	5	/* rounds that may take a good part of a scan, whatever it was */
#define ROUNDS	60
#define SETTLE	3000	/* microseconds for the waiter to fall asleep */
#define SPREAD	40000	/* and at most as much more, so that any part of a scan is hit */

/* Shared by the target, the waiter and the test; times are in nanoseconds. */
struct shared {
	sem_t held;
	sem_t waiting;
	sem_t go_on;
	long long let_go;
	int scans;
	long long latency[ROUNDS];
};

FIXTURE(latency) {
	struct shared *shared;
	pid_t target;
};

FIXTURE_VARIANT(latency) {
	bool eof;
};

FIXTURE_VARIANT_ADD(latency, flock) { .eof = false };
FIXTURE_VARIANT_ADD(latency, end_of_file) { .eof = true };

static char path[64];
static int slots[OPENS];

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* Into the slots, the lowest free descriptors; either kind is judged, with a reference. */
static int open_all(bool eof)
{
	int i, fd;

	for (i = 0; i < OPENS; i++) {
		fd = open(path, eof ? O_WRONLY : O_RDWR);
		if (fd < 0 || (eof ? fcntl(fd, F_SETFL, O_DIRECT) : flock(fd, LOCK_SH)))
			return 1;
	}
	return 0;
}

static void close_all(void)
{
	int i;

	for (i = 0; i < OPENS; i++)
		close(slots[i]);
}

/* With a slot now and then. */
static int make_pipes(void)
{
	struct rlimit rl = { PIPES + OPENS + 100, PIPES + OPENS + 100 };
	int i, p[2], *slot = slots;

	if (setrlimit(RLIMIT_NOFILE, &rl))
		return 1;
	for (i = 0; i < PIPES; i++) {
		if (i % (PIPES / OPENS) == 0) {
			*slot = dup(0);
			if (*slot++ < 0)
				return 1;
		}
		if (pipe2(p, O_DIRECT))
			return 1;
		close(p[0]);
	}
	close_all();
	return 0;
}

/* Round after round: takes it, waits until somebody waits for it, lets it go. */
static void __attribute__((noreturn)) run_target(struct shared *s, bool eof)
{
	setsid();
	close_range(3, ~0U, 0);
	if (make_pipes())
		_exit(1);
	for (;;) {
		if (open_all(eof))
			_exit(1);
		sem_post(&s->held);
		sem_wait(&s->waiting);
		usleep(SETTLE + rand() % SPREAD);
		s->let_go = now();
		close_all();
		sem_wait(&s->go_on);
	}
}

static void __attribute__((noreturn)) run_waiter(struct shared *s, bool eof)
{
	int fd, i;
	char c;

	for (i = 0; i < ROUNDS; i++) {
		fd = open(path, eof ? O_RDONLY : O_RDWR);
		sem_wait(&s->held);
		sem_post(&s->waiting);
		if (fd < 0 || (eof ? read(fd, &c, 1) != 0 : flock(fd, LOCK_EX)))
			_exit(1);
		s->latency[i] = now() - s->let_go;
		close(fd);
		sem_post(&s->go_on);
	}
	_exit(0);
}

static pid_t start_reader(struct shared *s, pid_t target)
{
	pid_t pid = fork();
	size_t len;
	char *text;
	int fd;

	while (!pid) {
		fd = report_open(target);
		if (fd < 0 || report_slurp(fd, &text, &len))
			_exit(1);
		/* A line of each pipe at the least. */
		s->scans += len > PIPES * 30;
		free(text);
		close(fd);
	}
	return pid;
}

static int compare(const void *a, const void *b)
{
	long long x = *(const long long *)a, y = *(const long long *)b;

	return x < y ? -1 : x > y;
}

/* Fills in @s->latency, in ascending order. Return: the median in microseconds, or -1. */
static long long measure(struct shared *s, bool eof, const char *what)
{
	pid_t waiter = fork();
	int status;

	if (!waiter)
		run_waiter(s, eof);
	if (waitpid(waiter, &status, 0) != waiter || status)
		return -1;
	qsort(s->latency, ROUNDS, sizeof(s->latency[0]), compare);
	printf("# %s, %s: median %lld us, p99 %lld us\n", eof ? "end of file" : "flock", what,
	       s->latency[ROUNDS / 2] / 1000, s->latency[ROUNDS * 99 / 100] / 1000);
	return s->latency[ROUNDS / 2] / 1000;
}

static int later_than(const long long *latency, long long ns)
{
	int i, n = 0;

	for (i = 0; i < ROUNDS; i++)
		n += latency[i] > ns;
	return n;
}

FIXTURE_SETUP(latency)
{
	struct shared *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, s);
	self->shared = s;
	sem_init(&s->held, 1, 0);
	sem_init(&s->waiting, 1, 0);
	sem_init(&s->go_on, 1, 0);
	snprintf(path, sizeof(path), "/tmp/latency_test.%d", getpid());
	ASSERT_EQ(0, mknod(path, (variant->eof ? S_IFIFO : S_IFREG) | 0600, 0));
	self->target = fork();
	if (!self->target)
		run_target(s, variant->eof);
	ASSERT_LT(0, self->target);
}

FIXTURE_TEARDOWN(latency)
{
	kill(self->target, SIGKILL);
	unlink(path);
}

TEST_F_TIMEOUT(latency, beside_a_reader, 300)
{
	struct shared *s = self->shared;
	long long without, with, alone[ROUNDS], scan, late, began;
	pid_t reader;

	without = measure(s, variant->eof, "without a reader");
	ASSERT_LE(0, without);
	memcpy(alone, s->latency, sizeof(alone));
	reader = start_reader(s, self->target);
	ASSERT_LT(0, reader);
	while (!s->scans)
		usleep(10000);
	s->scans = 0;
	began = now();
	with = measure(s, variant->eof, "beside a reader");
	scan = (now() - began) / (s->scans + 1);
	kill(reader, SIGKILL);
	waitpid(reader, NULL, 0);
	ASSERT_LE(0, with);
	/* Letting go takes its time as well, above all on a slow kernel. */
	late = without * 1000 + scan / 4;
	printf("# %d scans meanwhile, %lld us each; %d rounds took a quarter longer, %d alone\n",
	       s->scans, scan / 1000, later_than(s->latency, late), later_than(alone, late));
	EXPECT_LE(later_than(s->latency, late), later_than(alone, late) + LATE);
}

TEST_HARNESS_MAIN
