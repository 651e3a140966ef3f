// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/scm.c - files in flight in UNIX sockets: judged as open ones are, but for what CRIU
 * cannot do with a file that it reads from a queue.
 */

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <net/af_unix.h>

#include "compat/sock.h"
#include "inflight.h"
#include "kind.h"
#include "refs.h"
#include "unix.h"

/* Instead of the inode number of a queue in ckpt_scan.flights. */
#define CKPT_SCM_AT_FD	U64_MAX

/* Rules about files of the anonymous inode that are in flight. */
static const struct {
	const char *name;
	enum ckpt_rule_id rule;
} ckpt_scm_anon_rules[] = {
	{ "[timerfd]",	CKPT_TIMERFD_IN_SCM },
	{ "inotify",	CKPT_INOTIFY_IN_SCM },
};

static bool ckpt_scm_is_anon(const struct ckpt_obj *obj)
{
	return obj->inode->i_sb->s_magic == ANON_INODE_FS_MAGIC;
}

/**
 * ckpt_scm_note() - remember a file at a descriptor, if one that is in flight wants to know
 * @scan: scan
 * @obj: the file
 *
 * May sleep.
 */
void ckpt_scm_note(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	if (!scan->nr_queues || obj->place.kind != CKPT_AT_FD || !ckpt_scm_is_anon(obj))
		return;
	if (ckpt_table_reserve(&scan->flights, 1))
		ckpt_report_incomplete(&scan->report, CKPT_REASON_MEMORY);
	else
		ckpt_table_add(&scan->flights, obj->file, CKPT_SCM_AT_FD);
}

/*
 * What is also at a descriptor of the process that fills the queue is restored there.  Which one
 * that will be is certain where there is only one.
 */
static void ckpt_scm_judge_anon(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const char *name = obj->file->f_path.dentry->d_name.name;
	int i;

	if (!ckpt_scm_is_anon(obj) ||
	    (scan->nr_procs == 1 && ckpt_table_find(&scan->flights, obj->file, CKPT_SCM_AT_FD)))
		return;
	for (i = 0; i < ARRAY_SIZE(ckpt_scm_anon_rules); i++)
		if (!strcmp(name, ckpt_scm_anon_rules[i].name))
			ckpt_emit(&scan->report, ckpt_scm_anon_rules[i].rule, &obj->place,
				  obj->file, 0);
}

/**
 * struct ckpt_sender - who of the set could send to a UNIX socket
 * @found: somebody
 * @at_fd: and that socket is in a fd table
 * @closed: nobody ever again: the other end of the connection has gone
 */
struct ckpt_sender {
	bool found;
	bool at_fd;
	bool closed;
};

/* CRIU fills a queue through the peer of a connection, or any socket connected to this one. */
static struct ckpt_sender ckpt_scm_sender(const struct ckpt_scan *scan, struct sock *sk)
{
	const struct ckpt_slot *slot = NULL;
	struct ckpt_sender sender = {};
	struct sock *peer;

	if (sk->sk_type == SOCK_DGRAM) {
		slot = ckpt_table_find(&scan->sockets, sk, CKPT_SOCK_SENDER);
	} else {
		peer = unix_peer_get(sk);
		sender.closed = READ_ONCE(sk->sk_state) == TCP_ESTABLISHED &&
				(!peer || sock_flag(peer, SOCK_DEAD));
		if (peer) {
			slot = ckpt_table_find(&scan->sockets, peer, ckpt_sock_ino(peer));
			sock_put(peer);
		}
	}
	sender.found = slot;
	sender.at_fd = slot && slot->value & CKPT_SOCK_AT_FD;
	return sender;
}

static bool ckpt_scm_no_sender(const struct sock *sk, const struct ckpt_sender *sender)
{
	return sk->sk_type == SOCK_DGRAM ? !sender->found : sender->closed;
}

