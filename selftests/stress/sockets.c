// SPDX-License-Identifier: GPL-2.0
/* sockets.c - connections, data held back, descriptors in flight, in circles too. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../send_fd.h"
#include "stress.h"

#define MOST_CLIENTS	8

static void send_on(int sock, int fd)
{
	send_fd(sock, fd, "x", MSG_DONTWAIT);
}

static int pair(int *p)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };

	return socketpair(AF_UNIX, types[pick(3)], 0, p);
}

/* Sockets that are in their own queues: the kernel's collector takes them away. */
static void circles(void)
{
	int p[2], q[2];

	if (pair(p))
		return;
	if (!pair(q)) {
		send_on(p[0], q[0]);
		send_on(q[0], p[0]);
		send_on(p[1], p[0]);
		send_on(q[1], q[1]);
		close(q[0]);
		close(q[1]);
	}
	nap(200);
	close(p[0]);
	close(p[1]);
}

static void flights(void)
{
	char buf[64];
	int p[2], i;

	if (pair(p))
		return;
	for (i = 0; i < 20; i++) {
		send_on(p[0], pick(2) ? p[0] : 0);
		if (pick(2))
			recv(p[1], buf, sizeof(buf), MSG_DONTWAIT);
	}
	close(p[pick(2)]);
	nap(200);
	close(p[0]);
	close(p[1]);
}

/* Clients of @addr, of whom some are accepted. */
static void clients_of(int listener, const struct sockaddr *addr, socklen_t len)
{
	int fds[2 * MOST_CLIENTS], nr = 0, i;

	for (i = 0; i < MOST_CLIENTS; i++) {
		fds[nr] = socket(addr->sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
		connect(fds[nr], addr, len);
		send(fds[nr++], "hello", 5, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (pick(2))
			fds[nr++] = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
		if (pick(4) == 0)
			shutdown(fds[pick(nr)], pick(3));
	}
	nap(500);
	while (nr)
		close(fds[--nr]);
}

static void unix_servers(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "/tmp/stress-%d.sock", getpid());
	if (!bind(listener, (struct sockaddr *)&addr, sizeof(addr)) && !listen(listener, 4))
		clients_of(listener, (struct sockaddr *)&addr, sizeof(addr));
	unlink(addr.sun_path);
	close(listener);
}

static void tcp_servers(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	socklen_t len = sizeof(addr);

	if (!bind(listener, (struct sockaddr *)&addr, len) && !listen(listener, 4) &&
	    !getsockname(listener, (struct sockaddr *)&addr, &len))
		clients_of(listener, (struct sockaddr *)&addr, len);
	close(listener);
}

static void corks(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(9),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int sk = socket(AF_INET, SOCK_DGRAM, 0), i, on;

	connect(sk, (struct sockaddr *)&addr, sizeof(addr));
	for (i = 0; i < 20; i++) {
		on = pick(2);
		setsockopt(sk, IPPROTO_UDP, UDP_CORK, &on, sizeof(on));
		send(sk, "data", 4, MSG_DONTWAIT | (pick(2) ? MSG_MORE : 0));
	}
	close(sk);
}

static void other_families(void)
{
	int nl = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	int packet = socket(AF_PACKET, SOCK_RAW, 0);
	int raw = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);

	nap(200);
	close(nl);
	close(packet);
	close(raw);
}

const struct churn churn_sockets[] = {
	{ "circles", circles }, { "flights", flights }, { "UNIX servers", unix_servers },
	{ "TCP servers", tcp_servers }, { "corks", corks }, { "families", other_families }, { }
};
