// SPDX-License-Identifier: GPL-2.0
/* target.c - processes to be judged: mkobj's, and the tests' own. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target.h"

#define MAX_NAMES	8

static const char *mkobj_program(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 16);

	if (n < 0)
		return "mkobj";
	path[n] = '\0';
	strcpy(strrchr(path, '/'), "/mkobj");
	return path;
}

static void __attribute__((noreturn)) mkobj_exec(const char *names, int out)
{
	char copy[512], *argv[MAX_NAMES + 2] = { "mkobj" }, *save = NULL;
	int i;

	snprintf(copy, sizeof(copy), "%s", names);
	for (i = 1; i <= MAX_NAMES; i++) {
		argv[i] = strtok_r(i == 1 ? copy : NULL, " ", &save);
		if (!argv[i])
			break;
	}
	dup2(out, 1);
	dup2(out, 2);
	close_range(3, ~0U, 0);
	/* A test that was cut for its time leaves nothing that the others have to look at. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	execv(mkobj_program(), argv);
	_exit(127);
}

int mkobj_start(struct mkobj_run *run, const char *names)
{
	char line[1100];
	int p[2], status;
	FILE *f;

	memset(run, 0, sizeof(*run));
	if (pipe2(p, O_CLOEXEC))
		return 1;
	run->holder = fork();
	if (!run->holder)
		mkobj_exec(names, p[1]);
	close(p[1]);
	f = fdopen(p[0], "r");
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (sscanf(line, "READY %d", &run->target) == 1)
			break;
		if (!strncmp(line, "KEY ", 4) && run->nr_keys < MKOBJ_KEYS)
			strcpy(run->keys[run->nr_keys++], line + 4);
		else
			snprintf(run->error, sizeof(run->error), "%.250s", line);
	}
	if (f)
		fclose(f);
	if (run->target)
		return 0;
	waitpid(run->holder, &status, 0);
	run->holder = 0;
	return WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : 1;
}

void mkobj_stop(struct mkobj_run *run)
{
	if (run->holder <= 0)
		return;
	kill(run->holder, SIGTERM);
	waitpid(run->holder, NULL, 0);
	run->holder = 0;
}

static FILE *open_list(void)
{
	char command[4200];

	snprintf(command, sizeof(command), "%s --list", mkobj_program());
	return popen(command, "r");
}

int mkobj_list(char (*names)[MKOBJ_NAME], int max, const char *kind)
{
	char line[512], is[16];
	FILE *f = open_list();
	int n = 0;

	while (f && n < max && fgets(line, sizeof(line), f))
		n += sscanf(line, "%63s %*s %15s", names[n], is) == 2 && !strcmp(is, kind);
	if (f)
		pclose(f);
	return n;
}

const char *mkobj_flags(const char *name)
{
	static char line[512];
	const char *flags = "";
	size_t n = strlen(name);
	FILE *f = open_list();

	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, name, n) && line[n] == '\t') {
			flags = strrchr(line, '\t') + 1;
			break;
		}
	}
	/* The rest of the list is read too, or its writer would die of SIGPIPE. */
	while (f && fgetc(f) != EOF)
		;
	if (f)
		pclose(f);
	return flags;
}

/* Three descriptions of /dev/null, and the pipe to the parent at @keep. */
static void clean_fds(int keep)
{
	close_range(0, keep - 1, 0);
	close_range(keep + 1, ~0U, 0);
	if (open("/dev/null", O_RDWR) || open("/dev/null", O_RDWR) != 1 ||
	    open("/dev/null", O_RDWR) != 2)
		_exit(1);
}

/* The harness has memory that all its tests share; a target is to share none. */
static int drop_shared_memory(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned long from[16], to[16];
	char line[512], perms[5];
	int i, nr = 0;

	while (f && nr < 16 && fgets(line, sizeof(line), f))
		if (sscanf(line, "%lx-%lx %4s", &from[nr], &to[nr], perms) == 3 &&
		    perms[3] == 's' && strstr(line, "/dev/zero"))
			nr++;
	if (!f || fclose(f))
		return -1;
	for (i = 0; i < nr; i++)
		if (munmap((void *)from[i], to[i] - from[i]))
			return -1;
	return 0;
}

static void __attribute__((noreturn)) target_run(uid_t uid, int (*make)(void *arg), void *arg,
						 int out)
{
	int keep = 1023;
	char ok = 1;

	setsid();
	if (chdir("/") || dup2(out, keep) < 0)
		_exit(1);
	clean_fds(keep);
	if (uid && (setgroups(0, NULL) || setresgid(uid, uid, uid) ||
		    setresuid(uid, uid, uid) || prctl(PR_SET_DUMPABLE, 1)))
		_exit(1);
	if (drop_shared_memory() || (make && make(arg)))
		_exit(1);
	if (write(keep, &ok, 1) != 1)
		_exit(1);
	close(keep);
	for (;;)
		pause();
}

