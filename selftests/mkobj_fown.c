// SPDX-License-Identifier: GPL-2.0
/* mkobj_fown.c - files whose signals go to somebody, and directories that send them. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mkobj.h"

/* Whom m->num makes the owner. */
enum { HOLDER, HOLDERS_GROUP, SELF, OWN_GROUP, CHILD, NOBODY, GONE };

static struct f_owner_ex choose(const struct mkobj *m)
{
	struct f_owner_ex owner = { .type = F_OWNER_PID };

	switch (m->c->num) {
	case HOLDER:
		owner.pid = m->holder;
		break;
	case HOLDERS_GROUP:
		owner.type = F_OWNER_PGRP;
		owner.pid = getpgid(m->holder);
		break;
	case SELF:
		owner.pid = getpid();
		break;
	case OWN_GROUP:
		owner.type = F_OWNER_PGRP;
		owner.pid = getpgrp();
		break;
	case CHILD:
		owner.pid = mkobj_child();
		break;
	case GONE:
		owner.pid = mkobj_dead_child();
		break;
	}
	return owner;
}

/* No signal is ever sent: that needs O_ASYNC. */
static void make_owner(struct mkobj *m)
{
	int p[2] = { -1, -1 }, fd;
	struct f_owner_ex owner;

	if (m->c->arg)
		mkobj_try(pipe(p), "pipe");
	fd = m->c->arg ? p[0] : mkobj_file(m, "file", O_RDWR);
	if (m->c->num == NOBODY)
		mkobj_try(fcntl(fd, F_SETOWN, m->holder), "F_SETOWN");
	owner = choose(m);
	mkobj_try(fcntl(fd, F_SETOWN_EX, &owner), "F_SETOWN_EX");
	if (m->c->num == GONE)
		waitpid(owner.pid, NULL, 0);
	if (m->c->num == HOLDER && !m->c->arg)
		mkobj_key_fd(m, fd, "peer-pid=%d", m->holder);
	else
		mkobj_key_fd(m, fd, "");
}

/* Beside F_NOTIFY, what m->num may be. */
enum { NO_NOTIFY = -1, INOTIFY = -2, ENDED = -3 };

static int open_folder(void)
{
	return mkobj_try(open("/tmp", O_RDONLY | O_DIRECTORY), "/tmp");
}

static void make_dnotify(struct mkobj *m)
{
	int fd = open_folder(), notify;

	signal(SIGIO, SIG_IGN);
	switch (m->c->num) {
	case NO_NOTIFY:
		mkobj_try(fcntl(fd, F_SETOWN, getpid()), "F_SETOWN");
		break;
	case INOTIFY:
		notify = mkobj_try(inotify_init1(0), "inotify_init1");
		mkobj_try(inotify_add_watch(notify, "/tmp", IN_ATTRIB), "inotify_add_watch");
		break;
	default:
		if (fcntl(fd, F_NOTIFY, m->c->num == ENDED ? DN_RENAME : m->c->num))
			mkobj_lacks("F_NOTIFY: %m");
	}
	if (m->c->num == ENDED)
		mkobj_try(fcntl(fd, F_NOTIFY, 0), "F_NOTIFY");
	mkobj_key(m, "fd=%d path=/tmp", fd);
}

#define OUTSIDE	"file-fown-outside"
#define DNOTIFY	"file-dnotify"

const struct mkobj_case mkobj_fown_cases[] = {
	{ .name = OUTSIDE, .rule = OUTSIDE, .make = make_owner, .num = HOLDER },
	{ .name = OUTSIDE ".group", .rule = OUTSIDE, .make = make_owner, .num = HOLDERS_GROUP },
	{ .name = OUTSIDE ".pipe", .rule = OUTSIDE, .make = make_owner, .num = HOLDER,
	  .arg = "pipe" },
	{ .name = OUTSIDE ".miss", .rule = OUTSIDE, .make = make_owner, .num = SELF },
	{ .name = OUTSIDE ".miss-group", .rule = OUTSIDE, .make = make_owner, .num = OWN_GROUP },
	{ .name = OUTSIDE ".miss-child", .rule = OUTSIDE, .make = make_owner, .num = CHILD },
	{ .name = OUTSIDE ".miss-none", .rule = OUTSIDE, .make = make_owner, .num = NOBODY },
	{ .name = OUTSIDE ".miss-gone", .rule = OUTSIDE, .make = make_owner, .num = GONE },
	{ .name = DNOTIFY, .rule = DNOTIFY, .make = make_dnotify, .num = DN_RENAME },
	{ .name = DNOTIFY ".multishot", .rule = DNOTIFY, .make = make_dnotify,
	  .num = DN_MULTISHOT | DN_RENAME },
	{ .name = DNOTIFY ".miss", .rule = DNOTIFY, .make = make_dnotify, .num = NO_NOTIFY },
	{ .name = DNOTIFY ".miss-inotify", .rule = DNOTIFY, .make = make_dnotify,
	  .num = INOTIFY },
	{ .name = DNOTIFY ".miss-ended", .rule = DNOTIFY, .make = make_dnotify, .num = ENDED },
	{ }
};
