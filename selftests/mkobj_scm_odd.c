// SPDX-License-Identifier: GPL-2.0
/*
 * mkobj_scm_odd.c - files in flight that CRIU saves but cannot restore, or not all of them, and
 * other odd things in the queues of UNIX sockets.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_unix.h"

/* Descriptors that CRIU reads with a message; one more may be sent. */
#define FITS	252

static void pair(int p[2], int type)
{
	mkobj_try(socketpair(AF_UNIX, type, 0, p), "socketpair");
}

static void send_away(int sock, int fd)
{
	mkobj_send_fd(sock, fd);
	close(fd);
}

static int file(void)
{
	return mkobj_try(open("/dev/null", O_RDWR), "/dev/null");
}

/* A finding about the queue of @sock. */
static void key_queue(struct mkobj *m, int sock, const char *more)
{
	mkobj_key(m, "via=scm queue=%llu%s%s", mkobj_ino(sock), *more ? " " : "", more);
}

/* ---- many files in a message ---- */

static void make_many(struct mkobj *m)
{
	static union {
		char buf[CMSG_SPACE((FITS + 1) * sizeof(int))];
		struct cmsghdr align;
	} u;
	struct iovec iov = { "x", 1 };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = u.buf,
			     .msg_controllen = CMSG_SPACE(m->c->num * sizeof(int)) };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&mh);
	int *fds = (int *)CMSG_DATA(cm);
	int p[2], i, fd = file();

	pair(p, SOCK_STREAM);
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(m->c->num * sizeof(int));
	for (i = 0; i < m->c->num; i++)
		fds[i] = fd;
	mkobj_try(sendmsg(p[0], &mh, 0), "sendmsg");
	key_queue(m, p[1], "fds=253");
}

/* ---- senders ---- */

static void make_sender_gone(struct mkobj *m)
{
	int p[2];

	pair(p, m->c->num);
	key_queue(m, p[1], "");
	send_away(p[0], file());
	close(p[0]);
}

static void make_sender_there(struct mkobj *m)
{
	int p[2];

	pair(p, m->c->num);
	send_away(p[0], file());
}

/* The receiver is connected to nobody; @arg: the sender has gone, another one has sent nothing. */
static void make_one_way(struct mkobj *m)
{
	const char *name = mkobj_path(m, "socket");
	int fd;

	key_queue(m, unix_bound(name, SOCK_DGRAM, false), "");
	fd = mkobj_try(socket(AF_UNIX, SOCK_DGRAM, 0), "socket");
	unix_join(fd, name, false);
	send_away(fd, file());
	if (!m->c->arg)
		return;
	unix_join(mkobj_try(socket(AF_UNIX, SOCK_DGRAM, 0), "socket"), name, false);
	close(fd);
}

/* The end that a file was sent from is in flight, and so may the other end be. */
static void make_sender_in_flight(struct mkobj *m)
{
	int p[2], outer[2];

	pair(p, m->c->num);
	pair(outer, SOCK_STREAM);
	key_queue(m, p[1], "");
	send_away(p[0], file());
	send_away(outer[0], p[0]);
	if (m->c->arg)
		send_away(outer[0], p[1]);
}

static void make_receiver_in_flight(struct mkobj *m)
{
	int p[2], outer[2];

	pair(p, m->c->num);
	pair(outer, SOCK_STREAM);
	send_away(p[0], file());
	send_away(outer[0], p[1]);
}

static void make_both_in_flight(struct mkobj *m)
{
	int p[2], outer[2];

	pair(p, m->c->num);
	pair(outer, SOCK_STREAM);
	mkobj_try(send(p[0], "x", 1, 0), "send");
	send_away(outer[0], p[0]);
	send_away(outer[0], p[1]);
}

/* A socket that nothing is connected to: never was one, or it has gone. */
static void make_alone(struct mkobj *m)
{
	int outer[2], p[2];

	pair(outer, SOCK_STREAM);
	if (m->c->num == SOCK_DGRAM) {
		p[0] = mkobj_try(socket(AF_UNIX, SOCK_DGRAM, 0), "socket");
	} else {
		pair(p, m->c->num);
		close(p[1]);
	}
	mkobj_key(m, "via=scm queue=%llu ino=%llu", mkobj_ino(outer[1]), mkobj_ino(p[0]));
	send_away(outer[0], p[0]);
}

