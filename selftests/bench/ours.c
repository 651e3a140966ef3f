// SPDX-License-Identifier: GPL-2.0
/* ours.c - one read of /proc/ckptcheck/<pid>. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/ckptcheck.h>

#include "measure.h"

/* Whether what was read is a whole report, and a complete one. */
static void check(const char *head, const char *last)
{
	if (strncmp(head, "ckptcheck 1 ", 12) || !strstr(head, " complete=yes"))
		errx(1, "not a complete report: %.100s", head);
	if (*last != '\n')
		errx(1, "the report was cut");
}

static unsigned long look(pid_t pid, __u32 flags)
{
	struct ckptcheck_view view = { .flags = flags };
	static char buf[1 << 16];
	unsigned long total = 0;
	char path[64], head[512];
	ssize_t len, last = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/ckptcheck/%d", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		err(1, "%s", path);
	if (flags && ioctl(fd, CKPTCHECK_IOC_VIEW, &view))
		err(1, "%s: CKPTCHECK_IOC_VIEW", path);
	while ((len = read(fd, buf, sizeof(buf))) > 0) {
		if (!total)
			snprintf(head, sizeof(head), "%.*s", (int)len, buf);
		total += len;
		last = len;
	}
	if (len < 0 || !total)
		err(1, "%s", path);
	close(fd);
	check(head, buf + last - 1);
	return total;
}

unsigned long bench_ours(pid_t pid)
{
	return look(pid, 0);
}

unsigned long bench_ours_alone(pid_t pid)
{
	return look(pid, CKPTCHECK_VIEW_PROCESS);
}
