// SPDX-License-Identifier: GPL-2.0
/*
 * reasons_test.c - each word of reason= is said of what it is about and of nothing else.
 *
 * Not here: unstable is that of set-unstable in rules_test, namespaces that of
 * ns-left.miss-cgroup in misses_test, stuck that of stuck_test; exec, threads and memory are races
 * and failures that a test cannot bring about when it wants to.
 */
#include "kselftest_harness.h"

#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "report.h"
#include "target.h"

#define MAX_OBJECTS	"/sys/kernel/ckptcheck/max_objects"

static int unshare_user(void *arg)
{
	return unshare(CLONE_NEWUSER);
}

static int unshare_mounts(void *arg)
{
	return unshare(CLONE_NEWNS);
}

/* The root stays where it is. */
static int unshare_in_child(void *arg)
{
	int p[2], n;
	char c;

	if (pipe(p))
		return 1;
	if (!fork()) {
		if (unshare(CLONE_NEWNS) || write(p[1], "", 1) != 1)
			_exit(1);
		close_range(3, ~0U, 0);
		for (;;)
			pause();
	}
	close(p[1]);
	n = read(p[0], &c, 1);
	close(p[0]);
	return n != 1;
}

static int unshare_net(void *arg)
{
	return unshare(CLONE_NEWNET);
}

static int unshare_saved(void *arg)
{
	return unshare(CLONE_NEWIPC | CLONE_NEWUTS);
}

/* Where CRIU's limit is not known exactly; the numbers are short. */
static int join_groups(int nr)
{
	gid_t groups[1000];
	int i;

	for (i = 0; i < nr; i++)
		groups[i] = i;
	return setgroups(nr, groups);
}

static int many_groups(void *arg)
{
	return join_groups(975);
}

static int some_groups(void *arg)
{
	return join_groups(973);
}

/* 0 to 2 are open, and so is the channel of target_start() for a while. */
static int limit_files(rlim_t nr)
{
	struct rlimit rl = { nr, nr };

	return setrlimit(RLIMIT_NOFILE, &rl);
}

static int few_descriptors(void *arg)
{
	return limit_files(4);
}

static int enough_descriptors(void *arg)
{
	return limit_files(5);
}

static int make_timers(int nr)
{
	const struct rlimit rl = { 10000, 10000 };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };
	int id;

	if (setrlimit(RLIMIT_SIGPENDING, &rl))
		return 1;
	while (nr--)
		if (syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &id))
			return 1;
	return 0;
}

static int many_timers(void *arg)
{
	return make_timers(4097);
}

static int some_timers(void *arg)
{
	return make_timers(4096);
}

/* More marks than fit; the records of all are one. */
static int many_timerfds(void *arg)
{
	int i;

	if (limit_files(4096))
		return 1;
	for (i = 0; i < 2000; i++)
		if (timerfd_create(CLOCK_MONOTONIC, 0) < 0)
			return 1;
	return 0;
}

FIXTURE(reason) {
	pid_t pid;
};

FIXTURE_VARIANT(reason) {
	const char *word;
	int (*make)(void *arg);
	uid_t reader;
};

#define REASON_WORD(ident, word_, ...) \
	FIXTURE_VARIANT_ADD(reason, ident) { .word = word_, __VA_ARGS__ }

REASON_WORD(none, "");
REASON_WORD(miss_user, "", .make = unshare_user);
REASON_WORD(mounts, "mounts", .make = unshare_in_child);
REASON_WORD(miss_mounts, "", .make = unshare_mounts);
REASON_WORD(miss_network, "", .make = unshare_net);
REASON_WORD(miss_saved, "", .make = unshare_saved);
REASON_WORD(groups, "groups", .make = many_groups);
REASON_WORD(miss_groups, "", .make = some_groups);
REASON_WORD(descriptors, "descriptors", .make = few_descriptors);
REASON_WORD(miss_descriptors, "", .make = enough_descriptors);
REASON_WORD(timers, "timers", .make = many_timers);
REASON_WORD(miss_timers, "", .make = some_timers);
REASON_WORD(no_access, "no-access", .reader = NOBODY);

FIXTURE_SETUP(reason)
{
	self->pid = target_start(variant->make, NULL);
	ASSERT_LT(0, self->pid);
}

FIXTURE_TEARDOWN(reason)
{
	target_stop(self->pid);
}

static void check_reason(struct __test_metadata *_metadata, struct report *r, const char *word)
{
	const char *reason = record_get(&r->head, CKPTCHECK_KEY_REASON);

	EXPECT_EQ(0, r->error);
	EXPECT_EQ(NULL, r->wrong);
	EXPECT_STREQ(word, reason ? reason : "");
	EXPECT_STREQ(*word ? "no" : "yes", record_get(&r->head, CKPTCHECK_KEY_COMPLETE));
	report_free(r);
}

static void expect_reason(struct __test_metadata *_metadata, pid_t pid, const char *word)
{
	struct report r;

	report_read(pid, 0, &r);
	check_reason(_metadata, &r, word);
}

TEST_F(reason, told)
{
	struct report r;

	if (variant->reader)
		report_read_as(variant->reader, self->pid, &r);
	else
		report_read(self->pid, 0, &r);
	check_reason(_metadata, &r, variant->word);
}

static void *wait_for_ever(void *arg)
{
	for (;;)
		pause();
	return NULL;
}

static char state_of(pid_t pid)
{
	char path[64], text[512] = "";

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	slurp_file(path, text, sizeof(text));
	return *text ? strrchr(text, ')')[2] : 0;
}

/* The leader is gone, or it has a thread beside it. */
static pid_t start_thread(bool leader_exits)
{
	pthread_t thread;
	pid_t pid = fork();

	if (pid)
		return pid;
	setsid();
	if (chdir("/") || close_range(0, ~0U, 0) ||
	    pthread_create(&thread, NULL, wait_for_ever, NULL))
		_exit(1);
	if (leader_exits)
		syscall(SYS_exit, 0);
	wait_for_ever(NULL);
	return 0;
}

TEST(leader_dead)
{
	pid_t pid = start_thread(true);

	ASSERT_LT(0, pid);
	while (state_of(pid) != 'Z')
		usleep(1000);
	expect_reason(_metadata, pid, "leader-dead");
	target_stop(pid);
}

TEST(leader_alive)
{
	pid_t pid = start_thread(false);

	ASSERT_LT(0, pid);
	while (state_of(pid) != 'S')
		usleep(1000);
	expect_reason(_metadata, pid, "");
	target_stop(pid);
}

TEST(max_objects)
{
	pid_t pid = target_start(many_timerfds, NULL);
	char before[32];

	ASSERT_LT(0, pid);
	ASSERT_LT(0, slurp_file(MAX_OBJECTS, before, sizeof(before)));
	EXPECT_EQ(0, write_file(MAX_OBJECTS, "1024"));
	expect_reason(_metadata, pid, "max-objects");
	EXPECT_EQ(0, write_file(MAX_OBJECTS, before));
	expect_reason(_metadata, pid, "");
	target_stop(pid);
}

TEST_HARNESS_MAIN
