// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/netdev.c - what is set up in a network namespace that CRIU saves: its devices, queueing
 * disciplines and transforms.
 *
 * The namespace is kept by its file in nsfs; devices are looked at under RCU, a bounded number at
 * a time, and what is to be told of them is copied.
 */

#include <linux/if_arp.h>
#include <linux/netdevice.h>
#include <linux/path.h>
#include <linux/proc_ns.h>
#include <net/net_namespace.h>
#include <net/rtnetlink.h>
#include <net/sch_generic.h>

#include "access.h"
#include "compat/net.h"
#include "kind.h"

#define CKPT_LINKS_CHUNK	256
#define CKPT_LINKS_ODD		32
#define CKPT_LINK_KIND		32

/* A device that a rule holds for; @tun is the number of one that may go with its descriptor. */
struct ckpt_link {
	char name[IFNAMSIZ];
	char kind[CKPT_LINK_KIND];
	bool unsupported;
	bool outside;
	bool tc;
	int tun;
};

struct ckpt_links {
	unsigned int nr;
	struct ckpt_link odd[CKPT_LINKS_ODD];
};

/* What CRIU makes again, or knows to come by itself; @kind is "" where the device has none. */
static bool ckpt_link_supported(const struct net_device *dev, const char *kind)
{
	switch (dev->type) {
	case ARPHRD_LOOPBACK:
		return true;
	case ARPHRD_ETHER:
		return !strcmp(kind, "veth") || !strcmp(kind, "tun") || !strcmp(kind, "bridge") ||
		       !strcmp(kind, "macvlan") ||
		       (!strcmp(kind, "gretap") && !strcmp(dev->name, "gretap0"));
	case ARPHRD_NONE:
		return !strcmp(kind, "tun");
	case ARPHRD_VOID:
		return !strcmp(kind, "venet");
	case ARPHRD_IPGRE:
		return !strcmp(kind, "gre") && !strcmp(dev->name, "gre0");
	case ARPHRD_SIT:
		return !strcmp(kind, "sit");
	default:
		return false;
	}
}

/* Is the other end of a pair in a namespace that is not saved?  Under RCU. */
static bool ckpt_link_outside(const struct ckpt_scan *scan, struct net_device *dev)
{
	struct net_device *peer = NULL;

	if (dev->netdev_ops->ndo_get_peer_dev)
		peer = dev->netdev_ops->ndo_get_peer_dev(dev);
	return peer && !ckpt_ns_has_net(scan, dev_net(peer));
}

/* Those that nobody asked for have no number.  Under RCU. */
static bool ckpt_link_has_tc(const struct net_device *dev)
{
	const struct Qdisc *qdisc = rcu_dereference(dev->qdisc);
	const struct netdev_queue *ingress = rcu_dereference(dev->ingress_queue);

	if (qdisc && qdisc->handle)
		return true;
	qdisc = ingress ? rcu_dereference(ingress->qdisc_sleeping) : NULL;
	return qdisc && qdisc->handle;
}

/* Under RCU. */
static void ckpt_link_look(const struct ckpt_scan *scan, struct net_device *dev,
			   struct ckpt_links *links)
{
	const struct rtnl_link_ops *ops = READ_ONCE(dev->rtnl_link_ops);
	const char *kind = ops ? ops->kind : "";
	struct ckpt_link link = {
		.unsupported = !ckpt_link_supported(dev, kind),
		.outside = ckpt_link_outside(scan, dev),
		.tc = ckpt_link_has_tc(dev),
		.tun = strcmp(kind, "tun") ? 0 : dev->ifindex,
	};

	if (!link.unsupported && !link.outside && !link.tc && !link.tun)
		return;
	strscpy(link.name, dev->name, sizeof(link.name));
	strscpy(link.kind, kind, sizeof(link.kind));
	links->odd[links->nr++] = link;
}

/*
 * One RCU section over the devices behind the one of number *last, 0 at the beginning and at the
 * end.  Return: false if that one is gone.
 */
static bool ckpt_links_chunk(const struct ckpt_scan *scan, struct net *net, int *last,
			     struct ckpt_links *links)
{
	struct net_device *dev;
	unsigned int seen = 0;

	links->nr = 0;
	rcu_read_lock();
	dev = *last ? dev_get_by_index_rcu(net, *last) : net_device_entry(&net->dev_base_head);
	*last = 0;
	if (!dev) {
		rcu_read_unlock();
		return false;
	}
	for_each_netdev_continue_rcu(net, dev) {
		ckpt_link_look(scan, dev, links);
		if (++seen == CKPT_LINKS_CHUNK || links->nr == CKPT_LINKS_ODD) {
			*last = dev->ifindex;
			break;
		}
	}
	rcu_read_unlock();
	return true;
}

