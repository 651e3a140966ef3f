// SPDX-License-Identifier: GPL-2.0
/* kinds/pipe.c - pipes and FIFOs: packet mode, packets left in the ring, ends outside. */

#include <linux/magic.h>
#include <linux/mutex.h>
#include <linux/wait.h>

#include <linux/pipe_fs_i.h>

#include "access.h"
#include "assert.h"
#include "kind.h"
#include "outside.h"
#include "refs.h"

/* Ring slots looked at under the pipe's lock; a user without privileges gets 256 at most. */
#define CKPT_PIPE_SLOTS	4096U

/* CRIU remembers so many pipes, and so many FIFOs, of which an end can be read. */
#define CKPT_PIPES_MOST	1024

/**
 * struct ckpt_ring - what was queued in a pipe
 * @packets: buffers with packet boundaries
 * @bytes: in all buffers that were looked at
 * @cut: there was more than was looked at
 */
struct ckpt_ring {
	unsigned int packets;
	unsigned long bytes;
	bool cut;
};

static bool ckpt_match_pipe(const struct file *file, const struct inode *inode)
{
	return S_ISFIFO(inode->i_mode);
}

static struct pipe_inode_info *ckpt_file_pipe(const struct file *file, const struct inode *inode)
{
	return file->private_data == inode->i_pipe ? file->private_data : NULL;
}

static bool ckpt_is_pipefs(const struct inode *inode)
{
	return inode->i_sb->s_magic == PIPEFS_MAGIC;
}

static bool ckpt_pipe_notifies(const struct pipe_inode_info *pipe)
{
#ifdef CONFIG_WATCH_QUEUE
	return pipe->watch_queue;
#else
	return false;
#endif
}

/*
 * Counts the open file among the ends from inside; there is room.  Return: whether all ends that
 * the pipe has are inside, as far as known by now.
 */
static bool ckpt_pipe_count(struct ckpt_scan *scan, const struct pipe_inode_info *pipe,
			    const struct file *file)
{
	const struct inode *inode = file_inode(file);
	struct ckpt_slot *slot = ckpt_table_add(&scan->pipes, pipe, inode->i_ino);

	if (scan->fresh && file->f_mode & FMODE_READ && !slot->value++)
		scan->nr_pipes[!ckpt_is_pipefs(inode)]++;
	if (scan->fresh && file->f_mode & FMODE_WRITE)
		slot->order++;
	return slot->value >= READ_ONCE(pipe->readers) && slot->order >= READ_ONCE(pipe->writers);
}

/* A FIFO with a name is found by it after a restore, and whoever else has it as well. */
static bool ckpt_pipe_is_nameless(const struct inode *inode)
{
	return ckpt_is_pipefs(inode) || !inode->i_nlink;
}

/* Too many pipes, or FIFOs, in the whole set. */
void ckpt_pipes_judge(struct ckpt_scan *scan, const struct ckpt_place *root)
{
	static const char * const kinds[] = { "pipe", "fifo" };
	struct ckpt_finding *f;
	int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (scan->nr_pipes[i] <= CKPT_PIPES_MOST)
			continue;
		f = ckpt_emit(&scan->report, CKPT_PIPE_TOO_MANY, root, NULL, 0);
		ckpt_key_str(&scan->report, f, "kind", kinds[i], strlen(kinds[i]));
	}
}

static enum ckpt_look ckpt_peek_pipe(struct ckpt_scan *scan, struct file *file,
				     struct inode *inode)
{
	struct pipe_inode_info *pipe = ckpt_file_pipe(file, inode);
	bool whole;

	if (!pipe)
		return CKPT_MARK;
	if (!ckpt_table_has_room(&scan->packet_pipes) || !ckpt_table_has_room(&scan->pipes))
		return CKPT_ROOM;
	whole = ckpt_pipe_count(scan, pipe, file);
	if (file->f_flags & O_DIRECT) {
		ckpt_table_add(&scan->packet_pipes, pipe, inode->i_ino);
		return CKPT_MARK;
	}
	if (READ_ONCE(pipe->head) != READ_ONCE(pipe->tail) || ckpt_pipe_notifies(pipe))
		return CKPT_MARK;
	return whole || !ckpt_pipe_is_nameless(inode) ? CKPT_FINE : CKPT_MARK;
}

static void ckpt_ring_count(struct pipe_inode_info *pipe, struct ckpt_ring *ring)
{
	unsigned int head = READ_ONCE(pipe->head), tail = READ_ONCE(pipe->tail);
	unsigned int mask = pipe->ring_size - 1, seen = 0;

	ckpt_assert_held(&pipe->rd_wait.lock);
	for (; tail != head && seen <= mask; tail++) {
		if (seen++ == CKPT_PIPE_SLOTS) {
			ring->cut = true;
			break;
		}
		ring->bytes += pipe->bufs[tail & mask].len;
		if (pipe->bufs[tail & mask].flags & PIPE_BUF_FLAG_PACKET)
			ring->packets++;
	}
}

