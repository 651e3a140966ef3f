// SPDX-License-Identifier: GPL-2.0
/*
 * mkobj_unix.c - UNIX sockets and where their peers are.
 *
 * Pairs are made inside, so that the credentials in them are the target's own; one end is then
 * given to the holder.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_unix.h"

static socklen_t set_addr(struct sockaddr_un *sa, const char *name, bool abstract)
{
	size_t n = strlen(name);

	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(sa->sun_path + abstract, name, n);
	return offsetof(struct sockaddr_un, sun_path) + n + 1;
}

int unix_bound(const char *name, int type, bool abstract)
{
	struct sockaddr_un sa;
	socklen_t len = set_addr(&sa, name, abstract);
	int fd = mkobj_try(socket(AF_UNIX, type, 0), "socket");

	mkobj_try(bind(fd, (struct sockaddr *)&sa, len), name);
	if (type != SOCK_DGRAM)
		mkobj_try(listen(fd, 4), "listen");
	return fd;
}

void unix_join(int fd, const char *name, bool abstract)
{
	struct sockaddr_un sa;
	socklen_t len = set_addr(&sa, name, abstract);

	mkobj_try(connect(fd, (struct sockaddr *)&sa, len), name);
}

void unix_need_listener(void)
{
	FILE *symbols = fopen("/proc/kallsyms", "r");
	char line[256];
	bool known = false;

	/* It is known to the newer collector of garbage. */
	while (symbols && !known && fgets(line, sizeof(line), symbols))
		known = strstr(line, " unix_prepare_fpl");
	if (symbols)
		fclose(symbols);
	if (!known)
		mkobj_lacks("the kernel does not tell a connection's listener");
}

/* The name at which the holder listens: a path, or an abstract one where m->c->arg says so. */
static const char *outside_name(struct mkobj *m)
{
	return mkobj_path(m, "outside");
}

/* ---- pairs ---- */

static void make_pair_outside(struct mkobj *m)
{
	int p[2];

	mkobj_try(socketpair(AF_UNIX, m->c->num, 0, p), "socketpair");
	mkobj_key_fd(m, p[0], "");
	mkobj_give(m, p[1]);
}

/* The child has the socket too: one finding. */
static void make_pair_outside_shared(struct mkobj *m)
{
	int p[2];

	mkobj_try(socketpair(AF_UNIX, m->c->num, 0, p), "socketpair");
	mkobj_key_fd(m, p[0], "count=2");
	mkobj_give(m, p[1]);
	if (!mkobj_fork())
		mkobj_pause();
}

static void make_pair_inside(struct mkobj *m)
{
	int p[2];

	mkobj_try(socketpair(AF_UNIX, m->c->num, 0, p), "socketpair");
}

static void make_pair_with_child(struct mkobj *m)
{
	int p[2];
	pid_t pid;

	mkobj_try(socketpair(AF_UNIX, m->c->num, 0, p), "socketpair");
	pid = mkobj_fork();
	close(p[!pid]);
	if (!pid)
		mkobj_pause();
}

/* ---- names ---- */

static void bind_outside(struct mkobj *m)
{
	m->fd[0] = unix_bound(outside_name(m), m->c->num, m->c->arg);
}

static void make_join_outside(struct mkobj *m)
{
	int fd = mkobj_try(socket(AF_UNIX, m->c->num, 0), "socket");

	unix_join(fd, outside_name(m), m->c->arg);
	mkobj_key_fd(m, fd, "");
}

static void accept_outside(struct mkobj *m)
{
	m->fd[1] = mkobj_try(accept(m->fd[0], NULL, NULL), "accept");
}

static void make_listener(struct mkobj *m)
{
	m->fd[0] = unix_bound(mkobj_path(m, "inside"), m->c->num, false);
}

static void join_inside(struct mkobj *m)
{
	m->fd[0] = mkobj_try(socket(AF_UNIX, m->c->num, 0), "socket");
	unix_join(m->fd[0], mkobj_path(m, "inside"), false);
}

static void settle_accept(struct mkobj *m)
{
	int fd = mkobj_try(accept(m->fd[0], NULL, NULL), "accept");

	mkobj_key_fd(m, fd, "");
}

static void make_dgram_inside(struct mkobj *m)
{
	unix_bound(mkobj_path(m, "inside"), SOCK_DGRAM, false);
	unix_join(mkobj_try(socket(AF_UNIX, SOCK_DGRAM, 0), "socket"), mkobj_path(m, "inside"),
		  false);
}

static void make_unconnected(struct mkobj *m)
{
	mkobj_try(socket(AF_UNIX, m->c->num, 0), "socket");
}

/* ---- a pair of which one end is connected elsewhere afterwards ---- */

