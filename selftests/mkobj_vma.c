// SPDX-License-Identifier: GPL-2.0
/* mkobj_vma.c - memory of a special kind: huge, lockable, droppable, watched, probed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/mempolicy.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mkobj.h"

#define PAGE		4096
#define HUGE_SIZE	(2 << 20)
#define HUGE_PAGES	"/proc/sys/vm/nr_hugepages"
#define GIB		(1L << 30)
#define RESERVE		"vma-huge-reserve"

#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE	0x08
#endif

/* ---- huge pages ---- */

static long huge_before;

/* Such a file takes no number but at its beginning. */
static int huge_write(int fd, long wanted)
{
	char text[32];

	return pwrite(fd, text, snprintf(text, sizeof(text), "%ld\n", wanted), 0) < 0 ? -1 : 0;
}

/* @more: than there are; otherwise that is all there will be. */
static void huge_pages(long wanted, bool more)
{
	char text[32] = "";
	int fd = open(HUGE_PAGES, O_RDWR | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		mkobj_lacks(HUGE_PAGES ": %m");
	huge_before = atol(text);
	if (more)
		wanted += huge_before;
	if (huge_write(fd, wanted))
		mkobj_lacks("no huge pages: %m");
	if (pread(fd, text, sizeof(text) - 1, 0) <= 0 || atol(text) < wanted) {
		huge_write(fd, huge_before);
		mkobj_lacks("memory is too split up for huge pages");
	}
	close(fd);
}

void mkobj_huge_more(struct mkobj *m)
{
	(void)m;
	huge_pages(2, true);
}

void mkobj_huge_none(struct mkobj *m)
{
	(void)m;
	huge_pages(0, false);
}

void mkobj_huge_restore(struct mkobj *m)
{
	(void)m;
	huge_pages(huge_before, false);
}

static char *map(struct mkobj *m, size_t size, int prot, int flags, int fd)
{
	char *at = mmap(NULL, size, prot, flags, fd, 0);

	if (at == MAP_FAILED)
		mkobj_lacks("mmap: %m");
	mkobj_key(m, "vma=%lx-%lx", (unsigned long)at, (unsigned long)at + size);
	return at;
}

static void map_huge(struct mkobj *m)
{
	char *at = map(m, HUGE_SIZE, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | m->c->num, -1);

	if (!(m->c->num & MAP_NORESERVE))
		*at = 1;
}

static void map_huge_memfd(struct mkobj *m)
{
	int fd = memfd_create("mkobj", MFD_HUGETLB);

	if (fd < 0 || ftruncate(fd, HUGE_SIZE))
		mkobj_lacks("memfd_create: %m");
	map(m, HUGE_SIZE, PROT_READ | PROT_WRITE, m->c->num, fd);
	close(fd);
}

static void map_transparent(struct mkobj *m)
{
	char *at = map(m, 2 * HUGE_SIZE, PROT_READ | PROT_WRITE, m->c->num, -1);

	madvise(at, 2 * HUGE_SIZE, MADV_HUGEPAGE);
	memset(at, 1, 2 * HUGE_SIZE);
}

/* ---- reservations ---- */

/* The kernels that have the one rule have not got the other. */
static void need_scan(bool wanted)
{
	char none[96] = "";
	int fd = mkobj_try(open("/proc/self/pagemap", O_RDONLY), "/proc/self/pagemap");
	bool has = ioctl(fd, _IOWR('f', 16, none), none) >= 0 || errno != ENOTTY;

	close(fd);
	if (has != wanted)
		mkobj_lacks("PAGEMAP_SCAN is %s", has ? "there" : "not there");
}

static void reserve(struct mkobj *m)
{
	if (!mkobj_is_miss(m->c))
		need_scan(!strcmp(m->c->rule, RESERVE));
	map(m, m->c->num, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
}

static long meminfo(const char *format)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];
	long kib = 0;

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, format, &kib);
	if (f)
		fclose(f);
	return kib;
}

/* As much as can be had without being too much, if the machine is small enough. */
static void reserve_much(struct mkobj *m)
{
	if (meminfo("MemAvailable: %ld") > 2000 << 10)
		mkobj_lacks("the machine has too much memory");
	reserve(m);
}

