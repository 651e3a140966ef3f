// SPDX-License-Identifier: GPL-2.0
/* kinds/sock.c - sockets: which family judges, and what holds for all of them. */

#include <linux/filter.h>
#include <linux/magic.h>
#include <linux/net.h>
#include <net/sock.h>

#include "kind.h"

static bool ckpt_match_sock(const struct file *file, const struct inode *inode)
{
	return S_ISSOCK(inode->i_mode) && inode->i_sb->s_magic == SOCKFS_MAGIC;
}

/* NULL while the socket is being made or released. */
static struct sock *ckpt_inode_sock(struct inode *inode)
{
	return READ_ONCE(SOCKET_I(inode)->sk);
}

/* An eBPF program instead of a classic filter: CRIU cannot read it back. */
static bool ckpt_sock_ebpf(struct sock *sk)
{
	struct sk_filter *filter;
	bool ebpf;

	rcu_read_lock();
	filter = rcu_dereference(sk->sk_filter);
	ebpf = filter && !filter->prog->orig_prog;
	rcu_read_unlock();
	return ebpf;
}

/* What no rule names yet, whatever the family. */
static const char *ckpt_sock_doubt(const struct ckpt_scan *scan, struct sock *sk)
{
	if (!ckpt_ns_has_net(scan, sock_net(sk)))
		return "socket of another network namespace";
	if (ckpt_sock_ebpf(sk))
		return "socket with an eBPF filter";
	return NULL;
}

/* Return: the socket of a file that is a UNIX socket, else NULL. */
struct sock *ckpt_unix_sock(const struct file *file)
{
	struct inode *inode = file_inode(file);
	struct sock *sk = ckpt_match_sock(file, inode) ? ckpt_inode_sock(inode) : NULL;

	return sk && sk->sk_family == AF_UNIX ? sk : NULL;
}

static enum ckpt_look ckpt_peek_sock(struct ckpt_scan *scan, struct file *file,
				     struct inode *inode)
{
	struct sock *sk = ckpt_inode_sock(inode);
	enum ckpt_look look = CKPT_MARK;

	if (!sk)
		return CKPT_MARK;
	switch (sk->sk_family) {
	case AF_UNIX:
		look = ckpt_unix_peek(scan, sk, inode);
		break;
	case AF_INET:
	case AF_INET6:
		look = ckpt_inet_peek(sk);
		break;
	case AF_NETLINK:
		look = ckpt_netlink_peek(sk);
		break;
	}
	return look == CKPT_FINE && ckpt_sock_doubt(scan, sk) ? CKPT_MARK : look;
}

static void ckpt_judge_family(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, CKPT_SOCK_FAMILY, &obj->place, sk, obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, "family", sk->sk_family);
}

/* Judges a socket of the set, which stays alive; no lock is held.  May sleep. */
void ckpt_sock_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	const char *doubt;

	switch (sk->sk_family) {
	case AF_UNIX:
		/* Whatever else: CRIU finds none of a namespace that it does not visit. */
		if (ckpt_ns_has_net(scan, sock_net(sk)))
			ckpt_unix_judge(scan, obj, sk);
		break;
	case AF_INET:
	case AF_INET6:
		ckpt_inet_judge(scan, obj, sk);
		break;
	case AF_NETLINK:
		if (ckpt_ns_has_net(scan, sock_net(sk)))
			ckpt_netlink_judge(scan, obj, sk);
		break;
	case AF_PACKET:
		ckpt_file_unknown(scan, obj, "packet socket");
		return;
	default:
		ckpt_judge_family(scan, obj, sk);
		return;
	}
	doubt = ckpt_sock_doubt(scan, sk);
	if (doubt)
		ckpt_file_unknown(scan, obj, doubt);
}

static void ckpt_judge_sock(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct sock *sk = ckpt_inode_sock(obj->inode);

	if (sk)
		ckpt_sock_judge(scan, obj, sk);
	else
		ckpt_file_unknown(scan, obj, "socket without state");
}

const struct ckpt_kind ckpt_kind_sock = {
	.match = ckpt_match_sock, .peek = ckpt_peek_sock, .judge = ckpt_judge_sock,
};
