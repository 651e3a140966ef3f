// SPDX-License-Identifier: GPL-2.0
/*
 * mkobj_mount.c - files on mounts of the objects' own: on Btrfs, or where their path no longer
 * leads to them.
 *
 *	<folder of the objects>/point		a mount
 *		sub/file, sub/other		what the target holds, or covers
 *		beside
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_channel.h"

#define POINT		"point"
#define SUB		"point/sub"
#define FILE_HELD	"point/sub/file"
#define FILE_OTHER	"point/sub/other"
#define BESIDE		"point/beside"
#define NODE		"point/sub/node"
#define NODE_OTHER	"point/sub/other-node"

#define IMAGE_SIZE	(128 << 20)
#define MANY_FOLDERS	10
#define MANY_FILES	10	/* in each */

/* mkobj_path() has one buffer. */
static void path_of(struct mkobj *m, const char *name, char *path)
{
	strcpy(path, mkobj_path(m, name));
}

static void new_file(struct mkobj *m, const char *name)
{
	close(mkobj_file(m, name, O_RDONLY | O_CLOEXEC));
}

static void fill(struct mkobj *m)
{
	chmod(mkobj_path(m, POINT), 0755);
	mkobj_try(mkdir(mkobj_path(m, SUB), 0755), SUB);
	mkobj_try(mkdir(mkobj_path(m, BESIDE), 0755), BESIDE);
	new_file(m, FILE_OTHER);
	new_file(m, FILE_HELD);
}

static int mount_tmpfs(struct mkobj *m, const char *name)
{
	return mount("mkobj", mkobj_path(m, name), "tmpfs", 0, NULL);
}

static void prepare_tmpfs(struct mkobj *m)
{
	mkobj_try(mkdir(mkobj_path(m, POINT), 0755), POINT);
	mkobj_try(mount_tmpfs(m, POINT), "mount tmpfs");
	fill(m);
}

static void prepare_stack(struct mkobj *m)
{
	mkobj_try(mkdir(mkobj_path(m, POINT), 0755), POINT);
	mkobj_try(mount_tmpfs(m, POINT), "mount tmpfs");
	mkobj_try(mount_tmpfs(m, POINT), "mount tmpfs");
	fill(m);
}

static void prepare_btrfs(struct mkobj *m)
{
	char point[128], image[128], command[512];
	int fd;

	path_of(m, POINT, point);
	path_of(m, "image", image);
	mkobj_try(mkdir(point, 0755), POINT);
	fd = mkobj_try(open(image, O_CREAT | O_RDWR | O_CLOEXEC, 0600), image);
	if (ftruncate(fd, IMAGE_SIZE))
		mkobj_fail("%s: %m", image);
	close(fd);
	snprintf(command, sizeof(command),
		 "{ mkfs.btrfs -q %s && mount -t btrfs -o loop %s %s; } >/dev/null 2>&1", image,
		 image, point);
	if (system(command))
		mkobj_lacks("no Btrfs that can be mounted");
	fill(m);
}

/* A file system without files of ours. */
static void prepare_type(struct mkobj *m)
{
	mkobj_try(mkdir(mkobj_path(m, POINT), 0755), POINT);
	if (mount("mkobj", mkobj_path(m, POINT), m->c->arg, 0, NULL))
		mkobj_lacks("%s: %m", m->c->arg);
}

/* Whatever is mounted there, and on top of it. */
static void unmount(struct mkobj *m)
{
	char point[128];

	path_of(m, POINT, point);
	while (!umount2(point, UMOUNT_NOFOLLOW) || !umount2(point, MNT_DETACH))
		;
}

/* ---- how the target holds it ---- */

static void hold_second_fd(struct mkobj *m)
{
	int fd;

	/* The other file is the first of the folder. */
	mkobj_try(open(mkobj_path(m, FILE_OTHER), O_RDONLY), FILE_OTHER);
	fd = mkobj_try(open(mkobj_path(m, FILE_HELD), O_RDONLY), FILE_HELD);
	mkobj_key_fd(m, fd, "");
}

