// SPDX-License-Identifier: GPL-2.0
/*
 * kinds/tty.c - terminals: who drives one, whose session it controls, whether the other end of
 * a pty is inside, and who may hold /dev/tty.
 *
 * CRIU goes by the number of the node, and asks the process that holds the terminal; the answers
 * of all terminals are put together when every process has been judged.
 */

#include <linux/fs.h>
#include <linux/major.h>
#include <linux/mm.h>
#include <linux/mount.h>
#include <linux/sched/signal.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>
#include <linux/tty_ldisc.h>
#include <linux/vt.h>

#include "compat/tty.h"
#include "grow.h"
#include "kind.h"
#include "set.h"
#include "told.h"

/* Majors without a name in linux/major.h. */
#define CKPT_USB_SERIAL_MAJOR	188
#define CKPT_SOC_SERIAL_MAJOR	204

/* CRIU refuses a pty with a higher number. */
#define CKPT_PTY_INDEX_MAX	1000

/* Generations between two processes that are looked at. */
#define CKPT_TREE_DEPTH		256

/* What CRIU takes a terminal for. */
enum ckpt_tty_sort {
	CKPT_SORT_CTTY,		/* /dev/tty */
	CKPT_SORT_CONSOLE,
	CKPT_SORT_MASTER,
	CKPT_SORT_SLAVE,
	CKPT_SORT_VT,
	CKPT_SORT_SERIAL,
	CKPT_SORT_OTHER,	/* no terminal, or one that it does not know */
};

/**
 * struct ckpt_tty - a descriptor of a terminal
 * @place: where it was found
 * @sort: what CRIU takes it for
 * @tty: compared only
 * @master: of a pty, compared only
 * @index: number of a pty
 * @sid: session that it controls, as CRIU is told in the process; 0: none that it may know
 * @pgrp: its foreground process group, likewise
 * @shown_sid: the session's number in the pid namespace of the mount; 0: it has none, or its
 *	       leader is hidden from the reader
 * @rdev: of the node
 * @dev: of the file system that the node is in
 * @hung: it is hung up
 * @first: CRIU asks this process about it, and no other
 */
struct ckpt_tty {
	struct ckpt_place place;
	enum ckpt_tty_sort sort;
	const void *tty;
	const void *master;
	int index;
	pid_t sid;
	pid_t pgrp;
	pid_t shown_sid;
	dev_t rdev;
	dev_t dev;
	bool hung;
	bool first;
};

static enum ckpt_tty_sort ckpt_tty_sort(dev_t rdev)
{
	unsigned int minor = MINOR(rdev);

	switch (MAJOR(rdev)) {
	case TTYAUX_MAJOR:
		return minor == 0 ? CKPT_SORT_CTTY : minor == 1 ? CKPT_SORT_CONSOLE :
		       minor == 2 ? CKPT_SORT_MASTER : CKPT_SORT_OTHER;
	case TTY_MAJOR:
		return minor >= MIN_NR_CONSOLES && minor <= MAX_NR_CONSOLES ? CKPT_SORT_VT :
									      CKPT_SORT_OTHER;
	case UNIX98_PTY_MASTER_MAJOR ... UNIX98_PTY_MASTER_MAJOR + UNIX98_PTY_MAJOR_COUNT - 1:
		return CKPT_SORT_MASTER;
	case UNIX98_PTY_SLAVE_MAJOR:
		return CKPT_SORT_SLAVE;
	case CKPT_USB_SERIAL_MAJOR:
	case CKPT_SOC_SERIAL_MAJOR:
		return CKPT_SORT_SERIAL;
	}
	return CKPT_SORT_OTHER;
}

/* Does CRIU take it for a terminal? */
bool ckpt_dev_is_tty(dev_t rdev)
{
	return ckpt_tty_sort(rdev) != CKPT_SORT_OTHER;
}

