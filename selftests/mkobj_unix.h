/* SPDX-License-Identifier: GPL-2.0 */
/* mkobj_unix.h - UNIX sockets with a name: a path, or an abstract one. */
#ifndef _MKOBJ_UNIX_H
#define _MKOBJ_UNIX_H

#include <stdbool.h>

/* A new socket of that name, listening unless it is for datagrams. */
int unix_bound(const char *name, int type, bool abstract);
void unix_join(int fd, const char *name, bool abstract);
/*
 * Ends the program where the kernel does not tell at which listener a connection waits: before
 * 6.10, and before what 5.15 and 6.1 got of it.
 */
void unix_need_listener(void);

#endif
