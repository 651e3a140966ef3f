// SPDX-License-Identifier: GPL-2.0
/* access_cgroup_test.c - in a cgroup namespace a report names cgroups as procfs does. */
#include "kselftest_harness.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"

FIXTURE(cgroup) {
	pid_t pid;
	struct report r;
	char procfs[256];
};

static char dir[32];

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static const char * const cgroups[] = { "up", "up/low", "beside" };

static int join_low(void *arg)
{
	return write_file(in_dir("up/low/cgroup.procs"), "0");
}

static bool is_frozen(void)
{
	char text[256] = "";
	int i;

	for (i = 0; i < 200; i++) {
		slurp_file(in_dir("up/low/cgroup.events"), text, sizeof(text));
		if (strstr(text, "frozen 1"))
			return true;
		usleep(5000);
	}
	return false;
}

FIXTURE_SETUP(cgroup)
{
	size_t i;

	strcpy(dir, "/tmp/access_cgroup.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(dir));
	if (mount("cgroup2", dir, "cgroup2", 0, NULL))
		SKIP(return, "no cgroup2 here");
	for (i = 0; i < ARRAY_SIZE(cgroups); i++)
		ASSERT_EQ(0, mkdir(in_dir(cgroups[i]), 0755));
	self->pid = target_start(join_low, NULL);
	ASSERT_LT(0, self->pid);
	ASSERT_EQ(0, write_file(in_dir("up/low/cgroup.freeze"), "1"));
	ASSERT_TRUE(is_frozen());
}

FIXTURE_TEARDOWN(cgroup)
{
	int i;

	write_file(in_dir("up/low/cgroup.freeze"), "0");
	target_stop(self->pid);
	for (i = ARRAY_SIZE(cgroups) - 1; i >= 0; i--)
		rmdir(in_dir(cgroups[i]));
	rmdir(in_dir("up"));
	umount2(dir, MNT_DETACH);
	rmdir(dir);
}

/* What procfs says of the target's cgroup behind "0::". */
static void ask_procfs(pid_t pid, char *out, size_t size)
{
	char path[64], text[4096], *at;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", pid);
	*out = '\0';
	if (slurp_file(path, text, sizeof(text)) < 0)
		return;
	at = strstr(text, "0::");
	if (at)
		snprintf(out, size, "%.*s", (int)strcspn(at + 3, "\n"), at + 3);
}

/* As a reader whose cgroup namespace has its root there. */
static void read_in(const char *cgroup, pid_t pid, struct report *r, char *procfs, size_t size)
{
	int p[2], status = -1;
	pid_t child;

	*r = (struct report){ .error = EPIPE };
	if (pipe(p))
		return;
	child = fork();
	if (!child) {
		char procs[64];

		snprintf(procs, sizeof(procs), "%s/cgroup.procs", cgroup);
		if (write_file(in_dir(procs), "0") || unshare(CLONE_NEWCGROUP))
			_exit(1);
		ask_procfs(pid, procfs, size);
		report_read(pid, 0, r);
		_exit(r->error || write(p[1], procfs, size) != (ssize_t)size ||
		      write(p[1], r->text, r->len) != (ssize_t)r->len);
	}
	close(p[1]);
	if (read(p[0], procfs, size) == (ssize_t)size)
		report_slurp(p[0], &r->text, &r->len);
	close(p[0]);
	waitpid(child, &status, 0);
	r->error = status;
	if (!status)
		report_parse(r);
}

static void check_cgroup(struct __test_metadata *_metadata, const struct report *r,
			 const char *wanted, const char *needs)
{
	const struct record *rec = report_find(r, "task-cgroup-frozen");

	ASSERT_NE(NULL, rec);
	EXPECT_STREQ(wanted ? wanted : "", record_get(rec, "cgroup") ?: "");
	EXPECT_STREQ(needs ? needs : "", record_get(rec, CKPTCHECK_KEY_NEEDS) ?: "");
}

TEST_F(cgroup, of_the_host)
{
	ask_procfs(self->pid, self->procfs, sizeof(self->procfs));
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_NE(NULL, strstr(self->procfs, "/up/low"));
	check_cgroup(_metadata, &self->r, self->procfs, "--freeze-cgroup /sys/fs/cgroup/up/low");
	end_report(_metadata, &self->r);
}

TEST_F(cgroup, above)
{
	read_in("up", self->pid, &self->r, self->procfs, sizeof(self->procfs));
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_STREQ("/low", self->procfs);
	check_cgroup(_metadata, &self->r, self->procfs, "--freeze-cgroup /sys/fs/cgroup/low");
	EXPECT_EQ(NULL, strstr(self->r.text, "/up"));
	end_report(_metadata, &self->r);
}

/* There procfs has "/../up/low", which is no name for criu. */
TEST_F(cgroup, beside)
{
	read_in("beside", self->pid, &self->r, self->procfs, sizeof(self->procfs));
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(0, strncmp(self->procfs, "/../", 4));
	check_cgroup(_metadata, &self->r, NULL, NULL);
	end_report(_metadata, &self->r);
}

TEST_HARNESS_MAIN