static void hold_two_fds(struct mkobj *m)
{
	mkobj_key_fd(m, mkobj_try(open(mkobj_path(m, FILE_OTHER), O_RDONLY), FILE_OTHER), "");
	mkobj_key_fd(m, mkobj_try(open(mkobj_path(m, FILE_HELD), O_RDONLY), FILE_HELD), "");
}

static void hold_node(struct mkobj *m)
{
	const mode_t mode = S_IFCHR | 0666;
	int fd;

	mkobj_try(mknod(mkobj_path(m, NODE), mode, makedev(1, 3)), NODE);
	mkobj_try(mknod(mkobj_path(m, NODE_OTHER), mode, makedev(1, 3)), NODE_OTHER);
	fd = mkobj_try(open(mkobj_path(m, NODE), O_RDWR), NODE);
	mkobj_key_fd(m, fd, "");
}

/* On a mount below the one that will be covered. */
static void hold_above(struct mkobj *m)
{
	int fd;

	mkobj_try(mount_tmpfs(m, BESIDE), "mount tmpfs");
	fd = mkobj_file(m, BESIDE "/file", O_RDONLY);
	mkobj_key_fd(m, fd, "");
}

static void hold_one_fd(struct mkobj *m)
{
	int fd = mkobj_try(open(mkobj_path(m, FILE_HELD), O_RDONLY), FILE_HELD);

	mkobj_key_fd(m, fd, "");
}

static unsigned long map_file(struct mkobj *m)
{
	int fd = mkobj_try(open(mkobj_path(m, FILE_HELD), O_RDONLY), FILE_HELD);
	void *addr = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	if (addr == MAP_FAILED)
		mkobj_fail("mmap: %m");
	close(fd);
	return (unsigned long)addr;
}

static void hold_map(struct mkobj *m)
{
	unsigned long addr = map_file(m);

	mkobj_key(m, "vma=%lx-%lx", addr, addr + 4096);
}

static void hold_fds_and_map(struct mkobj *m)
{
	const char *path = mkobj_path(m, FILE_HELD);
	int fd = mkobj_try(open(path, O_RDONLY), path);

	mkobj_try(dup(fd), "dup");
	mkobj_key_fd(m, fd, "count=3");
	map_file(m);
}

static void hold_cwd(struct mkobj *m)
{
	mkobj_try(chdir(mkobj_path(m, SUB)), SUB);
	mkobj_key(m, "via=cwd");
}

static void hold_top(struct mkobj *m)
{
	mkobj_key_fd(m, mkobj_try(open(mkobj_path(m, POINT), O_RDONLY), POINT), "");
}

static void hold_top_cwd(struct mkobj *m)
{
	mkobj_try(chdir(mkobj_path(m, POINT)), POINT);
	mkobj_key(m, "via=cwd");
}

static void hold_root(struct mkobj *m)
{
	mkobj_try(chroot(mkobj_path(m, SUB)), SUB);
	mkobj_key(m, "via=root");
}

/* A child that runs a program, which closes the pipe when it has settled. */
static void run_child(struct mkobj *m, const char *path, const char *key)
{
	int p[2];
	char c;

	mkobj_try(pipe(p), "pipe");
	if (!mkobj_fork()) {
		mkobj_key(m, "%s", key);
		mkobj_channel_close();
		execl(path, path, "--pause", NULL);
		_exit(1);
	}
	close(p[1]);
	if (read(p[0], &c, 1))
		mkobj_fail("pipe: %m");
	close(p[0]);
}

static void hold_exe(struct mkobj *m)
{
	const char *path = mkobj_path(m, FILE_HELD);

	mkobj_copy_self(path);
	run_child(m, path, "via=exe");
}

/* num: from a memfd. */
static void run_copy(struct mkobj *m)
{
	int fd = m->c->num ? mkobj_try(memfd_create("copy", MFD_CLOEXEC), "memfd_create") : -1;
	char path[32] = "copy";

	if (fd >= 0)
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	mkobj_copy_self(path);
	run_child(m, path, "");
	if (fd >= 0)
		close(fd);
}

