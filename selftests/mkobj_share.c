// SPDX-License-Identifier: GPL-2.0
/*
 * mkobj_share.c - processes that share memory, fd tables, directories or handlers; vfork.
 *
 * A child in the same memory keeps away from what the channel remembers there.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_channel.h"

#define STACK	65536

static int idle_in_same_memory(void *arg)
{
	(void)arg;
	syscall(SYS_close, MKOBJ_CHANNEL);
	while (syscall(SYS_pause))
		;
	return 0;
}

static void make_same_memory(struct mkobj *m)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	if (stack == MAP_FAILED)
		mkobj_fail("mmap: %m");
	pid = mkobj_try(clone(idle_in_same_memory, stack + STACK, m->c->num | SIGCHLD, NULL),
			"clone");
	mkobj_tell(m, pid);
}

static void key_child(struct mkobj *m)
{
	mkobj_key(m, "pid=%ld with-pid=%d", m->value, m->target);
}

/* Like fork(), with @flags. */
static pid_t fork_with(unsigned long flags)
{
	return mkobj_try(syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0), "clone");
}

static void make_same_fs(struct mkobj *m)
{
	if (!fork_with(CLONE_FS)) {
		mkobj_key(m, "with-pid=%d", m->target);
		mkobj_pause();
	}
}

static void make_fork(struct mkobj *m)
{
	(void)m;
	if (!fork_with(0))
		mkobj_pause();
}

static void make_thread(struct mkobj *m)
{
	(void)m;
	mkobj_thread(NULL, NULL);
}

/* ---- fd tables ---- */

/* What the children of make_same_files() and their parent tell each other. */
struct same_files {
	int told;	/* the second child has told its key */
	int alone;	/* the parent has a table of its own */
};

static void set_flag(int *flag)
{
	__atomic_store_n(flag, 1, __ATOMIC_RELEASE);
}

static void await_flag(int *flag)
{
	while (!__atomic_load_n(flag, __ATOMIC_ACQUIRE))
		usleep(1000);
}

/*
 * Two children have the table of their parent, who has given it up.  Whoever of them closes the
 * channel closes it for both.
 */
static void make_same_files(struct mkobj *m)
{
	struct same_files *same = mmap(NULL, sizeof(*same), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child[2];
	int i;

	if (same == MAP_FAILED)
		mkobj_fail("mmap: %m");
	for (i = 0; i < 2; i++) {
		child[i] = fork_with(CLONE_FILES);
		if (child[i])
			continue;
		if (i) {
			mkobj_key(m, "with-pid=%d", child[0]);
			set_flag(&same->told);
		}
		await_flag(&same->alone);
		mkobj_pause();
	}
	await_flag(&same->told);
	if (unshare(CLONE_FILES))
		mkobj_fail("unshare: %m");
	set_flag(&same->alone);
}

/* The parent has it too: CRIU lets a child have its parent's. */
static void make_files_of_parent(struct mkobj *m)
{
	int i;

	for (i = 0; i < m->c->num; i++)
		if (!fork_with(CLONE_FILES))
			for (;;)
				pause();
}

/* ---- vfork ---- */

static sem_t vforked;
static pid_t vfork_child;

static void *vfork_and_pause(void *arg)
{
	(void)arg;
	if (!vfork()) {
		vfork_child = syscall(SYS_getpid);
		syscall(SYS_close, MKOBJ_CHANNEL);
		sem_post(&vforked);
		for (;;)
			syscall(SYS_pause);
	}
	return NULL;
}

static void *vfork_and_exec(void *arg)
{
	pid_t pid = vfork();

	if (!pid) {
		syscall(SYS_close, MKOBJ_CHANNEL);
		execl("/bin/sleep", "sleep", "1000000", NULL);
		_exit(1);
	}
	(void)arg;
	mkobj_await(pid, 'S');
	sem_post(&vforked);
	mkobj_pause();
}

static void vfork_in_thread(void *(*run)(void *arg))
{
	sem_init(&vforked, 0, 0);
	mkobj_thread(run, NULL);
	sem_wait(&vforked);
}

static void make_vfork(struct mkobj *m)
{
	vfork_in_thread(vfork_and_pause);
	mkobj_key(m, "child-pid=%d", vfork_child);
}

static void make_vfork_exec(struct mkobj *m)
{
	(void)m;
	vfork_in_thread(vfork_and_exec);
}

#define VM	"task-shared-vm"
#define FS	"task-shared-fs"
#define SIGHAND	"task-shared-sighand"
#define FILES	"task-shared-files-nonparent"
#define VFORK	"task-vfork-pending"

const struct mkobj_case mkobj_share_cases[] = {
	{ .name = VM, .rule = VM, .make = make_same_memory, .finish = key_child,
	  .num = CLONE_VM },
	{ .name = VM ".miss", .rule = VM, .make = make_fork },
	{ .name = FS, .rule = FS, .make = make_same_fs },
	{ .name = FS ".miss", .rule = FS, .make = make_fork },
	{ .name = SIGHAND, .rule = SIGHAND, .make = make_same_memory, .finish = key_child,
	  .num = CLONE_VM | CLONE_SIGHAND, .flags = "also=task-shared-vm" },
	{ .name = SIGHAND ".miss", .rule = SIGHAND, .make = make_thread },
	{ .name = FILES, .rule = FILES, .make = make_same_files },
	{ .name = FILES ".miss", .rule = FILES, .make = make_files_of_parent, .num = 1 },
	{ .name = FILES ".miss-two", .rule = FILES, .make = make_files_of_parent, .num = 2 },
	{ .name = VFORK, .rule = VFORK, .make = make_vfork },
	{ .name = VFORK ".miss", .rule = VFORK, .make = make_vfork_exec },
	{ }
};
