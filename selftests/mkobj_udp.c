// SPDX-License-Identifier: GPL-2.0
/* mkobj_udp.c - UDP sockets that hold data back. */
#define _GNU_SOURCE
#include <netinet/udp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_inet.h"

/* What m->num says is done with the socket, in this order. */
enum {
	CORK = 1,	/* UDP_CORK on */
	SEND = 2,	/* 10 bytes */
	MORE = 4,	/* with MSG_MORE */
	UNCORK = 8,	/* UDP_CORK off: what was held back goes */
	FLUSH = 16,	/* 0 bytes without MSG_MORE */
	IPV6 = 32,
	LITE = 64,	/* UDPLITE */
};

#define UDP_PORT	5000

static void cork(int fd, int on)
{
	mkobj_try(setsockopt(fd, IPPROTO_UDP, UDP_CORK, &on, sizeof(on)), "UDP_CORK");
}

/* Nobody listens at the other end: reads the error that the first datagram brings back. */
static void forget_error(int fd)
{
	socklen_t len = sizeof(int);
	int error;

	usleep(50000);
	mkobj_try(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len), "SO_ERROR");
}

static void make_udp(struct mkobj *m)
{
	long what = m->c->num;
	int family = what & IPV6 ? AF_INET6 : AF_INET;
	char local[INET_STRLEN], remote[INET_STRLEN];
	int fd;

	fd = inet_socket(family, SOCK_DGRAM, what & LITE ? IPPROTO_UDPLITE : 0);
	inet_bind(fd, family);
	inet_connect(fd, family, UDP_PORT);
	if (what & CORK)
		cork(fd, 1);
	if (what & SEND && send(fd, "0123456789", 10, what & MORE ? MSG_MORE : 0) != 10)
		mkobj_fail("send: %m");
	if (what & UNCORK)
		cork(fd, 0);
	if (what & FLUSH && send(fd, "", 0, 0))
		mkobj_fail("send: %m");
	forget_error(fd);
	inet_name(fd, false, local);
	inet_name(fd, true, remote);
	if (what & SEND)
		mkobj_key_fd(m, fd, "laddr=%s raddr=%s pending=10", local, remote);
	else
		mkobj_key_fd(m, fd, "laddr=%s", local);
}

static void make_udp_in_own_net(struct mkobj *m)
{
	inet_own_net();
	make_udp(m);
}

/* ---- shut down ---- */

/* Of the family m->c->num, connected; m->c->arg: how it is shut down, as in the report. */
static void make_shutdown(struct mkobj *m)
{
	int fd = inet_socket(m->c->num, SOCK_DGRAM, 0);
	char how = m->c->arg ? m->c->arg[0] : 'n';

	inet_connect(fd, m->c->num, UDP_PORT);
	if (how != 'n')
		mkobj_try(shutdown(fd, how == 'r' ? SHUT_RD : how == 'w' ? SHUT_WR : SHUT_RDWR),
			  "shutdown");
	mkobj_key_fd(m, fd, "how=%s", m->c->arg ? m->c->arg : "");
}

#define SHUT	"inet-shutdown"
#define CORKED	"udp-corked"
#define IDLE	"udp-cork-idle"
#define HELD	"udp-pending-msgmore"

const struct mkobj_case mkobj_udp_cases[] = {
	{ .name = SHUT, .rule = SHUT, .make = make_shutdown, .num = AF_INET, .arg = "both" },
	{ .name = SHUT ".read", .rule = SHUT, .make = make_shutdown, .num = AF_INET6,
	  .arg = "read" },
	{ .name = SHUT ".write", .rule = SHUT, .make = make_shutdown, .num = AF_INET,
	  .arg = "write" },
	{ .name = SHUT ".miss", .rule = SHUT, .make = make_shutdown, .num = AF_INET },
	{ .name = SHUT ".miss-ipv6", .rule = SHUT, .make = make_shutdown, .num = AF_INET6 },
	{ .name = CORKED, .rule = CORKED, .make = make_udp, .num = CORK | SEND },
	{ .name = CORKED ".ipv6", .rule = CORKED, .make = make_udp, .num = CORK | SEND | IPV6 },
	{ .name = CORKED ".lite", .rule = CORKED, .make = make_udp, .num = CORK | SEND | LITE },
	{ .name = CORKED ".netns", .rule = CORKED, .make = make_udp_in_own_net,
	  .num = CORK | SEND, .flags = "root-only" },
	{ .name = CORKED ".miss-netns", .rule = CORKED, .make = make_udp_in_own_net,
	  .num = SEND, .flags = "root-only" },
	{ .name = CORKED ".miss", .rule = CORKED, .make = make_udp, .num = SEND },
	{ .name = CORKED ".miss-uncorked", .rule = CORKED, .make = make_udp,
	  .num = CORK | SEND | UNCORK },
	{ .name = CORKED ".miss-ipv6", .rule = CORKED, .make = make_udp,
	  .num = CORK | SEND | UNCORK | IPV6 },
	{ .name = IDLE, .rule = IDLE, .make = make_udp, .num = CORK },
	{ .name = IDLE ".ipv6", .rule = IDLE, .make = make_udp, .num = CORK | IPV6 },
	{ .name = IDLE ".miss", .rule = IDLE, .make = make_udp, .num = CORK | UNCORK },
	{ .name = HELD, .rule = HELD, .make = make_udp, .num = SEND | MORE },
	{ .name = HELD ".ipv6", .rule = HELD, .make = make_udp, .num = SEND | MORE | IPV6 },
	{ .name = HELD ".miss", .rule = HELD, .make = make_udp, .num = SEND },
	{ .name = HELD ".miss-flushed", .rule = HELD, .make = make_udp,
	  .num = SEND | MORE | FLUSH },
	{ }
};