static void make_alone_open(struct mkobj *m)
{
	int outer[2];

	(void)m;
	pair(outer, SOCK_STREAM);
	mkobj_send_fd(outer[0], mkobj_try(socket(AF_UNIX, SOCK_DGRAM, 0), "socket"));
}

/* A stream socket that was never connected needs no sender. */
static void make_alone_unconnected(struct mkobj *m)
{
	int outer[2];

	(void)m;
	pair(outer, SOCK_STREAM);
	send_away(outer[0], mkobj_try(socket(AF_UNIX, SOCK_STREAM, 0), "socket"));
}

/* ---- kinds of files ---- */

static int odd_file(struct mkobj *m)
{
	if (!strcmp(m->c->arg, "timerfd"))
		return mkobj_try(timerfd_create(CLOCK_MONOTONIC, 0), "timerfd");
	return mkobj_try(inotify_init1(0), "inotify");
}

static void make_odd(struct mkobj *m)
{
	int p[2];

	pair(p, SOCK_STREAM);
	key_queue(m, p[1], "");
	send_away(p[0], odd_file(m));
}

static void make_odd_open(struct mkobj *m)
{
	int p[2];

	pair(p, SOCK_STREAM);
	mkobj_send_fd(p[0], odd_file(m));
}

/* The child has the file, and not the socket that it has to be sent from. */
static void make_odd_child(struct mkobj *m)
{
	int p[2], fd = odd_file(m);

	pair(p, SOCK_STREAM);
	key_queue(m, p[1], "");
	mkobj_send_fd(p[0], fd);
	if (!mkobj_fork()) {
		close(p[0]);
		close(p[1]);
		mkobj_pause();
	}
	close(fd);
}

/* ---- messages and options ---- */

static void send_urgent(int fd)
{
	if (send(fd, "!", 1, MSG_OOB) == 1)
		return;
	if (errno == EOPNOTSUPP)
		mkobj_lacks("MSG_OOB: %m");
	mkobj_fail("MSG_OOB: %m");
}

static void make_urgent(struct mkobj *m)
{
	int p[2];

	pair(p, SOCK_STREAM);
	mkobj_try(send(p[0], "abc", 3, 0), "send");
	send_urgent(p[0]);
	mkobj_key_fd(m, p[1], "transient=yes");
}

static void make_urgent_received(struct mkobj *m)
{
	char byte;
	int p[2];

	(void)m;
	pair(p, SOCK_STREAM);
	mkobj_try(send(p[0], "abc", 3, 0), "send");
	send_urgent(p[0]);
	mkobj_try(recv(p[1], &byte, 1, MSG_OOB), "recv");
}

static void set_peek_off(int fd, int off)
{
	mkobj_try(setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &off, sizeof(off)), "SO_PEEK_OFF");
}

static void make_peek_off(struct mkobj *m)
{
	int p[2];

	pair(p, m->c->num);
	set_peek_off(p[1], 2);
	mkobj_key_fd(m, p[1], "off=2");
}

static void make_peek_off_unset(struct mkobj *m)
{
	int p[2];

	pair(p, m->c->num);
	set_peek_off(p[1], 0);
	set_peek_off(p[1], -1);
}

#define SCM		"also=unix-queue-scm"
#define MANY		"unix-queue-scm-many"
#define GONE		"unix-queue-scm-no-sender"
#define NESTED		"unix-queue-scm-nested"
#define ALONE		"unix-in-scm-alone"
#define TIMERFD		"timerfd-in-scm"
#define INOTIFY		"inotify-in-scm"
#define URGENT		"unix-oob"
#define PEEK_OFF	"unix-peek-off"

