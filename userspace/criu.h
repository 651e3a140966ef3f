/* SPDX-License-Identifier: GPL-2.0 */
/* criu.h - options of criu: those it has, those that are given, and what they change. */
#ifndef CRIU_H
#define CRIU_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/types.h>

/* BOOL: there is --no-NAME as well. */
enum criu_argument { CRIU_NONE, CRIU_BOOL, CRIU_OPTIONAL, CRIU_REQUIRED };

/**
 * enum criu_match - when is an option given as it is needed?
 * @CRIU_NEVER: it changes nothing here
 * @CRIU_FLAG: given last without no-
 * @CRIU_EQUAL: with that argument
 * @CRIU_PATH: with that path
 * @CRIU_BELOW: with that path, or one above it
 * @CRIU_SIZE: given last with that number of bytes, or more
 * @CRIU_LIST: the argument is one of a list, or the list is "all"
 * @CRIU_INODES: the same, or no argument is needed
 * @CRIU_RESOURCE: the same object, with a key where it wants one
 */
enum criu_match {
	CRIU_NEVER, CRIU_FLAG, CRIU_EQUAL, CRIU_PATH, CRIU_BELOW, CRIU_SIZE, CRIU_LIST,
	CRIU_INODES, CRIU_RESOURCE,
};

struct criu_option {
	const char *name;
	char letter;
	enum criu_argument argument;
	__u32 since;
	enum criu_match match;
};

extern const struct criu_option criu_options[];
extern const size_t criu_nr_options;

/**
 * struct criu_given - one option, where it was given
 * @option: row of the table
 * @arg: its argument, NULL if there is none
 * @off: it was --no-NAME
 */
struct criu_given {
	const struct criu_option *option;
	char *arg;
	bool off;
};

/* Read by each criu that is not told otherwise. */
#define CRIU_GLOBAL_CONFIG	"/etc/criu/default.conf"

/**
 * struct criu_line - a command line of criu, with what configuration files add to it
 * @argv: as it was given, from "criu" on
 * @argc: number of @argv
 * @has_command: "dump" or "pre-dump" is one of them
 * @pid: argument of --tree, 0 if there is none
 * @rpc: an engine drives criu
 * @told: what somebody told the engine to give is among @given
 * @own: what the engine gives of its own accord is among @given
 * @config: file from which criu takes options when it is the engine of a container that calls it,
 *	    "" if there is none; NULL: no engine is known.  Not owned
 * @orphan_ptys: an engine says that masters of ptys are outside, which no option does
 * @given: all options in the order in which criu takes them: the last one counts
 * @nr: number of @given
 */
struct criu_line {
	char **argv;
	int argc;
	bool has_command;
	int pid;
	bool rpc;
	bool told;
	bool own;
	const char *config;
	bool orphan_ptys;
	struct criu_given *given;
	size_t nr;
};

/* Whether an engine gives options that are not known here. */
static inline bool criu_line_has_unseen(const struct criu_line *line)
{
	return line->rpc && !(line->told && line->own);
}

struct answer;
struct report_record;

/* criuline.c */
bool criu_is_command(const char *word);
struct criu_line *criu_line_of(int argc, char **argv, const char *rpc_config);
struct criu_line *criu_line_of_text(const char *text, const char *rpc_config);
struct criu_line *criu_line_of_process(int pid, __u32 target);
void criu_line_add(struct criu_line *line, const char *name, char *arg);
void criu_line_free(struct criu_line *line);

/* criuconf.c */
char **criu_config_read(const char *path, bool wanted, int *argc);

/* criumet.c */
void criu_judge(const struct criu_line *line, struct answer *answer);

#endif
