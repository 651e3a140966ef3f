// SPDX-License-Identifier: GPL-2.0
/* kinds/pipe.c - pipes and FIFOs: packet mode, and packets left in the ring. */

#include <linux/magic.h>
#include <linux/mutex.h>
#include <linux/wait.h>

#include <linux/pipe_fs_i.h>

#include "assert.h"
#include "kind.h"

/* Ring slots looked at under the pipe's lock; a user without privileges gets 256 at most. */
#define CKPT_PIPE_SLOTS	4096U

/* CRIU remembers so many pipes, and so many FIFOs, of which an end can be read. */
#define CKPT_PIPES_MOST	1024

/**
 * struct ckpt_ring - what was queued in a pipe
 * @packets: buffers with packet boundaries
 * @cut: there was more than was looked at
 */
struct ckpt_ring {
	unsigned int packets;
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

/* Counts a pipe once, up to the number that is one too many.  Return: false: no room. */
static bool ckpt_pipe_count(struct ckpt_scan *scan, const struct pipe_inode_info *pipe,
			    const struct inode *inode)
{
	u32 *nr = &scan->nr_pipes[!ckpt_is_pipefs(inode)];

	if (*nr > CKPT_PIPES_MOST)
		return true;
	if (!ckpt_table_has_room(&scan->pipes))
		return false;
	if (!ckpt_table_add(&scan->pipes, pipe, inode->i_ino)->value++)
		(*nr)++;
	return true;
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

	if (!pipe)
		return CKPT_MARK;
	if (file->f_flags & O_DIRECT && !ckpt_table_has_room(&scan->packet_pipes))
		return CKPT_ROOM;
	if (file->f_mode & FMODE_READ && !ckpt_pipe_count(scan, pipe, inode))
		return CKPT_ROOM;
	if (file->f_flags & O_DIRECT) {
		ckpt_table_add(&scan->packet_pipes, pipe, inode->i_ino);
		return CKPT_MARK;
	}
	if (READ_ONCE(pipe->head) != READ_ONCE(pipe->tail) || ckpt_pipe_notifies(pipe))
		return CKPT_MARK;
	return CKPT_FINE;
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

static void ckpt_judge_pipe(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	struct pipe_inode_info *pipe = ckpt_file_pipe(obj->file, obj->inode);
	struct ckpt_finding *f;
	struct ckpt_ring ring;

	if (!pipe || ckpt_pipe_notifies(pipe)) {
		ckpt_file_unknown(scan, obj, pipe ? "watch queue" : "FIFO without a pipe");
		return;
	}
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
