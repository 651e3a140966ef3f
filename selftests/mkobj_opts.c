// SPDX-License-Identifier: GPL-2.0
/* mkobj_opts.c - options of sockets, those that CRIU saves and those that it does not. */
#define _GNU_SOURCE
#include <linux/in6.h>
#include <linux/net_tstamp.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_inet.h"

#ifndef SO_RCVMARK
#define SO_RCVMARK	75
#endif
#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD	76
#endif
#ifndef SO_RCVPRIORITY
#define SO_RCVPRIORITY	82
#endif
#ifndef SO_PASSRIGHTS
#define SO_PASSRIGHTS	83
#endif
#ifndef SO_INQ
#define SO_INQ		84
#endif
#ifndef SO_PREFER_BUSY_POLL
#define SO_PREFER_BUSY_POLL 69
#endif
#ifndef UDP_NO_CHECK6_TX
#define UDP_NO_CHECK6_TX 101
#define UDP_NO_CHECK6_RX 102
#endif
#ifndef IP_CHECKSUM
#define IP_CHECKSUM	23
#endif
#ifndef IP_RECVFRAGSIZE
#define IP_RECVFRAGSIZE	25
#endif
#ifndef IP_RECVERR_RFC4884
#define IP_RECVERR_RFC4884 26
#endif
#ifndef IPV6_RECVERR_RFC4884
#define IPV6_RECVERR_RFC4884 31
#endif
#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29
#endif

/**
 * struct option - an option that is set
 * @name: as the report tells it
 * @level: of setsockopt()
 * @option: of setsockopt()
 * @num: value, where there is no @value
 * @value: of @len bytes
 * @len: see @value
 */
struct option {
	const char *name;
	int level;
	int option;
	int num;
	const void *value;
	socklen_t len;
};

