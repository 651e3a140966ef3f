// SPDX-License-Identifier: GPL-2.0
/* mkobj_sock.c - sockets of families, types and protocols that CRIU does not know. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_inet.h"

#ifndef AF_VSOCK
#define AF_VSOCK	40
#endif
#define PF_KEY_V2	2
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

#define PING_RANGE	"/proc/sys/net/ipv4/ping_group_range"

/* In order of how likely a kernel has them; the last row stops the search. */
static const struct family {
	int family;
	int type;
	int proto;
} families[] = {
	{ AF_VSOCK, SOCK_STREAM, 0 },
	{ AF_ALG, SOCK_SEQPACKET, 0 },
	{ AF_KEY, SOCK_RAW, PF_KEY_V2 },
	{ AF_CAN, SOCK_RAW, 1 },
	{ }
};

/* Makes a socket of the family m->c->num, or of the first there is. */
static void make_family(struct mkobj *m)
{
	const struct family *f;
	int fd = -1;

	for (f = families; fd < 0 && f->family; f++) {
		if (m->c->num && m->c->num != f->family)
			continue;
		fd = socket(f->family, f->type, f->proto);
		if (fd >= 0)
			mkobj_key_fd(m, fd, "family=%d", f->family);
	}
	if (fd < 0)
		mkobj_lacks("no such family of sockets: %m");
}

static void make_socket(struct mkobj *m)
{
	mkobj_try(socket(m->c->num, SOCK_STREAM, 0), "socket");
}

/* Since 6.16 it has no SO_PASSCRED. */
static void make_on_new_kernel(struct mkobj *m)
{
	int fd;

	if (!mkobj_kernel_since(6, 16))
		mkobj_lacks("this kernel has SO_PASSCRED for every socket");
	fd = socket(m->c->num, m->c->num == AF_PACKET ? SOCK_DGRAM : SOCK_STREAM, 0);
	if (fd < 0)
		mkobj_lacks("socket: %m");
	mkobj_key_fd(m, fd, "");
}

static void make_on_old_kernel(struct mkobj *m)
{
	if (mkobj_kernel_since(6, 16))
		mkobj_lacks("this kernel has SO_PASSCRED for some sockets");
	make_socket(m);
}

static void make_mptcp(struct mkobj *m)
{
	int fd = mkobj_try(socket(m->c->num, SOCK_STREAM, IPPROTO_MPTCP), "IPPROTO_MPTCP");

	mkobj_key_fd(m, fd, "proto=%d", IPPROTO_MPTCP);
}

static void make_sctp(struct mkobj *m)
{
	int fd = socket(AF_INET, m->c->num, IPPROTO_SCTP);

	if (fd < 0)
		mkobj_lacks("no SCTP: %m");
	if (m->c->num == SOCK_SEQPACKET)
		mkobj_key_fd(m, fd, "type=%d", SOCK_SEQPACKET);
	else
		mkobj_key_fd(m, fd, "proto=%d", IPPROTO_SCTP);
}

/* Reads the whole file, or writes it. */
static void ping_range(char *buf, size_t size, bool set)
{
	int fd = mkobj_try(open(PING_RANGE, set ? O_WRONLY : O_RDONLY), PING_RANGE);
	ssize_t n = set ? write(fd, buf, strlen(buf)) : read(fd, buf, size - 1);

	if (n <= 0)
		mkobj_lacks(PING_RANGE ": %m");
	if (!set)
		buf[n] = '\0';
	close(fd);
}

/* Ping sockets are for some groups only, by default for none. */
static void make_icmp(struct mkobj *m)
{
	int proto = m->c->num == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	char all[] = "0 2147483647", old[64];
	int fd;

	ping_range(old, sizeof(old), false);
	ping_range(all, sizeof(all), true);
	fd = socket(m->c->num, SOCK_DGRAM, proto);
	ping_range(old, sizeof(old), true);
	mkobj_try(fd, "ping socket");
	mkobj_key(m, "fd=%d", fd);
}

/* A raw socket of the protocol m->c->num, of IPv6 where m->c->arg says so. */
static int raw_socket(struct mkobj *m)
{
	return inet_socket(m->c->arg ? AF_INET6 : AF_INET, SOCK_RAW, m->c->num);
}

static void make_raw(struct mkobj *m)
{
	int fd = raw_socket(m);

	mkobj_key_fd(m, fd, "proto=%ld", m->c->num);
}

static void make_raw_bound(struct mkobj *m)
{
	inet_bind(raw_socket(m), m->c->arg ? AF_INET6 : AF_INET);
}

static void make_raw_connected(struct mkobj *m)
{
	char remote[INET_STRLEN];
	int fd = raw_socket(m);

	/* Without a port getpeername() would not tell the address. */
	inet_connect(fd, m->c->arg ? AF_INET6 : AF_INET, 7);
	inet_name(fd, true, remote);
	mkobj_key_fd(m, fd, "proto=%ld raddr=%s", m->c->num, remote);
}

static void make_raw_left(struct mkobj *m)
{
	make_raw_connected(m);
	inet_own_net();
}

