// SPDX-License-Identifier: GPL-2.0
/*
 * disturb.c - how much slower is a target while it is looked at in a tight loop?
 * disturb [SECONDS]: a line for each thing that the target does, and each way of looking at it
 *
 * The target works on one processor, the reader on another: what the target loses, it lost waiting
 * for locks and cache lines. Spans with and without a reader alternate, and the median of their
 * ratios counts.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure.h"

#define PAIRS		7
#define TARGET_FDS	10000
#define CPU_TARGET	0
#define CPU_READER	1

static const struct bench_way ways[] = {
	{ "ours", bench_ours },
	{ "procloop", bench_procloop },
};

/* Shared with the target and the reader. */
static struct {
	unsigned long rounds, looks;
} *shared;

static void on_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "processor %d", cpu);
}

static pid_t start(int cpu)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		on_cpu(cpu);
	}
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* ---- what targets do ---- */

static void hold_files(int nr)
{
	struct rlimit limit = { nr + 100, nr + 100 };

	if (setrlimit(RLIMIT_NOFILE, &limit))
		err(1, "RLIMIT_NOFILE");
	while (nr--)
		if (open("/dev/null", O_RDONLY) < 0)
			err(1, "open");
}

static void open_and_close(void)
{
	int fd;

	hold_files(TARGET_FDS);
	for (;;) {
		fd = open("/dev/null", O_RDONLY);
		close(dup(fd));
		close(fd);
		shared->rounds++;
	}
}

static void echo_back(int sk)
{
	char byte;

	while (read(sk, &byte, 1) == 1 && write(sk, &byte, 1) == 1)
		;
	_exit(0);
}

/* A server of TCP, and the client that counts. */
static void serve_echo(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(addr);
	int listener = socket(AF_INET, SOCK_STREAM, 0), sk = socket(AF_INET, SOCK_STREAM, 0);
	char byte = 'x';

	if (bind(listener, (struct sockaddr *)&addr, len) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&addr, &len) ||
	    connect(sk, (struct sockaddr *)&addr, len))
		err(1, "TCP");
	hold_files(TARGET_FDS);
	if (!fork())
		echo_back(accept(listener, NULL, NULL));
	while (write(sk, &byte, 1) == 1 && read(sk, &byte, 1) == 1)
		shared->rounds++;
	errx(1, "the server is gone");
}

static const struct {
	const char *name;
	void (*run)(void);
} works[] = {
	{ "open-close", open_and_close },
	{ "tcp-echo", serve_echo },
};

/* ---- measuring ---- */

static pid_t start_reader(const struct bench_way *way, pid_t pid)
{
	pid_t reader = start(CPU_READER);

	if (reader)
		return reader;
	for (;;) {
		way->look(pid);
		shared->looks++;
	}
}

static double rounds_in(double seconds)
{
	unsigned long before = shared->rounds;

	usleep(seconds * 1000000);
	return (shared->rounds - before) / seconds;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(const char *work, pid_t pid, const struct bench_way *way, double seconds)
{
	double ratios[PAIRS], alone, beside;
	pid_t reader;
	int i;

	shared->looks = 0;
	for (i = 0; i < PAIRS; i++) {
		alone = rounds_in(seconds);
		reader = start_reader(way, pid);
		usleep(100000);
		beside = rounds_in(seconds);
		end(reader);
		ratios[i] = beside / alone;
	}
	qsort(ratios, PAIRS, sizeof(ratios[0]), compare);
	printf("disturb %s by=%s alone=%.0f/s beside=%.0f/s ratio=%.3f from=%.3f to=%.3f looks=%lu\n",
	       work, way->name, alone, beside, ratios[PAIRS / 2], ratios[0], ratios[PAIRS - 1],
	       shared->looks);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 1;
	size_t i, j;
	pid_t pid;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		err(1, "mmap");
	setvbuf(stdout, NULL, _IOLBF, 0);
	on_cpu(CPU_READER);
	for (i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		pid = start(CPU_TARGET);
		if (!pid)
			works[i].run();
		sleep(1);
		for (j = 0; j < sizeof(ways) / sizeof(ways[0]); j++)
			measure(works[i].name, pid, &ways[j], seconds);
		end(pid);
	}
	return 0;
}
