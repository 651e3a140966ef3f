// SPDX-License-Identifier: GPL-2.0
/* find.c - processes by the name of the command, by a pid file, by a cgroup. */
#include <err.h>
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"
#include "text.h"
#include "ways.h"

/* What the kernel keeps of a name. */
#define COMM_LEN	15

void find_pid_file(struct options *opt, const struct way *way)
{
	FILE *file = fopen(way->text, "re");
	char line[64] = "";
	int pid;

	if (!file)
		err(EXIT_ERROR, "--pid-file %s", way->text);
	if (!fgets(line, sizeof(line), file) && ferror(file))
		err(EXIT_ERROR, "--pid-file %s", way->text);
	fclose(file);
	line[strcspn(line, " \t\r\n")] = '\0';
	pid = number_from_text(line);
	if (!pid)
		errx(EXIT_ERROR, "--pid-file %s: no process id in its first line", way->text);
	pid_add(opt, pid, way);
}

static bool is_named(const struct process *process, const char *name)
{
	return !strncmp(process->comm, name, COMM_LEN) && process->pid != getpid();
}

static bool ancestor_is_named(struct process *processes, size_t nr, const struct process *process,
			      const char *name)
{
	size_t hops;

	/* A process that ended meanwhile may be its own ancestor's, by a pid used again. */
	for (hops = 0; process && hops <= nr; hops++) {
		process = process_find(processes, nr, process->parent);
		if (process && is_named(process, name))
			return true;
	}
	return false;
}

/* Of a tree whose members have the same name the root alone: its report has them all. */
void find_name(struct options *opt, const struct way *way)
{
	struct process *processes;
	size_t nr, i, had = opt->nr_named;

	processes = processes_read(&nr);
	for (i = 0; i < nr; i++) {
		if (!is_named(&processes[i], way->text))
			continue;
		if ((opt->flags & CKPTCHECK_VIEW_PROCESS) ||
		    !ancestor_is_named(processes, nr, &processes[i], way->text))
			pid_add(opt, processes[i].pid, way);
	}
	free(processes);
	if (opt->nr_named == had)
		errx(EXIT_ERROR, "--name %s: no process has that name (ps -e -o comm prints them)",
		     way->text);
}

/* The processes of one cgroup are appended to a list of pids. */
struct pid_list {
	int *pids;
	size_t nr;
};

static void read_procs(const struct way *way, const char *dir, struct pid_list *list)
{
	char *path = xasprintf("%s/cgroup.procs", dir), line[32];
	FILE *file = fopen(path, "re");
	int pid;

	/* A cgroup may be removed meanwhile; one of threads lists its processes further up. */
	if (!file && errno != ENOENT)
		err(EXIT_ERROR, "%s", path);
	while (file && fgets(line, sizeof(line), file)) {
		pid = atoi(line);
		if (!pid)
			errx(EXIT_ERROR, "--cgroup %s: it has processes of another pid namespace; ask from there",
			     way->text);
		list->pids = xrealloc(list->pids, (list->nr + 1) * sizeof(*list->pids));
		list->pids[list->nr++] = pid;
	}
	if (file && ferror(file) && errno != EOPNOTSUPP && errno != ENODEV)
		err(EXIT_ERROR, "%s", path);
	if (file)
		fclose(file);
	free(path);
}

static void read_cgroups(const struct way *way, const char *path, struct pid_list *list)
{
	char *roots[2] = { (char *)path };
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	FTSENT *entry;

	if (!fts)
		err(EXIT_ERROR, "%s", path);
	while ((entry = fts_read(fts)))
		if (entry->fts_info == FTS_D)
			read_procs(way, entry->fts_path, list);
	fts_close(fts);
}

/* Of each process tree in there the root. */
static void add_roots(struct options *opt, const struct way *way, struct pid_list *list)
{
	struct process process;
	size_t i;

	qsort(list->pids, list->nr, sizeof(*list->pids), compare_pids);
	for (i = 0; i < list->nr; i++)
		if (list->pids[i] != getpid() && process_read(list->pids[i], &process) &&
		    !bsearch(&process.parent, list->pids, list->nr, sizeof(*list->pids),
			     compare_pids))
			pid_add(opt, process.pid, way);
}

/* The processes in a directory of a cgroup, and in those below it. */
static void find_cgroup_dir(struct options *opt, const struct way *way, const char *dir)
{
	struct pid_list list = { 0 };
	size_t had = opt->nr_named;

	read_cgroups(way, dir, &list);
	if (list.nr)
		add_roots(opt, way, &list);
	free(list.pids);
	if (opt->nr_named == had)
		errx(EXIT_ERROR, "--%s %s: there are no processes in %s", way_name(way), way->text,
		     dir);
}

/**
 * find_cgroup_path() - the processes of a cgroup
 * @opt: they are added here
 * @way: how that was asked for
 * @path: a path as it can be seen, or one as /proc/PID/cgroup has it
 */
void find_cgroup_path(struct options *opt, const struct way *way, const char *path)
{
	static const char * const mounts[] = {
		"", "/sys/fs/cgroup/", "/sys/fs/cgroup/unified/", "/sys/fs/cgroup/systemd/",
	};
	bool found = false;
	size_t i;

	for (i = 0; i < sizeof(mounts) / sizeof(*mounts) && !found; i++) {
		char *dir = xasprintf("%s%s", mounts[i], path);
		char *procs = xasprintf("%s/cgroup.procs", dir);

		found = !access(procs, F_OK);
		if (found)
			find_cgroup_dir(opt, way, dir);
		free(procs);
		free(dir);
	}
	if (!found)
		errx(EXIT_ERROR, "--%s %s: no such cgroup below /sys/fs/cgroup (systemd-cgls prints them)",
		     way_name(way), way->text);
}

void find_cgroup(struct options *opt, const struct way *way)
{
	find_cgroup_path(opt, way, way->text);
}
