// SPDX-License-Identifier: GPL-2.0
/* mkobj_lost.c - sockets with something that CRIU leaves out: unread messages, errors, keys. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_inet.h"
#include "mkobj_packet.h"

#ifndef TCP_ULP
#define TCP_ULP		31
#endif
#ifndef UDP_ENCAP
#define UDP_ENCAP	100
#endif

#define CLOSED_PORT	1

static void set_int(int fd, int level, int option, int value, const char *name)
{
	if (setsockopt(fd, level, option, &value, sizeof(value)))
		mkobj_lacks("%s: %m", name);
}

/* ---- unread messages ---- */

/* A socket of the family m->c->num that sends itself two messages and reads @reads of them. */
static int unread_udp(struct mkobj *m, int reads)
{
	int fd = inet_socket(m->c->num, SOCK_DGRAM, 0), i;
	union inet_addr a;
	socklen_t len = sizeof(a);
	char c;

	inet_bind(fd, m->c->num);
	mkobj_try(getsockname(fd, &a.sa, &len), "getsockname");
	for (i = 0; i < 2; i++)
		if (sendto(fd, "x", 1, 0, &a.sa, len) != 1)
			mkobj_fail("sendto: %m");
	for (i = 0; i < reads; i++)
		if (recv(fd, &c, 1, 0) != 1)
			mkobj_fail("recv: %m");
	return fd;
}

static void make_unread(struct mkobj *m)
{
	mkobj_key_fd(m, unread_udp(m, 0), "messages=2");
}

/* The other one has been taken out of the queue along with the first. */
static void make_half_read(struct mkobj *m)
{
	mkobj_key_fd(m, unread_udp(m, 1), "messages=1");
}

static void make_read(struct mkobj *m)
{
	unread_udp(m, 2);
}

/* Hears its own echo request, and the answer. */
static void make_raw_unread(struct mkobj *m)
{
	struct icmphdr echo = { .type = ICMP_ECHO, .checksum = (unsigned short)~ICMP_ECHO };
	int fd = inet_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	union inet_addr a;
	socklen_t len = inet_loopback(&a, AF_INET, 0);

	if (sendto(fd, &echo, sizeof(echo), 0, &a.sa, len) != sizeof(echo))
		mkobj_fail("sendto: %m");
	usleep(50000);
	mkobj_key_fd(m, fd, "messages=2");
}

static void make_raw_empty(struct mkobj *m)
{
	(void)m;
	inet_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

/* Sees what a UDP socket that is gone again has sent on the loopback device. */
static void make_packet_unread(struct mkobj *m)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex("lo"),
	};
	int fd = packet_socket(), udp = inet_socket(AF_INET, SOCK_DGRAM, 0);

	mkobj_try(bind(fd, (struct sockaddr *)&ll, sizeof(ll)), "bind");
	inet_connect(udp, AF_INET, CLOSED_PORT);
	if (send(udp, "x", 1, 0) != 1)
		mkobj_fail("send: %m");
	usleep(50000);
	close(udp);
	mkobj_key_fd(m, fd, "");
}

/* ---- errors ---- */

/* Return: a UDP socket whose datagram was refused. */
static int refused_udp(int family, bool queued)
{
	int fd = inet_socket(family, SOCK_DGRAM, 0);

	if (queued)
		set_int(fd, IPPROTO_IP, IP_RECVERR, 1, "IP_RECVERR");
	inet_connect(fd, family, CLOSED_PORT);
	if (send(fd, "x", 1, 0) != 1)
		mkobj_fail("send: %m");
	usleep(50000);
	return fd;
}

static void make_refused(struct mkobj *m)
{
	mkobj_key_fd(m, refused_udp(m->c->num, false), "error=%d messages=0", ECONNREFUSED);
}

static void make_refused_queued(struct mkobj *m)
{
	mkobj_key_fd(m, refused_udp(AF_INET, true), "messages=1");
}

static void make_refused_tcp(struct mkobj *m)
{
	int fd = inet_socket(AF_INET, SOCK_STREAM, 0);
	union inet_addr a;
	socklen_t len = inet_loopback(&a, AF_INET, CLOSED_PORT);

	mkobj_try(fcntl(fd, F_SETFL, O_NONBLOCK), "F_SETFL");
	if (!connect(fd, &a.sa, len) || (errno != EINPROGRESS && errno != ECONNREFUSED))
		mkobj_fail("port 1 does not refuse: %m");
	if (errno == ECONNREFUSED)
		mkobj_lacks("the error comes at once");
	usleep(50000);
	mkobj_key_fd(m, fd, "error=%d", ECONNREFUSED);
}

