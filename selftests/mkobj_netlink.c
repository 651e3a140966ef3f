// SPDX-License-Identifier: GPL-2.0
/* mkobj_netlink.c - netlink sockets: with unread messages, and in groups. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mkobj.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

/* The first above 32. */
#define HIGH_GROUP	RTNLGRP_BRVLAN

static int netlink(int protocol)
{
	return mkobj_try(socket(AF_NETLINK, SOCK_RAW, protocol), "netlink socket");
}

static void join(int fd, int group)
{
	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		mkobj_lacks("group %d: %m", group);
}

static void leave(int fd, int group)
{
	mkobj_try(setsockopt(fd, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group, sizeof(group)),
		  "NETLINK_DROP_MEMBERSHIP");
}

static void bind_to(int fd, unsigned int groups)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_groups = groups };

	mkobj_try(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), "bind");
}

static void ask_for_links(int fd)
{
	struct {
		struct nlmsghdr head;
		struct rtgenmsg gen;
	} ask = {
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(ask.gen)), .nlmsg_type = RTM_GETLINK,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
		.gen = { .rtgen_family = AF_UNSPEC },
	};

	mkobj_try(send(fd, &ask, ask.head.nlmsg_len, 0), "RTM_GETLINK");
}

/* ---- unread messages ---- */

static void make_unread(struct mkobj *m)
{
	int fd = netlink(NETLINK_ROUTE);

	ask_for_links(fd);
	mkobj_key_fd(m, fd, "protocol=0 transient=yes");
}

static void make_read(struct mkobj *m)
{
	int fd = netlink(NETLINK_ROUTE);
	char buf[32768];

	(void)m;
	ask_for_links(fd);
	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
}

static void make_plain(struct mkobj *m)
{
	int fd = netlink(NETLINK_ROUTE);

	(void)m;
	bind_to(fd, 0);
	netlink(NETLINK_GENERIC);
	netlink(NETLINK_KOBJECT_UEVENT);
}

/* ---- groups ---- */

static void make_high(struct mkobj *m)
{
	int fd = netlink(NETLINK_ROUTE);

	bind_to(fd, RTMGRP_LINK);
	join(fd, HIGH_GROUP);
	mkobj_key_fd(m, fd, "protocol=0 group=%d", HIGH_GROUP);
}

static void make_low(struct mkobj *m)
{
	int fd = netlink(NETLINK_ROUTE);

	(void)m;
	bind_to(fd, RTMGRP_LINK | RTMGRP_IPV4_IFADDR);
	join(fd, 32);
	bind_to(netlink(NETLINK_KOBJECT_UEVENT), 1);
}

static void make_left(struct mkobj *m)
{
	int fd = netlink(NETLINK_ROUTE);

	(void)m;
	bind_to(fd, RTMGRP_LINK);
	join(fd, HIGH_GROUP);
	leave(fd, HIGH_GROUP);
}

static void make_unbound(struct mkobj *m)
{
	int fd = netlink(NETLINK_ROUTE);

	join(fd, RTNLGRP_LINK);
	mkobj_key_fd(m, fd, "protocol=0 group=%d", RTNLGRP_LINK);
}

static void make_unbound_high(struct mkobj *m)
{
	int fd = netlink(NETLINK_ROUTE);

	join(fd, HIGH_GROUP);
	mkobj_key_fd(m, fd, "protocol=0 group=%d", HIGH_GROUP);
}

static void make_unbound_left(struct mkobj *m)
{
	int fd = netlink(NETLINK_ROUTE);

	(void)m;
	join(fd, RTNLGRP_LINK);
	leave(fd, RTNLGRP_LINK);
}

/* One that is asked for among many. */
static void make_unbound_crowd(struct mkobj *m)
{
	int i;

	for (i = 0; i < 500; i++)
		bind_to(netlink(NETLINK_ROUTE), RTMGRP_LINK);
	make_unbound(m);
}

static void make_bound_first(struct mkobj *m)
{
	int fd = netlink(NETLINK_ROUTE);

	(void)m;
	bind_to(fd, 0);
	join(fd, RTNLGRP_LINK);
}

/* ---- connections ---- */

static void connect_to(int fd, unsigned int portid, unsigned int groups)
{
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK, .nl_pid = portid,
				    .nl_groups = groups };

	mkobj_try(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), "connect");
}

static void make_connected(struct mkobj *m)
{
	int fd = netlink(NETLINK_ROUTE);

	connect_to(fd, 0, 0);
	mkobj_key_fd(m, fd, "protocol=0 portid=0");
}

static void make_connected_user(struct mkobj *m)
{
	struct sockaddr_nl addr;
	socklen_t len = sizeof(addr);
	int to = netlink(NETLINK_USERSOCK), fd = netlink(NETLINK_USERSOCK);

	bind_to(to, 0);
	mkobj_try(getsockname(to, (struct sockaddr *)&addr, &len), "getsockname");
	connect_to(fd, addr.nl_pid, 0);
	mkobj_key_fd(m, fd, "protocol=%d portid=%u", NETLINK_USERSOCK, addr.nl_pid);
}

