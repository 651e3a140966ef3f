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

/*
 * CRIU dumps these, and its restore fails ("Can't restore timerfd", "Failed to read inotify
 * events").
 */
static const char * const ckpt_scm_odd_names[] = {
	"[timerfd]", "inotify", "[fanotify]",
};

static const char *ckpt_scm_anon_doubt(const struct ckpt_obj *obj)
{
	const char *name = obj->file->f_path.dentry->d_name.name;
	int i;

	if (obj->inode->i_sb->s_magic != ANON_INODE_FS_MAGIC)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(ckpt_scm_odd_names); i++)
		if (!strcmp(name, ckpt_scm_odd_names[i]))
			return name;
	return NULL;
}

static bool ckpt_scm_sock_at_fd(const struct ckpt_scan *scan, struct sock *sk, u64 ino)
{
	const struct ckpt_slot *slot = ckpt_table_find(&scan->sockets, sk, ino);

	return slot && slot->value & CKPT_SOCK_AT_FD;
}

/*
 * A socket that is in flight only, with descriptors in flight to itself: CRIU restores it by
 * its peer, and dies of it if that has no descriptor either ("Empty list on file desc").
 */
static bool ckpt_scm_unreachable(const struct ckpt_scan *scan, const struct ckpt_obj *obj,
				 struct sock *sk)
{
	struct sock *peer;
	bool at_fd = ckpt_scm_sock_at_fd(scan, sk, obj->inode->i_ino);

	if (at_fd || !atomic_read(&unix_sk(sk)->scm_stat.nr_fds))
		return false;
	peer = unix_peer_get(sk);
	if (peer) {
		at_fd = ckpt_scm_sock_at_fd(scan, peer, ckpt_sock_ino(peer));
		sock_put(peer);
	}
	return !at_fd;
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
	struct ckpt_finding *f;

	if (!files)
		return;
	f = ckpt_emit(&scan->report, CKPT_UNIX_QUEUE_SCM, &obj->place, sk, obj->place.at);
	ckpt_key_u64(&scan->report, f, "fds", files);
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
	struct ckpt_finding *f;
	const char *odd;

	if (sk) {
		if (ckpt_scm_unreachable(scan, obj, sk))
			ckpt_file_unknown(scan, obj, "UNIX socket only reached in flight");
		ckpt_sock_judge(scan, obj, sk);
		return;
	}
	if (S_ISCHR(obj->inode->i_mode) && ckpt_dev_is_tty(obj->inode->i_rdev)) {
		f = ckpt_emit(&scan->report, CKPT_UNIX_QUEUE_SCM_TTY, &obj->place, obj->file,
			      obj->inode->i_ino);
		ckpt_key_dev(&scan->report, f, CKPTCHECK_KEY_RDEV, obj->inode->i_rdev);
		ckpt_key_path(&scan->report, f, obj->file);
		return;
	}
	odd = ckpt_scm_anon_doubt(obj);
	if (odd)
		ckpt_file_unknown(scan, obj, odd);
	ckpt_file_judge(scan, obj);
}
