// SPDX-License-Identifier: GPL-2.0
/* mkobj_diag.c - network namespaces whose sockets the kernel cannot list, and such as it can. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mkobj.h"

#define MODPROBE "/proc/sys/kernel/modprobe"

static void write_modprobe(const char *path)
{
	int fd = mkobj_try(open(MODPROBE, O_WRONLY | O_CLOEXEC), MODPROBE);

	if (write(fd, path, strlen(path)) < 0)
		mkobj_fail("%s: %m", MODPROBE);
	close(fd);
}

/* m->c->arg is a module that goes, and does not come back. */
static void prepare_no_module(struct mkobj *m)
{
	write_modprobe("/bin/false");
	if (!syscall(SYS_delete_module, m->c->arg, O_NONBLOCK))
		return;
	write_modprobe("/sbin/modprobe");
	mkobj_lacks("cannot unload %s: %m", m->c->arg);
}

static void cleanup_no_module(struct mkobj *m)
{
	char command[64];

	write_modprobe("/sbin/modprobe");
	snprintf(command, sizeof(command), "modprobe %s", m->c->arg);
	if (system(command))
		mkobj_fail("%s", command);
}

static void new_net(void)
{
	mkobj_try(unshare(CLONE_NEWNET), "unshare");
}

static void make_no_udp(struct mkobj *m)
{
	new_net();
	mkobj_key(m, "what=udp");
}

static void make_no_packet(struct mkobj *m)
{
	new_net();
	mkobj_key(m, "what=packet");
}

static void make_no_unix_nested(struct mkobj *m)
{
	pid_t pid = mkobj_fork();

	if (pid) {
		mkobj_tell(m, pid);
		return;
	}
	new_net();
	mkobj_pause();
}

static void key_nested(struct mkobj *m)
{
	mkobj_key(m, "pid=%ld what=unix", m->value);
}

static void make_net(struct mkobj *m)
{
	(void)m;
	new_net();
}

static bool has_udplite(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void make_no_udplite(struct mkobj *m)
{
	if (has_udplite())
		mkobj_lacks("this kernel has UDP-Lite");
	if (m->c->num)
		new_net();
	mkobj_key(m, "");
}

static void make_udplite(struct mkobj *m)
{
	(void)m;
	if (!has_udplite())
		mkobj_lacks("this kernel has no UDP-Lite");
	new_net();
}

#define DIAG	"ns-net-no-diag"
#define LITE	"ns-net-no-udplite"
#define WITHOUT(module) \
	.prepare = prepare_no_module, .cleanup = cleanup_no_module, .arg = module

const struct mkobj_case mkobj_diag_cases[] = {
	{ .name = DIAG, .rule = DIAG, WITHOUT("udp_diag"), .make = make_no_udp,
	  .flags = "root-only" },
	{ .name = DIAG ".packet", .rule = DIAG, WITHOUT("af_packet_diag"), .make = make_no_packet,
	  .flags = "root-only" },
	{ .name = DIAG ".nested", .rule = DIAG, WITHOUT("unix_diag"), .make = make_no_unix_nested,
	  .finish = key_nested,
	  .flags = "root-only,also=ns-nested-net-hostroot" },
	{ .name = DIAG ".miss", .rule = DIAG, .make = make_net },
	{ .name = DIAG ".miss-host", .rule = DIAG, WITHOUT("udp_diag"), .flags = "root-only" },
	{ .name = DIAG ".miss-raw", .rule = DIAG, WITHOUT("raw_diag"), .make = make_net,
	  .flags = "root-only" },
	{ .name = LITE, .rule = LITE, .make = make_no_udplite, .num = CLONE_NEWNET,
	  .flags = MKOBJ_EACH },
	{ .name = LITE ".miss", .rule = LITE, .make = make_no_udplite,
	  .flags = MKOBJ_EACH },
	{ .name = LITE ".miss-old", .rule = LITE, .make = make_udplite,
	  .flags = MKOBJ_EACH },
	{ }
};
