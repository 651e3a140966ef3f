/* SPDX-License-Identifier: GPL-2.0 */
/* target.h - processes to be judged: mkobj's, and the tests' own. */
#ifndef _TARGET_H
#define _TARGET_H

#include <stdbool.h>
#include <sys/types.h>

#define NOBODY		65534
#define MKOBJ_KEYS	40
#define MKOBJ_NAME	64

/* A running mkobj: @keys are its KEY lines without the word KEY. */
struct mkobj_run {
	pid_t holder;
	pid_t target;
	int nr_keys;
	char keys[MKOBJ_KEYS][1024];
	char error[256];
};

/* Starts mkobj with names separated by blanks. Return: 0, or its exit status. */
int mkobj_start(struct mkobj_run *run, const char *names);
void mkobj_stop(struct mkobj_run *run);
/* Names of the cases that "trip" or "miss". Return: how many. */
int mkobj_list(char (*names)[MKOBJ_NAME], int max, const char *kind);
/* The flags of a case, as mkobj --list tells them; in a static buffer. */
const char *mkobj_flags(const char *name);

/*
 * A process in its own session that holds nothing but what @make makes there, and waits.
 * Return: its pid, -1 if @make did not return 0.
 */
pid_t target_start(int (*make)(void *arg), void *arg);
/* The same below /proc/<pid of the caller>, as that user. */
pid_t target_start_as(uid_t uid, int (*make)(void *arg), void *arg);
void target_stop(pid_t pid);
/* The first child of a process, once there is one. Return: its pid, or 0. */
pid_t target_child(pid_t pid);

/* Makes a copy of setuid_helper, with that mode. Return: 0. */
int helper_copy(const char *to, mode_t mode);
/* Puts setuid_helper into a folder in which there is "secret-path", with that mode. Return: 0. */
int helper_install(const char *dir, mode_t mode);
/* For target_start_as(): to become that program, @dir is the folder. */
int helper_ready(void *dir);
/* Has the target execute it. Return: whether it has its lock on secret-path, and waits. */
bool helper_exec(pid_t pid);

/* Reads a small file. Return: its length or -1. */
ssize_t slurp_file(const char *path, char *buf, size_t size);
int write_file(const char *path, const char *text);
/* kernel.yama.ptrace_scope: sets it (-1 for no change). Return: what it was, -1 without Yama. */
int yama_scope(int scope);
/* What /proc says of a process and its descendants. */
struct proc_counts {
	long processes, threads, files, vmas;
};

struct proc_counts proc_count_tree(pid_t pid);

#endif
