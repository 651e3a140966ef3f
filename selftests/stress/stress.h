/* SPDX-License-Identifier: GPL-2.0 */
/* stress.h - what the targets of a stress test do all the time. */
#ifndef _STRESS_H
#define _STRESS_H

#include <sys/types.h>

/**
 * struct churn - one thing that is done again and again, by a process of its own
 * @name: for people
 * @once: does it once; leaves nothing behind but what @once itself finds again
 */
struct churn {
	const char *name;
	void (*once)(void);
};

extern const struct churn churn_process[], churn_files[], churn_sockets[], churn_memory[];

/* A number below @n, from a sequence that the seed and the churn decide. */
unsigned int pick(unsigned int n);
/* A child that runs @run and ends.  Return: its pid, or -1. */
pid_t child(void (*run)(void));
/* Waits for @pid, after killing it if @sig is not 0. */
void bury(pid_t pid, int sig);
/* Sleeps up to so many microseconds. */
void nap(unsigned int most);

#endif