static void make_error_read(struct mkobj *m)
{
	int fd = refused_udp(m->c->num, false), error;
	socklen_t len = sizeof(error);

	mkobj_try(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len), "SO_ERROR");
}

/* ---- encapsulation ---- */

/* Of the kind m->c->num, or none any more. */
static void make_encap(struct mkobj *m)
{
	int fd = inet_socket(AF_INET, SOCK_DGRAM, 0);

	set_int(fd, IPPROTO_UDP, UDP_ENCAP, m->c->num ? m->c->num : UDP_ENCAP_L2TPINUDP,
		"UDP_ENCAP");
	if (!m->c->num)
		set_int(fd, IPPROTO_UDP, UDP_ENCAP, 0, "UDP_ENCAP");
	mkobj_key_fd(m, fd, "type=%ld", m->c->num);
}

static void make_udp(struct mkobj *m)
{
	(void)m;
	inet_bind(inet_socket(AF_INET, SOCK_DGRAM, 0), AF_INET);
}

/* ---- programs that share out a port ---- */

enum { SHARED = 0, PROGRAM = 1, DETACHED = 2 };

/* A socket of the type m->c->arg ("tcp" or not), and what m->c->num says. */
static void make_reuseport(struct mkobj *m)
{
	struct sock_filter first = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = { 1, &first };
	int fd = inet_socket(AF_INET, m->c->arg ? SOCK_STREAM : SOCK_DGRAM, 0);

	set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT");
	inet_bind(fd, AF_INET);
	if (m->c->arg)
		mkobj_try(listen(fd, 1), "listen");
	if (m->c->num && setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &prog, sizeof(prog)))
		mkobj_lacks("SO_ATTACH_REUSEPORT_CBPF: %m");
	if (m->c->num == DETACHED)
		set_int(fd, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, 0, "SO_DETACH_REUSEPORT_BPF");
	mkobj_key_fd(m, fd, "");
}

/* ---- what is on top of TCP or signs it ---- */

/* Return: an end of a connection whose other end is the next descriptor. */
static int tcp_pair(void)
{
	int l = inet_socket(AF_INET, SOCK_STREAM, 0), a, b;

	inet_bind(l, AF_INET);
	mkobj_try(listen(l, 1), "listen");
	a = inet_socket(AF_INET, SOCK_STREAM, 0);
	inet_connect(a, AF_INET, inet_port(l));
	b = mkobj_try(accept(l, NULL, NULL), "accept");
	close(l);
	(void)b;
	return a;
}

static void make_ulp(struct mkobj *m)
{
	int fd = tcp_pair();

	if (m->c->arg && setsockopt(fd, IPPROTO_TCP, TCP_ULP, m->c->arg, strlen(m->c->arg)))
		mkobj_lacks("TCP_ULP %s: %m", m->c->arg);
	mkobj_key_fd(m, fd, "ulp=%s", m->c->arg ? m->c->arg : "");
}

/* A key of @len bytes for the loopback address; none takes it back. */
static void md5_key(int fd, int family, int len)
{
	struct tcp_md5sig sig = { .tcpm_keylen = len, .tcpm_key = "secret" };
	union inet_addr a;
	socklen_t n = inet_loopback(&a, family, 0);

	memcpy(&sig.tcpm_addr, &a, n);
	if (setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &sig, sizeof(sig)))
		mkobj_lacks("TCP_MD5SIG: %m");
}

static void make_md5(struct mkobj *m)
{
	int fd = inet_socket(m->c->num, SOCK_STREAM, 0);

	md5_key(fd, m->c->num, 6);
	mkobj_key_fd(m, fd, "kind=md5");
}

static void make_md5_taken_back(struct mkobj *m)
{
	int fd = inet_socket(m->c->num, SOCK_STREAM, 0);

	md5_key(fd, m->c->num, 6);
	md5_key(fd, m->c->num, 0);
}

static void make_tcp(struct mkobj *m)
{
	inet_socket(m->c->num, SOCK_STREAM, 0);
}

/* ---- sockmap: the map is the holder's ---- */

static int sockmap;

static int sys_bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static void prepare_sockmap(struct mkobj *m)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_SOCKMAP, .key_size = 4, .value_size = 4, .max_entries = 1,
	};

	(void)m;
	sockmap = sys_bpf(BPF_MAP_CREATE, &attr);
	if (sockmap < 0)
		mkobj_lacks("no sockmap: %m");
	fcntl(sockmap, F_SETFD, FD_CLOEXEC);
}

static void make_for_sockmap(struct mkobj *m)
{
	int fd = inet_socket(AF_INET, m->c->num, 0);

	inet_bind(fd, AF_INET);
	if (m->c->num == SOCK_STREAM)
		mkobj_try(listen(fd, 1), "listen");
	mkobj_key_fd(m, fd, "");
	mkobj_give(m, mkobj_try(dup(fd), "dup"));
}