/* Of the file system that the machine runs from. */
static void hold_own_file(struct mkobj *m)
{
	int fd = mkobj_try(open("/etc/passwd", O_RDONLY), "/etc/passwd");
	struct statfs sfs;

	(void)m;
	if (fstatfs(fd, &sfs))
		mkobj_fail("/etc/passwd: %m");
	if (sfs.f_type == BTRFS_SUPER_MAGIC)
		mkobj_lacks("this machine runs from Btrfs");
}

static void hold_many(struct mkobj *m)
{
	char name[64];
	int i, k;

	for (i = 0; i < MANY_FOLDERS; i++) {
		snprintf(name, sizeof(name), BESIDE "/%d", i);
		mkobj_try(mkdir(mkobj_path(m, name), 0755), name);
		for (k = 0; k < MANY_FILES; k++) {
			snprintf(name, sizeof(name), BESIDE "/%d/%d", i, k);
			mkobj_file(m, name, O_RDONLY);
		}
	}
}

/* ---- what happens to it then, in the holder ---- */

static void cover_folder(struct mkobj *m)
{
	mkobj_try(mount_tmpfs(m, SUB), "mount tmpfs");
}

static void cover_mount(struct mkobj *m)
{
	mkobj_try(mount_tmpfs(m, POINT), "mount tmpfs");
}

static void cover_file(struct mkobj *m)
{
	char other[128];

	path_of(m, FILE_OTHER, other);
	mkobj_try(mount(other, mkobj_path(m, FILE_HELD), NULL, MS_BIND, NULL), "bind mount");
}

static void cover_beside(struct mkobj *m)
{
	mkobj_try(mount_tmpfs(m, BESIDE), "mount tmpfs");
}

static void cover_and_uncover(struct mkobj *m)
{
	cover_folder(m);
	mkobj_try(umount(mkobj_path(m, SUB)), "umount");
}

/* The same folder once more. */
static void bind_folder(struct mkobj *m)
{
	char sub[128];

	path_of(m, SUB, sub);
	mkobj_try(mount(sub, sub, NULL, MS_BIND, NULL), "bind mount");
}

static void delete(struct mkobj *m)
{
	mkobj_try(unlink(mkobj_path(m, FILE_HELD)), FILE_HELD);
}

static void delete_and_cover(struct mkobj *m)
{
	delete(m);
	cover_folder(m);
}

static void cover_node(struct mkobj *m)
{
	char other[128];

	path_of(m, NODE_OTHER, other);
	mkobj_try(mount(other, mkobj_path(m, NODE), NULL, MS_BIND, NULL), "bind mount");
}

static void detach(struct mkobj *m)
{
	mkobj_try(umount2(mkobj_path(m, POINT), MNT_DETACH), "umount");
}

#define UNKNOWN	"file-kind-unknown"
#define BTRFS	"file-btrfs"

#define REPLACED "file-path-replaced"
#define DEVICE	"file-device-replaced"
#define OVER	"file-overmounted"
#define MOUNT	"file-mount-unknown"
#define EXE	"mm-exe-gone"
#define EXE_MEMFD "mm-exe-memfd"
#define DELETED	"vma-file-deleted"

#define TMPFS_CASE(name_, rule_, make_, finish_) \
	{ .name = rule_ name_, .rule = rule_, .flags = "root-only", \
	  .prepare = prepare_tmpfs, .make = make_, .finish = finish_, .cleanup = unmount }
#define TYPE_CASE(name_, rule_, make_, type_) \
	{ .name = rule_ name_, .rule = rule_, .flags = "root-only,newer", .arg = type_, \
	  .prepare = prepare_type, .make = make_, .cleanup = unmount }
#define BTRFS_CASE(name_, prepare_, make_) \
	{ .name = name_, .rule = BTRFS, .flags = "root-only", \
	  .prepare = prepare_, .make = make_, .cleanup = unmount }

