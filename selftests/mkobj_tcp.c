// SPDX-License-Identifier: GPL-2.0
/* mkobj_tcp.c - TCP sockets in their states; m->c->num is the address family. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_inet.h"

/* Enough for SYN_SENT to outlast any test: then it would be refused. */
#define SYN_RETRIES	40

static int listener(int family, int backlog)
{
	int fd = inet_socket(family, SOCK_STREAM, 0);

	inet_bind(fd, family);
	mkobj_try(listen(fd, backlog), "listen");
	return fd;
}

static int client(int family, int port)
{
	int fd = inet_socket(family, SOCK_STREAM, 0);

	inet_connect(fd, family, port);
	return fd;
}

static void key_connection(struct mkobj *m, int fd)
{
	char local[INET_STRLEN], remote[INET_STRLEN];

	inet_name(fd, false, local);
	inet_name(fd, true, remote);
	mkobj_key_fd(m, fd, "laddr=%s raddr=%s", local, remote);
}

/* Both ends at descriptors 3 and 4, the listener is gone. */
static void make_ends(struct mkobj *m, int end[2])
{
	int l = listener(m->c->num, 4);

	end[1] = client(m->c->num, inet_port(l));
	end[0] = mkobj_try(accept(l, NULL, NULL), "accept");
	mkobj_try(dup2(end[0], l), "dup2");
	close(end[0]);
	end[0] = l;
}

static void make_pair(struct mkobj *m)
{
	int end[2];

	make_ends(m, end);
	key_connection(m, end[0]);
	key_connection(m, end[1]);
}

static void make_pair_in_own_net(struct mkobj *m)
{
	inet_own_net();
	make_pair(m);
}

static void make_listener_in_own_net(struct mkobj *m)
{
	inet_own_net();
	listener(m->c->num, 8);
	inet_socket(m->c->num, SOCK_STREAM, 0);
}

static void make_half_closed(struct mkobj *m)
{
	int end[2];

	make_ends(m, end);
	key_connection(m, end[0]);
	key_connection(m, end[1]);
	mkobj_try(shutdown(end[0], SHUT_WR), "shutdown");
}

/* Waits until the end sees that its peer is gone. */
static void await_eof(int fd)
{
	struct pollfd p = { fd, POLLIN, 0 };
	char c;

	if (poll(&p, 1, 10000) != 1 || read(fd, &c, 1) != 0)
		mkobj_fail("no end of file: %m");
}

static void close_both(int end[2])
{
	mkobj_try(shutdown(end[0], SHUT_WR), "shutdown");
	await_eof(end[1]);
	mkobj_try(shutdown(end[1], SHUT_WR), "shutdown");
	await_eof(end[0]);
}

static void make_closed(struct mkobj *m)
{
	int end[2];

	make_ends(m, end);
	key_connection(m, end[0]);
	key_connection(m, end[1]);
	close_both(end);
}

/* They have no destination any more. */
static void make_disconnected(struct mkobj *m)
{
	struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	int end[2], i;

	make_ends(m, end);
	close_both(end);
	for (i = 0; i < 2; i++)
		mkobj_try(connect(end[i], &nowhere, sizeof(nowhere)), "AF_UNSPEC");
}

static void make_listener(struct mkobj *m)
{
	m->fd[0] = listener(m->c->num, 8);
	mkobj_tell(m, inet_port(m->fd[0]));
}

static void connect_outside(struct mkobj *m)
{
	m->fd[0] = client(m->c->num, m->value);
}

static void settle_accept(struct mkobj *m)
{
	int fd = mkobj_try(accept(m->fd[0], NULL, NULL), "accept");

	key_connection(m, fd);
}

static void settle_accept_half(struct mkobj *m)
{
	int fd = mkobj_try(accept(m->fd[0], NULL, NULL), "accept");

	key_connection(m, fd);
	mkobj_try(shutdown(fd, SHUT_WR), "shutdown");
}

static void settle_inflight(struct mkobj *m)
{
	char local[INET_STRLEN];

	inet_name(m->fd[0], false, local);
	mkobj_key_fd(m, m->fd[0], "laddr=%s backlog=1", local);
}

static void make_inflight_inside(struct mkobj *m)
{
	m->fd[0] = listener(m->c->num, 8);
	client(m->c->num, inet_port(m->fd[0]));
	settle_inflight(m);
}

static void make_unconnected(struct mkobj *m)
{
	inet_socket(m->c->num, SOCK_STREAM, 0);
}

static void make_refused(struct mkobj *m)
{
	int fd = inet_socket(m->c->num, SOCK_STREAM, 0);
	union inet_addr a;
	socklen_t len = inet_loopback(&a, m->c->num, 1);

	if (!connect(fd, &a.sa, len) || errno != ECONNREFUSED)
		mkobj_fail("port 1 does not refuse: %m");
}

