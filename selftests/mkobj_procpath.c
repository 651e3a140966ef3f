// SPDX-License-Identifier: GPL-2.0
/* mkobj_procpath.c - open files and folders of procfs. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mkobj.h"

static void open_proc(struct mkobj *m)
{
	int fd = mkobj_try(open(m->c->arg, O_RDONLY), m->c->arg);

	mkobj_key_fd(m, fd, "path=%s", m->c->arg);
}

static void enter_proc(struct mkobj *m)
{
	mkobj_try(chdir(m->c->arg), m->c->arg);
	mkobj_key(m, "via=cwd");
}

static void open_proc_dead(struct mkobj *m)
{
	pid_t pid = mkobj_child();
	char path[32];

	(void)m;
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	mkobj_try(open(path, O_RDONLY), path);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

#define PROC	"file-proc-outside"
#define FOLDER	"file-proc-folder"

const struct mkobj_case mkobj_procpath_cases[] = {
	{ .name = FOLDER, .rule = FOLDER, .make = open_proc, .arg = "/proc/1" },
	{ .name = FOLDER ".cwd", .rule = FOLDER, .make = enter_proc, .arg = "/proc/self" },
	{ .name = FOLDER ".miss-cwd", .rule = FOLDER, .make = enter_proc,
	  .arg = "/proc/self/task" },
	{ .name = FOLDER ".miss", .rule = FOLDER, .make = open_proc, .arg = "/proc/self" },
	{ .name = FOLDER ".miss-below", .rule = FOLDER, .make = open_proc, .arg = "/proc/1/net",
	  .flags = "also=" PROC },
	{ .name = PROC, .rule = PROC, .make = open_proc, .arg = "/proc/1/status" },
	{ .name = PROC ".miss", .rule = PROC, .make = open_proc, .arg = "/proc/self/status" },
	{ .name = PROC ".miss-host", .rule = PROC, .make = open_proc, .arg = "/proc/meminfo" },
	{ .name = PROC ".miss-dead", .rule = PROC, .make = open_proc_dead },
	{ }
};