#define INT(level_, option_, num_) \
	{ .name = #option_, .level = level_, .option = option_, .num = num_ }
#define VALUE(level_, option_, value_, len_) \
	{ .name = #option_, .level = level_, .option = option_, .value = value_, .len = len_ }

static const unsigned char no_operations[4] = { 1, 1, 1, 1 };
static const struct sock_txtime txtime = { .clockid = CLOCK_MONOTONIC };
static const struct in_addr loopback = { .s_addr = 0x0100007f };
static const struct ip_mreqn group4 = {
	.imr_multiaddr.s_addr = 0x010000ef, .imr_address.s_addr = 0x0100007f,
};

static struct ipv6_mreq group6 = { .ipv6mr_multiaddr.s6_addr = { 0xff, 2, [15] = 0x77 } };
static const struct linger linger = { 1, 5 };
static const struct timeval second = { 1, 0 };

/* Lost, of UDP sockets over IPv4. */
static const struct option lost_udp[] = {
	INT(SOL_SOCKET, SO_TIMESTAMP, 1),
	INT(SOL_SOCKET, SO_TIMESTAMPING, SOF_TIMESTAMPING_RX_SOFTWARE),
	VALUE(SOL_SOCKET, SO_TXTIME, &txtime, sizeof(txtime)),
	INT(SOL_SOCKET, SO_BUSY_POLL, 50),
	INT(SOL_SOCKET, SO_PREFER_BUSY_POLL, 1),
	INT(SOL_SOCKET, SO_DEBUG, 1),
	INT(SOL_SOCKET, SO_MAX_PACING_RATE, 1000000),
	INT(SOL_SOCKET, SO_RXQ_OVFL, 1),
	INT(SOL_SOCKET, SO_SELECT_ERR_QUEUE, 1),
	INT(SOL_SOCKET, SO_PEEK_OFF, 0),
	INT(SOL_SOCKET, SO_RCVPRIORITY, 1),
	INT(IPPROTO_IP, IP_RECVERR, 1),
	INT(IPPROTO_IP, IP_RECVERR_RFC4884, 1),
	INT(IPPROTO_IP, IP_RECVTTL, 1),
	INT(IPPROTO_IP, IP_RECVTOS, 1),
	INT(IPPROTO_IP, IP_RECVOPTS, 1),
	INT(IPPROTO_IP, IP_RETOPTS, 1),
	INT(IPPROTO_IP, IP_PASSSEC, 1),
	INT(IPPROTO_IP, IP_RECVORIGDSTADDR, 1),
	INT(IPPROTO_IP, IP_RECVFRAGSIZE, 1),
	VALUE(IPPROTO_IP, IP_OPTIONS, no_operations, sizeof(no_operations)),
	INT(IPPROTO_IP, IP_TRANSPARENT, 1),
	INT(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1),
	INT(IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DO),
	INT(IPPROTO_IP, IP_MINTTL, 3),
	INT(IPPROTO_IP, IP_UNICAST_IF, 0x01000000),
	INT(IPPROTO_IP, IP_MULTICAST_TTL, 3),
	INT(IPPROTO_IP, IP_MULTICAST_LOOP, 0),
	INT(IPPROTO_IP, IP_MULTICAST_ALL, 0),
	VALUE(IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof(loopback)),
	VALUE(IPPROTO_IP, IP_ADD_MEMBERSHIP, &group4, sizeof(group4)),
	INT(IPPROTO_UDP, UDP_SEGMENT, 1000),
	INT(IPPROTO_UDP, UDP_GRO, 1),
	{ }
};

/* Of UNIX sockets. */
static const struct option lost_unix[] = {
	INT(SOL_SOCKET, SO_TIMESTAMP, 1),
	INT(SOL_SOCKET, SO_SELECT_ERR_QUEUE, 1),
	INT(SOL_SOCKET, SO_PASSPIDFD, 1),
	INT(SOL_SOCKET, SO_PASSRIGHTS, 0),
	INT(SOL_SOCKET, SO_INQ, 1),
	{ }
};

static const struct option saved_unix[] = {
	INT(SOL_SOCKET, SO_PASSCRED, 1),
	INT(SOL_SOCKET, SO_PASSSEC, 1),
	INT(SOL_SOCKET, SO_PRIORITY, 3),
	INT(SOL_SOCKET, SO_MARK, 3),
	INT(SOL_SOCKET, SO_RCVBUF, 10000),
	INT(SOL_SOCKET, SO_RCVLOWAT, 3),
	INT(SOL_SOCKET, SO_PASSPIDFD, 0),
	INT(SOL_SOCKET, SO_PASSRIGHTS, 1),
	{ }
};

/* The same over IPv6. */
static const struct option lost_udp6[] = {
	INT(IPPROTO_IPV6, IPV6_RECVERR, 1),
	INT(IPPROTO_IPV6, IPV6_RECVERR_RFC4884, 1),
	INT(IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1),
	INT(IPPROTO_IPV6, IPV6_RECVTCLASS, 1),
	INT(IPPROTO_IPV6, IPV6_TCLASS, 8),
	INT(IPPROTO_UDP, UDP_NO_CHECK6_TX, 1),
	INT(IPPROTO_UDP, UDP_NO_CHECK6_RX, 1),
	INT(IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DO),
	INT(IPPROTO_IPV6, IPV6_MTU, 1400),
	INT(IPPROTO_IPV6, IPV6_DONTFRAG, 1),
	INT(IPPROTO_IPV6, IPV6_FLOWINFO_SEND, 1),
	INT(IPPROTO_IPV6, IPV6_AUTOFLOWLABEL, 0),
	INT(IPPROTO_IPV6, IPV6_ADDR_PREFERENCES, IPV6_PREFER_SRC_PUBLIC),
	INT(IPPROTO_IPV6, IPV6_MINHOPCOUNT, 3),
	INT(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 3),
	INT(IPPROTO_IPV6, IPV6_UNICAST_IF, 0x01000000),
	INT(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 3),
	INT(IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0),
	INT(IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0),
	INT(IPPROTO_IPV6, IPV6_MULTICAST_IF, 1),
	VALUE(IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &group6, sizeof(group6)),
	{ }
};

/* Lost, of TCP sockets. */
static const struct option lost_tcp[] = {
	VALUE(IPPROTO_TCP, TCP_CONGESTION, "reno", 4),
	INT(IPPROTO_TCP, TCP_USER_TIMEOUT, 1000),
	INT(IPPROTO_TCP, TCP_NOTSENT_LOWAT, 1000),
	INT(IPPROTO_TCP, TCP_DEFER_ACCEPT, 3),
	INT(IPPROTO_TCP, TCP_FASTOPEN, 3),
	INT(IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1),
	INT(IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, 1),
	INT(IPPROTO_TCP, TCP_SAVE_SYN, 1),
	INT(IPPROTO_TCP, TCP_SYNCNT, 3),
	INT(IPPROTO_TCP, TCP_LINGER2, 3),
	INT(IPPROTO_TCP, TCP_MAXSEG, 500),
	INT(IPPROTO_TCP, TCP_TX_DELAY, 100),
	INT(IPPROTO_TCP, TCP_INQ, 1),
	INT(IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 1),
	{ }
};

/* Saved. */
static const struct option saved_udp[] = {
	INT(SOL_SOCKET, SO_BROADCAST, 1),
	INT(SOL_SOCKET, SO_PRIORITY, 3),
	INT(SOL_SOCKET, SO_MARK, 3),
	INT(SOL_SOCKET, SO_RCVLOWAT, 3),
	INT(SOL_SOCKET, SO_RCVBUF, 10000),
	INT(SOL_SOCKET, SO_DONTROUTE, 1),
	INT(SOL_SOCKET, SO_NO_CHECK, 1),
	INT(SOL_SOCKET, SO_REUSEADDR, 1),
	VALUE(SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second)),
	INT(IPPROTO_IP, IP_FREEBIND, 1),
	{ }
};

static const struct option saved_tcp[] = {
	INT(SOL_SOCKET, SO_KEEPALIVE, 1),
	INT(SOL_SOCKET, SO_OOBINLINE, 1),
	VALUE(SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)),
	INT(IPPROTO_TCP, TCP_CORK, 1),
	INT(IPPROTO_TCP, TCP_KEEPIDLE, 100),
	INT(IPPROTO_TCP, TCP_KEEPINTVL, 100),
	INT(IPPROTO_TCP, TCP_KEEPCNT, 3),
	{ }
};