/* A listener outside whose queue is full drops further connections without a word. */
static void prepare_full(struct mkobj *m)
{
	m->fd[0] = listener(m->c->num, 0);
	m->fd[1] = client(m->c->num, inet_port(m->fd[0]));
	m->value = inet_port(m->fd[0]);
}

static void make_syn_sent(struct mkobj *m)
{
	int fd = inet_socket(m->c->num, SOCK_STREAM, 0);
	int retries = SYN_RETRIES;
	union inet_addr a;
	socklen_t len = inet_loopback(&a, m->c->num, m->value);

	setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &retries, sizeof(retries));
	mkobj_try(fcntl(fd, F_SETFL, O_NONBLOCK), "F_SETFL");
	if (!connect(fd, &a.sa, len) || errno != EINPROGRESS)
		mkobj_fail("the connection is not held up: %m");
	mkobj_key_fd(m, fd, "");
}

/* ---- fast open: the server accepts before the client has answered ---- */

#define FASTOPEN_SYSCTL	"/proc/sys/net/ipv4/tcp_fastopen"
/* Client and server may, both without a cookie. */
#define FASTOPEN_ALL	"519"

static void fastopen_sysctl(const char *set, char *old, size_t size)
{
	int fd = mkobj_try(open(FASTOPEN_SYSCTL, O_RDWR), FASTOPEN_SYSCTL);
	ssize_t n = old ? pread(fd, old, size - 1, 0) : 0;

	if (n < 0 || write(fd, set, strlen(set)) < 0)
		mkobj_lacks(FASTOPEN_SYSCTL ": %m");
	if (old)
		old[n] = '\0';
	close(fd);
}

static void make_fastopen_listener(struct mkobj *m)
{
	int queue = 8, retries = SYN_RETRIES;

	make_listener(m);
	mkobj_try(setsockopt(m->fd[0], IPPROTO_TCP, TCP_SYNCNT, &retries, sizeof(retries)),
		  "TCP_SYNCNT");
	mkobj_try(setsockopt(m->fd[0], IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue)),
		  "TCP_FASTOPEN");
}

/* The client's data comes with its first packet; m->c->arg: it is deaf for the answer. */
static void connect_fastopen(struct mkobj *m)
{
	struct sock_filter drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog deaf = { 1, &drop };
	int fd = inet_socket(m->c->num, SOCK_STREAM, 0), retries = SYN_RETRIES;
	union inet_addr a;
	socklen_t len = inet_loopback(&a, m->c->num, m->value);
	char old[32];

	setsockopt(fd, IPPROTO_TCP, TCP_SYNCNT, &retries, sizeof(retries));
	if (m->c->arg)
		mkobj_try(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &deaf, sizeof(deaf)),
			  "SO_ATTACH_FILTER");
	mkobj_try(fcntl(fd, F_SETFL, O_NONBLOCK), "F_SETFL");
	fastopen_sysctl(FASTOPEN_ALL, old, sizeof(old));
	if (sendto(fd, "x", 1, MSG_FASTOPEN, &a.sa, len) < 0 && errno != EINPROGRESS)
		mkobj_fail("MSG_FASTOPEN: %m");
	fastopen_sysctl(old, NULL, 0);
	m->fd[0] = fd;
}

#define CONNECTED	"tcp-connected"
#define HALF		"tcp-half-closed"
#define CLOSED		"tcp-closed"
#define SYN		"tcp-syn-sent"
#define SYNRECV		"tcp-syn-recv"
#define REPAIR		"tcp-repair-denied"
#define INFLIGHT	"tcp-listen-inflight"

#define BY_NOBODY	"reader=nobody,also=cred-not-root,criu=skip:needs a criu that is not root"

