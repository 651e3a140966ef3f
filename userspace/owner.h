/* SPDX-License-Identifier: GPL-2.0 */
/* owner.h - the container or systemd unit that a process is of, from its cgroup. */
#ifndef OWNER_H
#define OWNER_H

enum owner_kind {
	OWNER_UNIT,
	OWNER_CONTAINER,
	NR_OWNER_KINDS,
	OWNER_NONE = NR_OWNER_KINDS,
};

enum owner_kind owner_of_cgroups(const char *cgroups, char **name);
enum owner_kind owner_of(int pid, char **name);

#endif
