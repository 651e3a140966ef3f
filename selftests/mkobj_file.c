// SPDX-License-Identifier: GPL-2.0
/* mkobj_file.c - device nodes, anonymous inodes, files of kinds without a rule. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_anon.h"

/* Opens the first of the nodes in m->c->arg (separated by blanks) that is there. */
static void open_node(struct mkobj *m)
{
	char nodes[128], *node, *save = NULL;
	struct stat st;
	int fd = -1;

	snprintf(nodes, sizeof(nodes), "%s", m->c->arg);
	for (node = strtok_r(nodes, " ", &save); node && fd < 0;) {
		fd = open(node, m->c->num | O_NOCTTY | O_NONBLOCK);
		if (fd < 0)
			node = strtok_r(NULL, " ", &save);
	}
	if (fd < 0)
		mkobj_lacks("none of these can be opened: %s", m->c->arg);
	if (fstat(fd, &st))
		mkobj_fail("%s: %m", node);
	mkobj_key(m, "fd=%d rdev=%u:%u path=%s", fd, major(st.st_rdev), minor(st.st_rdev), node);
}

static void make_plain_file(struct mkobj *m)
{
	mkobj_file(m, "file", O_RDONLY);
}

static void make_fifo(struct mkobj *m)
{
	const char *path = mkobj_path(m, "fifo");
	int fd;

	mkobj_try(mkfifo(path, 0644), path);
	fd = mkobj_try(open(path, O_RDWR), path);
	mkobj_try(fcntl(fd, F_SETFL, m->c->num), "F_SETFL");
	mkobj_key_fd(m, fd, "path=%s", path);
}

static void make_timerfd(struct mkobj *m)
{
	int fd = mkobj_try(timerfd_create(m->c->num, 0), "timerfd_create");

	mkobj_key(m, "fd=%d clock=%ld", fd, m->c->num);
}

static void make_eventfd(struct mkobj *m)
{
	(void)m;
	mkobj_try(eventfd(m->c->num, 0), "eventfd");
}

static void make_signalfd(struct mkobj *m)
{
	sigset_t set;

	(void)m;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	mkobj_try(signalfd(-1, &set, 0), "signalfd");
}

static void make_anon(struct mkobj *m)
{
	int fd = mkobj_anon_open(m->c->arg);

	mkobj_key(m, "fd=%d", fd);
}

static void make_opath(struct mkobj *m)
{
	int fd = mkobj_file(m, "file", O_PATH);

	mkobj_key(m, "fd=%d", fd);
}

#define MEM	"chrdev-mem-state"
#define CHRDEV	"chrdev-unsupported"
#define ALARM	"timerfd-alarm-clock"
#define ANON	"file-anon-unsupported"
#define UNKNOWN	"file-kind-unknown"

/* The driver is loaded by this. */
static void make_autofs(struct mkobj *m)
{
	const char *path = mkobj_path(m, "autofs");
	int fd;

	mkobj_try(mknod(path, S_IFCHR | 0600, makedev(10, 235)), path);
	fd = open(path, O_RDWR);
	if (fd < 0)
		mkobj_lacks("autofs: %m");
	mkobj_key(m, "fd=%d rdev=10:235", fd);
}

/* ---- buffers of devices ---- */

#define DMABUF	"file-dmabuf"

/* Of the machine's ordinary memory; with m->c->num it is closed again. */
static void make_dmabuf(struct mkobj *m)
{
	struct dma_heap_allocation_data data = { .len = 4096, .fd_flags = O_RDWR };
	int heap = open("/dev/dma_heap/system", O_RDWR);

	if (heap < 0)
		mkobj_lacks("/dev/dma_heap/system: %m");
	if (ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data))
		mkobj_lacks("DMA_HEAP_IOCTL_ALLOC: %m");
	close(heap);
	if (m->c->num)
		close(data.fd);
	else
		mkobj_key_fd(m, data.fd, "size=4096");
}

