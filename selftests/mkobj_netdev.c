// SPDX-License-Identifier: GPL-2.0
/* mkobj_netdev.c - what can be set up in a network namespace of the target's own. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/if_link.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <linux/xfrm.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mkobj.h"
#include "mkobj_inet.h"

/* A request to the kernel, which grows at its end. */
struct request {
	struct nlmsghdr head;
	char body[1024];
};

static void *grow(struct request *r, size_t len)
{
	void *p = (char *)r + NLMSG_ALIGN(r->head.nlmsg_len);

	r->head.nlmsg_len = NLMSG_ALIGN(r->head.nlmsg_len) + len;
	return p;
}

static struct rtattr *add(struct request *r, int type, const void *data, size_t len)
{
	struct rtattr *a = grow(r, RTA_LENGTH(len));

	a->rta_type = type;
	a->rta_len = RTA_LENGTH(len);
	if (len)
		memcpy(RTA_DATA(a), data, len);
	return a;
}

static void add_str(struct request *r, int type, const char *s)
{
	add(r, type, s, strlen(s) + 1);
}

static void nest_end(struct request *r, struct rtattr *nest)
{
	nest->rta_len = (char *)r + NLMSG_ALIGN(r->head.nlmsg_len) - (char *)nest;
}

static void begin(struct request *r, int type, int flags)
{
	memset(r, 0, sizeof(*r));
	r->head.nlmsg_len = NLMSG_HDRLEN;
	r->head.nlmsg_type = type;
	r->head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags;
}

static void ask(struct request *r, int proto)
{
	int fd = mkobj_try(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, proto), "netlink");
	struct {
		struct nlmsghdr head;
		struct nlmsgerr err;
		char rest[1024];
	} answer;

	mkobj_try(send(fd, r, r->head.nlmsg_len, 0), "netlink");
	mkobj_try(recv(fd, &answer, sizeof(answer), 0), "netlink");
	close(fd);
	errno = -answer.err.error;
	mkobj_try(errno ? -1 : 0, "netlink");
}

/* A new device; of a pair, the other end is in the namespace of process @peer, 0: in the same. */
static void new_link(const char *kind, const char *name, pid_t peer)
{
	struct rtattr *info, *data, *end;
	struct request r;

	begin(&r, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	memset(grow(&r, sizeof(struct ifinfomsg)), 0, sizeof(struct ifinfomsg));
	add_str(&r, IFLA_IFNAME, name);
	info = add(&r, IFLA_LINKINFO, NULL, 0);
	add_str(&r, IFLA_INFO_KIND, kind);
	if (peer) {
		data = add(&r, IFLA_INFO_DATA, NULL, 0);
		end = add(&r, VETH_INFO_PEER, NULL, 0);
		memset(grow(&r, sizeof(struct ifinfomsg)), 0, sizeof(struct ifinfomsg));
		add(&r, IFLA_NET_NS_PID, &peer, sizeof(peer));
		nest_end(&r, end);
		nest_end(&r, data);
	}
	nest_end(&r, info);
	ask(&r, NETLINK_ROUTE);
}

static unsigned long own_net_ino(void)
{
	struct stat st;

	mkobj_try(stat("/proc/self/ns/net", &st), "ns/net");
	return st.st_ino;
}

static void make_link(struct mkobj *m)
{
	inet_own_net();
	new_link(m->c->arg, "mkobj", 0);
	mkobj_key(m, "ino=%lu ifname=mkobj kind=%s", own_net_ino(), m->c->arg);
}

/* In a namespace of the child, where the root has another one. */
static void make_link_of_child(struct mkobj *m)
{
	inet_own_net();
	if (mkobj_fork())
		return;
	make_link(m);
	mkobj_pause();
}

static void make_link_to_outside(struct mkobj *m)
{
	inet_own_net();
	new_link("veth", "mkobj", m->holder);
	mkobj_key(m, "ino=%lu ifname=mkobj kind=veth", own_net_ino());
}

static void make_qdisc(struct mkobj *m)
{
	struct tcmsg *tc;
	struct request r;

	inet_own_net();
	begin(&r, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL);
	tc = grow(&r, sizeof(*tc));
	tc->tcm_ifindex = if_nametoindex("lo");
	tc->tcm_parent = m->c->num;
	tc->tcm_handle = m->c->num == TC_H_INGRESS ? TC_H_MAKE(TC_H_INGRESS, 0) : 1 << 16;
	add_str(&r, TCA_KIND, m->c->arg);
	ask(&r, NETLINK_ROUTE);
	mkobj_key(m, "what=tc ino=%lu ifname=lo", own_net_ino());
}

static void make_policy(struct mkobj *m)
{
	struct xfrm_userpolicy_info *policy;
	struct request r;

	inet_own_net();
	begin(&r, XFRM_MSG_NEWPOLICY, NLM_F_CREATE | NLM_F_EXCL);
	policy = grow(&r, sizeof(*policy));
	policy->sel.family = AF_INET;
	policy->lft.soft_byte_limit = XFRM_INF;
	policy->lft.hard_byte_limit = XFRM_INF;
	policy->lft.soft_packet_limit = XFRM_INF;
	policy->lft.hard_packet_limit = XFRM_INF;
	policy->dir = XFRM_POLICY_OUT;
	policy->action = XFRM_POLICY_ALLOW;
	ask(&r, NETLINK_XFRM);
	mkobj_key(m, "what=xfrm ino=%lu entries=1", own_net_ino());
}

static void make_own_net(struct mkobj *m)
{
	inet_own_net();
}

#define KIND	"ns-net-link-kind"
#define OUTSIDE	"ns-net-link-outside"
#define CONTENT	"ns-net-content"

const struct mkobj_case mkobj_netdev_cases[] = {
	{ .name = KIND, .rule = KIND, .make = make_link, .arg = "ifb", .flags = "root-only" },
	{ .name = KIND ".bond", .rule = KIND, .make = make_link, .arg = "bond",
	  .flags = "root-only" },
	{ .name = KIND ".child", .rule = KIND, .make = make_link_of_child, .arg = "ifb",
	  .flags = "root-only,also=ns-nested-net" },
	{ .name = KIND ".miss", .rule = KIND, .make = make_own_net, .flags = "root-only" },
	{ .name = KIND ".miss-veth", .rule = KIND, .make = make_link, .arg = "veth",
	  .flags = "root-only" },
	{ .name = KIND ".miss-bridge", .rule = KIND, .make = make_link, .arg = "bridge",
	  .flags = "root-only" },
	{ .name = OUTSIDE, .rule = OUTSIDE, .make = make_link_to_outside, .flags = "root-only" },
	{ .name = OUTSIDE ".miss", .rule = OUTSIDE, .make = make_link, .arg = "veth",
	  .flags = "root-only" },
	{ .name = CONTENT, .rule = CONTENT, .make = make_qdisc, .arg = "pfifo",
	  .num = TC_H_ROOT, .flags = "root-only" },
	{ .name = CONTENT ".ingress", .rule = CONTENT, .make = make_qdisc, .arg = "ingress",
	  .num = TC_H_INGRESS, .flags = "root-only" },
	{ .name = CONTENT ".xfrm", .rule = CONTENT, .make = make_policy, .flags = "root-only" },
	{ .name = CONTENT ".miss", .rule = CONTENT, .make = make_own_net, .flags = "root-only" },
	{ }
};
