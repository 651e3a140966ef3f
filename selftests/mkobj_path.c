// SPDX-License-Identifier: GPL-2.0
/* mkobj_path.c - files whose names were deleted, files without one, and bare paths (O_PATH). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mkobj.h"

#ifndef SYS_memfd_secret
#define SYS_memfd_secret	447
#endif

/* ---- deleted names ---- */

/* A file of two names, one of which is deleted where @arg says so. */
static int linked(struct mkobj *m)
{
	int fd = mkobj_file(m, "file", O_RDWR);
	char path[128];

	strcpy(path, mkobj_path(m, "file"));
	mkobj_try(link(path, mkobj_path(m, "other")), "link");
	if (m->c->arg)
		mkobj_try(unlink(mkobj_path(m, m->c->arg)), m->c->arg);
	return fd;
}

static void make_linked(struct mkobj *m)
{
	mkobj_key_fd(m, linked(m), "nlink=1");
}

static void make_linked_map(struct mkobj *m)
{
	int fd = linked(m);
	void *addr = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	if (addr == MAP_FAILED)
		mkobj_fail("mmap: %m");
	close(fd);
	mkobj_key(m, "vma=%lx-%lx nlink=1", (unsigned long)addr, (unsigned long)addr + 4096);
}

/* Another file has taken the name. */
static void make_renamed_over(struct mkobj *m)
{
	int fd;
	char path[128];

	fd = linked(m);
	close(mkobj_file(m, "new", O_RDONLY));
	strcpy(path, mkobj_path(m, "new"));
	mkobj_try(rename(path, mkobj_path(m, "file")), "rename");
	mkobj_key_fd(m, fd, "nlink=1");
}

static void make_deleted_dir(struct mkobj *m)
{
	const char *path = mkobj_path(m, "folder");

	mkobj_try(mkdir(path, 0755), path);
	mkobj_try(open(path, O_RDONLY), path);
	mkobj_try(rmdir(path), path);
}

/* ---- without a name ---- */

static void make_memfd(struct mkobj *m)
{
	int fd = memfd_create("mkobj", m->c->num);

	if (fd < 0)
		mkobj_lacks("memfd_create: %m");
	mkobj_key_fd(m, fd, "name=mkobj");
}

static void make_no_huge(struct mkobj *m)
{
	int fd = memfd_create("mkobj", MFD_HUGETLB);

	if (fd < 0)
		mkobj_lacks("memfd_create: %m");
	mkobj_key_fd(m, fd, "");
}

static void make_secret(struct mkobj *m)
{
	int fd = syscall(SYS_memfd_secret, 0);

	if (fd < 0)
		mkobj_lacks("memfd_secret: %m");
	mkobj_key_fd(m, fd, "");
}

static void make_secret_map(struct mkobj *m)
{
	int fd = syscall(SYS_memfd_secret, 0);
	void *addr;

	if (fd < 0 || ftruncate(fd, 4096))
		mkobj_lacks("memfd_secret: %m");
	addr = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (addr == MAP_FAILED)
		mkobj_lacks("memfd_secret cannot be mapped: %m");
	close(fd);
	mkobj_key(m, "vma=%lx-%lx kind=secretmem", (unsigned long)addr,
		  (unsigned long)addr + 4096);
}

static int open_mqueue(struct mkobj *m)
{
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "mkobj.%d", getpid());
	fd = syscall(SYS_mq_open, name, O_CREAT | O_RDWR, 0600, NULL);
	if (fd < 0)
		mkobj_lacks("mq_open: %m");
	mkobj_try(syscall(SYS_mq_unlink, name), "mq_unlink");
	return fd;
}

static void make_mqueue(struct mkobj *m)
{
	mkobj_key_fd(m, open_mqueue(m), "");
}

static void close_mqueue(struct mkobj *m)
{
	close(open_mqueue(m));
}

/* ---- namespaces ---- */

