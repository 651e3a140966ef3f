// SPDX-License-Identifier: GPL-2.0
/* mkobj_notify.c - inotify and fanotify, and what they watch. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "mkobj.h"

static int new_inotify(void)
{
	return mkobj_try(inotify_init1(IN_NONBLOCK), "inotify_init1");
}

static void watch(int fd, const char *path)
{
	mkobj_try(inotify_add_watch(fd, path, IN_ATTRIB | IN_MODIFY | IN_CREATE), path);
}

static int new_fanotify(unsigned int class)
{
	int fd = fanotify_init(class | FAN_CLOEXEC | FAN_NONBLOCK, O_RDONLY);

	if (fd < 0)
		mkobj_lacks("fanotify_init: %m");
	return fd;
}

static void mark(int fd, unsigned int what, const char *path)
{
	if (fanotify_mark(fd, FAN_MARK_ADD | what, FAN_OPEN | FAN_CLOSE_WRITE, AT_FDCWD, path))
		mkobj_lacks("fanotify_mark %s: %m", path);
}

/* Each event of fanotify comes with a descriptor. */
static void read_all(int fd, bool fanotify)
{
	struct fanotify_event_metadata events[64], *at;
	ssize_t n;

	while ((n = read(fd, events, sizeof(events))) > 0)
		for (at = events; fanotify && FAN_EVENT_OK(at, n); at = FAN_EVENT_NEXT(at, n))
			close(at->fd);
}

/* ---- files on tmpfs ---- */

static void mount_tmpfs(struct mkobj *m)
{
	const char *path = mkobj_path(m, "tmpfs");

	mkobj_try(mkdir(path, 0755), path);
	if (mount("mkobj", path, "tmpfs", 0, NULL))
		mkobj_lacks("mount: %m");
}

static void umount_tmpfs(struct mkobj *m)
{
	umount2(mkobj_path(m, "tmpfs"), MNT_DETACH);
}

static int tmpfs_file(struct mkobj *m, char path[static 256])
{
	snprintf(path, 256, "%s/file", mkobj_path(m, "tmpfs"));
	return mkobj_try(open(path, O_RDWR | O_CREAT, 0600), path);
}

/* What m->num says becomes of the watched file; it is open where its name is not kept. */
enum { KEPT, DELETED, RENAMED, LINKED };

static void make_tmpfs(struct mkobj *m)
{
	int fd = new_inotify(), file;
	char path[256], other[260];

	file = tmpfs_file(m, path);
	snprintf(other, sizeof(other), "%s2", path);
	if (m->c->num == LINKED)
		mkobj_try(link(path, other), other);
	watch(fd, path);
	if (m->c->num == RENAMED)
		mkobj_try(rename(path, other), other);
	if (m->c->num == DELETED || m->c->num == LINKED)
		mkobj_try(unlink(path), path);
	if (m->c->num == KEPT || m->c->num == LINKED)
		close(file);
	/* The change of its links was an event, of which none is to be left. */
	read_all(fd, false);
	mkobj_key(m, "fd=%d", fd);
}

/* ---- somebody waits ---- */

/* The target answers with m->c->num. */
static void make_guard(struct mkobj *m)
{
	int fd = new_fanotify(FAN_CLASS_CONTENT);

	close(mkobj_file(m, "file", O_RDONLY));
	if (fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, mkobj_path(m, "file")))
		mkobj_lacks("fanotify_mark: %m");
	m->fd[0] = fd;
	mkobj_key(m, "fd=%d", fd);
}

static void open_guarded(struct mkobj *m)
{
	pid_t pid = mkobj_try(fork(), "fork");

	if (!pid) {
		close(open(mkobj_path(m, "file"), O_RDONLY));
		pause();
		_exit(0);
	}
	mkobj_await(pid, 'D');
}

