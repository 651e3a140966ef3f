// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/trial.c - socket options that CRIU does not save and that the kernel tells nobody but the
 * process.
 *
 * They are somewhere in a private struct, elsewhere in each kernel.  Where and how is found out by
 * trial: an option is set on a socket of our own, and what has changed there by that is what we
 * look at in others.  If more than one word has changed, or another socket has neither value,
 * nothing is said of the option.
 */

#include <linux/cred.h>
#include <linux/net.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/sockptr.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "trial.h"

static int ckpt_trial_set(const struct ckpt_trial *trial, struct socket *sock, int option,
			  int value)
{
	return sock->ops->setsockopt(sock, trial->level, option, KERNEL_SOCKPTR(&value),
				     sizeof(value));
}

/*
 * The words behind the public part of the socket; nobody else knows this one.  The first time that
 * an option is set some locks may note things of their own, which are not to be taken for it.
 */
static void ckpt_trial_opt(const struct ckpt_trial *trial, struct socket *sock,
			   unsigned long *before, struct ckpt_trial_opt *opt)
{
	const unsigned long *words = (const unsigned long *)sock->sk;
	size_t i, end = sock->sk->sk_prot->obj_size / sizeof(*words);

	if (ckpt_trial_set(trial, sock, opt->option, 1) ||
	    ckpt_trial_set(trial, sock, opt->option, 0))
		return;
	memcpy(before, words, end * sizeof(*words));
	if (ckpt_trial_set(trial, sock, opt->option, 1))
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

static int ckpt_trial_sock(struct ckpt_trial *trial, struct socket *sock)
{
	unsigned long *before = kvmalloc(sock->sk->sk_prot->obj_size, GFP_KERNEL_ACCOUNT);
	int i;

	if (!before)
		return -ENOMEM;
	for (i = 0; i < trial->nr; i++)
		ckpt_trial_opt(trial, sock, before, &trial->opts[i]);
	/* Whoever sees it sees the options as well. */
	smp_store_release(&trial->proto, sock->sk->sk_prot);
	kvfree(before);
	return 0;
}

/*
 * The reader may not be allowed to make such sockets.  This one is bound to no protocol or
 * address, so that it gets nothing.
 */
static int ckpt_trial(struct ckpt_trial *trial)
{
	struct cred *cred = prepare_kernel_cred(&init_task);
	const struct cred *old;
	struct socket *sock;
	int err;

	if (!cred)
		return -ENOMEM;
	old = override_creds(cred);
	err = sock_create_kern(&init_net, trial->family, SOCK_RAW, 0, &sock);
	if (!err) {
		err = ckpt_trial_sock(trial, sock);
		sock_release(sock);
	}
	revert_creds(old);
	put_cred(cred);
	return err;
}

/* Return: whether it is set; *@known is false where that cannot be told. */
static bool ckpt_trial_has(const struct sock *sk, const struct ckpt_trial_opt *opt, bool *known)
{
	unsigned long word;

	if (!opt->at) {
		*known = false;
		return false;
	}
	word = READ_ONCE(((const unsigned long *)sk)[opt->at]) & opt->mask;
	if (word != opt->set && word != opt->clear)
		*known = false;
	return word == opt->set;
}

/**
 * ckpt_trial_may_have() - might a socket have one of the options?
 * @trial: options
 * @sk: alive
 *
 * Never sleeps.  Return: also true while nothing is known.
 */
bool ckpt_trial_may_have(const struct ckpt_trial *trial, const struct sock *sk)
{
	bool known = true;
	int i;

	/* Pairs with the release that publishes the options. */
	if (smp_load_acquire(&trial->proto) != sk->sk_prot)
		return true;
	for (i = 0; i < trial->nr; i++)
		if (ckpt_trial_has(sk, &trial->opts[i], &known) || !known)
			return true;
	return false;
}

/**
 * ckpt_trial_names() - the options that a socket has
 * @scan: scan
 * @trial: options that are looked for
 * @sk: alive; no lock is held
 * @names: names of those that are set, separated by commas
 * @size: of that
 * @known: false if some option cannot be told
 *
 * May sleep.  Return: length of @names.
 */
size_t ckpt_trial_names(struct ckpt_scan *scan, struct ckpt_trial *trial, const struct sock *sk,
			char *names, size_t size, bool *known)
{
	size_t len = 0;
	int i;

	mutex_lock(&trial->lock);
	if (!trial->proto && ckpt_trial(trial) == -ENOMEM)
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
	mutex_unlock(&trial->lock);
	*known = trial->proto == sk->sk_prot;
	for (i = 0; *known && i < trial->nr; i++)
		if (ckpt_trial_has(sk, &trial->opts[i], known))
			len += scnprintf(names + len, size - len, "%s%s", len ? "," : "",
					 trial->opts[i].name);
	return len;
}
