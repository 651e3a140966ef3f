// SPDX-License-Identifier: GPL-2.0
/*
 * procloop.c - what a good program in user space does: readlink on each /proc/<pid>/fd/<n>, and
 * open, read and close of each /proc/<pid>/fdinfo/<n>. Names only, no stat, nothing is parsed.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "measure.h"

static int open_dir(pid_t pid, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void look_at(int links, int infos, const char *name)
{
	char buf[4096];
	int fd;

	/* The process may close it meanwhile. */
	if (readlinkat(links, name, buf, sizeof(buf)) < 0 && errno != ENOENT)
		err(1, "readlink of fd/%s", name);
	fd = openat(infos, name, O_RDONLY);
	if (fd < 0 && errno == ENOENT)
		return;
	if (fd < 0 || read(fd, buf, sizeof(buf)) <= 0)
		err(1, "fdinfo/%s", name);
	close(fd);
}

unsigned long bench_procloop(pid_t pid)
{
	int infos = open_dir(pid, "fdinfo");
	DIR *dir = fdopendir(open_dir(pid, "fd"));
	unsigned long count = 0;
	struct dirent *d;

	if (!dir)
		err(1, "opendir");
	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		look_at(dirfd(dir), infos, d->d_name);
		count++;
	}
	closedir(dir);
	close(infos);
	return count;
}
