// SPDX-License-Identifier: GPL-2.0
/* ways.c - the processes asked about, by id or by what else names them. */
#include <stdlib.h>

#include "text.h"
#include "ways.h"

static const struct {
	const char *name;
	void (*find)(struct options *opt, const struct way *way);
	bool of_host;	/* it is the host's criu that dumps such a thing */
} kinds[] = {
	[WAY_PID_FILE] = { "pid-file", find_pid_file, false },
	[WAY_NAME] = { "name", find_name, false },
	[WAY_CGROUP] = { "cgroup", find_cgroup, false },
	[WAY_UNIT] = { "unit", find_unit, true },
	[WAY_CONTAINER] = { "container", find_container, true },
};

const char *way_name(const struct way *way)
{
	return kinds[way->kind].name;
}

/* Notes it: what it means is found out in the namespaces that criu will have. */
void way_add(struct options *opt, enum way_kind kind, const char *text)
{
	opt->ways = xrealloc(opt->ways, (opt->nr_ways + 1) * sizeof(*opt->ways));
	opt->ways[opt->nr_ways++] = (struct way){ .kind = kind, .text = text };
	opt->of_host |= kinds[kind].of_host;
}

/* Finds the processes of all ways; exits if one leads nowhere. */
void ways_follow(struct options *opt)
{
	size_t i;

	for (i = 0; i < opt->nr_ways; i++)
		kinds[opt->ways[i].kind].find(opt, &opt->ways[i]);
}

/**
 * pid_add() - ask about a process, once
 * @opt: what is asked
 * @pid: the process
 * @way: how it was found, NULL if its id was given
 */
void pid_add(struct options *opt, int pid, const struct way *way)
{
	size_t i;

	opt->nr_named++;
	for (i = 0; i < opt->nr_pids; i++)
		if (opt->pids[i] == pid)
			return;
	opt->pids = xrealloc(opt->pids, (i + 1) * sizeof(*opt->pids));
	opt->found_by = xrealloc(opt->found_by, (i + 1) * sizeof(*opt->found_by));
	opt->pids[i] = pid;
	opt->found_by[i] = way;
	opt->nr_pids++;
}
