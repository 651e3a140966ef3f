// SPDX-License-Identifier: GPL-2.0
/* mkobj_unix_name.c - UNIX sockets bound to relative paths, some of which lead elsewhere later. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_unix.h"

/* Goes to a new folder, in which "link" leads to the folder "sub". */
static void enter(struct mkobj *m)
{
	const char *dir = mkobj_path(m, "dir");

	if (mkdir(dir, 0755) || chdir(dir) || mkdir("sub", 0755) || symlink("sub", "link"))
		mkobj_fail("%s: %m", dir);
}

static void leave(void)
{
	if (chdir("/"))
		mkobj_fail("chdir: %m");
}

static int bind_in_folder(struct mkobj *m)
{
	enter(m);
	return unix_bound(m->c->arg, SOCK_DGRAM, false);
}

static void make_relative(struct mkobj *m)
{
	int fd = bind_in_folder(m);

	mkobj_key_fd(m, fd, "name=%s", m->c->arg);
	leave();
}

static void make_deleted(struct mkobj *m)
{
	int fd = bind_in_folder(m);

	if (unlink(m->c->arg))
		mkobj_fail("unlink: %m");
	mkobj_key_fd(m, fd, "name=%s", m->c->arg);
	leave();
}

static void make_absolute(struct mkobj *m)
{
	unix_bound(mkobj_path(m, "absolute"), SOCK_DGRAM, false);
}

static void make_abstract(struct mkobj *m)
{
	char name[32];

	snprintf(name, sizeof(name), "mkobj-%d-%d", getpid(), m->index);
	mkobj_key_fd(m, unix_bound(name, m->c->num, true), "name=%s", name);
}

/* The name has a blank, which KEY lines cannot have. */
static void make_marked(struct mkobj *m)
{
	mkobj_key_fd(m, bind_in_folder(m), "");
	leave();
}

static void make_renamed(struct mkobj *m)
{
	int fd = bind_in_folder(m);

	if (rename(m->c->arg, "elsewhere"))
		mkobj_fail("rename: %m");
	mkobj_key_fd(m, fd, "name=%s path=%s/elsewhere", m->c->arg, mkobj_path(m, "dir"));
	leave();
}

/* What a listener accepts has its name, too. */
static void make_renamed_accepted(struct mkobj *m)
{
	int fd = mkobj_try(socket(AF_UNIX, SOCK_STREAM, 0), "socket"), listener;

	enter(m);
	listener = unix_bound(m->c->arg, SOCK_STREAM, false);
	unix_join(fd, m->c->arg, false);
	fd = mkobj_try(accept(listener, NULL, NULL), "accept");
	if (rename(m->c->arg, "elsewhere"))
		mkobj_fail("rename: %m");
	mkobj_key_fd(m, listener, "");
	mkobj_key_fd(m, fd, "");
	leave();
}

/* The folder is another one now, the end of the path is the same. */
static void make_folder_renamed(struct mkobj *m)
{
	char other[128];

	bind_in_folder(m);
	leave();
	snprintf(other, sizeof(other), "%s", mkobj_path(m, "other"));
	if (rename(mkobj_path(m, "dir"), other))
		mkobj_fail("rename: %m");
}

static void make_renamed_absolute(struct mkobj *m)
{
	char other[128];

	make_absolute(m);
	snprintf(other, sizeof(other), "%s", mkobj_path(m, "other"));
	if (rename(mkobj_path(m, "absolute"), other))
		mkobj_fail("rename: %m");
}

#define RELATIVE	"unix-relative-path"
#define MOVED		"unix-path-moved"
#define ABSTRACT	"unix-abstract"
#define ALSO		"also=" RELATIVE

const struct mkobj_case mkobj_unix_name_cases[] = {
	{ .name = RELATIVE, .rule = RELATIVE, .make = make_relative, .arg = "s" },
	{ .name = RELATIVE ".folder", .rule = RELATIVE, .make = make_relative, .arg = "sub/s" },
	{ .name = RELATIVE ".deleted", .rule = RELATIVE, .make = make_deleted, .arg = "s" },
	{ .name = RELATIVE ".miss", .rule = RELATIVE, .make = make_absolute },
	{ .name = RELATIVE ".miss-abstract", .rule = RELATIVE, .make = make_abstract,
	  .num = SOCK_DGRAM, .flags = "also=" ABSTRACT },
	{ .name = MOVED, .rule = MOVED, .make = make_renamed, .arg = "s", .flags = ALSO },
	{ .name = MOVED ".accepted", .rule = MOVED, .make = make_renamed_accepted, .arg = "s",
	  .flags = ALSO ",also=unix-name-lost" },
	{ .name = MOVED ".up", .rule = MOVED, .make = make_relative, .arg = "sub/../s",
	  .flags = ALSO },
	{ .name = MOVED ".slashes", .rule = MOVED, .make = make_relative, .arg = "sub//s",
	  .flags = ALSO },
	{ .name = MOVED ".dots", .rule = MOVED, .make = make_relative, .arg = "././s",
	  .flags = ALSO },
	{ .name = MOVED ".link", .rule = MOVED, .make = make_relative, .arg = "link/s",
	  .flags = ALSO },
	{ .name = MOVED ".mark", .rule = MOVED, .make = make_marked, .arg = "s (deleted)",
	  .flags = ALSO },
	{ .name = MOVED ".miss", .rule = MOVED, .make = make_folder_renamed, .arg = "s",
	  .flags = ALSO },
	{ .name = MOVED ".miss-dot", .rule = MOVED, .make = make_relative, .arg = "./s",
	  .flags = ALSO },
	{ .name = MOVED ".miss-deleted", .rule = MOVED, .make = make_deleted, .arg = "sub/s",
	  .flags = ALSO },
	{ .name = MOVED ".miss-absolute", .rule = MOVED, .make = make_renamed_absolute },
	{ .name = ABSTRACT, .rule = ABSTRACT, .make = make_abstract, .num = SOCK_DGRAM },
	{ .name = ABSTRACT ".listen", .rule = ABSTRACT, .make = make_abstract,
	  .num = SOCK_STREAM },
	{ .name = ABSTRACT ".miss", .rule = ABSTRACT, .make = make_absolute },
	{ }
};
