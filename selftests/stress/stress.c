// SPDX-License-Identifier: GPL-2.0
/*
 * stress.c - readers loop over all reports while everything that these are about changes.
 * stress [-t SECONDS] [-s SEED]
 *
 * Prints TAP: each report is whole or the process has gone, each churn made progress, and what was
 * in use at the start is in use at the end.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../report.h"
#include "stress.h"

#define DIR_PATH	"/proc/ckptcheck"
/* Readers stay away while there is such a file: the module is being loaded anew. */
#define PAUSE_PATH	"/tmp/stress-pause"
#define NOBODY		65534
#define MOST_CHURNS	64
#define READERS		4
#define MOST_REASONS	16
#define SETTLE_SECONDS	30
/* What a quiet system opens and closes by itself. */
#define FILES_SLACK	64

struct reason {
	char name[32];
	unsigned long reports;
};

/* Shared by all processes of the test. */
static struct tally {
	unsigned long reports, bytes, gone, refused, incomplete, wrong;
	struct reason reasons[READERS][MOST_REASONS];
	double longest[READERS];
	pid_t longest_pid[READERS];
	char first_wrong[256];
	unsigned long rounds[MOST_CHURNS];
} *tally;

static const struct churn * const kinds[] = {
	churn_process, churn_files, churn_sockets, churn_memory,
};

static const unsigned int nr_kinds = sizeof(kinds) / sizeof(kinds[0]);
static unsigned long long state;
static unsigned int tests, failed;

unsigned int pick(unsigned int n)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % n;
}

pid_t child(void (*run)(void))
{
	pid_t pid = fork();

	if (pid)
		return pid;
	run();
	_exit(0);
}

void bury(pid_t pid, int sig)
{
	if (pid <= 0)
		return;
	if (sig)
		kill(pid, sig);
	while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
		;
}

void nap(unsigned int most)
{
	usleep(pick(most) + 1);
}

static void result(bool ok, const char *what)
{
	failed += !ok;
	printf("%sok %u - %s\n", ok ? "" : "not ", ++tests, what);
}

/* ---- readers ---- */

static void wrong(const char *pid, const char *what)
{
	if (!__atomic_fetch_add(&tally->wrong, 1, __ATOMIC_RELAXED))
		snprintf(tally->first_wrong, sizeof(tally->first_wrong), "%.10s: %.200s", pid,
			 what);
}

/* Each loss of a process between two steps is one of these. */
static bool is_gone(int err)
{
	return err == ENOENT || err == ESRCH || err == ENOTDIR || err == ENODEV;
}

static void count_reason(int reader, const char *name)
{
	struct reason *reason = tally->reasons[reader];
	int i;

	for (i = 0; i < MOST_REASONS - 1 && reason->reports; i++, reason++)
		if (!strcmp(reason->name, name))
			break;
	snprintf(reason->name, sizeof(reason->name), "%s", name);
	reason->reports++;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void judge(int reader, const char *pid, struct report *r)
{
	const struct record *refused;
	const char *reason;

	if (r->error) {
		if (is_gone(r->error))
			__atomic_fetch_add(&tally->gone, 1, __ATOMIC_RELAXED);
		else
			wrong(pid, strerror(r->error));
		return;
	}
	__atomic_fetch_add(&tally->reports, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&tally->bytes, r->len, __ATOMIC_RELAXED);
	if (r->wrong) {
		wrong(pid, r->wrong);
		return;
	}
	reason = record_get(&r->head, CKPTCHECK_KEY_REASON);
	if (reason) {
		__atomic_fetch_add(&tally->incomplete, 1, __ATOMIC_RELAXED);
		count_reason(reader, reason);
	}
	refused = report_find(r, "cred-no-access");
	if (refused && record_num(refused, CKPTCHECK_KEY_PID) == atoi(pid))
		__atomic_fetch_add(&tally->refused, 1, __ATOMIC_RELAXED);
	if (record_num(&r->head, CKPTCHECK_KEY_PID) != atoi(pid))
		wrong(pid, "the report is about another process");
}

static void read_one(int reader, const char *pid)
{
	double took, begin = now();
	struct report r;

	report_read(atoi(pid), 0, &r);
	took = now() - begin;
	if (took > tally->longest[reader]) {
		tally->longest[reader] = took;
		tally->longest_pid[reader] = atoi(pid);
	}
	judge(reader, pid, &r);
	report_free(&r);
}

/* Those that may not read a report are shown by procfs only. */
static void read_all(int reader)
{
	DIR *dir = opendir(geteuid() ? "/proc" : DIR_PATH);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		if (!access(PAUSE_PATH, F_OK))
			break;
		if (atoi(entry->d_name) <= 0)
			continue;
		read_one(reader, entry->d_name);
	}
	if (dir)
		closedir(dir);
	if (!access(PAUSE_PATH, F_OK))
		nap(10000);
}

