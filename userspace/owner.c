// SPDX-License-Identifier: GPL-2.0
/*
 * owner.c - the container or systemd unit that a process is of, from /proc/PID/cgroup.
 *
 * Engines name a container's cgroup by its id, with or without a word before it and ".scope"
 * behind it; systemd names a unit's by the unit, below those of its slices.  The outermost one
 * counts: what a container or the manager of a user has inside is his.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "owner.h"
#include "text.h"

#define CONTAINER_ID_LEN	64
#define LXC_PREFIX		"lxc.payload."

static bool ends_in(const char *p, size_t len, const char *end)
{
	size_t n = strlen(end);

	return len > n && !memcmp(p + len - n, end, n);
}

static bool begins_with(const char *p, size_t len, const char *begin)
{
	size_t n = strlen(begin);

	return len > n && !memcmp(p, begin, n);
}

/*
 * Is that the cgroup of a container?  What watches over one, as conmon, has a cgroup of its own
 * with the id in its name. @id and @len are cut to the id.
 */
static bool take_container(const char **id, size_t *len)
{
	size_t n = *len - (ends_in(*id, *len, ".scope") ? strlen(".scope") : 0);
	const char *p;

	if (begins_with(*id, *len, LXC_PREFIX)) {
		*id += strlen(LXC_PREFIX);
		*len -= strlen(LXC_PREFIX);
		return true;
	}
	if (n < CONTAINER_ID_LEN)
		return false;
	p = *id + n - CONTAINER_ID_LEN;
	if (strspn(p, "0123456789abcdef") != CONTAINER_ID_LEN)
		return false;
	if (p > *id && (!strchr("-:", p[-1]) || ends_in(*id, p - *id, "-conmon-")))
		return false;
	*id = p;
	*len = CONTAINER_ID_LEN;
	return true;
}

/* What has processes, other than slices. */
static bool is_unit(const char *p, size_t len)
{
	static const char * const suffixes[] = {
		".service", ".scope", ".socket", ".mount", ".swap",
	};
	size_t i;

	for (i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
		if (ends_in(p, len, suffixes[i]))
			return true;
	return false;
}

/* Numbers of sessions grow for ever. */
static bool is_session(const char *p, size_t len)
{
	return begins_with(p, len, "session-") && ends_in(p, len, ".scope");
}

/* The owner in one path. */
static enum owner_kind owner_in(const char *path, char **name)
{
	const char *unit = NULL, *slice = NULL;
	size_t len, unit_len = 0, slice_len = 0;

	for (path += strspn(path, "/"); *path && *path != '\n'; path += strspn(path, "/")) {
		const char *part = path;

		len = strcspn(path, "/\n");
		path += len;
		if (take_container(&part, &len)) {
			*name = text_utf8(part, len);
			return OWNER_CONTAINER;
		}
		if (!unit && ends_in(part, len, ".slice")) {
			slice = part;
			slice_len = len;
		} else if (!unit && is_unit(part, len)) {
			unit = slice && is_session(part, len) ? slice : part;
			unit_len = unit == slice ? slice_len : len;
		}
	}
	if (!unit)
		return OWNER_NONE;
	/* systemd puts that before what is no name of a cgroup as it is. */
	if (*unit == '_') {
		unit++;
		unit_len--;
	}
	*name = text_utf8(unit, unit_len);
	return OWNER_UNIT;
}

/**
 * owner_of_cgroups() - the owner of a process
 * @cgroups: what its /proc/PID/cgroup has: one line, or one a hierarchy
 * @name: its name, printable UTF-8, for free(); not set if there is none
 *
 * Return: what it is. A container in any of the hierarchies counts more than a unit.
 */
enum owner_kind owner_of_cgroups(const char *cgroups, char **name)
{
	enum owner_kind best = OWNER_NONE;
	const char *line;

	for (line = cgroups; *line && best != OWNER_CONTAINER; line += *line == '\n') {
		const char *path = memchr(line, '/', strcspn(line, "\n"));
		enum owner_kind kind;
		char *found;

		line += strcspn(line, "\n");
		kind = path ? owner_in(path, &found) : OWNER_NONE;
		if (kind == OWNER_NONE)
			continue;
		if (best == OWNER_NONE || kind == OWNER_CONTAINER) {
			if (best != OWNER_NONE)
				free(*name);
			*name = found;
			best = kind;
		} else {
			free(found);
		}
	}
	return best;
}

/* The same of a process; one that has ended has no owner any more. */
enum owner_kind owner_of(int pid, char **name)
{
	char *path = xasprintf("/proc/%d/cgroup", pid);
	char *cgroups = text_read(path);
	enum owner_kind kind = cgroups ? owner_of_cgroups(cgroups, name) : OWNER_NONE;

	free(cgroups);
	free(path);
	return kind;
}
