// SPDX-License-Identifier: GPL-2.0
/* mkobj_ipc.c - System V shared memory, memory that looks like it, and message queues. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/magic.h>
#include <mqueue.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "mkobj.h"

#define KEY		0x636b7074
#define HUGE_SIZE	(2 << 20)
#define TMPFS_FILE	"/dev/shm/SYSV00000000"

static void make_segment(struct mkobj *m)
{
	m->value = mkobj_try(shmget(m->c->num, 4096, IPC_CREAT | IPC_EXCL | 0600), "shmget");
}

static void remove_segment(struct mkobj *m)
{
	shmctl(m->value, IPC_RMID, NULL);
}

static void attach(struct mkobj *m, size_t size, const char *more)
{
	char *addr = shmat(m->value, NULL, 0);

	if (addr == (void *)-1)
		mkobj_fail("shmat: %m");
	mkobj_key(m, "vma=%lx-%lx shmid=%ld key=0x%08lx%s", (unsigned long)addr,
		  (unsigned long)addr + size, m->value, m->c->num, more);
}

static void attach_once(struct mkobj *m)
{
	attach(m, 4096, "");
}

/* The process leaves the namespace, and the segment, behind. */
static void attach_and_leave(struct mkobj *m)
{
	attach_once(m);
	if (unshare(CLONE_NEWIPC))
		mkobj_lacks("no own IPC namespace: %m");
}

static void attach_with_child(struct mkobj *m)
{
	attach(m, 4096, " count=2");
	if (!mkobj_fork())
		mkobj_pause();
}

static void make_huge_segment(struct mkobj *m)
{
	mkobj_huge_more(m);
	m->value = shmget(m->c->num, HUGE_SIZE, IPC_CREAT | IPC_EXCL | 0600 | SHM_HUGETLB);
	if (m->value >= 0)
		return;
	mkobj_huge_restore(m);
	mkobj_lacks("shmget of huge pages: %m");
}

static void remove_huge_segment(struct mkobj *m)
{
	remove_segment(m);
	mkobj_huge_restore(m);
}

static void attach_huge(struct mkobj *m)
{
	attach(m, HUGE_SIZE, "");
}

static void attach_huge_in_own_ipcns(struct mkobj *m)
{
	unsigned long at;
	int id;

	if (unshare(CLONE_NEWIPC))
		mkobj_lacks("no own IPC namespace: %m");
	id = shmget(m->c->num, HUGE_SIZE, IPC_CREAT | IPC_EXCL | 0600 | SHM_HUGETLB);
	if (id < 0)
		mkobj_lacks("shmget of huge pages: %m");
	at = (unsigned long)shmat(id, NULL, 0);
	if (at == -1UL)
		mkobj_fail("shmat: %m");
	mkobj_key(m, "vma=%lx-%lx", at, at + HUGE_SIZE);
}

static void attach_in_own_ipcns(struct mkobj *m)
{
	if (unshare(CLONE_NEWIPC))
		mkobj_lacks("no own IPC namespace: %m");
	make_segment(m);
	attach_once(m);
}

/* Locks it, and with m->c->num unlocks it again. */
static void attach_locked(struct mkobj *m)
{
	attach_in_own_ipcns(m);
	if (shmctl(m->value, SHM_LOCK, NULL) || (m->c->num && shmctl(m->value, SHM_UNLOCK, NULL)))
		mkobj_fail("SHM_LOCK: %m");
}

static void detach(struct mkobj *m)
{
	char *addr = shmat(m->value, NULL, 0);

	if (addr == (void *)-1 || shmdt(addr))
		mkobj_fail("shmat, shmdt: %m");
}

static void map_shared(int fd, int flags)
{
	if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | flags, fd, 0) == MAP_FAILED)
		mkobj_fail("mmap: %m");
	if (fd >= 0)
		close(fd);
}

static void map_anonymous(struct mkobj *m)
{
	(void)m;
	map_shared(-1, MAP_ANONYMOUS);
}

static void map_memfd(struct mkobj *m)
{
	int fd = mkobj_try(memfd_create("SYSV00000000", 0), "memfd_create");

	(void)m;
	if (ftruncate(fd, 4096))
		mkobj_fail("memfd: %m");
	map_shared(fd, 0);
}