static bool ckpt_match_tty(const struct file *file, const struct inode *inode)
{
	return S_ISCHR(inode->i_mode) && ckpt_dev_is_tty(inode->i_rdev);
}

/* The file is referenced, which keeps its terminal and the other end of a pty. */
static struct tty_struct *ckpt_file_tty(const struct file *file)
{
	const struct tty_file_private *priv = file->private_data;

	return priv && priv->file == file ? priv->tty : NULL;
}

/* What cannot be judged, for people; NULL if all can. */
static const char *ckpt_tty_doubt(const struct ckpt_obj *obj, const struct tty_struct *tty,
				  enum ckpt_tty_sort sort)
{
	if (!tty)
		return "terminal without state";
	if (sort != CKPT_SORT_MASTER && sort != CKPT_SORT_SLAVE)
		return NULL;
	if (tty->driver->type != TTY_DRIVER_TYPE_PTY || !tty->link)
		return "pty without another end";
	/* CRIU takes the number from the name. */
	if (sort == CKPT_SORT_SLAVE && obj->file->f_path.dentry == obj->file->f_path.mnt->mnt_root)
		return "pty bound to another name";
	return NULL;
}

/*
 * Session and process group as TIOCGSID and TIOCGPGRP tell the process: of a master always, of
 * others if it is its own controlling terminal.  Return: whether the session's leader is outside.
 */
static bool ckpt_tty_session(struct ckpt_scan *scan, struct ckpt_tty *t, struct tty_struct *tty)
{
	struct tty_struct *real = t->sort == CKPT_SORT_MASTER ? tty->link : tty;
	struct task_struct *task = scan->task, *leader;
	struct pid *session, *pgrp, *own;
	struct pid_namespace *ns;
	bool outside = false;
	unsigned long flags;

	if (t->hung || (real == tty && READ_ONCE(task->signal->tty) != tty))
		return false;
	spin_lock_irqsave(CKPT_TTY_CTRL_LOCK(real), flags);
	session = get_pid(CKPT_TTY_SESSION(real));
	pgrp = get_pid(CKPT_TTY_PGRP(real));
	spin_unlock_irqrestore(CKPT_TTY_CTRL_LOCK(real), flags);
	rcu_read_lock();
	ns = task_active_pid_ns(task);
	own = task_session(task);
	if (ns && session) {
		t->sid = pid_nr_ns(session, ns);
		t->pgrp = pid_nr_ns(pgrp, ns);
		t->shown_sid = pid_nr_ns(session, scan->fs->ns);
		leader = pid_task(session, PIDTYPE_TGID);
		outside = t->sid && !(leader && ckpt_set_has(scan, leader));
	}
	rcu_read_unlock();
	if (session && session != own &&
	    !ckpt_told_shown(scan, session, CKPT_HIDEPID_NO_ACCESS))
		t->shown_sid = 0;
	put_pid(session);
	put_pid(pgrp);
	return outside;
}

/* What older versions of CRIU did not know. */
static void ckpt_tty_judge_driver(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				  enum ckpt_tty_sort sort)
{
	enum ckpt_rule_id rule = sort == CKPT_SORT_VT ? CKPT_TTY_VT : CKPT_TTY_SERIAL;
	struct ckpt_finding *f;

	if (sort != CKPT_SORT_VT && sort != CKPT_SORT_SERIAL)
		return;
	f = ckpt_emit(&scan->report, rule, &obj->place, obj->file, obj->inode->i_ino);
	ckpt_key_dev(&scan->report, f, CKPTCHECK_KEY_RDEV, obj->inode->i_rdev);
	ckpt_key_path(&scan->report, f, obj->file);
}

/* CRIU refuses the number of the pty. */
static void ckpt_tty_judge_index(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				 const struct tty_struct *tty, enum ckpt_tty_sort sort)
{
	struct ckpt_finding *f;

	if ((sort != CKPT_SORT_MASTER && sort != CKPT_SORT_SLAVE) ||
	    tty->index <= CKPT_PTY_INDEX_MAX)
		return;
	f = ckpt_emit(&scan->report, CKPT_TTY_INDEX_TOO_BIG, &obj->place, tty, sort);
	ckpt_key_u64(&scan->report, f, "index", tty->index);
	ckpt_key_path(&scan->report, f, obj->file);
}

