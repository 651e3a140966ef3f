// SPDX-License-Identifier: GPL-2.0
/* mkobj_inet.c - loopback addresses of both families, and a network namespace that has no more. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_inet.h"

void inet_own_net(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET))
		mkobj_lacks("no network namespaces: %m");
	fd = inet_socket(AF_INET, SOCK_DGRAM, 0);
	mkobj_try(ioctl(fd, SIOCSIFFLAGS, &lo), "SIOCSIFFLAGS");
	close(fd);
}

socklen_t inet_loopback(union inet_addr *a, int family, int port)
{
	*a = (union inet_addr){};
	a->sa.sa_family = family;
	if (family == AF_INET6) {
		a->in6.sin6_addr = in6addr_loopback;
		a->in6.sin6_port = htons(port);
		return sizeof(a->in6);
	}
	a->in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a->in.sin_port = htons(port);
	return sizeof(a->in);
}

int inet_socket(int family, int type, int proto)
{
	return mkobj_try(socket(family, type, proto), "socket");
}

void inet_bind(int fd, int family)
{
	union inet_addr a;
	socklen_t len = inet_loopback(&a, family, 0);

	if (bind(fd, &a.sa, len))
		mkobj_lacks("no loopback address of family %d: %m", family);
}

void inet_connect(int fd, int family, int port)
{
	union inet_addr a;
	socklen_t len = inet_loopback(&a, family, port);

	mkobj_try(connect(fd, &a.sa, len), "connect");
}

int inet_port(int fd)
{
	union inet_addr a;
	socklen_t len = sizeof(a);

	mkobj_try(getsockname(fd, &a.sa, &len), "getsockname");
	return ntohs(a.sa.sa_family == AF_INET6 ? a.in6.sin6_port : a.in.sin_port);
}

void inet_name(int fd, bool peer, char buf[INET_STRLEN])
{
	char ip[INET6_ADDRSTRLEN];
	union inet_addr a;
	socklen_t len = sizeof(a);

	mkobj_try((peer ? getpeername : getsockname)(fd, &a.sa, &len), "name of a socket");
	if (a.sa.sa_family == AF_INET6) {
		inet_ntop(AF_INET6, &a.in6.sin6_addr, ip, sizeof(ip));
		snprintf(buf, INET_STRLEN, "[%s]:%d", ip, ntohs(a.in6.sin6_port));
	} else {
		inet_ntop(AF_INET, &a.in.sin_addr, ip, sizeof(ip));
		snprintf(buf, INET_STRLEN, "%s:%d", ip, ntohs(a.in.sin_port));
	}
}
