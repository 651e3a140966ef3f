// SPDX-License-Identifier: GPL-2.0
/*
 * rules_test.c - each fixture of mkobj trips its rule, as told here, and nothing else.
 *
 * Inside the box is the dumped set; the holder (mkobj itself) has the other ends:
 *
 *	holder ---- fork ----> [ target ---- fork ----> child ]
 *	   ^                        |
 *	   +---- peer, tracer ------+
 */
#include "kselftest_harness.h"

#define CKPT_RULE_TABLE
#include "ckptcheck_table.h"
#include "report.h"
#include "rules_check.h"
#include "target.h"

static const char * const class_names[] = CKPTCHECK_CLASS_NAMES;

FIXTURE(trip) {
	struct mkobj_run run;
	const struct ckpt_rule *rule;
	const char *flags;
	int yama;
};

FIXTURE_VARIANT(trip) {
	const char *name;
	enum ckptcheck_class cls;
	const char *needs;
	const char *keys;
	bool blind;
};

/*
 * TRIP(identifier, name, class for the newest CRIU, needs= with {key}, further keys, .blind = true)
 * Blind: nothing can be counted that /proc would show as well.
 */
#define TRIP(ident, name_, cls_, needs_, ...) \
	FIXTURE_VARIANT_ADD(trip, ident) { \
		.name = name_, .cls = CKPTCHECK_CLASS_##cls_, .needs = needs_, .keys = __VA_ARGS__ \
	}

#define LOCKS	"--file-locks"
#define MNT	"--external mnt[{path}]:{path}"
#define TCP	"--tcp-established"
#define TTY	"--external tty[{st-rdev:x}:{st-dev:x}]"
#define UNIX	"--external unix[{ino}]"
#define NETNS	"--external net[{ino}]:net|--empty-ns net"
#define FILE_	"--external file[{mnt:x}:{ino:x}]"
#define GHOST	"--ghost-limit {size}"
#define FREEZER	"--freeze-cgroup /sys/fs/cgroup/freezer{cgroup}"

