// SPDX-License-Identifier: GPL-2.0
/* mkobj_mm.c - mappings that CRIU cannot save; the descriptor is closed each time. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_anon.h"

/* The BIOS, which every PC has below the first megabyte, and no kernel hides. */
#define BIOS_OFFSET	0xf0000

static void map_node(struct mkobj *m)
{
	long size = sysconf(_SC_PAGESIZE);
	struct stat st;
	char *addr;
	int fd;

	fd = open(m->c->arg, O_RDONLY);
	if (fd < 0 || fstat(fd, &st))
		mkobj_lacks("%s: %m", m->c->arg);
	addr = mmap(NULL, size, PROT_READ, m->c->num, fd,
		    st.st_rdev == makedev(1, 1) ? BIOS_OFFSET : 0);
	if (addr == MAP_FAILED)
		mkobj_lacks("%s cannot be mapped: %m", m->c->arg);
	close(fd);
	mkobj_key(m, "vma=%lx-%lx rdev=%u:%u", (unsigned long)addr, (unsigned long)addr + size,
		  major(st.st_rdev), minor(st.st_rdev));
}

static void map_file(struct mkobj *m)
{
	int fd = mkobj_file(m, "file", O_RDWR);
	char *addr;

	addr = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (addr == MAP_FAILED)
		mkobj_fail("mmap: %m");
	close(fd);
}

static void map_anon_inode(struct mkobj *m)
{
	int fd = mkobj_anon_open(m->c->arg);
	unsigned long size;
	void *addr;

	size = mkobj_anon_map(fd, &addr);
	close(fd);
	mkobj_key(m, "vma=%lx-%lx", (unsigned long)addr, (unsigned long)addr + size);
}

static void map_aio(struct mkobj *m)
{
	static aio_context_t ctx;

	(void)m;
	mkobj_try(syscall(SYS_io_setup, 8, &ctx), "io_setup");
}

#define NODE	"vma-nonregular-file"
#define ANON	"vma-anon-inode"

const struct mkobj_case mkobj_mm_cases[] = {
	{ .name = NODE, .rule = NODE, .make = map_node, .arg = "/dev/mem", .num = MAP_SHARED,
	  .flags = "root-only,needs=/dev/mem" },
	{ .name = NODE ".private", .rule = NODE, .make = map_node, .arg = "/dev/mem",
	  .num = MAP_PRIVATE, .flags = "root-only,needs=/dev/mem" },
	{ .name = NODE ".miss", .rule = NODE, .make = map_node, .arg = "/dev/zero",
	  .num = MAP_PRIVATE },
	{ .name = NODE ".miss-shared", .rule = NODE, .make = map_node, .arg = "/dev/zero",
	  .num = MAP_SHARED },
	{ .name = NODE ".miss-file", .rule = NODE, .make = map_file },
	{ .name = ANON, .rule = ANON, .make = map_anon_inode, .arg = "io_uring perf" },
	{ .name = ANON ".perf", .rule = ANON, .make = map_anon_inode, .arg = "perf" },
	{ .name = ANON ".miss", .rule = ANON, .make = map_aio },
	{ }
};