pid_t target_start_as(uid_t uid, int (*make)(void *arg), void *arg)
{
	char ok = 0, eof;
	int p[2];
	pid_t pid;

	if (pipe(p))
		return -1;
	pid = fork();
	if (!pid)
		target_run(uid, make, arg, p[1]);
	close(p[1]);
	/* The second read waits until nobody in the target has the pipe. */
	if (pid > 0 && (read(p[0], &ok, 1) != 1 || read(p[0], &eof, 1) != 0)) {
		target_stop(pid);
		pid = -1;
	}
	close(p[0]);
	return pid;
}

pid_t target_start(int (*make)(void *arg), void *arg)
{
	return target_start_as(0, make, arg);
}

void target_stop(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

pid_t target_child(pid_t pid)
{
	char path[64], text[32] = "";
	int i;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	for (i = 0; i < 200 && slurp_file(path, text, sizeof(text)) <= 0; i++)
		usleep(5000);
	return atoi(text);
}

/* ---- setuid_helper ---- */

#define HELPER	"secret-helper"

int helper_copy(const char *to, mode_t mode)
{
	char from[4096], command[4400];
	ssize_t n = readlink("/proc/self/exe", from, sizeof(from) - 1);

	if (n < 0)
		return 1;
	from[n] = '\0';
	*strrchr(from, '/') = '\0';
	snprintf(command, sizeof(command), "cp %s/setuid_helper %s", from, to);
	return system(command) || chmod(to, mode);
}

int helper_install(const char *dir, mode_t mode)
{
	char to[256];

	snprintf(to, sizeof(to), "%s/" HELPER, dir);
	return helper_copy(to, mode);
}

static const char *helper_dir;

static void helper_run(int sig)
{
	char program[256], file[256];

	(void)sig;
	snprintf(program, sizeof(program), "%s/" HELPER, helper_dir);
	snprintf(file, sizeof(file), "%s/secret-path", helper_dir);
	execl(program, program, file, (char *)NULL);
	_exit(1);
}

int helper_ready(void *dir)
{
	helper_dir = dir;
	return signal(SIGUSR1, helper_run) == SIG_ERR;
}

bool helper_exec(pid_t pid)
{
	char path[64], stat[512];
	int i;

	kill(pid, SIGUSR1);
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (i = 0; i < 4000; i++) {
		if (slurp_file(path, stat, sizeof(stat)) > 0 && strstr(stat, "(" HELPER ") S "))
			return true;
		usleep(5000);
	}
	return false;
}

/* ---- files ---- */

ssize_t slurp_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n, len = 0;

	if (fd < 0)
		return -1;
	while ((n = read(fd, buf + len, size - 1 - len)) > 0)
		len += n;
	close(fd);
	buf[len] = '\0';
	return n < 0 ? -1 : len;
}

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		error = errno;
	close(fd);
	return error;
}

int yama_scope(int scope)
{
	const char *path = "/proc/sys/kernel/yama/ptrace_scope";
	char old[16], new[16];

	if (slurp_file(path, old, sizeof(old)) < 0)
		return -1;
	snprintf(new, sizeof(new), "%d", scope);
	if (scope >= 0 && write_file(path, new))
		return -1;
	return atoi(old);
}

static long count_entries(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	long n = 0;

	while (dir && (d = readdir(dir)))
		n += d->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

/* Mappings of the process's own: [vsyscall] belongs to no mm. */
static long count_vmas(pid_t pid)
{
	char path[64], line[4200];
	long n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		n += !strstr(line, "[vsyscall]");
	if (f)
		fclose(f);
	return n;
}

static void count_process(pid_t pid, struct proc_counts *c)
{
	char path[300];
	struct dirent *d;
	pid_t child;
	DIR *dir;
	FILE *f;

	c->processes++;
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	c->files += count_entries(path);
	c->vmas += count_vmas(pid);
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		c->threads++;
		snprintf(path, sizeof(path), "/proc/%d/task/%s/children", pid, d->d_name);
		f = fopen(path, "r");
		while (f && fscanf(f, "%d", &child) == 1)
			count_process(child, c);
		if (f)
			fclose(f);
	}
	if (dir)
		closedir(dir);
}

struct proc_counts proc_count_tree(pid_t pid)
{
	struct proc_counts c = {};

	count_process(pid, &c);
	return c;
}