TRIP(set_unstable, "set-unstable", UNKNOWN, "", "transient");
TRIP(cred_no_access, "cred-no-access", BLOCKER, "", "", .blind = true);
TRIP(cred_not_root, "cred-not-root", OPTION, "--unprivileged", "");
TRIP(groups, "cred-too-many-groups", BLOCKER, "", "");
TRIP(groups_digits, "cred-too-many-groups.digits", BLOCKER, "", "");
TRIP(id_unmapped, "cred-id-unmapped", BLOCKER, "", "");
TRIP(id_unmapped_no_root, "cred-id-unmapped.no-root", BLOCKER, "", "");
TRIP(keyrings, "cred-keyrings", LOSSY, "", "");
TRIP(keyrings_process, "cred-keyrings.process", LOSSY, "", "");
TRIP(keyrings_thread, "cred-keyrings.thread", LOSSY, "", "");
TRIP(landlock, "cred-landlock", LOSSY, "", "");
TRIP(landlock_thread, "cred-landlock.thread", LOSSY, "", "");
TRIP(vvar_vclock, "env-vvar-vclock", INFO, "", "");
TRIP(no_checkpoint_restore, "env-no-checkpoint-restore", BLOCKER, "", "");
TRIP(task_root_zombie, "task-root-zombie", BLOCKER, "", "");
TRIP(task_kthread, "task-kthread", BLOCKER, "", "", .blind = true);
TRIP(task_traced, "task-traced", BLOCKER, "", "");
TRIP(task_traced_inside, "task-traced.inside", BLOCKER, "", "");
TRIP(thread_traced, "thread-traced", BLOCKER, "", "");
TRIP(thread_zombie, "thread-zombie", BLOCKER, "", "");
TRIP(uninterruptible, "task-uninterruptible", BLOCKER, "", "seconds transient");
TRIP(cgroup_frozen_part_v1, "task-cgroup-frozen-part.v1", BLOCKER, "", "");
TRIP(cgroup_frozen_v1, "task-cgroup-frozen-v1", OPTION, FREEZER, "");
TRIP(ldt_cs, "task-ldt-cs", BLOCKER, "", "");
TRIP(robust_list_compat, "task-robust-list-compat2", LOSSY, "", "");
TRIP(io_uring_registered, "task-io-uring-registered", LOSSY, "", "count");
TRIP(tun_left, "tun-foreign-netns", BLOCKER, "", "ns");
TRIP(tun_left_attached, "tun-foreign-netns.attached", BLOCKER, "", "ns");
TRIP(chrdev_autofs, "chrdev-autofs", INFO, "", "");
TRIP(cgroup_outside, "ns-cgroup-outside-root", BLOCKER, "", "");
TRIP(tun_host, "tun-host-netns", RESTORE, "", "ns");
TRIP(tun_host_attached, "tun-host-netns.attached", RESTORE, "", "ns");
TRIP(tun_filter, "tun-filter", BLOCKER, "", "");
TRIP(tun_noinfo, "tun-noinfo", BLOCKER, "", "ino");
TRIP(fanotify_awaited, "fanotify-perm-pending", LOSSY, "", "transient");
TRIP(tty_collision, "tty-index-collision", RESTORE, "", "");
TRIP(link_refused, "file-link-remap-failed", BLOCKER, "", "path");
TRIP(link_refused_append, "file-link-remap-failed.append", BLOCKER, "", "path");
TRIP(ghost_attr, "file-ghost", LOSSY, "", "attr path");
TRIP(ghost_acl, "file-ghost.acl", LOSSY, "", "attr path");
TRIP(ghost_trusted, "file-ghost.trusted", LOSSY, "", "attr path");
TRIP(ghost_read_only, "mnt-ro-ghost", RESTORE, "", "path");
TRIP(mqueue_deleted, "file-mqueue-mounted", BLOCKER, "", "path");
TRIP(proc_outside, "file-proc-outside", INFO, "", "path");
TRIP(proc_folder, "file-proc-folder", RESTORE, "", "path");
TRIP(proc_folder_cwd, "file-proc-folder.cwd", RESTORE, "", "path");
TRIP(dmabuf, "file-dmabuf", BLOCKER, "", "");
TRIP(task_not_session_leader, "task-not-session-leader", OPTION, "--shell-job", "");
TRIP(leader_zombie, "task-leader-zombie", BLOCKER, "", "", .blind = true);
TRIP(shared_vm, "task-shared-vm", BLOCKER, "", "");
TRIP(shared_fs, "task-shared-fs", BLOCKER, "", "");
TRIP(shared_sighand, "task-shared-sighand", BLOCKER, "", "");
TRIP(shared_files, "task-shared-files-nonparent", BLOCKER, "", "");
TRIP(share_files_out, "task-shared-outside", LOSSY, "", "outside peer-comm");
TRIP(share_fs_out, "task-shared-outside.directories", LOSSY, "", "outside peer-comm");
TRIP(share_vm_out, "task-shared-outside.memory", LOSSY, "", "outside peer-comm");
TRIP(vfork_pending, "task-vfork-pending", BLOCKER, "", "transient");
TRIP(stop_ttin, "task-stop-signal", BLOCKER, "", "");
TRIP(stop_ttou, "task-stop-signal.ttou", BLOCKER, "", "");
TRIP(stop_tstp, "task-stop-tstp", INFO, "", "");
TRIP(stop_threads, "task-stop-threads", INFO, "", "");
TRIP(sigtrap, "sig-pending-sigtrap", BLOCKER, "", "");
TRIP(sigtrap_group, "sig-pending-sigtrap.group", BLOCKER, "", "");
TRIP(sigtrap_thread, "sig-pending-sigtrap.thread", BLOCKER, "", "");
TRIP(compat32, "task-compat32", INFO, "", "");
TRIP(seccomp, "task-seccomp-filter", INFO, "", "");
TRIP(seccomp_thread, "task-seccomp-filter.thread", INFO, "", "");
TRIP(rlimit_fsize, "task-rlimit-fsize", LOSSY, "", "harm");
TRIP(rlimit_as, "task-rlimit-as", BLOCKER, "", "limit used");
TRIP(rlimit_cpu, "task-rlimit-cpu", BLOCKER, "", "limit harm");
TRIP(sigtrap_ignored, "sig-sigtrap-ignored", LOSSY, "", "");
TRIP(cgroup_frozen_part, "task-cgroup-frozen-part", BLOCKER, "", "");
TRIP(cgroup_frozen_twice, "task-cgroup-frozen-part.twice", BLOCKER, "", "");
TRIP(cgroup_frozen, "task-cgroup-frozen", OPTION, "--freeze-cgroup /sys/fs/cgroup{cgroup}", "");
TRIP(sched_deadline, "task-sched-deadline", RESTORE, "", "");
TRIP(cpu_affinity, "task-cpu-affinity", LOSSY, "", "cpus");
TRIP(mempolicy, "task-mempolicy", LOSSY, "", "");
TRIP(mempolicy_mapping, "task-mempolicy.mapping", LOSSY, "", "");
TRIP(ioprio, "task-ioprio", LOSSY, "", "");
TRIP(call_nanosleep, "task-restart-block", INFO, "", "");
TRIP(call_clock, "task-restart-block.clock", INFO, "", "");
TRIP(call_poll, "task-restart-block.poll", INFO, "", "");
TRIP(call_futex, "task-restart-block.futex", INFO, "", "");
TRIP(call_futex_until, "task-restart-block.futex-until", INFO, "", "");
TRIP(call_stopped, "task-restart-block.stopped", INFO, "", "");
TRIP(uclamp, "task-uclamp", LOSSY, "", "");
TRIP(uclamp_max, "task-uclamp.max", LOSSY, "", "");
TRIP(timerslack, "task-timerslack", LOSSY, "", "");
TRIP(timerslack_child, "task-timerslack.child", LOSSY, "", "");
TRIP(timerslack_threads, "task-timerslack.threads", LOSSY, "", "");
TRIP(task_personality, "task-personality", LOSSY, "", "");
TRIP(private_files, "thread-private-files", LOSSY, "", "");
TRIP(private_fs, "thread-private-fs", LOSSY, "", "");
TRIP(private_ns, "thread-private-ns", LOSSY, "", "");
TRIP(private_ns_uts, "thread-private-ns.uts", LOSSY, "", "");
TRIP(ldt, "task-ldt-present", LOSSY, "", "");
TRIP(ioperm, "task-ioperm", LOSSY, "", "");
TRIP(ioperm_iopl, "task-ioperm.iopl", LOSSY, "", "");
TRIP(sud, "task-sud", LOSSY, "", "");
TRIP(hw_breakpoints, "task-hw-breakpoints", LOSSY, "", "");
TRIP(rseq, "task-rseq", INFO, "", "");
TRIP(rseq_no_conf, "task-rseq-no-conf", BLOCKER, "", "");
TRIP(membarrier, "task-membarrier", INFO, "", "");
TRIP(pdeathsig, "task-pdeathsig", INFO, "", "");
TRIP(pdeathsig_root, "task-pdeathsig-root", RESTORE, "", "");
TRIP(subreaper, "task-subreaper", INFO, "", "");
TRIP(prctl_tsc, "task-prctl-misc", LOSSY, "", "what");
TRIP(prctl_io_flusher, "task-prctl-misc.io-flusher", LOSSY, "", "what");
TRIP(prctl_mce, "task-prctl-misc.mce", LOSSY, "", "what");
TRIP(prctl_speculation, "task-prctl-misc.speculation", LOSSY, "", "what");
TRIP(prctl_mdwe, "task-prctl-misc.mdwe", LOSSY, "", "what");
TRIP(prctl_merge, "task-prctl-misc.merge", LOSSY, "", "what");
TRIP(prctl_thp, "task-prctl-misc.thp", LOSSY, "", "what");
TRIP(prctl_coredump, "task-prctl-misc.coredump", LOSSY, "", "what");
TRIP(timer_clock, "timer-posix-clock", RESTORE, "", "");
TRIP(timer_clocks, "timer-posix-clock.two", RESTORE, "", "");
TRIP(timer_thread_outside, "timer-posix-thread-outside", BLOCKER, "", "");
TRIP(timer_thread_gone, "timer-posix-thread-gone", RESTORE, "", "");
TRIP(timer_alarm, "timer-alarm", INFO, "", "");
TRIP(timer_alarm_realtime, "timer-alarm.realtime", INFO, "", "");
TRIP(lease_write, "lock-lease-write", LOSSY, "", "");
TRIP(lease_write_ignored, "lock-lease-write.ignored", LOSSY, "", "");
TRIP(mqueue_mounted, "ipc-mqueue-nonempty", OPTION, MNT, "");
TRIP(mnt_line, "mnt-line-too-long", BLOCKER, "", "fstype");
TRIP(mnt_sharing, "mnt-external-sharing", OPTION, MNT, "fstype");
TRIP(mnt_type, "mnt-fs-unsupported", OPTION, MNT, "");
TRIP(mnt_type_own, "mnt-fs-unsupported.ckptcheck", OPTION, MNT, "");
TRIP(mnt_type_twice, "mnt-fs-unsupported.twice", OPTION, MNT, "origin");
TRIP(mnt_type_user, "mnt-fs-unsupported.user", OPTION, MNT, "fstype");
TRIP(mnt_type_nested, "mnt-fs-unsupported.nested", OPTION, MNT, "fstype");
TRIP(mnt_nested, "mnt-nested-external", BLOCKER, "", "fstype");
TRIP(mnt_same_place, "mnt-same-place", BLOCKER, "", "fstype");
TRIP(mnt_same_place_other, "mnt-same-place.other", BLOCKER, "", "fstype");
TRIP(mnt_overlay, "mnt-overlay", RESTORE, "", "fstype");
TRIP(mnt_overlay_nested, "mnt-overlay.nested", RESTORE, "", "fstype");
TRIP(mnt_no_proc, "mnt-shared-no-proc", RESTORE, "", "fstype");
TRIP(mnt_no_proc_covered, "mnt-shared-no-proc.covered", RESTORE, "", "fstype");
TRIP(mnt_bind, "mnt-no-root-mount", OPTION, MNT, "fstype");
TRIP(mnt_bind_twice, "mnt-no-root-mount.twice", OPTION, MNT, "fstype");
TRIP(mnt_bind_file, "mnt-no-root-mount.file", OPTION, MNT, "fstype");
TRIP(mnt_fuse, "mnt-fuse", OPTION, MNT, "");
TRIP(mnt_autofs, "mnt-autofs", OPTION, MNT, "fstype");
TRIP(mnt_terminal, "mnt-devpts-no-master", OPTION, MNT, "");
TRIP(mnt_tracefs, "mnt-tracefs", LOSSY, "", "");
TRIP(mnt_attrs, "mnt-attrs-lost", LOSSY, "", "");
TRIP(shm_locked, "ipc-shm-flags", LOSSY, "", "");
TRIP(ns_nested, "ns-nested", BLOCKER, "", "");
TRIP(ns_nested_ipc, "ns-nested.ipc", BLOCKER, "", "");
TRIP(ns_nested_cgroup, "ns-nested.cgroup", BLOCKER, "", "");
TRIP(ns_nested_user, "ns-nested.user", BLOCKER, "", "");
TRIP(ns_net, "ns-nested-net", INFO, "", "");
TRIP(ns_proc_unmounted, "ns-proc-not-own.unmounted", BLOCKER, "", "");
TRIP(ns_chroot_nested, "ns-root-chroot.nested", BLOCKER, "", "path");
TRIP(ns_mnt, "ns-nested-mnt", INFO, "", "");
TRIP(ns_net_hostroot, "ns-nested-net-hostroot", RESTORE, "", "");
TRIP(ns_mnt_hostroot, "ns-nested-mnt-hostroot", RESTORE, "", "");
TRIP(ns_left, "ns-left", RESTORE, "", "");
TRIP(ns_left_ipc, "ns-left.ipc", RESTORE, "", "");
TRIP(ns_left_net, "ns-left-net-mnt", BLOCKER, "", "");
TRIP(ns_left_mnt, "ns-left-net-mnt.mnt", BLOCKER, "", "");
TRIP(link_kind, "ns-net-link-kind", OPTION, NETNS, "");
TRIP(link_kind_bond, "ns-net-link-kind.bond", OPTION, NETNS, "");
TRIP(link_kind_child, "ns-net-link-kind.child", OPTION, NETNS, "");
TRIP(link_outside, "ns-net-link-outside", RESTORE, "", "");
TRIP(net_content, "ns-net-content", LOSSY, "", "");
TRIP(net_content_ingress, "ns-net-content.ingress", LOSSY, "", "");
TRIP(net_content_xfrm, "ns-net-content.xfrm", LOSSY, "", "");
TRIP(net_no_diag, "ns-net-no-diag", BLOCKER, "", "");
TRIP(net_no_diag_packet, "ns-net-no-diag.packet", BLOCKER, "", "");
TRIP(net_no_diag_nested, "ns-net-no-diag.nested", BLOCKER, "", "");
TRIP(net_no_udplite, "ns-net-no-udplite", INFO, "", "");
TRIP(ns_time_children, "ns-time-for-children", BLOCKER, "", "");
TRIP(ns_pid_children, "ns-pid-for-children", LOSSY, "", "");
TRIP(ns_pid_not_init, "ns-pid-not-init", OPTION, "--external pid[{ino}]:pidns", "");
TRIP(ns_user_no_pid, "ns-user-no-pid", RESTORE, "", "");
TRIP(ns_proc, "ns-proc-not-own", BLOCKER, "", "");
TRIP(ns_root_chroot, "ns-root-chroot", BLOCKER, "", "path");
TRIP(ns_foreign_owner, "ns-user-foreign-owner", BLOCKER, "", "");
TRIP(ns_foreign_owner_net, "ns-user-foreign-owner.net", BLOCKER, "", "");
TRIP(zombie_session, "task-zombie-session-outside", BLOCKER, "", "");
TRIP(task_session_pidns, "task-session-outside-pidns", BLOCKER, "", "");
TRIP(tty_session, "tty-session-outside", OPTION, "--shell-job", "sid path");
TRIP(tty_session_ctty, "tty-session-outside.ctty", OPTION, "--shell-job", "");
TRIP(tty_slave, "tty-slave-unpaired", OPTION, "--shell-job|" TTY, "");
TRIP(tty_slaves, "tty-slave-unpaired-multi", OPTION, TTY, "");
TRIP(tty_no_pty, "tty-ctty-no-pty", OPTION, TTY, "");
TRIP(tty_no_pty_hung, "tty-ctty-no-pty.hung", OPTION, TTY, "");
TRIP(tty_no_pty_background, "tty-ctty-no-pty.background", OPTION, TTY, "");
TRIP(tty_other_process, "tty-ctty-other-process", OPTION, TTY, "peer-comm");
TRIP(tty_driver, "tty-driver-unsupported", OPTION, TTY, "driver");
TRIP(tty_driver_vt0, "tty-driver-unsupported.vt0", OPTION, TTY, "driver");
TRIP(tty_index, "tty-index-too-big", BLOCKER, "", "");
TRIP(tty_ldisc, "tty-ldisc", BLOCKER, "", "");
TRIP(tty_vt, "tty-vt", INFO, "", "");
TRIP(tty_serial, "tty-serial", INFO, "", "");
TRIP(chrdev, "chrdev-unsupported", BLOCKER, "", "driver");
TRIP(chrdev_fuse, "chrdev-unsupported.fuse", BLOCKER, "", "driver");
TRIP(chrdev_loop, "chrdev-unsupported.loop-control", BLOCKER, "", "driver");
TRIP(tun, "tun-no-netns", BLOCKER, "", "driver");
TRIP(tun_attached, "tun-no-netns.attached", BLOCKER, "", "driver");
TRIP(tun_tap, "tun-no-netns.tap", BLOCKER, "", "driver");
TRIP(blkdev, "blkdev-unsupported", BLOCKER, "", "driver");
TRIP(timerfd, "timerfd", INFO, "", "");
TRIP(alarm, "timerfd-alarm-clock", BLOCKER, "", "");
TRIP(alarm_realtime, "timerfd-alarm-clock.realtime", BLOCKER, "", "");
TRIP(anon, "file-anon-unsupported", BLOCKER, "", "kind");
TRIP(anon_io_uring, "file-anon-unsupported.io-uring", BLOCKER, "", "kind");
TRIP(anon_userfaultfd, "file-anon-unsupported.userfaultfd", BLOCKER, "", "kind");
TRIP(anon_perf, "file-anon-unsupported.perf", BLOCKER, "", "kind");
TRIP(anon_fscontext, "file-anon-unsupported.fscontext", BLOCKER, "", "kind");
TRIP(pidfd_self, "pidfd-inside", INFO, "", "");
TRIP(pidfd_child, "pidfd-inside.child", INFO, "", "");
TRIP(pidfd_zombie, "pidfd-inside.zombie", INFO, "", "");
TRIP(pidfd_gone, "pidfd-inside.gone", INFO, "", "");
TRIP(pidfd_outside, "pidfd-outside", BLOCKER, "", "");
TRIP(pidfd_thread, "pidfd-thread", BLOCKER, "", "");
TRIP(shared_out, "file-shared-outside", LOSSY, "", "path peer-comm");
TRIP(shared_out_eventfd, "file-shared-outside.eventfd", LOSSY, "", "peer-comm");
TRIP(shared_out_socket, "file-shared-outside.socket", LOSSY, "", "peer-comm");
TRIP(shared_out_scm, "file-shared-outside.scm", LOSSY, "", "path peer-comm");
TRIP(memfd_out, "memfd-shared-outside", LOSSY, "", "path peer-comm");
TRIP(memfd_out_reopened, "memfd-shared-outside.reopened", LOSSY, "", "path peer-comm");
TRIP(memfd_out_mapped, "memfd-shared-outside.mapped", LOSSY, "", "path");
TRIP(chrdev_opath, "chrdev-unsupported.opath", BLOCKER, "", "driver");
TRIP(linked, "file-unlinked-linked", OPTION, "--link-remap", "path");
TRIP(linked_map, "file-unlinked-linked.map", OPTION, "--link-remap", "path");
TRIP(linked_renamed, "file-unlinked-linked.renamed-over", OPTION, "--link-remap", "path");
TRIP(ghost, "file-ghost-too-big", OPTION, GHOST, "size path");
TRIP(ghost_two, "file-ghost-too-big.two", OPTION, "--ghost-limit 3145728", "size path");
TRIP(ghost_byte, "file-ghost-too-big.byte", OPTION, GHOST, "size path");
TRIP(ghost_sparse, "file-ghost-sparse", INFO, "", "size path");
TRIP(ghost_preallocated, "file-ghost-preallocated", OPTION, GHOST, "size path");
TRIP(vma_deleted, "vma-file-deleted", OPTION, GHOST, "size path");
TRIP(memfd, "memfd-open", INFO, "", "size");
TRIP(memfd_hugetlb, "memfd-hugetlb", INFO, "", "size");
TRIP(secret, "file-memfd-secret", OPTION, FILE_, "mnt");
TRIP(secret_map, "vma-anon-inode.secret", BLOCKER, "", "kind");
TRIP(mqueue, "file-mqueue-fd", OPTION, FILE_, "mnt path");
TRIP(ns_unknown, "file-ns-unknown", BLOCKER, "", "");
TRIP(ns_unknown_uts, "file-ns-unknown.uts", BLOCKER, "", "");
TRIP(ns_unknown_user, "file-ns-unknown.user", BLOCKER, "", "");
TRIP(opath_fifo, "file-opath-pipe", BLOCKER, "", "");
TRIP(ns_readers, "file-ns-readers", RESTORE, "", "");
TRIP(opath_pipe_open, "file-opath-pipe-open", RESTORE, "", "");
TRIP(opath_pipe_first, "file-opath-pipe.first", BLOCKER, "", "");
TRIP(opath_sock, "sock-opath", BLOCKER, "", "");
TRIP(unknown, "file-kind-unknown", UNKNOWN, "", "kind");
TRIP(eventfd_semaphore, "eventfd-semaphore", LOSSY, "", "");
TRIP(eventfd_semaphore_empty, "eventfd-semaphore.empty", LOSSY, "", "");
TRIP(eventfd_counter, "eventfd-big-counter", LOSSY, "", "");
TRIP(bpf_map, "bpf-map", BLOCKER, "", "");
TRIP(bpf_map_array, "bpf-map.array", BLOCKER, "", "");
TRIP(bpf_map_type, "bpf-map-type", BLOCKER, "", "");
TRIP(bpf_map_ringbuf, "bpf-map-type.ringbuf", BLOCKER, "", "");
TRIP(inotify_no_path, "inotify-no-path", BLOCKER, "", "watch-ino watch-dev");
TRIP(inotify_overlay, "inotify-no-handle", OPTION, "--irmap-scan-path {path}", "watch-ino");
TRIP(inotify_proc, "inotify-no-handle.proc", OPTION, "--irmap-scan-path {path}", "watch-ino");
TRIP(inotify_no_mount, "inotify-no-mount", BLOCKER, "", "watch-ino watch-dev");
TRIP(inotify_events, "inotify-events", LOSSY, "", "events transient");
TRIP(fanotify_events, "inotify-events.fanotify", LOSSY, "", "events transient");
TRIP(fanotify_super, "fanotify-sb-mark", LOSSY, "", "");
TRIP(fanotify_no_mount, "fanotify-mount-missing", BLOCKER, "", "mnt");
TRIP(epoll_closed, "epoll-orphan-target", BLOCKER, "", "");
TRIP(epoll_closed_again, "epoll-orphan-target.again", BLOCKER, "", "");
TRIP(epoll_outside, "epoll-orphan-target.outside", BLOCKER, "", "");
TRIP(epoll_renumbered, "epoll-orphan-target.renumbered", BLOCKER, "", "");
TRIP(epoll_renumbered_same, "epoll-orphan-target.renumbered-same", BLOCKER, "", "");
TRIP(epoll_renumbered_other, "epoll-orphan-target.renumbered-other", BLOCKER, "", "");
TRIP(epoll_parents, "epoll-orphan-target.parents", BLOCKER, "", "");
TRIP(epoll_in_scm, "epoll-in-scm", LOSSY, "", "");
TRIP(fown_outside, "file-fown-outside", LOSSY, "", "path");
TRIP(fown_outside_group, "file-fown-outside.group", LOSSY, "", "path");
TRIP(fown_outside_pipe, "file-fown-outside.pipe", LOSSY, "", "");
TRIP(dnotify, "file-dnotify", LOSSY, "", "path");
TRIP(dnotify_multishot, "file-dnotify.multishot", LOSSY, "", "path");
TRIP(unknown_epoll_stuck, "file-kind-unknown.epoll-stuck", UNKNOWN, "", "kind");
TRIP(unknown_epoll, "file-kind-unknown.epoll", UNKNOWN, "", "kind");
TRIP(unknown_root, "file-kind-unknown.root", UNKNOWN, "", "kind path");
TRIP(unknown_huge, "file-kind-unknown.no-huge-page", UNKNOWN, "", "kind");
TRIP(replaced, "file-path-replaced", OPTION, FILE_, "mnt path");
TRIP(replaced_two, "file-path-replaced.two", OPTION, FILE_, "mnt path");
TRIP(replaced_file, "file-path-replaced.file", OPTION, FILE_, "mnt path");
TRIP(replaced_map, "file-path-replaced.map", OPTION, "", "path");
TRIP(replaced_cwd, "file-path-replaced.cwd", OPTION, "", "path");
TRIP(replaced_exe, "file-path-replaced.exe", OPTION, "", "path");
TRIP(replaced_device, "file-device-replaced", OPTION, "--evasive-devices", "path");
TRIP(overmounted, "file-overmounted", OPTION, FILE_, "mnt path");
TRIP(overmounted_above, "file-overmounted.above", OPTION, FILE_, "mnt path");
TRIP(overmounted_nested, "file-overmounted.nested", OPTION, FILE_, "mnt path");
TRIP(overmounted_nested_both, "file-overmounted.nested-both", OPTION, FILE_, "mnt path");
TRIP(overmounted_cwd, "file-overmounted.cwd", OPTION, "", "path");
TRIP(mount_unknown, "file-mount-unknown", OPTION, FILE_, "mnt path");
TRIP(mount_unknown_nested, "file-mount-unknown.nested", OPTION, FILE_, "mnt path");
TRIP(mount_unknown_map, "file-mount-unknown.map", OPTION, "", "path");
TRIP(mount_unknown_cwd, "file-mount-unknown.cwd", OPTION, "", "path");
TRIP(mount_unknown_tracefs, "file-mount-unknown.tracefs", OPTION, FILE_, "mnt path");
TRIP(mount_unknown_tracefs_cwd, "file-mount-unknown.tracefs-cwd", OPTION, "", "path");
TRIP(exe_gone, "mm-exe-gone", OPTION, "", "path");
TRIP(exe_deleted, "vma-file-deleted.exe", OPTION, GHOST, "size path");
TRIP(btrfs, "file-btrfs", INFO, "", "path");
TRIP(btrfs_map, "file-btrfs.map", INFO, "", "path");
TRIP(btrfs_cwd, "file-btrfs.cwd", INFO, "", "path");
TRIP(btrfs_places, "file-btrfs.places", INFO, "", "path");
TRIP(btrfs_many, "file-btrfs.many", INFO, "", "path");
TRIP(fifo, "fifo-odirect", RESTORE, "", "");
TRIP(pipe, "pipe-odirect", BLOCKER, "", "");
TRIP(pipe_read_end, "pipe-odirect.read-end", BLOCKER, "", "");
TRIP(pipe_packet, "pipe-packet-buffered", LOSSY, "", "transient");
TRIP(pipe_end, "pipe-end-outside", LOSSY, "", "peer-comm");
TRIP(pipe_end_writer, "pipe-end-outside.writer", LOSSY, "", "peer-comm");
TRIP(pipe_end_fifo, "pipe-end-outside.fifo-unlinked", LOSSY, "", "peer-comm");
TRIP(pipe_data_out, "pipe-data-reader-outside", LOSSY, "", "transient");
TRIP(pipe_many, "pipe-too-many", BLOCKER, "", "");
TRIP(fifo_many, "pipe-too-many.fifo", BLOCKER, "", "");
TRIP(posix, "lock-posix", OPTION, LOCKS, "");
TRIP(posix_read, "lock-posix.read", OPTION, LOCKS, "");
TRIP(flock, "lock-flock", OPTION, LOCKS, "");
TRIP(flock_shared, "lock-flock.shared", OPTION, LOCKS, "");
TRIP(flock_children, "lock-flock.children", OPTION, LOCKS, "");
TRIP(ofd, "lock-ofd", OPTION, LOCKS, "");
TRIP(lease, "lock-lease", OPTION, LOCKS, "");
TRIP(unix_foreign, "unix-peer-foreign-netns", BLOCKER, "", "type peer ns");
TRIP(unix_foreign_host, "unix-peer-foreign-netns.host", BLOCKER, "", "type peer ns");
TRIP(unix_forward, "unix-peer-forward", RESTORE, "", "");
TRIP(unix_forward_peer_first, "unix-peer-forward.peer-first", RESTORE, "", "");
TRIP(unix_forward_connected, "unix-peer-forward.connected-first", RESTORE, "", "");
TRIP(unix_forward_waits, "unix-peer-forward.waits", RESTORE, "", "");
TRIP(unix_unreachable, "unix-peer-unreachable", BLOCKER, "", "");
TRIP(unix_unreachable_outside, "unix-peer-unreachable.outside", BLOCKER, "", "");
TRIP(unix_dgram, "unix-external-dgram", OPTION, "--ext-unix-sk|" UNIX, "");
TRIP(unix_dgram_abstract, "unix-external-dgram.abstract", OPTION, "--ext-unix-sk|" UNIX, "");
TRIP(unix_stream, "unix-external-stream", OPTION, UNIX, "");
TRIP(unix_seqpacket, "unix-external-stream.seqpacket", OPTION, UNIX, "");
TRIP(unix_shared, "unix-external-stream.shared", OPTION, UNIX, "");
TRIP(unix_client, "unix-external-stream.client", OPTION, UNIX, "peer-pid peer-comm");
TRIP(unix_server, "unix-external-stream.server", OPTION, UNIX, "peer-pid peer-comm");
TRIP(unix_netns, "unix-external-stream.netns", OPTION, UNIX, "peer-pid peer-comm");
TRIP(unix_nameless, "unix-external-nameless", OPTION, UNIX, "");
TRIP(unix_relative, "unix-relative-path", INFO, "", "");
TRIP(unix_relative_folder, "unix-relative-path.folder", INFO, "", "");
TRIP(unix_relative_deleted, "unix-relative-path.deleted", INFO, "", "");
TRIP(unix_moved, "unix-path-moved", BLOCKER, "", "");
TRIP(unix_moved_accepted, "unix-path-moved.accepted", BLOCKER, "", "name path");
TRIP(unix_moved_up, "unix-path-moved.up", BLOCKER, "", "path");
TRIP(unix_moved_slashes, "unix-path-moved.slashes", BLOCKER, "", "path");
TRIP(unix_moved_dots, "unix-path-moved.dots", BLOCKER, "", "path");
TRIP(unix_moved_link, "unix-path-moved.link", BLOCKER, "", "path");
TRIP(unix_moved_mark, "unix-path-moved.mark", BLOCKER, "", "name path");
TRIP(sock_foreign, "sock-foreign-netns", BLOCKER, "", "family ns");
TRIP(sock_foreign_tcp, "sock-foreign-netns.tcp", BLOCKER, "", "");
TRIP(sock_foreign_unix, "sock-foreign-netns.unix", BLOCKER, "", "");
TRIP(sock_foreign_packet, "sock-foreign-netns.packet", BLOCKER, "", "");
TRIP(sock_foreign_listener, "sock-foreign-netns.listener", BLOCKER, "", "");
TRIP(sock_foreign_host_unix, "sock-foreign-netns.host-unix", BLOCKER, "", "");
TRIP(sock_foreign_host_packet, "sock-foreign-netns.host-packet", BLOCKER, "", "");
TRIP(sock_foreign_lost_netlink, "sock-foreign-netns-lost.netlink", LOSSY, "", "");
TRIP(sock_foreign_lost, "sock-foreign-netns-lost", LOSSY, "", "family ns");
TRIP(sock_foreign_lost_tcp, "sock-foreign-netns-lost.tcp", LOSSY, "", "");
TRIP(sock_host_netns, "sock-host-netns", RESTORE, "", "family ns");
TRIP(sock_host_netns_tcp, "sock-host-netns.tcp", RESTORE, "", "");
TRIP(sock_no_passcred, "sock-no-passcred", INFO, "", "");
TRIP(sock_no_passcred_ipv6, "sock-no-passcred.ipv6", INFO, "", "");
TRIP(sock_no_passcred_packet, "sock-no-passcred.packet", INFO, "", "");
TRIP(sock_device, "sock-device-gone", BLOCKER, "", "ifindex");
TRIP(sock_device_ipv6, "sock-device-gone.ipv6", BLOCKER, "", "ifindex");
TRIP(link_local, "tcp6-linklocal-noif", BLOCKER, "", "");
TRIP(link_local_udp, "tcp6-linklocal-noif.udp", BLOCKER, "", "");
TRIP(tun_queue, "tun-queue", LOSSY, "", "transient");
TRIP(mem_kmsg, "chrdev-mem-state", LOSSY, "", "rdev path");
TRIP(mem_mem, "chrdev-mem-state.mem", LOSSY, "", "rdev path");
TRIP(mem_port, "chrdev-mem-state.port", LOSSY, "", "rdev path");
TRIP(ebpf, "sock-ebpf-filter", BLOCKER, "", "");
TRIP(ebpf_tcp, "sock-ebpf-filter.tcp", BLOCKER, "", "");
TRIP(ebpf_unix, "sock-ebpf-filter.unix", BLOCKER, "", "");
TRIP(ebpf_packet, "sock-ebpf-filter.packet", BLOCKER, "", "");
TRIP(family, "sock-family", BLOCKER, "", "");
TRIP(family_vsock, "sock-family.vsock", BLOCKER, "", "");
TRIP(family_alg, "sock-family.alg", BLOCKER, "", "");
TRIP(family_key, "sock-family.key", BLOCKER, "", "");
TRIP(type, "sock-type", BLOCKER, "", "");
TRIP(proto, "sock-proto", BLOCKER, "", "");
TRIP(proto_ipv6, "sock-proto.ipv6", BLOCKER, "", "");
TRIP(proto_sctp, "sock-proto.sctp", BLOCKER, "", "");
TRIP(icmp, "sock-icmp", INFO, "", "");
TRIP(icmp_ipv6, "sock-icmp.ipv6", INFO, "", "");
TRIP(raw, "sock-raw", INFO, "", "");
TRIP(raw_ipv6, "sock-raw.ipv6", INFO, "", "");
TRIP(raw_any, "sock-raw.any", INFO, "", "");
TRIP(raw_connected, "raw-connected", OPTION, TCP "|--tcp-close", "");
TRIP(raw_connected_ipv6, "raw-connected.ipv6", OPTION, TCP "|--tcp-close", "");
TRIP(raw_connected_tcp, "raw-connected.tcp", OPTION, TCP "|--tcp-close", "");
TRIP(tcp, "tcp-connected", OPTION, TCP "|--tcp-close", "");
TRIP(tcp_ipv6, "tcp-connected.ipv6", OPTION, TCP "|--tcp-close", "");
TRIP(tcp_outside, "tcp-connected.outside", OPTION, TCP "|--tcp-close", "");
TRIP(tcp_netns, "tcp-connected.netns", OPTION, TCP "|--tcp-close", "");
TRIP(tcp_half, "tcp-half-closed", OPTION, TCP, "state");
TRIP(tcp_half_outside, "tcp-half-closed.outside", OPTION, TCP, "state");
TRIP(tcp_syn, "tcp-syn-sent", OPTION, TCP, "raddr transient");
TRIP(tcp_syn_recv, "tcp-syn-recv", BLOCKER, "", "laddr raddr transient");
TRIP(tcp_syn_recv_ipv6, "tcp-syn-recv.ipv6", BLOCKER, "", "laddr raddr transient");
TRIP(tcp_closed, "tcp-closed", RESTORE, "", "");
TRIP(tcp_closed_ipv6, "tcp-closed.ipv6", RESTORE, "", "");
TRIP(tcp_repair, "tcp-repair-denied", OPTION, "--tcp-close", "laddr raddr");
TRIP(tcp_repair_closed, "tcp-repair-denied.closed", OPTION, "--tcp-close", "laddr raddr");
TRIP(tcp_inflight, "tcp-listen-inflight", OPTION, "--skip-in-flight", "transient");
TRIP(tcp_inflight_ipv6, "tcp-listen-inflight.ipv6", OPTION, "--skip-in-flight", "transient");
TRIP(tcp_inflight_in, "tcp-listen-inflight.inside", OPTION, "--skip-in-flight", "transient");
TRIP(shutdown, "inet-shutdown", INFO, "", "");
TRIP(shutdown_read, "inet-shutdown.read", INFO, "", "");
TRIP(shutdown_write, "inet-shutdown.write", INFO, "", "");
TRIP(udp, "udp-corked", BLOCKER, "", "");
TRIP(udp_netns, "udp-corked.netns", BLOCKER, "", "");
TRIP(udp_ipv6, "udp-corked.ipv6", BLOCKER, "", "");
TRIP(udp_lite, "udp-corked.lite", BLOCKER, "", "");
TRIP(udp_idle, "udp-cork-idle", BLOCKER, "", "");
TRIP(udp_idle_ipv6, "udp-cork-idle.ipv6", BLOCKER, "", "");
TRIP(udp_more, "udp-pending-msgmore", LOSSY, "", "");
TRIP(udp_more_ipv6, "udp-pending-msgmore.ipv6", LOSSY, "", "");
TRIP(udp_unread, "udp-rcv-queue", LOSSY, "", "transient");
TRIP(udp_half_read, "udp-rcv-queue.half-read", LOSSY, "", "transient");
TRIP(raw_unread, "raw-rcv-queue", LOSSY, "", "transient");
TRIP(packet_unread, "raw-rcv-queue.packet", LOSSY, "", "messages transient");
TRIP(sock_err, "sock-err-queue", LOSSY, "", "transient");
TRIP(sock_err_ipv6, "sock-err-queue.ipv6", LOSSY, "", "");
TRIP(sock_err_queued, "sock-err-queue.queued", LOSSY, "", "error");
TRIP(sock_err_tcp, "sock-err-queue.tcp", LOSSY, "", "");
TRIP(udp_encap, "udp-encap", LOSSY, "", "");
TRIP(udp_encap_esp, "udp-encap.esp", LOSSY, "", "");
TRIP(reuseport, "sock-reuseport-bpf", LOSSY, "", "");
TRIP(reuseport_tcp, "sock-reuseport-bpf.tcp", LOSSY, "", "");
TRIP(filter_locked, "sock-filter-locked", LOSSY, "", "");
TRIP(filter_locked_packet, "sock-filter-locked.packet", LOSSY, "", "");
TRIP(tcp_ulp, "tcp-ulp", LOSSY, "", "");
TRIP(tcp_md5, "tcp-md5", LOSSY, "", "");
TRIP(tcp_md5_ipv6, "tcp-md5.ipv6", LOSSY, "", "");
TRIP(sockmap, "tcp-bpf-sockmap", LOSSY, "", "");
TRIP(sockmap_udp, "tcp-bpf-sockmap.udp", LOSSY, "", "");
TRIP(opts_lost, "sock-opts-lost", LOSSY, "", "");
TRIP(opts_lost_ipv6, "sock-opts-lost.ipv6", LOSSY, "", "");
TRIP(opts_lost_unix, "sock-opts-lost.unix", LOSSY, "", "");
TRIP(opts_lost_several, "sock-opts-lost.several", LOSSY, "", "");
TRIP(opts_old, "sock-opts-old", INFO, "", "");
TRIP(opts_old_ipv6, "sock-opts-old.ipv6", INFO, "", "");
TRIP(opts_old_tcp, "sock-opts-old.tcp", INFO, "", "");
TRIP(tcp_opts_lost, "tcp-opts-lost", LOSSY, "", "");
TRIP(tcp_opts_lost_oob, "tcp-opts-lost.oob", LOSSY, "", "");
TRIP(packet_multi, "packet-mc-multi", BLOCKER, "", "");
TRIP(packet_three, "packet-mc-multi.three", BLOCKER, "", "");
TRIP(packet_type, "packet-mc-type", BLOCKER, "", "");
TRIP(packet_noopen, "packet-map-noopen", BLOCKER, "", "");
TRIP(packet_opts, "packet-opts-lost", LOSSY, "", "");
TRIP(packet_opts_outgoing, "packet-opts-lost.outgoing", LOSSY, "", "");
TRIP(packet_opts_offset, "packet-opts-lost.offset", LOSSY, "", "");
TRIP(packet_opts_fanout, "packet-opts-lost.fanout", LOSSY, "", "");
TRIP(tcp_map, "tcp-mmap", BLOCKER, "", "");
TRIP(packet_ring_child, "file-kind-unknown.ring", UNKNOWN, "", "kind");
TRIP(vma_node, "vma-nonregular-file", BLOCKER, "", "");
TRIP(vma_node_private, "vma-nonregular-file.private", BLOCKER, "", "");
TRIP(vma_io, "vma-io-pfn", BLOCKER, "", "");
TRIP(vma_io_vvar, "vma-io-pfn.vvar", BLOCKER, "", "");
TRIP(vma_io_shared, "vma-io-shared", RESTORE, "", "");
TRIP(lock_shared, "lock-shared-outside", RESTORE, "", "outside dev");
TRIP(lock_shared_ofd, "lock-shared-outside.ofd", RESTORE, "", "outside dev");
TRIP(lock_shared_mapped, "lock-shared-outside.mapped", RESTORE, "", "outside count");
TRIP(lock_shared_child, "lock-shared-outside.child", RESTORE, "", "outside count");
TRIP(lock_shared_table, "lock-shared-outside.table", RESTORE, "", "outside count");
TRIP(lock_scm, "lock-in-scm", LOSSY, "", "lock path");
TRIP(lock_scm_ofd, "lock-in-scm.ofd", LOSSY, "", "lock path");
TRIP(lock_scm_lease, "lock-in-scm.lease", LOSSY, "", "lock path");
TRIP(lock_scm_dgram, "lock-in-scm.dgram", LOSSY, "", "lock path");
TRIP(lock_scm_twice, "lock-in-scm.twice", LOSSY, "", "lock path");
TRIP(lock_scm_nested, "lock-in-scm.nested", LOSSY, "", "lock path");
TRIP(lock_scm_hidden, "lock-in-scm.hidden", LOSSY, "", "lock path");
TRIP(lock_scm_cycle, "lock-in-scm.cycle", LOSSY, "", "lock path");
TRIP(lock_scm_unaccepted, "lock-in-scm.unaccepted", LOSSY, "", "lock path");
TRIP(lock_scm_late, "lock-in-scm.late", LOSSY, "", "lock path");
TRIP(lock_scm_late_ofd, "lock-in-scm.late-ofd", LOSSY, "", "lock path");
TRIP(lock_scm_late_posix, "lock-in-scm.late-posix", LOSSY, "", "lock path");
TRIP(lock_scm_late_child, "lock-in-scm.late-child", LOSSY, "", "lock path");
TRIP(unix_shutdown, "unix-shutdown-mismatch", INFO, "", "");
TRIP(unix_closed, "unix-peer-closed-stream", BLOCKER, "", "transient");
TRIP(unix_closed_host, "unix-peer-closed-stream.host", BLOCKER, "", "transient");
TRIP(unix_listener_outside, "unix-inflight-listener-outside", RESTORE, "", "peer-pid peer-comm");
TRIP(unix_inflight_data, "unix-inflight-data", BLOCKER, "", "transient");
TRIP(unix_inflight_seqpacket, "unix-inflight-data.seqpacket", BLOCKER, "", "transient");
TRIP(unix_inflight_data_outside, "unix-inflight-data.outside", BLOCKER, "", "transient");
TRIP(unix_inflight_closed, "unix-inflight-closed", BLOCKER, "", "connections");
TRIP(unix_inflight_outside, "unix-inflight-outside", LOSSY, "", "peer-pid peer-comm");
TRIP(queue_creds, "unix-queue-creds", BLOCKER, "", "transient");
TRIP(queue_creds_dgram, "unix-queue-creds.dgram", BLOCKER, "", "transient");
TRIP(queue_creds_pidfd, "unix-queue-creds.pidfd", BLOCKER, "", "transient");
TRIP(queue_creds_timestamp, "unix-queue-creds.timestamp", BLOCKER, "", "transient");
TRIP(queue_creds_seqpacket, "unix-queue-creds.timestamp-seqpacket", BLOCKER, "", "transient");
TRIP(queue_big, "unix-queue-dgram-big", BLOCKER, "", "len");
TRIP(queue_big_seqpacket, "unix-queue-dgram-big.seqpacket", BLOCKER, "", "len");
TRIP(queue_empty, "unix-queue-dgram-empty", LOSSY, "", "transient");
TRIP(queue_empty_after, "unix-queue-dgram-empty.after", LOSSY, "", "transient");
TRIP(queue_empty_seqpacket, "unix-queue-dgram-empty.after-seqpacket", LOSSY, "", "transient");
TRIP(queue_empty_before, "unix-queue-dgram-empty.before", LOSSY, "", "transient");
TRIP(queue_empty_before_seqpacket, "unix-queue-dgram-empty.before-seqpacket", LOSSY, "", "");
TRIP(queue_scm, "unix-queue-scm", INFO, "", "fds");
TRIP(queue_scm_dgram, "unix-queue-scm.dgram", INFO, "", "fds");
TRIP(queue_scm_seqpacket, "unix-queue-scm.seqpacket", INFO, "", "fds");
TRIP(queue_scm_kinds, "unix-queue-scm.kinds", INFO, "", "fds");
TRIP(queue_scm_tty, "unix-queue-scm-tty", BLOCKER, "", "rdev");
TRIP(queue_scm_tty_later, "unix-queue-scm-tty.later", BLOCKER, "", "rdev");
TRIP(queue_scm_many, "unix-queue-scm-many", LOSSY, "", "fds");
TRIP(queue_scm_no_sender, "unix-queue-scm-no-sender", INFO, "", "");
TRIP(queue_scm_one_way, "unix-queue-scm-no-sender.one-way", INFO, "", "");
TRIP(queue_scm_other, "unix-queue-scm-no-sender.other", INFO, "", "");
TRIP(queue_scm_no_sender_dgram, "unix-queue-scm-no-sender.dgram", INFO, "", "");
TRIP(queue_scm_no_sender_seqpacket, "unix-queue-scm-no-sender.seqpacket", INFO, "", "");
TRIP(queue_scm_nested, "unix-queue-scm-nested", RESTORE, "", "");
TRIP(queue_scm_nested_dgram, "unix-queue-scm-nested.dgram", RESTORE, "", "");
TRIP(queue_scm_nested_both, "unix-queue-scm-nested.both", RESTORE, "", "");
TRIP(unix_scm_alone, "unix-in-scm-alone", RESTORE, "", "");
TRIP(unix_scm_alone_stream, "unix-in-scm-alone.stream", RESTORE, "", "");
TRIP(timerfd_scm, "timerfd-in-scm", RESTORE, "", "");
TRIP(timerfd_scm_child, "timerfd-in-scm.child", RESTORE, "", "");
TRIP(inotify_scm, "inotify-in-scm", RESTORE, "", "");
TRIP(inotify_scm_child, "inotify-in-scm.child", RESTORE, "", "");
TRIP(unix_oob, "unix-oob", LOSSY, "", "transient");
TRIP(unix_peek_off, "unix-peek-off", LOSSY, "", "off");
TRIP(unix_peek_off_dgram, "unix-peek-off.dgram", LOSSY, "", "off");
TRIP(unix_peercred, "unix-peercred", LOSSY, "", "peer-pid peer-comm");
TRIP(unix_name_lost, "unix-name-lost", INFO, "", "");
TRIP(unix_peercred_root, "unix-peercred-root", INFO, "", "");
TRIP(unix_abstract, "unix-abstract", INFO, "", "name");
TRIP(unix_abstract_listen, "unix-abstract.listen", INFO, "", "name");
TRIP(pipe_odirect_scm, "pipe-odirect.scm", BLOCKER, "", "");
TRIP(pipe_odirect_nested, "pipe-odirect.nested", BLOCKER, "", "");
TRIP(udp_corked_scm, "udp-corked.scm", BLOCKER, "", "pending");
TRIP(chrdev_scm, "chrdev-unsupported.scm", BLOCKER, "", "rdev");
TRIP(unix_stream_scm, "unix-external-stream.scm", OPTION, UNIX, "type");
TRIP(netlink_queue, "netlink-queue", BLOCKER, "", "messages");
TRIP(netlink_high, "netlink-groups-gt32", BLOCKER, "", "group");
TRIP(netlink_high_unbound, "netlink-groups-gt32.unbound", BLOCKER, "", "group");
TRIP(netlink_unbound, "netlink-groups-noportid", BLOCKER, "", "group");
TRIP(netlink_unbound_crowd, "netlink-groups-noportid.crowd", BLOCKER, "", "group");
TRIP(shared_anon_out, "vma-shared-anon-outside", LOSSY, "", "");
TRIP(netlink_flags, "netlink-flags", LOSSY, "", "opt");
TRIP(netlink_flags_broadcast, "netlink-flags.broadcast", LOSSY, "", "opt");
TRIP(netlink_flags_strict, "netlink-flags.strict", LOSSY, "", "opt");
TRIP(netlink_file_flags, "netlink-file-flags", INFO, "", "");
TRIP(netlink_flags_all, "netlink-flags.all", LOSSY, "", "opt");
TRIP(netlink_connected, "netlink-connected", LOSSY, "", "portid");
TRIP(netlink_connected_user, "netlink-connected.user", LOSSY, "", "portid");
TRIP(parent_lost, "task-parent-lost", LOSSY, "", "");
TRIP(zombie_adopted, "task-zombie-adopted", RESTORE, "", "");
TRIP(session_unborn, "task-session-unborn", RESTORE, "", "");
TRIP(exe_memfd, "mm-exe-memfd", RESTORE, "", "");
TRIP(vma_guard, "vma-guard", INFO, "", "");
TRIP(vma_pkey, "vma-pkey", LOSSY, "", "");
TRIP(vma_sealed, "vma-sealed", LOSSY, "", "");
TRIP(vma_sealed_file, "vma-sealed.file", LOSSY, "", "");
TRIP(vma_sealed_none, "vma-sealed-unreadable", BLOCKER, "", "");
TRIP(vma_hugetlb, "vma-hugetlb", INFO, "", "size");
TRIP(vma_hugetlb_shared, "vma-hugetlb.shared", INFO, "", "size");
TRIP(vma_hugetlb_memfd, "vma-hugetlb.memfd", INFO, "", "size");
TRIP(vma_hugetlb_memfd_private, "vma-hugetlb.memfd-private", INFO, "", "size");
TRIP(vma_hugetlb_sysv, "vma-hugetlb.sysv", INFO, "", "size");
TRIP(vma_no_huge, "file-kind-unknown.no-huge-map", UNKNOWN, "", "ino kind path");
TRIP(vma_droppable, "vma-droppable", INFO, "", "");
TRIP(vma_reserve, "vma-huge-reserve", INFO, "", "size");
TRIP(vma_reserve_noscan, "vma-huge-reserve-noscan", BLOCKER, "", "size");
TRIP(vma_reserve_much, "file-kind-unknown.huge-reserve", UNKNOWN, "", "kind");
TRIP(vma_reserve_forked, "file-kind-unknown.reserve-forked", UNKNOWN, "", "kind");
TRIP(vvar_moved, "vma-vvar-split", RESTORE, "", "");
TRIP(vvar_codeless, "vma-vvar-split.codeless", RESTORE, "", "");
TRIP(vvar_unmapped, "vma-vvar-split.unmapped", RESTORE, "", "");
TRIP(aio_ring, "mm-aio-ring-odd", BLOCKER, "", "");
TRIP(aio_ring_begin, "mm-aio-ring-odd.begin", BLOCKER, "", "");
TRIP(vma_lock_on_fault, "vma-madvise-lost", LOSSY, "", "what");
TRIP(vma_lock_future, "vma-madvise-lost.future", LOSSY, "", "");
TRIP(vma_uffd, "vma-uffd", LOSSY, "", "");
TRIP(vma_uffd_write, "vma-uffd.write", LOSSY, "", "");
TRIP(vma_uffd_inside, "vma-uffd.inside", LOSSY, "", "");
TRIP(vma_uprobes, "vma-uprobes", OPTION, "--allow-uprobes", "");
TRIP(vma_anon, "vma-anon-inode", BLOCKER, "", "kind");
TRIP(vma_anon_perf, "vma-anon-inode.perf", BLOCKER, "", "kind");
TRIP(mqueue_unmounted, "ipc-mqueue-unmounted", LOSSY, "", "queues");
TRIP(shm_other, "shm-sysv-other-ipcns", RESTORE, "", "");
TRIP(ctty_lost, "tty-ctty-lost", LOSSY, "", "");
TRIP(ghost_folder, "file-ghost-folder-first", RESTORE, "", "path");
TRIP(ghost_far, "file-kind-unknown.ghost-far", UNKNOWN, "", "kind");
TRIP(ghost_folder_folder, "file-ghost-folder-first.folder", RESTORE, "", "path");
TRIP(shm, "shm-sysv-host-ipcns", BLOCKER, "", "");
TRIP(shm_nameless, "shm-sysv-host-ipcns.nameless", BLOCKER, "", "");
TRIP(shm_child, "shm-sysv-host-ipcns.child", BLOCKER, "", "");
TRIP(shm_removed, "shm-sysv-host-ipcns.removed", BLOCKER, "", "");
TRIP(shm_hugetlb, "shm-sysv-host-ipcns.hugetlb", BLOCKER, "", "");

