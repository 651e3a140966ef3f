// SPDX-License-Identifier: GPL-2.0
/* mkobj_env.c - targets with nothing wrong, large ones, restless ones, and foreign users. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mkobj.h"

#define MANY_FILES	10000
#define STORM_ALIVE	60	/* children of each of the two storming processes */
#define STORM_FILES	2000	/* in each, locked by an outsider: slower to judge than to fork */
#define QUIET_CHILDREN	20

static void make_files(struct mkobj *m)
{
	struct rlimit rl = { m->c->num + 2000, m->c->num + 2000 };
	int i;

	if (setrlimit(RLIMIT_NOFILE, &rl))
		mkobj_fail("RLIMIT_NOFILE: %m");
	close(mkobj_file(m, "file", O_RDONLY));
	for (i = 0; i < m->c->num; i++)
		mkobj_try(open(mkobj_path(m, "file"), O_RDONLY), "open");
}

static void lock_outside(struct mkobj *m)
{
	int fd = mkobj_try(open(mkobj_path(m, "file"), O_RDONLY | O_CLOEXEC), "open");

	mkobj_try(flock(fd, LOCK_EX), "flock");
}

/* Nothing but mappings, the first of them of a file, where addresses begin. */
static void make_map_at_0(struct mkobj *m)
{
	int fd = mkobj_file(m, "file", O_RDONLY);

	if (mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED)
		mkobj_fail("mmap: %m");
	close(fd);
	for (fd = 0; fd < 3; fd++)
		close(fd);
}

/* Two children, each with two of its own, and a thread in all of them. */
static void make_tree(struct mkobj *m)
{
	int generation, i;

	(void)m;
	for (generation = 1; generation <= 2; generation++) {
		for (i = 0; i < 2; i++)
			if (!mkobj_fork())
				break;
		if (i == 2)
			break;
	}
	mkobj_thread(NULL, NULL);
	if (generation > 1)
		mkobj_pause();
}

static void make_quiet(struct mkobj *m)
{
	int i;

	(void)m;
	for (i = 0; i < QUIET_CHILDREN; i++)
		if (!mkobj_fork())
			mkobj_pause();
}

static void storm(void)
{
	static pid_t child[STORM_ALIVE];
	int i;

	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		for (i = 0; i < STORM_ALIVE; i++) {
			child[i] = fork();
			if (!child[i])
				mkobj_pause();
		}
		while (i--)
			if (child[i] > 0)
				kill(child[i], SIGKILL);
	}
}

static void run_storm(struct mkobj *m)
{
	(void)m;
	if (!fork()) {
		usleep(20000);
		storm();
	}
	storm();
}

static void make_pid_key(struct mkobj *m)
{
	mkobj_key(m, "");
}

/* m->c->num groups, with numbers of seven digits where m->c->arg says so. */
static void make_groups(struct mkobj *m)
{
	static gid_t groups[1024];
	long i;

	for (i = 0; i < m->c->num; i++)
		groups[i] = (m->c->arg ? 1000000 : 1) + i;
	if (setgroups(m->c->num, groups))
		mkobj_fail("setgroups: %m");
	mkobj_key(m, "groups=%ld", m->c->num);
}

#define GROUPS	"cred-too-many-groups"

const struct mkobj_case mkobj_env_cases[] = {
	{ .name = "plain", .rule = "-" },
	{ .name = "plain-10k-files", .rule = "-", .flags = "load", .make = make_files,
	  .num = MANY_FILES },
	{ .name = "plain-tree", .rule = "-", .make = make_tree },
	{ .name = "plain-map-at-0", .rule = "-", .flags = "root-only", .make = make_map_at_0 },
	{ .name = "set-unstable", .rule = "set-unstable",
	  .flags = "load,criu=skip:it freezes what it cannot follow", .make = make_files,
	  .finish = lock_outside, .run = run_storm, .num = STORM_FILES },
	{ .name = "set-unstable.miss", .rule = "set-unstable", .make = make_quiet },
	{ .name = "cred-no-access", .rule = "cred-no-access",
	  .flags = "reader=nobody,criu=skip:needs a criu that is not root", .make = make_pid_key },
	{ .name = "cred-no-access.miss", .rule = "cred-no-access", .uid = MKOBJ_NOBODY,
	  .flags = "reader=nobody,also=cred-not-root,criu=skip:needs a criu that is not root" },
	{ .name = "cred-not-root", .rule = "cred-not-root", .uid = MKOBJ_NOBODY,
	  .flags = "reader=nobody,criu=skip:needs a criu that is not root", .make = make_pid_key },
	{ .name = "cred-not-root.miss", .rule = "cred-not-root", .uid = MKOBJ_NOBODY },
	{ .name = GROUPS, .rule = GROUPS, .make = make_groups, .num = 977 },
	{ .name = GROUPS ".digits", .rule = GROUPS, .make = make_groups, .num = 511,
	  .arg = "long" },
	{ .name = GROUPS ".miss", .rule = GROUPS, .make = make_groups, .num = 973 },
	{ .name = GROUPS ".miss-digits", .rule = GROUPS, .make = make_groups, .num = 510,
	  .arg = "long" },
	{ }
};