static void make_tmpfs_file(struct mkobj *m)
{
	int fd = mkobj_try(open(TMPFS_FILE, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600),
			   TMPFS_FILE);
	struct statfs sfs;

	(void)m;
	if (ftruncate(fd, 4096) || fstatfs(fd, &sfs))
		mkobj_fail(TMPFS_FILE ": %m");
	close(fd);
	if (sfs.f_type == TMPFS_MAGIC)
		return;
	unlink(TMPFS_FILE);
	mkobj_lacks("/dev/shm is no tmpfs");
}

static void map_tmpfs_file(struct mkobj *m)
{
	(void)m;
	map_shared(mkobj_try(open(TMPFS_FILE, O_RDWR), TMPFS_FILE), 0);
}

static void remove_tmpfs_file(struct mkobj *m)
{
	(void)m;
	unlink(TMPFS_FILE);
}

/* A queue in an IPC namespace of its own; arg: it is removed again. */
static void make_queue(struct mkobj *m)
{
	if (unshare(CLONE_NEWIPC))
		mkobj_lacks("no own IPC namespace: %m");
	close(mkobj_try(mq_open("/mkobj", O_RDWR | O_CREAT, 0600, NULL), "mq_open"));
	if (m->c->arg)
		mkobj_try(mq_unlink("/mkobj"), "mq_unlink");
	mkobj_key(m, "queues=1");
}

#define MQUEUE	"ipc-mqueue-unmounted"
#define HUGETLB	"vma-hugetlb"
#define SHM	"shm-sysv-host-ipcns"
#define OTHER	"shm-sysv-other-ipcns"
#define FLAGS	"ipc-shm-flags"

const struct mkobj_case mkobj_ipc_cases[] = {
	{ .name = SHM, .rule = SHM, .prepare = make_segment, .make = attach_once,
	  .cleanup = remove_segment, .num = KEY },
	{ .name = SHM ".nameless", .rule = SHM, .prepare = make_segment, .make = attach_once,
	  .cleanup = remove_segment, .num = IPC_PRIVATE },
	{ .name = SHM ".child", .rule = SHM, .prepare = make_segment, .make = attach_with_child,
	  .cleanup = remove_segment, .num = KEY },
	{ .name = SHM ".removed", .rule = SHM, .prepare = make_segment, .make = attach_once,
	  .finish = remove_segment, .num = KEY },
	{ .name = SHM ".hugetlb", .rule = SHM, .prepare = make_huge_segment, .make = attach_huge,
	  .cleanup = remove_huge_segment, .num = KEY, .flags = "root-only" },
	{ .name = HUGETLB ".sysv", .rule = HUGETLB, .prepare = mkobj_huge_more,
	  .make = attach_huge_in_own_ipcns, .cleanup = mkobj_huge_restore, .num = KEY,
	  .flags = "root-only" },
	{ .name = SHM ".miss", .rule = SHM, .make = attach_in_own_ipcns, .num = KEY,
	  .flags = "root-only" },
	{ .name = OTHER, .rule = OTHER, .prepare = make_segment, .make = attach_and_leave,
	  .cleanup = remove_segment, .num = KEY, .flags = "root-only" },
	{ .name = OTHER ".miss", .rule = OTHER, .make = attach_in_own_ipcns, .num = IPC_PRIVATE,
	  .flags = "root-only" },
	{ .name = SHM ".miss-detached", .rule = SHM, .prepare = make_segment, .make = detach,
	  .cleanup = remove_segment, .num = KEY },
	{ .name = SHM ".miss-anonymous", .rule = SHM, .make = map_anonymous },
	{ .name = SHM ".miss-memfd", .rule = SHM, .make = map_memfd, .flags = "also=memfd-open" },
	{ .name = SHM ".miss-tmpfs", .rule = SHM, .prepare = make_tmpfs_file,
	  .make = map_tmpfs_file, .cleanup = remove_tmpfs_file },
	{ .name = MQUEUE, .rule = MQUEUE, .make = make_queue, .flags = "root-only" },
	{ .name = MQUEUE ".miss", .rule = MQUEUE, .make = make_queue, .arg = "removed",
	  .flags = "root-only" },
	{ .name = FLAGS, .rule = FLAGS, .make = attach_locked, .flags = "root-only" },
	{ .name = FLAGS ".miss", .rule = FLAGS, .make = attach_locked, .num = 1,
	  .flags = "root-only" },
	{ }
};
