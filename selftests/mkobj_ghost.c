// SPDX-License-Identifier: GPL-2.0
/* mkobj_ghost.c - files that have no name left. */
#define _GNU_SOURCE
#include <endian.h>
#include <fcntl.h>
#include <linux/posix_acl_xattr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "mkobj.h"

#define MIB	(1L << 20)

static void fill(int fd, long bytes)
{
	static char block[4096];

	for (; bytes > 0; bytes -= sizeof(block))
		if (write(fd, block, bytes < 4096 ? bytes : 4096) < 0)
			mkobj_fail("write: %m");
}

/* A file of so many bytes, which has lost its only name. */
static int deleted(struct mkobj *m, const char *name, long bytes)
{
	int fd = mkobj_file(m, name, O_RDWR | O_TRUNC);

	fill(fd, bytes);
	mkobj_try(unlink(mkobj_path(m, name)), "unlink");
	return fd;
}

static void make_deleted(struct mkobj *m)
{
	mkobj_key_fd(m, deleted(m, "file", m->c->num), "");
}

/* The limit of criu is one for all. */
static void make_deleted_two(struct mkobj *m)
{
	mkobj_key_fd(m, deleted(m, "file", 2 * MIB), "size=%ld", 2 * MIB);
	mkobj_key_fd(m, deleted(m, "larger", 3 * MIB), "size=%ld", 3 * MIB);
}

static void make_sparse(struct mkobj *m)
{
	int fd = deleted(m, "file", 4096);

	mkobj_try(ftruncate(fd, m->c->num), "ftruncate");
	mkobj_key_fd(m, fd, "size=%ld", m->c->num);
}

static void make_preallocated(struct mkobj *m)
{
	int fd = deleted(m, "file", 4096);

	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, m->c->num))
		mkobj_lacks("fallocate: %m");
	mkobj_key_fd(m, fd, "");
}

static void make_deleted_map(struct mkobj *m)
{
	int fd = deleted(m, "file", m->c->num);
	void *addr = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	if (addr == MAP_FAILED)
		mkobj_fail("mmap: %m");
	close(fd);
	mkobj_key(m, "vma=%lx-%lx", (unsigned long)addr, (unsigned long)addr + 4096);
}

/* ---- what the copy lacks ---- */

static void set_attr(int fd, const char *name, const void *value, size_t size)
{
	if (fsetxattr(fd, name, value, size, 0))
		mkobj_lacks("%s: %m", name);
}

/* Attribute m->c->arg. */
static void make_attr(struct mkobj *m)
{
	int fd = deleted(m, "file", 4096);

	set_attr(fd, m->c->arg, "value", 5);
	mkobj_key_fd(m, fd, "attr=%s", m->c->arg);
}

static void make_attr_gone(struct mkobj *m)
{
	int fd = deleted(m, "file", 4096);

	set_attr(fd, m->c->arg, "value", 5);
	mkobj_try(fremovexattr(fd, m->c->arg), "fremovexattr");
}

static void make_attr_named(struct mkobj *m)
{
	set_attr(mkobj_file(m, "file", O_RDWR), m->c->arg, "value", 5);
}

/* The owner, user 1, the group, the mask and all others may read. */
static void make_acl(struct mkobj *m)
{
	const struct {
		struct posix_acl_xattr_header header;
		struct posix_acl_xattr_entry entries[5];
	} acl = {
		.header = { htole32(POSIX_ACL_XATTR_VERSION) },
		.entries = {
			{ htole16(0x01), htole16(4), htole32(-1) },
			{ htole16(0x02), htole16(4), htole32(1) },
			{ htole16(0x04), htole16(4), htole32(-1) },
			{ htole16(0x10), htole16(4), htole32(-1) },
			{ htole16(0x20), htole16(4), htole32(-1) },
		},
	};
	int fd = deleted(m, "file", 4096);

	set_attr(fd, "system.posix_acl_access", &acl, sizeof(acl));
	mkobj_key_fd(m, fd, "attr=system.posix_acl_access");
}