const struct mkobj_case mkobj_scm_odd_cases[] = {
	{ .name = MANY, .rule = MANY, .make = make_many, .num = FITS + 1, .flags = SCM },
	{ .name = MANY ".miss", .rule = MANY, .make = make_many, .num = FITS, .flags = SCM },
	{ .name = GONE, .rule = GONE, .make = make_sender_gone, .num = SOCK_STREAM, .flags = SCM },
	{ .name = GONE ".dgram", .rule = GONE, .make = make_sender_gone, .num = SOCK_DGRAM,
	  .flags = SCM },
	{ .name = GONE ".seqpacket", .rule = GONE, .make = make_sender_gone,
	  .num = SOCK_SEQPACKET, .flags = SCM },
	{ .name = GONE ".miss", .rule = GONE, .make = make_sender_there, .num = SOCK_DGRAM,
	  .flags = SCM },
	{ .name = GONE ".other", .rule = GONE, .make = make_one_way, .arg = "other",
	  .flags = SCM },
	{ .name = GONE ".one-way", .rule = GONE, .make = make_one_way, .flags = SCM },
	{ .name = GONE ".miss-seqpacket", .rule = GONE, .make = make_sender_there,
	  .num = SOCK_SEQPACKET, .flags = SCM },
	{ .name = NESTED, .rule = NESTED, .make = make_sender_in_flight, .num = SOCK_STREAM,
	  .flags = SCM },
	{ .name = NESTED ".dgram", .rule = NESTED, .make = make_sender_in_flight,
	  .num = SOCK_DGRAM, .flags = SCM },
	{ .name = NESTED ".both", .rule = NESTED, .make = make_sender_in_flight,
	  .num = SOCK_STREAM, .arg = "both", .flags = SCM },
	{ .name = NESTED ".miss", .rule = NESTED, .make = make_receiver_in_flight,
	  .num = SOCK_STREAM, .flags = SCM },
	{ .name = NESTED ".miss-data", .rule = NESTED, .make = make_both_in_flight,
	  .num = SOCK_STREAM, .flags = SCM },
	{ .name = ALONE, .rule = ALONE, .make = make_alone, .num = SOCK_DGRAM, .flags = SCM },
	{ .name = ALONE ".stream", .rule = ALONE, .make = make_alone, .num = SOCK_STREAM,
	  .flags = SCM },
	{ .name = ALONE ".miss", .rule = ALONE, .make = make_both_in_flight, .num = SOCK_DGRAM,
	  .flags = SCM },
	{ .name = ALONE ".miss-open", .rule = ALONE, .make = make_alone_open, .flags = SCM },
	{ .name = ALONE ".miss-unconnected", .rule = ALONE, .make = make_alone_unconnected,
	  .flags = SCM },
	{ .name = TIMERFD, .rule = TIMERFD, .make = make_odd, .arg = "timerfd",
	  .flags = SCM ",also=timerfd" },
	{ .name = TIMERFD ".child", .rule = TIMERFD, .make = make_odd_child, .arg = "timerfd",
	  .flags = SCM ",also=timerfd" },
	{ .name = TIMERFD ".miss", .rule = TIMERFD, .make = make_odd_open, .arg = "timerfd",
	  .flags = SCM ",also=timerfd" },
	{ .name = INOTIFY, .rule = INOTIFY, .make = make_odd, .arg = "inotify",
	  .flags = SCM ",also=file-kind-unknown" },
	{ .name = INOTIFY ".child", .rule = INOTIFY, .make = make_odd_child, .arg = "inotify",
	  .flags = SCM ",also=file-kind-unknown" },
	{ .name = INOTIFY ".miss", .rule = INOTIFY, .make = make_odd_open, .arg = "inotify",
	  .flags = SCM ",also=file-kind-unknown" },
	{ .name = URGENT, .rule = URGENT, .make = make_urgent },
	{ .name = URGENT ".miss", .rule = URGENT, .make = make_urgent_received },
	{ .name = PEEK_OFF, .rule = PEEK_OFF, .make = make_peek_off, .num = SOCK_STREAM },
	{ .name = PEEK_OFF ".dgram", .rule = PEEK_OFF, .make = make_peek_off, .num = SOCK_DGRAM },
	{ .name = PEEK_OFF ".miss", .rule = PEEK_OFF, .make = make_peek_off_unset,
	  .num = SOCK_STREAM },
	{ }
};