static const struct ckpt_rule *find_rule(const char *name)
{
	size_t n = strcspn(name, ".");
	int i;

	for (i = 0; i < CKPT_NR_RULES; i++)
		if (!strncmp(ckpt_rules[i].name, name, n) && !ckpt_rules[i].name[n])
			return &ckpt_rules[i];
	return NULL;
}

FIXTURE_SETUP(trip)
{
	int status;

	self->run.holder = 0;
	self->yama = yama_scope(0);
	self->rule = find_rule(variant->name);
	ASSERT_NE(NULL, self->rule);
	self->flags = mkobj_flags(variant->name);
	status = mkobj_start(&self->run, variant->name);
	if (status == 4)
		SKIP(return, "%s", self->run.error);
	ASSERT_EQ(0, status) {
		TH_LOG("%s: %s", variant->name, self->run.error);
	}
}

FIXTURE_TEARDOWN(trip)
{
	mkobj_stop(&self->run);
	yama_scope(self->yama);
}

/* A storm of forks may catch its breath just then. */
static void read_storm(const struct mkobj_run *run, unsigned int target, struct report *r)
{
	int i;

	for (i = 0; i < 20; i++) {
		if (i)
			report_free(r);
		report_read(run->target, target, r);
		if (r->error || r->wrong || report_count(r, "set-unstable"))
			return;
	}
}

