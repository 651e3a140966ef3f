// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/packet.c - packet sockets: memberships, and rings that are mapped.
 *
 * Their state is private.  The kernel tells it to whoever asks by sock_diag, as CRIU does, and so
 * do we: once for each network namespace of a scan.
 */

#include <linux/bitfield.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/packet_diag.h>
#include <linux/socket.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "diag.h"
#include "inflight.h"
#include "sock.h"

/* What is remembered of a packet socket, or of a namespace that was asked. */
#define CKPT_PACKET_MULTI	GENMASK(15, 0)	/* largest count of a membership, cut */
#define CKPT_PACKET_TYPE	BIT(16)		/* membership of an unknown type */
#define CKPT_PACKET_PROGRAM	BIT(17)		/* its fanout group has a BPF program */
#define CKPT_PACKET_ASKED	BIT(31)

/* Whom sock_diag is asked for, and about what. */
struct ckpt_packet_question {
	struct ckpt_scan *scan;
	const struct net *net;
};

/**
 * ckpt_packet_peek() - first look at a packet socket
 * @scan: scan; the socket becomes a member of its table, alone and together with the process
 * @sk: alive
 * @inode: of the socket
 *
 * Never sleeps or allocates.
 */
enum ckpt_look ckpt_packet_peek(struct ckpt_scan *scan, struct sock *sk, const struct inode *inode)
{
	if (scan->at.kind != CKPT_AT_FD)
		return CKPT_MARK;
	if (!ckpt_table_has_room(&scan->sockets))
		return CKPT_ROOM;
	ckpt_table_add(&scan->sockets, sk, inode->i_ino)->value |= CKPT_SOCK_AT_FD;
	if (!ckpt_table_has_room(&scan->sockets))
		return CKPT_ROOM;
	ckpt_table_add(&scan->sockets, inode, scan->at.nr);
	return CKPT_MARK;
}

static u32 ckpt_packet_memberships(const struct nlattr *attr)
{
	const struct packet_diag_mclist *list = nla_data(attr);
	u32 most = 0, value = 0;
	int i;

	for (i = 0; i < nla_len(attr) / sizeof(*list); i++) {
		most = max(most, list[i].pdmc_count);
		if (list[i].pdmc_type > PACKET_MR_UNICAST)
			value |= CKPT_PACKET_TYPE;
	}
	return value | FIELD_PREP(CKPT_PACKET_MULTI,
				  min_t(u32, most, FIELD_MAX(CKPT_PACKET_MULTI)));
}

/* The mode is above the number of the group. */
static bool ckpt_fanout_program(u32 fanout)
{
	u8 mode = fanout >> 16;

	return mode == PACKET_FANOUT_CBPF || mode == PACKET_FANOUT_EBPF;
}

/* Remembers one socket.  Return: 0, -ENOMEM or -E2BIG. */
static int ckpt_packet_told(const struct nlmsghdr *head, void *arg)
{
	const struct packet_diag_msg *msg = nlmsg_data(head);
	const struct ckpt_packet_question *question = arg;
	struct ckpt_scan *scan = question->scan;
	struct nlattr *attr;
	u32 value = 0;

	if (nlmsg_len(head) < sizeof(*msg))
		return 0;
	attr = nlmsg_find_attr(head, sizeof(*msg), PACKET_DIAG_MCLIST);
	if (attr)
		value |= ckpt_packet_memberships(attr);
	attr = nlmsg_find_attr(head, sizeof(*msg), PACKET_DIAG_FANOUT);
	if (attr && nla_len(attr) >= sizeof(u32) && ckpt_fanout_program(nla_get_u32(attr)))
		value |= CKPT_PACKET_PROGRAM;
	if (scan->packets.used >= scan->max_objects)
		return -E2BIG;
	if (ckpt_table_reserve(&scan->packets, 1))
		return -ENOMEM;
	ckpt_table_add(&scan->packets, question->net, msg->pdiag_ino)->value = value;
	return 0;
}

/* Return: 0 or an error, after which sockets that are not known are unknown. */
static int ckpt_packet_ask(struct ckpt_scan *scan, struct net *net)
{
	struct ckpt_packet_question question = { .scan = scan, .net = net };
	struct {
		struct nlmsghdr head;
		struct packet_diag_req req;
	} ask = {
		.req = {
			.sdiag_family = AF_PACKET,
			.pdiag_show = PACKET_SHOW_MCLIST | PACKET_SHOW_FANOUT,
		},
	};

	return ckpt_diag_dump(net, &ask.head, sizeof(ask), ckpt_packet_told, &question);
}

/*
 * What sock_diag says of the socket, which keeps its namespace.
 * Return: NULL if it says nothing.
 */
static const struct ckpt_slot *ckpt_packet_state(struct ckpt_scan *scan, struct sock *sk, u64 ino)
{
	struct net *net = sock_net(sk);
	int err = 0;

	if (!ckpt_table_find(&scan->packets, net, 0)) {
		if (ckpt_table_reserve(&scan->packets, 1)) {
			ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
			return NULL;
		}
		ckpt_table_add(&scan->packets, net, 0)->value = CKPT_PACKET_ASKED;
		err = ckpt_packet_ask(scan, net);
	}
	if (err == -ENOMEM || err == -E2BIG)
		ckpt_report_error(&scan->report, err);
	return ckpt_table_find(&scan->packets, net, ino);
}

/* Judges a packet socket in a network namespace of the set; no lock is held.  May sleep. */
void ckpt_packet_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	const struct ckpt_slot *state = ckpt_packet_state(scan, sk, obj->inode->i_ino);
	struct ckpt_finding *f;

	if (!state) {
		ckpt_file_unknown(scan, obj, "packet socket that sock_diag does not show");
		return;
	}
	if (FIELD_GET(CKPT_PACKET_MULTI, state->value) > 1) {
		f = ckpt_sock_emit(scan, obj, sk, CKPT_PACKET_MC_MULTI);
		ckpt_key_u64(&scan->report, f, "times", FIELD_GET(CKPT_PACKET_MULTI, state->value));
	}
	if (state->value & CKPT_PACKET_TYPE)
		ckpt_sock_emit(scan, obj, sk, CKPT_PACKET_MC_TYPE);
	ckpt_packet_judge_opts(scan, obj, sk, state->value & CKPT_PACKET_PROGRAM);
}

/*
 * Judges the mapped ring of a packet socket: CRIU maps it again by a descriptor of the same
 * process, and looks for one when it dumps.
 */
void ckpt_packet_judge_map(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	struct ckpt_finding *f;

	if (ckpt_scan_cut(scan) || ckpt_table_find(&scan->sockets, obj->inode, obj->place.nr))
		return;
	if (ckpt_table_find(&scan->sockets, sk, obj->inode->i_ino)) {
		ckpt_file_unknown(scan, obj, "ring of a packet socket that another process has");
		return;
	}
	f = ckpt_emit(&scan->report, CKPT_PACKET_MAP_NOOPEN, &obj->place, NULL, 0);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
}
