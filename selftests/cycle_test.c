// SPDX-License-Identifier: GPL-2.0
/*
 * cycle_test.c - UNIX sockets in flight in each other's queues: each queue is told once, and all
 * of them go when their processes go.
 *
 *	R0 at a descriptor; in its queue R1, in whose queue R2, ... in whose queue R0
 */
#include "kselftest_harness.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include "report.h"
#include "rules_check.h"
#include "send_fd.h"
#include "target.h"
#include "timed.h"

#define MOST		200
#define BOUND		5000	/* milliseconds */
#define NR_NESTED	200	/* more than kernels before 6.10 allow */

/* Sockets of the whole machine. */
static int count_sockets(void)
{
	FILE *f = fopen("/proc/net/unix", "r");
	char line[512];
	int n = 0;

	while (f && fgets(line, sizeof(line), f))
		n++;
	if (f)
		fclose(f);
	return n;
}

/* The collector of garbage takes its time. */
static bool await_sockets(int nr)
{
	int i;

	for (i = 0; i < 100 && count_sockets() > nr; i++)
		usleep(50000);
	return count_sockets() <= nr;
}

FIXTURE(cycle) {
	int before;
	pid_t pid;
	struct timed t;
};

FIXTURE_SETUP(cycle)
{
	self->before = count_sockets();
}

FIXTURE_TEARDOWN(cycle)
{
	target_stop(self->pid);
	EXPECT_TRUE(await_sockets(self->before)) {
		TH_LOG("sockets: %d before, %d now", self->before, count_sockets());
	}
	end_report(_metadata, &self->t.r);
}

static void read_cycle(struct __test_metadata *_metadata, FIXTURE_DATA(cycle) *self,
		       const char *what)
{
	timed_read(self->pid, 4 * BOUND, what, &self->t);
	ASSERT_TRUE(check_sound(_metadata, &self->t.r));
	EXPECT_GT(BOUND, self->t.ms);
	EXPECT_STREQ("yes", record_get(&self->t.r.head, "complete"));
	report_free(&self->t.r);
	report_read_each(self->pid, 0, &self->t.r);
	ASSERT_TRUE(check_sound(_metadata, &self->t.r));
}

/* ---- rings ---- */

/* The first receiver and all senders stay open: criu can fill the queues. */
static int make_ring(void *arg)
{
	int nr = *(int *)arg, i, pair[MOST][2];

	for (i = 0; i < nr; i++)
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair[i]))
			return 1;
	for (i = 0; i < nr; i++)
		if (send_fd(pair[i][1], pair[(i + 1) % nr][0], "x", 0) < 0)
			return 1;
	for (i = 1; i < nr; i++)
		close(pair[i][0]);
	return 0;
}

FIXTURE_VARIANT(cycle) {
	int nr;
};

FIXTURE_VARIANT_ADD(cycle, of_one) { .nr = 1 };
FIXTURE_VARIANT_ADD(cycle, of_three) { .nr = 3 };
FIXTURE_VARIANT_ADD(cycle, of_two_hundred) { .nr = MOST };

TEST_F(cycle, is_told_once)
{
	int nr = variant->nr, i;
	char what[64];

	snprintf(what, sizeof(what), "ring of %d sockets in flight", nr);
	self->pid = target_start(make_ring, &nr);
	ASSERT_LT(0, self->pid);
	for (i = 0; i < 3; i++) {
		report_free(&self->t.r);
		read_cycle(_metadata, self, what);
		EXPECT_EQ(nr, report_count(&self->t.r, "unix-queue-scm"));
	}
}

/* ---- one in the other, as deep as the kernel lets them be ---- */

/* Return: its depth, told by the number of descriptors that the target has beyond three. */
static int make_nest(void *arg)
{
	int pair[2], inner = open("/dev/null", O_RDONLY), depth;

	for (depth = 0; depth < NR_NESTED; depth++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
			return 1;
		if (send_fd(pair[1], inner, "x", 0) < 0) {
			close(pair[0]);
			close(pair[1]);
			break;
		}
		close(inner);
		inner = pair[0];
	}
	return depth < 2;
}

TEST_F(cycle, nested)
{
	int depth;

	if (variant->nr != 1)
		SKIP(return, "once is enough");
	self->pid = target_start(make_nest, NULL);
	ASSERT_LT(0, self->pid);
	read_cycle(_metadata, self, "sockets in flight in sockets in flight");
	/* Each level has left its sender at a descriptor, the outermost its receiver too. */
	depth = record_num(&self->t.r.head, "files") - 4;
	printf("# %d deep\n", depth);
	EXPECT_LE(2, depth);
	EXPECT_EQ(depth, report_count(&self->t.r, "unix-queue-scm"));
}

TEST_HARNESS_MAIN
