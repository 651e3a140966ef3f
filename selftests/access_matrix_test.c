// SPDX-License-Identifier: GPL-2.0
/*
 * access_matrix_test.c - a report is open to whom procfs is: every reader, target, mount and
 * setting against every other, and procfs is asked in the same place.
 *
 * The table has a row for each reader, target and mount, and in it for Yama's scope 0, 1 and 2 the
 * answers with hidepid= 0, 1 and 2.  F: the report, and criu may attach; f: the report; r: that the
 * process may not be inspected, and no more; P: EPERM, N: ENOENT at the open; s: ESRCH, e: another
 * error at the read; -: could not be asked; *: it depends on hidepid= of the procfs in /proc.
 * --all: each of that with each Yama scope.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "kselftest.h"
#include "asker.h"
#include "matrix.h"
#include "report.h"
#include "target.h"

#define NR_YAMA		3

static char dir[32];
static bool all;
static int cells, skipped, differences, fd_closed;

/* ---- targets ---- */

static int unshare_user(void *arg)
{
	(void)arg;
	return unshare(CLONE_NEWUSER);
}

static int be_undumpable(void *arg)
{
	(void)arg;
	return prctl(PR_SET_DUMPABLE, 0);
}

static int join_container(void *arg)
{
	(void)arg;
	return matrix_join_container();
}

static pid_t start_gone(uid_t uid)
{
	pid_t pid = target_start_as(uid, NULL, NULL);

	target_stop(pid);
	return pid;
}

static pid_t start_setuid(uid_t uid)
{
	pid_t pid = target_start_as(uid, helper_ready, dir);

	if (pid > 0 && helper_exec(pid))
		return pid;
	target_stop(pid);
	return -1;
}

enum how { PLAIN, CHILD, GONE, SETUID, EXECS, DIES };

/**
 * struct target_kind - a process that is asked about
 * @name: in the table
 * @how: it comes about
 * @uid: its user, OWN: the reader's or, of a reader without processes, the one who is looked at
 * @make: what it does first
 * @inside: it is in the container's pid namespace
 * @shy: of a child: it is not dumpable
 */
static const struct target_kind {
	const char *name;
	enum how how;
	uid_t uid;
	int (*make)(void *arg);
	bool inside;
	bool shy;
} target_kinds[] = {
	{ .name = "own", .uid = OWN },
	{ .name = "child", .how = CHILD },
	{ .name = "child-shy", .how = CHILD, .shy = true },
	{ .name = "other's", .uid = OTHER },
	{ .name = "root's" },
	{ .name = "setuid", .how = SETUID, .uid = OWN },
	{ .name = "undumpable", .uid = OWN, .make = be_undumpable },
	{ .name = "userns", .uid = OWN, .make = unshare_user },
	{ .name = "userns-other", .uid = OTHER, .make = unshare_user },
	{ .name = "pidns", .uid = OWN, .inside = true },
	{ .name = "contained", .make = join_container, .inside = true },
	{ .name = "gone", .how = GONE, .uid = OWN },
	{ .name = "exec-setuid", .how = EXECS, .uid = OWN },
	{ .name = "dies", .how = DIES, .uid = OWN },
};

#define NR_TARGETS	(int)ARRAY_SIZE(target_kinds)

/* Both have the reader ask in the middle, so each cell has one of its own. */
static bool is_used_up(const struct target_kind *t)
{
	return t->how == EXECS || t->how == DIES;
}

static pid_t start_target(const struct reader *r, const struct target_kind *t)
{
	uid_t uid = t->uid == OWN ? r->kind->looks_at : t->uid;
	pid_t pid;

	switch (t->how) {
	case CHILD:
		return reader_child(r, t->shy);
	case GONE:
		return start_gone(uid);
	case SETUID:
		return start_setuid(uid);
	case EXECS:
		return target_start_as(uid, helper_ready, dir);
	default:
		break;
	}
	if (t->inside && matrix_enter_pidns(true))
		return -1;
	pid = target_start_as(uid, t->make, NULL);
	if (t->inside)
		matrix_enter_pidns(false);
	return pid;
}

static void stop_target(const struct target_kind *t, pid_t pid)
{
	if (t->how == GONE)
		return;
	/* Of another's child there is nobody to wait for. */
	target_stop(pid);
}

/* ---- one cell ---- */