static void make_connected_group(struct mkobj *m)
{
	(void)m;
	connect_to(netlink(NETLINK_ROUTE), 0, RTMGRP_NOTIFY);
}

static void make_disconnected(struct mkobj *m)
{
	struct sockaddr_nl addr = { .nl_family = AF_UNSPEC };
	int fd = netlink(NETLINK_ROUTE);

	(void)m;
	connect_to(fd, 0, 0);
	mkobj_try(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), "disconnect");
}

/* ---- options ---- */

static const struct {
	int option;
	const char *name;
} options[] = {
	{ NETLINK_PKTINFO, "NETLINK_PKTINFO" },
	{ NETLINK_BROADCAST_ERROR, "NETLINK_BROADCAST_ERROR" },
	{ NETLINK_NO_ENOBUFS, "NETLINK_NO_ENOBUFS" },
	{ NETLINK_LISTEN_ALL_NSID, "NETLINK_LISTEN_ALL_NSID" },
	{ NETLINK_CAP_ACK, "NETLINK_CAP_ACK" },
	{ NETLINK_EXT_ACK, "NETLINK_EXT_ACK" },
	{ NETLINK_GET_STRICT_CHK, "NETLINK_GET_STRICT_CHK" },
};

/* One with the option num, or with all if that is 0; for a near miss it is taken back. */
static void make_options(struct mkobj *m)
{
	int fd = netlink(NETLINK_ROUTE), on = 1, off = 0;
	char names[256] = "";
	size_t i;

	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (m->c->num && m->c->num != options[i].option)
			continue;
		if (setsockopt(fd, SOL_NETLINK, options[i].option, &on, sizeof(on)) ||
		    (mkobj_is_miss(m->c) &&
		     setsockopt(fd, SOL_NETLINK, options[i].option, &off, sizeof(off))))
			mkobj_lacks("%s: %m", options[i].name);
		if (*names)
			strcat(names, ",");
		strcat(names, options[i].name);
	}
	mkobj_key_fd(m, fd, "protocol=0 opt=%s", names);
}

static void make_file_flags(struct mkobj *m)
{
	int fd = netlink(NETLINK_ROUTE);

	mkobj_try(fcntl(fd, F_SETFL, O_NONBLOCK), "F_SETFL");
	if (mkobj_is_miss(m->c))
		mkobj_try(fcntl(fd, F_SETFL, 0), "F_SETFL");
	mkobj_key_fd(m, fd, "protocol=0");
}

#define FLAGS	"netlink-flags"
#define OPEN	"netlink-file-flags"
#define CONNECTED "netlink-connected"
#define QUEUE	"netlink-queue"
#define HIGH	"netlink-groups-gt32"
#define UNBOUND	"netlink-groups-noportid"

const struct mkobj_case mkobj_netlink_cases[] = {
	{ .name = QUEUE, .rule = QUEUE, .make = make_unread },
	{ .name = QUEUE ".miss", .rule = QUEUE, .make = make_read },
	{ .name = QUEUE ".miss-plain", .rule = QUEUE, .make = make_plain },
	{ .name = HIGH, .rule = HIGH, .make = make_high },
	{ .name = HIGH ".unbound", .rule = HIGH, .make = make_unbound_high,
	  .flags = "also=netlink-groups-noportid" },
	{ .name = HIGH ".miss", .rule = HIGH, .make = make_low },
	{ .name = HIGH ".miss-left", .rule = HIGH, .make = make_left },
	{ .name = UNBOUND, .rule = UNBOUND, .make = make_unbound },
	{ .name = UNBOUND ".crowd", .rule = UNBOUND, .make = make_unbound_crowd },
	{ .name = UNBOUND ".miss", .rule = UNBOUND, .make = make_bound_first },
	{ .name = UNBOUND ".miss-left", .rule = UNBOUND, .make = make_unbound_left },
	{ .name = FLAGS, .rule = FLAGS, .make = make_options, .num = NETLINK_PKTINFO },
	{ .name = FLAGS ".broadcast", .rule = FLAGS, .make = make_options,
	  .num = NETLINK_BROADCAST_ERROR },
	{ .name = FLAGS ".strict", .rule = FLAGS, .make = make_options,
	  .num = NETLINK_GET_STRICT_CHK },
	{ .name = FLAGS ".all", .rule = FLAGS, .make = make_options, .flags = "root-only" },
	{ .name = FLAGS ".miss", .rule = FLAGS, .make = make_options, .flags = "root-only" },
	{ .name = OPEN, .rule = OPEN, .make = make_file_flags },
	{ .name = OPEN ".miss", .rule = OPEN, .make = make_file_flags },
	{ .name = CONNECTED, .rule = CONNECTED, .make = make_connected },
	{ .name = CONNECTED ".user", .rule = CONNECTED, .make = make_connected_user },
	{ .name = CONNECTED ".miss", .rule = CONNECTED, .make = make_connected_group },
	{ .name = CONNECTED ".miss-disconnected", .rule = CONNECTED, .make = make_disconnected },
	{ }
};
