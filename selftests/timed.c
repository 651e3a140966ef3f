// SPDX-License-Identifier: GPL-2.0
/* timed.c - how long a read takes, how much memory, and how soon a signal ends it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "target.h"
#include "timed.h"

#define CGROUPS		"/sys/fs/cgroup"
#define OURS		CGROUPS "/timed"
#define CHUNK		65536

long timed_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- the reader ---- */

static void make_cgroup(void)
{
	if (access(CGROUPS "/cgroup.procs", F_OK))
		mount("cgroup2", CGROUPS, "cgroup2", 0, NULL);
	write_file(CGROUPS "/cgroup.subtree_control", "+memory");
	mkdir(OURS, 0755);
}

static long peak_kb(void)
{
	char text[32];

	return slurp_file(OURS "/memory.peak", text, sizeof(text)) > 0 ? atol(text) / 1024 : -1;
}

/* Hands on what it reads; @ms is shared. */
static void __attribute__((noreturn)) run_reader(pid_t pid, int out, long *ms)
{
	long began = timed_now();
	static char buf[CHUNK];
	ssize_t n = -1;
	int fd;

	write_file(OURS "/cgroup.procs", "0");
	fd = report_open(pid);
	while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0) {
		*ms = timed_now() - began;
		if (write(out, buf, n) != n)
			_exit(EPIPE);
	}
	*ms = timed_now() - began;
	_exit(n ? errno : 0);
}

/* Return: whether all came in time. */
static bool collect(int in, long limit, struct report *r)
{
	struct pollfd poll_in = { .fd = in, .events = POLLIN };
	size_t room = CHUNK;
	ssize_t n = 1;

	r->text = malloc(room + 1);
	while (n > 0 && poll(&poll_in, 1, limit) == 1) {
		n = read(in, r->text + r->len, room - r->len);
		r->len += n > 0 ? n : 0;
		if (r->len == room) {
			room *= 2;
			r->text = realloc(r->text, room + 1);
		}
	}
	r->text[r->len] = '\0';
	return n <= 0;
}

/* Where it hangs. */
static void tell_stack(pid_t pid)
{
	char path[64], stack[4096], *line, *save = NULL;

	snprintf(path, sizeof(path), "/proc/%d/stack", pid);
	if (slurp_file(path, stack, sizeof(stack)) < 0)
		return;
	for (line = strtok_r(stack, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		printf("# %s\n", line);
}

void timed_read(pid_t pid, long limit, const char *what, struct timed *t)
{
	long *ms = mmap(NULL, sizeof(*ms), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int p[2], status = 0;
	pid_t reader;

	*t = (struct timed){};
	make_cgroup();
	if (ms == MAP_FAILED || pipe(p)) {
		t->r.error = errno;
		return;
	}
	reader = fork();
	if (!reader)
		run_reader(pid, p[1], ms);
	close(p[1]);
	t->hung = !collect(p[0], limit, &t->r);
	close(p[0]);
	if (t->hung) {
		tell_stack(reader);
		kill(reader, SIGKILL);
	}
	waitpid(reader, &status, 0);
	t->ms = *ms;
	t->kb = peak_kb();
	rmdir(OURS);
	munmap(ms, sizeof(*ms));
	t->r.error = t->hung ? ETIMEDOUT : WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
	if (!t->r.error)
		report_parse(&t->r);
	printf("# %s: %ld ms, %ld KiB for the reader, report of %zu bytes, %d findings%s\n", what,
	       t->ms, t->kb, t->r.len, t->r.nr, t->hung ? ", HUNG" : "");
}

/* ---- a signal ---- */

static void __attribute__((noreturn)) read_once(pid_t pid, int *state)
{
	int fd = report_open(pid);
	char byte;

	signal(SIGINT, SIG_DFL);
	__atomic_store_n(state, 1, __ATOMIC_SEQ_CST);
	if (fd >= 0 && read(fd, &byte, 1) == 1)
		*state = 2;
	_exit(1);
}

long timed_kill(pid_t pid, int sig, long after)
{
	int *state = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long began, ms;
	pid_t reader;
	int status;

	if (state == MAP_FAILED)
		return -1;
	reader = fork();
	if (!reader)
		read_once(pid, state);
	while (!__atomic_load_n(state, __ATOMIC_SEQ_CST))
		usleep(1000);
	usleep(after * 1000);
	began = timed_now();
	kill(reader, sig);
	waitpid(reader, &status, 0);
	ms = timed_now() - began;
	if (*state != 1 || !WIFSIGNALED(status) || WTERMSIG(status) != sig)
		ms = -1;
	munmap(state, sizeof(*state));
	return ms;
}