const struct mkobj_case mkobj_tcp_cases[] = {
	{ .name = CONNECTED, .rule = CONNECTED, .make = make_pair, .num = AF_INET },
	{ .name = CONNECTED ".ipv6", .rule = CONNECTED, .make = make_pair, .num = AF_INET6 },
	{ .name = CONNECTED ".outside", .rule = CONNECTED, .make = make_listener,
	  .finish = connect_outside, .settle = settle_accept, .num = AF_INET },
	{ .name = CONNECTED ".netns", .rule = CONNECTED, .make = make_pair_in_own_net,
	  .num = AF_INET, .flags = "root-only" },
	{ .name = CONNECTED ".miss-netns", .rule = CONNECTED, .make = make_listener_in_own_net,
	  .num = AF_INET, .flags = "root-only" },
	{ .name = CONNECTED ".miss", .rule = CONNECTED, .make = make_unconnected,
	  .num = AF_INET },
	{ .name = CONNECTED ".miss-ipv6", .rule = CONNECTED, .make = make_unconnected,
	  .num = AF_INET6 },
	{ .name = CONNECTED ".miss-closed", .rule = CONNECTED, .make = make_closed,
	  .num = AF_INET, .flags = "also=tcp-closed" },
	{ .name = HALF, .rule = HALF, .make = make_half_closed, .num = AF_INET },
	{ .name = HALF ".outside", .rule = HALF, .make = make_listener,
	  .finish = connect_outside, .settle = settle_accept_half, .num = AF_INET },
	{ .name = HALF ".miss", .rule = HALF, .make = make_closed, .num = AF_INET,
	  .flags = "also=tcp-closed" },
	{ .name = CLOSED, .rule = CLOSED, .make = make_closed, .num = AF_INET },
	{ .name = CLOSED ".ipv6", .rule = CLOSED, .make = make_closed, .num = AF_INET6 },
	{ .name = CLOSED ".miss", .rule = CLOSED, .make = make_disconnected, .num = AF_INET },
	{ .name = CLOSED ".miss-refused", .rule = CLOSED, .make = make_refused,
	  .num = AF_INET },
	{ .name = SYN, .rule = SYN, .prepare = prepare_full, .make = make_syn_sent,
	  .num = AF_INET, .flags = "also=tcp-opts-lost" },
	{ .name = SYN ".miss", .rule = SYN, .make = make_refused, .num = AF_INET },
	{ .name = SYNRECV, .rule = SYNRECV, .make = make_fastopen_listener,
	  .finish = connect_fastopen, .settle = settle_accept, .num = AF_INET, .arg = "deaf",
	  .flags = "root-only,also=tcp-opts-lost" },
	{ .name = SYNRECV ".ipv6", .rule = SYNRECV, .make = make_fastopen_listener,
	  .finish = connect_fastopen, .settle = settle_accept, .num = AF_INET6, .arg = "deaf",
	  .flags = "root-only,also=tcp-opts-lost" },
	{ .name = SYNRECV ".miss", .rule = SYNRECV, .make = make_fastopen_listener,
	  .num = AF_INET, .flags = "also=tcp-opts-lost" },
	{ .name = SYNRECV ".miss-answered", .rule = SYNRECV, .make = make_fastopen_listener,
	  .finish = connect_fastopen, .settle = settle_accept, .num = AF_INET,
	  .flags = "root-only,also=tcp-connected,also=tcp-opts-lost" },
	{ .name = REPAIR, .rule = REPAIR, .make = make_pair, .num = AF_INET,
	  .uid = MKOBJ_NOBODY, .flags = BY_NOBODY ",also=tcp-connected" },
	{ .name = REPAIR ".closed", .rule = REPAIR, .make = make_closed,
	  .num = AF_INET, .uid = MKOBJ_NOBODY, .flags = BY_NOBODY ",also=tcp-closed" },
	{ .name = REPAIR ".miss", .rule = REPAIR, .make = make_listener, .num = AF_INET,
	  .uid = MKOBJ_NOBODY, .flags = BY_NOBODY },
	{ .name = REPAIR ".miss-inflight", .rule = REPAIR, .make = make_listener,
	  .finish = connect_outside, .num = AF_INET, .uid = MKOBJ_NOBODY,
	  .flags = BY_NOBODY ",also=tcp-listen-inflight" },
	{ .name = REPAIR ".miss-root", .rule = REPAIR, .make = make_closed, .num = AF_INET,
	  .uid = MKOBJ_NOBODY, .flags = "also=tcp-closed" },
	{ .name = REPAIR ".miss-disconnected", .rule = REPAIR, .make = make_disconnected,
	  .num = AF_INET, .uid = MKOBJ_NOBODY, .flags = BY_NOBODY },
	{ .name = INFLIGHT, .rule = INFLIGHT, .make = make_listener, .finish = connect_outside,
	  .settle = settle_inflight, .num = AF_INET },
	{ .name = INFLIGHT ".ipv6", .rule = INFLIGHT, .make = make_listener,
	  .finish = connect_outside, .settle = settle_inflight, .num = AF_INET6 },
	{ .name = INFLIGHT ".inside", .rule = INFLIGHT, .make = make_inflight_inside,
	  .num = AF_INET, .flags = "also=tcp-connected" },
	{ .name = INFLIGHT ".miss", .rule = INFLIGHT, .make = make_listener, .num = AF_INET },
	{ .name = INFLIGHT ".miss-ipv6", .rule = INFLIGHT, .make = make_listener,
	  .num = AF_INET6 },
	{ }
};
