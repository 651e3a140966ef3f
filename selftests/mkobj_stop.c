// SPDX-License-Identifier: GPL-2.0
/* mkobj_stop.c - stopped processes, pending signals, filters, 32-bit programs. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_channel.h"

/* ---- stops ---- */

/*
 * A child of so many threads that stops by the signal m->c->num.  The kernel stops nobody in a
 * process group whose parents are all elsewhere, so it has a group of its own.
 */
static void make_stopped(struct mkobj *m, int threads)
{
	pid_t pid = mkobj_fork();
	int status;

	if (!pid) {
		if (setpgid(0, 0))
			mkobj_fail("setpgid: %m");
		while (--threads)
			mkobj_thread(NULL, NULL);
		mkobj_key(m, "");
		mkobj_channel_close();
		raise(m->c->num);
		mkobj_pause();
	}
	if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
		mkobj_fail("the child did not stop");
}

static void make_stop(struct mkobj *m)
{
	make_stopped(m, 1);
}

static void make_stop_threads(struct mkobj *m)
{
	make_stopped(m, 2);
}

/* ---- the leader has ended ---- */

static void make_thread(struct mkobj *m)
{
	mkobj_thread(NULL, NULL);
	mkobj_key(m, "");
}

static void run_leader_exit(struct mkobj *m)
{
	(void)m;
	pthread_exit(NULL);
}

/* ---- pending signals ---- */

static void block(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	if (pthread_sigmask(SIG_BLOCK, &set, NULL))
		mkobj_fail("sigmask: %m");
}

static void make_pending(struct mkobj *m)
{
	block(m->c->num);
	raise(m->c->num);
	mkobj_key(m, "");
}

static void make_pending_group(struct mkobj *m)
{
	block(m->c->num);
	kill(getpid(), m->c->num);
	mkobj_key(m, "");
}

static sem_t pending;

static void *pending_thread(void *arg)
{
	struct mkobj *m = arg;

	block(m->c->num);
	raise(m->c->num);
	mkobj_key(m, "tid=%ld", syscall(SYS_gettid));
	sem_post(&pending);
	mkobj_pause();
}

static void make_pending_thread(struct mkobj *m)
{
	sem_init(&pending, 0, 0);
	mkobj_thread(pending_thread, m);
	sem_wait(&pending);
}

static void make_blocked(struct mkobj *m)
{
	block(m->c->num);
}

/* ---- seccomp ---- */

static void filter_all_allowed(void)
{
	struct sock_filter insn = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog prog = { .len = 1, .filter = &insn };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		mkobj_fail("no_new_privs: %m");
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		mkobj_lacks("seccomp: %m");
}

static void make_filter(struct mkobj *m)
{
	filter_all_allowed();
	mkobj_key(m, "");
}

static sem_t filtered;

static void *filtered_thread(void *arg)
{
	(void)arg;
	filter_all_allowed();
	sem_post(&filtered);
	mkobj_pause();
}

static void make_filter_thread(struct mkobj *m)
{
	sem_init(&filtered, 0, 0);
	mkobj_thread(filtered_thread, NULL);
	sem_wait(&filtered);
	mkobj_key(m, "");
}

static int never[2];

static void make_never(struct mkobj *m)
{
	(void)m;
	mkobj_try(pipe(never), "pipe");
}

/* In strict mode there is read() and little else. */
static void run_strict(struct mkobj *m)
{
	char byte;

	(void)m;
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	for (;;)
		syscall(SYS_read, never[0], &byte, 1);
}

/* ---- 32-bit ---- */

/* mov $29 (pause), %eax; int $0x80; jmp back: an ELF executable of one page. */
static const unsigned char program32[] = {
	0x7f, 'E', 'L', 'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	2, 0, 3, 0, 1, 0, 0, 0, 0x54, 0x80, 0x04, 0x08, 52, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 52, 0, 32, 0, 1, 0, 0, 0, 0, 0, 0, 0,
	1, 0, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x04, 0x08, 0, 0x80, 0x04, 0x08,
	0x5d, 0, 0, 0, 0x5d, 0, 0, 0, 5, 0, 0, 0, 0, 0x10, 0, 0,
	0xb8, 29, 0, 0, 0, 0xcd, 0x80, 0xeb, 0xf7,
};

