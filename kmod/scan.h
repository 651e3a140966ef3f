/* SPDX-License-Identifier: GPL-2.0 */
/* scan.h - one look at a dumped set: collect, judge, render. */
#ifndef _CKPT_SCAN_H
#define _CKPT_SCAN_H

#include <linux/bits.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "mounts.h"
#include "release.h"
#include "report.h"
#include "table.h"

struct ckpt_diag;
struct ckpt_fs;
struct ckpt_outsider;
struct ckpt_queue;
struct ckpt_stray;
struct ckpt_tty;
struct ckpt_tun;
struct cred;
struct task_struct;

/**
 * struct ckpt_mark - an object that the first pass wants to see judged
 * @at: descriptor, or first address of a mapping
 * @is_vma: which of both
 *
 * No reference is kept: the second pass finds the object again, and what is gone by then is gone.
 */
struct ckpt_mark {
	unsigned long at;
	bool is_vma;
};

/**
 * struct ckpt_proc - a thread group of the dumped set
 * @pid: owned
 * @nr: its number in the pid namespace of the mount
 * @leader: identity of the leader when @exec_id was read; compared only
 * @exec_id: which program it ran when access to it was checked
 * @first_mark: its marks in ckpt_scan.marks
 * @nr_marks: number of them
 * @may_read: the reader may be told about it
 * @may_attach: criu, run by the reader, could attach to it, as far as that could be asked
 * @walked: the first pass has been there
 * @hidden: the reader cannot even know that it is in the set
 * @vforks: one of its threads waits for a child that shares its memory
 */
struct ckpt_proc {
	struct pid *pid;
	pid_t nr;
	const struct task_struct *leader;
	u64 exec_id;
	u32 first_mark;
	u32 nr_marks;
	bool may_read;
	bool may_attach;
	bool walked;
	bool hidden;
	bool vforks;
};

/* Files of procfs that name drivers. */
enum ckpt_drivers {
	CKPT_DRIVERS_ALL,
	CKPT_DRIVERS_MISC,
	CKPT_DRIVERS_TTY,
	CKPT_NR_DRIVERS
};

/* Kinds of namespaces. */
enum ckpt_ns {
	CKPT_NS_NET,
	CKPT_NS_IPC,
	CKPT_NS_UTS,
	CKPT_NS_MNT,
	CKPT_NS_CGROUP,
	CKPT_NS_TIME,
	CKPT_NS_PID,
	CKPT_NS_USER,
	CKPT_NR_NS
};

/**
 * struct ckpt_spaces - the namespaces of a process
 * @ns: compared only; NULL where it has given them back
 * @time_for_children: its children will have another time namespace
 * @pid_for_children: its children will have another pid namespace
 */
struct ckpt_spaces {
	const void *ns[CKPT_NR_NS];
	bool time_for_children;
	bool pid_for_children;
};

/* So many tables of identities a scan has. */
#define CKPT_SCAN_TABLES	17

/**
 * struct ckpt_scan - one scan, of one read, not shared
 * @tables: all of them, which are described below.  The next scan of the reader may use their
 *	    memory, and @over
 * @over: credentials to ask with whether criu could attach, or NULL
 * @fs: mount it came through
 * @cred: the opener's credentials
 * @root: thread group that the report is about
 * @root_allowed: the opener was allowed to read @root when it opened the report
 * @max_objects: cap for processes, marks and findings
 * @patience: milliseconds that are left to wait for locks that are not passed on
 * @procs: the dumped set, @nr_procs of @cap_procs; @nr_read are walked, and may be inspected
 * @members: signal_struct of each process of the set; value: index + 1
 * @shared: mm, files, fs and sighand of each process, to see which are shared
 * @reader_spaces: namespaces of the reader, which criu would have
 * @root_spaces: of @root
 * @spaces: namespaces of the members, with their kind
 * @sockets: UNIX sockets inside, and packet sockets at descriptors
 * @queues: UNIX sockets inside with descriptors in flight, @nr_queues of @cap_queues
 * @flights: files that have been judged; second half: inode number of the queue in which they are
 *	     in flight, or that they are at a descriptor
 * @held: open files that somebody else may hold too, and their references from inside
 * @memfds: memfds, and the number of open files of each inside
 * @counted: fd tables and memories whose references are counted
 * @at: place that the first pass is at
 * @counting: its references are to be counted
 * @fresh: the file that is looked at was not met before
 * @order: number of the last socket or locked file that was found in a fd table; while queues
 *	   are looked at, that of their socket
 * @uncounted: some references from inside could not be counted
 * @outside: what processes outside have too; value: index in @outsiders + 1
 * @outsiders: who was found to have it, @nr_outsiders of @cap_outsiders
 * @met: what the process outside that is looked at has of them, index + 1 of the first
 * @searched: they were looked for
 * @census: where reports of all processes are read: who has what, else NULL
 * @diag: what is known of sock_diag
 * @suspects: objects that seemed to be held outside, by counts alone
 * @confirming: this is another look, after one that had suspects
 * @rested: nanoseconds spent between two looks at references, of all tries
 * @folders: folders of files, by mount; one file of each is looked at in the second pass
 * @misplaced: a file was found to which its path does not lead
 * @each_file: so each one is judged, not one of each folder
 * @last_folder: the one looked up last, and its mount; compared only
 * @last_mnt: see @last_folder
 * @last_btrfs: @last_mnt is of a Btrfs
 * @last_proc: it is of procfs
 * @last_short: a plain file of that folder is fine by its place
 * @btrfs_files: files on Btrfs that are still to be told, where one record is for all
 * @ghost_folders: deleted folders at descriptors that have been judged
 * @pipes: pipes and FIFOs; value: open files inside that read, order: those that write; path-only
 *	   descriptors that criu meets before those that read
 * @nr_pipes: of how many pipes, and how many FIFOs, an end inside can be read
 * @packets: packet sockets of network namespaces that were asked for them; value: what was told
 * @packet_pipes: pipes of which an end inside is in packet mode
 * @ttys: descriptors of terminals that have been judged, @nr_ttys of @cap_ttys
 * @tty_ids: which terminals they are
 * @tuns: tun devices that go with their descriptors, @nr_tuns of @cap_tuns
 * @tun_files: devices that descriptors of tun belong to
 * @epolls: epolls that have been judged, and files taken for targets of theirs
 * @strays: targets that are to be looked for, @nr_strays of @cap_strays
 * @mounts: of @root and other members, once they are read
 * @reader_mounts: the same of the reader
 * @top: mount that all others are below in the mount namespace of @root, compared only
 * @nr_mnt_ns: mount namespaces of members that are neither that of @root nor the reader's
 * @epoll_stuck: one of them did not answer
 * @frozen: for each version of frozen cgroups, whether it was looked at, and holds the whole set
 * @task: leader of the process that is judged, referenced
 * @marks: @nr_marks of @cap_marks
 * @batch: references that are to be dropped
 * @drivers: text of procfs that names the drivers, NULL until it is needed
 * @meminfo: the same of what memory there is
 * @report: findings
 * @threads: looked at so far, like @files and @vmas
 * @comm: of @root
 * @comm_known: the reader may know it
 */
