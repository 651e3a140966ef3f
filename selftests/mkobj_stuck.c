// SPDX-License-Identifier: GPL-2.0
/* mkobj_stuck.c - threads that cannot be stopped, or that have what belongs to single threads. */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_channel.h"

/* ---- a thread that has ended, and its tracer ---- */

static sem_t told;

/* It lives until it is traced. */
static void *mortal_thread(void *arg)
{
	struct mkobj *m = arg;
	char byte;

	mkobj_tell(m, syscall(SYS_gettid));
	sem_post(&told);
	if (read(m->fd[0], &byte, 1) != 1)
		mkobj_fail("read: %m");
	return NULL;
}

static void make_mortal(struct mkobj *m)
{
	m->fd[0] = mkobj_try(open(mkobj_path(m, "end"), O_RDWR), "open");
	sem_init(&told, 0, 0);
	mkobj_thread(mortal_thread, m);
	sem_wait(&told);
}

static void prepare_end(struct mkobj *m)
{
	if (mkfifo(mkobj_path(m, "end"), 0600))
		mkobj_fail("mkfifo: %m");
}

/*
 * A process of its own traces the thread to its end, and takes notice with m->c->num; the holder
 * would in any case.
 */
static void __attribute__((noreturn)) trace_to_end(struct mkobj *m, int done)
{
	int fd = mkobj_try(open(mkobj_path(m, "end"), O_RDWR), "open");
	siginfo_t info;

	if (ptrace(PTRACE_SEIZE, m->value, 0, 0))
		mkobj_fail("PTRACE_SEIZE: %m");
	mkobj_try(write(fd, "x", 1), "write");
	mkobj_try(waitid(P_PID, m->value, &info, WEXITED | __WALL | (m->c->num ? 0 : WNOWAIT)),
		  "waitid");
	mkobj_try(write(done, "x", 1), "write");
	for (;;)
		pause();
}

static void trace_thread(struct mkobj *m)
{
	pid_t pid;
	int p[2];
	char byte;

	mkobj_try(pipe(p), "pipe");
	pid = mkobj_try(fork(), "fork");
	if (!pid)
		trace_to_end(m, p[1]);
	close(p[1]);
	if (read(p[0], &byte, 1) != 1)
		mkobj_fail("the tracer failed");
	close(p[0]);
	mkobj_key(m, "pid=%d tid=%ld tracer-pid=%d", m->target, m->value, pid);
}

/* The FIFO's two ends are in one process. */
static void settle_end(struct mkobj *m)
{
	close(m->fd[0]);
}

/* ---- sleep that no signal ends ---- */

/* Whoever opens the file waits for our answer. */
static void prepare_guard(struct mkobj *m)
{
	int group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);

	if (group < 0)
		mkobj_lacks("fanotify: %m");
	close(mkobj_file(m, "guarded", O_RDONLY));
	if (fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, mkobj_path(m, "guarded")))
		mkobj_lacks("fanotify permission events: %m");
	m->fd[m->nfd++] = group;
}

static void make_waiting(struct mkobj *m)
{
	pid_t pid = mkobj_fork();

	if (pid) {
		mkobj_tell(m, pid);
		return;
	}
	mkobj_channel_close();
	close(open(mkobj_path(m, "guarded"), O_RDONLY));
	mkobj_pause();
}

/* Longer than a disk needs. */
/* The file is there where the kernel notes when a thread last ran. */
static void await_sleep(struct mkobj *m)
{
	if (access("/proc/self/schedstat", R_OK))
		mkobj_lacks("CONFIG_SCHED_INFO: %m");
	mkobj_await(m->value, 'D');
	sleep(3);
	mkobj_key(m, "pid=%ld", m->value);
}

static void answer(struct mkobj *m)
{
	struct fanotify_response response = { .response = FAN_ALLOW };
	struct fanotify_event_metadata event;

	mkobj_await(m->value, 'D');
	sleep(3);
	mkobj_try(read(m->fd[0], &event, sizeof(event)), "read");
	response.fd = event.fd;
	mkobj_try(write(m->fd[0], &response, sizeof(response)), "write");
	close(event.fd);
	mkobj_await(m->value, 'S');
}

/* ---- code of a segment of its own ---- */

