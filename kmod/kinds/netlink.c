// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/netlink.c - netlink sockets: what they have not read yet, the groups they listen to, and
 * their options.
 *
 * The groups are private to the kernel's netlink code.  It is asked for them as CRIU asks it,
 * by sock_diag, in the network namespace of the socket.
 */

#include <linux/bitops.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/netlink_diag.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "diag.h"
#include "sock.h"
#include "trial.h"

/* Groups that CRIU saves. */
#define CKPT_NETLINK_GROUPS	32

/**
 * struct ckpt_netlink - what sock_diag tells of a socket
 * @ino: which one
 * @found: anything at all; it does not know those that are neither bound nor in a group
 * @portid: 0 if it is not bound
 * @words: number of 32-bit words that there are for groups
 * @first: lowest group, 0 if there is none
 * @high: lowest group that CRIU cannot save, 0 if there is none
 */
struct ckpt_netlink {
	u32 ino;
	bool found;
	u32 portid;
	unsigned int words;
	unsigned int first;
	unsigned int high;
};

/* Options that nothing is saved of. */
static struct ckpt_trial_opt ckpt_netlink_opts[] = {
	{ .option = NETLINK_PKTINFO, .name = "NETLINK_PKTINFO" },
	{ .option = NETLINK_BROADCAST_ERROR, .name = "NETLINK_BROADCAST_ERROR" },
	{ .option = NETLINK_NO_ENOBUFS, .name = "NETLINK_NO_ENOBUFS" },
	{ .option = NETLINK_LISTEN_ALL_NSID, .name = "NETLINK_LISTEN_ALL_NSID" },
	{ .option = NETLINK_CAP_ACK, .name = "NETLINK_CAP_ACK" },
	{ .option = NETLINK_EXT_ACK, .name = "NETLINK_EXT_ACK" },
	{ .option = NETLINK_GET_STRICT_CHK, .name = "NETLINK_GET_STRICT_CHK" },
};

static struct ckpt_trial ckpt_netlink_trial = {
	.family = AF_NETLINK, .level = SOL_NETLINK,
	.opts = ckpt_netlink_opts, .nr = ARRAY_SIZE(ckpt_netlink_opts),
	.lock = __MUTEX_INITIALIZER(ckpt_netlink_trial.lock),
};

/* What poll(2) calls readable, as CRIU asks. */
static bool ckpt_netlink_readable(const struct sock *sk)
{
	return !skb_queue_empty_lockless(&sk->sk_receive_queue) ||
	       !skb_queue_empty_lockless(&sk->sk_error_queue) || READ_ONCE(sk->sk_err) ||
	       READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN;
}

/* What was once in a group has been on the list of such sockets; it is not wiped clean. */
static bool ckpt_netlink_grouped(const struct sock *sk)
{
	return !hlist_unhashed_lockless(&sk->sk_bind_node);
}

static bool ckpt_netlink_connected(const struct sock *sk)
{
	return READ_ONCE(sk->sk_state) == NETLINK_CONNECTED;
}

/* What fcntl(2) sets, and CRIU up to 4.0 or before does not save of a netlink socket. */
static bool ckpt_netlink_has_file_flags(const struct file *file)
{
	return READ_ONCE(file->f_flags) & (O_NONBLOCK | O_APPEND | O_NOATIME | FASYNC);
}

/* First look at a netlink socket, open as @file.  Never sleeps or allocates. */
enum ckpt_look ckpt_netlink_peek(const struct sock *sk, const struct file *file)
{
	return ckpt_netlink_has_file_flags(file) || ckpt_netlink_readable(sk) ||
	       ckpt_netlink_grouped(sk) || ckpt_netlink_connected(sk) ||
	       ckpt_trial_may_have(&ckpt_netlink_trial, sk) ?
	       CKPT_MARK : CKPT_FINE;
}

static void ckpt_netlink_take(const struct nlattr *groups, struct ckpt_netlink *out)
{
	const u32 *bits = nla_data(groups);
	unsigned int i, group;

	out->words = nla_len(groups) / sizeof(*bits);
	for (i = 0; i < out->words; i++) {
		if (!bits[i])
			continue;
		group = i * BITS_PER_TYPE(*bits) + __ffs(bits[i]) + 1;
		if (!out->first)
			out->first = group;
		if (!out->high && group > CKPT_NETLINK_GROUPS)
			out->high = group;
	}
}