static pid_t start_reader(int nr)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (nr % 2 && setuid(NOBODY))
		_exit(1);
	for (;;)
		read_all(nr);
}

/* ---- churns ---- */

static pid_t start_churn(const struct churn *churn, int nr, unsigned long long seed)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	state = seed + nr;
	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (;;) {
		churn->once();
		tally->rounds[nr]++;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}

/* Orphans come here, as we are their reaper: one generation after the other. */
static void end_all(void)
{
	char path[64], text[8192], *word, *save = NULL;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	for (;;) {
		fd = open(path, O_RDONLY);
		n = read(fd, text, sizeof(text) - 1);
		close(fd);
		text[n > 0 ? n : 0] = '\0';
		for (word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
			kill(atoi(word), SIGKILL);
		if (waitpid(-1, NULL, __WALL) < 0)
			return;
	}
}

/* ---- what is in use ---- */

static long files_in_use(void)
{
	FILE *file = fopen("/proc/sys/fs/file-nr", "r");
	long n = -1;

	if (file) {
		if (fscanf(file, "%ld", &n) != 1)
			n = -1;
		fclose(file);
	}
	return n;
}

static long processes(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	char path[300], link[8];
	long n = 0;

	/* Kernel threads come and go as they like; they have no program. */
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%s/exe", entry->d_name);
		n += atoi(entry->d_name) > 0 && readlink(path, link, sizeof(link)) > 0;
	}
	if (dir)
		closedir(dir);
	return n;
}

/* References are dropped a moment after the last reader. */
static long settled(long (*count)(void), long most)
{
	int i;

	for (i = 0; i < SETTLE_SECONDS * 10 && count() > most; i++)
		usleep(100000);
	return count();
}

static void check_counts(long files, long procs)
{
	long now = settled(files_in_use, files + FILES_SLACK);

	printf("# files in use: %ld before, %ld after\n", files, now);
	result(now <= files + FILES_SLACK, "no more files are in use than before");
	now = settled(processes, procs);
	printf("# processes: %ld before, %ld after\n", procs, now);
	result(now <= procs, "no more processes are there than before");
}

static void show_readers(void)
{
	int i, j;

	for (i = 0; i < READERS; i++) {
		printf("# reader %d: longest read %.3f s, of process %d\n", i, tally->longest[i],
		       tally->longest_pid[i]);
		for (j = 0; j < MOST_REASONS && tally->reasons[i][j].reports; j++)
			printf("# reader %d: reason=%s %lu times\n", i,
			       tally->reasons[i][j].name, tally->reasons[i][j].reports);
	}
}

static void check_tally(const char * const *names, int nr)
{
	bool all = true;
	int i;

	for (i = 0; i < nr; i++) {
		printf("# %s: %lu rounds\n", names[i], tally->rounds[i]);
		all = all && tally->rounds[i];
	}
	result(all, "everything was changed all the time");
	printf("# %lu reports of %lu bytes, %lu incomplete, %lu refused, %lu gone\n",
	       tally->reports, tally->bytes, tally->incomplete, tally->refused, tally->gone);
	show_readers();
	result(tally->reports && tally->refused, "reports were read, by root and by nobody");
	if (tally->wrong)
		printf("# %lu are wrong, the first: %s\n", tally->wrong, tally->first_wrong);
	result(!tally->wrong, "each report is whole, or the process has gone");
}

static void run(unsigned int seconds, unsigned long long seed)
{
	const char *names[MOST_CHURNS];
	const struct churn *churn;
	unsigned int i;
	int nr = 0;

	for (i = 0; i < nr_kinds; i++)
		for (churn = kinds[i]; churn->name; churn++) {
			names[nr] = churn->name;
			start_churn(churn, nr++, seed);
		}
	for (i = 0; i < READERS; i++)
		start_reader(i);
	sleep(seconds);
	end_all();
	check_tally(names, nr);
}

int main(int argc, char **argv)
{
	unsigned long long seed = 1;
	unsigned int seconds = 20;
	long files, procs;
	int opt;

	if (argc == 2 && !strcmp(argv[1], "--exit"))
		return 0;
	while ((opt = getopt(argc, argv, "t:s:")) != -1) {
		if (opt == 't')
			seconds = atoi(optarg);
		else if (opt == 's')
			seed = strtoull(optarg, NULL, 0);
		else
			return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	signal(SIGPIPE, SIG_IGN);
	files = files_in_use();
	procs = processes();
	printf("TAP version 13\n# %u seconds, seed %llu\n", seconds, seed);
	run(seconds, seed);
	check_counts(files, procs);
	printf("1..%u\n", tests);
	return failed != 0;
}