/* mov $29 (pause), %eax; int $0x80; jmp back: of 32 bits. */
static const unsigned char pause32[] = {
	0xb8, 29, 0, 0, 0, 0xcd, 0x80, 0xeb, 0xf7,
};

static void make_segment(struct mkobj *m)
{
	struct user_desc desc = {
		.entry_number = 0, .base_addr = 0, .limit = 0xfffff, .seg_32bit = 1,
		.contents = MODIFY_LDT_CONTENTS_CODE, .limit_in_pages = 1,
	};

	if (syscall(SYS_modify_ldt, 1, &desc, sizeof(desc)))
		mkobj_lacks("modify_ldt: %m");
	mkobj_key(m, "");
}

static void run_in_segment(struct mkobj *m)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	struct { uint32_t to; uint16_t cs; } __attribute__((packed)) far = { .cs = 7 };

	(void)m;
	if (at == MAP_FAILED)
		mkobj_fail("mmap: %m");
	memcpy(at, pause32, sizeof(pause32));
	far.to = (uintptr_t)at;
	asm volatile("ljmpl *%0" : : "m" (far) : "memory");
	__builtin_unreachable();
}

/* ---- robust futexes ---- */

#define SET_ROBUST_LIST32	311

/* By the system call of 32-bit programs, in a page that those could name. */
static void make_robust32(struct mkobj *m)
{
	void *head = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long ret;

	if (head == MAP_FAILED)
		mkobj_fail("mmap: %m");
	*(uint32_t *)head = (uintptr_t)head;
	asm volatile("int $0x80" : "=a" (ret)
		     : "0" (SET_ROBUST_LIST32), "b" (m->c->num ? head : NULL), "c" (12) : "memory");
	if (ret) {
		errno = -ret;
		mkobj_lacks("32-bit system calls: %m");
	}
	mkobj_key(m, "");
}

/* ---- io_uring without a descriptor ---- */

/* Its number among the registered ones is given up again with m->c->num. */
static void make_registered(struct mkobj *m)
{
	struct io_uring_params params = {};
	struct io_uring_rsrc_update ring = { .offset = -1U };
	int fd = syscall(SYS_io_uring_setup, 1, &params);

	if (fd < 0)
		mkobj_lacks("io_uring: %m");
	ring.data = fd;
	if (syscall(SYS_io_uring_register, fd, IORING_REGISTER_RING_FDS, &ring, 1) != 1)
		mkobj_lacks("io_uring: register: %m");
	ring.data = 0;
	if (m->c->num &&
	    syscall(SYS_io_uring_register, fd, IORING_UNREGISTER_RING_FDS, &ring, 1) != 1)
		mkobj_fail("io_uring: unregister: %m");
	close(fd);
	mkobj_key(m, "count=1");
}

#define ZOMBIE	"thread-zombie"
#define ASLEEP	"task-uninterruptible"
#define LDT	"task-ldt-cs"
#define ROBUST	"task-robust-list-compat2"
#define RING	"task-io-uring-registered"

const struct mkobj_case mkobj_stuck_cases[] = {
	{ .name = ZOMBIE, .rule = ZOMBIE, .prepare = prepare_end, .make = make_mortal,
	  .finish = trace_thread, .settle = settle_end },
	{ .name = ZOMBIE ".miss", .rule = ZOMBIE, .prepare = prepare_end, .make = make_mortal,
	  .finish = trace_thread, .settle = settle_end, .num = 1 },
	{ .name = ASLEEP, .rule = ASLEEP, .prepare = prepare_guard, .make = make_waiting,
	  .finish = await_sleep, .flags = "root-only" },
	{ .name = ASLEEP ".miss", .rule = ASLEEP, .prepare = prepare_guard, .make = make_waiting,
	  .finish = answer, .flags = "root-only" },
	{ .name = LDT, .rule = LDT, .make = make_segment, .run = run_in_segment, .state = 'S',
	  .flags = "also=task-ldt-present" },
	{ .name = LDT ".miss", .rule = LDT, .make = make_segment,
	  .flags = "also=task-ldt-present" },
	{ .name = ROBUST, .rule = ROBUST, .make = make_robust32, .num = 1 },
	{ .name = ROBUST ".miss", .rule = ROBUST, .make = make_robust32 },
	{ .name = RING, .rule = RING, .make = make_registered },
	{ .name = RING ".miss", .rule = RING, .make = make_registered, .num = 1 },
	{ }
};