static void ckpt_link_emit(struct ckpt_scan *scan, const struct ckpt_place *place,
			   const struct net *net, enum ckpt_rule_id rule,
			   const struct ckpt_link *link)
{
	struct ckpt_finding *f = ckpt_emit(&scan->report, rule, place, NULL, 0);

	if (rule == CKPT_NS_NET_CONTENT)
		ckpt_key_str(&scan->report, f, "what", "tc", 2);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, net->ns.inum);
	ckpt_key_str(&scan->report, f, "ifname", link->name, strlen(link->name));
	if (*link->kind)
		ckpt_key_str(&scan->report, f, "kind", link->kind, strlen(link->kind));
}

static void ckpt_links_emit(struct ckpt_scan *scan, const struct ckpt_place *place,
			    struct net *net, const struct ckpt_links *links)
{
	unsigned int i;

	for (i = 0; i < links->nr; i++) {
		const struct ckpt_link *link = &links->odd[i];

		if (link->unsupported)
			ckpt_link_emit(scan, place, net, CKPT_NS_NET_LINK_KIND, link);
		else if (link->outside)
			ckpt_link_emit(scan, place, net, CKPT_NS_NET_LINK_OUTSIDE, link);
		if (link->tun)
			ckpt_tun_note(scan, place, net, link->tun, link->name);
		if (link->tc)
			ckpt_link_emit(scan, place, net, CKPT_NS_NET_CONTENT, link);
	}
}

static void ckpt_links_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
			     struct net *net)
{
	struct ckpt_links *links = kmalloc(sizeof(*links), GFP_KERNEL_ACCOUNT);
	bool whole = true;
	int last = 0;

	if (!links) {
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
		return;
	}
	do {
		whole = ckpt_links_chunk(scan, net, &last, links);
		ckpt_links_emit(scan, place, net, links);
		cond_resched();
	} while (last && !fatal_signal_pending(current));
	if (!whole)
		ckpt_report_incomplete(&scan->report, CKPT_REASON_NETWORK);
	kfree(links);
}

static void ckpt_xfrm_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
			    const struct net *net)
{
#ifdef CONFIG_XFRM
	unsigned int count = READ_ONCE(net->xfrm.state_num);
	struct ckpt_finding *f;
	int i;

	for (i = 0; i < ARRAY_SIZE(net->xfrm.policy_count); i++)
		count += READ_ONCE(net->xfrm.policy_count[i]);
	if (!count)
		return;
	f = ckpt_emit(&scan->report, CKPT_NS_NET_CONTENT, place, NULL, 0);
	ckpt_key_str(&scan->report, f, "what", "xfrm", 4);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, net->ns.inum);
	ckpt_key_u64(&scan->report, f, "entries", count);
#endif
}

#ifdef CONFIG_NETFILTER
/* Under RCU. */
static bool ckpt_hooks_nftables(struct nf_hook_entries __rcu *const *hooks, int nr)
{
	while (nr--) {
		const struct nf_hook_entries *entries = rcu_dereference(hooks[nr]);
		struct nf_hook_ops **ops;
		int i;

		if (!entries)
			continue;
		ops = nf_hook_entries_get_hook_ops(entries);
		for (i = 0; i < entries->num_hook_entries; i++)
			if (ckpt_hook_is_nftables(ops[i]))
				return true;
	}
	return false;
}
#endif

/* CRIU saves the rules of iptables; those of nftables only some builds of it, from 3.18 on. */
static bool ckpt_net_filtered(const struct net *net)
{
	bool nftables = false;

#ifdef CONFIG_NETFILTER
	rcu_read_lock();
	nftables = ckpt_hooks_nftables(net->nf.hooks_ipv4, ARRAY_SIZE(net->nf.hooks_ipv4)) ||
		   ckpt_hooks_nftables(net->nf.hooks_ipv6, ARRAY_SIZE(net->nf.hooks_ipv6));
	rcu_read_unlock();
#endif
	return nftables;
}

/* CRIU saves the members' network namespaces if the root has one of its own. */
static void ckpt_net_judge_saved(struct ckpt_scan *scan, const struct ckpt_place *place,
				 struct net *net)
{
	ckpt_links_judge(scan, place, net);
	ckpt_xfrm_judge(scan, place, net);
	if (ckpt_net_filtered(net))
		ckpt_report_incomplete(&scan->report, CKPT_REASON_NETWORK);
}

/**
 * ckpt_net_judge() - rules about a network namespace that is not the reader's
 * @scan: scan, whose first pass is over
 * @place: a process in the namespace, which the reader may inspect
 *
 * May sleep.
 */
void ckpt_net_judge(struct ckpt_scan *scan, const struct ckpt_place *place)
{
	struct path path;
	struct net *net;

	if (ckpt_access_ns(scan->fs, scan->cred, place->nr, "net", &path)) {
		ckpt_report_incomplete(&scan->report, CKPT_REASON_NETWORK);
		return;
	}
	net = container_of(get_proc_ns(d_inode(path.dentry)), struct net, ns);
	ckpt_diag_judge(scan, place, net);
	if (ckpt_ns_own(scan, CKPT_NS_NET))
		ckpt_net_judge_saved(scan, place, net);
	path_put(&path);
}
