/* SPDX-License-Identifier: GPL-2.0 */
/* kind.h - kinds of objects: how one is recognized, passed over, or judged. */
#ifndef _CKPT_KIND_H
#define _CKPT_KIND_H

#include <linux/fs.h>

#include "scan.h"

struct kstat;
struct net;
struct pipe_inode_info;
struct sock;
struct vm_area_struct;

/* What the first pass thinks of an object. */
enum ckpt_look {
	CKPT_FINE,	/* no rule of its kind can hold */
	CKPT_MARK,	/* to be judged in the second pass */
	CKPT_ROOM,	/* a table is full: make room and show it again */
};

/* What two processes may share as a whole. */
enum ckpt_shareable {
	CKPT_SHARE_MM,
	CKPT_SHARE_FS,
	CKPT_SHARE_SIGHAND,
	CKPT_SHARE_FILES,
	CKPT_NR_SHAREABLES
};

/**
 * struct ckpt_obj - an object to be judged
 * @place: where it was found
 * @file: referenced; NULL for a mapping without a file, a UNIX socket in flight, and where there
 *	  is only a path
 * @path: referenced, where there is no file; see ckpt_obj_path_keys()
 * @via: how the process holds @path: cwd, root, exe; NULL for descriptors and mappings
 * @inode: of @file or @path; of a UNIX socket in flight it is referenced itself
 * @files: fd table that it was found in, compared only; NULL for what is no descriptor
 * @vm_flags: of a mapping
 * @uprobes: the mapping is that of uprobes
 * @split: the kernel's code for the process (vDSO) without its data, or these without the code
 * @policy: it has a memory policy of its own
 * @followed: a mapping follows it without a gap
 */
struct ckpt_obj {
	struct ckpt_place place;
	struct file *file;
	const struct path *path;
	const char *via;
	struct inode *inode;
	const void *files;
	unsigned long vm_flags;
	bool uprobes;
	bool split;
	bool policy;
	bool followed;
};

/**
 * struct ckpt_kind - one kind of file
 * @match: is it of this kind?
 * @peek: first look, under the target's spinlocks: must not sleep or allocate; NULL: always
 *        judged
 * @judge: emits findings; holds a reference and no lock, may sleep
 */
struct ckpt_kind {
	bool (*match)(const struct file *file, const struct inode *inode);
	enum ckpt_look (*peek)(struct ckpt_scan *scan, struct file *file, struct inode *inode);
	void (*judge)(struct ckpt_scan *scan, const struct ckpt_obj *obj);
};

extern const struct ckpt_kind ckpt_kind_tty, ckpt_kind_chrdev, ckpt_kind_blkdev, ckpt_kind_pipe;
extern const struct ckpt_kind ckpt_kind_sock, ckpt_kind_anon, ckpt_kind_pidfs, ckpt_kind_opath;
extern const struct ckpt_kind ckpt_kind_dmabuf;

enum ckpt_look ckpt_file_peek(struct ckpt_scan *scan, struct file *file);
void ckpt_file_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj);
struct ckpt_finding *ckpt_emit_ino(struct ckpt_scan *scan, const struct ckpt_obj *obj,
				   enum ckpt_rule_id rule, const void *identity, u64 ino);
void ckpt_emit_unknown(struct ckpt_scan *scan, const struct ckpt_obj *obj, const void *identity,
		       u64 ino, const char *what);
void ckpt_file_unknown(struct ckpt_scan *scan, const struct ckpt_obj *obj, const char *what);
bool ckpt_file_plain(const struct file *file, const struct inode *inode);

bool ckpt_path_is_gone(const struct path *path);
void ckpt_gone_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, const struct path *path);
void ckpt_ghost_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj,
		      const struct path *path, const struct kstat *stat);
void ckpt_procpath_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj,
			 const struct path *path);
void ckpt_internal_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj);
void ckpt_meminfo(struct ckpt_scan *scan, const char * const *names, unsigned long *values, int nr);
bool ckpt_huge_page_free(struct ckpt_scan *scan, const struct inode *inode);
bool ckpt_is_mqueue(const struct inode *inode);
bool ckpt_is_secret(const struct inode *inode);
void ckpt_nsfs_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj);

