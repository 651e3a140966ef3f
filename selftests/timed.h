/* SPDX-License-Identifier: GPL-2.0 */
/* timed.h - how long a read takes, how much memory, and how soon a signal ends it. */
#ifndef _TIMED_H
#define _TIMED_H

#include <stdbool.h>
#include <sys/types.h>

#include "report.h"

#define TIMED_LIMIT	60000	/* milliseconds until a read counts as hung */

/**
 * struct timed - a read in a process of its own
 * @r: report
 * @ms: milliseconds from open to end of file
 * @kb: most memory that the reader was charged for, kernel memory too; -1 if that is not known
 * @hung: it had to be killed
 */
struct timed {
	struct report r;
	long ms;
	long kb;
	bool hung;
};

/* Reads a report, for @limit milliseconds at most, and prints the figures behind @what. */
void timed_read(pid_t pid, long limit, const char *what, struct timed *t);
/*
 * Sends a signal to somebody who reads, @after milliseconds after the read began.  Return:
 * milliseconds until it was gone, -1 if the read had ended before.
 */
long timed_kill(pid_t pid, int sig, long after);
/* A clock, in milliseconds. */
long timed_now(void);

#endif
