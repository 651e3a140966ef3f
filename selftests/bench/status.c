// SPDX-License-Identifier: GPL-2.0
/* status.c - what procfs takes to say a few lines: open, read and close of /proc/<pid>/status. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "measure.h"

unsigned long bench_status(pid_t pid)
{
	char path[64], buf[8192];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		err(1, "%s", path);
	len = read(fd, buf, sizeof(buf));
	if (len <= 0)
		err(1, "%s", path);
	close(fd);
	return 1;
}