const struct mkobj_case mkobj_file_cases[] = {
	{ .name = "chrdev-autofs", .rule = "chrdev-autofs", .make = make_autofs,
	  .flags = "root-only" },
	{ .name = "chrdev-autofs.miss", .rule = "chrdev-autofs", .make = open_node,
	  .arg = "/dev/null" },
	{ .name = DMABUF, .rule = DMABUF, .make = make_dmabuf, .flags = "root-only" },
	{ .name = DMABUF ".miss", .rule = DMABUF, .make = make_dmabuf, .num = 1,
	  .flags = "root-only" },
	{ .name = CHRDEV, .rule = CHRDEV, .make = open_node, .flags = "root-only",
	  .arg = "/dev/rtc0 /dev/fuse /dev/loop-control /dev/cpu_dma_latency /dev/hpet" },
	{ .name = CHRDEV ".fuse", .rule = CHRDEV, .make = open_node, .arg = "/dev/fuse",
	  .flags = "needs=/dev/fuse" },
	{ .name = CHRDEV ".loop-control", .rule = CHRDEV, .make = open_node,
	  .arg = "/dev/loop-control", .flags = "root-only,needs=/dev/loop-control" },
	{ .name = CHRDEV ".miss", .rule = CHRDEV, .make = open_node, .arg = "/dev/null" },
	{ .name = CHRDEV ".miss-zero", .rule = CHRDEV, .make = open_node, .arg = "/dev/zero" },
	{ .name = CHRDEV ".miss-full", .rule = CHRDEV, .make = open_node, .arg = "/dev/full" },
	{ .name = CHRDEV ".miss-urandom", .rule = CHRDEV, .make = open_node,
	  .arg = "/dev/urandom" },
	{ .name = MEM, .rule = MEM, .make = open_node, .arg = "/dev/kmsg", .flags = "root-only" },
	{ .name = MEM ".mem", .rule = MEM, .make = open_node, .arg = "/dev/mem",
	  .flags = "root-only" },
	{ .name = MEM ".port", .rule = MEM, .make = open_node, .arg = "/dev/port",
	  .flags = "root-only" },
	{ .name = MEM ".miss", .rule = MEM, .make = open_node, .arg = "/dev/kmsg",
	  .num = O_WRONLY, .flags = "root-only" },
	{ .name = "blkdev-unsupported", .rule = "blkdev-unsupported", .make = open_node,
	  .arg = "/dev/loop0 /dev/vda /dev/sda /dev/nvme0n1 /dev/ram0", .flags = "root-only" },
	{ .name = "blkdev-unsupported.miss", .rule = "blkdev-unsupported",
	  .make = make_plain_file },
	{ .name = "timerfd", .rule = "timerfd", .make = make_timerfd, .num = CLOCK_MONOTONIC },
	{ .name = "timerfd.miss", .rule = "timerfd", .make = make_eventfd },
	{ .name = ALARM, .rule = ALARM, .make = make_timerfd, .num = CLOCK_BOOTTIME_ALARM,
	  .flags = "root-only" },
	{ .name = ALARM ".realtime", .rule = ALARM, .make = make_timerfd,
	  .num = CLOCK_REALTIME_ALARM, .flags = "root-only" },
	{ .name = ALARM ".miss", .rule = ALARM, .make = make_timerfd, .num = CLOCK_BOOTTIME,
	  .flags = "also=timerfd" },
	{ .name = ANON, .rule = ANON, .make = make_anon,
	  .arg = "io_uring userfaultfd perf fscontext" },
	{ .name = ANON ".io-uring", .rule = ANON, .make = make_anon, .arg = "io_uring" },
	{ .name = ANON ".userfaultfd", .rule = ANON, .make = make_anon, .arg = "userfaultfd" },
	{ .name = ANON ".perf", .rule = ANON, .make = make_anon, .arg = "perf" },
	{ .name = ANON ".fscontext", .rule = ANON, .make = make_anon, .arg = "fscontext",
	  .flags = "root-only" },
	{ .name = ANON ".miss", .rule = ANON, .make = make_eventfd, .num = 3 },
	{ .name = ANON ".miss-signalfd", .rule = ANON, .make = make_signalfd },
	{ .name = UNKNOWN ".miss", .rule = UNKNOWN, .make = make_plain_file },
	{ .name = UNKNOWN ".miss-opath", .rule = UNKNOWN, .make = make_opath },
	{ .name = "fifo-odirect", .rule = "fifo-odirect", .make = make_fifo, .num = O_DIRECT },
	{ .name = "fifo-odirect.miss", .rule = "fifo-odirect", .make = make_fifo,
	  .num = O_NONBLOCK },
	{ }
};
