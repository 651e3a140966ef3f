/* SPDX-License-Identifier: GPL-2.0 */
/* matrix.h - readers and mounts of access_matrix_test. */
#ifndef _MATRIX_H
#define _MATRIX_H

#include <stdbool.h>
#include <sys/types.h>

#include "asker.h"

#define USER		64001
#define OTHER		64002
#define CONTAINED	100000	/* who is 0 in the container */
#define OWN		((uid_t)-1)

#define NR_HIDE		3
#define NR_PLACES	2
#define NR_READERS	6

/**
 * struct place - mounts that nobody has attached anywhere
 * @name: in the table
 * @inside: they are for the container's pid namespace
 * @proc: of procfs, one for each hidepid=
 * @here: of ckptcheck
 */
struct place {
	const char *name;
	bool inside;
	int proc[NR_HIDE];
	int here;
};

/**
 * struct reader_kind - who reads
 * @name: in the table
 * @uid: whose user he is
 * @looks_at: whose processes he looks at as if they were his own
 * @inside: he is user 0 in the container
 * @become: what else makes him what he is; returns an errno
 * @why_not: why there can be no such reader here, NULL if there can; may be NULL
 */
struct reader_kind {
	const char *name;
	uid_t uid;
	uid_t looks_at;
	bool inside;
	int (*become)(void);
	const char *(*why_not)(void);
};

/**
 * struct reader - one who is running
 * @told: how often he was told all, refused, and told nothing
 * @attach: how often criu could, and could not, attach
 * @differences: from procfs
 */
struct reader {
	const struct reader_kind *kind;
	pid_t pid;
	int sk;
	int told[TOLD_ALL + 1];
	int attach[2];
	int differences;
};

extern const struct reader_kind reader_kinds[NR_READERS];
extern struct place *places;

/* Makes the container and the mounts. Return: 0, or -1 with errno. */
int matrix_setup(void);
void matrix_teardown(void);
/* What is forked from now on is in the container's pid namespace, or the host's. */
int matrix_enter_pidns(bool inside);
/* Makes the caller user 0 in the container's user namespace. Return: 0. */
int matrix_join_container(void);
/* Number of a process in the container, 0 if it is not there. */
pid_t matrix_inside_nr(pid_t pid);
/* Sets hidepid= of ckptcheck in a place; of the procfs in /proc. Return: 0, or -1 with errno. */
int matrix_hide(const struct place *place, int hide);
int matrix_hide_proc(int hide);
/* Is a mount that is made inside, of a context made outside, for the pid namespace of that? */
bool matrix_foreign_is_hosts(void);

/* Return: NULL, or why there is no such reader. */
const char *reader_start(struct reader *r, const struct reader_kind *kind);
void reader_stop(struct reader *r);
/* A child of the reader. Return: its pid on the host, or -1. */
pid_t reader_child(const struct reader *r, bool shy);
void reader_count(struct reader *r, const struct answer *a);
/* Was he refused and told, where both must be? */
bool reader_is_tried(const struct reader *r);

#endif