/* What a new socket has anyway. */
static const struct option usual_udp[] = {
	INT(SOL_SOCKET, SO_TIMESTAMP, 0),
	INT(SOL_SOCKET, SO_PEEK_OFF, -1),
	INT(IPPROTO_IP, IP_RECVERR, 0),
	INT(IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_WANT),
	INT(IPPROTO_IP, IP_MULTICAST_TTL, 1),
	INT(IPPROTO_IP, IP_MULTICAST_LOOP, 1),
	INT(IPPROTO_UDP, UDP_GRO, 0),
	INT(IPPROTO_IP, IP_PKTINFO, 0),
	INT(IPPROTO_IP, IP_TOS, 0),
	{ }
};

static const struct option usual_tcp[] = {
	VALUE(IPPROTO_TCP, TCP_CONGESTION, "cubic", 5),
	INT(IPPROTO_TCP, TCP_USER_TIMEOUT, 0),
	INT(IPPROTO_TCP, TCP_DEFER_ACCEPT, 0),
	INT(IPPROTO_TCP, TCP_MAXSEG, 0),
	{ }
};

/* A socket of @family and @type for each option; what the kernel does not know is left out. */
static void make_each(struct mkobj *m, const struct option *o, int family, int type)
{
	int fd;

	for (; o->name; o++) {
		fd = inet_socket(family, type, 0);
		if (setsockopt(fd, o->level, o->option, o->value ? o->value : &o->num,
			       o->value ? o->len : sizeof(o->num))) {
			close(fd);
			continue;
		}
		mkobj_key_fd(m, fd, "opt=%s", o->name);
	}
}

static void make_lost_udp(struct mkobj *m)
{
	make_each(m, lost_udp, AF_INET, SOCK_DGRAM);
}

static void make_lost_udp6(struct mkobj *m)
{
	group6.ipv6mr_ifindex = if_nametoindex("lo");
	make_each(m, lost_udp6, AF_INET6, SOCK_DGRAM);
}

static void make_unix(struct mkobj *m)
{
	make_each(m, m->c->arg ? saved_unix : lost_unix, AF_UNIX, SOCK_STREAM);
}

static void make_lost_tcp(struct mkobj *m)
{
	make_each(m, lost_tcp, AF_INET, SOCK_STREAM);
}

static void set_one(int fd, int level, int option, int value)
{
	mkobj_try(setsockopt(fd, level, option, &value, sizeof(value)), "setsockopt");
}

/* Options that older versions of CRIU lost, all of one socket. */
static void make_old(struct mkobj *m)
{
	int fd = inet_socket(AF_INET, SOCK_DGRAM, 0);

	set_one(fd, IPPROTO_IP, IP_PKTINFO, 1);
	set_one(fd, IPPROTO_IP, IP_TOS, 8);
	set_one(fd, IPPROTO_IP, IP_TTL, 3);
	mkobj_key_fd(m, fd, "opt=IP_PKTINFO,IP_TOS,IP_TTL");
}

