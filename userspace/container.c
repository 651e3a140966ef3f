// SPDX-License-Identifier: GPL-2.0
/*
 * container.c - the first process of a container: by id from the state that runc and crun keep,
 * which podman, docker, containerd and CRI-O have run their containers by, by name from engines;
 * and from such a process back to the state, for what its engine gives criu.
 */
#include <ctype.h>
#include <err.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "proc.h"
#include "run.h"
#include "text.h"
#include "ways.h"

/* What "docker ps" prints of an id is enough of it. */
#define SHORT_ID_LEN	12

/* Folders with one folder a container, which has one of the files below. */
static const char * const places[] = {
	"/run/*", "/run/containerd/runc/*", "/run/docker/runtime-*/*", "/run/user/*/*",
};

static const struct {
	const char *runtime;
	const char *file;
	const char *pid;
	const char *start;
} states[] = {
	{ "runc", "state.json", "\"init_process_pid\"", "\"init_process_start\"" },
	{ "crun", "status", "\"pid\"", "\"process-start-time\"" },
};

/*
 * The number behind a key, 0 if there is none. Strings in that file are chosen by people, but
 * a quote in them has a backslash before it, so that none of them looks like a key.
 */
static unsigned long long number_at(const char *text, const char *key)
{
	static const char blanks[] = " \t\n";
	const char *p;

	for (p = strstr(text, key); p; p = strstr(p, key)) {
		p += strlen(key);
		p += strspn(p, blanks);
		if (*p != ':')
			continue;
		p += 1 + strspn(p + 1, blanks);
		if (isdigit((unsigned char)*p))
			return strtoull(p, NULL, 10);
	}
	return 0;
}

/* Return: the process in a state, 0 if that has ended, or has left its id to another one. */
static int state_pid(const char *text, size_t state)
{
	unsigned long long start = number_at(text, states[state].start);
	int pid = number_at(text, states[state].pid);
	struct process process;

	return pid > 0 && process_read(pid, &process) && (!start || start == process.start) ?
	       pid : 0;
}

typedef void (*state_fn)(void *arg, const char *path, size_t state);

/* Return: whether there is one whose id has that pattern. */
static bool each_state(const char *ids, state_fn fn, void *arg)
{
	bool found = false;
	size_t i, j, k;

	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		for (j = 0; j < sizeof(states) / sizeof(*states); j++) {
			char *pattern = xasprintf("%s/%s/%s", places[i], ids, states[j].file);
			glob_t paths = { 0 };

			if (!glob(pattern, 0, NULL, &paths)) {
				found = true;
				for (k = 0; k < paths.gl_pathc; k++)
					fn(arg, paths.gl_pathv[k], j);
			}
			globfree(&paths);
			free(pattern);
		}
	}
	return found;
}

struct adding {
	struct options *opt;
	const struct way *way;
};

static void add_state(void *arg, const char *path, size_t state)
{
	struct adding *adding = arg;
	uid_t owner;
	char *text = text_read_from(path, &owner);
	int pid = text ? state_pid(text, state) : 0;

	if (pid)
		pid_add(adding->opt, pid, adding->way);
	free(text);
}

/* Return: whether there is such a container, running or not. */
static bool find_id(struct options *opt, const struct way *way, const char *id)
{
	char *ids = xasprintf("%s%s", id, strlen(id) >= SHORT_ID_LEN ? "*" : "");
	struct adding adding = { opt, way };
	bool found = each_state(ids, add_state, &adding);

	free(ids);
	return found;
}

/* What the runtime of a container says of it, for free(), if one of them does. */
struct looking {
	int pid;
	char *state;
	const char *runtime;
};

static void look_state(void *arg, const char *path, size_t state)
{
	struct looking *looking = arg;
	uid_t owner;
	char *text = looking->state ? NULL : text_read_from(path, &owner);

	if (text && state_pid(text, state) == looking->pid &&
	    process_believes(looking->pid, owner)) {
		looking->state = text;
		looking->runtime = states[state].runtime;
	} else {
		free(text);
	}
}

static bool look_up(struct looking *looking, int pid)
{
	*looking = (struct looking){ .pid = pid };
	each_state("*", look_state, looking);
	return looking->state;
}