/*
 * CRIU asks for the settings, which one without ioctl does not tell.  No reference: it is being
 * changed, or the terminal is hung up and has the usual one.
 */
static void ckpt_tty_judge_ldisc(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				 struct tty_struct *tty)
{
	struct tty_ldisc *ldisc = tty_ldisc_ref(tty);
	struct ckpt_finding *f;
	int number;
	bool mute;

	if (!ldisc)
		return;
	number = ldisc->ops->num;
	mute = !ldisc->ops->ioctl;
	tty_ldisc_deref(ldisc);
	if (number == N_TTY)
		return;
	if (!mute) {
		ckpt_file_unknown(scan, obj, "terminal with an unusual line discipline");
		return;
	}
	f = ckpt_emit(&scan->report, CKPT_TTY_LDISC, &obj->place, tty, 0);
	ckpt_key_u64(&scan->report, f, "ldisc", number);
	ckpt_key_path(&scan->report, f, obj->file);
}

/* Keeps what was found for ckpt_tty_finish(). */
static void ckpt_tty_add(struct ckpt_scan *scan, struct ckpt_tty *t)
{
	const struct ckpt_room room = {
		.size = sizeof(*scan->ttys), .used = scan->nr_ttys,
		.need = scan->nr_ttys + 1, .most = scan->max_objects,
	};
	int err = ckpt_grow((void **)&scan->ttys, &scan->cap_ttys, &room);
	/* All of /dev/tty is one terminal to CRIU. */
	const void *id = t->sort == CKPT_SORT_CTTY ? scan : t->tty;

	if (!err)
		err = ckpt_table_reserve(&scan->tty_ids, 1);
	if (err) {
		ckpt_report_error(&scan->report, err);
		return;
	}
	t->first = !ckpt_table_add(&scan->tty_ids, id, t->sort)->value++;
	scan->ttys[scan->nr_ttys++] = *t;
}

static void ckpt_judge_tty(struct ckpt_scan *scan, const struct ckpt_obj *obj)
{
	const struct inode *inode = obj->inode;
	struct ckpt_tty t = {
		.place = obj->place,
		.sort = ckpt_tty_sort(inode->i_rdev),
		.rdev = inode->i_rdev,
		.dev = inode->i_sb->s_dev,
	};
	struct tty_struct *tty;
	struct ckpt_finding *f;
	const char *doubt;

	ckpt_tty_judge_driver(scan, obj, t.sort);
	tty = ckpt_file_tty(obj->file);
	doubt = ckpt_tty_doubt(obj, tty, t.sort);
	if (doubt) {
		ckpt_file_unknown(scan, obj, doubt);
		return;
	}
	ckpt_tty_judge_index(scan, obj, tty, t.sort);
	ckpt_tty_judge_ldisc(scan, obj, tty);
	t.tty = tty;
	t.index = tty->index;
	t.master = t.sort == CKPT_SORT_SLAVE ? tty->link : tty;
	t.hung = tty_hung_up_p(obj->file);
	if (ckpt_tty_session(scan, &t, tty)) {
		f = ckpt_emit(&scan->report, CKPT_TTY_SESSION_OUTSIDE, &obj->place, tty, t.sort);
		ckpt_key_u64(&scan->report, f, "sid", t.shown_sid);
		ckpt_key_path(&scan->report, f, obj->file);
	}
	ckpt_tty_add(scan, &t);
}

const struct ckpt_kind ckpt_kind_tty = {
	.match = ckpt_match_tty, .judge = ckpt_judge_tty,
};

