// SPDX-License-Identifier: GPL-2.0
/* matrix.c - readers and mounts of access_matrix_test: a container, and who looks into it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "apparmor.h"
#include "ckptcheck.h"
#include "kselftest.h"
#include "matrix.h"
#include "target.h"

#define PROFILE	"ckptcheck_reader"

struct place *places;

/* The first process of the container, its parent, and pid namespaces. */
static pid_t container = -1, container_parent;
static int host_pidns, inside_pidns;

static const char * const hidepid[NR_HIDE] = { "0", "1", "2" };

/* ---- the container ---- */

static void contain(int to_parent, int from_parent)
{
	char byte = 0;

	if (setgroups(0, NULL) || setresgid(CONTAINED, CONTAINED, CONTAINED) ||
	    setresuid(CONTAINED, CONTAINED, CONTAINED) || prctl(PR_SET_DUMPABLE, 1) ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) || unshare(CLONE_NEWUSER | CLONE_NEWPID) ||
	    write(to_parent, &byte, 1) != 1 || read(from_parent, &byte, 1) != 1)
		_exit(1);
	/* The first process of the pid namespace. */
	if (fork())
		for (;;)
			pause();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (write(to_parent, &byte, 1) != 1)
		_exit(1);
	signal(SIGCHLD, SIG_IGN);
	for (;;)
		pause();
}

static int write_map(pid_t pid, const char *which)
{
	char path[64], map[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, which);
	snprintf(map, sizeof(map), "0 %d 1000", CONTAINED);
	return write_file(path, map);
}

/* The only child of a process, as the host knows it. */
static pid_t child_of(pid_t pid, pid_t other)
{
	char path[64], text[256], *p = text;
	pid_t child;
	int n;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	if (slurp_file(path, text, sizeof(text)) < 0)
		return -1;
	for (; sscanf(p, "%d%n", &child, &n) == 1; p += n)
		if (child != other)
			return child;
	return -1;
}

static int start_container(void)
{
	int up[2], down[2];
	char byte;

	if (pipe2(up, O_CLOEXEC) || pipe2(down, O_CLOEXEC))
		return -1;
	container_parent = fork();
	if (!container_parent)
		contain(up[1], down[0]);
	close(up[1]);
	close(down[0]);
	if (read(up[0], &byte, 1) != 1 || write_map(container_parent, "uid_map") ||
	    write_map(container_parent, "gid_map") || write(down[1], &byte, 1) != 1 ||
	    read(up[0], &byte, 1) != 1)
		return -1;
	container = child_of(container_parent, 0);
	close(up[0]);
	close(down[1]);
	return container > 0 ? 0 : -1;
}

