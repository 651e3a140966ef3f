/* SPDX-License-Identifier: GPL-2.0 */
/* mkobj_unix.h - UNIX sockets with a name: a path, or an abstract one. */
#ifndef _MKOBJ_UNIX_H
#define _MKOBJ_UNIX_H

#include <stdbool.h>

/* A new socket of that name, listening unless it is for datagrams. */
int unix_bound(const char *name, int type, bool abstract);
void unix_join(int fd, const char *name, bool abstract);

#endif
