// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/diag.c - asks sock_diag, as CRIU does; can the sockets of a network namespace be listed?
 *
 * CRIU asks for all sockets of each network namespace that is not its own.  Where the kernel has
 * nobody to answer for one kind of them, say because a module is not there, it gives up.
 */

#include <linux/inet_diag.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/sched/signal.h>
#include <linux/sock_diag.h>
#include <net/net_namespace.h>
#include <net/netlink.h>

#include "compat/sock.h"
#include "diag.h"
#include "kind.h"
#include "release.h"
#include "sock.h"

/* The kernel makes messages of up to this size for a buffer that can take them. */
#define CKPT_DIAG_SIZE		32768

/* Answers to one question; each tells of many sockets. */
#define CKPT_DIAG_ANSWERS	4096

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
 * A socket as one of the reader's own: it keeps the namespace, and its file has the credentials
 * that the kernel asks for, which crashes without.  Return: the file, or an error.
 */
static struct file *ckpt_diag_open(struct net *net, struct socket **diag)
{
	int err = __sock_create(net, AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG, diag, 0);

	/* On error it releases the socket. */
	return err ? ERR_PTR(err) : sock_alloc_file(*diag, 0, NULL);
}

static int ckpt_diag_send(struct socket *diag, struct nlmsghdr *ask, size_t size)
{
	struct kvec part = { .iov_base = ask, .iov_len = size };
	struct msghdr msg = {};
	int n;

	ask->nlmsg_len = size;
	ask->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	ask->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	n = kernel_sendmsg(diag, &msg, &part, 1, size);
	return n < 0 ? n : 0;
}

/* What the kernel says of its answer, or of the question, as a negative error; 0 if nothing. */
static int ckpt_diag_error(const struct nlmsghdr *head)
{
	return nlmsg_len(head) < sizeof(int) ? 0 : min(*(int *)nlmsg_data(head), 0);
}

/* Return: 0; 1 at the end of the answer; an error. */
static int ckpt_diag_take(const struct nlmsghdr *head, int left, ckpt_diag_told told, void *arg)
{
	int err;

	for (; nlmsg_ok(head, left); head = nlmsg_next(head, &left)) {
		if (head->nlmsg_type == NLMSG_DONE)
			return ckpt_diag_error(head) ?: 1;
		if (head->nlmsg_type != SOCK_DIAG_BY_FAMILY)
			return -EIO;
		err = told(head, arg);
		if (err)
			return err;
	}
	return 0;
}

/* Each message that we take makes the kernel write the next one. */
static int ckpt_diag_receive(struct socket *diag, void *buf, ckpt_diag_told told, void *arg)
{
	unsigned int answers = 0;
	int err;

	do {
		struct kvec part = { .iov_base = buf, .iov_len = CKPT_DIAG_SIZE };
		struct msghdr msg = {};

		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
		if (answers++ == CKPT_DIAG_ANSWERS)
			return -E2BIG;
		err = kernel_recvmsg(diag, &msg, &part, 1, CKPT_DIAG_SIZE, MSG_DONTWAIT);
		if (!err || msg.msg_flags & MSG_TRUNC)
			err = -EIO;
		if (err > 0)
			err = ckpt_diag_take(buf, err, told, arg);
	} while (!err);
	return err < 0 ? err : 0;
}

/**
 * ckpt_diag_dump() - ask for sockets of a network namespace
 * @net: referenced
 * @ask: the request, whose head is filled here, of @size bytes
 * @size: see @ask
 * @told: gets each message about a socket
 * @arg: for @told
 *
 * Nobody has to wait for us.  May sleep.
 * Return: 0, what @told returned if that was not 0, or an error.
 */
int ckpt_diag_dump(struct net *net, struct nlmsghdr *ask, size_t size, ckpt_diag_told told,
		   void *arg)
{
	struct socket *diag;
	struct file *file;
	void *buf;
	int err;

	buf = kvmalloc(CKPT_DIAG_SIZE, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return -ENOMEM;
	file = ckpt_diag_open(net, &diag);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		goto free;
	}
	err = ckpt_diag_send(diag, ask, size);
	if (!err)
		err = ckpt_diag_receive(diag, buf, told, arg);
	ckpt_own_put(file);
free:
	kvfree(buf);
	return err;
}

/*
 * Asks for sockets in no state at all.  All requests begin with the same two words, and may be
 * longer than they have to be.  Return: 0; 1 if there is no answer for that kind; an error if we
 * could not ask.
 */
static int ckpt_diag_fails(struct net *net, u8 family, u8 protocol)
{
	struct {
		struct nlmsghdr head;
		struct inet_diag_req_v2 req;
	} ask = { .req = { .sdiag_family = family, .sdiag_protocol = protocol } };
	struct ckpt_diag_answer answer = {};
	struct kvec part = { .iov_base = &answer, .iov_len = sizeof(answer) };
	struct msghdr msg = {};
	struct socket *diag;
	struct file *file = ckpt_diag_open(net, &diag);
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	err = ckpt_diag_send(diag, &ask.head, sizeof(ask));
	if (!err)
		err = kernel_recvmsg(diag, &msg, &part, 1, sizeof(answer), MSG_DONTWAIT);
	ckpt_own_put(file);
	if (err < 0)
		return err;
	if (err < sizeof(answer))
		return -EIO;
	if (answer.head.nlmsg_type != NLMSG_ERROR && answer.head.nlmsg_type != NLMSG_DONE)
		return 0;
	err = ckpt_diag_error(&answer.head);
	return ckpt_sock_no_memory(err) ? err : !!err;
}

/*
 * Finds out which of the kinds have no answer: bits of their places.  That is the machine's, not
 * the namespace's: where it is known already, nobody is asked.  Return: 0, or an error.
 */
static int ckpt_diag_learn(struct ckpt_diag *diag, struct net *net)
{
	int err;

	for (; diag->asked < ARRAY_SIZE(ckpt_diag_kinds); diag->asked++) {
		int i = diag->asked;

		if (fatal_signal_pending(current))
			return -EINTR;
		err = ckpt_diag_fails(net, ckpt_diag_kinds[i].family, ckpt_diag_kinds[i].protocol);
		if (err < 0)
			return err;
		if (err)
			diag->lacking |= BIT(i);
	}
	return 0;
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
	int i;

	if (!ckpt_kernel_has_udplite() &&
	    !ckpt_rule_is_quiet(&scan->report, CKPT_NS_NET_NO_UDPLITE)) {
		f = ckpt_emit(&scan->report, CKPT_NS_NET_NO_UDPLITE, place, net, net->ns.inum);
		ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, net->ns.inum);
	}
	if (ckpt_diag_learn(scan->diag, net))
		ckpt_report_incomplete(&scan->report, CKPT_REASON_NETWORK);
	for (i = 0; i < ARRAY_SIZE(ckpt_diag_kinds); i++) {
		const char *what = ckpt_diag_kinds[i].what;

		if (!(scan->diag->lacking & BIT(i)))
			continue;
		f = ckpt_emit(&scan->report, CKPT_NS_NET_NO_DIAG, place, what, net->ns.inum);
		ckpt_key_str(&scan->report, f, "what", what, strlen(what));
		ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, net->ns.inum);
	}
}
