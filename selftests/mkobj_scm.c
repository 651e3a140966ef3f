// SPDX-License-Identifier: GPL-2.0
/*
 * mkobj_scm.c - files in flight in UNIX sockets, some of them with locks.
 *
 * "In flight" is what one end of a pair was sent and the other has not read; the sender has no
 * descriptor of it any more.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "mkobj.h"
#include "send_fd.h"

/* What m->num says: which lock the file has. */
enum { NO_LOCK, FLOCK, OFD, LEASE };

void mkobj_send_fd(int sock, int fd)
{
	mkobj_try(send_fd(sock, fd, "x", 0), "sendmsg");
}

/* The file is then in flight alone. */
static void send_away(int sock, int fd)
{
	mkobj_send_fd(sock, fd);
	close(fd);
}

static void receive(int sock)
{
	char buf[CMSG_SPACE(sizeof(int))], byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = buf,
			     .msg_controllen = sizeof(buf) };

	mkobj_try(recvmsg(sock, &mh, 0), "recvmsg");
}

/* The pair in which things are in flight: sent to p[0], to be received from p[1]. */
static void make_pair(int p[2], int type)
{
	mkobj_try(socketpair(AF_UNIX, type, 0, p), "socketpair");
}

/* Sends a file away, with a KEY line of that. */
static void put(struct mkobj *m, int p[2], int fd, const char *more)
{
	mkobj_key(m, "via=scm queue=%llu ino=%llu%s%s", mkobj_ino(p[1]), mkobj_ino(fd),
		  *more ? " " : "", more);
	send_away(p[0], fd);
}

/* ---- locks ---- */

static int locked_file(struct mkobj *m)
{
	struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = mkobj_file(m, "file", m->c->num == LEASE ? O_RDONLY : O_RDWR);

	if (m->c->num == FLOCK)
		mkobj_try(flock(fd, LOCK_EX), "flock");
	else if (m->c->num == OFD)
		mkobj_try(fcntl(fd, F_OFD_SETLK, &range), "F_OFD_SETLK");
	else if (m->c->num == LEASE)
		mkobj_try(fcntl(fd, F_SETLEASE, F_RDLCK), "F_SETLEASE");
	return fd;
}

static const char *lock_name(struct mkobj *m)
{
	return m->c->num == FLOCK ? "lock=flock" : m->c->num == OFD ? "lock=ofd" : "lock=lease";
}

static int pair_type(struct mkobj *m)
{
	return m->c->arg && !strcmp(m->c->arg, "dgram") ? SOCK_DGRAM : SOCK_STREAM;
}

static void make_locked(struct mkobj *m)
{
	int p[2];

	make_pair(p, pair_type(m));
	put(m, p, locked_file(m), lock_name(m));
}

/* The socket that the locked file is sent to is in flight itself. */
static void make_locked_nested(struct mkobj *m)
{
	int p[2], outer[2];

	make_pair(p, SOCK_STREAM);
	put(m, p, locked_file(m), lock_name(m));
	make_pair(outer, SOCK_STREAM);
	send_away(outer[0], p[1]);
}

/* Both ends are: nobody but us finds them. */
static void make_locked_hidden(struct mkobj *m)
{
	int p[2], outer[2];

	make_pair(p, SOCK_STREAM);
	put(m, p, locked_file(m), lock_name(m));
	make_pair(outer, SOCK_STREAM);
	send_away(outer[0], p[1]);
	send_away(outer[0], p[0]);
}

/* Two sockets that are in flight in each other's queue, and the file. */
static void make_locked_cycle(struct mkobj *m)
{
	int p[2];

	make_pair(p, SOCK_STREAM);
	mkobj_send_fd(p[0], p[1]);
	mkobj_send_fd(p[1], p[0]);
	put(m, p, locked_file(m), lock_name(m));
}

