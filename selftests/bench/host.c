// SPDX-License-Identifier: GPL-2.0
/* host.c - looks at all processes of the machine, one after the other. */
#include <dirent.h>
#include <err.h>
#include <stdlib.h>

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

unsigned long bench_ours_host(pid_t pid)
{
	return look_at_all("/proc/ckptcheck", bench_ours_alone);
}

unsigned long bench_procloop_host(pid_t pid)
{
	return look_at_all("/proc", bench_procloop);
}