/* More than all memory, which counts if it is made writable; arg: a child has it as well. */
static void reserve_uncounted(struct mkobj *m)
{
	size_t size = (meminfo("MemTotal: %ld") + meminfo("SwapTotal: %ld") + 1024) << 10;
	unsigned long at = (unsigned long)map(m, size, PROT_NONE,
					      MAP_PRIVATE | MAP_ANONYMOUS | m->c->num, -1);

	if (!m->c->arg || mkobj_fork())
		return;
	mkobj_key(m, "vma=%lx-%lx", at, at + size);
	mkobj_pause();
}

/* ---- locked, droppable ---- */

static void map_droppable(struct mkobj *m)
{
	*map(m, PAGE, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | m->c->num, -1) = 1;
}

static void lock_on_fault(struct mkobj *m)
{
	char *at = map(m, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (syscall(SYS_mlock2, at, PAGE, m->c->num))
		mkobj_lacks("mlock2: %m");
}

static void lock_all(struct mkobj *m)
{
	mkobj_try(mlockall(m->c->num), "mlockall");
	mkobj_key(m, "what=lock-future");
}

static void advise(struct mkobj *m)
{
	char *at = map(m, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	mkobj_try(madvise(at, PAGE, m->c->num), "madvise");
}

/* A policy of memory: that of num, and what comes after it for a near miss. */
static void bind_memory(struct mkobj *m)
{
	char *at = map(m, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	unsigned long nodes = 1;

	if (syscall(SYS_mbind, at, PAGE, m->c->num, &nodes, 8 * sizeof(nodes), 0) ||
	    (mkobj_is_miss(m->c) && syscall(SYS_mbind, at, PAGE, MPOL_DEFAULT, NULL, 0, 0)))
		mkobj_lacks("mbind: %m");
}

/* ---- watched ---- */

/* arg: what becomes of the registration and of the descriptor. */
static void watch(struct mkobj *m)
{
	char *at = map(m, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = {
		.range = { .start = (unsigned long)at, .len = PAGE },
		.mode = m->c->num,
	};
	int uffd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api) || ioctl(uffd, UFFDIO_REGISTER, &reg))
		mkobj_lacks("userfaultfd: %m");
	if (mkobj_is_miss(m->c) && ioctl(uffd, UFFDIO_UNREGISTER, &reg.range))
		mkobj_fail("UFFDIO_UNREGISTER: %m");
	if (!m->c->arg)
		mkobj_give(m, uffd);
}

/* ---- probed ---- */

#define EVENT	"mkobj_probe"

/* What the probe is at: its first instruction must be one that is run elsewhere. */
__attribute__((noinline, noclone)) long mkobj_probed(long a, long b)
{
	__asm__ volatile("" : "+r"(a));
	return a * 7 + b;
}

/* Finds the mapping that has @at, or that has @name.  Return: its offset in the file. */
static unsigned long find(unsigned long at, const char *name, unsigned long *start,
			  unsigned long *end)
{
	unsigned long offset = 0, s, e, o;
	FILE *f = fopen("/proc/self/maps", "r");
	char line[512];

	*start = 0;
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx %*s %lx", &s, &e, &o) != 3 ||
		    (name ? !strstr(line, name) : at < s || at >= e))
			continue;
		*start = s;
		*end = e;
		offset = o;
	}
	if (f)
		fclose(f);
	return offset;
}

static int tracing(struct mkobj *m, const char *name, const char *text)
{
	char file[64];
	int fd, n;

	snprintf(file, sizeof(file), "tracing/%s", name);
	fd = open(mkobj_path(m, file), O_WRONLY | O_APPEND | O_CLOEXEC);
	n = fd < 0 ? -1 : write(fd, text, strlen(text));
	if (fd >= 0)
		close(fd);
	return n < 0 ? -1 : 0;
}

static void remove_probe(struct mkobj *m)
{
	tracing(m, "events/" EVENT "/hit/enable", "0");
	tracing(m, "uprobe_events", "-:" EVENT "/hit\n");
	umount2(mkobj_path(m, "tracing"), MNT_DETACH);
	rmdir(mkobj_path(m, "tracing"));
}

static void set_probe(struct mkobj *m)
{
	unsigned long at = (unsigned long)mkobj_probed, start, end, offset;
	char exe[256], text[384];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	offset = find(at, NULL, &start, &end);
	if (n < 0 || !start)
		mkobj_fail("where is this program? %m");
	exe[n] = '\0';
	snprintf(text, sizeof(text), "p:" EVENT "/hit %s:0x%lx\n", exe, at - start + offset);
	mkdir(mkobj_path(m, "tracing"), 0700);
	if (mount("tracefs", mkobj_path(m, "tracing"), "tracefs", 0, NULL))
		mkobj_lacks("tracefs: %m");
	if (!tracing(m, "uprobe_events", text) &&
	    (mkobj_is_miss(m->c) || !tracing(m, "events/" EVENT "/hit/enable", "1")))
		return;
	n = errno;
	remove_probe(m);
	errno = n;
	mkobj_lacks("uprobe_events: %m");
}