static void make_raw_disconnected(struct mkobj *m)
{
	struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	int fd = raw_socket(m);

	inet_connect(fd, AF_INET, 0);
	mkobj_try(connect(fd, &nowhere, sizeof(nowhere)), "AF_UNSPEC");
}

static void make_dgram(struct mkobj *m)
{
	mkobj_try(socket(m->c->num, SOCK_DGRAM, 0), "socket");
}

#define FAMILY	"sock-family"
#define PROTO	"sock-proto"
#define TYPE	"sock-type"
#define ICMP	"sock-icmp"
#define RAW	"sock-raw"
#define RAWCONN	"raw-connected"

#define PASSCRED	"sock-no-passcred"

const struct mkobj_case mkobj_sock_cases[] = {
	{ .name = PASSCRED, .rule = PASSCRED, .make = make_on_new_kernel, .num = AF_INET,
	  .flags = MKOBJ_EACH },
	{ .name = PASSCRED ".ipv6", .rule = PASSCRED, .make = make_on_new_kernel, .num = AF_INET6,
	  .flags = MKOBJ_EACH },
	{ .name = PASSCRED ".packet", .rule = PASSCRED, .make = make_on_new_kernel,
	  .num = AF_PACKET, .flags = MKOBJ_EACH ",root-only" },
	{ .name = PASSCRED ".miss", .rule = PASSCRED, .make = make_on_new_kernel, .num = AF_UNIX,
	  .flags = MKOBJ_EACH },
	{ .name = PASSCRED ".miss-old", .rule = PASSCRED, .make = make_on_old_kernel,
	  .num = AF_INET, .flags = MKOBJ_EACH },
	{ .name = FAMILY, .rule = FAMILY, .make = make_family },
	{ .name = FAMILY ".vsock", .rule = FAMILY, .make = make_family, .num = AF_VSOCK },
	{ .name = FAMILY ".alg", .rule = FAMILY, .make = make_family, .num = AF_ALG },
	{ .name = FAMILY ".key", .rule = FAMILY, .make = make_family, .num = AF_KEY,
	  .flags = "root-only" },
	{ .name = FAMILY ".miss", .rule = FAMILY, .make = make_socket, .num = AF_UNIX },
	{ .name = FAMILY ".miss-inet", .rule = FAMILY, .make = make_socket, .num = AF_INET },
	{ .name = PROTO, .rule = PROTO, .make = make_mptcp, .num = AF_INET },
	{ .name = PROTO ".ipv6", .rule = PROTO, .make = make_mptcp, .num = AF_INET6 },
	{ .name = PROTO ".sctp", .rule = PROTO, .make = make_sctp, .num = SOCK_STREAM },
	{ .name = PROTO ".miss", .rule = PROTO, .make = make_socket, .num = AF_INET },
	{ .name = TYPE, .rule = TYPE, .make = make_sctp, .num = SOCK_SEQPACKET },
	{ .name = TYPE ".miss", .rule = TYPE, .make = make_dgram, .num = AF_INET },
	{ .name = ICMP, .rule = ICMP, .make = make_icmp, .num = AF_INET, .flags = "root-only" },
	{ .name = ICMP ".ipv6", .rule = ICMP, .make = make_icmp, .num = AF_INET6,
	  .flags = "root-only" },
	{ .name = ICMP ".miss", .rule = ICMP, .make = make_dgram, .num = AF_INET },
	{ .name = RAW, .rule = RAW, .make = make_raw, .num = IPPROTO_ICMP,
	  .flags = "root-only" },
	{ .name = RAW ".ipv6", .rule = RAW, .make = make_raw, .num = IPPROTO_ICMPV6,
	  .arg = "ipv6", .flags = "root-only" },
	{ .name = RAW ".any", .rule = RAW, .make = make_raw, .num = IPPROTO_RAW,
	  .flags = "root-only" },
	{ .name = RAW ".miss", .rule = RAW, .make = make_dgram, .num = AF_INET },
	{ .name = RAWCONN, .rule = RAWCONN, .make = make_raw_connected, .num = IPPROTO_ICMP,
	  .flags = "root-only" },
	{ .name = RAWCONN ".ipv6", .rule = RAWCONN, .make = make_raw_connected,
	  .num = IPPROTO_ICMPV6, .arg = "ipv6", .flags = "root-only" },
	{ .name = RAWCONN ".tcp", .rule = RAWCONN, .make = make_raw_connected,
	  .num = IPPROTO_TCP, .flags = "root-only" },
	{ .name = RAWCONN ".miss", .rule = RAWCONN, .make = make_raw_bound,
	  .num = IPPROTO_ICMP, .flags = "root-only,also=sock-raw" },
	{ .name = RAWCONN ".miss-left", .rule = RAWCONN, .make = make_raw_left,
	  .num = IPPROTO_ICMP, .flags = "root-only,also=sock-raw,also=sock-host-netns" },
	{ .name = RAWCONN ".miss-disconnected", .rule = RAWCONN, .make = make_raw_disconnected,
	  .num = IPPROTO_ICMP, .flags = "root-only,also=sock-raw" },
	{ }
};
