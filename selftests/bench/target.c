// SPDX-License-Identifier: GPL-2.0
/*
 * target.c - processes of any size: target KIND NUMBER
 * Prints READY and the pid of what is to be looked at, and waits for a signal. KIND is one of:
 *	plain      regular files, a thousand of them open again and again
 *	ordinary   the same number of files, and three times as many mappings as files
 *	server     as a busy server has them: files, TCP connections, UNIX pairs, pipes, eventfds
 *	maps       mappings of which no two can be one
 *	tree       processes, each with some files
 *	host       processes that share nothing, each with some files and mappings; they stay
 *	locks      record locks on one file
 *	messages   messages in the queue of a UNIX socket
 *	flight     the same with a pipe in each of them
 *	backlog    connections that wait at a UNIX socket
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "../send_fd.h"

#define DISTINCT	1000
#define PAGE		4096UL

static char dir[32] = "/tmp/bench.XXXXXX";

static void open_plain(long i)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%ld", dir, i % DISTINCT);
	if (open(path, O_RDWR | O_CREAT, 0600) < 0)
		err(1, "%s", path);
}

static void make_plain(long n)
{
	long i;

	for (i = 0; i < n; i++)
		open_plain(i);
}

/* ---- a server ---- */

static struct sockaddr_in addr = { .sin_family = AF_INET };

static int listen_tcp(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t len = sizeof(addr);

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, len) || listen(fd, 100) ||
	    getsockname(fd, (struct sockaddr *)&addr, &len))
		err(1, "TCP listener");
	return fd;
}

/* One of its connections; the client is no matter of the server's. */
static void open_connection(int listener)
{
	int client = socket(AF_INET, SOCK_STREAM, 0);
	struct linger reset = { 1, 0 };

	if (client < 0 || connect(client, (struct sockaddr *)&addr, sizeof(addr)) ||
	    accept(listener, NULL, NULL) < 0)
		err(1, "TCP connection");
	setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
}

static void make_server(long n)
{
	int listener = listen_tcp(), p[2];
	long i;

	for (i = 0; i < n; i += 2) {
		if (i % 20 < 8)
			open_connection(listener);
		else if (i % 20 < 12)
			socketpair(AF_UNIX, SOCK_STREAM, 0, p);
		else if (i % 20 < 14)
			(void)!pipe(p);
		else if (i % 20 < 16)
			dup(eventfd(0, 0));
		else
			open_plain(i), open_plain(i + 1);
	}
}

/* ---- others ---- */

static void make_maps(long n)
{
	char *area = mmap(NULL, n * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long i;

	if (area == MAP_FAILED)
		err(1, "mmap");
	for (i = 0; i < n; i += 2)
		if (mprotect(area + i * PAGE, PAGE, PROT_NONE))
			err(1, "mapping %ld: raise vm.max_map_count", i);
}

static void make_ordinary(long n)
{
	make_plain(n);
	make_maps(3 * n);
}

/* As many processes in all, each of which waits when @make has made what it has. */
static void make_children(long n, void (*make)(void))
{
	while (--n > 0) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid)
			continue;
		make();
		for (;;)
			pause();
	}
}

static void make_member(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	make_plain(10);
}

static void make_tree(long n)
{
	make_children(n, make_member);
}

/* On its own, as the services of a host are: nothing of it is anybody else's. */
static void make_service(void)
{
	int i;

	setsid();
	close_range(0, ~0U, 0);
	for (i = 0; i < 3; i++)
		open("/dev/null", O_RDWR);
	make_ordinary(12);
}

static void make_host(long n)
{
	make_children(n, make_service);
}

static void make_locks(long n)
{
	struct flock lock = { .l_type = F_WRLCK, .l_len = 1 };
	int fd;

	open_plain(0);
	fd = 3;
	for (lock.l_start = 0; lock.l_start < 2 * n; lock.l_start += 2)
		if (fcntl(fd, F_SETLK, &lock))
			err(1, "lock");
}

/* Return: the end to send to. */
static int make_queue(void)
{
	int p[2], size = 1 << 30;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, p))
		err(1, "socketpair");
	setsockopt(p[0], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	return p[0];
}

static void make_messages(long n)
{
	int to = make_queue();

	while (n--)
		if (send(to, "x", 1, MSG_DONTWAIT) != 1)
			err(1, "message, %ld more to send", n);
}

static void make_flight(long n)
{
	int to = make_queue(), p[2];

	while (n--) {
		if (pipe(p) || send_fd(to, p[0], "x", MSG_DONTWAIT) != 1)
			err(1, "pipe, %ld more to send", n);
		close(p[0]);
		close(p[1]);
	}
}

static void make_backlog(long n)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(name.sun_path, sizeof(name.sun_path), "%s/socket", dir);
	if (bind(listener, (struct sockaddr *)&name, sizeof(name)) || listen(listener, n))
		err(1, "UNIX listener");
	while (n--)
		if (connect(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0),
			    (struct sockaddr *)&name, sizeof(name)))
			err(1, "connection, %ld more to make", n);
}

static const struct {
	const char *name;
	void (*make)(long n);
} kinds[] = {
	{ "plain", make_plain }, { "ordinary", make_ordinary }, { "server", make_server },
	{ "maps", make_maps }, { "tree", make_tree }, { "host", make_host },
	{ "locks", make_locks },
	{ "messages", make_messages }, { "flight", make_flight }, { "backlog", make_backlog },
};

/* Room for so many descriptors, and a folder. */
static void prepare(long n)
{
	struct rlimit limit = { 2 * n + 1000, 2 * n + 1000 };

	if (setrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = n + 40;
		limit.rlim_max = n + 40;
		if (setrlimit(RLIMIT_NOFILE, &limit))
			err(1, "RLIMIT_NOFILE");
	}
	if (!mkdtemp(dir))
		err(1, "%s", dir);
}

/* Its own session, without our output. */
static pid_t start(void (*make)(long n), long n)
{
	int p[2];
	char done;
	pid_t pid;

	if (pipe(p))
		err(1, "pipe");
	pid = fork();
	if (pid) {
		close(p[1]);
		if (read(p[0], &done, 1) != 1)
			errx(1, "it could not be made");
		close(p[0]);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	dup2(p[1], 1000);
	close_range(3, 999, 0);
	make(n);
	dup2(open("/dev/null", O_RDWR), 0);
	dup2(0, 1);
	(void)!write(1000, "x", 1);
	dup2(0, 2);
	close(1000);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	char command[64];
	sigset_t set;
	size_t i;
	long n;
	int sig;

	for (i = 0; argc == 3 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(argv[1], kinds[i].name))
			continue;
		n = atol(argv[2]);
		prepare(n);
		sigemptyset(&set);
		sigaddset(&set, SIGTERM);
		sigaddset(&set, SIGINT);
		sigprocmask(SIG_BLOCK, &set, NULL);
		printf("READY %d\n", start(kinds[i].make, n));
		fflush(stdout);
		sigwait(&set, &sig);
		snprintf(command, sizeof(command), "rm -rf %s", dir);
		return system(command);
	}
	errx(2, "usage: target KIND NUMBER");
}