/* ---- where no copy can be made ---- */

#define POINT	"point"

/* On the mount that prepare() made. */
static void hold(struct mkobj *m)
{
	mkobj_key_fd(m, mkobj_try(open(mkobj_path(m, POINT "/file"), O_RDONLY), "file"), "");
}

static void hold_deleted(struct mkobj *m)
{
	hold(m);
	mkobj_try(unlink(mkobj_path(m, POINT "/file")), "unlink");
}

static void mount_point(struct mkobj *m, const char *type)
{
	const char *point = mkobj_path(m, POINT);

	mkobj_try(mkdir(point, 0755), point);
	if (mount("mkobj", point, type, 0, NULL))
		mkobj_lacks("%s: %m", type);
}

static void prepare_tmpfs(struct mkobj *m)
{
	mount_point(m, "tmpfs");
	close(mkobj_file(m, POINT "/file", O_RDONLY | O_CLOEXEC));
}

static void prepare_mqueue(struct mkobj *m)
{
	const char *name;

	mount_point(m, "mqueue");
	name = mkobj_path(m, POINT "/file");
	close(mkobj_try(open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0600), name));
}

static void make_read_only(struct mkobj *m)
{
	mkobj_try(mount(NULL, mkobj_path(m, POINT), NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL),
		  "remount");
}

static void unmount(struct mkobj *m)
{
	unlink(mkobj_path(m, POINT "/file"));
	umount2(mkobj_path(m, POINT), MNT_DETACH);
}

/* A folder and what is in it, both deleted and open: the folder at the first descriptor of them. */
static void make_ghost_folder(struct mkobj *m)
{
	int folder, inside;

	mkobj_try(mkdir("folder", 0755), "mkdir");
	folder = mkobj_try(open("folder", O_RDONLY | O_DIRECTORY), "folder");
	if (m->c->arg) {
		mkobj_try(mkdir("folder/inside", 0755), "mkdir");
		inside = mkobj_try(open("folder/inside", O_RDONLY | O_DIRECTORY), "inside");
		mkobj_try(rmdir("folder/inside"), "rmdir");
	} else {
		inside = mkobj_try(open("folder/inside", O_RDWR | O_CREAT, 0644), "inside");
		mkobj_try(unlink("folder/inside"), "unlink");
	}
	mkobj_try(rmdir("folder"), "rmdir");
	if (m->c->num) {
		mkobj_try(fcntl(folder, F_DUPFD, inside + 1), "F_DUPFD");
		close(folder);
	}
	mkobj_key_fd(m, inside, "");
}

/* The file is further below the folder than is looked at; num: the folder is not open. */
static void make_ghost_far(struct mkobj *m)
{
	int folders[66], i, inside;

	mkobj_try(mkdir("far", 0755), "mkdir");
	folders[0] = mkobj_try(open("far", O_RDONLY | O_DIRECTORY), "far");
	for (i = 1; i < 66; i++) {
		mkobj_try(mkdirat(folders[i - 1], "f", 0755), "mkdirat");
		folders[i] = mkobj_try(openat(folders[i - 1], "f", O_RDONLY | O_DIRECTORY), "f");
	}
	inside = mkobj_try(openat(folders[65], "f", O_RDWR | O_CREAT, 0644), "file");
	mkobj_try(unlinkat(folders[65], "f", 0), "unlinkat");
	for (i = 65; i; i--) {
		mkobj_try(unlinkat(folders[i - 1], "f", AT_REMOVEDIR), "unlinkat");
		close(folders[i]);
	}
	mkobj_try(rmdir("far"), "rmdir");
	if (m->c->num)
		close(folders[0]);
	mkobj_key_fd(m, inside, "");
}