enum ckpt_look ckpt_folder_peek(struct ckpt_scan *scan, const struct path *path);
void ckpt_folder_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj);
int ckpt_folder_judge_proc(struct ckpt_scan *scan, const struct ckpt_proc *proc,
			   struct task_struct *task);
void ckpt_obj_path_keys(struct ckpt_scan *scan, struct ckpt_finding *f,
			const struct ckpt_obj *obj);

/* Whether a path leads to its file, as far as mounts are concerned; the last that holds counts. */
enum ckpt_path_state {
	CKPT_PATH_FINE,
	CKPT_PATH_REPLACED,	/* a folder above it, or itself, is hidden by a mount */
	CKPT_PATH_OVERMOUNTED,	/* its mount is */
	CKPT_PATH_DETACHED,	/* its mount is not below the root that it should be */
};

enum ckpt_path_state ckpt_path_state(const struct ckpt_scan *scan, const struct path *path);
const void *ckpt_task_top(struct task_struct *task);
bool ckpt_path_other_node(const struct path *path);
bool ckpt_path_is_top(const struct path *path);
void ckpt_mnt_key(struct ckpt_scan *scan, struct ckpt_finding *f, const struct ckpt_obj *obj);

void ckpt_pipes_judge(struct ckpt_scan *scan, const struct ckpt_place *root);

void ckpt_scm_note(struct ckpt_scan *scan, const struct ckpt_obj *obj);
void ckpt_scm_judge_queue(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk,
			  unsigned int files);
void ckpt_scm_judge_many(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk,
			 unsigned int files);
void ckpt_scm_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk);

bool ckpt_is_memfd(const struct file *file, const struct inode *inode);

void ckpt_key_outside(struct ckpt_scan *scan, struct ckpt_finding *f, u64 references);
void ckpt_outside_judge_task(struct ckpt_scan *scan, const struct ckpt_place *place,
			     struct task_struct *task);
void ckpt_outside_judge_file(struct ckpt_scan *scan, const struct ckpt_obj *obj);
void ckpt_outside_judge_vma(struct ckpt_scan *scan, const struct ckpt_obj *obj);

bool ckpt_lock_peek(const struct inode *inode);
void ckpt_lock_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj);

void ckpt_fown_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj);

int ckpt_epolls_finish(struct ckpt_scan *scan);
void ckpt_epolls_free(struct ckpt_scan *scan);

void ckpt_stat_keys(struct ckpt_scan *scan, struct ckpt_finding *f, dev_t rdev, dev_t dev);
void ckpt_dev_keys(struct ckpt_scan *scan, struct ckpt_finding *f, const struct ckpt_obj *obj);

void ckpt_tun_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj);
void ckpt_tun_note(struct ckpt_scan *scan, const struct ckpt_place *place, struct net *net,
		   int ifindex, const char *name);
void ckpt_tuns_finish(struct ckpt_scan *scan);
void ckpt_tuns_free(struct ckpt_scan *scan);

bool ckpt_dev_is_tty(dev_t rdev);
void ckpt_tty_finish(struct ckpt_scan *scan);
bool ckpt_tty_has_master(const struct ckpt_scan *scan, int index);
int ckpt_mntns_finish(struct ckpt_scan *scan);
void ckpt_tty_free(struct ckpt_scan *scan);

struct sock *ckpt_unix_sock(const struct file *file);
void ckpt_sock_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk);
enum ckpt_look ckpt_unix_peek(struct ckpt_scan *scan, struct sock *sk, const struct inode *inode);
void ckpt_unix_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk);
enum ckpt_look ckpt_inet_peek(const struct sock *sk);
void ckpt_sock_judge_map(struct ckpt_scan *scan, const struct ckpt_obj *obj);
enum ckpt_look ckpt_packet_peek(struct ckpt_scan *scan, struct sock *sk, const struct inode *inode);
void ckpt_packet_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk);
void ckpt_packet_judge_map(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk);
void ckpt_inet_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk);
enum ckpt_look ckpt_netlink_peek(const struct sock *sk, const struct file *file);
void ckpt_netlink_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj, struct sock *sk);

