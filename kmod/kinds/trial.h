/* SPDX-License-Identifier: GPL-2.0 */
/* trial.h - socket options that show nowhere but in a private struct. */
#ifndef _CKPT_KINDS_TRIAL_H
#define _CKPT_KINDS_TRIAL_H

#include <linux/mutex.h>
#include <net/sock.h>

#include "scan.h"

/**
 * struct ckpt_trial_opt - an option, and how it shows
 * @option: of setsockopt()
 * @name: of that
 * @at: index of the word, 0 where that could not be found out
 * @mask: bits that tell
 * @set: what they are where the option is set
 * @clear: what they are where it is not
 */
struct ckpt_trial_opt {
	int option;
	const char *name;
	size_t at;
	unsigned long mask;
	unsigned long set;
	unsigned long clear;
};

/**
 * struct ckpt_trial - options of one kind of sockets
 * @family: of the sockets; they are raw, and of protocol 0
 * @level: of the options
 * @opts: them, @nr of them
 * @proto: of the socket that they were tried on; NULL until then
 * @lock: held while they are tried
 */
struct ckpt_trial {
	int family;
	int level;
	struct ckpt_trial_opt *opts;
	int nr;
	const struct proto *proto;
	struct mutex lock;	/* for one trial at a time */
};

size_t ckpt_trial_names(struct ckpt_scan *scan, struct ckpt_trial *trial, const struct sock *sk,
			char *names, size_t size, bool *known);
bool ckpt_trial_may_have(const struct ckpt_trial *trial, const struct sock *sk);

#endif
