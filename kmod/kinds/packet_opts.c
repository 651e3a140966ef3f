// SPDX-License-Identifier: GPL-2.0
/* kinds/packet_opts.c - options of packet sockets that CRIU does not save. */

#include <linux/if_packet.h>
#include <linux/net.h>
#include <net/sock.h>

#include "sock.h"
#include "trial.h"

static struct ckpt_trial_opt ckpt_packet_opts[] = {
	{ .option = PACKET_QDISC_BYPASS, .name = "PACKET_QDISC_BYPASS" },
	{ .option = PACKET_IGNORE_OUTGOING, .name = "PACKET_IGNORE_OUTGOING" },
	{ .option = PACKET_TX_HAS_OFF, .name = "PACKET_TX_HAS_OFF" },
};

static struct ckpt_trial ckpt_packet_trial = {
	.family = AF_PACKET, .level = SOL_PACKET,
	.opts = ckpt_packet_opts, .nr = ARRAY_SIZE(ckpt_packet_opts),
	.lock = __MUTEX_INITIALIZER(ckpt_packet_trial.lock),
};

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
	char names[128];
	size_t len = 0;
	bool known;

	if (program)
		len = scnprintf(names, sizeof(names), "PACKET_FANOUT_DATA,");
	len += ckpt_trial_names(scan, &ckpt_packet_trial, sk, names + len, sizeof(names) - len,
				&known);
	if (!known)
		ckpt_file_unknown(scan, obj, "packet socket of a kind that is not known");
	if (!len)
		return;
	if (names[len - 1] == ',')
		len--;
	f = ckpt_sock_emit(scan, obj, sk, CKPT_PACKET_OPTS_LOST);
	ckpt_key_str(&scan->report, f, "opt", names, len);
}