/* Of a child that made one of its own, and is gone. */
static void make_ns(struct mkobj *m)
{
	char path[64], c;
	int p[2], fd;
	pid_t pid;

	mkobj_try(pipe(p), "pipe");
	pid = mkobj_try(fork(), "fork");
	if (!pid) {
		if (unshare(m->c->num) || write(p[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(p[1]);
	if (read(p[0], &c, 1) != 1)
		mkobj_lacks("no namespace can be made");
	close(p[0]);
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, m->c->arg);
	fd = mkobj_try(open(path, O_RDONLY), path);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	mkobj_key_fd(m, fd, "kind=%s", m->c->arg);
}

static void make_own_ns(struct mkobj *m)
{
	static const char * const names[] = { "net", "ipc", "uts", "mnt", "pid", "user", "cgroup" };
	char path[64];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
		mkobj_try(open(path, O_RDONLY), path);
	}
}

/* It lives in another one by now, but the reader is still there. */
static void make_readers_ns(struct mkobj *m)
{
	int fd = mkobj_try(open("/proc/self/ns/uts", O_RDONLY), "/proc/self/ns/uts");

	mkobj_key_fd(m, fd, "kind=uts");
	if (unshare(CLONE_NEWUTS))
		mkobj_lacks("unshare: %m");
}

/* ---- bare paths ---- */

static void make_opath_fifo(struct mkobj *m)
{
	const char *path = mkobj_path(m, "fifo");

	mkobj_try(mkfifo(path, 0644), path);
	mkobj_key_fd(m, mkobj_try(open(path, O_PATH), path), "path=%s", path);
}

/* The pipe is open as well, at a lower descriptor or at a higher one. */
static void make_opath_pipe(struct mkobj *m)
{
	bool first = m->c->num;
	char path[64];
	int p[2], fd;

	mkobj_try(pipe(p), "pipe");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", p[0]);
	fd = mkobj_try(open(path, O_PATH), path);
	mkobj_key_fd(m, first ? p[0] : fd, "");
	if (!first)
		return;
	mkobj_try(dup2(p[0], fd + 1), "dup2");
	mkobj_try(dup2(fd, p[0]), "dup2");
	close(fd);
}

static void make_opath_sock(struct mkobj *m)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int sk = mkobj_try(socket(AF_UNIX, SOCK_STREAM, 0), "socket");

	strcpy(addr.sun_path, mkobj_path(m, "sock"));
	mkobj_try(bind(sk, (struct sockaddr *)&addr, sizeof(addr)), "bind");
	close(sk);
	mkobj_key_fd(m, mkobj_try(open(addr.sun_path, O_PATH), addr.sun_path), "path=%s",
		     addr.sun_path);
}

static void make_opath(struct mkobj *m)
{
	mkobj_try(open(m->c->arg, O_PATH | O_NOFOLLOW), m->c->arg);
}

static void make_opath_node(struct mkobj *m)
{
	int fd = open(m->c->arg, O_PATH);

	if (fd < 0)
		mkobj_lacks("%s: %m", m->c->arg);
	mkobj_key(m, "fd=%d", fd);
}

#define LINKED	"file-unlinked-linked"
#define MEMFD	"memfd-open"
#define HUGE	"memfd-hugetlb"
#define SECRET	"file-memfd-secret"
#define MQUEUE	"file-mqueue-fd"
#define NS	"file-ns-unknown"
#define NS_READERS	"file-ns-readers"
#define PIPE_OPEN	"file-opath-pipe-open"
#define PIPE	"file-opath-pipe"
#define SOCK	"sock-opath"
#define UNKNOWN	"file-kind-unknown"

/* ---- files that may get no more names ---- */

#define REMAP	"file-link-remap-failed"

static void set_flags(const char *path, int flags)
{
	int fd = mkobj_try(open(path, O_RDONLY | O_CLOEXEC), path);

	if (ioctl(fd, FS_IOC_SETFLAGS, &flags))
		mkobj_lacks("file attributes: %m");
	close(fd);
}

/* It has lost the name that it was opened by, or with m->c->arg the other one. */
static void make_immutable(struct mkobj *m)
{
	int fd = mkobj_file(m, "file", O_RDONLY);
	char other[128];

	strcpy(other, mkobj_path(m, "other"));
	mkobj_try(link(mkobj_path(m, "file"), other), "link");
	if (m->c->arg) {
		close(fd);
		fd = mkobj_try(open(other, O_RDONLY), other);
	}
	mkobj_try(unlink(mkobj_path(m, "file")), "unlink");
	set_flags(other, m->c->num);
	mkobj_key_fd(m, fd, "nlink=1");
}

static void clear_flags(struct mkobj *m)
{
	set_flags(mkobj_path(m, "other"), 0);
}

const struct mkobj_case mkobj_path_cases[] = {
	{ .name = REMAP, .rule = REMAP, .make = make_immutable, .num = FS_IMMUTABLE_FL,
	  .cleanup = clear_flags, .flags = "root-only" },
	{ .name = REMAP ".append", .rule = REMAP, .make = make_immutable, .num = FS_APPEND_FL,
	  .cleanup = clear_flags, .flags = "root-only" },
	{ .name = REMAP ".miss", .rule = REMAP, .make = make_immutable, .num = FS_IMMUTABLE_FL,
	  .arg = "", .cleanup = clear_flags, .flags = "root-only" },
	{ .name = LINKED, .rule = LINKED, .make = make_linked, .arg = "file" },
	{ .name = LINKED ".map", .rule = LINKED, .make = make_linked_map, .arg = "file" },
	{ .name = LINKED ".renamed-over", .rule = LINKED, .make = make_renamed_over },
	{ .name = LINKED ".miss-other", .rule = LINKED, .make = make_linked, .arg = "other" },
	{ .name = LINKED ".miss-folder", .rule = LINKED, .make = make_deleted_dir },
	{ .name = MEMFD, .rule = MEMFD, .make = make_memfd },
	{ .name = HUGE, .rule = HUGE, .make = make_memfd, .num = MFD_HUGETLB,
	  .flags = "root-only", .prepare = mkobj_huge_more, .cleanup = mkobj_huge_restore },
	{ .name = UNKNOWN ".no-huge-page", .rule = UNKNOWN, .make = make_no_huge,
	  .flags = "root-only", .prepare = mkobj_huge_none, .cleanup = mkobj_huge_restore },
	{ .name = HUGE ".miss", .rule = HUGE, .make = make_memfd, .flags = "also=" MEMFD },
	{ .name = SECRET, .rule = SECRET, .make = make_secret },
	{ .name = SECRET ".miss", .rule = SECRET, .make = make_memfd, .flags = "also=" MEMFD },
	{ .name = "vma-anon-inode.secret", .rule = "vma-anon-inode", .make = make_secret_map },
	{ .name = MQUEUE, .rule = MQUEUE, .make = make_mqueue },
	{ .name = MQUEUE ".miss", .rule = MQUEUE, .make = close_mqueue },
	{ .name = NS, .rule = NS, .make = make_ns, .num = CLONE_NEWNET, .arg = "net",
	  .flags = "root-only" },
	{ .name = NS ".uts", .rule = NS, .make = make_ns, .num = CLONE_NEWUTS, .arg = "uts",
	  .flags = "root-only" },
	{ .name = NS ".user", .rule = NS, .make = make_ns, .num = CLONE_NEWUSER, .arg = "user" },
	{ .name = NS ".miss", .rule = NS, .make = make_own_ns },
	{ .name = NS_READERS, .rule = NS_READERS, .make = make_readers_ns, .flags = "root-only" },
	{ .name = NS_READERS ".miss", .rule = NS_READERS, .make = make_own_ns },
	{ .name = PIPE, .rule = PIPE, .make = make_opath_fifo },
	{ .name = PIPE ".first", .rule = PIPE, .make = make_opath_pipe, .num = 1 },
	{ .name = PIPE ".miss", .rule = PIPE, .make = make_opath, .arg = "/etc/passwd" },
	{ .name = PIPE_OPEN, .rule = PIPE_OPEN, .make = make_opath_pipe },
	{ .name = PIPE_OPEN ".miss", .rule = PIPE_OPEN, .make = make_opath,
	  .arg = "/etc/passwd" },
	{ .name = SOCK, .rule = SOCK, .make = make_opath_sock },
	{ .name = SOCK ".miss", .rule = SOCK, .make = make_opath, .arg = "/var" },
	{ .name = SOCK ".miss-link", .rule = SOCK, .make = make_opath, .arg = "/proc/self" },
	{ .name = "chrdev-unsupported.opath", .rule = "chrdev-unsupported",
	  .make = make_opath_node, .arg = "/dev/loop-control",
	  .flags = "root-only,needs=/dev/loop-control" },
	{ .name = "chrdev-unsupported.miss-opath", .rule = "chrdev-unsupported",
	  .make = make_opath, .arg = "/dev/null" },
	{ }
};
