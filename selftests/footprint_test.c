// SPDX-License-Identifier: GPL-2.0
/* footprint_test.c - what a read takes of the machine as long as it goes on: open files. */
#define _GNU_SOURCE
#include "kselftest_harness.h"

#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"

#define FDS		3000
#define MOST		500	/* files that a read may have open */
#define SAMPLES		10	/* fewer would have seen nothing */

static char dir[32];

/* Each is asked for what it says in fdinfo. */
static int make_counters(void *arg)
{
	int i, fd = eventfd(0, 0);

	for (i = 0; i < FDS && fd >= 0; i++)
		fd = dup(fd);
	return fd < 0;
}

/* Of each procfs is asked which mount it is on. */
static int make_unmounted(void *arg)
{
	char name[16];
	int i;

	if (mount("footprint", dir, "tmpfs", 0, NULL) || chdir(dir))
		return 1;
	for (i = 0; i < FDS; i++) {
		snprintf(name, sizeof(name), "%d", i);
		if (open(name, O_CREAT | O_RDWR, 0600) < 0)
			return 1;
	}
	return chdir("/") || umount2(dir, MNT_DETACH);
}

static long files_in_use(void)
{
	char text[64];

	return slurp_file("/proc/sys/fs/file-nr", text, sizeof(text)) > 0 ? atol(text) : -1;
}

FIXTURE(files) {
	pid_t pid;
};

FIXTURE_VARIANT(files) {
	int (*make)(void *arg);
	const char *rule;
};

FIXTURE_VARIANT_ADD(files, of_fdinfo) { make_counters, NULL };
FIXTURE_VARIANT_ADD(files, of_procfs) { make_unmounted, "file-mount-unknown" };

FIXTURE_SETUP(files)
{
	struct rlimit rl = { FDS + 100, FDS + 100 };

	strcpy(dir, "/tmp/footprint.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(dir));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &rl));
	self->pid = target_start(variant->make, NULL);
	ASSERT_LT(0, self->pid);
}

FIXTURE_TEARDOWN(files)
{
	target_stop(self->pid);
	EXPECT_EQ(0, rmdir(dir));
}

/* Return: whether the report is what it is to be. */
static bool is_read(pid_t pid, const char *rule)
{
	struct report r;

	report_read(pid, 0, &r);
	return !r.error && record_num(&r.head, "files") >= FDS &&
	       (!rule || report_count(&r, rule) >= FDS);
}

TEST_F_TIMEOUT(files, are_given_back, 120)
{
	long before = files_in_use(), most = 0, nr = 0, now;
	int status;
	pid_t reader;

	ASSERT_LE(0, before);
	reader = fork();
	if (!reader)
		_exit(!is_read(self->pid, variant->rule));
	while (!waitpid(reader, &status, WNOHANG)) {
		now = files_in_use();
		most = now - before > most ? now - before : most;
		nr++;
		usleep(1000);
	}
	printf("# %d descriptors: %ld files more while they are read, looked at %ld times\n",
	       FDS, most, nr);
	EXPECT_EQ(0, status);
	EXPECT_LT(SAMPLES, nr);
	EXPECT_GT(MOST, most);
}

TEST_HARNESS_MAIN