static int error_of(int fd)
{
	socklen_t len = sizeof(int);
	int error = 0;

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) ? -1 : error;
}

static void make_reconnected(struct mkobj *m)
{
	int p[2];

	mkobj_try(socketpair(AF_UNIX, SOCK_DGRAM, 0, p), "socketpair");
	unix_bound(mkobj_path(m, "third"), SOCK_DGRAM, false);
	unix_join(p[1], mkobj_path(m, "third"), false);
	error_of(p[0]);
	mkobj_key_fd(m, p[0], "");
}

static void make_pair_for_outside(struct mkobj *m)
{
	int p[2];

	mkobj_try(socketpair(AF_UNIX, SOCK_DGRAM, 0, p), "socketpair");
	mkobj_key_fd(m, p[0], "");
	m->fd[0] = p[0];
	mkobj_give(m, p[1]);
}

static void reconnect_outside(struct mkobj *m)
{
	unix_bound(mkobj_path(m, "third"), SOCK_DGRAM, false);
	unix_join(m->fd[0], mkobj_path(m, "third"), false);
}

static void settle_error(struct mkobj *m)
{
	error_of(m->fd[0]);
}

/*
 * The peer went elsewhere as well, but it has a name; @num: it has the lower descriptor; @arg: the
 * third has the lowest.
 */
static void make_reconnected_named(struct mkobj *m)
{
	struct sockaddr_un sa;
	socklen_t len = set_addr(&sa, mkobj_path(m, "peer"), false);
	int p[2], its = !m->c->num;

	if (m->c->arg)
		unix_bound(mkobj_path(m, "third"), SOCK_DGRAM, false);
	mkobj_try(socketpair(AF_UNIX, SOCK_DGRAM, 0, p), "socketpair");
	mkobj_try(bind(p[its], (struct sockaddr *)&sa, len), "bind");
	if (!m->c->arg)
		unix_bound(mkobj_path(m, "third"), SOCK_DGRAM, false);
	unix_join(p[its], mkobj_path(m, "third"), false);
	error_of(p[!its]);
	mkobj_key_fd(m, p[!its], "type=dgram peer=%llu", mkobj_ino(p[its]));
}

/* A connection that is not accepted yet; @num: the listener has the lower descriptor. */
static void make_waiting(struct mkobj *m)
{
	const char *name = mkobj_path(m, "listener");
	int sk = -1;

	if (!m->c->num)
		sk = mkobj_try(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	unix_bound(name, SOCK_STREAM, false);
	if (m->c->num)
		sk = mkobj_try(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	unix_join(sk, name, false);
	mkobj_key_fd(m, sk, "transient=yes");
}

/* ---- who made a pair ---- */

/* Two sockets that were made outside, of which the target has both and the holder none. */
static void send_pair(struct mkobj *m)
{
	int p[2];

	join_inside(m);
	mkobj_try(socketpair(AF_UNIX, m->c->num, 0, p), "socketpair");
	mkobj_send_fd(m->fd[0], p[0]);
	mkobj_send_fd(m->fd[0], p[1]);
	close(p[0]);
	close(p[1]);
	close(m->fd[0]);
}

static int receive_fd(int sock)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} u;
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = u.buf,
			     .msg_controllen = sizeof(u.buf) };
	int fd;

	mkobj_try(recvmsg(sock, &mh, 0), "recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&mh)), sizeof(fd));
	return fd;
}

static void settle_pair(struct mkobj *m)
{
	int sock = mkobj_try(accept(m->fd[0], NULL, NULL), "accept");

	mkobj_key_fd(m, receive_fd(sock), "");
	mkobj_key_fd(m, receive_fd(sock), "");
	close(sock);
	close(m->fd[0]);
}

static void make_pair_of_user(struct mkobj *m)
{
	int p[2];

	mkobj_try(socketpair(AF_UNIX, m->c->num, 0, p), "socketpair");
	mkobj_key_fd(m, p[0], "count=2");
}

/* A connection to a listener. */
static void make_accepted(struct mkobj *m)
{
	const char *name = mkobj_path(m, "listener");
	int listener = unix_bound(name, SOCK_STREAM, false);
	int client = mkobj_try(socket(AF_UNIX, SOCK_STREAM, 0), "socket");

	unix_join(client, name, false);
	mkobj_key_fd(m, mkobj_try(accept(listener, NULL, NULL), "accept"), "");
}

#define NAME_LOST	"unix-name-lost"
#define PEERCRED	"unix-peercred"
#define AS_ROOT		"unix-peercred-root"
#define DGRAM		"unix-external-dgram"
#define STREAM		"unix-external-stream"
#define NAMELESS	"unix-external-nameless"
#define UNREACHABLE	"unix-peer-unreachable"
#define FORWARD		"unix-peer-forward"

