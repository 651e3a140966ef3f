// SPDX-License-Identifier: GPL-2.0
/*
 * mkobj.c - makes objects that a checkpoint trips over, and near misses: mkobj [--stay] NAME...
 *
 * Prints KEY lines (what the findings must hold) and READY <pid of the target>, then waits until
 * the target exits or a signal says so, and leaves nothing behind.  With --stay only a signal ends
 * it: the target may be killed and restored meanwhile.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_channel.h"

static const struct mkobj_case *const tables[] = {
	mkobj_env_cases,
	mkobj_cred_cases,
	mkobj_task_cases,
	mkobj_share_cases,
	mkobj_outside_cases,
	mkobj_stop_cases,
	mkobj_stuck_cases,
	mkobj_cgroup_cases,
	mkobj_attr_cases,
	mkobj_prctl_cases,
	mkobj_timer_cases,
	mkobj_ns_cases,
	mkobj_file_cases,
	mkobj_path_cases,
	mkobj_ghost_cases,
	mkobj_procpath_cases,
	mkobj_pipe_cases,
	mkobj_lock_cases,
	mkobj_unix_name_cases,
	mkobj_tty_cases,
	mkobj_unix_cases,
	mkobj_tcp_cases,
	mkobj_sock_cases,
	mkobj_udp_cases,
	mkobj_mm_cases,
	mkobj_vma_cases,
	mkobj_ipc_cases,
	mkobj_netns_cases,
	mkobj_netdev_cases,
	mkobj_diag_cases,
	mkobj_call_cases,
	mkobj_filter_cases, mkobj_packet_cases, mkobj_lost_cases, mkobj_opts_cases,
	mkobj_mntns_cases,
	mkobj_mount_cases,
	mkobj_unix_queue_cases,
	mkobj_scm_cases,
	mkobj_scm_odd_cases,
	mkobj_netlink_cases,
	mkobj_anon_cases,
	mkobj_epoll_cases,
	mkobj_fown_cases,
	mkobj_notify_cases,
	mkobj_pidfd_cases,
};

#define NR_TABLES	(sizeof(tables) / sizeof(tables[0]))

static struct mkobj *objects;
static int nr_objects;
static int nr_prepared;
/* The end of the target is not ours: it may be restored. */
static bool stay;
/* What was forked, and the target: the same, or the child of the session leader outside. */
static pid_t child_pid, target_pid;

static const struct mkobj_case *find_case(const char *name)
{
	const struct mkobj_case *c;
	size_t i;

	for (i = 0; i < NR_TABLES; i++)
		for (c = tables[i]; c->name; c++)
			if (!strcmp(c->name, name))
				return c;
	return NULL;
}

static void list_cases(void)
{
	const struct mkobj_case *c;
	size_t i;

	for (i = 0; i < NR_TABLES; i++)
		for (c = tables[i]; c->name; c++)
			printf("%s\t%s\t%s\t%s\n", c->name, c->rule,
			       mkobj_is_miss(c) ? "miss" : "trip", c->flags ? c->flags : "");
}

/* Descriptors 0 to 2 on /dev/null, none else but the channel. */
static void clean_fds(void)
{
	int fd;

	mkobj_channel_up();
	close_range(3, MKOBJ_CHANNEL - 1, 0);
	close_range(MKOBJ_CHANNEL + 1, ~0U, 0);
	fd = open("/dev/null", O_RDWR);
	if (fd < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		mkobj_fail("/dev/null: %m");
	if (fd > 2)
		close(fd);
	/* Three descriptions rather than one: nothing of it comes from the holder. */
	close(1);
	close(2);
	if (open("/dev/null", O_RDWR) != 1 || open("/dev/null", O_RDWR) != 2)
		mkobj_fail("/dev/null: %m");
}

static void become(uid_t uid)
{
	if (!uid)
		return;
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid) ||
	    prctl(PR_SET_DUMPABLE, 1))
		mkobj_fail("cannot become user %u: %m", uid);
}

static void __attribute__((noreturn)) target(void)
{
	void (*run)(struct mkobj *m) = NULL;
	struct mkobj *m, *runner = NULL;
	int i;

	if (chdir("/"))
		mkobj_fail("chdir: %m");
	umask(022);
	clean_fds();
	for (i = 0; i < nr_objects; i++) {
		m = &objects[i];
		m->target = getpid();
		m->nfd = 0;
		memset(m->fd, -1, sizeof(m->fd));
		become(m->c->uid);
	}
	for (i = 0; i < nr_objects; i++)
		if (objects[i].c->make)
			objects[i].c->make(&objects[i]);
	mkobj_channel_made();
	for (i = 0; i < nr_objects; i++) {
		if (objects[i].c->settle)
			objects[i].c->settle(&objects[i]);
		if (objects[i].c->run) {
			run = objects[i].c->run;
			runner = &objects[i];
		}
	}
	mkobj_channel_close();
	if (run)
		run(runner);
	mkobj_pause();
}

/* The parent of the target that one of the objects wants. */
static enum mkobj_parent wanted_parent(void)
{
	enum mkobj_parent parent = MKOBJ_HOLDER;
	int i;

	for (i = 0; i < nr_objects; i++)
		if (objects[i].c->parent != MKOBJ_HOLDER)
			parent = objects[i].c->parent;
	return parent;
}

