// SPDX-License-Identifier: GPL-2.0
/* mkobj_pipe.c - pipes in packet mode, and what that leaves behind. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mkobj.h"

/* What m->num says is done with the pipe, in this order. */
enum {
	PACKETS = 1,	/* made with O_DIRECT */
	FILL = 2,	/* two writes */
	CLEAR = 4,	/* O_DIRECT off again */
	DRAIN = 8,	/* two reads */
	DIRECT_READ = 16, /* O_DIRECT on the reading end instead */
};

static void fill(int fd)
{
	if (write(fd, "one", 3) != 3 || write(fd, "two", 3) != 3)
		mkobj_fail("cannot write into a pipe: %m");
}

static void make_pipe(struct mkobj *m)
{
	long what = m->c->num;
	char buf[6];
	int p[2];

	mkobj_try(pipe2(p, what & PACKETS ? O_DIRECT : 0), "pipe2");
	if (what & FILL)
		fill(p[1]);
	if (what & CLEAR)
		mkobj_try(fcntl(p[1], F_SETFL, 0), "F_SETFL");
	if (what & DIRECT_READ)
		mkobj_try(fcntl(p[0], F_SETFL, O_DIRECT), "F_SETFL");
	if (what & DRAIN)
		while (fcntl(p[0], F_SETFL, O_NONBLOCK) == 0 && read(p[0], buf, sizeof(buf)) > 0)
			;
	if (what & DRAIN)
		mkobj_try(fcntl(p[0], F_SETFL, 0), "F_SETFL");
	if (what & FILL)
		mkobj_key_fd(m, p[0], "");
	else
		mkobj_key_fd(m, p[what & DIRECT_READ ? 0 : 1], "");
}

#define PIPE	"pipe-odirect"
#define PACKET	"pipe-packet-buffered"

/* ---- very many ---- */

static void allow_files(int nr)
{
	struct rlimit rl = { nr, nr };

	if (setrlimit(RLIMIT_NOFILE, &rl))
		mkobj_fail("RLIMIT_NOFILE: %m");
}

/* One end of each: the read end, or the write end where m->c->arg says so. */
static void make_pipes(struct mkobj *m)
{
	int p[2], i;

	allow_files(4096);
	for (i = 0; i < m->c->num; i++) {
		mkobj_try(pipe(p), "pipe");
		close(p[!m->c->arg]);
	}
	mkobj_key(m, "kind=pipe");
}

static void make_fifos(struct mkobj *m)
{
	char name[16];
	int i;

	allow_files(4096);
	for (i = 0; i < m->c->num; i++) {
		sprintf(name, "fifo%d", i);
		if (mkfifo(mkobj_path(m, name), 0600))
			mkobj_fail("mkfifo: %m");
		mkobj_try(open(mkobj_path(m, name), O_RDWR), "open");
	}
	mkobj_key(m, "kind=fifo");
}

#define MANY	"pipe-too-many"

const struct mkobj_case mkobj_pipe_cases[] = {
	{ .name = PIPE, .rule = PIPE, .make = make_pipe, .num = PACKETS },
	{ .name = PIPE ".read-end", .rule = PIPE, .make = make_pipe, .num = DIRECT_READ },
	{ .name = PIPE ".miss", .rule = PIPE, .make = make_pipe },
	{ .name = PIPE ".miss-cleared", .rule = PIPE, .make = make_pipe, .num = PACKETS | CLEAR },
	{ .name = PACKET, .rule = PACKET, .make = make_pipe, .num = PACKETS | FILL | CLEAR },
	{ .name = PACKET ".miss", .rule = PACKET, .make = make_pipe,
	  .num = PACKETS | FILL | CLEAR | DRAIN },
	{ .name = PACKET ".miss-data", .rule = PACKET, .make = make_pipe, .num = FILL },
	{ .name = MANY, .rule = MANY, .make = make_pipes, .num = 1025 },
	{ .name = MANY ".fifo", .rule = MANY, .make = make_fifos, .num = 1025 },
	{ .name = MANY ".miss", .rule = MANY, .make = make_pipes, .num = 1024 },
	{ .name = MANY ".miss-write-ends", .rule = MANY, .make = make_pipes, .num = 1025,
	  .arg = "write" },
	{ }
};
