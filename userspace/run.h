/* SPDX-License-Identifier: GPL-2.0 */
/* run.h - runs another program for what it prints. */
#ifndef RUN_H
#define RUN_H

char *run(const char * const argv[]);

#endif
