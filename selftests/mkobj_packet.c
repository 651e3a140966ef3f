// SPDX-License-Identifier: GPL-2.0
/* mkobj_packet.c - packet sockets: memberships, and rings that are mapped. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_packet.h"

#define RING_SIZE	16384
/* No type of a membership that anybody knows; the kernel does not mind. */
#define MR_ODD		99

int packet_socket(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0)
		mkobj_lacks("no packet sockets: %m");
	return fd;
}

/* Of the loopback device; the address ends in @last. */
static void membership(int fd, int option, int type, int last)
{
	struct packet_mreq mr = {
		.mr_ifindex = if_nametoindex("lo"), .mr_type = type, .mr_alen = 6,
		.mr_address = { 1, 0, 0x5e, 0, 0, last },
	};

	mkobj_try(setsockopt(fd, SOL_PACKET, option, &mr, sizeof(mr)), "membership");
}

static void make_plain(struct mkobj *m)
{
	(void)m;
	packet_socket();
}

/* Joins the same group m->c->num times, and another one. */
static void make_member(struct mkobj *m)
{
	int fd = packet_socket(), i;

	membership(fd, PACKET_ADD_MEMBERSHIP, PACKET_MR_MULTICAST, 2);
	for (i = 0; i < m->c->num; i++)
		membership(fd, PACKET_ADD_MEMBERSHIP, PACKET_MR_MULTICAST, 1);
	mkobj_key_fd(m, fd, "times=%ld", m->c->num);
}

static void make_member_that_left(struct mkobj *m)
{
	int fd = packet_socket();

	(void)m;
	membership(fd, PACKET_ADD_MEMBERSHIP, PACKET_MR_MULTICAST, 1);
	membership(fd, PACKET_ADD_MEMBERSHIP, PACKET_MR_MULTICAST, 1);
	membership(fd, PACKET_DROP_MEMBERSHIP, PACKET_MR_MULTICAST, 1);
}

/* A membership of the type m->c->num. */
static void make_member_of_type(struct mkobj *m)
{
	int fd = packet_socket();

	membership(fd, PACKET_ADD_MEMBERSHIP, m->c->num, 0);
	mkobj_key_fd(m, fd, "");
}

/* Return: a socket whose receive ring is mapped at *map. */
static int packet_ring(char **map)
{
	struct tpacket_req req = {
		.tp_block_size = RING_SIZE, .tp_block_nr = 1,
		.tp_frame_size = 2048, .tp_frame_nr = RING_SIZE / 2048,
	};
	int fd = packet_socket();

	mkobj_try(setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)), "PACKET_RX_RING");
	*map = mmap(NULL, RING_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (*map == MAP_FAILED)
		mkobj_fail("mmap of a ring: %m");
	return fd;
}

static void key_map(struct mkobj *m, int fd, const char *map)
{
	struct stat st;

	if (fstat(fd, &st))
		mkobj_fail("fstat: %m");
	mkobj_key(m, "vma=%lx-%lx ino=%lu", (unsigned long)map, (unsigned long)map + RING_SIZE,
		  (unsigned long)st.st_ino);
}

static void make_map_alone(struct mkobj *m)
{
	char *map;
	int fd = packet_ring(&map);

	key_map(m, fd, map);
	close(fd);
}

static void make_map(struct mkobj *m)
{
	char *map;

	(void)m;
	packet_ring(&map);
}

/* The child has the mapping, the parent the descriptor too. */
static void make_map_in_child(struct mkobj *m)
{
	char *map;
	int fd = packet_ring(&map);

	if (mkobj_fork())
		return;
	key_map(m, fd, map);
	close(fd);
	mkobj_pause();
}

/* The option m->c->num, named m->c->arg, is set; or set and cleared. */
static void make_option(struct mkobj *m)
{
	int fd = packet_socket(), on = 1, off = 0;

	mkobj_try(setsockopt(fd, SOL_PACKET, m->c->num, &on, sizeof(on)), "option");
	if (!m->c->arg)
		mkobj_try(setsockopt(fd, SOL_PACKET, m->c->num, &off, sizeof(off)), "option");
	mkobj_key_fd(m, fd, "opt=%s", m->c->arg ? m->c->arg : "");
}