struct ckpt_scan {
	union {
		struct {
			struct ckpt_table members;
			struct ckpt_table shared;
			struct ckpt_table spaces;
			struct ckpt_table sockets;
			struct ckpt_table flights;
			struct ckpt_table held;
			struct ckpt_table memfds;
			struct ckpt_table counted;
			struct ckpt_table outside;
			struct ckpt_table folders;
			struct ckpt_table ghost_folders;
			struct ckpt_table pipes;
			struct ckpt_table packets;
			struct ckpt_table packet_pipes;
			struct ckpt_table tty_ids;
			struct ckpt_table tun_files;
			struct ckpt_table epolls;
		};
		struct ckpt_table tables[CKPT_SCAN_TABLES];
	};
	const struct cred *over;
	const struct ckpt_fs *fs;
	const struct cred *cred;
	struct pid *root;
	bool root_allowed;
	u32 max_objects;
	unsigned int patience;
	struct ckpt_proc *procs;
	u32 nr_procs;
	u32 nr_read;
	u32 cap_procs;
	struct ckpt_spaces reader_spaces;
	struct ckpt_spaces root_spaces;
	struct ckpt_queue *queues;
	u32 nr_queues;
	u32 cap_queues;
	struct ckpt_place at;
	bool counting;
	bool fresh;
	bool uncounted;
	struct ckpt_outsider *outsiders;
	u32 nr_outsiders;
	u32 cap_outsiders;
	u32 met;
	bool searched;
	struct ckpt_census *census;
	struct ckpt_diag *diag;
	struct ckpt_table suspects;
	bool confirming;
	u32 order;
	u64 rested;
	bool misplaced;
	bool each_file;
	const void *last_folder;
	const void *last_mnt;
	bool last_btrfs;
	bool last_proc;
	bool last_short;
	u32 btrfs_files;
	u32 nr_pipes[2];
	struct ckpt_tty *ttys;
	u32 nr_ttys;
	u32 cap_ttys;
	struct ckpt_tun *tuns;
	u32 nr_tuns;
	u32 cap_tuns;
	struct ckpt_stray *strays;
	u32 nr_strays;
	u32 cap_strays;
	bool epoll_stuck;
	struct ckpt_mounts mounts;
	struct ckpt_mounts reader_mounts;
	const void *top;
	u32 nr_mnt_ns;
	u8 frozen;
	struct task_struct *task;
	struct ckpt_mark *marks;
	u32 nr_marks;
	u32 cap_marks;
	struct ckpt_batch *batch;
	char *drivers[CKPT_NR_DRIVERS];
	char *meminfo;
	struct ckpt_report report;
	u64 threads;
	u64 files;
	u64 vmas;
	char comm[TASK_COMM_LEN];
	bool comm_known;
};

/*
 * Was there no room for something?  What is in none of the tables may be of a member then: nothing
 * is concluded from that any more.
 */
static inline bool ckpt_scan_cut(const struct ckpt_scan *scan)
{
	return scan->report.reasons & (BIT(CKPT_REASON_MEMORY) | BIT(CKPT_REASON_MAX_OBJECTS));
}

void ckpt_scan_free(struct ckpt_scan *scan);
int ckpt_scan_run(struct ckpt_scan *scan, struct ckpt_text *out);

/* One hold of a lock that the target may wait for; the longest is shown in sysfs. */
u64 ckpt_hold_begin(void);
void ckpt_hold_end(u64 begin);

#endif
