// SPDX-License-Identifier: GPL-2.0
/* mkobj_anon.c - files on anonymous inodes that CRIU cannot save. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_anon.h"

/* sizeof(struct io_uring_params), whose header not every machine has. */
#define URING_PARAMS	120

static int open_perf(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.size = PERF_ATTR_SIZE_VER0,
		.disabled = 1,
	};

	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0UL);
}

static int open_kind(const char *kind)
{
	char params[URING_PARAMS] = {};

	if (!strcmp(kind, "io_uring"))
		return syscall(SYS_io_uring_setup, 4, params);
	if (!strcmp(kind, "userfaultfd"))
		return syscall(SYS_userfaultfd, 0);
	if (!strcmp(kind, "perf"))
		return open_perf();
	if (!strcmp(kind, "fscontext"))
		return syscall(SYS_fsopen, "tmpfs", 0);
	mkobj_fail("no kind %s", kind);
}

/* io_uring_setup() marks its descriptor close-on-exec and the others do not: all the same here. */
int mkobj_anon_open(const char *kinds)
{
	char list[64], *kind, *save = NULL;
	int fd;

	snprintf(list, sizeof(list), "%s", kinds);
	for (kind = strtok_r(list, " ", &save); kind; kind = strtok_r(NULL, " ", &save)) {
		fd = open_kind(kind);
		if (fd >= 0)
			return fd;
	}
	mkobj_lacks("no %s here: %m", kinds);
}

unsigned long mkobj_anon_map(int fd, void **addr)
{
	long size = sysconf(_SC_PAGESIZE);

	*addr = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (*addr == MAP_FAILED)
		mkobj_lacks("cannot map it: %m");
	return size;
}
