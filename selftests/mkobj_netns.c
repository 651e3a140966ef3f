// SPDX-License-Identifier: GPL-2.0
/*
 * mkobj_netns.c - objects of which it matters in which network namespace they are.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_inet.h"
#include "mkobj_packet.h"
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

/* Opened before the target has its network namespace: in one that is left, or the host's. */
static void make_tun_left(struct mkobj *m)
{
	int fd;

	if (m->c->arg)
		inet_own_net();
	fd = open_tun(m);
	inet_own_net();
	mkobj_key(m, "fd=%d path=" TUN_NODE, fd);
}

static void make_tap_filtered(struct mkobj *m)
{
	struct sock_filter insn = BPF_STMT(BPF_RET | BPF_K, 0xffff);
	struct sock_fprog prog = { .len = 1, .filter = &insn };
	int fd;

	inet_own_net();
	fd = open_tun(m);
	mkobj_try(ioctl(fd, TUNATTACHFILTER, &prog), "TUNATTACHFILTER");
	mkobj_key(m, "fd=%d path=" TUN_NODE, fd);
}

/* A device in the target's namespace whose descriptor the holder has, as slirp4netns does. */
static void attach_from_outside(struct mkobj *m)
{
	int here = mkobj_try(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), "ns/net"), there;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", m->target);
	there = mkobj_try(open(path, O_RDONLY | O_CLOEXEC), path);
	mkobj_try(setns(there, CLONE_NEWNET), "setns");
	m->fd[0] = open_tun(m);
	mkobj_try(setns(here, CLONE_NEWNET), "setns");
	close(here);
	close(there);
	mkobj_key(m, "pid=%d ifname=mkobj0", m->target);
}

static void make_own_net(struct mkobj *m)
{
	(void)m;
	inet_own_net();
}

