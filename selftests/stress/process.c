// SPDX-License-Identifier: GPL-2.0
/* process.c - processes and threads that come, change and go. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress.h"

#define MOST_CHILDREN	8
#define MOST_THREADS	6

static void wait_a_little(void)
{
	nap(2000);
}

static void fork_on(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	wait_a_little();
	/* Some leave their child to whoever reaps orphans, some leave a zombie. */
	if (pick(2))
		bury(pid, 0);
}

static void forks(void)
{
	pid_t pids[MOST_CHILDREN];
	unsigned int i, n = 1 + pick(MOST_CHILDREN);

	for (i = 0; i < n; i++)
		pids[i] = child(pick(2) ? fork_on : wait_a_little);
	nap(1000);
	for (i = 0; i < n; i++)
		bury(pids[i], pick(2) ? SIGKILL : 0);
}

static void exec_self(void)
{
	execl("/proc/self/exe", "stress", "--exit", NULL);
}

static void execs(void)
{
	bury(child(exec_self), 0);
}

static void *thread_main(void *arg)
{
	if (pick(4) == 0)
		unshare(pick(2) ? CLONE_FILES : CLONE_FS);
	nap(1000);
	return NULL;
}

static void run_threads(void)
{
	pthread_t threads[MOST_THREADS];
	unsigned int i, n = 1 + pick(MOST_THREADS);

	for (i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, thread_main, NULL))
			break;
	if (pick(8) == 0)
		pthread_exit(NULL);
	if (pick(8) == 0)
		exec_self();
	while (i--)
		pthread_join(threads[i], NULL);
}

static void threads(void)
{
	bury(child(run_threads), 0);
}

static void stay(void)
{
	for (;;)
		pause();
}

static void traces(void)
{
	pid_t pid = child(stay);
	int status;

	if (pid > 0 && !ptrace(PTRACE_SEIZE, pid, NULL, NULL)) {
		ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
		waitpid(pid, &status, 0);
		nap(500);
		if (pick(2))
			ptrace(PTRACE_DETACH, pid, NULL, NULL);
	}
	bury(pid, SIGKILL);
}

static void stops(void)
{
	pid_t pid = child(stay);

	if (pid > 0)
		kill(pid, SIGSTOP);
	nap(500);
	if (pid > 0)
		kill(pid, SIGCONT);
	bury(pid, SIGKILL);
}

static void enter_namespaces(void)
{
	static const int kinds[] = {
		CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWUSER,
		CLONE_NEWCGROUP, CLONE_NEWPID,
	};
	int flags = kinds[pick(7)] | kinds[pick(7)];

	if (!unshare(flags))
		bury(child(wait_a_little), 0);
}

static void namespaces(void)
{
	bury(child(enter_namespaces), 0);
}

static void new_names(void)
{
	setsid();
	prctl(PR_SET_NAME, pick(2) ? "a\nb" : "a b");
	if (pick(2) && setgid(65534))
		_exit(1);
	if (pick(2) && setuid(65534))
		_exit(1);
	prctl(PR_SET_DUMPABLE, pick(2));
	nap(500);
}

static void credentials(void)
{
	bury(child(new_names), 0);
}

const struct churn churn_process[] = {
	{ "forks", forks }, { "execs", execs }, { "threads", threads }, { "traces", traces },
	{ "stops", stops }, { "namespaces", namespaces }, { "credentials", credentials }, { }
};
