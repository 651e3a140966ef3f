// SPDX-License-Identifier: GPL-2.0
/* asker.c - a reader in a process of its own, who asks procfs and ckptcheck the same questions. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asker.h"
#include "report.h"
#include "target.h"

/* Between ASK_OPEN and ASK_READ. */
static int report_fd = -1, stat_fd = -1;

static int open_below(int root, pid_t nr, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%d%s", nr, name);
	return openat(root, path, O_RDONLY | O_CLOEXEC);
}

/* Linux 5.10 opens the link itself where it refuses to follow it. */
static int try_ns(int root, pid_t nr)
{
	int fd = open_below(root, nr, "/ns/mnt");
	struct statfs fs;
	int error;

	if (fd < 0)
		return errno;
	if (fstatfs(fd, &fs))
		error = errno;
	else
		error = fs.f_type == NSFS_MAGIC ? 0 : EACCES;
	close(fd);
	return error;
}

/* A link of <pid>/fd is what the kernel asks about, not the folder. */
static int try_fds(int root, pid_t nr)
{
	int fd = open_below(root, nr, "/fd"), error = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	char target[256];
	struct dirent *d;

	if (!dir)
		return errno;
	while (!error && (d = readdir(dir)))
		if (d->d_name[0] != '.' &&
		    readlinkat(dirfd(dir), d->d_name, target, sizeof(target)) < 0)
			error = errno;
	closedir(dir);
	return error;
}

static bool is_listed(int root, pid_t nr)
{
	int fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	bool found = false;
	struct dirent *d;

	while (dir && (d = readdir(dir)))
		found |= atoi(d->d_name) == nr;
	if (dir)
		closedir(dir);
	return found;
}

static int try_attach(pid_t nr)
{
	int status;

	if (ptrace(PTRACE_SEIZE, nr, 0, 0))
		return errno;
	if (ptrace(PTRACE_INTERRUPT, nr, 0, 0) || waitpid(nr, &status, __WALL) != nr ||
	    ptrace(PTRACE_DETACH, nr, 0, 0))
		return errno;
	return 0;
}

/* One record, which has the process's number, and nothing else of it. */
static bool is_refusal(const struct report *r, pid_t nr)
{
	char line[64];

	snprintf(line, sizeof(line), "\nblocker cred-no-access pid=%d\nend findings=1\n", nr);
	return strstr(r->text, line) && !record_get(&r->head, CKPTCHECK_KEY_COMM) &&
	       !strcmp(record_get(&r->head, CKPTCHECK_KEY_VERDICT), "blocked") &&
	       !strcmp(record_get(&r->head, CKPTCHECK_KEY_COMPLETE), "no") &&
	       !record_num(&r->head, CKPTCHECK_KEY_THREADS) &&
	       !record_num(&r->head, CKPTCHECK_KEY_FILES) &&
	       !record_num(&r->head, CKPTCHECK_KEY_VMAS);
}

static void judge_report(struct report *r, pid_t nr, struct answer *a)
{
	const struct record *refused = report_find(r, "cred-no-access");

	if (r->wrong)
		return;
	if (is_refusal(r, nr))
		a->told = TOLD_REFUSED;
	else if (record_get(&r->head, CKPTCHECK_KEY_COMM) &&
		 (!refused || record_get(refused, "uid")))
		a->told = TOLD_ALL;
	a->may_attach = !refused;
}

static void ask_open(const struct question *q, struct answer *a)
{
	a->ns_then = try_ns(q->proc, q->nr);
	stat_fd = open_below(q->proc, q->nr, "/stat");
	a->stat_then = stat_fd < 0 ? errno : 0;
	report_fd = open_below(q->here, q->nr, "");
	a->open = report_fd < 0 ? errno : 0;
}

static void ask_read(const struct question *q, struct answer *a)
{
	struct report r = {};
	char byte;

	if (report_fd >= 0)
		report_read_fd(report_fd, &r);
	a->read = r.error;
	if (report_fd >= 0 && !r.error)
		judge_report(&r, q->nr, a);
	report_free(&r);
	a->stat = stat_fd >= 0 && read(stat_fd, &byte, 1) < 0 ? errno : 0;
	a->ns = try_ns(q->proc, q->nr);
	a->fd = try_fds(q->proc, q->nr);
	a->listed = is_listed(q->proc, q->nr);
	a->listed_here = is_listed(q->here, q->nr);
	a->attach = q->attach_nr ? try_attach(q->attach_nr) : -1;
	close(report_fd);
	close(stat_fd);
	report_fd = -1;
	stat_fd = -1;
}

static int be_shy(void *arg)
{
	(void)arg;
	return prctl(PR_SET_DUMPABLE, 0);
}

int asker_run(int sk)
{
	struct question q;
	struct answer a;

	while (read(sk, &q, sizeof(q)) == sizeof(q)) {
		if (q.what != ASK_READ)
			a = (struct answer){};
		if (q.what == ASK_OPEN)
			ask_open(&q, &a);
		else if (q.what == ASK_READ)
			ask_read(&q, &a);
		else
			a.failed = target_start(q.what == ASK_SHY_CHILD ? be_shy : NULL, NULL) < 0;
		if (write(sk, &a, sizeof(a)) != sizeof(a))
			return 1;
	}
	return 0;
}

bool asker_ask(int sk, const struct question *q, struct answer *a)
{
	return write(sk, q, sizeof(*q)) == sizeof(*q) && read(sk, a, sizeof(*a)) == sizeof(*a) &&
	       !a->failed;
}
