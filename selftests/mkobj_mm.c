// SPDX-License-Identifier: GPL-2.0
/* mkobj_mm.c - mappings that CRIU cannot save; the descriptor is closed each time. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <glob.h>
#include <linux/aio_abi.h>
#include <stdio.h>
#include <string.h>
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

	addr = mmap(NULL, 4096, PROT_READ | PROT_WRITE, m->c->num, fd, 0);
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

/* Maps a page of the first PCI device that has memory. */
static void map_pci(struct mkobj *m)
{
	long size = sysconf(_SC_PAGESIZE);
	char *addr = MAP_FAILED, link[32], path[256];
	glob_t g = {};
	size_t i;
	ssize_t n;
	int fd;

	glob("/sys/bus/pci/devices/*/resource[0-9]", 0, NULL, &g);
	for (i = 0; i < g.gl_pathc && addr == MAP_FAILED; i++) {
		fd = open(g.gl_pathv[i], O_RDONLY);
		if (fd < 0)
			continue;
		addr = mmap(NULL, size, PROT_READ, m->c->num, fd, 0);
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, path, sizeof(path) - 1);
		path[n < 0 ? 0 : n] = '\0';
		close(fd);
	}
	globfree(&g);
	if (addr == MAP_FAILED)
		mkobj_lacks("no PCI device with memory that can be mapped");
	mkobj_key(m, "vma=%lx-%lx path=%s", (unsigned long)addr, (unsigned long)addr + size, path);
}

/*
 * The kernel's own page of clocks, which CRIU knows by its being readable. It was a mapping of page
 * frames (pf) up to 6.x.
 */
static void hide_vvar(struct mkobj *m)
{
	unsigned long start = 0, end = 0;
	FILE *f = fopen("/proc/self/smaps", "r");
	bool inside = false, frames = false;
	char line[512];

	while (f && !frames && fgets(line, sizeof(line), f)) {
		if (strstr(line, "[vvar]")) {
			inside = sscanf(line, "%lx-%lx", &start, &end) == 2;
		} else if (!strncmp(line, "VmFlags:", 8)) {
			frames = inside && strstr(line, " pf ");
			inside = false;
		}
	}
	if (f)
		fclose(f);
	if (!frames)
		mkobj_lacks("[vvar] is no mapping of page frames");
	if (mprotect((void *)start, end - start, PROT_NONE))
		mkobj_lacks("cannot protect [vvar]: %m");
	mkobj_key(m, "vma=%lx-%lx", start, end);
}

#define SYS_MSEAL	462
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif
#define PAGE		4096

/* Between mappings of other kinds: num is its protection, arg "file", "sealed" or "". */
static void map_sealed(struct mkobj *m)
{
	int fd = strcmp(m->c->arg, "file") ? -1 : mkobj_file(m, "file", O_RDONLY);
	char *at = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		mkobj_fail("mmap: %m");
	at = mmap(at + PAGE, PAGE, m->c->num,
		  MAP_PRIVATE | MAP_FIXED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);
	if (at == MAP_FAILED)
		mkobj_fail("mmap: %m");
	if (fd >= 0)
		close(fd);
	if (*m->c->arg && syscall(SYS_MSEAL, at, PAGE, 0))
		mkobj_lacks("mseal: %m");
	mkobj_key(m, "vma=%lx-%lx", (unsigned long)at, (unsigned long)at + PAGE);
}

/* arg "": the key of memory without one. */
static void map_with_key(struct mkobj *m)
{
	char *at = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int key = *m->c->arg ? pkey_alloc(0, 0) : 0;

	if (at == MAP_FAILED)
		mkobj_fail("mmap: %m");
	if (key < 0)
		mkobj_lacks("protection keys: %m");
	if (pkey_mprotect(at + PAGE, PAGE, m->c->num, key))
		mkobj_lacks("pkey_mprotect: %m");
	mkobj_key(m, "vma=%lx-%lx", (unsigned long)at + PAGE, (unsigned long)at + 2 * PAGE);
}

/* arg "": as many pages without a guard. */
static void map_with_guard(struct mkobj *m)
{
	char *at = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		mkobj_fail("mmap: %m");
	at = mmap(at, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
		  -1, 0);
	if (at == MAP_FAILED)
		mkobj_fail("mmap: %m");
	memset(at, 1, 2 * PAGE);
	if (*m->c->arg && madvise(at + PAGE, PAGE, MADV_GUARD_INSTALL))
		mkobj_lacks("MADV_GUARD_INSTALL: %m");
	if (*m->c->arg && !mkobj_kernel_since(6, 19))
		mkobj_lacks("mappings of this kernel do not tell of guards");
	mkobj_key(m, "vma=%lx-%lx", (unsigned long)at, (unsigned long)at + 2 * PAGE);
}

/* The kernel takes a key for that. */
static void map_exec_only(struct mkobj *m)
{
	(void)m;
	if (mmap(NULL, PAGE, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		mkobj_fail("mmap: %m");
}

#define PKEY	"vma-pkey"
#define GUARD	"vma-guard"
#define SEALED	"vma-sealed"
#define IO	"vma-io-pfn"
#define SHARED	"vma-io-shared"
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
	{ .name = NODE ".miss-file", .rule = NODE, .make = map_file, .num = MAP_SHARED },
	{ .name = IO, .rule = IO, .make = map_pci, .num = MAP_PRIVATE, .flags = "root-only" },
	{ .name = IO ".vvar", .rule = IO, .make = hide_vvar },
	{ .name = IO ".miss", .rule = IO, .make = map_pci, .num = MAP_SHARED,
	  .flags = "root-only,also=vma-io-shared" },
	{ .name = IO ".miss-file", .rule = IO, .make = map_file, .num = MAP_PRIVATE },
	{ .name = SHARED, .rule = SHARED, .make = map_pci, .num = MAP_SHARED,
	  .flags = "root-only" },
	{ .name = SHARED ".miss", .rule = SHARED, .make = map_file, .num = MAP_SHARED },
	{ .name = SEALED, .rule = SEALED, .make = map_sealed, .arg = "sealed", .num = PROT_READ },
	{ .name = SEALED ".file", .rule = SEALED, .make = map_sealed, .arg = "file",
	  .num = PROT_READ },
	{ .name = SEALED ".miss", .rule = SEALED, .make = map_sealed, .arg = "",
	  .num = PROT_READ },
	{ .name = SEALED "-unreadable", .rule = SEALED "-unreadable", .make = map_sealed,
	  .arg = "sealed", .num = PROT_NONE },
	{ .name = SEALED "-unreadable.miss", .rule = SEALED "-unreadable", .make = map_sealed,
	  .arg = "", .num = PROT_NONE },
	{ .name = PKEY, .rule = PKEY, .make = map_with_key, .arg = "key",
	  .num = PROT_READ | PROT_WRITE },
	{ .name = GUARD, .rule = GUARD, .make = map_with_guard, .arg = "guard",
	  .flags = MKOBJ_EACH },
	{ .name = GUARD ".miss", .rule = GUARD, .make = map_with_guard, .arg = "",
	  .flags = MKOBJ_EACH },
	{ .name = PKEY ".miss", .rule = PKEY, .make = map_with_key, .arg = "", .num = PROT_READ },
	{ .name = PKEY ".miss-exec", .rule = PKEY, .make = map_exec_only },
	{ .name = ANON, .rule = ANON, .make = map_anon_inode, .arg = "io_uring perf" },
	{ .name = ANON ".perf", .rule = ANON, .make = map_anon_inode, .arg = "perf" },
	{ .name = ANON ".miss", .rule = ANON, .make = map_aio },
	{ }
};
