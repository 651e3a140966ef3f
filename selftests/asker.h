/* SPDX-License-Identifier: GPL-2.0 */
/* asker.h - a reader in a process of its own, who asks procfs and ckptcheck the same questions. */
#ifndef _ASKER_H
#define _ASKER_H

#include <stdbool.h>
#include <sys/types.h>

enum ask {
	ASK_CHILD,	/* make a child of the reader */
	ASK_SHY_CHILD,	/* the same, not dumpable */
	ASK_OPEN,	/* open the report, and ask procfs at that moment */
	ASK_READ,	/* read it, and ask procfs again */
};

/**
 * struct question - what the reader is to do
 * @what: see above
 * @proc: root folder of a procfs
 * @here: of a ckptcheck for the same pid namespace
 * @nr: number of the process there
 * @attach_nr: its number in the reader's own pid namespace, 0 to leave that question out
 */
struct question {
	enum ask what;
	int proc;
	int here;
	pid_t nr;
	pid_t attach_nr;
};

/* What a report said of the process. */
enum told { TOLD_NOTHING, TOLD_REFUSED, TOLD_ALL };

/**
 * struct answer - what the reader found; errors are those of errno, 0 for success
 * @failed: the reader could not do as it was told
 * @ns_then: opening <nr>/ns/mnt of procfs before the report was opened
 * @stat_then: opening <nr>/stat there, which is read later
 * @open: opening the report
 * @ns: opening <nr>/ns/mnt afterwards
 * @fd: reading the folder <nr>/fd, and the links in it
 * @stat: reading what was opened
 * @read: reading the report
 * @told: what was in it
 * @may_attach: it says that criu could attach to the process
 * @listed: the process is in the folder of procfs
 * @listed_here: it is in that of ckptcheck
 * @attach: attaching to the process, -1 if that was not tried
 */
struct answer {
	bool failed;
	int ns_then;
	int stat_then;
	int open;
	int ns;
	int fd;
	int stat;
	int read;
	enum told told;
	bool may_attach;
	bool listed;
	bool listed_here;
	int attach;
};

/* Answers questions that come by a socket, until that is closed. Return: exit status. */
int asker_run(int sk);
/* The other side. Return: whether there was an answer. */
bool asker_ask(int sk, const struct question *q, struct answer *a);

#endif