static int open_ns(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

int matrix_enter_pidns(bool inside)
{
	return setns(inside ? inside_pidns : host_pidns, CLONE_NEWPID);
}

int matrix_join_container(void)
{
	int fd = open_ns(container, "user");

	return fd < 0 || setns(fd, CLONE_NEWUSER) || close(fd) || setgroups(0, NULL) ||
	       setresgid(0, 0, 0) || setresuid(0, 0, 0) || prctl(PR_SET_DUMPABLE, 1);
}

pid_t matrix_inside_nr(pid_t pid)
{
	char path[64], text[4096], *line;
	pid_t nr, inside;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (slurp_file(path, text, sizeof(text)) < 0)
		return 0;
	line = strstr(text, "\nNSpid:");
	return line && sscanf(line, "\nNSpid: %d %d", &nr, &inside) == 2 ? inside : 0;
}

/* ---- the mounts ---- */

static int make_mount(const char *type, const char *hide)
{
	int context = fsopen(type, FSOPEN_CLOEXEC), mnt = -1;

	if (context >= 0 && !fsconfig(context, FSCONFIG_SET_STRING, "hidepid", hide, 0) &&
	    !fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mnt = fsmount(context, FSMOUNT_CLOEXEC, 0);
	if (mnt < 0)
		ksft_print_msg("mount of %s: %s\n", type, strerror(errno));
	close(context);
	return mnt;
}

static int make_place(struct place *place)
{
	int i;

	for (i = 0; i < NR_HIDE; i++) {
		place->proc[i] = make_mount("proc", hidepid[i]);
		if (place->proc[i] < 0)
			return -1;
	}
	place->here = make_mount(CKPTCHECK_FS_TYPE, hidepid[0]);
	return place->here < 0 ? -1 : 0;
}

/* As the container's root does it. */
static int make_own_place(struct place *place)
{
	return matrix_join_container() || unshare(CLONE_NEWNS) || make_place(place);
}

/* In the container's pid namespace, by a process that shares our descriptors. */
static int do_inside(int (*what)(struct place *place), struct place *place)
{
	int status;
	pid_t pid;

	if (matrix_enter_pidns(true))
		return -1;
	pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (!pid)
		_exit(!!what(place));
	if (matrix_enter_pidns(false) || waitpid(pid, &status, 0) != pid)
		return -1;
	return status ? -1 : 0;
}

int matrix_setup(void)
{
	places = mmap(NULL, (NR_PLACES + 1) * sizeof(*places), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (places == MAP_FAILED || start_container()) {
		ksft_print_msg("no container\n");
		return -1;
	}
	host_pidns = open_ns(getpid(), "pid");
	inside_pidns = open_ns(container, "pid");
	places[0].name = "host";
	places[1].name = "container";
	places[1].inside = true;
	return host_pidns < 0 || inside_pidns < 0 || make_place(&places[0]) ||
	       do_inside(make_own_place, &places[1]) ? -1 : 0;
}

void matrix_teardown(void)
{
	matrix_hide(&places[0], 0);
	target_stop(container);
	target_stop(container_parent);
}

int matrix_hide(const struct place *place, int hide)
{
	int context = fspick(place->here, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH);
	int err;

	if (context < 0)
		return -1;
	err = fsconfig(context, FSCONFIG_SET_STRING, "hidepid", hidepid[hide], 0) ||
	      fsconfig(context, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0);
	close(context);
	return err ? -1 : 0;
}

int matrix_hide_proc(int hide)
{
	char options[16];

	snprintf(options, sizeof(options), "hidepid=%d", hide);
	return mount("proc", "/proc", "proc", MS_REMOUNT | MS_NOSUID | MS_NODEV | MS_NOEXEC,
		     options);
}

static int foreign[2];

static int create_foreign(struct place *place)
{
	int i;

	for (i = 0; i < 2; i++)
		if (fsconfig(foreign[i], FSCONFIG_CMD_CREATE, NULL, NULL, 0))
			return -1;
	place->proc[0] = fsmount(foreign[0], FSMOUNT_CLOEXEC, 0);
	place->here = fsmount(foreign[1], FSMOUNT_CLOEXEC, 0);
	return place->proc[0] < 0 || place->here < 0;
}

bool matrix_foreign_is_hosts(void)
{
	struct place *place = &places[NR_PLACES];
	char name[16];

	foreign[0] = fsopen("proc", FSOPEN_CLOEXEC);
	foreign[1] = fsopen(CKPTCHECK_FS_TYPE, FSOPEN_CLOEXEC);
	snprintf(name, sizeof(name), "%d", getpid());
	return !do_inside(create_foreign, place) && !faccessat(place->proc[0], name, F_OK, 0) &&
	       !faccessat(place->here, name, F_OK, 0);
}

/* ---- readers ---- */

static int become_own_userns(void)
{
	return unshare(CLONE_NEWUSER) ? errno : 0;
}

static int become_confined(void)
{
	return apparmor_enter(PROFILE);
}

static const char *why_not_confined(void)
{
	return apparmor_load(PROFILE);
}

const struct reader_kind reader_kinds[NR_READERS] = {
	{ .name = "root" },
	{ .name = "same-user", .uid = USER, .looks_at = USER },
	{ .name = "other-user", .uid = OTHER + 1, .looks_at = USER },
	{ .name = "own-userns", .uid = USER, .looks_at = USER, .become = become_own_userns },
	{ .name = "container-root", .looks_at = CONTAINED, .inside = true },
	{ .name = "apparmor", .become = become_confined, .why_not = why_not_confined },
};

static int become(const struct reader_kind *kind)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return errno;
	if (kind->inside && matrix_join_container())
		return errno;
	if (kind->uid && (setgroups(0, NULL) || setresgid(kind->uid, kind->uid, kind->uid) ||
			  setresuid(kind->uid, kind->uid, kind->uid)))
		return errno;
	/* Its children are to be as dumpable as those of a shell. */
	if (prctl(PR_SET_DUMPABLE, 1))
		return errno;
	return kind->become ? kind->become() : 0;
}

static const char *fork_reader(struct reader *r)
{
	int sk[2], err = EPIPE;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sk))
		return "no socket";
	r->sk = sk[0];
	r->pid = fork();
	if (!r->pid) {
		close(sk[0]);
		err = become(r->kind);
		if (write(sk[1], &err, sizeof(err)) != sizeof(err) || err)
			_exit(1);
		_exit(asker_run(sk[1]));
	}
	close(sk[1]);
	return read(sk[0], &err, sizeof(err)) != sizeof(err) || err ? strerror(err) : NULL;
}

const char *reader_start(struct reader *r, const struct reader_kind *kind)
{
	const char *why = kind->why_not ? kind->why_not() : NULL;

	*r = (struct reader){ .kind = kind };
	if (why)
		return why;
	if (kind->inside && matrix_enter_pidns(true))
		return "cannot enter the container";
	why = fork_reader(r);
	if (kind->inside && matrix_enter_pidns(false))
		return "cannot leave the container";
	return why;
}

void reader_stop(struct reader *r)
{
	close(r->sk);
	waitpid(r->pid, NULL, 0);
}

pid_t reader_child(const struct reader *r, bool shy)
{
	static pid_t first;
	const struct question q = { .what = shy ? ASK_SHY_CHILD : ASK_CHILD };
	struct answer a;

	if (!asker_ask(r->sk, &q, &a))
		return -1;
	if (!shy)
		first = child_of(r->pid, 0);
	return shy ? child_of(r->pid, first) : first;
}

void reader_count(struct reader *r, const struct answer *a)
{
	r->told[a->told]++;
	if (a->told == TOLD_ALL)
		r->attach[a->may_attach]++;
}

bool reader_is_tried(const struct reader *r)
{
	bool privileged = !r->kind->uid && !r->kind->inside && !r->kind->become;

	ksft_print_msg("%s: %d told all (%d may attach), %d refused, %d no report\n",
		       r->kind->name, r->told[TOLD_ALL], r->attach[true], r->told[TOLD_REFUSED],
		       r->told[TOLD_NOTHING]);
	if (!r->told[TOLD_ALL] || !r->told[TOLD_NOTHING] || !r->attach[true])
		return false;
	return privileged ? !r->told[TOLD_REFUSED] : r->told[TOLD_REFUSED];
}
