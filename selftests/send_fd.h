/* SPDX-License-Identifier: GPL-2.0 */
/* send_fd.h - a descriptor sent over a UNIX socket. */
#ifndef _SEND_FD_H
#define _SEND_FD_H

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* Sends @fd with the bytes of @text. Return: what sendmsg() does. */
static inline ssize_t send_fd(int sock, int fd, const char *text, int flags)
{
	union {
		char buf[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} u = {};
	struct iovec iov = { (void *)text, strlen(text) };
	struct msghdr mh = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = u.buf,
			     .msg_controllen = sizeof(u.buf) };
	struct cmsghdr *cm = CMSG_FIRSTHDR(&mh);

	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	return sendmsg(sock, &mh, flags);
}

#endif
