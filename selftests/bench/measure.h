/* SPDX-License-Identifier: GPL-2.0 */
/* measure.h - the ways of looking at a process that are timed against each other. */
#ifndef _BENCH_MEASURE_H
#define _BENCH_MEASURE_H

#include <sys/types.h>

/**
 * struct bench_way - one way of looking at a process
 * @name: for the command line
 * @look: looks at it once; ends the program if that fails. Return: a number that must be the
 *	same each time, as proof that it looked
 */
struct bench_way {
	const char *name;
	unsigned long (*look)(pid_t pid);
};

/* Reads our report: open, read to the end, close. Return: its length. */
unsigned long bench_ours(pid_t pid);
/* The same of the process without its descendants. */
unsigned long bench_ours_alone(pid_t pid);
/* The fastest that user space can do: readlink of each fd, a read of each fdinfo, of maps. */
unsigned long bench_procloop(pid_t pid);
/* Reads /proc/<pid>/status, as a measure of what one look at a process costs. */
unsigned long bench_status(pid_t pid);
/* Reads the reports of all processes. Return: 1. */
unsigned long bench_sweep(pid_t pid);
/* Both of all processes, one after the other. */
unsigned long bench_ours_host(pid_t pid);
unsigned long bench_procloop_host(pid_t pid);
/* Run those; 0: of all processes. */
unsigned long bench_lsof(pid_t pid);
unsigned long bench_lsfd(pid_t pid);

#endif