/* A device that stays though nobody has a descriptor. */
static void make_tun_persistent(struct mkobj *m)
{
	int fd;

	inet_own_net();
	fd = open_tun(m);
	mkobj_try(ioctl(fd, TUNSETPERSIST, 1), "TUNSETPERSIST");
	close(fd);
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

/* Connections that wait at a listener in another namespace. */
static void make_wait(struct mkobj *m)
{
	unix_need_listener();
	make_join(m);
}

static void make_wait_from_own_net(struct mkobj *m)
{
	unix_need_listener();
	make_join_from_own_net(m);
}

/* What is shut altogether is saved as a connection whose other end has gone. */
static void make_join_closed(struct mkobj *m)
{
	int fd;

	unix_need_listener();
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

/* ---- any sockets, made in one namespace and left there ---- */

/* Kinds of sockets, m->c->num. */
enum { UDP, TCP, LISTENER, UNIX, PACKET, NETLINK };

/* One socket, bound if it is of UDP or listens. */
static int socket_of_kind(long kind)
{
	int fd;

	if (kind == UNIX)
		return mkobj_try(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	if (kind == PACKET)
		return packet_socket();
	if (kind == NETLINK)
		return mkobj_try(socket(AF_NETLINK, SOCK_RAW, 0), "socket");
	fd = inet_socket(AF_INET, kind == UDP ? SOCK_DGRAM : SOCK_STREAM, 0);
	if (kind != TCP)
		inet_bind(fd, AF_INET);
	if (kind == LISTENER)
		mkobj_try(listen(fd, 1), "listen");
	return fd;
}

/* Made here, and then the target goes. */
static void make_left_behind(struct mkobj *m)
{
	int fd = socket_of_kind(m->c->num);

	inet_own_net();
	mkobj_key_fd(m, fd, "");
}

/* Made in one namespace where nobody stays, and then the target goes to another. */
static void make_left_twice(struct mkobj *m)
{
	inet_own_net();
	make_left_behind(m);
}

/* Made there, and then the target comes back. */
static void make_brought_back(struct mkobj *m)
{
	int here = mkobj_try(open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), "ns/net"), fd;

	inet_own_net();
	fd = socket_of_kind(m->c->num);
	mkobj_try(setns(here, CLONE_NEWNET), "setns");
	close(here);
	mkobj_key_fd(m, fd, "");
}

static void make_there(struct mkobj *m)
{
	inet_own_net();
	socket_of_kind(m->c->num);
}

static void make_here(struct mkobj *m)
{
	socket_of_kind(m->c->num);
}

static void make_inside(struct mkobj *m)
{
	inet_own_net();
	socket_of_kind(m->c->num);
}

/* ---- sockets and their devices ---- */

static void bind_to_device(int fd, const char *name)
{
	mkobj_try(setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, strlen(name) + 1),
		  "SO_BINDTODEVICE");
}

/* Bound to a tun device, which goes with its descriptor. */
static void make_bound_to_tun(struct mkobj *m)
{
	struct ifreq ifr = { .ifr_name = "mkobj%d", .ifr_flags = IFF_TUN | IFF_NO_PI };
	int tun, fd = inet_socket(m->c->num, SOCK_DGRAM, 0);

	tun = open(TUN_NODE, O_RDWR);
	if (tun < 0)
		mkobj_lacks(TUN_NODE ": %m");
	mkobj_try(ioctl(tun, TUNSETIFF, &ifr), "TUNSETIFF");
	bind_to_device(fd, ifr.ifr_name);
	close(tun);
	mkobj_key_fd(m, fd, "");
}

static void make_bound_to_lo(struct mkobj *m)
{
	bind_to_device(inet_socket(m->c->num, SOCK_DGRAM, 0), "lo");
}

/* Bound to a link-local address of the loopback device, and from the device if @free. */
static void bind_link_local(struct mkobj *m, bool free)
{
	struct in6_ifreq6 { struct in6_addr addr; unsigned int prefix; int index; } ifr = {
		.addr.s6_addr = { 0xfe, 0x80, [15] = 1 }, .prefix = 64,
	};
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(5000) };
	char local[INET_STRLEN];
	int fd, tries;

	inet_own_net();
	fd = inet_socket(AF_INET6, m->c->num, 0);
	a.sin6_scope_id = if_nametoindex("lo");
	ifr.index = a.sin6_scope_id;
	a.sin6_addr = ifr.addr;
	mkobj_try(ioctl(fd, SIOCSIFADDR, &ifr), "SIOCSIFADDR");
	/* The address can be used when its device has become ready. */
	for (tries = 0; bind(fd, (struct sockaddr *)&a, sizeof(a)); tries++, usleep(50000))
		if (tries == 100)
			mkobj_fail("bind: %m");
	if (free)
		bind_to_device(fd, "");
	inet_name(fd, false, local);
	mkobj_key_fd(m, fd, "laddr=%s", local);
}

static void make_link_local(struct mkobj *m)
{
	bind_link_local(m, false);
}

static void make_link_local_free(struct mkobj *m)
{
	bind_link_local(m, true);
}

/* A tap device in a namespace of its own to which a datagram was sent, unless m->c->num. */
static void make_tun_queue(struct mkobj *m)
{
	struct ifreq ifr = { .ifr_name = "mkobj%d", .ifr_flags = IFF_TAP | IFF_NO_PI };
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons(5000),
		.sin_addr.s_addr = htonl(0x0a090801),
	};
	int tun, fd;

	inet_own_net();
	tun = open(TUN_NODE, O_RDWR);
	if (tun < 0)
		mkobj_lacks(TUN_NODE ": %m");
	mkobj_try(ioctl(tun, TUNSETIFF, &ifr), "TUNSETIFF");
	mkobj_key(m, "fd=%d path=" TUN_NODE, tun);
	if (m->c->num)
		return;
	fd = inet_socket(AF_INET, SOCK_DGRAM, 0);
	memcpy(&ifr.ifr_addr, &a, sizeof(a));
	mkobj_try(ioctl(fd, SIOCSIFADDR, &ifr), "SIOCSIFADDR");
	ifr.ifr_flags = IFF_UP;
	mkobj_try(ioctl(fd, SIOCSIFFLAGS, &ifr), "SIOCSIFFLAGS");
	a.sin_addr.s_addr = htonl(0x0a090802);
	if (sendto(fd, "x", 1, 0, (struct sockaddr *)&a, sizeof(a)) != 1)
		mkobj_fail("sendto: %m");
	close(fd);
}

