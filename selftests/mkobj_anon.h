/* SPDX-License-Identifier: GPL-2.0 */
/* mkobj_anon.h - files on anonymous inodes, which glibc has no wrappers for. */
#ifndef _MKOBJ_ANON_H
#define _MKOBJ_ANON_H

/* The first of these kinds (io_uring, userfaultfd, perf, fscontext) that the kernel has. */
int mkobj_anon_open(const char *kinds);

/* Maps one of those that can be mapped. Return: the size; the address in @addr. */
unsigned long mkobj_anon_map(int fd, void **addr);

#endif
