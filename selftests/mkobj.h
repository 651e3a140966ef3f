/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mkobj.h - the fixtures: what a case is, and what its functions may call.
 *
 *	holder (the invoked process)		target (own session, own tree)
 *	prepare()  outside ends, listeners
 *	fork ---------------------------------> make()    the object, KEY lines
 *	finish()   locks, seizes, connects <---
 *		   ----------------------------> settle()  what has to come last
 *	READY <pid>				pause()
 *	cleanup()  what outlives all of them
 *
 * The channel between the two is a socket that is gone before READY is printed.
 */
#ifndef _MKOBJ_H
#define _MKOBJ_H

#include <stdbool.h>
#include <sys/types.h>

#define MKOBJ_NOBODY	65534
#define MKOBJ_FDS	4

struct mkobj;

enum mkobj_parent { MKOBJ_HOLDER, MKOBJ_LEADER, MKOBJ_UNREAPING };

/**
 * struct mkobj_case - one kind of object, or one that nearly is
 * @name: the rule's own name for its fixture, "<rule>.<variant>", "<rule>.miss[-<what>]"
 * @rule: rule that it trips or nearly misses, "-" for none
 * @flags: words for whoever runs the cases, separated by commas: root-only, needs=/dev/x,
 *	   reader=nobody, reader=inside, criu=skip:reason, also=rule (trips that one too), load,
 *	   incomplete=word (the report is, with this reason), view=each (tells each info record),
 *	   newer (the oldest CRIU has nothing against it)
 * @prepare: in the holder, before the target is forked; may be NULL, as all others
 * @lead: in the session leader outside, where @parent makes one
 * @make: in the target
 * @finish: in the holder, after all objects are made
 * @settle: in the target, after finish()
 * @run: in the target, instead of pause(), for ever
 * @release: in the holder, before the target is killed; not if prepare() failed
 * @cleanup: in the holder, when the target and its children are gone; not if prepare() failed
 * @arg: for the functions
 * @num: for the functions
 * @uid: user of the target, 0 for root
 * @parent: of the target; MKOBJ_LEADER: a session leader, in whose session the target stays;
 *	    MKOBJ_UNREAPING: one that does not reap it
 * @state: letter in /proc/<pid>/stat that the target has at last, 0: whatever it has
 * @foreign: no target is made, READY tells this pid
 */
struct mkobj_case {
	const char *name;
	const char *rule;
	const char *flags;
	void (*prepare)(struct mkobj *m);
	void (*lead)(struct mkobj *m);
	void (*make)(struct mkobj *m);
	void (*finish)(struct mkobj *m);
	void (*settle)(struct mkobj *m);
	void (*run)(struct mkobj *m);
	void (*release)(struct mkobj *m);
	void (*cleanup)(struct mkobj *m);
	const char *arg;
	long num;
	uid_t uid;
	enum mkobj_parent parent;
	char state;
	pid_t (*foreign)(void);
};

/**
 * struct mkobj - one object in the making
 * @c: its case
 * @index: its place among the names of the command line
 * @holder: pid of the invoked process
 * @target: pid of the target, 0 until it is forked
 * @fd: descriptors of either side, -1 where unused; the holder's are never inherited; those that
 *	the target gave away by mkobj_give() are here in finish()
 * @nfd: number of @fd in use
 * @value: told by mkobj_tell() in the target, for finish(); or set by prepare() for all others
 */
struct mkobj {
	const struct mkobj_case *c;
	int index;
	pid_t holder;
	pid_t target;
	int fd[MKOBJ_FDS];
	int nfd;
	long value;
};