const struct mkobj_case mkobj_mount_cases[] = {
	TMPFS_CASE("", REPLACED, hold_one_fd, cover_folder),
	TMPFS_CASE(".two", REPLACED, hold_two_fds, cover_folder),
	TMPFS_CASE(".file", REPLACED, hold_second_fd, cover_file),
	TMPFS_CASE(".map", REPLACED, hold_map, cover_folder),
	TMPFS_CASE(".cwd", REPLACED, hold_cwd, cover_folder),
	TMPFS_CASE(".exe", REPLACED, hold_exe, cover_folder),
	TMPFS_CASE(".miss", REPLACED, hold_second_fd, cover_beside),
	TMPFS_CASE(".miss-uncovered", REPLACED, hold_second_fd, cover_and_uncover),
	TMPFS_CASE(".miss-self", REPLACED, hold_second_fd, bind_folder),
	TMPFS_CASE(".miss-deleted", REPLACED, hold_one_fd, delete_and_cover),
	TMPFS_CASE("", DEVICE, hold_node, cover_node),
	TMPFS_CASE(".miss", DEVICE, hold_node, cover_beside),
	TMPFS_CASE("", OVER, hold_one_fd, cover_mount),
	TMPFS_CASE(".above", OVER, hold_above, cover_mount),
	TMPFS_CASE(".cwd", OVER, hold_cwd, cover_mount),
	TMPFS_CASE(".miss", OVER, hold_second_fd, NULL),
	{ .name = OVER ".miss-top", .rule = OVER, .flags = "root-only", .prepare = prepare_stack,
	  .make = hold_second_fd, .cleanup = unmount },
	TMPFS_CASE("", MOUNT, hold_one_fd, detach),
	TMPFS_CASE(".map", MOUNT, hold_map, detach),
	TMPFS_CASE(".cwd", MOUNT, hold_cwd, detach),
	TYPE_CASE(".tracefs", MOUNT, hold_top, "tracefs"),
	TYPE_CASE(".tracefs-cwd", MOUNT, hold_top_cwd, "tracefs"),
	TYPE_CASE(".miss-debugfs", MOUNT, hold_top, "debugfs"),
	TMPFS_CASE(".miss", MOUNT, hold_map, NULL),
	TMPFS_CASE(".miss-cwd", MOUNT, hold_cwd, NULL),
	{ .name = EXE, .rule = EXE, .flags = "root-only,also=" MOUNT, .prepare = prepare_tmpfs,
	  .make = hold_exe, .finish = detach, .cleanup = unmount },
	TMPFS_CASE(".miss", EXE, hold_exe, NULL),
	{ .name = EXE_MEMFD, .rule = EXE_MEMFD, .make = run_copy, .num = 1,
	  .flags = "also=memfd-open" },
	{ .name = EXE_MEMFD ".miss", .rule = EXE_MEMFD, .make = run_copy },
	TMPFS_CASE(".exe", DELETED, hold_exe, delete),
	TMPFS_CASE(".root", UNKNOWN, hold_root, detach),
	BTRFS_CASE(BTRFS, prepare_btrfs, hold_one_fd),
	BTRFS_CASE(BTRFS ".map", prepare_btrfs, hold_map),
	BTRFS_CASE(BTRFS ".cwd", prepare_btrfs, hold_cwd),
	BTRFS_CASE(BTRFS ".places", prepare_btrfs, hold_fds_and_map),
	BTRFS_CASE(BTRFS ".many", prepare_btrfs, hold_many),
	BTRFS_CASE(BTRFS ".miss", prepare_tmpfs, hold_second_fd),
	BTRFS_CASE(BTRFS ".miss-map", prepare_tmpfs, hold_map),
	BTRFS_CASE(BTRFS ".miss-cwd", prepare_tmpfs, hold_cwd),
	{ .name = BTRFS ".miss-root", .rule = BTRFS, .make = hold_own_file },
	{ }
};
