// SPDX-License-Identifier: GPL-2.0
/*
 * mkobj_netns.c - objects of which it matters in which network namespace they are.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_inet.h"
#include "mkobj_unix.h"

/* ---- tun ---- */

#define TUN_NODE	"/dev/net/tun"

/* Attached to a new device of the kind m->c->num, or to none. */
static int open_tun(struct mkobj *m)
{
	struct ifreq ifr = { .ifr_name = "mkobj%d", .ifr_flags = m->c->num | IFF_NO_PI };
	int fd = open(TUN_NODE, O_RDWR);

	if (fd < 0)
		mkobj_lacks(TUN_NODE ": %m");
	if (m->c->num)
		mkobj_try(ioctl(fd, TUNSETIFF, &ifr), "TUNSETIFF");
	return fd;
}

static void make_tun(struct mkobj *m)
{
	mkobj_key(m, "fd=%d rdev=10:200 path=" TUN_NODE, open_tun(m));
}

static void make_tun_in_own_net(struct mkobj *m)
{
	inet_own_net();
	open_tun(m);
}

/* ---- UNIX sockets that are connected by path from one namespace to another ---- */

static void bind_outside(struct mkobj *m)
{
	m->fd[0] = unix_bound(mkobj_path(m, "peer"), m->c->num, false);
}

/* Outside, in a namespace that nobody is in. */
static void bind_in_other_net(struct mkobj *m)
{
	int here = mkobj_try(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), "ns/net");

	inet_own_net();
	bind_outside(m);
	mkobj_try(setns(here, CLONE_NEWNET), "setns");
	close(here);
}

static void make_join(struct mkobj *m)
{
	int fd = mkobj_try(socket(AF_UNIX, m->c->num, 0), "socket");

	unix_join(fd, mkobj_path(m, "peer"), false);
	mkobj_key_fd(m, fd, "");
}

static void make_join_from_own_net(struct mkobj *m)
{
	inet_own_net();
	make_join(m);
}

/* What is shut altogether is saved as a connection whose other end has gone. */
static void make_join_closed(struct mkobj *m)
{
	int fd;

	inet_own_net();
	fd = mkobj_try(socket(AF_UNIX, m->c->num, 0), "socket");
	unix_join(fd, mkobj_path(m, "peer"), false);
	mkobj_try(shutdown(fd, SHUT_RDWR), "shutdown");
}

static void accept_outside(struct mkobj *m)
{
	m->fd[1] = mkobj_try(accept(m->fd[0], NULL, NULL), "accept");
}

static void make_both_in_own_net(struct mkobj *m)
{
	inet_own_net();
	bind_outside(m);
	make_join(m);
}

static void make_pair_in_own_net(struct mkobj *m)
{
	int p[2];

	inet_own_net();
	mkobj_try(socketpair(AF_UNIX, m->c->num, 0, p), "socketpair");
}

#define TUN	"tun-no-netns"
#define CLOSED	"unix-peer-closed-stream"
#define FOREIGN	"unix-peer-foreign-netns"
#define STREAM	"unix-external-stream"

const struct mkobj_case mkobj_netns_cases[] = {
	{ .name = TUN, .rule = TUN, .make = make_tun, .flags = "root-only" },
	{ .name = TUN ".attached", .rule = TUN, .make = make_tun, .num = IFF_TUN,
	  .flags = "root-only" },
	{ .name = TUN ".tap", .rule = TUN, .make = make_tun, .num = IFF_TAP,
	  .flags = "root-only" },
	{ .name = TUN ".miss", .rule = TUN, .make = make_tun_in_own_net, .flags = "root-only" },
	{ .name = TUN ".miss-attached", .rule = TUN, .make = make_tun_in_own_net,
	  .num = IFF_TUN, .flags = "root-only" },
	{ .name = FOREIGN, .rule = FOREIGN, .prepare = bind_outside,
	  .make = make_join_from_own_net, .num = SOCK_DGRAM, .flags = "root-only" },
	{ .name = FOREIGN ".host", .rule = FOREIGN, .prepare = bind_in_other_net,
	  .make = make_join, .num = SOCK_DGRAM, .flags = "root-only" },
	{ .name = CLOSED, .rule = CLOSED, .prepare = bind_outside,
	  .make = make_join_from_own_net, .num = SOCK_STREAM, .flags = "root-only" },
	{ .name = CLOSED ".host", .rule = CLOSED, .prepare = bind_in_other_net,
	  .make = make_join, .num = SOCK_SEQPACKET, .flags = "root-only" },
	{ .name = CLOSED ".miss", .rule = CLOSED, .make = make_both_in_own_net,
	  .num = SOCK_STREAM, .flags = "root-only" },
	{ .name = CLOSED ".miss-closed", .rule = CLOSED, .prepare = bind_outside,
	  .make = make_join_closed, .num = SOCK_STREAM, .flags = "root-only" },
	{ .name = FOREIGN ".miss", .rule = FOREIGN, .make = make_both_in_own_net,
	  .num = SOCK_DGRAM, .flags = "root-only" },
	{ .name = FOREIGN ".miss-pair", .rule = FOREIGN, .make = make_pair_in_own_net,
	  .num = SOCK_STREAM, .flags = "root-only" },
	/* What a listener accepts is in the namespace of the client. */
	{ .name = STREAM ".netns", .rule = STREAM, .prepare = bind_outside,
	  .make = make_join_from_own_net, .finish = accept_outside, .num = SOCK_STREAM,
	  .flags = "root-only" },
	{ }
};