static void read_trip(const struct mkobj_run *run, const char *flags, const char *rule,
		      unsigned int target, struct report *r)
{
	if (strstr(flags, "reader=nobody"))
		report_read_as(NOBODY, run->target, r);
	else if (strstr(flags, "view=each"))
		report_read_each(run->target, target, r);
	else if (!strcmp(rule, "set-unstable"))
		read_storm(run, target, r);
	else
		report_read(run->target, target, r);
}

static void check_class(struct __test_metadata *_metadata, const struct report *r,
			const char *rule, const struct ckpt_span *span, const char *keys)
{
	int i;

	for (i = 0; i < r->nr; i++)
		if (!strcmp(r->find[i].word[1], rule))
			check_finding(_metadata, &r->find[i], class_names[span->cls], span->needs,
				      keys);
	check_verdict(_metadata, r);
}

/* The newest CRIU: what the variant says. */
TEST_F_TIMEOUT(trip, newest, 120)
{
	const struct ckpt_span expected = { 0, variant->cls, variant->needs };
	const char *rule = self->rule->name;
	struct report r;

	read_trip(&self->run, self->flags, rule, 0, &r);
	ASSERT_TRUE(check_sound(_metadata, &r));
	check_found(_metadata, &r, &self->run, rule);
	check_others(_metadata, &r, rule, self->flags);
	check_class(_metadata, &r, rule, &expected, variant->keys);
	EXPECT_EQ(self->run.target, record_num(&r.head, CKPTCHECK_KEY_PID));
	EXPECT_STREQ("4.2.1", record_get(&r.head, CKPTCHECK_KEY_TARGET));
	if (!strcmp(rule, "set-unstable")) {
		EXPECT_STREQ("no", record_get(&r.head, CKPTCHECK_KEY_COMPLETE));
	} else if (variant->cls != CKPTCHECK_CLASS_UNKNOWN && !variant->blind) {
		check_complete(_metadata, &r, self->flags);
		check_counts(_metadata, &r, self->run.target);
	}
	end_report(_metadata, &r);
}