static void make_old_ipv6(struct mkobj *m)
{
	int fd = inet_socket(AF_INET6, SOCK_DGRAM, 0);

	set_one(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	mkobj_key_fd(m, fd, "opt=IPV6_RECVPKTINFO");
}

static void make_old_tcp(struct mkobj *m)
{
	int fd = inet_socket(AF_INET, SOCK_STREAM, 0);

	set_one(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	mkobj_key_fd(m, fd, "opt=TCP_NODELAY");
}

static void make_saved(struct mkobj *m)
{
	make_each(m, saved_udp, AF_INET, SOCK_DGRAM);
	make_each(m, saved_tcp, AF_INET6, SOCK_STREAM);
}

static void make_usual(struct mkobj *m)
{
	make_each(m, usual_udp, AF_INET, SOCK_DGRAM);
	make_each(m, usual_tcp, AF_INET, SOCK_STREAM);
}

/* Several of one socket. */
static void make_several(struct mkobj *m)
{
	int fd = inet_socket(AF_INET, SOCK_STREAM, 0), value = 3;

	mkobj_try(setsockopt(fd, IPPROTO_IP, IP_MINTTL, &value, sizeof(value)), "IP_MINTTL");
	mkobj_try(setsockopt(fd, SOL_SOCKET, SO_ZEROCOPY, &(int){ 1 }, sizeof(int)), "SO_ZEROCOPY");
	mkobj_try(setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &value, sizeof(value)), "TCP_SYNCNT");
	mkobj_key_fd(m, fd, "opt=SO_ZEROCOPY,IP_MINTTL");
}

/* A byte that is waiting out of band, and one that was read. */
static void make_oob(struct mkobj *m)
{
	int l = inet_socket(AF_INET, SOCK_STREAM, 0), a, b;
	char c;

	inet_bind(l, AF_INET);
	mkobj_try(listen(l, 1), "listen");
	a = inet_socket(AF_INET, SOCK_STREAM, 0);
	inet_connect(a, AF_INET, inet_port(l));
	b = mkobj_try(accept(l, NULL, NULL), "accept");
	close(l);
	if (send(a, "x", 1, MSG_OOB) != 1)
		mkobj_fail("MSG_OOB: %m");
	usleep(50000);
	if (m->c->arg && recv(b, &c, 1, MSG_OOB) != 1)
		mkobj_fail("MSG_OOB: %m");
	mkobj_key_fd(m, b, "opt=MSG_OOB");
}

#define OPTS	"sock-opts-lost"
#define OLD	"sock-opts-old"
#define TCP	"tcp-opts-lost"

const struct mkobj_case mkobj_opts_cases[] = {
	{ .name = OPTS, .rule = OPTS, .make = make_lost_udp, .flags = "root-only" },
	{ .name = OPTS ".ipv6", .rule = OPTS, .make = make_lost_udp6, .flags = "root-only" },
	{ .name = OPTS ".unix", .rule = OPTS, .make = make_unix },
	{ .name = OPTS ".miss-unix", .rule = OPTS, .make = make_unix, .arg = "saved",
	  .flags = "root-only" },
	{ .name = OPTS ".several", .rule = OPTS, .make = make_several,
	  .flags = "also=tcp-opts-lost" },
	{ .name = OPTS ".miss", .rule = OPTS, .make = make_saved, .flags = "root-only" },
	{ .name = OPTS ".miss-usual", .rule = OPTS, .make = make_usual },
	{ .name = OLD, .rule = OLD, .make = make_old },
	{ .name = OLD ".ipv6", .rule = OLD, .make = make_old_ipv6 },
	{ .name = OLD ".tcp", .rule = OLD, .make = make_old_tcp },
	{ .name = OLD ".miss", .rule = OLD, .make = make_usual },
	{ .name = TCP, .rule = TCP, .make = make_lost_tcp, .flags = "root-only" },
	{ .name = TCP ".oob", .rule = TCP, .make = make_oob, .flags = "also=tcp-connected" },
	{ .name = TCP ".miss", .rule = TCP, .make = make_saved, .flags = "root-only" },
	{ .name = TCP ".miss-usual", .rule = TCP, .make = make_usual },
	{ }
};
