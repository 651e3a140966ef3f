// SPDX-License-Identifier: GPL-2.0
/* mkobj_anon.c - files on anonymous inodes: eventfds, BPF maps, and what CRIU cannot save. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
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

static void make_eventfd(struct mkobj *m)
{
	unsigned long long count = m->c->num;
	int fd = mkobj_try(eventfd(0, m->c->arg ? EFD_SEMAPHORE : 0), "eventfd");

	if (write(fd, &count, sizeof(count)) != sizeof(count))
		mkobj_fail("eventfd: %m");
	mkobj_key(m, "fd=%d counter=%llu", fd, count);
}

static int bpf_map(unsigned int type)
{
	union bpf_attr attr = {
		.map_type = type,
		.key_size = type == BPF_MAP_TYPE_RINGBUF ? 0 : 4,
		.value_size = type == BPF_MAP_TYPE_RINGBUF ? 0 : 8,
		.max_entries = type == BPF_MAP_TYPE_RINGBUF ? sysconf(_SC_PAGESIZE) : 4,
	};

	return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

static void make_map(struct mkobj *m)
{
	int fd = bpf_map(m->c->num);

	if (fd < 0)
		mkobj_lacks("BPF_MAP_CREATE: %m");
	mkobj_key(m, "fd=%d type=%ld", fd, m->c->num);
}

/* The map is used and closed again. */
static void make_no_map(struct mkobj *m)
{
	int fd = bpf_map(m->c->num);

	if (fd < 0)
		mkobj_lacks("BPF_MAP_CREATE: %m");
	close(fd);
}

#define SEMAPHORE "eventfd-semaphore"
#define COUNTER	"eventfd-big-counter"
#define MAP	"bpf-map"
#define TYPE	"bpf-map-type"

const struct mkobj_case mkobj_anon_cases[] = {
	{ .name = SEMAPHORE, .rule = SEMAPHORE, .make = make_eventfd, .num = 5, .arg = "yes" },
	{ .name = SEMAPHORE ".empty", .rule = SEMAPHORE, .make = make_eventfd, .num = 0,
	  .arg = "yes" },
	{ .name = SEMAPHORE ".miss", .rule = SEMAPHORE, .make = make_eventfd, .num = 5 },
	{ .name = SEMAPHORE ".miss-empty", .rule = SEMAPHORE, .make = make_eventfd, .num = 0 },
	{ .name = COUNTER, .rule = COUNTER, .make = make_eventfd, .num = 1L << 32 },
	{ .name = COUNTER ".miss", .rule = COUNTER, .make = make_eventfd,
	  .num = (1L << 32) - 1 },
	{ .name = MAP, .rule = MAP, .make = make_map, .num = BPF_MAP_TYPE_HASH,
	  .flags = "root-only" },
	{ .name = MAP ".array", .rule = MAP, .make = make_map, .num = BPF_MAP_TYPE_ARRAY,
	  .flags = "root-only" },
	{ .name = MAP ".miss", .rule = MAP, .make = make_no_map, .num = BPF_MAP_TYPE_HASH,
	  .flags = "root-only" },
	{ .name = TYPE, .rule = TYPE, .make = make_map, .num = BPF_MAP_TYPE_LRU_HASH,
	  .flags = "root-only" },
	{ .name = TYPE ".ringbuf", .rule = TYPE, .make = make_map, .num = BPF_MAP_TYPE_RINGBUF,
	  .flags = "root-only" },
	{ .name = TYPE ".miss", .rule = TYPE, .make = make_no_map, .num = BPF_MAP_TYPE_RINGBUF,
	  .flags = "root-only" },
	{ }
};