const struct mkobj_case mkobj_unix_cases[] = {
	{ .name = DGRAM, .rule = DGRAM, .prepare = bind_outside, .make = make_join_outside,
	  .num = SOCK_DGRAM },
	{ .name = DGRAM ".abstract", .rule = DGRAM, .prepare = bind_outside,
	  .make = make_join_outside, .num = SOCK_DGRAM, .arg = "abstract" },
	{ .name = DGRAM ".miss", .rule = DGRAM, .make = make_dgram_inside },
	{ .name = DGRAM ".miss-unconnected", .rule = DGRAM, .make = make_unconnected,
	  .num = SOCK_DGRAM },
	{ .name = STREAM, .rule = STREAM, .make = make_pair_outside, .num = SOCK_STREAM },
	{ .name = STREAM ".seqpacket", .rule = STREAM, .make = make_pair_outside,
	  .num = SOCK_SEQPACKET },
	{ .name = STREAM ".shared", .rule = STREAM, .make = make_pair_outside_shared,
	  .num = SOCK_STREAM },
	{ .name = STREAM ".client", .rule = STREAM, .prepare = bind_outside,
	  .make = make_join_outside, .finish = accept_outside, .num = SOCK_STREAM },
	{ .name = STREAM ".server", .rule = STREAM, .make = make_listener,
	  .finish = join_inside, .settle = settle_accept, .num = SOCK_STREAM },
	{ .name = STREAM ".miss", .rule = STREAM, .make = make_pair_inside, .num = SOCK_STREAM },
	{ .name = STREAM ".miss-seqpacket", .rule = STREAM, .make = make_pair_inside,
	  .num = SOCK_SEQPACKET },
	{ .name = STREAM ".miss-child", .rule = STREAM, .make = make_pair_with_child,
	  .num = SOCK_STREAM },
	{ .name = STREAM ".miss-listen", .rule = STREAM, .make = make_listener,
	  .num = SOCK_STREAM },
	{ .name = STREAM ".miss-unconnected", .rule = STREAM, .make = make_unconnected,
	  .num = SOCK_STREAM },
	{ .name = NAMELESS, .rule = NAMELESS, .make = make_pair_outside, .num = SOCK_DGRAM },
	{ .name = NAMELESS ".miss", .rule = NAMELESS, .make = make_pair_inside,
	  .num = SOCK_DGRAM },
	{ .name = NAMELESS ".miss-child", .rule = NAMELESS, .make = make_pair_with_child,
	  .num = SOCK_DGRAM },
	{ .name = PEERCRED, .rule = PEERCRED, .make = make_listener, .finish = send_pair,
	  .settle = settle_pair, .num = SOCK_STREAM },
	{ .name = PEERCRED ".miss", .rule = PEERCRED, .make = make_pair_with_child,
	  .num = SOCK_SEQPACKET },
	{ .name = NAME_LOST, .rule = NAME_LOST, .make = make_accepted },
	{ .name = NAME_LOST ".miss", .rule = NAME_LOST, .make = make_pair_inside,
	  .num = SOCK_STREAM },
	{ .name = AS_ROOT, .rule = AS_ROOT, .make = make_pair_of_user, .num = SOCK_STREAM,
	  .uid = MKOBJ_NOBODY },
	{ .name = AS_ROOT ".miss", .rule = AS_ROOT, .make = make_pair_inside,
	  .num = SOCK_STREAM },
	{ .name = UNREACHABLE, .rule = UNREACHABLE, .make = make_reconnected },
	{ .name = UNREACHABLE ".outside", .rule = UNREACHABLE, .make = make_pair_for_outside,
	  .finish = reconnect_outside, .settle = settle_error },
	{ .name = UNREACHABLE ".miss", .rule = UNREACHABLE, .make = make_reconnected_named,
	  .arg = "third" },
	{ .name = FORWARD, .rule = FORWARD, .make = make_reconnected_named },
	{ .name = FORWARD ".peer-first", .rule = FORWARD, .make = make_reconnected_named,
	  .num = 1 },
	{ .name = FORWARD ".connected-first", .rule = FORWARD, .make = make_reconnected_named,
	  .arg = "third", .num = 1 },
	{ .name = FORWARD ".waits", .rule = FORWARD, .make = make_waiting },
	{ .name = FORWARD ".miss", .rule = FORWARD, .make = make_reconnected_named,
	  .arg = "third" },
	{ .name = FORWARD ".miss-waits", .rule = FORWARD, .make = make_waiting, .num = 1 },
	{ }
};