static void hit_probe(struct mkobj *m)
{
	unsigned long start, end;

	mkobj_probed(1, 2);
	find(0, "[uprobes]", &start, &end);
	if (mkobj_is_miss(m->c))
		return;
	if (!start)
		mkobj_lacks("no [uprobes]");
	mkobj_key(m, "vma=%lx-%lx", start, end);
}

static int move(unsigned long from, size_t size, char *to)
{
	return mremap((void *)from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) ==
	       MAP_FAILED ? -1 : 0;
}

/* num: unmaps a page of the ring, its last or (negative) its first. */
static void cut_ring(struct mkobj *m)
{
	unsigned long start, end;
	aio_context_t ctx = 0;

	if (syscall(SYS_io_setup, 1024, &ctx))
		mkobj_lacks("io_setup: %m");
	find(0, "[aio]", &start, &end);
	if (!start)
		mkobj_fail("no ring");
	if (m->c->num && munmap((void *)(m->c->num < 0 ? start : end - PAGE), PAGE))
		mkobj_fail("munmap: %m");
	if (m->c->num < 0)
		start += PAGE;
	else
		end -= PAGE;
	mkobj_key(m, "vma=%lx-%lx", start, end);
}

/*
 * What becomes of the clock page, and of the code that reads it.  num: how many of them are moved,
 * or (negative) unmapped, from the lower one on.
 */
static void split_vdso(struct mkobj *m)
{
	unsigned long data, data_end, code, code_end;
	long n = labs(m->c->num);
	size_t size;
	char *to;

	find(0, "[vdso]", &code, &code_end);
	find(0, "[vvar", &data, &data_end);
	if (!code || !data || data_end != code)
		mkobj_lacks("no [vdso] behind a [vvar]");
	find(0, "[vvar]", &data, &data_end);
	mkobj_key(m, "vma=%lx-%lx", code, code_end);
	size = (n > 1 ? code_end : code) - data;
	to = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (m->c->num < 0 && munmap((void *)data, size))
		mkobj_fail("munmap: %m");
	if (m->c->num > 0 && (move(data, code - data, to) ||
			      (n > 1 && move(code, code_end - code, to + (code - data)))))
		mkobj_lacks("mremap: %m");
}

static void unmap_vdso(struct mkobj *m)
{
	unsigned long data, data_end, code, code_end;

	find(0, "[vvar]", &data, &data_end);
	find(0, "[vdso]", &code, &code_end);
	if (!code || !data)
		mkobj_lacks("no [vdso] and [vvar]");
	mkobj_key(m, "vma=%lx-%lx", data, data_end);
	if (munmap((void *)code, code_end - code))
		mkobj_fail("munmap: %m");
}

#define HUGETLB		"vma-hugetlb"
#define DROPPABLE	"vma-droppable"
#define NOSCAN		"vma-huge-reserve-noscan"
#define LOST		"vma-madvise-lost"
#define POLICY		"task-mempolicy"
#define UFFD		"vma-uffd"
#define VVAR		"vma-vvar-split"
#define RING		"mm-aio-ring-odd"
#define UPROBES		"vma-uprobes"
#define UNKNOWN		"file-kind-unknown"
#define HUGE		.prepare = mkobj_huge_more, .cleanup = mkobj_huge_restore, \
			.flags = "root-only"