/* It also tells of all the others of the namespace. */
static int ckpt_netlink_told(const struct nlmsghdr *head, void *arg)
{
	const struct netlink_diag_msg *msg = nlmsg_data(head);
	struct ckpt_netlink *out = arg;
	const struct nlattr *groups;

	if (nlmsg_len(head) < sizeof(*msg) || msg->ndiag_ino != out->ino)
		return 0;
	out->found = true;
	out->portid = msg->ndiag_portid;
	groups = nlmsg_find_attr(head, sizeof(*msg), NETLINK_DIAG_GROUPS);
	if (groups)
		ckpt_netlink_take(groups, out);
	return 0;
}

/* Return: 0, or an error if sock_diag did not tell. */
static int ckpt_netlink_look(const struct sock *sk, struct ckpt_netlink *out)
{
	struct {
		struct nlmsghdr head;
		struct netlink_diag_req req;
	} ask = {
		.req = {
			.sdiag_family = AF_NETLINK, .sdiag_protocol = sk->sk_protocol,
			.ndiag_show = NDIAG_SHOW_GROUPS,
		},
	};

	return ckpt_diag_dump(sock_net(sk), &ask.head, sizeof(ask), ckpt_netlink_told, out);
}

static struct ckpt_finding *ckpt_netlink_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
					      struct sock *sk, enum ckpt_rule_id rule)
{
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, rule, &obj->place, sk, obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, "protocol", sk->sk_protocol);
	return f;
}

/* CRIU passes over the last word if it is empty, and no other one. */
static void ckpt_netlink_judge_groups(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				      struct sock *sk)
{
	struct ckpt_netlink its = { .ino = obj->inode->i_ino };
	struct ckpt_finding *f;

	if (ckpt_netlink_look(sk, &its)) {
		ckpt_file_unknown(scan, obj, "netlink socket that sock_diag does not tell of");
		return;
	}
	if (!its.found || !its.words)
		return;
	if (its.high || its.words > 2) {
		f = ckpt_netlink_emit(scan, obj, sk, CKPT_NETLINK_GROUPS_GT32);
		if (its.high)
			ckpt_key_u64(&scan->report, f, "group", its.high);
	}
	if (!its.portid) {
		f = ckpt_netlink_emit(scan, obj, sk, CKPT_NETLINK_GROUPS_NOPORTID);
		ckpt_key_u64(&scan->report, f, "group", its.first);
	}
}

/* CRIU makes a mask of the destination's group, and takes none for the last. */
static void ckpt_netlink_judge_peer(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				    struct sock *sk)
{
	struct sockaddr_nl peer = {};
	struct ckpt_finding *f;

	if (kernel_getpeername(SOCKET_I(obj->inode), (struct sockaddr *)&peer) < 0 ||
	    peer.nl_groups)
		return;
	f = ckpt_netlink_emit(scan, obj, sk, CKPT_NETLINK_CONNECTED);
	ckpt_key_u64(&scan->report, f, "portid", peer.nl_pid);
}

static void ckpt_netlink_judge_opts(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				    struct sock *sk)
{
	struct ckpt_finding *f;
	char names[192];
	bool known;
	size_t len = ckpt_trial_names(scan, &ckpt_netlink_trial, sk, names, sizeof(names), &known);

	if (!known)
		ckpt_file_unknown(scan, obj, "netlink socket with options that cannot be told");
	if (!len)
		return;
	f = ckpt_netlink_emit(scan, obj, sk, CKPT_NETLINK_FLAGS);
	ckpt_key_str(&scan->report, f, "opt", names, len);
}

/* Judges a netlink socket in a network namespace of the set; no lock is held.  May sleep. */
void ckpt_netlink_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	struct ckpt_finding *f;

	if (ckpt_netlink_readable(sk)) {
		f = ckpt_netlink_emit(scan, obj, sk, CKPT_NETLINK_QUEUE);
		ckpt_key_u64(&scan->report, f, "messages",
			     skb_queue_len_lockless(&sk->sk_receive_queue));
		ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_TRANSIENT, "yes", 3);
	}
	if (ckpt_netlink_grouped(sk))
		ckpt_netlink_judge_groups(scan, obj, sk);
	if (ckpt_netlink_connected(sk))
		ckpt_netlink_judge_peer(scan, obj, sk);
	if (ckpt_netlink_has_file_flags(obj->file))
		ckpt_netlink_emit(scan, obj, sk, CKPT_NETLINK_FILE_FLAGS);
	ckpt_netlink_judge_opts(scan, obj, sk);
}