extern const struct mkobj_case mkobj_env_cases[];
extern const struct mkobj_case mkobj_cred_cases[];
extern const struct mkobj_case mkobj_task_cases[];
extern const struct mkobj_case mkobj_share_cases[];
extern const struct mkobj_case mkobj_outside_cases[];
extern const struct mkobj_case mkobj_stop_cases[];
extern const struct mkobj_case mkobj_stuck_cases[];
extern const struct mkobj_case mkobj_cgroup_cases[];
extern const struct mkobj_case mkobj_attr_cases[];
extern const struct mkobj_case mkobj_prctl_cases[];
extern const struct mkobj_case mkobj_timer_cases[];
extern const struct mkobj_case mkobj_ns_cases[];
extern const struct mkobj_case mkobj_tty_cases[];
extern const struct mkobj_case mkobj_file_cases[];
extern const struct mkobj_case mkobj_anon_cases[];
extern const struct mkobj_case mkobj_epoll_cases[];
extern const struct mkobj_case mkobj_fown_cases[];
extern const struct mkobj_case mkobj_notify_cases[];
extern const struct mkobj_case mkobj_pidfd_cases[];
extern const struct mkobj_case mkobj_path_cases[];
extern const struct mkobj_case mkobj_ghost_cases[];
extern const struct mkobj_case mkobj_procpath_cases[];
extern const struct mkobj_case mkobj_pipe_cases[];
extern const struct mkobj_case mkobj_lock_cases[];
extern const struct mkobj_case mkobj_unix_cases[];
extern const struct mkobj_case mkobj_unix_name_cases[];
extern const struct mkobj_case mkobj_unix_queue_cases[];
extern const struct mkobj_case mkobj_scm_cases[];
extern const struct mkobj_case mkobj_scm_odd_cases[];
extern const struct mkobj_case mkobj_tcp_cases[];
extern const struct mkobj_case mkobj_udp_cases[];
extern const struct mkobj_case mkobj_sock_cases[];
extern const struct mkobj_case mkobj_netlink_cases[];
extern const struct mkobj_case mkobj_filter_cases[];
extern const struct mkobj_case mkobj_packet_cases[];
extern const struct mkobj_case mkobj_lost_cases[];
extern const struct mkobj_case mkobj_opts_cases[];
extern const struct mkobj_case mkobj_mm_cases[];
extern const struct mkobj_case mkobj_vma_cases[];
extern const struct mkobj_case mkobj_ipc_cases[];
extern const struct mkobj_case mkobj_netns_cases[];
extern const struct mkobj_case mkobj_netdev_cases[];
extern const struct mkobj_case mkobj_diag_cases[];
extern const struct mkobj_case mkobj_call_cases[];
extern const struct mkobj_case mkobj_mntns_cases[];
extern const struct mkobj_case mkobj_mount_cases[];

/* Ends everything: status 4 where the machine lacks the feature (by errno), 1 otherwise. */
void mkobj_fail(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* Flags of a case whose finding is told with each alone; all processes trip two more then. */
#define MKOBJ_EACH "view=each,also=task-rseq,also=env-vvar-vclock"

/* Is the kernel that version, or a newer one? */
bool mkobj_kernel_since(int major, int minor);
void mkobj_lacks(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* Return: @fd (any result of a system call), which is not negative. */
int mkobj_try(int fd, const char *what);

/* Whether the case is to trip nothing. */
bool mkobj_is_miss(const struct mkobj_case *c);

/* A KEY line of a case that trips: what its finding must hold, beside pid= of the caller. */
void mkobj_key(struct mkobj *m, const char *fmt, ...);
/* The same with fd= and ino=. */
void mkobj_key_fd(struct mkobj *m, int fd, const char *fmt, ...);
void mkobj_tell(struct mkobj *m, long value);
/* The holder gets @fd, the caller has it no longer. */
void mkobj_give(struct mkobj *m, int fd);
/* Sends @fd over the UNIX socket @sock; the caller has it still. */
void mkobj_send_fd(int sock, int fd);
/* A child of the target, which ends in mkobj_pause(). Return: as fork(). */
pid_t mkobj_fork(void);
/* One that goes on, and one that has ended and waits for its parent.  Return: its pid. */
pid_t mkobj_child(void);
pid_t mkobj_dead_child(void);
/* Return: inode number of a descriptor. */
unsigned long long mkobj_ino(int fd);
/* A thread that runs @run, or ends in mkobj_pause() if that is NULL. */
void mkobj_thread(void *(*run)(void *arg), void *arg);
/* Waits until a process has that state, a letter as in /proc/<pid>/stat. */
void mkobj_await(pid_t pid, char state);
/* Writes this program to a file. */
void mkobj_copy_self(const char *path);
void mkobj_pause(void) __attribute__((noreturn));

/*
 * For prepare(): two free huge pages more, one for the object and one for criu, or none; and for
 * cleanup(): as many as before.
 */
void mkobj_huge_more(struct mkobj *m);
void mkobj_huge_none(struct mkobj *m);
void mkobj_huge_restore(struct mkobj *m);

/* Path of a file of this object, in a folder that is removed at the end; in a static buffer. */
const char *mkobj_path(struct mkobj *m, const char *name);
/* Opens a new file of 4096 bytes there. */
int mkobj_file(struct mkobj *m, const char *name, int flags);

#endif
