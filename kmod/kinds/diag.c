// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/diag.c - can the sockets of a network namespace be listed?
 *
 * CRIU asks sock_diag for all sockets of each network namespace that is not its own.  Where the
 * kernel has nobody to answer for one kind of them, say because a module is not there, it gives up.
 */

#include <linux/file.h>
#include <linux/inet_diag.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <linux/sock_diag.h>
#include <net/net_namespace.h>
#include <net/netlink.h>

#include "compat/sock.h"
#include "kind.h"
#include "sock.h"

/* What CRIU asks for; it goes without raw sockets. */
static const struct {
	const char *what;
	u8 family;
	u8 protocol;
} ckpt_diag_kinds[] = {
	{ "unix",	AF_UNIX,	0 },
	{ "tcp",	AF_INET,	IPPROTO_TCP },
	{ "udp",	AF_INET,	IPPROTO_UDP },
	{ "packet",	AF_PACKET,	0 },
	{ "netlink",	AF_NETLINK,	0 },
};

/* The first message is all that counts: a socket, or the end and why. */
struct ckpt_diag_answer {
	struct nlmsghdr head;
	int err;
};

/*
 * Asks for sockets in no state at all.  All requests begin with the same two words, and may be
 * longer than they have to be.
 */
static int ckpt_diag_ask(struct socket *diag, u8 family, u8 protocol)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 req;
	} ask = {
		.head = {
			.nlmsg_len = sizeof(ask), .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
		},
		.req = { .sdiag_family = family, .sdiag_protocol = protocol },
	};
	struct kvec part = { .iov_base = &ask, .iov_len = sizeof(ask) };
	struct msghdr msg = {};
	int n = kernel_sendmsg(diag, &msg, &part, 1, sizeof(ask));

	return n < 0 ? n : 0;
}

/**
 * ckpt_diag_open() - a socket to ask sock_diag through
 * @net: referenced
 * @diag: gets the socket
 *
 * It is as one of the reader's own: it keeps the namespace, and its file has the credentials that
 * the kernel asks for, which crashes without.  May sleep.
 * Return: its file, to be put, or an error.
 */
struct file *ckpt_diag_open(struct net *net, struct socket **diag)
{
	int err = __sock_create(net, AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG, diag, 0);

	/* On error it releases the socket. */
	return err ? ERR_PTR(err) : sock_alloc_file(*diag, 0, NULL);
}

/* Return: 0; 1 if there is no answer for that kind; an error if we could not ask. */
static int ckpt_diag_fails(struct net *net, u8 family, u8 protocol)
{
	struct ckpt_diag_answer answer = {};
	struct kvec part = { .iov_base = &answer, .iov_len = sizeof(answer) };
	struct msghdr msg = {};
	struct socket *diag;
	struct file *file = ckpt_diag_open(net, &diag);
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	err = ckpt_diag_ask(diag, family, protocol);
	if (!err)
		err = kernel_recvmsg(diag, &msg, &part, 1, sizeof(answer), MSG_DONTWAIT);
	fput(file);
	if (err < 0)
		return err;
	if (err < sizeof(answer))
		return -EIO;
	return (answer.head.nlmsg_type == NLMSG_ERROR || answer.head.nlmsg_type == NLMSG_DONE) &&
	       answer.err < 0;
}

/**
 * ckpt_diag_judge() - can all sockets of a network namespace be listed?
 * @scan: scan
 * @place: a process in the namespace
 * @net: referenced, not the reader's
 *
 * The kernel may load modules that answer, as it would for CRIU.  May sleep.
 */
void ckpt_diag_judge(struct ckpt_scan *scan, const struct ckpt_place *place, struct net *net)
{
	struct ckpt_finding *f;
	int i, err;

	if (!ckpt_kernel_has_udplite() &&
	    !ckpt_rule_is_quiet(&scan->report, CKPT_NS_NET_NO_UDPLITE)) {
		f = ckpt_emit(&scan->report, CKPT_NS_NET_NO_UDPLITE, place, net, net->ns.inum);
		ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, net->ns.inum);
	}
	for (i = 0; i < ARRAY_SIZE(ckpt_diag_kinds); i++) {
		const char *what = ckpt_diag_kinds[i].what;

		if (fatal_signal_pending(current))
			return;
		err = ckpt_diag_fails(net, ckpt_diag_kinds[i].family, ckpt_diag_kinds[i].protocol);
		if (err < 0)
			ckpt_report_incomplete(&scan->report, CKPT_REASON_NETWORK);
		if (err != 1)
			continue;
		f = ckpt_emit(&scan->report, CKPT_NS_NET_NO_DIAG, place, what, net->ns.inum);
		ckpt_key_str(&scan->report, f, "what", what, strlen(what));
		ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, net->ns.inum);
	}
}
