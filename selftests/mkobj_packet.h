/* SPDX-License-Identifier: GPL-2.0 */
/* mkobj_packet.h - packet sockets for the fixtures. */
#ifndef _MKOBJ_PACKET_H
#define _MKOBJ_PACKET_H

/* A packet socket that gets nothing. */
int packet_socket(void);

#endif