/* In a fanout group of the mode m->c->num, with a program that chooses if there is m->c->arg. */
static void make_fanout(struct mkobj *m)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_MPLS_UC),
		.sll_ifindex = if_nametoindex("lo"),
	};
	int fd = packet_socket(), fanout = (getpid() & 0xffff) | m->c->num << 16;
	struct sock_filter first = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog prog = { 1, &first };

	mkobj_try(bind(fd, (struct sockaddr *)&ll, sizeof(ll)), "bind");
	mkobj_try(setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &fanout, sizeof(fanout)),
		  "PACKET_FANOUT");
	if (m->c->arg)
		mkobj_try(setsockopt(fd, SOL_PACKET, PACKET_FANOUT_DATA, &prog, sizeof(prog)),
			  "PACKET_FANOUT_DATA");
	mkobj_key_fd(m, fd, "opt=%s", m->c->arg ? m->c->arg : "");
}

static void make_tcp_map(struct mkobj *m)
{
	int fd = mkobj_try(socket(AF_INET, SOCK_STREAM, 0), "socket");
	char *map = mmap(NULL, RING_SIZE, PROT_READ, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		mkobj_lacks("mmap of a TCP socket: %m");
	key_map(m, fd, map);
}

#define TCPMAP	"tcp-mmap"
#define MULTI	"packet-mc-multi"
#define TYPE	"packet-mc-type"
#define NOOPEN	"packet-map-noopen"
#define OPTS	"packet-opts-lost"

const struct mkobj_case mkobj_packet_cases[] = {
	{ .name = MULTI, .rule = MULTI, .make = make_member, .num = 2, .flags = "root-only" },
	{ .name = MULTI ".three", .rule = MULTI, .make = make_member, .num = 3,
	  .flags = "root-only" },
	{ .name = MULTI ".miss", .rule = MULTI, .make = make_member, .num = 1,
	  .flags = "root-only" },
	{ .name = MULTI ".miss-left", .rule = MULTI, .make = make_member_that_left,
	  .flags = "root-only" },
	{ .name = MULTI ".miss-plain", .rule = MULTI, .make = make_plain, .flags = "root-only" },
	{ .name = TYPE, .rule = TYPE, .make = make_member_of_type, .num = MR_ODD,
	  .flags = "root-only" },
	{ .name = TYPE ".miss", .rule = TYPE, .make = make_member_of_type,
	  .num = PACKET_MR_PROMISC, .flags = "root-only" },
	{ .name = NOOPEN, .rule = NOOPEN, .make = make_map_alone, .flags = "root-only" },
	{ .name = NOOPEN ".miss", .rule = NOOPEN, .make = make_map, .flags = "root-only" },
	{ .name = OPTS, .rule = OPTS, .make = make_option, .num = PACKET_QDISC_BYPASS,
	  .arg = "PACKET_QDISC_BYPASS", .flags = "root-only" },
	{ .name = OPTS ".outgoing", .rule = OPTS, .make = make_option,
	  .num = PACKET_IGNORE_OUTGOING, .arg = "PACKET_IGNORE_OUTGOING", .flags = "root-only" },
	{ .name = OPTS ".offset", .rule = OPTS, .make = make_option, .num = PACKET_TX_HAS_OFF,
	  .arg = "PACKET_TX_HAS_OFF", .flags = "root-only" },
	{ .name = OPTS ".fanout", .rule = OPTS, .make = make_fanout, .num = PACKET_FANOUT_CBPF,
	  .arg = "PACKET_FANOUT_DATA", .flags = "root-only" },
	{ .name = OPTS ".miss", .rule = OPTS, .make = make_option, .num = PACKET_QDISC_BYPASS,
	  .flags = "root-only" },
	{ .name = OPTS ".miss-saved", .rule = OPTS, .make = make_option, .num = PACKET_AUXDATA,
	  .flags = "root-only" },
	{ .name = OPTS ".miss-fanout", .rule = OPTS, .make = make_fanout,
	  .num = PACKET_FANOUT_HASH, .flags = "root-only" },
	{ .name = TCPMAP, .rule = TCPMAP, .make = make_tcp_map },
	{ .name = TCPMAP ".miss", .rule = TCPMAP, .make = make_map, .flags = "root-only" },
	{ .name = "file-kind-unknown.ring", .rule = "file-kind-unknown",
	  .make = make_map_in_child, .flags = "root-only" },
	{ }
};