/* Up to 3.17 CRIU fills the queue of a datagram socket through its own peer alone. */
static bool ckpt_scm_has_partner(const struct ckpt_scan *scan, struct sock *sk)
{
	struct sock *peer = unix_peer_get(sk);
	bool partner = peer && READ_ONCE(unix_sk(peer)->peer) == sk &&
		       ckpt_table_find(&scan->sockets, peer, ckpt_sock_ino(peer));

	if (peer)
		sock_put(peer);
	return partner;
}

/* CRIU dies of a socket that is in flight only if it has to make up a sender for it. */
static void ckpt_scm_judge_sock(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				struct sock *sk)
{
	const struct ckpt_slot *slot = ckpt_table_find(&scan->sockets, sk, obj->inode->i_ino);
	struct ckpt_sender sender = ckpt_scm_sender(scan, sk);

	if ((!slot || !(slot->value & CKPT_SOCK_AT_FD)) && ckpt_scm_no_sender(sk, &sender))
		ckpt_unix_emit(scan, obj, sk, CKPT_UNIX_IN_SCM_ALONE);
}

/**
 * ckpt_scm_judge_queue() - a queue with descriptors in flight
 * @scan: scan
 * @obj: place of the queue
 * @sk: its socket
 * @files: number of descriptors
 */
void ckpt_scm_judge_queue(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk,
			  unsigned int files)
{
	struct ckpt_sender sender;
	struct ckpt_finding *f;

	if (!files)
		return;
	f = ckpt_emit(&scan->report, CKPT_UNIX_QUEUE_SCM, &obj->place, sk, obj->place.at);
	ckpt_key_u64(&scan->report, f, "fds", files);
	/* What is not accepted yet has a client, who may have gone: there are rules about that. */
	if (ckpt_scan_cut(scan) || ckpt_table_find(&scan->sockets, sk, 0))
		return;
	sender = ckpt_scm_sender(scan, sk);
	if (sk->sk_type == SOCK_DGRAM ? !ckpt_scm_has_partner(scan, sk) : sender.closed)
		ckpt_emit(&scan->report, CKPT_UNIX_QUEUE_SCM_NO_SENDER, &obj->place, sk,
			  obj->place.at);
	if (sender.found && !sender.at_fd)
		ckpt_emit(&scan->report, CKPT_UNIX_QUEUE_SCM_NESTED, &obj->place, sk,
			  obj->place.at);
}

/* The same for a queue with a message that has @files files, more than CRIU reads. */
void ckpt_scm_judge_many(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk,
			 unsigned int files)
{
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, CKPT_UNIX_QUEUE_SCM_MANY, &obj->place, sk, obj->place.at);
	ckpt_key_u64(&scan->report, f, "fds", files);
}

/* One that CRIU has met at a descriptor is saved by then. */
static void ckpt_scm_judge_tty(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct ckpt_finding *f;

	if (ckpt_refs_at_fd(scan, obj->file) && !ckpt_refs_scm_first(scan, obj->file))
		return;
	f = ckpt_emit(&scan->report, CKPT_UNIX_QUEUE_SCM_TTY, &obj->place, obj->file,
		      obj->inode->i_ino);
	ckpt_key_dev(&scan->report, f, CKPTCHECK_KEY_RDEV, obj->inode->i_rdev);
	ckpt_key_path(&scan->report, f, obj->file);
}

/**
 * ckpt_scm_judge() - a file in flight
 * @scan: scan
 * @obj: the file; no lock is held
 * @sk: if it is a UNIX socket, referenced as is obj->inode, else NULL
 *
 * May sleep.
 */
void ckpt_scm_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk)
{
	if (sk) {
		ckpt_scm_judge_sock(scan, obj, sk);
		ckpt_sock_judge(scan, obj, sk);
		return;
	}
	if (S_ISCHR(obj->inode->i_mode) && ckpt_dev_is_tty(obj->inode->i_rdev)) {
		ckpt_scm_judge_tty(scan, obj);
		return;
	}
	ckpt_scm_judge_anon(scan, obj);
	ckpt_file_judge(scan, obj);
}
