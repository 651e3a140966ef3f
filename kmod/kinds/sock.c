// SPDX-License-Identifier: GPL-2.0
/* kinds/sock.c - sockets: which family judges, and what holds for all of them. */

#include <linux/filter.h>
#include <linux/magic.h>
#include <linux/net.h>
#include <linux/netdevice.h>
#include <net/inet_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "compat/sock.h"
#include "sock.h"

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

/* CRIU before 4.2 asks every socket for SO_PASSCRED. */
static bool ckpt_sock_no_passcred(const struct ckpt_scan *scan, const struct sock *sk)
{
	return ckpt_kernel_limits_passcred() && (ckpt_is_inet(sk) || sk->sk_family == AF_PACKET) &&
	       !ckpt_rule_is_quiet(&scan->report, CKPT_SOCK_NO_PASSCRED);
}

/* What CRIU refuses or loses whatever the family.  Never sleeps. */
static bool ckpt_sock_odd(const struct ckpt_scan *scan, struct sock *sk)
{
	return !ckpt_ns_has_net(scan, sock_net(sk)) || ckpt_sock_ebpf(sk) ||
	       READ_ONCE(sk->sk_bound_dev_if) || ckpt_sock_no_passcred(scan, sk);
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
		if (look == CKPT_FINE && ckpt_sock_opts_odd(sk))
			look = CKPT_MARK;
		break;
	case AF_INET:
	case AF_INET6:
		look = ckpt_inet_peek(sk);
		break;
	case AF_NETLINK:
		look = ckpt_netlink_peek(sk, file);
		break;
	case AF_PACKET:
		look = ckpt_packet_peek(scan, sk, inode);
		break;
	}
	return look == CKPT_FINE && ckpt_sock_odd(scan, sk) ? CKPT_MARK : look;
}

/*
 * CRIU does not find it among the sockets of the set's namespaces.  A netlink socket, or an
 * internet socket that has no connection, it then takes for a new one, unless it is in a
 * namespace that CRIU neither dumps nor lives in.  At restore it is to be in that namespace, and
 * CRIU's own was not saved with a tree that has one.
 */
static enum ckpt_rule_id ckpt_sock_foreign_rule(const struct ckpt_scan *scan, struct sock *sk)
{
	bool new = sk->sk_family == AF_NETLINK ||
		   (ckpt_is_inet(sk) &&
		    (sk->sk_type != SOCK_STREAM || inet_sk_state_load(sk) == TCP_CLOSE));

	if (new && !ckpt_ns_own(scan, CKPT_NS_NET))
		return CKPT_SOCK_FOREIGN_NETNS_LOST;
	if (new && sock_net(sk) == scan->reader_spaces.ns[CKPT_NS_NET])
		return CKPT_SOCK_HOST_NETNS;
	return CKPT_SOCK_FOREIGN_NETNS;
}

static void ckpt_sock_judge_foreign(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				    struct sock *sk)
{
	struct ckpt_finding *f;

	f = ckpt_sock_emit(scan, obj, sk, ckpt_sock_foreign_rule(scan, sk));
	ckpt_key_u64(&scan->report, f, "family", sk->sk_family);
	ckpt_key_netns(scan, f, sock_net(sk));
}

/* CRIU asks for the name of the device that a socket is bound to. */
static void ckpt_sock_judge_device(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				   struct sock *sk)
{
	int index = READ_ONCE(sk->sk_bound_dev_if);
	struct ckpt_finding *f;
	bool gone;

	if (!index)
		return;
	rcu_read_lock();
	gone = !dev_get_by_index_rcu(sock_net(sk), index);
	rcu_read_unlock();
	if (!gone)
		return;
	f = ckpt_sock_emit(scan, obj, sk, CKPT_SOCK_DEVICE_GONE);
	ckpt_key_u64(&scan->report, f, "ifindex", index);
}

/* Return: whether CRIU knows the family at all. */
static bool ckpt_sock_judge_family(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				   struct sock *sk, bool foreign)
{
	struct ckpt_finding *f;

	switch (sk->sk_family) {
	case AF_UNIX:
		/* Whatever else: CRIU finds none of a namespace that it does not visit. */
		if (!foreign) {
			ckpt_unix_judge(scan, obj, sk);
			ckpt_sock_judge_opts(scan, obj, sk);
		}
		return true;
	case AF_INET:
	case AF_INET6:
		ckpt_inet_judge(scan, obj, sk);
		return true;
	case AF_PACKET:
		if (!foreign)
			ckpt_packet_judge(scan, obj, sk);
		return true;
	case AF_NETLINK:
		if (!foreign)
			ckpt_netlink_judge(scan, obj, sk);
		return true;
	}
	f = ckpt_sock_emit(scan, obj, sk, CKPT_SOCK_FAMILY);
	ckpt_key_u64(&scan->report, f, "family", sk->sk_family);
	return false;
}

/* Judges a socket of the set, which stays alive; no lock is held.  May sleep. */
void ckpt_sock_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	bool foreign = !ckpt_ns_has_net(scan, sock_net(sk));

	if (!ckpt_sock_judge_family(scan, obj, sk, foreign))
		return;
	if (foreign)
		ckpt_sock_judge_foreign(scan, obj, sk);
	if (ckpt_sock_ebpf(sk))
		ckpt_sock_emit(scan, obj, sk, CKPT_SOCK_EBPF_FILTER);
	ckpt_sock_judge_device(scan, obj, sk);
	if (!ckpt_is_inet(sk) && sk->sk_family != AF_PACKET)
		return;
	if (ckpt_sock_no_passcred(scan, sk))
		ckpt_sock_emit(scan, obj, sk, CKPT_SOCK_NO_PASSCRED);
	ckpt_sock_judge_lost(scan, obj, sk);
	ckpt_sock_judge_opts(scan, obj, sk);
}

/* CRIU takes every mapped socket for a packet socket, and aborts over this one. */
static void ckpt_sock_judge_tcp_map(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, CKPT_TCP_MMAP, &obj->place, NULL, 0);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
}

/* Judges a mapping of a socket; no lock is held, its file is referenced.  May sleep. */
void ckpt_sock_judge_map(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct sock *sk = ckpt_match_sock(obj->file, obj->inode) ?
			  ckpt_inode_sock(obj->inode) : NULL;

	if (sk && sk->sk_family == AF_PACKET)
		ckpt_packet_judge_map(scan, obj, sk);
	else if (sk && ckpt_is_tcp(sk))
		ckpt_sock_judge_tcp_map(scan, obj);
	else
		ckpt_file_unknown(scan, obj, "mapping of a socket");
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
