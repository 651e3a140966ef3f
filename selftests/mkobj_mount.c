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
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_channel.h"

#define POINT		"point"
#define SUB		"point/sub"
#define FILE_HELD	"point/sub/file"
#define FILE_OTHER	"point/sub/other"
#define BESIDE		"point/beside"

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

static void hold_root(struct mkobj *m)
{
	mkobj_try(chroot(mkobj_path(m, SUB)), SUB);
	mkobj_key(m, "via=root");
}

static void copy_self(const char *path)
{
	int from = mkobj_try(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), "/proc/self/exe");
	int to = mkobj_try(open(path, O_WRONLY | O_TRUNC | O_CLOEXEC), path);
	struct stat st;

	if (fstat(from, &st) || sendfile(to, from, NULL, st.st_size) != st.st_size ||
	    fchmod(to, 0755))
		mkobj_fail("%s: %m", path);
	close(from);
	close(to);
}

/* A child that runs a copy of this program, which closes the pipe when it has settled. */
static void hold_exe(struct mkobj *m)
{
	const char *path = mkobj_path(m, FILE_HELD);
	int p[2];
	char c;

	copy_self(path);
	mkobj_try(pipe(p), "pipe");
	if (!mkobj_fork()) {
		mkobj_key(m, "via=exe");
		mkobj_channel_close();
		execl(path, path, "--pause", NULL);
		_exit(1);
	}
	close(p[1]);
	if (read(p[0], &c, 1))
		mkobj_fail("pipe: %m");
	close(p[0]);
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

static void detach(struct mkobj *m)
{
	mkobj_try(umount2(mkobj_path(m, POINT), MNT_DETACH), "umount");
}

#define UNKNOWN	"file-kind-unknown"
#define BTRFS	"file-btrfs"

#define TMPFS_CASE(name_, make_, finish_) \
	{ .name = UNKNOWN "." name_, .rule = UNKNOWN, .flags = "root-only", \
	  .prepare = prepare_tmpfs, .make = make_, .finish = finish_, .cleanup = unmount }
#define BTRFS_CASE(name_, prepare_, make_) \
	{ .name = name_, .rule = BTRFS, .flags = "root-only", \
	  .prepare = prepare_, .make = make_, .cleanup = unmount }

const struct mkobj_case mkobj_mount_cases[] = {
	TMPFS_CASE("covered", hold_one_fd, cover_folder),
	TMPFS_CASE("covered-mount", hold_one_fd, cover_mount),
	TMPFS_CASE("covered-file", hold_second_fd, cover_file),
	TMPFS_CASE("covered-map", hold_map, cover_folder),
	TMPFS_CASE("covered-cwd", hold_cwd, cover_folder),
	TMPFS_CASE("covered-root", hold_root, cover_folder),
	TMPFS_CASE("covered-exe", hold_exe, cover_folder),
	TMPFS_CASE("detached", hold_one_fd, detach),
	TMPFS_CASE("detached-map", hold_map, detach),
	TMPFS_CASE("detached-cwd", hold_cwd, detach),
	TMPFS_CASE("detached-exe", hold_exe, detach),
	TMPFS_CASE("miss-mount", hold_second_fd, NULL),
	TMPFS_CASE("miss-mount-map", hold_map, NULL),
	TMPFS_CASE("miss-mount-cwd", hold_cwd, NULL),
	TMPFS_CASE("miss-mount-exe", hold_exe, NULL),
	TMPFS_CASE("miss-beside", hold_second_fd, cover_beside),
	TMPFS_CASE("miss-uncovered", hold_second_fd, cover_and_uncover),
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
