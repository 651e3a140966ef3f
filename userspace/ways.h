/* SPDX-License-Identifier: GPL-2.0 */
/* ways.h - ways to say whom one asks about, besides a process id. */
#ifndef WAYS_H
#define WAYS_H

#include "tool.h"

enum way_kind {
	WAY_PID_FILE,
	WAY_NAME,
	WAY_CGROUP,
	WAY_UNIT,
	WAY_CONTAINER,
};

/**
 * struct way - one of them
 * @kind: what it is
 * @text: its argument
 */
struct way {
	enum way_kind kind;
	const char *text;
};

/* ways.c */
void way_add(struct options *opt, enum way_kind kind, const char *text);
void ways_follow(struct options *opt);
const char *way_name(const struct way *way);

/* find.c, unit.c, container.c: add the processes that are meant, or exit if there is none. */
void find_pid_file(struct options *opt, const struct way *way);
void find_name(struct options *opt, const struct way *way);
void find_cgroup(struct options *opt, const struct way *way);
void find_cgroup_path(struct options *opt, const struct way *way, const char *path);
void find_unit(struct options *opt, const struct way *way);
void find_container(struct options *opt, const struct way *way);

/**
 * container_add() - what a container's engine gives criu of its own accord
 * @line: gets it
 * @pid: a process, the container's first one
 *
 * Believes runc and crun, and of what they keep what root or the owner of the process has written.
 * Return: whether it is known.
 */
bool container_add(struct criu_line *line, int pid);

/**
 * container_line() - options of criu where a container's engine calls it
 * @opt: has more of them
 * @pid: a process, the container's first one
 *
 * Return: for criu_line_free(), NULL if the engine is not known.
 */
struct criu_line *container_line(const struct options *opt, int pid);

#endif
