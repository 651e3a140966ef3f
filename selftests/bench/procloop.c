// SPDX-License-Identifier: GPL-2.0
/*
 * procloop.c - what a good program in user space does: readlink on each /proc/<pid>/fd/<n>, open,
 * read and close of each /proc/<pid>/fdinfo/<n>, and a read of maps and of the list of threads.
 * Names only, no stat, nothing is parsed.
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

static void read_maps(pid_t pid)
{
	static char buf[1 << 16];
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		err(1, "%s", path);
	do
		n = read(fd, buf, sizeof(buf));
	while (n > 0);
	if (n < 0)
		err(1, "%s", path);
	close(fd);
}

static DIR *list_dir(pid_t pid, const char *name)
{
	DIR *dir = fdopendir(open_dir(pid, name));

	if (!dir)
		err(1, "opendir");
	return dir;
}

static void list_threads(pid_t pid)
{
	DIR *dir = list_dir(pid, "task");

	while (readdir(dir))
		;
	closedir(dir);
}

unsigned long bench_procloop(pid_t pid)
{
	int infos = open_dir(pid, "fdinfo");
	DIR *dir = list_dir(pid, "fd");
	unsigned long count = 0;
	struct dirent *d;

	while ((d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		look_at(dirfd(dir), infos, d->d_name);
		count++;
	}
	closedir(dir);
	close(infos);
	read_maps(pid);
	list_threads(pid);
	return count;
}