/* What is wrong with the answer, NULL if it is that of procfs. */
static const char *difference(const struct target_kind *t, const struct answer *a)
{
	bool may_open = !a->ns_then || a->ns_then == EACCES;

	if (a->open != (may_open ? 0 : a->ns_then))
		return "open";
	if (a->listed != a->listed_here)
		return "readdir";
	if (a->ns && !a->fd)
		return "procfs itself";
	if (a->open)
		return NULL;
	if (t->how == DIES)
		return a->told == TOLD_NOTHING && (a->stat_then || a->stat == a->read) ? NULL :
		       "read of one that is gone";
	if (!a->ns)
		return a->told == TOLD_ALL ? NULL : "refused";
	if (t->how == EXECS && a->read)
		return a->told == TOLD_NOTHING ? NULL : "told with an error";
	return a->told == TOLD_REFUSED ? NULL : "told";
}

static const char *attach_difference(const struct answer *a)
{
	if (a->attach < 0 || a->told != TOLD_ALL || a->may_attach == !a->attach)
		return NULL;
	return "attach";
}

static char letter(const struct answer *a)
{
	if (a->open)
		return a->open == EPERM ? 'P' : a->open == ENOENT ? 'N' : '!';
	if (a->read)
		return a->read == ESRCH ? 's' : 'e';
	if (a->told == TOLD_ALL)
		return a->may_attach ? 'F' : 'f';
	return a->told == TOLD_REFUSED ? 'r' : '?';
}

static bool ask_cell(const struct reader *r, const struct target_kind *t, pid_t pid,
		     const struct place *place, int hide, struct answer *a)
{
	pid_t inside = matrix_inside_nr(pid);
	struct question q = {
		.what = ASK_OPEN, .proc = place->proc[hide], .here = place->here,
		.nr = place->inside && inside ? inside : pid,
		.attach_nr = r->kind->inside ? inside : pid,
	};

	if (t->how == GONE || t->how == DIES)
		q.attach_nr = 0;
	if (!asker_ask(r->sk, &q, a))
		return false;
	if (t->how == EXECS && !helper_exec(pid))
		return false;
	if (t->how == DIES)
		target_stop(pid);
	q.what = ASK_READ;
	return asker_ask(r->sk, &q, a);
}

/* The settings that a cell is asked with. */
struct setting {
	const struct place *place;
	int below;
	int yama;
	int hide;
};

static char try_cell(struct reader *r, const struct target_kind *t, pid_t pid,
		     const struct setting *set)
{
	pid_t mine = is_used_up(t) ? start_target(r, t) : pid;
	struct answer a = {};
	const char *wrong;
	bool asked;

	asked = mine > 0 && ask_cell(r, t, mine, set->place, set->hide, &a);
	if (is_used_up(t))
		stop_target(t, mine);
	if (!asked) {
		skipped++;
		return '-';
	}
	cells++;
	fd_closed += !a.ns && a.fd && t->how != DIES;
	reader_count(r, &a);
	wrong = difference(t, &a);
	if (!wrong)
		wrong = attach_difference(&a);
	if (wrong) {
		differences++;
		r->differences++;
		ksft_print_msg("DIFFERENCE %s: %s, %s, %s, yama %d, hidepid %d, /proc %d: "
			       "procfs %d/%d fd %d attach %d; open %d read %d told %d attach %d\n",
			       wrong, r->kind->name, t->name, set->place->name, set->yama,
			       set->hide, set->below, a.ns_then, a.ns, a.fd, a.attach, a.open,
			       a.read, a.told, a.may_attach);
	}
	return letter(&a);
}

/* ---- the table ---- */

#define ROW	(NR_YAMA * NR_HIDE)

static char rows[NR_TARGETS][NR_PLACES][ROW];

static void note(char *seen, char now)
{
	*seen = !*seen || *seen == now ? now : '*';
}

static void try_targets(struct reader *r, const pid_t *pids, struct setting *set)
{
	int t, p;

	for (p = 0; p < NR_PLACES; p++) {
		set->place = &places[p];
		if (matrix_hide(set->place, set->hide))
			ksft_exit_fail_msg("hidepid=%d: %s\n", set->hide, strerror(errno));
		for (t = 0; t < NR_TARGETS; t++)
			note(&rows[t][p][set->yama * NR_HIDE + set->hide],
			     try_cell(r, &target_kinds[t], pids[t], set));
	}
}

