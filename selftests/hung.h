/* SPDX-License-Identifier: GPL-2.0 */
/* hung.h - a FUSE file system whose server stops to answer when it is told to. */
#ifndef _HUNG_H
#define _HUNG_H

#include <sys/types.h>

/*
 * The file and the folder that are there; the file has the content of the caller's program. Opened
 * with O_APPEND it goes by no cache.
 */
#define HUNG_FILE	"file"
#define HUNG_FOLDER	"folder"

/* Mounts it. Return: the server, or -1 with errno. */
pid_t hung_mount(const char *dir);
/* It answers no more. */
void hung_stop(pid_t server);
/* Ends all requests with an error, and unmounts. */
void hung_unmount(pid_t server, const char *dir);

#endif