bool container_add(struct criu_line *line, int pid)
{
	struct looking looking;
	bool added;

	if (!look_up(&looking, pid))
		return false;
	added = engine_add(line, pid, looking.state, looking.runtime);
	free(looking.state);
	return added;
}

/* LXC has a cgroup of that name for each. */
static bool is_lxc(int pid)
{
	char *path = xasprintf("/proc/%d/cgroup", pid), *text = text_read(path);
	bool is = text && strstr(text, "/lxc.payload");

	free(path);
	free(text);
	return is;
}

static struct criu_line *lxc_line(const struct options *opt)
{
	char *text = xasprintf("%s %s", engine_lxc_options, opt->criu_options ?: "");
	struct criu_line *line = criu_line_of_text(text, opt->rpc_config);

	line->config = CRIU_GLOBAL_CONFIG;
	free(text);
	return line;
}

struct criu_line *container_line(const struct options *opt, int pid)
{
	const char *config = opt->rpc_config;
	struct looking looking;
	struct criu_line *line;

	if (!look_up(&looking, pid))
		return is_lxc(pid) ? lxc_line(opt) : NULL;
	if (!config)
		config = engine_config(looking.runtime, opt->target);
	line = criu_line_of_text(opt->criu_options ?: "", config);
	line->config = config ?: engine_config_to_be(looking.runtime, opt->target);
	engine_add(line, pid, looking.state, looking.runtime);
	free(looking.state);
	return line;
}

/* Engines that take names and print the pid, 0 or nothing for what does not run. */
static bool ask_engines(struct options *opt, const struct way *way)
{
	const char *name = way->text;
	const char * const asks[][8] = {
		{ "podman", "container", "inspect", "--format", "{{.State.Pid}}", name },
		{ "docker", "container", "inspect", "--format", "{{.State.Pid}}", name },
		{ "nerdctl", "container", "inspect", "--format", "{{.State.Pid}}", name },
		{ "lxc-info", "--pid", "--no-humanize", "--name", name },
	};
	bool found = false;
	size_t i;

	for (i = 0; i < sizeof(asks) / sizeof(*asks); i++) {
		char *text = run(asks[i]);
		int pid;

		if (!text)
			continue;
		found = true;
		text[strcspn(text, "\n")] = '\0';
		pid = number_from_text(text);
		if (pid)
			pid_add(opt, pid, way);
		free(text);
	}
	return found;
}

/* A pattern that holds for this name alone. */
static char *pattern_of(const char *name)
{
	char *text;
	FILE *out = text_open(&text);

	fputc('^', out);
	for (; *name; name++)
		fprintf(out, "%s%c", isalnum((unsigned char)*name) ? "" : "\\", *name);
	fputc('$', out);
	return text_close(out, &text);
}

/* The CRI has patterns for names, and prints ids. */
static bool ask_cri(struct options *opt, const struct way *way)
{
	char *pattern = pattern_of(way->text), *text, *rest;
	const char * const argv[] = { "crictl", "ps", "--quiet", "--name", pattern, NULL };
	bool found = false;

	text = run(argv);
	for (rest = text; rest; ) {
		const char *id = strsep(&rest, "\n");

		if (*id && !id[strspn(id, "0123456789abcdef")])
			found |= find_id(opt, way, id);
	}
	free(text);
	free(pattern);
	return found;
}

static bool is_name(const char *name)
{
	if (!isalnum((unsigned char)*name))
		return false;
	while (isalnum((unsigned char)*name) || (*name && strchr("_.+-", *name)))
		name++;
	return !*name;
}

void find_container(struct options *opt, const struct way *way)
{
	size_t had = opt->nr_named;
	bool found;

	if (!is_name(way->text))
		errx(EXIT_ERROR, "--container %s: not the id or name of a container", way->text);
	found = find_id(opt, way, way->text);
	if (opt->nr_named == had)
		found |= ask_engines(opt, way);
	if (opt->nr_named == had)
		found |= ask_cri(opt, way);
	if (opt->nr_named > had)
		return;
	if (found)
		errx(EXIT_ERROR, "--container %s: it is not running", way->text);
	errx(EXIT_ERROR, "--container %s: neither runc nor crun have a state of it below /run, nor do podman, docker, nerdctl, lxc-info and crictl know it%s",
	     way->text, geteuid() ? "; root may see more" : "");
}