static void hear(struct mkobj *m)
{
	struct fanotify_response response = { .response = FAN_ALLOW };
	struct fanotify_event_metadata event;

	mkobj_try(read(m->fd[0], &event, sizeof(event)), "read");
	response.fd = event.fd;
	if (m->c->num)
		mkobj_try(write(m->fd[0], &response, sizeof(response)), "write");
	close(event.fd);
}

/* ---- other file systems ---- */

static void make_plain(struct mkobj *m)
{
	int fd = new_inotify();

	close(mkobj_file(m, "file", O_RDWR));
	watch(fd, mkobj_path(m, "file"));
	watch(fd, "/");
}

/* m->c->arg: a file of a file system without handles. */
static void make_path(struct mkobj *m)
{
	int fd = new_inotify();

	watch(fd, m->c->arg);
	mkobj_key(m, "fd=%d path=%s", fd, m->c->arg);
}

/* The one pseudo file system of kernfs that has handles. */
static void make_cgroup(struct mkobj *m)
{
	struct statfs st;

	if (statfs(m->c->arg, &st) || st.f_type != CGROUP2_SUPER_MAGIC)
		mkobj_lacks("no cgroup2 at /sys/fs/cgroup");
	make_path(m);
}

static void mount_overlay(struct mkobj *m)
{
	char base[200], path[256], opts[800];
	const char *const parts[] = { "lower", "upper", "work", "merged" };
	size_t i;

	snprintf(base, sizeof(base), "%s", mkobj_path(m, "overlay"));
	mkobj_try(mkdir(base, 0755), base);
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", base, parts[i]);
		mkobj_try(mkdir(path, 0755), path);
	}
	snprintf(opts, sizeof(opts), "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", base,
		 base, base);
	if (mount("mkobj", path, "overlay", 0, opts))
		mkobj_lacks("overlay: %m");
}

static void umount_overlay(struct mkobj *m)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/merged", mkobj_path(m, "overlay"));
	umount2(path, MNT_DETACH);
}

static void make_overlay(struct mkobj *m)
{
	int fd = new_inotify();
	char path[256];

	snprintf(path, sizeof(path), "%s/merged/file", mkobj_path(m, "overlay"));
	close(mkobj_try(open(path, O_RDWR | O_CREAT, 0600), path));
	watch(fd, path);
	mkobj_key(m, "fd=%d path=%s", fd, path);
}

/* A tmpfs that only another mount namespace has. */
static void make_elsewhere(struct mkobj *m)
{
	int home = mkobj_try(open("/proc/self/ns/mnt", O_RDONLY), "/proc/self/ns/mnt"), fd;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("mkobj", "/mnt", "tmpfs", 0, NULL))
		mkobj_lacks("cannot mount in a namespace: %m");
	if (m->c->arg) {
		fd = new_fanotify(FAN_CLASS_NOTIF);
		mark(fd, FAN_MARK_MOUNT, "/mnt");
	} else {
		fd = new_inotify();
		watch(fd, "/mnt");
	}
	mkobj_key(m, "fd=%d", fd);
	/* The namespace lives on with who is asked to keep it. */
	mkobj_give(m, mkobj_try(open("/proc/self/ns/mnt", O_RDONLY), "/proc/self/ns/mnt"));
	mkobj_try(setns(home, CLONE_NEWNS), "setns");
	mkobj_try(chdir("/"), "/");
	close(home);
}

/* ---- events ---- */

static void make_events(struct mkobj *m)
{
	int fd = m->c->arg ? new_fanotify(FAN_CLASS_NOTIF) : new_inotify();
	int file = mkobj_file(m, "file", O_RDWR);
	const char *path = mkobj_path(m, "file");

	if (m->c->arg)
		mark(fd, 0, path);
	else
		watch(fd, path);
	close(m->c->arg ? mkobj_try(open(path, O_RDONLY), path) : file);
	if (!m->c->arg)
		mkobj_try(chmod(path, 0600), path);
	else
		close(file);
	if (m->c->num)
		read_all(fd, m->c->arg);
	mkobj_key(m, "fd=%d", fd);
}