/* CRIU 1.0: what the table says; where it had no such test, nobody knows what it did. */
TEST_F_TIMEOUT(trip, oldest, 120)
{
	const struct ckpt_span untested = { 0, CKPTCHECK_CLASS_UNKNOWN, "" };
	const struct ckpt_span *span = ckpt_rule_span(self->rule, CKPTCHECK_TARGET_OLDEST);
	const char *rule = self->rule->name;
	struct report r;

	if (strstr(self->flags, "reader=nobody"))
		SKIP(return, "its class is the same for all");
	read_trip(&self->run, self->flags, rule, CKPTCHECK_TARGET_OLDEST, &r);
	ASSERT_TRUE(check_sound(_metadata, &r));
	EXPECT_STREQ("1.0", record_get(&r.head, CKPTCHECK_KEY_TARGET));
	if (strstr(self->flags, "newer")) {
		EXPECT_EQ(0, report_count(&r, rule));
	} else {
		check_found(_metadata, &r, &self->run, rule);
		check_class(_metadata, &r, rule, span ? span : &untested, variant->keys);
	}
	end_report(_metadata, &r);
}

/* In a session of its own, with one plain file to leave the report in. */
static void __attribute__((noreturn)) criu_inside(const char *path)
{
	struct report r;
	int fd;

	setsid();
	if (chdir("/"))
		_exit(1);
	close_range(0, ~0U, 0);
	for (fd = 0; fd < 3; fd++)
		if (open("/dev/null", O_RDWR) != fd)
			_exit(1);
	report_read(getpid(), 0, &r);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	_exit(r.error || write(fd, r.text, r.len) != (ssize_t)r.len);
}

