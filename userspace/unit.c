// SPDX-License-Identifier: GPL-2.0
/* unit.c - processes of a systemd unit: the main one, or where there is none, its cgroup's. */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "proc.h"
#include "run.h"
#include "text.h"
#include "ways.h"

/* What systemctl prints about one unit. */
struct unit {
	const char *load;
	const char *active;
	const char *cgroup;
	int main_pid;
};

static void add_unit(struct options *opt, const struct way *way, const struct unit *unit)
{
	if (!strcmp(unit->load, "not-found"))
		errx(EXIT_ERROR, "--unit %s: no such unit (systemctl list-units lists them)",
		     way->text);
	if (unit->main_pid)
		pid_add(opt, unit->main_pid, way);
	else if (*unit->cgroup)
		find_cgroup_path(opt, way, unit->cgroup);
	else
		errx(EXIT_ERROR, "--unit %s: it has no processes, its state is %s", way->text,
		     *unit->active ? unit->active : "unknown");
}

/* Takes one line. Return: whether it belongs to a unit, rather than stand between two. */
static bool take_property(struct unit *unit, char *line)
{
	char *value = strchr(line, '=');

	if (!value)
		return false;
	*value++ = '\0';
	if (!strcmp(line, "LoadState"))
		unit->load = value;
	else if (!strcmp(line, "ActiveState"))
		unit->active = value;
	else if (!strcmp(line, "ControlGroup"))
		unit->cgroup = value;
	else if (!strcmp(line, "MainPID"))
		unit->main_pid = number_from_text(value);
	return true;
}

/* A pattern, such as getty@*, stands for several units, with an empty line between them. */
void find_unit(struct options *opt, const struct way *way)
{
	static const struct unit nothing = { .load = "", .active = "", .cgroup = "" };
	const char * const argv[] = {
		"systemctl", "show", "--no-pager", "-p", "LoadState", "-p", "ActiveState",
		"-p", "ControlGroup", "-p", "MainPID", "--", way->text, NULL
	};
	char *text = run(argv), *line, *rest = text;
	struct unit unit = nothing;
	size_t had = opt->nr_named;
	bool some = false;

	if (!text)
		errx(EXIT_ERROR, "--unit %s: systemctl show does not work: is systemd running here?",
		     way->text);
	while (rest) {
		line = strsep(&rest, "\n");
		if (take_property(&unit, line)) {
			some = true;
			continue;
		}
		if (some)
			add_unit(opt, way, &unit);
		unit = nothing;
		some = false;
	}
	free(text);
	if (opt->nr_named == had)
		errx(EXIT_ERROR, "--unit %s: no unit has a name like that (systemctl list-units lists them)",
		     way->text);
}