/* ---- fanotify ---- */

static void make_mark(struct mkobj *m)
{
	int fd = new_fanotify(FAN_CLASS_NOTIF);

	mark(fd, m->c->num, m->c->arg);
	mkobj_key(m, "fd=%d", fd);
}

#define PATH	"inotify-no-path"
#define HANDLE	"inotify-no-handle"
#define MOUNT	"inotify-no-mount"
#define EVENTS	"inotify-events"
#define SUPER	"fanotify-sb-mark"
#define MISSING	"fanotify-mount-missing"

#define PERM	"fanotify-perm-pending"

const struct mkobj_case mkobj_notify_cases[] = {
	{ .name = PERM, .rule = PERM, .make = make_guard, .finish = open_guarded, .settle = hear,
	  .flags = "root-only" },
	{ .name = PERM ".miss", .rule = PERM, .make = make_guard, .finish = open_guarded,
	  .settle = hear, .num = 1, .flags = "root-only" },
	{ .name = PATH, .rule = PATH, .prepare = mount_tmpfs, .make = make_tmpfs,
	  .cleanup = umount_tmpfs, .num = DELETED, .flags = "root-only" },
	{ .name = PATH ".miss", .rule = PATH, .prepare = mount_tmpfs, .make = make_tmpfs,
	  .cleanup = umount_tmpfs, .num = KEPT, .flags = "root-only" },
	{ .name = PATH ".miss-renamed", .rule = PATH, .prepare = mount_tmpfs,
	  .make = make_tmpfs, .cleanup = umount_tmpfs, .num = RENAMED, .flags = "root-only" },
	{ .name = PATH ".miss-linked", .rule = PATH, .prepare = mount_tmpfs,
	  .make = make_tmpfs, .cleanup = umount_tmpfs, .num = LINKED, .flags = "root-only" },
	{ .name = HANDLE, .rule = HANDLE, .prepare = mount_overlay, .make = make_overlay,
	  .cleanup = umount_overlay, .flags = "root-only" },
	{ .name = HANDLE ".proc", .rule = HANDLE, .make = make_path, .arg = "/proc/uptime" },
	{ .name = HANDLE ".miss", .rule = HANDLE, .make = make_plain },
	{ .name = HANDLE ".miss-cgroup", .rule = HANDLE, .make = make_cgroup,
	  .arg = "/sys/fs/cgroup/cgroup.procs" },
	{ .name = MOUNT, .rule = MOUNT, .make = make_elsewhere, .flags = "root-only" },
	{ .name = MOUNT ".miss", .rule = MOUNT, .prepare = mount_tmpfs, .make = make_tmpfs,
	  .cleanup = umount_tmpfs, .num = KEPT, .flags = "root-only" },
	{ .name = EVENTS, .rule = EVENTS, .make = make_events },
	{ .name = EVENTS ".fanotify", .rule = EVENTS, .make = make_events, .arg = "fanotify",
	  .flags = "root-only" },
	{ .name = EVENTS ".miss", .rule = EVENTS, .make = make_events, .num = 1 },
	{ .name = EVENTS ".miss-fanotify", .rule = EVENTS, .make = make_events,
	  .arg = "fanotify", .num = 1, .flags = "root-only" },
	{ .name = SUPER, .rule = SUPER, .make = make_mark, .arg = "/sys",
	  .num = FAN_MARK_FILESYSTEM, .flags = "root-only" },
	{ .name = SUPER ".miss", .rule = SUPER, .make = make_mark, .arg = "/",
	  .num = FAN_MARK_ADD, .flags = "root-only" },
	{ .name = MISSING, .rule = MISSING, .make = make_elsewhere, .arg = "fanotify",
	  .flags = "root-only" },
	{ .name = MISSING ".miss", .rule = MISSING, .make = make_mark, .arg = "/sys",
	  .num = FAN_MARK_MOUNT, .flags = "root-only" },
	{ }
};