/* The reader is part of the tree: the one rule that mkobj has no process for. */
TEST(task_is_criu)
{
	char path[] = "/tmp/rules_test.XXXXXX";
	struct report r = {};
	int status, fd;
	pid_t pid;

	fd = mkstemp(path);
	ASSERT_LE(0, fd);
	pid = fork();
	if (!pid)
		criu_inside(path);
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, report_slurp(fd, &r.text, &r.len));
	unlink(path);
	report_parse(&r);
	ASSERT_TRUE(check_sound(_metadata, &r));
	EXPECT_EQ(1, report_count(&r, "task-is-criu"));
	/* The harness has memory that all its tests share. */
	check_others(_metadata, &r, "task-is-criu", "also=vma-shared-anon-outside");
	check_verdict(_metadata, &r);
	end_report(_metadata, &r);
}

/* Every fixture of mkobj has a variant above. */
TEST(all_fixtures)
{
	struct __fixture_variant_metadata *v;
	char names[1000][MKOBJ_NAME];
	int nr, i;

	nr = mkobj_list(names, 1000, "trip");
	ASSERT_LT(0, nr);
	for (i = 0; i < nr; i++) {
		for (v = _trip_fixture_object.variant; v; v = v->next)
			if (!strcmp(((const FIXTURE_VARIANT(trip) *)v->data)->name, names[i]))
				break;
		EXPECT_TRUE(v || !strcmp(names[i], "task-is-criu")) {
			TH_LOG("no variant for %s", names[i]);
		}
	}
}

TEST_HARNESS_MAIN
