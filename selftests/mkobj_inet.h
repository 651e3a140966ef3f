/* SPDX-License-Identifier: GPL-2.0 */
/* mkobj_inet.h - loopback addresses of both families, and a network namespace that has no more. */
#ifndef _MKOBJ_INET_H
#define _MKOBJ_INET_H

#include <netinet/in.h>

union inet_addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

#define INET_STRLEN	64

/* Leaves the network namespace for one with nothing but a loopback device, which is up. */
void inet_own_net(void);
/* Fills in the loopback address. Return: its length. */
socklen_t inet_loopback(union inet_addr *a, int family, int port);
int inet_socket(int family, int type, int proto);
void inet_bind(int fd, int family);
void inet_connect(int fd, int family, int port);
int inet_port(int fd);
/* As reports print it: 127.0.0.1:5000 or [::1]:5000; of the socket itself or of its peer. */
void inet_name(int fd, bool peer, char buf[INET_STRLEN]);

#endif
