// SPDX-License-Identifier: GPL-2.0
/* groups.c - going through all thread groups of a pid namespace, in the order of their numbers. */

#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "compat/fs.h"
#include "groups.h"

/* Numbers of threads passed over in one RCU section. */
#define CKPT_GROUPS_CHUNK	256

/**
 * ckpt_next_group() - the next thread group
 * @ns: pid namespace, alive
 * @nr: number to begin with
 * @found: gets its number
 *
 * May sleep.  Return: a reference; NULL if there is none, or on a fatal signal.
 */
struct pid *ckpt_next_group(struct pid_namespace *ns, int nr, int *found)
{
	struct pid *pid, *leads = NULL;
	unsigned int seen;

	do {
		rcu_read_lock();
		for (seen = 0; seen < CKPT_GROUPS_CHUNK && !leads; seen++) {
			pid = ckpt_find_ge_pid(nr, ns);
			if (!pid)
				break;
			*found = pid_nr_ns(pid, ns);
			nr = *found + 1;
			if (pid_task(pid, PIDTYPE_TGID))
				leads = get_pid(pid);
		}
		rcu_read_unlock();
		cond_resched();
	} while (seen == CKPT_GROUPS_CHUNK && !leads && !fatal_signal_pending(current));
	return leads;
}