static void make_program32(struct mkobj *m)
{
	int fd = mkobj_try(open(mkobj_path(m, "program32"), O_WRONLY | O_CREAT, 0755), "open");

	if (write(fd, program32, sizeof(program32)) != sizeof(program32))
		mkobj_fail("write: %m");
	close(fd);
	mkobj_key(m, "");
}

/* The holder goes on when exec has closed the channel. */
static void settle_exec32(struct mkobj *m)
{
	char *const argv[] = { "program32", NULL }, *const envp[] = { NULL };

	fcntl(MKOBJ_CHANNEL, F_SETFD, FD_CLOEXEC);
	execve(mkobj_path(m, "program32"), argv, envp);
	if (errno == ENOEXEC)
		mkobj_lacks("no 32-bit programs here");
	mkobj_fail("execve: %m");
}

static void settle_exec64(struct mkobj *m)
{
	char *const argv[] = { "sleep", "1000000", NULL };

	(void)m;
	fcntl(MKOBJ_CHANNEL, F_SETFD, FD_CLOEXEC);
	execv("/bin/sleep", argv);
	mkobj_fail("execve: %m");
}

#define STOP	"task-stop-signal"
#define TSTP	"task-stop-tstp"
#define THREADS	"task-stop-threads"
#define LEADER	"task-leader-zombie"
#define TRAP	"sig-pending-sigtrap"
#define FILTER	"task-seccomp-filter"
#define COMPAT	"task-compat32"

const struct mkobj_case mkobj_stop_cases[] = {
	{ .name = STOP, .rule = STOP, .make = make_stop, .num = SIGTTIN },
	{ .name = STOP ".ttou", .rule = STOP, .make = make_stop, .num = SIGTTOU },
	{ .name = STOP ".miss", .rule = STOP, .make = make_stop, .num = SIGSTOP },
	{ .name = TSTP, .rule = TSTP, .make = make_stop, .num = SIGTSTP },
	{ .name = TSTP ".miss", .rule = TSTP, .make = make_stop, .num = SIGSTOP },
	{ .name = THREADS, .rule = THREADS, .make = make_stop_threads, .num = SIGSTOP },
	{ .name = THREADS ".miss", .rule = THREADS, .make = make_stop, .num = SIGSTOP },
	{ .name = LEADER, .rule = LEADER, .make = make_thread, .run = run_leader_exit,
	  .parent = MKOBJ_UNREAPING, .state = 'Z' },
	{ .name = LEADER ".miss", .rule = LEADER, .make = make_thread },
	{ .name = TRAP, .rule = TRAP, .make = make_pending, .num = SIGTRAP },
	{ .name = TRAP ".group", .rule = TRAP, .make = make_pending_group, .num = SIGTRAP },
	{ .name = TRAP ".thread", .rule = TRAP, .make = make_pending_thread, .num = SIGTRAP },
	{ .name = TRAP ".miss", .rule = TRAP, .make = make_pending, .num = SIGUSR1 },
	{ .name = TRAP ".miss-blocked", .rule = TRAP, .make = make_blocked, .num = SIGTRAP },
	{ .name = FILTER, .rule = FILTER, .make = make_filter },
	{ .name = FILTER ".thread", .rule = FILTER, .make = make_filter_thread },
	{ .name = FILTER ".miss", .rule = FILTER, .make = make_never, .run = run_strict },
	{ .name = COMPAT, .rule = COMPAT, .make = make_program32, .settle = settle_exec32,
	  .state = 'S',
	  .flags = "also=task-personality,"
		   "criu=skip:qemu without KVM cannot run criu's code for 32-bit programs" },
	{ .name = COMPAT ".miss", .rule = COMPAT, .settle = settle_exec64, .state = 'S' },
	{ }
};
