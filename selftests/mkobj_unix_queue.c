// SPDX-License-Identifier: GPL-2.0
/*
 * mkobj_unix_queue.c - what waits at UNIX sockets: connections to be accepted, messages to be
 * received.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_unix.h"

#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#endif

static void say(int fd, size_t len)
{
	static const char text[60000];

	if (send(fd, text, len, 0) != (ssize_t)len)
		mkobj_fail("send: %m");
}

static void turn_on(int fd, int option, int value)
{
	if (!setsockopt(fd, SOL_SOCKET, option, &value, sizeof(value)))
		return;
	if (errno == ENOPROTOOPT)
		mkobj_lacks("socket option %d: %m", option);
	mkobj_fail("socket option %d: %m", option);
}

/* ---- connections ---- */

static int client(struct mkobj *m, const char *name)
{
	int fd = mkobj_try(socket(AF_UNIX, m->c->num ? m->c->num : SOCK_STREAM, 0), "socket");

	unix_join(fd, mkobj_path(m, name), false);
	return fd;
}

static int listener(struct mkobj *m, const char *name)
{
	return unix_bound(mkobj_path(m, name), m->c->num ? m->c->num : SOCK_STREAM, false);
}

static void make_waiting(struct mkobj *m)
{
	listener(m, "inside");
	client(m, "inside");
}

static void make_waiting_data(struct mkobj *m)
{
	int fd;

	listener(m, "inside");
	fd = client(m, "inside");
	mkobj_key_fd(m, fd, "transient=yes");
	say(fd, 1);
}

static void make_accepted_data(struct mkobj *m)
{
	int fd = listener(m, "inside");

	say(client(m, "inside"), 1);
	mkobj_try(accept(fd, NULL, NULL), "accept");
}

static void make_waiting_closed(struct mkobj *m)
{
	int fd = listener(m, "inside");

	client(m, "inside");
	close(client(m, "inside"));
	close(client(m, "inside"));
	mkobj_key_fd(m, fd, "transient=yes connections=2");
}

static void make_accepted_closed(struct mkobj *m)
{
	int fd = listener(m, "inside");

	close(client(m, "inside"));
	mkobj_try(accept(fd, NULL, NULL), "accept");
}

static void make_listener(struct mkobj *m)
{
	mkobj_key_fd(m, listener(m, "inside"), "transient=yes connections=1");
}

static void join_inside(struct mkobj *m)
{
	client(m, "inside");
}

static void make_waiting_child(struct mkobj *m)
{
	listener(m, "inside");
	if (mkobj_fork())
		return;
	client(m, "inside");
	mkobj_pause();
}

static void listen_outside(struct mkobj *m)
{
	listener(m, "outside");
}

static void make_waiting_outside(struct mkobj *m)
{
	unix_need_listener();
	mkobj_key_fd(m, client(m, "outside"), "transient=yes");
}

static void make_waiting_outside_data(struct mkobj *m)
{
	int fd;

	unix_need_listener();
	fd = client(m, "outside");
	mkobj_key_fd(m, fd, "transient=yes");
	say(fd, 1);
}

/* ---- half of a connection ---- */

static void make_shut_before(struct mkobj *m)
{
	int fd, other = listener(m, "inside");

	fd = mkobj_try(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	mkobj_try(shutdown(fd, SHUT_WR), "shutdown");
	unix_join(fd, mkobj_path(m, "inside"), false);
	mkobj_try(accept(other, NULL, NULL), "accept");
	mkobj_key_fd(m, fd, "");
}

static void make_shut_after(struct mkobj *m)
{
	int p[2], q[2];

	(void)m;
	mkobj_try(socketpair(AF_UNIX, SOCK_STREAM, 0, p), "socketpair");
	mkobj_try(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, q), "socketpair");
	mkobj_try(shutdown(p[0], SHUT_WR), "shutdown");
	mkobj_try(shutdown(q[0], SHUT_RDWR), "shutdown");
}

/* ---- messages ---- */

/* What is received from p[1], of the type that m->c->num says. */
static void pair(struct mkobj *m, int p[2])
{
	mkobj_try(socketpair(AF_UNIX, m->c->num, 0, p), "socketpair");
}

