// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/tun.c - descriptors of tun devices in network namespaces that CRIU saves, and devices
 * there whose descriptors are elsewhere.
 *
 * The driver is there as long as one of its files or devices is; where it is a module we do not
 * want it loaded for our sake, so its functions are looked up.
 */

#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/ptr_ring.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>
#include <net/sock.h>

#include "access.h"
#include "anon.h"
#include "grow.h"
#include "kind.h"

/* What the driver tells of a device are a few small attributes. */
#define CKPT_TUN_INFO	256

/**
 * struct ckpt_tun - a device that goes with its last descriptor
 * @place: process in its network namespace
 * @net: that namespace, compared only
 * @ns: its inode number
 * @ifindex: of the device
 * @name: of the device
 */
struct ckpt_tun {
	struct ckpt_place place;
	const struct net *net;
	unsigned int ns;
	int ifindex;
	char name[IFNAMSIZ];
};

static struct ckpt_finding *ckpt_tun_emit(struct ckpt_scan *scan, const struct ckpt_obj *obj,
					  enum ckpt_rule_id rule)
{
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, rule, &obj->place, obj->file, obj->inode->i_ino);
	ckpt_key_path(&scan->report, f, obj->file);
	return f;
}

/* Packets that the program has not read. */
static bool ckpt_tun_has_packets(struct file *file)
{
	struct ptr_ring *(*get_ring)(struct file *file) = symbol_get(tun_get_tx_ring);
	struct ptr_ring *ring;
	bool found;

	if (!get_ring)
		return false;
	ring = get_ring(file);
	found = !IS_ERR_OR_NULL(ring) && !ptr_ring_empty_bh(ring);
	symbol_put(tun_get_tx_ring);
	return found;
}

static void ckpt_tun_judge_queue(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct ckpt_finding *f;

	if (!ckpt_tun_has_packets(obj->file))
		return;
	f = ckpt_tun_emit(scan, obj, CKPT_TUN_QUEUE);
	ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_TRANSIENT, "yes", 3);
}

/* The file keeps the socket, which keeps its network namespace; NULL if there is none. */
static struct sock *ckpt_tun_sock(struct file *file)
{
	struct socket *(*get)(struct file *file) = symbol_get(tun_get_socket);
	struct socket *sock;

	if (!get)
		return NULL;
	sock = get(file);
	symbol_put(tun_get_socket);
	return IS_ERR_OR_NULL(sock) ? NULL : sock->sk;
}

/* Remembers which device the file belongs to, if to any. */
static void ckpt_tun_note_file(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			       const struct sock *sk)
{
	struct net_device *dev;
	char name[IFNAMSIZ];
	int ifindex = 0;

	if (!ckpt_fdinfo_scan(scan, obj, "iff:", "%15s", name))
		return;
	rcu_read_lock();
	dev = dev_get_by_name_rcu(sock_net(sk), name);
	if (dev)
		ifindex = dev->ifindex;
	rcu_read_unlock();
	if (ckpt_table_reserve(&scan->tun_files, 1))
		ckpt_report_error(&scan->report, -ENOMEM);
	else
		ckpt_table_add(&scan->tun_files, sock_net(sk), ifindex);
}

/* CRIU knows its own network namespace, too. */
static bool ckpt_tun_is_readers(const struct ckpt_scan *scan, const struct net *net)
{
	return net == scan->reader_spaces.ns[CKPT_NS_NET];
}

/**
 * ckpt_tun_judge() - a descriptor of /dev/net/tun, where the root has a network namespace
 * @scan: scan
 * @obj: its file
 *
 * May sleep.
 */
