// SPDX-License-Identifier: GPL-2.0
/* mkobj_filter.c - programs attached to sockets. */
#define _GNU_SOURCE
#include <linux/bpf.h>
#include <linux/filter.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mkobj.h"

/* return 0; */
static const struct bpf_insn drop[] = {
	{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
	{ .code = BPF_JMP | BPF_EXIT },
};

/* Return: an eBPF program of the kind that can be a filter. */
static int ebpf_program(void)
{
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2,
		.insns = (unsigned long)drop, .license = (unsigned long)"GPL",
	};
	int fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	if (fd < 0)
		mkobj_lacks("no eBPF: %m");
	return fd;
}

static void attach_ebpf(int fd)
{
	int prog = ebpf_program();

	mkobj_try(setsockopt(fd, SOL_SOCKET, SO_ATTACH_BPF, &prog, sizeof(prog)), "SO_ATTACH_BPF");
	close(prog);
}

static void attach_classic(int fd)
{
	struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, ~0U);
	struct sock_fprog prog = { 1, &all };

	mkobj_try(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)),
		  "SO_ATTACH_FILTER");
}

/* A datagram socket of the family m->c->num. */
static int dgram_socket(struct mkobj *m)
{
	int fd = socket(m->c->num, SOCK_DGRAM, 0);

	if (fd < 0)
		mkobj_lacks("socket of family %ld: %m", m->c->num);
	return fd;
}

static void make_ebpf(struct mkobj *m)
{
	int fd = dgram_socket(m);

	attach_ebpf(fd);
	mkobj_key_fd(m, fd, "");
}

static void make_ebpf_tcp(struct mkobj *m)
{
	int fd = mkobj_try(socket(m->c->num, SOCK_STREAM, 0), "socket");

	attach_ebpf(fd);
	mkobj_key_fd(m, fd, "");
}

static void make_classic(struct mkobj *m)
{
	attach_classic(dgram_socket(m));
}

static void make_detached(struct mkobj *m)
{
	int fd = dgram_socket(m), none = 0;

	attach_ebpf(fd);
	mkobj_try(setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none)),
		  "SO_DETACH_FILTER");
}

/* With a filter, so that it matters. */
static void make_locked(struct mkobj *m)
{
	int fd = dgram_socket(m), on = 1;

	attach_classic(fd);
	mkobj_try(setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on)), "SO_LOCK_FILTER");
	mkobj_key_fd(m, fd, "");
}

#define EBPF	"sock-ebpf-filter"
#define LOCKED	"sock-filter-locked"

const struct mkobj_case mkobj_filter_cases[] = {
	{ .name = EBPF, .rule = EBPF, .make = make_ebpf, .num = AF_INET, .flags = "root-only" },
	{ .name = EBPF ".tcp", .rule = EBPF, .make = make_ebpf_tcp, .num = AF_INET6,
	  .flags = "root-only" },
	{ .name = EBPF ".unix", .rule = EBPF, .make = make_ebpf, .num = AF_UNIX,
	  .flags = "root-only" },
	{ .name = EBPF ".packet", .rule = EBPF, .make = make_ebpf, .num = AF_PACKET,
	  .flags = "root-only" },
	{ .name = EBPF ".miss", .rule = EBPF, .make = make_classic, .num = AF_INET },
	{ .name = EBPF ".miss-unix", .rule = EBPF, .make = make_classic, .num = AF_UNIX },
	{ .name = EBPF ".miss-packet", .rule = EBPF, .make = make_classic, .num = AF_PACKET,
	  .flags = "root-only" },
	{ .name = EBPF ".miss-detached", .rule = EBPF, .make = make_detached, .num = AF_INET,
	  .flags = "root-only" },
	{ .name = LOCKED, .rule = LOCKED, .make = make_locked, .num = AF_INET },
	{ .name = LOCKED ".packet", .rule = LOCKED, .make = make_locked, .num = AF_PACKET,
	  .flags = "root-only" },
	{ .name = LOCKED ".miss", .rule = LOCKED, .make = make_classic, .num = AF_INET },
	{ }
};