#define UNKNOWN	"file-kind-unknown"
#define FOLDER	"file-ghost-folder-first"
#define LINKED	"file-unlinked-linked"
#define TOO_BIG	"file-ghost-too-big"
#define SPARSE	"file-ghost-sparse"
#define PREALLOC "file-ghost-preallocated"
#define MAPPED	"vma-file-deleted"
#define MEMFD	"memfd-open"
#define GHOST	"file-ghost"
#define RO	"mnt-ro-ghost"
#define MQUEUE	"file-mqueue-mounted"

#define POINT_CASE(name_, rule_, prepare_, make_, finish_) \
	{ .name = name_, .rule = rule_, .flags = "root-only", \
	  .prepare = prepare_, .make = make_, .finish = finish_, .cleanup = unmount }

const struct mkobj_case mkobj_ghost_cases[] = {
	{ .name = LINKED ".miss", .rule = LINKED, .make = make_deleted, .num = 4096 },
	{ .name = TOO_BIG, .rule = TOO_BIG, .make = make_deleted, .num = 2 * MIB },
	{ .name = TOO_BIG ".two", .rule = TOO_BIG, .make = make_deleted_two },
	{ .name = TOO_BIG ".byte", .rule = TOO_BIG, .make = make_deleted, .num = MIB + 1 },
	{ .name = TOO_BIG ".miss", .rule = TOO_BIG, .make = make_deleted, .num = MIB },
	{ .name = SPARSE, .rule = SPARSE, .make = make_sparse, .num = 2 * MIB },
	{ .name = SPARSE ".miss", .rule = SPARSE, .make = make_sparse, .num = MIB },
	{ .name = PREALLOC, .rule = PREALLOC, .make = make_preallocated, .num = 2 * MIB },
	{ .name = PREALLOC ".miss", .rule = PREALLOC, .make = make_preallocated, .num = 65536 },
	{ .name = MAPPED, .rule = MAPPED, .make = make_deleted_map, .num = 2 * MIB },
	{ .name = MAPPED ".miss", .rule = MAPPED, .make = make_deleted_map, .num = 4096 },
	{ .name = MEMFD ".miss", .rule = MEMFD, .make = make_deleted, .num = 4096 },
	{ .name = GHOST, .rule = GHOST, .make = make_attr, .arg = "user.mkobj" },
	{ .name = GHOST ".acl", .rule = GHOST, .make = make_acl },
	{ .name = GHOST ".trusted", .rule = GHOST, .make = make_attr, .arg = "trusted.mkobj",
	  .flags = "root-only" },
	{ .name = GHOST ".miss", .rule = GHOST, .make = make_attr_gone, .arg = "user.mkobj" },
	{ .name = GHOST ".miss-named", .rule = GHOST, .make = make_attr_named,
	  .arg = "user.mkobj" },
	{ .name = GHOST ".miss-label", .rule = GHOST, .make = make_attr, .arg = "security.mkobj",
	  .flags = "root-only" },
	{ .name = FOLDER, .rule = FOLDER, .make = make_ghost_folder },
	{ .name = FOLDER ".folder", .rule = FOLDER, .make = make_ghost_folder, .arg = "folder" },
	{ .name = FOLDER ".miss", .rule = FOLDER, .make = make_ghost_folder, .num = 1 },
	{ .name = FOLDER ".miss-far", .rule = FOLDER, .make = make_ghost_far, .num = 1 },
	{ .name = UNKNOWN ".ghost-far", .rule = UNKNOWN, .make = make_ghost_far },
	POINT_CASE(RO, RO, prepare_tmpfs, hold_deleted, make_read_only),
	POINT_CASE(RO ".miss", RO, prepare_tmpfs, hold_deleted, NULL),
	POINT_CASE(RO ".miss-named", RO, prepare_tmpfs, hold, make_read_only),
	POINT_CASE(MQUEUE, MQUEUE, prepare_mqueue, hold_deleted, NULL),
	POINT_CASE(MQUEUE ".miss", MQUEUE, prepare_mqueue, hold, NULL),
	{ }
};