/* In the queue of a connection that waits to be accepted. */
static void make_locked_unaccepted(struct mkobj *m)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int p[2];

	strcpy(sa.sun_path, mkobj_path(m, "socket"));
	p[0] = mkobj_try(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	p[1] = mkobj_try(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
	mkobj_try(bind(p[1], (struct sockaddr *)&sa, sizeof(sa)), "bind");
	mkobj_try(listen(p[1], 4), "listen");
	mkobj_try(connect(p[0], (struct sockaddr *)&sa, sizeof(sa)), "connect");
	put(m, p, locked_file(m), lock_name(m));
}

static void make_locked_twice(struct mkobj *m)
{
	int p[2], q[2], fd = locked_file(m);

	make_pair(p, SOCK_STREAM);
	make_pair(q, SOCK_STREAM);
	mkobj_key(m, "via=scm queue=%llu ino=%llu count=2", mkobj_ino(p[1]), mkobj_ino(fd));
	mkobj_send_fd(p[0], fd);
	send_away(q[0], fd);
}

/* The descriptor is dumped before the socket. */
static void make_locked_open(struct mkobj *m)
{
	int p[2], fd = locked_file(m);

	make_pair(p, SOCK_STREAM);
	mkobj_send_fd(p[0], fd);
}

/* After it: by then criu has got the file from the queue and does not look for locks. */
static void make_locked_late(struct mkobj *m)
{
	int p[2], fd;

	make_pair(p, SOCK_STREAM);
	fd = locked_file(m);
	mkobj_key(m, "via=scm queue=%llu ino=%llu %s", mkobj_ino(p[1]),
		  mkobj_ino(fd), lock_name(m));
	mkobj_send_fd(p[0], fd);
}

static void make_posix_late(struct mkobj *m)
{
	struct flock range = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int p[2], fd;

	make_pair(p, SOCK_STREAM);
	fd = mkobj_file(m, "file", O_RDWR);
	mkobj_try(fcntl(fd, F_SETLK, &range), "F_SETLK");
	mkobj_key_fd(m, fd, "lock=posix");
	mkobj_send_fd(p[0], fd);
}

/* The socket is the parent's, the descriptor the child's. */
static void make_locked_late_child(struct mkobj *m)
{
	int p[2], fd;

	make_pair(p, SOCK_STREAM);
	fd = locked_file(m);
	mkobj_key(m, "via=scm queue=%llu ino=%llu %s", mkobj_ino(p[1]),
		  mkobj_ino(fd), lock_name(m));
	mkobj_send_fd(p[0], fd);
	if (!mkobj_fork()) {
		close(p[0]);
		close(p[1]);
		mkobj_pause();
	}
	close(fd);
}

static void make_locked_received(struct mkobj *m)
{
	int p[2];

	make_pair(p, SOCK_STREAM);
	send_away(p[0], locked_file(m));
	receive(p[1]);
}

static void make_unlocked(struct mkobj *m)
{
	int p[2], fd = locked_file(m);

	mkobj_try(flock(fd, LOCK_UN), "flock");
	make_pair(p, SOCK_STREAM);
	send_away(p[0], fd);
}

/* A lock of the file that somebody else made through another descriptor. */
static void lock_outside(struct mkobj *m)
{
	const char *path = mkobj_path(m, "file");

	mkobj_try(flock(mkobj_try(open(path, O_RDWR | O_CLOEXEC), path), LOCK_EX), "flock");
}

/* ---- other kinds ---- */

static void make_queue(struct mkobj *m)
{
	int p[2];

	make_pair(p, m->c->num);
	mkobj_key(m, "via=scm queue=%llu fds=1", mkobj_ino(p[1]));
	send_away(p[0], mkobj_file(m, "file", O_RDWR));
}

/* What CRIU saves in a queue as well as at a descriptor. */
static void make_queue_kinds(struct mkobj *m)
{
	int p[2], q[2];

	make_pair(p, SOCK_STREAM);
	mkobj_key(m, "via=scm queue=%llu fds=6", mkobj_ino(p[1]));
	mkobj_try(pipe(q), "pipe");
	send_away(p[0], q[1]);
	send_away(p[0], mkobj_try(eventfd(3, 0), "eventfd"));
	send_away(p[0], mkobj_try(open("/", O_RDONLY), "/"));
	send_away(p[0], mkobj_try(open("/dev/null", O_RDWR), "/dev/null"));
	make_pair(q, SOCK_STREAM);
	send_away(p[0], q[0]);
	send_away(p[0], q[1]);
}

static void make_queue_data(struct mkobj *m)
{
	int p[2];

	(void)m;
	make_pair(p, SOCK_STREAM);
	if (write(p[0], "x", 1) != 1)
		mkobj_fail("write: %m");
}

static void make_queue_received(struct mkobj *m)
{
	int p[2];

	make_pair(p, SOCK_STREAM);
	send_away(p[0], mkobj_file(m, "file", O_RDWR));
	receive(p[1]);
}

static void make_tty(struct mkobj *m)
{
	int p[2], fd = mkobj_try(posix_openpt(O_RDWR | O_NOCTTY), "/dev/ptmx");

	make_pair(p, SOCK_STREAM);
	mkobj_key(m, "via=scm queue=%llu path=/dev/ptmx", mkobj_ino(p[1]));
	send_away(p[0], fd);
}

/* It stays open, at a descriptor behind that of the socket. */
static void make_tty_later(struct mkobj *m)
{
	int p[2], fd;

	make_pair(p, SOCK_STREAM);
	fd = mkobj_try(posix_openpt(O_RDWR | O_NOCTTY), "/dev/ptmx");
	mkobj_key(m, "via=scm queue=%llu path=/dev/ptmx", mkobj_ino(p[1]));
	mkobj_send_fd(p[0], fd);
}

/* The same at one before it. */
static void make_tty_kept(struct mkobj *m)
{
	int p[2], fd = mkobj_try(posix_openpt(O_RDWR | O_NOCTTY), "/dev/ptmx");

	(void)m;
	make_pair(p, SOCK_STREAM);
	mkobj_send_fd(p[0], fd);
}

static void make_null(struct mkobj *m)
{
	int p[2];

	(void)m;
	make_pair(p, SOCK_STREAM);
	send_away(p[0], mkobj_try(open("/dev/null", O_RDWR), "/dev/null"));
}

static void make_packet_pipe(struct mkobj *m)
{
	int p[2], q[2];

	make_pair(p, SOCK_STREAM);
	mkobj_try(pipe2(q, O_DIRECT), "pipe2");
	put(m, p, q[1], "");
}

static void make_packet_pipe_nested(struct mkobj *m)
{
	int p[2], q[2], outer[2];

	make_pair(p, SOCK_DGRAM);
	mkobj_try(pipe2(q, O_DIRECT), "pipe2");
	put(m, p, q[1], "");
	make_pair(outer, SOCK_SEQPACKET);
	send_away(outer[0], p[1]);
}

static void make_corked(struct mkobj *m)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int p[2], one = 1, fd = mkobj_try(socket(AF_INET, SOCK_DGRAM, 0), "socket");

	mkobj_try(setsockopt(fd, IPPROTO_UDP, UDP_CORK, &one, sizeof(one)), "UDP_CORK");
	mkobj_try(sendto(fd, "ten bytes.", 10, 0, (struct sockaddr *)&to, sizeof(to)), "sendto");
	make_pair(p, SOCK_STREAM);
	put(m, p, fd, "pending=10");
}

