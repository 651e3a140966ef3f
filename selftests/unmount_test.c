// SPDX-License-Identifier: GPL-2.0
/*
 * unmount_test.c - a file system that is watched goes while the watches are read: nobody but its
 * mounts keeps it, so whoever holds one of its inodes then breaks it.
 */
#define _GNU_SOURCE
#include "kselftest_harness.h"

#include <pthread.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"

#define WATCHES	200
#define SECONDS	8
#define ROUNDS	10	/* that there have to be, however slow the machine is */
#define DEPTH	30

static char dir[32];
/* A file, with a "." for each time that it was unmounted and a "!" for a failure. */
static char rounds[40];

FIXTURE(watched) {
	pid_t pid;
	int log;
};

/* Watched files deep down: there is much to be found out about each. */
static int watch_files(int fd)
{
	char name[128];
	int i, at = strlen(dir);

	strcpy(name, dir);
	for (i = 0; i < DEPTH; i++) {
		at += sprintf(name + at, "/d");
		if (mkdir(name, 0700))
			return 1;
	}
	for (i = 0; i < WATCHES; i++) {
		sprintf(name + at, "/%d", i);
		if (mknod(name, S_IFREG | 0600, 0) || inotify_add_watch(fd, name, IN_OPEN) < 0)
			return 1;
	}
	return 0;
}

static void *mount_and_unmount(void *arg)
{
	int fd = inotify_init1(IN_CLOEXEC), out = open(rounds, O_CREAT | O_WRONLY, 0600);
	bool failed = false;

	while (!failed) {
		failed = mount("watched", dir, "tmpfs", 0, NULL) || watch_files(fd) || umount(dir);
		failed = write(out, failed ? "!" : ".", 1) != 1 || failed;
	}
	return NULL;
}

static int make_watched(void *arg)
{
	pthread_t thread;

	return pthread_create(&thread, NULL, mount_and_unmount, NULL);
}

FIXTURE_SETUP(watched)
{
	strcpy(dir, "/tmp/unmount.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(dir));
	self->log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	ASSERT_LE(0, self->log);
	lseek(self->log, 0, SEEK_END);
	snprintf(rounds, sizeof(rounds), "%s.rounds", dir);
	self->pid = target_start(make_watched, NULL);
	ASSERT_LT(0, self->pid);
}

FIXTURE_TEARDOWN(watched)
{
	target_stop(self->pid);
	umount2(dir, MNT_DETACH);
	EXPECT_EQ(0, rmdir(dir));
	EXPECT_EQ(0, unlink(rounds));
	close(self->log);
}

TEST_F_TIMEOUT(watched, goes_while_it_is_read, 120)
{
	time_t end = time(NULL) + SECONDS;
	char line[1024], counts[4096] = "";
	unsigned long reads = 0;
	struct report r;
	ssize_t n = 0;

	while (time(NULL) < end || (n < ROUNDS && !strchr(counts, '!'))) {
		report_read(self->pid, 0, &r);
		ASSERT_TRUE(check_sound(_metadata, &r));
		report_free(&r);
		reads++;
		n = slurp_file(rounds, counts, sizeof(counts));
	}
	printf("# unmounted %zd times, read %lu times\n", n, reads);
	EXPECT_EQ(NULL, strchr(counts, '!'));
	while ((n = read(self->log, line, sizeof(line) - 1)) > 0) {
		line[n] = '\0';
		EXPECT_EQ(NULL, strstr(line, "Busy inodes")) {
			TH_LOG("%s", line);
		}
		EXPECT_EQ(NULL, strstr(line, "still in use")) {
			TH_LOG("%s", line);
		}
	}
}

TEST_HARNESS_MAIN