/*
 * Every hidepid= of ours meets every one of /proc.  Yama has no say in who may look, so all three
 * are crossed only if that is asked for.
 */
static bool is_left_out(const struct setting *set)
{
	return !all && set->below != (set->hide + set->yama) % NR_HIDE;
}

static void try_settings(struct reader *r, const pid_t *pids)
{
	struct setting set;

	for (set.below = 0; set.below < NR_HIDE; set.below++) {
		if (matrix_hide_proc(set.below))
			ksft_exit_fail_msg("/proc: %s\n", strerror(errno));
		for (set.yama = 0; set.yama < NR_YAMA; set.yama++) {
			if (yama_scope(set.yama) < 0 && set.yama)
				continue;
			for (set.hide = 0; set.hide < NR_HIDE; set.hide++)
				if (!is_left_out(&set))
					try_targets(r, pids, &set);
		}
	}
	matrix_hide_proc(0);
	yama_scope(0);
}

static void print_rows(const struct reader *r)
{
	int t, p, y;

	for (t = 0; t < NR_TARGETS; t++) {
		for (p = 0; p < NR_PLACES; p++) {
			char line[64] = "";

			for (y = 0; y < NR_YAMA; y++)
				sprintf(line + strlen(line), "  %.*s", NR_HIDE,
					rows[t][p][y * NR_HIDE] ? &rows[t][p][y * NR_HIDE] : "---");
			ksft_print_msg("%-15s %-13s %-10s%s\n", r->kind->name,
				       target_kinds[t].name, places[p].name, line);
		}
	}
}

/* Returns why there is no such reader, NULL if it was tried. */
static const char *try_reader(const struct reader_kind *kind, struct reader *r)
{
	pid_t pids[NR_TARGETS] = {};
	const char *why = reader_start(r, kind);
	int t;

	if (why)
		return why;
	memset(rows, 0, sizeof(rows));
	for (t = 0; t < NR_TARGETS; t++) {
		if (is_used_up(&target_kinds[t]))
			continue;
		pids[t] = start_target(r, &target_kinds[t]);
		if (pids[t] <= 0)
			ksft_print_msg("SKIP %s, %s: could not be made\n", kind->name,
				       target_kinds[t].name);
	}
	try_settings(r, pids);
	print_rows(r);
	for (t = 0; t < NR_TARGETS; t++)
		stop_target(&target_kinds[t], pids[t]);
	reader_stop(r);
	return NULL;
}

static int make_secret_path(void)
{
	char path[64];
	int fd;

	strcpy(dir, "/tmp/access_matrix.XXXXXX");
	if (!mkdtemp(dir) || chmod(dir, 0755))
		return -1;
	snprintf(path, sizeof(path), "%s/secret-path", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0644);
	return fd < 0 || close(fd) ? -1 : helper_install(dir, 04755);
}

int main(int argc, char **argv)
{
	int yama = yama_scope(0), i;
	char command[64];

	all = argc > 1 && !strcmp(argv[1], "--all");
	ksft_print_header();
	ksft_set_plan(NR_READERS + 1);
	if (make_secret_path() || matrix_setup())
		ksft_exit_fail_msg("cannot set up: %s\n", strerror(errno));
	if (yama < 0)
		ksft_print_msg("SKIP ptrace_scope 1 and 2: no Yama in this kernel\n");
	for (i = 0; i < NR_READERS; i++) {
		struct reader r = {};
		int before = cells;
		const char *why = try_reader(&reader_kinds[i], &r);

		if (why)
			ksft_test_result_skip("%s: %s\n", reader_kinds[i].name, why);
		else
			ksft_test_result(!r.differences && reader_is_tried(&r), "%s: %d cells\n",
					 r.kind->name, cells - before);
	}
	ksft_test_result(matrix_foreign_is_hosts(), "context made in another pid namespace\n");
	matrix_teardown();
	yama_scope(yama);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command))
		differences++;
	/* The folder has an owner and modes besides. */
	ksft_print_msg("%d cells skipped; in %d the folder fd is closed, though ns/mnt is open\n",
		       skipped, fd_closed);
	ksft_print_msg("%d cells, %d differences from procfs\n", cells, differences);
	ksft_finished();
}