static void make_loop_control(struct mkobj *m)
{
	int p[2], fd = mkobj_try(open("/dev/loop-control", O_RDWR), "/dev/loop-control");

	make_pair(p, SOCK_STREAM);
	mkobj_key(m, "via=scm queue=%llu path=/dev/loop-control", mkobj_ino(p[1]));
	send_away(p[0], fd);
}

/* The holder has the other end of what is in flight. */
static void make_external(struct mkobj *m)
{
	int p[2], q[2];

	make_pair(p, SOCK_STREAM);
	make_pair(q, SOCK_STREAM);
	mkobj_give(m, q[0]);
	put(m, p, q[1], "");
}

/* The other end is inside, but in flight only. */
static void make_external_inside(struct mkobj *m)
{
	int p[2], q[2];

	(void)m;
	make_pair(p, SOCK_STREAM);
	make_pair(q, SOCK_STREAM);
	send_away(p[0], q[1]);
}

#define LOCKED	"lock-in-scm"
#define QUEUE	"unix-queue-scm"
#define TTY	"unix-queue-scm-tty"
#define SCM	"also=unix-queue-scm"
#define EXTERN	"unix-external-stream"

const struct mkobj_case mkobj_scm_cases[] = {
	{ .name = LOCKED, .rule = LOCKED, .make = make_locked, .num = FLOCK, .flags = SCM },
	{ .name = LOCKED ".ofd", .rule = LOCKED, .make = make_locked, .num = OFD, .flags = SCM },
	{ .name = LOCKED ".lease", .rule = LOCKED, .make = make_locked, .num = LEASE,
	  .flags = SCM },
	{ .name = LOCKED ".dgram", .rule = LOCKED, .make = make_locked, .num = FLOCK,
	  .arg = "dgram", .flags = SCM },
	{ .name = LOCKED ".twice", .rule = LOCKED, .make = make_locked_twice, .num = FLOCK,
	  .flags = SCM },
	{ .name = LOCKED ".nested", .rule = LOCKED, .make = make_locked_nested, .num = FLOCK,
	  .flags = SCM },
	{ .name = LOCKED ".hidden", .rule = LOCKED, .make = make_locked_hidden, .num = FLOCK,
	  .flags = SCM ",also=unix-queue-scm-nested" },
	{ .name = LOCKED ".cycle", .rule = LOCKED, .make = make_locked_cycle, .num = FLOCK,
	  .flags = SCM },
	{ .name = LOCKED ".unaccepted", .rule = LOCKED, .make = make_locked_unaccepted,
	  .num = FLOCK, .flags = SCM ",also=unix-inflight-data,also=unix-peer-forward" },
	{ .name = LOCKED ".late", .rule = LOCKED, .make = make_locked_late, .num = FLOCK,
	  .flags = SCM },
	{ .name = LOCKED ".late-ofd", .rule = LOCKED, .make = make_locked_late, .num = OFD,
	  .flags = SCM },
	{ .name = LOCKED ".late-posix", .rule = LOCKED, .make = make_posix_late, .flags = SCM },
	{ .name = LOCKED ".late-child", .rule = LOCKED, .make = make_locked_late_child,
	  .num = FLOCK, .flags = SCM },
	{ .name = LOCKED ".miss", .rule = LOCKED, .make = make_locked_open, .num = FLOCK,
	  .flags = SCM ",also=lock-flock" },
	{ .name = LOCKED ".miss-received", .rule = LOCKED, .make = make_locked_received,
	  .num = FLOCK, .flags = "also=lock-flock" },
	{ .name = LOCKED ".miss-unlocked", .rule = LOCKED, .make = make_unlocked, .num = FLOCK,
	  .flags = SCM },
	{ .name = LOCKED ".miss-outside", .rule = LOCKED, .make = make_locked,
	  .finish = lock_outside, .num = NO_LOCK, .flags = SCM },
	{ .name = QUEUE, .rule = QUEUE, .make = make_queue, .num = SOCK_STREAM },
	{ .name = QUEUE ".dgram", .rule = QUEUE, .make = make_queue, .num = SOCK_DGRAM },
	{ .name = QUEUE ".seqpacket", .rule = QUEUE, .make = make_queue, .num = SOCK_SEQPACKET },
	{ .name = QUEUE ".kinds", .rule = QUEUE, .make = make_queue_kinds },
	{ .name = QUEUE ".miss", .rule = QUEUE, .make = make_queue_data },
	{ .name = QUEUE ".miss-received", .rule = QUEUE, .make = make_queue_received },
	{ .name = TTY, .rule = TTY, .make = make_tty, .flags = SCM },
	{ .name = TTY ".later", .rule = TTY, .make = make_tty_later, .flags = SCM },
	{ .name = TTY ".miss-kept", .rule = TTY, .make = make_tty_kept, .flags = SCM },
	{ .name = TTY ".miss", .rule = TTY, .make = make_null, .flags = SCM },
	{ .name = "pipe-odirect.scm", .rule = "pipe-odirect", .make = make_packet_pipe,
	  .flags = SCM },
	{ .name = "pipe-odirect.nested", .rule = "pipe-odirect", .make = make_packet_pipe_nested,
	  .flags = SCM },
	{ .name = "udp-corked.scm", .rule = "udp-corked", .make = make_corked, .flags = SCM },
	{ .name = "chrdev-unsupported.scm", .rule = "chrdev-unsupported",
	  .make = make_loop_control, .flags = SCM },
	{ .name = EXTERN ".scm", .rule = EXTERN, .make = make_external, .flags = SCM },
	{ .name = EXTERN ".miss-scm", .rule = EXTERN, .make = make_external_inside, .flags = SCM },
	{ }
};
