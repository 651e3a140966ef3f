// SPDX-License-Identifier: GPL-2.0
/*
 * mkobj_channel.c - what goes from the target to the holder while objects are made: KEY lines,
 * descriptors, numbers and failures; and the folder of the objects' files.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_channel.h"

enum msg_type { MSG_KEY, MSG_FD, MSG_VALUE, MSG_FAIL, MSG_MADE, MSG_SETTLE };

struct msg {
	enum msg_type type;
	int index;
	long value;
	char text[1024];
};

static struct mkobj *objects;
static int nr_objects;
/* The holder's end, and its own process; @inside is set in the target and its children. */
static int chan = -1;
static int other = -1;
static bool inside;
static char dir[64];

static void msg_send(const struct msg *msg, int fd)
{
	struct iovec iov = { (void *)msg, sizeof(*msg) };
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} u;
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cm;

	if (fd >= 0) {
		mh.msg_control = u.buf;
		mh.msg_controllen = sizeof(u.buf);
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	}
	if (sendmsg(chan, &mh, MSG_NOSIGNAL) < 0)
		_exit(1);
}

/*
 * Return: whether a message came; @fd is what came with it, or -1.  The target may know its own
 * number in another pid namespace only.
 */
static bool msg_recv(struct msg *msg, int *fd)
{
	struct iovec iov = { msg, sizeof(*msg) };
	union {
		char buf[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
		struct cmsghdr align;
	} u;
	struct ucred sender;
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = u.buf,
			     .msg_controllen = sizeof(u.buf) };
	struct cmsghdr *cm;
	ssize_t n;

	do {
		n = recvmsg(chan, &mh, MSG_CMSG_CLOEXEC);
	} while (n < 0 && errno == EINTR);
	*fd = -1;
	for (cm = CMSG_FIRSTHDR(&mh); n > 0 && cm; cm = CMSG_NXTHDR(&mh, cm)) {
		if (cm->cmsg_type == SCM_RIGHTS)
			memcpy(fd, CMSG_DATA(cm), sizeof(int));
		if (cm->cmsg_type == SCM_CREDENTIALS && msg->type == MSG_MADE) {
			memcpy(&sender, CMSG_DATA(cm), sizeof(sender));
			msg->value = sender.pid;
		}
	}
	return n == sizeof(*msg);
}

static void __attribute__((noreturn)) end(int status, const char *fmt, va_list ap)
{
	struct msg msg = { .type = MSG_FAIL, .value = status };

	vsnprintf(msg.text, sizeof(msg.text), fmt, ap);
	if (inside) {
		msg_send(&msg, -1);
		_exit(status);
	}
	fprintf(stderr, "mkobj: %s\n", msg.text);
	exit(status);
}

void mkobj_fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end(1, fmt, ap);
}

bool mkobj_kernel_since(int major, int minor)
{
	int is_major, is_minor;
	struct utsname u;

	uname(&u);
	if (sscanf(u.release, "%d.%d", &is_major, &is_minor) != 2)
		mkobj_fail("release %s", u.release);
	return is_major > major || (is_major == major && is_minor >= minor);
}

void mkobj_lacks(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	end(4, fmt, ap);
}

bool mkobj_is_miss(const struct mkobj_case *c)
{
	const char *dot = strchr(c->name, '.');

	return !strcmp(c->rule, "-") || (dot && !strncmp(dot, ".miss", 5));
}

int mkobj_try(int fd, const char *what)
{
	if (fd >= 0)
		return fd;
	switch (errno) {
	case ENOSYS:
	case ENODEV:
	case ENXIO:
	case ENOENT:
	case EOPNOTSUPP:
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT:
	case ESOCKTNOSUPPORT:
		mkobj_lacks("%s: %m", what);
	default:
		mkobj_fail("%s: %m", what);
	}
}

static void tell(struct mkobj *m, struct msg *msg, int fd)
{
	msg->index = m->index;
	if (inside)
		msg_send(msg, fd);
	else if (!mkobj_is_miss(m->c))
		printf("KEY case=%s %s\n", m->c->name, msg->text);
}

void mkobj_key(struct mkobj *m, const char *fmt, ...)
{
	struct msg msg = { .type = MSG_KEY };
	va_list ap;
	int n = 0;

	if (inside)
		n = snprintf(msg.text, sizeof(msg.text), "pid=%d%s", getpid(), *fmt ? " " : "");
	va_start(ap, fmt);
	vsnprintf(msg.text + n, sizeof(msg.text) - n, fmt, ap);
	va_end(ap);
	tell(m, &msg, -1);
}

void mkobj_key_fd(struct mkobj *m, int fd, const char *fmt, ...)
{
	struct msg msg = { .type = MSG_KEY };
	struct stat st;
	va_list ap;
	int n;

	if (fstat(fd, &st))
		mkobj_fail("fstat: %m");
	n = snprintf(msg.text, sizeof(msg.text), "pid=%d fd=%d ino=%llu%s", getpid(), fd,
		     (unsigned long long)st.st_ino, *fmt ? " " : "");
	va_start(ap, fmt);
	vsnprintf(msg.text + n, sizeof(msg.text) - n, fmt, ap);
	va_end(ap);
	tell(m, &msg, -1);
}