void ckpt_tun_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct sock *sk = ckpt_tun_sock(obj->file);
	struct ckpt_finding *f;

	if (!sk) {
		ckpt_file_unknown(scan, obj, "tun device");
		return;
	}
	ckpt_tun_note_file(scan, obj, sk);
	if (!ckpt_ns_has_net(scan, sock_net(sk))) {
		f = ckpt_tun_emit(scan, obj, ckpt_tun_is_readers(scan, sock_net(sk)) ?
				  CKPT_TUN_HOST_NETNS : CKPT_TUN_FOREIGN_NETNS);
		ckpt_key_netns(scan, f, sock_net(sk));
	}
	if (rcu_access_pointer(sk->sk_filter))
		ckpt_tun_emit(scan, obj, CKPT_TUN_FILTER);
	ckpt_tun_judge_queue(scan, obj);
}

/*
 * Does the device stay without a descriptor?  Taken for granted where that is not told, but what
 * there is no memory for makes the report incomplete.
 */
static bool ckpt_tun_persists(struct ckpt_scan *scan, struct net *net, int ifindex)
{
	struct sk_buff *skb = nlmsg_new(CKPT_TUN_INFO, GFP_KERNEL_ACCOUNT);
	const struct nlattr *attr = NULL;
	struct net_device *dev;
	bool persists;

	if (!skb) {
		ckpt_report_error(&scan->report, -ENOMEM);
		return true;
	}
	rcu_read_lock();
	dev = dev_get_by_index_rcu(net, ifindex);
	if (dev && dev->rtnl_link_ops && dev->rtnl_link_ops->fill_info &&
	    !dev->rtnl_link_ops->fill_info(skb, dev))
		attr = nla_find((struct nlattr *)skb->data, skb->len, IFLA_TUN_PERSIST);
	rcu_read_unlock();
	persists = !attr || nla_get_u8(attr);
	nlmsg_free(skb);
	return persists;
}

/**
 * ckpt_tun_note() - a tun device in a network namespace of the set
 * @scan: scan
 * @place: a process there
 * @net: the namespace, kept by the caller
 * @ifindex: of the device
 * @name: of the device
 *
 * Whether the set has its descriptor is known at the end.  May sleep.
 */
void ckpt_tun_note(struct ckpt_scan *scan, const struct ckpt_place *place, struct net *net,
		   int ifindex, const char *name)
{
	const struct ckpt_room room = {
		.size = sizeof(*scan->tuns), .used = scan->nr_tuns,
		.need = scan->nr_tuns + 1, .most = scan->max_objects,
	};
	struct ckpt_tun *tun;
	int err;

	if (ckpt_tun_persists(scan, net, ifindex))
		return;
	err = ckpt_grow((void **)&scan->tuns, &scan->cap_tuns, &room);
	if (err) {
		ckpt_report_error(&scan->report, err);
		return;
	}
	tun = &scan->tuns[scan->nr_tuns++];
	*tun = (struct ckpt_tun){
		.place = *place, .net = net, .ns = net->ns.inum, .ifindex = ifindex,
	};
	strscpy(tun->name, name, sizeof(tun->name));
}

/**
 * ckpt_tuns_finish() - devices of which nobody in the set has a descriptor
 * @scan: scan, whose files have all been judged
 */
void ckpt_tuns_finish(struct ckpt_scan *scan)
{
	const struct ckpt_tun *tun, *end = scan->tuns + scan->nr_tuns;
	struct ckpt_finding *f;

	for (tun = scan->tuns; tun < end && !ckpt_scan_cut(scan); tun++) {
		if (ckpt_table_find(&scan->tun_files, tun->net, tun->ifindex))
			continue;
		f = ckpt_emit(&scan->report, CKPT_TUN_NOINFO, &tun->place, NULL, 0);
		ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, tun->ns);
		ckpt_key_str(&scan->report, f, "ifname", tun->name, strlen(tun->name));
	}
}

/* Forgets the devices of a scan. */
void ckpt_tuns_free(struct ckpt_scan *scan)
{
	ckpt_grow_free((void **)&scan->tuns, &scan->nr_tuns, &scan->cap_tuns);
}