/*
 * The ring is replaced under rd_wait.lock; the mutex, which the target may wait for, is not
 * taken.  So what is read of the contents may be gone a moment later.
 */
static void ckpt_pipe_ring(struct pipe_inode_info *pipe, struct ckpt_ring *ring)
{
	*ring = (struct ckpt_ring){};
	spin_lock_irq(&pipe->rd_wait.lock);
	ckpt_ring_count(pipe, ring);
	spin_unlock_irq(&pipe->rd_wait.lock);
}

static void ckpt_judge_packet_mode(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				   const struct pipe_inode_info *pipe)
{
	bool fifo = !ckpt_is_pipefs(obj->inode);
	struct ckpt_finding *f;

	f = ckpt_emit(&scan->report, fifo ? CKPT_FIFO_ODIRECT : CKPT_PIPE_ODIRECT, &obj->place,
		      pipe, obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
	if (fifo)
		ckpt_key_path(&scan->report, f, obj->file);
}

/* Data that only a process outside could have read. */
static void ckpt_judge_unread(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			      struct pipe_inode_info *pipe)
{
	struct ckpt_finding *f;
	struct ckpt_ring ring;

	ckpt_pipe_ring(pipe, &ring);
	if (!ring.bytes)
		return;
	f = ckpt_emit(&scan->report, CKPT_PIPE_DATA_READER_OUTSIDE, &obj->place, pipe,
		      obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, "bytes", ring.bytes);
	ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_TRANSIENT, "yes", 3);
}

/* Whether there is one the pipe itself tells its holders; how many, nobody. */
static void ckpt_key_ends(struct ckpt_scan *scan, struct ckpt_finding *f, const char *key,
			  unsigned int ends)
{
	ckpt_key_u64(&scan->report, f, key, ckpt_access_all(scan->cred) ? ends : min(ends, 1U));
}

/*
 * Ends that are not inside.  Each open file is one, however many descriptors it has; one that is
 * shared with somebody outside is told by another rule.
 */
static void ckpt_judge_ends(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			    struct pipe_inode_info *pipe)
{
	const struct ckpt_slot *inside = ckpt_table_find(&scan->pipes, pipe, obj->inode->i_ino);
	unsigned int readers = READ_ONCE(pipe->readers), writers = READ_ONCE(pipe->writers);
	const struct ckpt_outsider *who;
	struct ckpt_finding *f;

	if (!inside || !ckpt_pipe_is_nameless(obj->inode) || !ckpt_refs_complete(scan) ||
	    (readers <= inside->value && writers <= inside->order))
		return;
	who = ckpt_outside_find(scan, pipe, obj->inode->i_ino);
	if (!who && !ckpt_outside_confirmed(scan, pipe, obj->inode->i_ino))
		return;
	f = ckpt_emit(&scan->report, CKPT_PIPE_END_OUTSIDE, &obj->place, pipe, obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
	ckpt_key_ends(scan, f, "readers", max(readers, inside->value) - inside->value);
	ckpt_key_ends(scan, f, "writers", max(writers, inside->order) - inside->order);
	if (f && who)
		f->peer = get_pid(who->pid);
	if (readers > inside->value && !inside->value)
		ckpt_judge_unread(scan, obj, pipe);
}

static void ckpt_judge_pipe(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct pipe_inode_info *pipe = ckpt_file_pipe(obj->file, obj->inode);
	struct ckpt_finding *f;
	struct ckpt_ring ring;

	if (!pipe || ckpt_pipe_notifies(pipe)) {
		ckpt_file_unknown(scan, obj, pipe ? "watch queue" : "FIFO without a pipe");
		return;
	}
	ckpt_judge_ends(scan, obj, pipe);
	if (obj->file->f_flags & O_DIRECT) {
		ckpt_judge_packet_mode(scan, obj, pipe);
		return;
	}
	/* An end in packet mode has been reported for itself. */
	if (ckpt_table_find(&scan->packet_pipes, pipe, obj->inode->i_ino))
		return;
	ckpt_pipe_ring(pipe, &ring);
	if (!ring.packets) {
		if (ring.cut)
			ckpt_file_unknown(scan, obj, "pipe with a very large ring");
		return;
	}
	f = ckpt_emit(&scan->report, CKPT_PIPE_PACKET_BUFFERED, &obj->place, pipe,
		      obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, CKPTCHECK_KEY_INO, obj->inode->i_ino);
	ckpt_key_u64(&scan->report, f, "packets", ring.packets);
	ckpt_key_str(&scan->report, f, CKPTCHECK_KEY_TRANSIENT, "yes", 3);
}

const struct ckpt_kind ckpt_kind_pipe = {
	.match = ckpt_match_pipe, .peek = ckpt_peek_pipe, .judge = ckpt_judge_pipe,
};