#define OWN	"root-only"
#define SOCK	"sock-foreign-netns"
#define LOST	"sock-foreign-netns-lost"
#define SOCK_HOST	"sock-host-netns"
#define GONE	"sock-device-gone"
#define NOIF	"tcp6-linklocal-noif"
#define QUEUE	"tun-queue"
#define TUN	"tun-no-netns"
#define TUN_HOST	"tun-host-netns"
#define LEFT	"tun-foreign-netns"
#define FILTER	"tun-filter"
#define NOINFO	"tun-noinfo"
#define CLOSED	"unix-peer-closed-stream"
#define FOREIGN	"unix-peer-foreign-netns"
#define STREAM	"unix-external-stream"

const struct mkobj_case mkobj_netns_cases[] = {
	{ .name = GONE, .rule = GONE, .make = make_bound_to_tun, .num = AF_INET,
	  .flags = "root-only" },
	{ .name = GONE ".ipv6", .rule = GONE, .make = make_bound_to_tun, .num = AF_INET6,
	  .flags = "root-only" },
	{ .name = GONE ".miss", .rule = GONE, .make = make_bound_to_lo, .num = AF_INET,
	  .flags = "root-only" },
	{ .name = NOIF, .rule = NOIF, .make = make_link_local_free, .num = SOCK_STREAM,
	  .flags = OWN },
	{ .name = NOIF ".udp", .rule = NOIF, .make = make_link_local_free, .num = SOCK_DGRAM,
	  .flags = OWN },
	{ .name = NOIF ".miss", .rule = NOIF, .make = make_link_local, .num = SOCK_STREAM,
	  .flags = OWN },
	{ .name = QUEUE, .rule = QUEUE, .make = make_tun_queue, .flags = OWN },
	{ .name = QUEUE ".miss", .rule = QUEUE, .make = make_tun_queue, .num = 1, .flags = OWN },
	{ .name = SOCK, .rule = SOCK, .make = make_left_twice, .num = UDP, .flags = OWN },
	{ .name = SOCK ".tcp", .rule = SOCK, .make = make_left_twice, .num = TCP,
	  .flags = OWN },
	{ .name = SOCK ".unix", .rule = SOCK, .make = make_left_behind, .num = UNIX,
	  .flags = OWN },
	{ .name = SOCK ".packet", .rule = SOCK, .make = make_left_behind, .num = PACKET,
	  .flags = OWN },
	{ .name = SOCK ".listener", .rule = SOCK, .make = make_brought_back, .num = LISTENER,
	  .flags = "root-only" },
	{ .name = SOCK ".host-unix", .rule = SOCK, .make = make_brought_back, .num = UNIX,
	  .flags = "root-only" },
	{ .name = SOCK ".host-packet", .rule = SOCK, .make = make_brought_back, .num = PACKET,
	  .flags = "root-only" },
	{ .name = SOCK ".miss", .rule = SOCK, .make = make_there, .num = UDP, .flags = OWN },
	{ .name = SOCK ".miss-listener", .rule = SOCK, .make = make_there, .num = LISTENER,
	  .flags = OWN },
	{ .name = SOCK ".miss-packet", .rule = SOCK, .make = make_there, .num = PACKET,
	  .flags = OWN },
	{ .name = LOST, .rule = LOST, .make = make_brought_back, .num = UDP,
	  .flags = "root-only" },
	{ .name = LOST ".tcp", .rule = LOST, .make = make_brought_back, .num = TCP,
	  .flags = "root-only" },
	{ .name = LOST ".netlink", .rule = LOST, .make = make_brought_back, .num = NETLINK,
	  .flags = "root-only" },
	{ .name = SOCK_HOST, .rule = SOCK_HOST, .make = make_left_behind, .num = UDP,
	  .flags = OWN },
	{ .name = SOCK_HOST ".miss", .rule = SOCK_HOST, .make = make_inside, .num = UDP,
	  .flags = OWN },
	{ .name = SOCK_HOST ".tcp", .rule = SOCK_HOST, .make = make_left_behind, .num = TCP,
	  .flags = OWN },
	{ .name = LOST ".miss", .rule = LOST, .make = make_here, .num = UDP },
	{ .name = LOST ".miss-listener", .rule = LOST, .make = make_here, .num = LISTENER },
	{ .name = TUN, .rule = TUN, .make = make_tun, .flags = "root-only" },
	{ .name = TUN ".attached", .rule = TUN, .make = make_tun, .num = IFF_TUN,
	  .flags = "root-only" },
	{ .name = TUN ".tap", .rule = TUN, .make = make_tun, .num = IFF_TAP,
	  .flags = "root-only" },
	{ .name = TUN ".miss", .rule = TUN, .make = make_tun_in_own_net, .flags = "root-only" },
	{ .name = TUN ".miss-attached", .rule = TUN, .make = make_tun_in_own_net,
	  .num = IFF_TUN, .flags = "root-only" },
	{ .name = LEFT, .rule = LEFT, .make = make_tun_left, .arg = "", .flags = "root-only" },
	{ .name = LEFT ".attached", .rule = LEFT, .make = make_tun_left, .arg = "",
	  .num = IFF_TAP, .flags = "root-only" },
	{ .name = LEFT ".miss", .rule = LEFT, .make = make_tun_in_own_net, .flags = "root-only" },
	{ .name = TUN_HOST ".miss", .rule = TUN_HOST, .make = make_tun_in_own_net,
	  .num = IFF_TAP, .flags = "root-only" },
	{ .name = TUN_HOST, .rule = TUN_HOST, .make = make_tun_left, .flags = "root-only" },
	{ .name = TUN_HOST ".attached", .rule = TUN_HOST, .make = make_tun_left, .num = IFF_TAP,
	  .flags = "root-only" },
	{ .name = FILTER, .rule = FILTER, .make = make_tap_filtered, .num = IFF_TAP,
	  .flags = "root-only" },
	{ .name = FILTER ".miss", .rule = FILTER, .make = make_tun_in_own_net, .num = IFF_TAP,
	  .flags = "root-only" },
	{ .name = NOINFO, .rule = NOINFO, .make = make_own_net, .finish = attach_from_outside,
	  .num = IFF_TAP, .flags = "root-only" },
	{ .name = NOINFO ".miss", .rule = NOINFO, .make = make_tun_persistent, .num = IFF_TUN,
	  .flags = "root-only" },
	{ .name = FOREIGN, .rule = FOREIGN, .prepare = bind_outside,
	  .make = make_join_from_own_net, .num = SOCK_DGRAM, .flags = "root-only" },
	{ .name = FOREIGN ".host", .rule = FOREIGN, .prepare = bind_in_other_net,
	  .make = make_join, .num = SOCK_DGRAM, .flags = "root-only" },
	{ .name = CLOSED, .rule = CLOSED, .prepare = bind_outside,
	  .make = make_wait_from_own_net, .num = SOCK_STREAM, .flags = "root-only" },
	{ .name = CLOSED ".host", .rule = CLOSED, .prepare = bind_in_other_net,
	  .make = make_wait, .num = SOCK_SEQPACKET, .flags = "root-only" },
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