static void lead(void)
{
	int i;

	for (i = 0; i < nr_objects; i++)
		if (objects[i].c->lead)
			objects[i].c->lead(&objects[i]);
}

/* Forks the target, below another process outside its tree where that is wanted. */
static pid_t fork_target(void)
{
	enum mkobj_parent parent = wanted_parent();
	sigset_t set;
	pid_t pid;

	pid = mkobj_try(fork(), "fork");
	if (pid)
		return pid;
	mkobj_channel_inside();
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	setsid();
	if (parent != MKOBJ_HOLDER) {
		lead();
		pid = mkobj_try(fork(), "fork");
		if (pid) {
			clean_fds();
			mkobj_channel_close();
			if (parent == MKOBJ_UNREAPING)
				mkobj_pause();
			waitpid(pid, NULL, 0);
			_exit(0);
		}
	}
	if (parent == MKOBJ_UNREAPING)
		setsid();
	target();
}

/* Kills whatever became our child (we are their subreaper), until nothing is left. */
static void kill_children(void)
{
	pid_t pid, child;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	do {
		f = fopen(path, "r");
		while (f && fscanf(f, "%d", &child) == 1)
			kill(child, SIGKILL);
		if (f)
			fclose(f);
		do {
			pid = waitpid(-1, NULL, __WALL | WNOHANG);
		} while (pid > 0);
		if (!pid)
			usleep(2000);
	} while (!pid);
}

static void kill_all(void)
{
	int i;

	for (i = 0; i < nr_prepared; i++)
		if (objects[i].c->release)
			objects[i].c->release(&objects[i]);
	if (target_pid > 0)
		kill(target_pid, SIGKILL);
	kill_children();
	while (nr_prepared--)
		if (objects[nr_prepared].c->cleanup)
			objects[nr_prepared].c->cleanup(&objects[nr_prepared]);
	mkobj_remove_dir();
}

/* Waits for the end of the target or a signal; a traced target's signals are passed on. */
static void hold(const sigset_t *set)
{
	int status;
	pid_t pid;

	while (sigwaitinfo(set, NULL) == SIGCHLD || errno == EINTR) {
		while ((pid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
			if (WIFSTOPPED(status))
				mkobj_trace_cont(pid, status);
			else if (pid == child_pid && !stay)
				return;
		}
	}
}

static void quit(int sig)
{
	(void)sig;
	_exit(0);
}

static void __attribute__((noreturn)) make_foreign(const struct mkobj_case *c)
{
	printf("READY %d\n", c->foreign());
	fflush(stdout);
	/* Nothing to clean up: a signal's default action would do, but for the exit status. */
	signal(SIGTERM, quit);
	signal(SIGINT, quit);
	signal(SIGHUP, quit);
	if (!freopen("/dev/null", "w", stdout))
		mkobj_fail("/dev/null: %m");
	mkobj_pause();
}

static void make_all(void)
{
	sigset_t set;
	int i;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_SETMASK, &set, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	atexit(kill_all);
	mkobj_make_dir();
	mkobj_channel_new(objects, nr_objects);
	for (; nr_prepared < nr_objects; nr_prepared++)
		if (objects[nr_prepared].c->prepare)
			objects[nr_prepared].c->prepare(&objects[nr_prepared]);
	child_pid = fork_target();
	target_pid = mkobj_channel_listen();
	if (!target_pid)
		mkobj_fail("the target died");
	for (i = 0; i < nr_objects; i++) {
		objects[i].target = target_pid;
		if (objects[i].c->finish)
			objects[i].c->finish(&objects[i]);
	}
	mkobj_channel_settle();
	for (i = 0; i < nr_objects; i++)
		if (objects[i].c->state)
			mkobj_await(target_pid, objects[i].c->state);
	printf("READY %d\n", target_pid);
	fflush(stdout);
	if (!freopen("/dev/null", "w", stdout))
		mkobj_fail("/dev/null: %m");
	hold(&set);
}

int main(int argc, char **argv)
{
	int i, first = 1;

	if (argc == 2 && !strcmp(argv[1], "--list")) {
		list_cases();
		return 0;
	}
	/* Only to be the program that some process of a target runs. */
	if (argc == 2 && !strcmp(argv[1], "--pause")) {
		close_range(3, ~0U, 0);
		mkobj_pause();
	}
	stay = argc > 2 && !strcmp(argv[1], "--stay");
	first += stay;
	if (argc <= first || argv[first][0] == '-') {
		fprintf(stderr, "usage: mkobj --list | mkobj [--stay] NAME...\n");
		return 1;
	}
	nr_objects = argc - first;
	objects = calloc(nr_objects, sizeof(*objects));
	if (!objects)
		mkobj_fail("no memory");
	for (i = 0; i < nr_objects; i++) {
		objects[i].c = find_case(argv[first + i]);
		if (!objects[i].c)
			mkobj_fail("no case %s: see --list", argv[first + i]);
		if (objects[i].c->foreign)
			make_foreign(objects[i].c);
		objects[i].index = i;
		objects[i].holder = getpid();
		memset(objects[i].fd, -1, sizeof(objects[i].fd));
	}
	make_all();
	return 0;
}
