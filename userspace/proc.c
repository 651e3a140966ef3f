// SPDX-License-Identifier: GPL-2.0
/* proc.c - what /proc says about processes: name, parent, when they were started. */
#include <dirent.h>
#include <err.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proc.h"
#include "text.h"
#include "tool.h"

/**
 * number_from_text() - a positive number, such as a process id, and nothing else
 * @text: what should be one
 *
 * Return: the number, 0 if it is none.
 */
int number_from_text(const char *text)
{
	char *end;
	long number;

	if (*text < '1' || *text > '9')
		return 0;
	number = strtol(text, &end, 10);
	return *end || number > INT_MAX ? 0 : number;
}

/* The first member is a pid, in an array of pids or of struct process. */
int compare_pids(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Return: whether there is such a process. */
bool process_read(int pid, struct process *process)
{
	char *path = xasprintf("/proc/%d/stat", pid), line[1024], *comm, *end;
	FILE *file = fopen(path, "re");
	size_t len = file ? fread(line, 1, sizeof(line) - 1, file) : 0;

	if (file)
		fclose(file);
	free(path);
	line[len] = '\0';
	/* The name is in parentheses and may have some itself. */
	comm = strchr(line, '(');
	end = strrchr(line, ')');
	if (!comm || !end || (size_t)(end - comm) > sizeof(process->comm))
		return false;
	process->pid = pid;
	*end = '\0';
	strcpy(process->comm, comm + 1);
	return sscanf(end + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		      &process->parent, &process->start) == 2;
}

/**
 * processes_read() - all processes that can be seen
 * @nr: their number
 *
 * Return: the processes by pid, for free().
 */
struct process *processes_read(size_t *nr)
{
	struct process *processes = NULL;
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	size_t size = 0;

	*nr = 0;
	if (!dir)
		err(EXIT_ERROR, "/proc");
	while ((entry = readdir(dir))) {
		int pid = number_from_text(entry->d_name);

		if (!pid)
			continue;
		if (*nr == size) {
			size = size ? size * 2 : 256;
			processes = xrealloc(processes, size * sizeof(*processes));
		}
		*nr += process_read(pid, &processes[*nr]);
	}
	closedir(dir);
	if (*nr)
		qsort(processes, *nr, sizeof(*processes), compare_pids);
	return processes;
}

/* In what processes_read() returned. Return: NULL if it is not there. */
struct process *process_find(struct process *processes, size_t nr, int pid)
{
	return nr ? bsearch(&pid, processes, nr, sizeof(*processes), compare_pids) : NULL;
}

bool process_believes(int pid, uid_t uid)
{
	char *path = xasprintf("/proc/%d", pid);
	struct stat st;
	bool is_owner = !stat(path, &st) && st.st_uid == uid;

	free(path);
	return !uid || is_owner;
}