/* Is the master of a pty at a descriptor inside?  Known when all descriptors have been judged. */
bool ckpt_tty_has_master(const struct ckpt_scan *scan, int index)
{
	u32 i;

	for (i = 0; i < scan->nr_ttys; i++)
		if (scan->ttys[i].sort == CKPT_SORT_MASTER && scan->ttys[i].index == index)
			return true;
	return false;
}

/* The masters inside, then the ptys of which only slaves are.  Return: 0 or -ENOMEM. */
static int ckpt_tty_pairs(struct ckpt_scan *scan, struct ckpt_table *masters,
			  struct ckpt_table *lone)
{
	const struct ckpt_tty *t, *end = scan->ttys + scan->nr_ttys;

	for (t = scan->ttys; t < end; t++) {
		if (t->sort != CKPT_SORT_MASTER || t->hung)
			continue;
		if (ckpt_table_reserve(masters, 1))
			return -ENOMEM;
		ckpt_table_add(masters, t->master, t->index);
	}
	for (t = scan->ttys; t < end; t++) {
		if (t->sort != CKPT_SORT_SLAVE || t->hung ||
		    ckpt_table_find(masters, t->master, t->index))
			continue;
		if (ckpt_table_reserve(lone, 1))
			return -ENOMEM;
		ckpt_table_add(lone, t->master, t->index);
	}
	return 0;
}

/* A slave without its master: CRIU can do with one such pty, given --shell-job. */
static void ckpt_tty_finish_pairs(struct ckpt_scan *scan)
{
	const struct ckpt_tty *t, *end = scan->ttys + scan->nr_ttys;
	struct ckpt_table masters = {}, lone = {};
	enum ckpt_rule_id rule;
	struct ckpt_finding *f;
	int err = ckpt_tty_pairs(scan, &masters, &lone);

	if (err)
		ckpt_report_error(&scan->report, err);
	rule = lone.used > 1 ? CKPT_TTY_SLAVE_UNPAIRED_MULTI : CKPT_TTY_SLAVE_UNPAIRED;
	for (t = scan->ttys; lone.used && t < end; t++) {
		char name[16];

		if (t->sort != CKPT_SORT_SLAVE || t->hung ||
		    !ckpt_table_find(&lone, t->master, t->index))
			continue;
		f = ckpt_emit(&scan->report, rule, &t->place, t->master, t->index);
		ckpt_key_u64(&scan->report, f, "index", t->index);
		ckpt_stat_keys(scan, f, t->rdev, t->dev);
		ckpt_key_str(&scan->report, f, "tty", name,
			     scnprintf(name, sizeof(name), "pts/%d", t->index));
	}
	ckpt_table_free(&masters);
	ckpt_table_free(&lone);
}

/* CRIU knows a pty by its number, which two file systems may both have given. */
static void ckpt_tty_finish_numbers(struct ckpt_scan *scan)
{
	const struct ckpt_tty *t, *end = scan->ttys + scan->nr_ttys, *first;
	struct ckpt_table numbers = {};
	struct ckpt_finding *f;
	struct ckpt_slot *slot;

	for (t = scan->ttys; t < end; t++) {
		if (t->sort != CKPT_SORT_MASTER && t->sort != CKPT_SORT_SLAVE)
			continue;
		if (ckpt_table_reserve(&numbers, 1)) {
			ckpt_report_error(&scan->report, -ENOMEM);
			break;
		}
		slot = ckpt_table_add(&numbers, scan, t->index);
		if (!slot->value)
			slot->value = t - scan->ttys + 1;
		first = &scan->ttys[slot->value - 1];
		if (first->master == t->master)
			continue;
		f = ckpt_emit(&scan->report, CKPT_TTY_INDEX_COLLISION, &t->place, scan, t->index);
		ckpt_key_u64(&scan->report, f, "index", t->index);
	}
	ckpt_table_free(&numbers);
}

/*
 * CRIU looks for the first pty of the session that /dev/tty stands for, of which the session's
 * leader is in the foreground; the same process must hold it.  Return: that pty, or NULL.
 */
