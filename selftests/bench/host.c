// SPDX-License-Identifier: GPL-2.0
/* host.c - looks at all processes of the machine, one after the other. */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measure.h"

static unsigned long look_at_all(const char *dir_name, unsigned long (*look)(pid_t pid))
{
	DIR *dir = opendir(dir_name);
	unsigned long count = 0;
	struct dirent *d;
	int pid;

	if (!dir)
		err(1, "%s", dir_name);
	while ((d = readdir(dir))) {
		pid = atoi(d->d_name);
		if (pid)
			count += !!look(pid);
	}
	closedir(dir);
	return count;
}

/* A read gives no more than one report.  Processes of the machine itself come and go. */
unsigned long bench_sweep(pid_t pid)
{
	int fd = open("/proc/ckptcheck/all", O_RDONLY);
	static char buf[1 << 16];
	unsigned long count = 0;
	ssize_t n;

	if (fd < 0)
		err(1, "/proc/ckptcheck/all");
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		count += buf[n - 1] == '\n' && !strncmp(buf, "ckptcheck ", 10);
	if (n < 0)
		err(1, "/proc/ckptcheck/all");
	close(fd);
	return count > 1;
}

unsigned long bench_ours_host(pid_t pid)
{
	return look_at_all("/proc/ckptcheck", bench_ours_alone);
}

unsigned long bench_procloop_host(pid_t pid)
{
	return look_at_all("/proc", bench_procloop);
}
