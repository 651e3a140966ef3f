/* SPDX-License-Identifier: GPL-2.0 */
/* proc.h - what /proc says about processes. */
#ifndef PROC_H
#define PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROC_COMM_LEN	64

/**
 * struct process - one thread group
 * @pid: its id
 * @parent: its parent's
 * @start: when it was started, in clock ticks since boot
 * @comm: its name; any bytes but NUL
 */
struct process {
	int pid;
	int parent;
	unsigned long long start;
	char comm[PROC_COMM_LEN];
};

bool process_read(int pid, struct process *process);
/* Nobody but root and the owner of a process says what its container is. */
bool process_believes(int pid, uid_t uid);
struct process *processes_read(size_t *nr);
struct process *process_find(struct process *processes, size_t nr, int pid);

int compare_pids(const void *a, const void *b);
int number_from_text(const char *text);

#endif