static int control_option(const char *name)
{
	return !strcmp(name, "creds") ? SO_PASSCRED : !strcmp(name, "pidfd") ? SO_PASSPIDFD :
	       !strcmp(name, "label") ? SO_PASSSEC : SO_TIMESTAMP;
}

static void make_control(struct mkobj *m)
{
	int p[2];

	pair(m, p);
	turn_on(p[1], control_option(m->c->arg), 1);
	say(p[0], 1);
	mkobj_key_fd(m, p[1], "transient=yes");
}

static void make_control_empty(struct mkobj *m)
{
	int p[2];

	pair(m, p);
	turn_on(p[1], SO_PASSCRED, 1);
}

static void make_control_received(struct mkobj *m)
{
	char byte;
	int p[2];

	pair(m, p);
	turn_on(p[1], SO_PASSCRED, 1);
	say(p[0], 1);
	mkobj_try(recv(p[1], &byte, 1, 0), "recv");
}

/* The sender's option, or one that adds nothing. */
static void make_no_control(struct mkobj *m)
{
	int p[2];

	pair(m, p);
	turn_on(p[!strcmp(m->c->arg, "creds") ? 0 : 1], control_option(m->c->arg), 1);
	say(p[0], 1);
}

static void make_big(struct mkobj *m)
{
	int p[2];

	pair(m, p);
	turn_on(p[0], SO_SNDBUF, 1 << 18);
	turn_on(p[1], SO_SNDBUF, 1);
	say(p[0], 100);
	say(p[0], 60000);
	mkobj_key_fd(m, p[1], "transient=yes len=60000");
}

static void make_not_big(struct mkobj *m)
{
	int p[2];

	pair(m, p);
	turn_on(p[0], SO_SNDBUF, 1 << 18);
	turn_on(p[1], SO_SNDBUF, 1);
	say(p[0], m->c->num == SOCK_STREAM ? 60000 : 100);
}

static void make_empty(struct mkobj *m)
{
	int p[2];

	pair(m, p);
	say(p[0], 0);
	mkobj_key_fd(m, p[1], "transient=yes");
}

static void make_empty_after(struct mkobj *m)
{
	int p[2];

	pair(m, p);
	say(p[0], 5);
	say(p[0], 0);
	say(p[0], 7);
	mkobj_key_fd(m, p[1], "transient=yes");
}

/* CRIU does not get as far as what it would refuse. */
static void make_empty_before(struct mkobj *m)
{
	int p[2];

	pair(m, p);
	turn_on(p[0], SO_SNDBUF, 1 << 18);
	turn_on(p[1], SO_SNDBUF, 1);
	turn_on(p[1], SO_PASSCRED, 1);
	say(p[0], 0);
	say(p[0], 60000);
	mkobj_key_fd(m, p[1], "transient=yes");
}

static void make_empty_received(struct mkobj *m)
{
	char byte;
	int p[2];

	pair(m, p);
	say(p[0], 0);
	say(p[0], 1);
	mkobj_try(recv(p[1], &byte, 1, 0), "recv");
}

#define DATA		"unix-inflight-data"
#define CLOSED		"unix-inflight-closed"
#define OUTSIDE		"unix-inflight-outside"
#define NO_LISTENER	"unix-inflight-listener-outside"
#define SHUT		"unix-shutdown-mismatch"
#define CREDS		"unix-queue-creds"
#define OPTION	"also=sock-opts-lost"
#define BIG		"unix-queue-dgram-big"
#define EMPTY		"unix-queue-dgram-empty"