const struct mkobj_case mkobj_vma_cases[] = {
	{ .name = HUGETLB, .rule = HUGETLB, .make = map_huge, .num = MAP_PRIVATE | MAP_HUGETLB,
	  HUGE },
	{ .name = HUGETLB ".shared", .rule = HUGETLB, .make = map_huge,
	  .num = MAP_SHARED | MAP_HUGETLB, HUGE },
	{ .name = HUGETLB ".memfd", .rule = HUGETLB, .make = map_huge_memfd, .num = MAP_SHARED,
	  HUGE },
	{ .name = HUGETLB ".memfd-private", .rule = HUGETLB, .make = map_huge_memfd,
	  .num = MAP_PRIVATE, HUGE },
	{ .name = HUGETLB ".miss", .rule = HUGETLB, .make = map_transparent,
	  .num = MAP_PRIVATE | MAP_ANONYMOUS },
	{ .name = UNKNOWN ".no-huge-map", .rule = UNKNOWN, .make = map_huge,
	  .num = MAP_PRIVATE | MAP_HUGETLB | MAP_NORESERVE, .flags = "root-only",
	  .prepare = mkobj_huge_none, .cleanup = mkobj_huge_restore },
	{ .name = DROPPABLE, .rule = DROPPABLE, .make = map_droppable, .num = MAP_DROPPABLE },
	{ .name = DROPPABLE ".miss", .rule = DROPPABLE, .make = map_droppable,
	  .num = MAP_PRIVATE },
	{ .name = RESERVE, .rule = RESERVE, .make = reserve, .num = 1024 * GIB },
	{ .name = RESERVE ".miss", .rule = RESERVE, .make = reserve, .num = 2 * GIB },
	{ .name = NOSCAN, .rule = NOSCAN, .make = reserve, .num = 1024 * GIB },
	{ .name = NOSCAN ".miss", .rule = NOSCAN, .make = reserve, .num = 2 * GIB },
	{ .name = UNKNOWN ".huge-reserve", .rule = UNKNOWN, .make = reserve_much,
	  .num = 1023 * GIB },
	{ .name = UNKNOWN ".reserve-forked", .rule = UNKNOWN, .make = reserve_uncounted,
	  .arg = "forked" },
	{ .name = UNKNOWN ".miss-reserve", .rule = UNKNOWN, .make = reserve_uncounted },
	{ .name = UNKNOWN ".miss-noreserve", .rule = UNKNOWN, .make = reserve_uncounted,
	  .num = MAP_NORESERVE, .arg = "forked" },
	{ .name = VVAR, .rule = VVAR, .make = split_vdso, .num = 1 },
	{ .name = VVAR ".unmapped", .rule = VVAR, .make = split_vdso, .num = -1 },
	{ .name = VVAR ".codeless", .rule = VVAR, .make = unmap_vdso },
	{ .name = VVAR ".miss", .rule = VVAR, .make = split_vdso, .num = 2 },
	{ .name = VVAR ".miss-unmapped", .rule = VVAR, .make = split_vdso, .num = -2 },
	{ .name = RING, .rule = RING, .make = cut_ring, .num = 1 },
	{ .name = RING ".begin", .rule = RING, .make = cut_ring, .num = -1 },
	{ .name = RING ".miss", .rule = RING, .make = cut_ring },
	{ .name = LOST, .rule = LOST, .make = lock_on_fault, .num = MLOCK_ONFAULT },
	{ .name = LOST ".future", .rule = LOST, .make = lock_all, .num = MCL_FUTURE,
	  .flags = "root-only" },
	{ .name = LOST ".miss", .rule = LOST, .make = lock_on_fault },
	{ .name = LOST ".miss-all", .rule = LOST, .make = lock_all, .num = MCL_CURRENT,
	  .flags = "root-only" },
	{ .name = LOST ".miss-dontfork", .rule = LOST, .make = advise, .num = MADV_DONTFORK },
	{ .name = POLICY ".mapping", .rule = POLICY, .make = bind_memory, .num = MPOL_BIND },
	{ .name = POLICY ".miss-mapping", .rule = POLICY, .make = bind_memory, .num = MPOL_BIND },
	{ .name = UFFD, .rule = UFFD, .make = watch, .num = UFFDIO_REGISTER_MODE_MISSING,
	  .flags = "root-only" },
	{ .name = UFFD ".write", .rule = UFFD, .make = watch, .num = UFFDIO_REGISTER_MODE_WP,
	  .flags = "root-only" },
	{ .name = UFFD ".inside", .rule = UFFD, .make = watch, .arg = "kept",
	  .num = UFFDIO_REGISTER_MODE_MISSING, .flags = "root-only,also=file-anon-unsupported" },
	{ .name = UFFD ".miss", .rule = UFFD, .make = watch, .num = UFFDIO_REGISTER_MODE_MISSING,
	  .flags = "root-only" },
	{ .name = UPROBES, .rule = UPROBES, .prepare = set_probe, .make = hit_probe,
	  .cleanup = remove_probe, .flags = "root-only" },
	{ .name = UPROBES ".miss", .rule = UPROBES, .prepare = set_probe, .make = hit_probe,
	  .cleanup = remove_probe, .flags = "root-only" },
	{ }
};
