/* SPDX-License-Identifier: GPL-2.0 */
/* engine.h - what container engines tell criu by themselves. */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>

#include <linux/types.h>

struct criu_line;

/* What lxc-checkpoint always gives; the restore of it is that of --restore-sibling, too. */
extern const char engine_lxc_options[];

/* Whether the name of a process is that of one of the two that are known. */
bool engine_is_known(const char *runtime);

/**
 * engine_config() - configuration file of criu that an engine passes
 * @runtime: "runc" or "crun"; others have none
 * @target: version of CRIU, 0 if that is not known
 *
 * Return: its path, NULL if there is none.
 */
const char *engine_config(const char *runtime, __u32 target);

/* The file that it would be if somebody wrote it; "" if no file would be passed. */
const char *engine_config_to_be(const char *runtime, __u32 target);

/**
 * engine_add() - the options that an engine gives for a container of its own accord
 * @line: they are added to those
 * @pid: the container's first process
 * @state: what @runtime keeps about the container, which counts for @pid
 * @runtime: "runc" or "crun"
 *
 * Return: whether they are known: not without json-c, or where the configuration is gone.
 */
bool engine_add(struct criu_line *line, int pid, const char *state, const char *runtime);

#endif