const struct mkobj_case mkobj_unix_queue_cases[] = {
	{ .name = DATA, .rule = DATA, .make = make_waiting_data },
	{ .name = DATA ".seqpacket", .rule = DATA, .make = make_waiting_data,
	  .num = SOCK_SEQPACKET },
	{ .name = DATA ".outside", .rule = DATA, .prepare = listen_outside,
	  .make = make_waiting_outside_data, .flags = "also=unix-inflight-listener-outside" },
	{ .name = DATA ".miss", .rule = DATA, .make = make_waiting },
	{ .name = DATA ".miss-seqpacket", .rule = DATA, .make = make_waiting,
	  .num = SOCK_SEQPACKET },
	{ .name = DATA ".miss-accepted", .rule = DATA, .make = make_accepted_data,
	  .flags = "also=unix-name-lost" },
	{ .name = CLOSED, .rule = CLOSED, .make = make_waiting_closed },
	{ .name = CLOSED ".miss", .rule = CLOSED, .make = make_accepted_closed,
	  .flags = "also=unix-name-lost" },
	{ .name = OUTSIDE, .rule = OUTSIDE, .make = make_listener, .finish = join_inside },
	{ .name = OUTSIDE ".miss", .rule = OUTSIDE, .make = make_waiting_child },
	{ .name = NO_LISTENER, .rule = NO_LISTENER, .prepare = listen_outside,
	  .make = make_waiting_outside },
	{ .name = NO_LISTENER ".miss", .rule = NO_LISTENER, .make = make_waiting_child,
	  .num = SOCK_SEQPACKET },
	{ .name = SHUT, .rule = SHUT, .make = make_shut_before,
	  .flags = "also=unix-name-lost" },
	{ .name = SHUT ".miss", .rule = SHUT, .make = make_shut_after },
	{ .name = CREDS, .rule = CREDS, .make = make_control, .num = SOCK_STREAM,
	  .arg = "creds" },
	{ .name = CREDS ".dgram", .rule = CREDS, .make = make_control, .num = SOCK_DGRAM,
	  .arg = "creds" },
	{ .name = CREDS ".pidfd", .rule = CREDS, .make = make_control, .num = SOCK_STREAM,
	  .arg = "pidfd", .flags = OPTION },
	{ .name = CREDS ".timestamp", .rule = CREDS, .make = make_control, .num = SOCK_DGRAM,
	  .arg = "timestamp", .flags = OPTION },
	{ .name = CREDS ".timestamp-seqpacket", .rule = CREDS, .make = make_control,
	  .num = SOCK_SEQPACKET, .arg = "timestamp", .flags = OPTION },
	{ .name = CREDS ".miss", .rule = CREDS, .make = make_control_empty, .num = SOCK_STREAM },
	{ .name = CREDS ".miss-received", .rule = CREDS, .make = make_control_received,
	  .num = SOCK_SEQPACKET },
	{ .name = CREDS ".miss-sender", .rule = CREDS, .make = make_no_control,
	  .num = SOCK_STREAM, .arg = "creds" },
	{ .name = CREDS ".miss-timestamp", .rule = CREDS, .make = make_no_control,
	  .num = SOCK_STREAM, .arg = "timestamp", .flags = OPTION },
	{ .name = CREDS ".miss-label", .rule = CREDS, .make = make_no_control,
	  .num = SOCK_DGRAM, .arg = "label" },
	{ .name = BIG, .rule = BIG, .make = make_big, .num = SOCK_DGRAM },
	{ .name = BIG ".seqpacket", .rule = BIG, .make = make_big, .num = SOCK_SEQPACKET },
	{ .name = BIG ".miss", .rule = BIG, .make = make_not_big, .num = SOCK_DGRAM },
	{ .name = BIG ".miss-stream", .rule = BIG, .make = make_not_big, .num = SOCK_STREAM },
	{ .name = EMPTY, .rule = EMPTY, .make = make_empty, .num = SOCK_DGRAM },
	{ .name = EMPTY ".after", .rule = EMPTY, .make = make_empty_after, .num = SOCK_DGRAM },
	{ .name = EMPTY ".after-seqpacket", .rule = EMPTY, .make = make_empty_after,
	  .num = SOCK_SEQPACKET },
	{ .name = EMPTY ".before", .rule = EMPTY, .make = make_empty_before, .num = SOCK_DGRAM },
	{ .name = EMPTY ".before-seqpacket", .rule = EMPTY, .make = make_empty_before,
	  .num = SOCK_SEQPACKET },
	{ .name = EMPTY ".miss", .rule = EMPTY, .make = make_empty_received, .num = SOCK_DGRAM },
	{ }
};