static const struct ckpt_tty *ckpt_ctty_pty(struct ckpt_scan *scan, const struct ckpt_tty *ctty)
{
	const struct ckpt_tty *t, *end = scan->ttys + scan->nr_ttys;

	for (t = scan->ttys; t < end; t++)
		if (t->first && (t->sort == CKPT_SORT_MASTER || t->sort == CKPT_SORT_SLAVE) &&
		    t->sid == ctty->sid && t->pgrp == ctty->sid)
			return t;
	return NULL;
}

static struct pid *ckpt_ctty_holder(struct ckpt_scan *scan, const struct ckpt_tty *t)
{
	u32 i;

	for (i = 0; i < scan->nr_procs; i++)
		if (scan->procs[i].nr == t->place.nr)
			return scan->procs[i].pid;
	return NULL;
}

/* Does the process that holds @t descend from the one that holds @above, or is it the same? */
static bool ckpt_ctty_below(struct ckpt_scan *scan, const struct ckpt_tty *t,
			    const struct ckpt_tty *above)
{
	struct pid *pid = ckpt_ctty_holder(scan, t), *wanted = ckpt_ctty_holder(scan, above);
	unsigned int depth = 0;
	struct task_struct *task;
	bool below = false;

	rcu_read_lock();
	task = pid ? pid_task(pid, PIDTYPE_TGID) : NULL;
	while (task && !below && ckpt_set_has(scan, task) && depth++ < CKPT_TREE_DEPTH) {
		below = task_tgid(task) == wanted;
		task = rcu_dereference(task->real_parent);
	}
	rcu_read_unlock();
	return below;
}

/*
 * CRIU asks about one /dev/tty, that which it comes to first on its way down the tree.  That is
 * the first here too, or it is in another branch of the tree: what fails there is unknown.
 */
static void ckpt_tty_finish_ctty(struct ckpt_scan *scan)
{
	static const char doubt[] = "/dev/tty of another session";
	const struct ckpt_tty *t, *end = scan->ttys + scan->nr_ttys, *pty, *first = NULL;
	struct ckpt_finding *f;

	for (t = scan->ttys; t < end; t++) {
		if (t->sort != CKPT_SORT_CTTY)
			continue;
		pty = ckpt_ctty_pty(scan, t);
		if (t->first)
			first = t;
		if ((pty && pty->place.nr == t->place.nr) ||
		    (t != first && ckpt_ctty_below(scan, t, first)))
			continue;
		if (t != first) {
			f = ckpt_emit(&scan->report, CKPT_FILE_KIND_UNKNOWN, &t->place, scan, 0);
			ckpt_key_str(&scan->report, f, "kind", doubt, sizeof(doubt) - 1);
			return;
		}
		f = ckpt_emit(&scan->report, pty ? CKPT_TTY_CTTY_OTHER_PROCESS :
			      CKPT_TTY_CTTY_NO_PTY, &t->place, NULL, 0);
		ckpt_key_u64(&scan->report, f, "sid", t->shown_sid);
		ckpt_stat_keys(scan, f, t->rdev, t->dev);
		if (f && pty)
			f->peer = get_pid(ckpt_ctty_holder(scan, pty));
		return;
	}
}

/**
 * ckpt_tty_finish() - rules about all terminals of the set
 * @scan: scan, whose processes have all been judged
 *
 * To a terminal that was not kept any other one could be the other end.  May sleep.
 */
void ckpt_tty_finish(struct ckpt_scan *scan)
{
	if (ckpt_scan_cut(scan))
		return;
	ckpt_tty_finish_ctty(scan);
	ckpt_tty_finish_pairs(scan);
	ckpt_tty_finish_numbers(scan);
}

/* Forgets the terminals of a scan. */
void ckpt_tty_free(struct ckpt_scan *scan)
{
	ckpt_grow_free((void **)&scan->ttys, &scan->nr_ttys, &scan->cap_ttys);
}