void mkobj_tell(struct mkobj *m, long value)
{
	struct msg msg = { .type = MSG_VALUE, .value = value };

	tell(m, &msg, -1);
}

void mkobj_give(struct mkobj *m, int fd)
{
	struct msg msg = { .type = MSG_FD };

	tell(m, &msg, fd);
	close(fd);
}

void mkobj_channel_new(struct mkobj *all, int nr)
{
	int sk[2], one = 1;

	objects = all;
	nr_objects = nr;
	mkobj_try(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sk), "socketpair");
	mkobj_try(setsockopt(sk[0], SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)), "SO_PASSCRED");
	chan = sk[0];
	other = sk[1];
}

void mkobj_channel_inside(void)
{
	inside = true;
	close(chan);
	chan = other;
}

void mkobj_channel_up(void)
{
	if (dup2(chan, MKOBJ_CHANNEL) < 0)
		_exit(1);
	chan = MKOBJ_CHANNEL;
}

void mkobj_channel_close(void)
{
	close(chan);
	chan = -1;
}

/* Tells the holder that it is its turn, and waits for the end of that. */
void mkobj_channel_made(void)
{
	struct msg msg = { .type = MSG_MADE, .value = getpid() };
	int fd;

	msg_send(&msg, -1);
	if (!msg_recv(&msg, &fd) || msg.type != MSG_SETTLE)
		_exit(1);
}

/* Return: pid of the target when it made all, 0 when it closed its end. */
pid_t mkobj_channel_listen(void)
{
	struct mkobj *m;
	struct msg msg;
	int fd;

	if (other >= 0)
		close(other);
	other = -1;
	while (msg_recv(&msg, &fd)) {
		m = &objects[msg.index];
		switch (msg.type) {
		case MSG_KEY:
			tell(m, &msg, -1);
			break;
		case MSG_FD:
			if (m->nfd < MKOBJ_FDS)
				m->fd[m->nfd++] = fd;
			break;
		case MSG_VALUE:
			m->value = msg.value;
			break;
		case MSG_MADE:
			return msg.value;
		case MSG_FAIL:
			fprintf(stderr, "mkobj: %s\n", msg.text);
			exit(msg.value);
		default:
			mkobj_fail("strange message");
		}
	}
	return 0;
}

void mkobj_channel_settle(void)
{
	struct msg msg = { .type = MSG_SETTLE };

	msg_send(&msg, -1);
	if (mkobj_channel_listen())
		mkobj_fail("strange message");
	close(chan);
	chan = -1;
}

pid_t mkobj_fork(void)
{
	return mkobj_try(fork(), "fork");
}

pid_t mkobj_child(void)
{
	pid_t pid = mkobj_fork();

	if (!pid)
		mkobj_pause();
	return pid;
}

pid_t mkobj_dead_child(void)
{
	pid_t pid = mkobj_fork();

	if (!pid)
		_exit(0);
	mkobj_await(pid, 'Z');
	return pid;
}

unsigned long long mkobj_ino(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		mkobj_fail("fstat: %m");
	return st.st_ino;
}

static void *idle_thread(void *arg)
{
	(void)arg;
	mkobj_pause();
}

void mkobj_thread(void *(*run)(void *arg), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run ? run : idle_thread, arg))
		mkobj_fail("cannot make a thread");
}

void mkobj_await(pid_t pid, char state)
{
	char path[64], its = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	while (its != state) {
		f = fopen(path, "r");
		if (!f || fscanf(f, "%*d (%*[^)]) %c", &its) != 1)
			mkobj_fail("%s: %m", path);
		fclose(f);
		usleep(1000);
	}
}

void mkobj_copy_self(const char *path)
{
	int from = mkobj_try(open("/proc/self/exe", O_RDONLY | O_CLOEXEC), "/proc/self/exe");
	int to = mkobj_try(open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755), path);
	struct stat st;

	if (fstat(from, &st) || sendfile(to, from, NULL, st.st_size) != st.st_size ||
	    fchmod(to, 0755))
		mkobj_fail("%s: %m", path);
	close(from);
	close(to);
}

/* The holder goes on when the last process of the target has come here. */
void mkobj_pause(void)
{
	if (inside && syscall(SYS_gettid) == getpid())
		mkobj_channel_close();
	for (;;)
		pause();
}

void mkobj_make_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%.40s/mkobj.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir) || chmod(dir, 0777))
		mkobj_fail("%s: %m", dir);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

void mkobj_remove_dir(void)
{
	if (dir[0])
		nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *mkobj_path(struct mkobj *m, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%d-%s", dir, m->index, name);
	return path;
}

int mkobj_file(struct mkobj *m, const char *name, int flags)
{
	const char *path = mkobj_path(m, name);
	int fd = mkobj_try(open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0644), path);

	if (ftruncate(fd, 4096))
		mkobj_fail("%s: %m", path);
	close(fd);
	return mkobj_try(open(path, flags), path);
}
