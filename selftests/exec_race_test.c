// SPDX-License-Identifier: GPL-2.0
/*
 * exec_race_test.c - who becomes another program while he is looked at is not told of.
 *
 *	[ thousands of pipes, each of them judged ] -- child, which runs a plain program and one
 *	                                               with other rights in turn
 *
 * The child is allowed to be looked at when its turn comes, and is the other program by the time
 * that what was found is judged.
 */
#include "kselftest_harness.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"

#define PIPES	1000
#define SECONDS	8

struct seen {
	unsigned long reports, changed, refused, plain, leaks;
};

FIXTURE(race) {
	pid_t pid;
	int yama;
	char dir[32];
};

static char secret[64], helper[64], plain[64];

static int make_family(void *arg)
{
	struct rlimit limit = { 2 * PIPES + 100, 2 * PIPES + 100 };
	int i, p[2];
	pid_t pid;

	if (setrlimit(RLIMIT_NOFILE, &limit))
		return 1;
	for (i = 0; i < PIPES; i++)
		if (pipe2(p, O_DIRECT | O_CLOEXEC))
			return 1;
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close_range(3, ~0U, 0);
		execl(plain, plain, secret, helper, plain, (char *)NULL);
		_exit(1);
	}
	return pid < 0;
}

FIXTURE_SETUP(race)
{
	struct rlimit limit = { 2 * PIPES + 100, 2 * PIPES + 100 };
	int fd;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	strcpy(self->dir, "/tmp/exec_race.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	ASSERT_EQ(0, chmod(self->dir, 0755));
	snprintf(secret, sizeof(secret), "%s/secret-path", self->dir);
	snprintf(helper, sizeof(helper), "%s/secret-helper", self->dir);
	snprintf(plain, sizeof(plain), "%s/plain-helper", self->dir);
	fd = open(secret, O_WRONLY | O_CREAT, 0600);
	ASSERT_LE(0, fd);
	close(fd);
	ASSERT_EQ(0, helper_copy(helper, 04755));
	ASSERT_EQ(0, helper_copy(plain, 0755));
	self->yama = yama_scope(0);
	self->pid = target_start_as(NOBODY, make_family, NULL);
	ASSERT_LT(0, self->pid);
}

FIXTURE_TEARDOWN(race)
{
	char command[64];

	yama_scope(self->yama);
	/* The child's wish to die with its parent went with the setuid program. */
	if (self->pid > 0)
		kill(-self->pid, SIGKILL);
	target_stop(self->pid);
	snprintf(command, sizeof(command), "rm -rf %s", self->dir);
	EXPECT_EQ(0, system(command));
}

/* Records about the child are those that are not about the root. */
static bool tells_of_child(const struct report *r, pid_t root, const char *rule)
{
	int i;

	for (i = 0; i < r->nr; i++)
		if (!strcmp(r->find[i].word[1], rule) &&
		    record_num(&r->find[i], CKPTCHECK_KEY_PID) != root)
			return true;
	return false;
}

static void look(const struct report *r, pid_t root, struct seen *seen)
{
	const char *reason = record_get(&r->head, CKPTCHECK_KEY_REASON);

	seen->reports++;
	seen->leaks += !!strstr(r->text, "secret");
	seen->changed += reason && !strcmp(reason, "exec");
	seen->refused += tells_of_child(r, root, "cred-no-access");
	seen->plain += tells_of_child(r, root, "pipe-odirect");
}

TEST_F_TIMEOUT(race, setuid_exec_during_scan, 120)
{
	time_t end = time(NULL) + SECONDS;
	struct seen seen = {};
	struct report r;

	while (time(NULL) < end) {
		report_read_as(NOBODY, self->pid, &r);
		ASSERT_TRUE(check_sound(_metadata, &r));
		look(&r, self->pid, &seen);
		if (seen.leaks == 1)
			show_report(&r);
		report_free(&r);
	}
	TH_LOG("%lu reports: %lu of a process that changed, %lu refused, %lu of the plain program",
	       seen.reports, seen.changed, seen.refused, seen.plain);
	EXPECT_EQ(0, seen.leaks);
	/* It was met as the one and as the other. */
	EXPECT_LT(0, seen.refused);
	EXPECT_LT(seen.refused, seen.reports);
}

TEST_HARNESS_MAIN
