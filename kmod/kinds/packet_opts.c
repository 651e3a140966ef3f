// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/packet_opts.c - options of packet sockets that CRIU does not save and that the kernel tells
 * nobody but the process.
 *
 * They are somewhere in a private struct, elsewhere in each kernel.  Where and how is found out by
 * trial: an option is set on a socket of our own, and what has changed there by that is what we
 * look at in others.  If more than one word has changed, or another socket has neither value,
 * nothing is said of the option.
 */

#include <linux/cred.h>
#include <linux/if_packet.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/sockptr.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "sock.h"

/**
 * struct ckpt_packet_opt - an option, and how it shows
 * @option: of setsockopt()
 * @name: of that
 * @at: index of the word, 0 where that could not be found out
 * @mask: bits that tell
 * @set: what they are where the option is set
 * @clear: what they are where it is not
 */
struct ckpt_packet_opt {
	int option;
	const char *name;
	size_t at;
	unsigned long mask;
	unsigned long set;
	unsigned long clear;
};

static struct ckpt_packet_opt ckpt_packet_opts[] = {
	{ .option = PACKET_QDISC_BYPASS, .name = "PACKET_QDISC_BYPASS" },
	{ .option = PACKET_IGNORE_OUTGOING, .name = "PACKET_IGNORE_OUTGOING" },
	{ .option = PACKET_TX_HAS_OFF, .name = "PACKET_TX_HAS_OFF" },
};

/* Of the sockets that the options were tried on; NULL until then. */
static const struct proto *ckpt_packet_proto;

static DEFINE_MUTEX(ckpt_packet_lock);

/* The words behind the public part of the socket; nobody else knows this one. */
static void ckpt_packet_try_opt(struct socket *sock, unsigned long *before,
				struct ckpt_packet_opt *opt)
{
	const unsigned long *words = (const unsigned long *)sock->sk;
	size_t i, end = sock->sk->sk_prot->obj_size / sizeof(*words);
	int one = 1;

	memcpy(before, words, end * sizeof(*words));
	if (sock->ops->setsockopt(sock, SOL_PACKET, opt->option, KERNEL_SOCKPTR(&one), sizeof(one)))
		return;
	for (i = DIV_ROUND_UP(sizeof(struct sock), sizeof(*words)); i < end; i++) {
		if (words[i] == before[i])
			continue;
		if (opt->at) {
			opt->at = 0;
			return;
		}
		opt->at = i;
		opt->mask = words[i] ^ before[i];
		opt->set = words[i] & opt->mask;
		opt->clear = before[i] & opt->mask;
	}
}

static int ckpt_packet_try_sock(struct socket *sock)
{
	unsigned long *before = kvmalloc(sock->sk->sk_prot->obj_size, GFP_KERNEL_ACCOUNT);
	int i;

	if (!before)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(ckpt_packet_opts); i++)
		ckpt_packet_try_opt(sock, before, &ckpt_packet_opts[i]);
	ckpt_packet_proto = sock->sk->sk_prot;
	kvfree(before);
	return 0;
}

/*
 * The reader may not be allowed to make packet sockets.  This one is bound to no protocol, so
 * that it gets nothing.
 */
static int ckpt_packet_try(void)
{
	struct cred *cred = prepare_kernel_cred(&init_task);
	const struct cred *old;
	struct socket *sock;
	int err;

	if (!cred)
		return -ENOMEM;
	old = override_creds(cred);
	err = sock_create_kern(&init_net, AF_PACKET, SOCK_RAW, 0, &sock);
	revert_creds(old);
	put_cred(cred);
	if (err)
		return err;
	err = ckpt_packet_try_sock(sock);
	sock_release(sock);
	return err;
}

/* Return: whether it is set; *@known is false where that cannot be told. */
static bool ckpt_packet_has(const struct sock *sk, const struct ckpt_packet_opt *opt, bool *known)
{
	unsigned long word;

	if (!opt->at || sk->sk_prot != ckpt_packet_proto) {
		*known = false;
		return false;
	}
	word = READ_ONCE(((const unsigned long *)sk)[opt->at]) & opt->mask;
	if (word != opt->set && word != opt->clear)
		*known = false;
	return word == opt->set;
}

/**
 * ckpt_packet_judge_opts() - options that a restored packet socket will not have
 * @scan: scan
 * @obj: where it was found
 * @sk: a packet socket, alive; no lock is held
 * @program: a BPF program chooses between the sockets of its fanout group
 *
 * May sleep.
 */
void ckpt_packet_judge_opts(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk,
			    bool program)
{
	struct ckpt_finding *f;
	bool known = true;
	char names[128];
	size_t len = 0;
	int i;

	mutex_lock(&ckpt_packet_lock);
	if (!ckpt_packet_proto && ckpt_packet_try() == -ENOMEM)
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
	mutex_unlock(&ckpt_packet_lock);
	if (program)
		len = scnprintf(names, sizeof(names), "PACKET_FANOUT_DATA");
	for (i = 0; i < ARRAY_SIZE(ckpt_packet_opts); i++)
		if (ckpt_packet_has(sk, &ckpt_packet_opts[i], &known))
			len += scnprintf(names + len, sizeof(names) - len, "%s%s", len ? "," : "",
					 ckpt_packet_opts[i].name);
	if (!known)
		ckpt_file_unknown(scan, obj, "packet socket of a kind that is not known");
	if (!len)
		return;
	f = ckpt_sock_emit(scan, obj, sk, CKPT_PACKET_OPTS_LOST);
	ckpt_key_str(&scan->report, f, "opt", names, len);
}