static void put_into_sockmap(struct mkobj *m)
{
	int key = 0, fd = m->fd[0];
	union bpf_attr attr = {
		.map_fd = sockmap, .key = (unsigned long)&key, .value = (unsigned long)&fd,
	};

	if (sys_bpf(BPF_MAP_UPDATE_ELEM, &attr))
		mkobj_lacks("sockmap: %m");
	close(fd);
}

static void close_given(struct mkobj *m)
{
	close(m->fd[0]);
}

#define UNREAD	"udp-rcv-queue"
#define RAW	"raw-rcv-queue"
#define ERR	"sock-err-queue"
#define ENCAP	"udp-encap"
#define REUSE	"sock-reuseport-bpf"
#define ULP	"tcp-ulp"
#define MD5	"tcp-md5"
#define SOCKMAP	"tcp-bpf-sockmap"

const struct mkobj_case mkobj_lost_cases[] = {
	{ .name = UNREAD, .rule = UNREAD, .make = make_unread, .num = AF_INET },
	{ .name = UNREAD ".half-read", .rule = UNREAD, .make = make_half_read, .num = AF_INET6 },
	{ .name = UNREAD ".miss", .rule = UNREAD, .make = make_read, .num = AF_INET },
	{ .name = UNREAD ".miss-ipv6", .rule = UNREAD, .make = make_read, .num = AF_INET6 },
	{ .name = RAW, .rule = RAW, .make = make_raw_unread, .flags = "root-only,also=sock-raw" },
	{ .name = RAW ".packet", .rule = RAW, .make = make_packet_unread, .flags = "root-only" },
	{ .name = RAW ".miss", .rule = RAW, .make = make_raw_empty,
	  .flags = "root-only,also=sock-raw" },
	{ .name = ERR, .rule = ERR, .make = make_refused, .num = AF_INET },
	{ .name = ERR ".ipv6", .rule = ERR, .make = make_refused, .num = AF_INET6 },
	{ .name = ERR ".queued", .rule = ERR, .make = make_refused_queued,
	  .flags = "also=sock-opts-lost" },
	{ .name = ERR ".tcp", .rule = ERR, .make = make_refused_tcp,
	  .flags = "also=tcp-closed" },
	{ .name = ERR ".miss", .rule = ERR, .make = make_error_read, .num = AF_INET },
	{ .name = ENCAP, .rule = ENCAP, .make = make_encap, .num = UDP_ENCAP_L2TPINUDP },
	{ .name = ENCAP ".esp", .rule = ENCAP, .make = make_encap, .num = UDP_ENCAP_ESPINUDP },
	{ .name = ENCAP ".miss", .rule = ENCAP, .make = make_udp },
	{ .name = ENCAP ".miss-off", .rule = ENCAP, .make = make_encap },
	{ .name = REUSE, .rule = REUSE, .make = make_reuseport, .num = PROGRAM },
	{ .name = REUSE ".tcp", .rule = REUSE, .make = make_reuseport, .num = PROGRAM,
	  .arg = "tcp" },
	{ .name = REUSE ".miss", .rule = REUSE, .make = make_reuseport, .num = SHARED },
	{ .name = REUSE ".miss-detached", .rule = REUSE, .make = make_reuseport,
	  .num = DETACHED },
	{ .name = ULP, .rule = ULP, .make = make_ulp, .arg = "tls",
	  .flags = "also=tcp-connected" },
	{ .name = ULP ".miss", .rule = ULP, .make = make_ulp, .flags = "also=tcp-connected" },
	{ .name = MD5, .rule = MD5, .make = make_md5, .num = AF_INET },
	{ .name = MD5 ".ipv6", .rule = MD5, .make = make_md5, .num = AF_INET6 },
	{ .name = MD5 ".miss", .rule = MD5, .make = make_tcp, .num = AF_INET },
	{ .name = MD5 ".miss-taken-back", .rule = MD5, .make = make_md5_taken_back,
	  .num = AF_INET },
	{ .name = SOCKMAP, .rule = SOCKMAP, .prepare = prepare_sockmap, .make = make_for_sockmap,
	  .finish = put_into_sockmap, .num = SOCK_STREAM, .flags = "root-only" },
	{ .name = SOCKMAP ".udp", .rule = SOCKMAP, .prepare = prepare_sockmap,
	  .make = make_for_sockmap, .finish = put_into_sockmap, .num = SOCK_DGRAM,
	  .flags = "root-only" },
	{ .name = SOCKMAP ".miss", .rule = SOCKMAP, .make = make_for_sockmap,
	  .finish = close_given, .num = SOCK_STREAM, .flags = "root-only" },
	{ }
};