enum ckpt_look ckpt_vma_peek(struct ckpt_scan *scan, struct vm_area_struct *vma);
bool ckpt_vma_is_odd(const struct ckpt_scan *scan, struct vm_area_struct *vma);
bool ckpt_vma_is_uprobes(struct vm_area_struct *vma);
bool ckpt_vma_is_split(struct vm_area_struct *vma);
bool ckpt_vma_has_policy(struct vm_area_struct *vma);
void ckpt_vma_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj);

bool ckpt_is_sysv_shm(const struct file *file);
void ckpt_mqueue_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		       struct task_struct *task);
void ckpt_sysv_shm_judge(struct ckpt_scan *scan, const struct ckpt_obj *obj);

bool ckpt_ns_of(struct task_struct *task, struct ckpt_spaces *out);
bool ckpt_ns_tells_mounts(const struct ckpt_scan *scan, u32 nr);
bool ckpt_ns_is_top(const struct ckpt_scan *scan, const void *mnt);
int ckpt_ns_collect(struct ckpt_scan *scan, const struct ckpt_proc *proc,
		    struct task_struct *task);
void ckpt_ns_judge_root(struct ckpt_scan *scan, const struct ckpt_place *place,
			struct task_struct *task);
void ckpt_ns_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		   struct task_struct *task);
void ckpt_net_judge(struct ckpt_scan *scan, const struct ckpt_place *place);
void ckpt_diag_judge(struct ckpt_scan *scan, const struct ckpt_place *place, struct net *net);
void ckpt_userns_judge(struct ckpt_scan *scan, const struct ckpt_place *place);
bool ckpt_ns_own(const struct ckpt_scan *scan, enum ckpt_ns which);
enum ckpt_ns ckpt_ns_named(const char *name);
bool ckpt_ns_is_root_mnt(const struct ckpt_scan *scan, u64 ino);
bool ckpt_ns_has_net(const struct ckpt_scan *scan, const struct net *net);

void ckpt_task_collect(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task);
int ckpt_task_judge(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task);
const void *ckpt_shareable(const struct task_struct *task, enum ckpt_shareable what);
bool ckpt_shares_maybe(struct task_struct *task, enum ckpt_shareable what, int threads);
void ckpt_share_collect(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task);
bool ckpt_signal_kills(struct task_struct *task, int sig);
void ckpt_sigtrap_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
			struct task_struct *task);
void ckpt_limit_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		      struct task_struct *task);
void ckpt_frozen_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		       struct task_struct *task);
void ckpt_cgroup_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		       struct task_struct *task);
u64 ckpt_thread_asleep(struct task_struct *thread);
void ckpt_attr_judge_mm(struct ckpt_scan *scan, const struct ckpt_place *place,
			struct task_struct *task);
void ckpt_timers_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		       struct task_struct *task);
void ckpt_session_judge_root(struct ckpt_scan *scan, const struct ckpt_place *place,
			     struct task_struct *task);
void ckpt_session_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
			struct task_struct *task);
void ckpt_stop_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		     struct task_struct *task);
int ckpt_threads_judge(struct ckpt_scan *scan, const struct ckpt_proc *proc,
		       struct task_struct *task);
void ckpt_call_judge(struct ckpt_scan *scan, const struct ckpt_place *place,
		     const struct ckpt_proc *proc, pid_t tid);
void ckpt_cred_judge_groups(struct ckpt_scan *scan, const struct ckpt_place *place,
			    struct task_struct *task);
bool ckpt_cred_net_admin(const struct ckpt_scan *scan, const struct net *net);
void ckpt_key_netns(struct ckpt_scan *scan, struct ckpt_finding *f, const struct net *net);
void ckpt_cred_judge_thread(struct ckpt_scan *scan, const struct ckpt_place *place,
			    const struct cred *cred);
void ckpt_cred_judge_reader(struct ckpt_scan *scan, const struct ckpt_place *place);
void ckpt_cred_judge(struct ckpt_scan *scan, struct ckpt_proc *proc, struct task_struct *task);

#endif
