// SPDX-License-Identifier: GPL-2.0
/* misses_test.c - the near misses of mkobj, and its targets with nothing wrong, are all ok. */
#include "kselftest_harness.h"

#include "ckptcheck.h"
#include "report.h"
#include "rules_check.h"
#include "target.h"

FIXTURE(miss) {
	struct mkobj_run run;
	const char *flags;
	int yama;
};

FIXTURE_VARIANT(miss) {
	const char *name;
};

#define MISS(ident, name_) FIXTURE_VARIANT_ADD(miss, ident) { .name = name_ }

MISS(plain, "plain");
MISS(plain_10k_files, "plain-10k-files");
MISS(plain_tree, "plain-tree");
MISS(plain_map_at_0, "plain-map-at-0");
MISS(set_quiet, "set-unstable.miss");
MISS(cred_same_user, "cred-no-access.miss");
MISS(cred_root, "cred-not-root.miss");
MISS(criu_outside, "task-is-criu.miss");
MISS(user_task, "task-kthread.miss");
MISS(groups_fit, "cred-too-many-groups.miss");
MISS(groups_digits_fit, "cred-too-many-groups.miss-digits");
MISS(zombie_child, "task-root-zombie.miss");
MISS(traced_once, "task-traced.miss");
MISS(thread_traced_once, "thread-traced.miss");
MISS(thread_untraced, "thread-traced.miss-untraced");
MISS(chrdev_no_autofs, "chrdev-autofs.miss");
MISS(cgroup_inside, "ns-cgroup-outside-root.miss");
MISS(tap_unfiltered, "tun-filter.miss");
MISS(tun_persistent, "tun-noinfo.miss");
MISS(fanotify_answered, "fanotify-perm-pending.miss");
MISS(tty_two_numbers, "tty-index-collision.miss");
MISS(link_not_needed, "file-link-remap-failed.miss");
MISS(dmabuf_closed, "file-dmabuf.miss");
MISS(thread_buried, "thread-zombie.miss");
MISS(interruptible_again, "task-uninterruptible.miss");
MISS(cgroup_thawed_v1, "task-cgroup-frozen-v1.miss");
MISS(no_robust_list_compat, "task-robust-list-compat2.miss");
MISS(io_uring_unregistered, "task-io-uring-registered.miss");
MISS(child_no_leader, "task-not-session-leader.miss");
MISS(leader_alive, "task-leader-zombie.miss");
MISS(forked, "task-shared-vm.miss");
MISS(forked_fs, "task-shared-fs.miss");
MISS(threads_share, "task-shared-sighand.miss");
MISS(files_of_parent, "task-shared-files-nonparent.miss");
MISS(files_of_parent_two, "task-shared-files-nonparent.miss-two");
MISS(forked_out, "task-shared-outside.miss");
MISS(vfork_execed, "task-vfork-pending.miss");
MISS(stop_stop, "task-stop-signal.miss");
MISS(tstp_stop, "task-stop-tstp.miss");
MISS(stop_one_thread, "task-stop-threads.miss");
MISS(sigusr1, "sig-pending-sigtrap.miss");
MISS(sigtrap_blocked, "sig-pending-sigtrap.miss-blocked");
MISS(program64, "task-compat32.miss");
MISS(seccomp_strict, "task-seccomp-filter.miss");
MISS(fsize_enough, "task-rlimit-fsize.miss");
MISS(fsize_ignored, "task-rlimit-fsize.miss-ignored");
MISS(cgroup_thawed, "task-cgroup-frozen.miss");
MISS(sched_fifo, "task-sched-deadline.miss");
MISS(cpu_affinity_all, "task-cpu-affinity.miss");
MISS(mempolicy_default, "task-mempolicy.miss");
MISS(mempolicy_mapping_default, "task-mempolicy.miss-mapping");
MISS(ioprio_none, "task-ioprio.miss");
MISS(timerslack_reset, "task-timerslack.miss");
MISS(timerslack_fifo, "task-timerslack.miss-fifo");
MISS(personality_usual, "task-personality.miss");
MISS(private_files_process, "thread-private-files.miss");
MISS(private_fs_none, "thread-private-fs.miss");
MISS(private_ns_together, "thread-private-ns.miss");
MISS(ldt_read, "task-ldt-present.miss");
MISS(ioperm_off, "task-ioperm.miss");
MISS(sud_off, "task-sud.miss");
MISS(hw_breakpoint_off, "task-hw-breakpoints.miss");
MISS(rseq_off, "task-rseq.miss");
MISS(membarrier_query, "task-membarrier.miss");
MISS(pdeathsig_off, "task-pdeathsig.miss");
MISS(subreaper_off, "task-subreaper.miss");
MISS(prctl_thp, "task-prctl-misc.miss");
MISS(prctl_flusher_off, "task-prctl-misc.miss-flusher");
MISS(timer_monotonic, "timer-posix-clock.miss");
MISS(timer_own_clocks, "timer-posix-clock.miss-own");
MISS(timer_child_clock, "timer-posix-clock.miss-child");
MISS(timer_pidns_thread, "timer-posix-thread-outside.miss");
MISS(timer_thread_alive, "timer-posix-thread-gone.miss");
MISS(timer_boottime, "timer-alarm.miss");
MISS(lease_read, "lock-lease-write.miss");
MISS(shm_unlocked, "ipc-shm-flags.miss");
MISS(ns_together, "ns-nested.miss");
MISS(ns_net_together, "ns-nested-net.miss");
MISS(ns_mnt_together, "ns-nested-mnt.miss");
MISS(ns_net_root, "ns-nested-net-hostroot.miss");
MISS(ns_mnt_root, "ns-nested-mnt-hostroot.miss");
MISS(ns_time_same, "ns-time-for-children.miss");
MISS(ns_pid_same, "ns-pid-for-children.miss");
MISS(dev_null, "chrdev-unsupported.miss");
MISS(dev_zero, "chrdev-unsupported.miss-zero");
MISS(dev_full, "chrdev-unsupported.miss-full");
MISS(dev_urandom, "chrdev-unsupported.miss-urandom");
MISS(kmsg_written, "chrdev-mem-state.miss");
MISS(tun_own_net, "tun-no-netns.miss");
MISS(tun_own_net_attached, "tun-no-netns.miss-attached");
MISS(no_blkdev, "blkdev-unsupported.miss");
MISS(no_timerfd, "timerfd.miss");
MISS(timerfd_boottime, "timerfd-alarm-clock.miss");
MISS(eventfd, "file-anon-unsupported.miss");
MISS(signalfd, "file-anon-unsupported.miss-signalfd");
MISS(eventfd_plain, "eventfd-semaphore.miss");
MISS(eventfd_empty, "eventfd-semaphore.miss-empty");
MISS(eventfd_32_bits, "eventfd-big-counter.miss");
MISS(bpf_map_closed, "bpf-map.miss");
MISS(bpf_ringbuf_closed, "bpf-map-type.miss");
MISS(inotify_tmpfs, "inotify-no-path.miss");
MISS(inotify_tmpfs_renamed, "inotify-no-path.miss-renamed");
MISS(inotify_tmpfs_linked, "inotify-no-path.miss-linked");
MISS(inotify_plain, "inotify-no-handle.miss");
MISS(inotify_cgroup, "inotify-no-handle.miss-cgroup");
MISS(inotify_mounted, "inotify-no-mount.miss");
MISS(inotify_read, "inotify-events.miss");
MISS(fanotify_read, "inotify-events.miss-fanotify");
MISS(fanotify_inode, "fanotify-sb-mark.miss");
MISS(fanotify_mounted, "fanotify-mount-missing.miss");
MISS(epoll_at_home, "epoll-orphan-target.miss");
MISS(epoll_moved, "epoll-orphan-target.miss-moved");
MISS(epoll_moved_again, "epoll-orphan-target.miss-moved-again");
MISS(epoll_removed, "epoll-orphan-target.miss-removed");
MISS(epoll_childs, "epoll-orphan-target.miss-childs");
MISS(epoll_many, "epoll-orphan-target.miss-many");
MISS(epoll_at_fd, "epoll-in-scm.miss");
MISS(fown_self, "file-fown-outside.miss");
MISS(fown_own_group, "file-fown-outside.miss-group");
MISS(fown_child, "file-fown-outside.miss-child");
MISS(fown_none, "file-fown-outside.miss-none");
MISS(fown_gone, "file-fown-outside.miss-gone");
MISS(dnotify_owner_alone, "file-dnotify.miss");
MISS(dnotify_inotify, "file-dnotify.miss-inotify");
MISS(dnotify_ended, "file-dnotify.miss-ended");
MISS(pidfd_proc, "pidfd-inside.miss");
MISS(pidfd_child, "pidfd-outside.miss");
MISS(pidfd_gone, "pidfd-outside.miss-gone");
MISS(pidfd_process, "pidfd-thread.miss");
MISS(shared_closed, "file-shared-outside.miss");
MISS(shared_inside, "file-shared-outside.miss-inside");
MISS(shared_null, "file-shared-outside.miss-null");
MISS(shared_polled, "file-shared-outside.miss-polled");
MISS(shared_thread, "file-shared-outside.miss-thread");
MISS(memfd_inside, "memfd-shared-outside.miss");
MISS(memfd_closed, "memfd-shared-outside.miss-closed");
MISS(dev_null_opath, "chrdev-unsupported.miss-opath");
MISS(deleted_last, "file-unlinked-linked.miss");
MISS(linked_other, "file-unlinked-linked.miss-other");
MISS(deleted_folder, "file-unlinked-linked.miss-folder");
MISS(ghost_fits, "file-ghost-too-big.miss");
MISS(ghost_sparse_fits, "file-ghost-sparse.miss");
MISS(ghost_preallocated_fits, "file-ghost-preallocated.miss");
MISS(vma_deleted_small, "vma-file-deleted.miss");
MISS(no_memfd, "memfd-open.miss");
MISS(memfd_small_pages, "memfd-hugetlb.miss");
MISS(memfd_public, "file-memfd-secret.miss");
MISS(mqueue_closed, "file-mqueue-fd.miss");
MISS(ns_own, "file-ns-unknown.miss");
MISS(ns_readers, "file-ns-unknown.miss-reader");
MISS(opath_regular, "file-opath-pipe.miss");
MISS(opath_pipe_open, "file-opath-pipe.miss-open");
MISS(opath_dir, "sock-opath.miss");
MISS(opath_link, "sock-opath.miss-link");
MISS(known_kind, "file-kind-unknown.miss");
MISS(known_kind_opath, "file-kind-unknown.miss-opath");
MISS(beside_covered, "file-path-replaced.miss");
MISS(uncovered, "file-path-replaced.miss-uncovered");
MISS(bound_to_itself, "file-path-replaced.miss-self");
MISS(deleted_and_covered, "file-path-replaced.miss-deleted");
MISS(device_seen, "file-device-replaced.miss");
MISS(on_mount, "file-overmounted.miss");
MISS(on_top_mount, "file-overmounted.miss-top");
MISS(on_mount_map, "file-mount-unknown.miss");
MISS(on_mount_cwd, "file-mount-unknown.miss-cwd");
MISS(on_mount_exe, "mm-exe-gone.miss");
MISS(tmpfs, "file-btrfs.miss");
MISS(tmpfs_map, "file-btrfs.miss-map");
MISS(tmpfs_cwd, "file-btrfs.miss-cwd");
MISS(root_file, "file-btrfs.miss-root");
MISS(fifo, "fifo-odirect.miss");
MISS(pipe, "pipe-odirect.miss");
MISS(pipe_cleared, "pipe-odirect.miss-cleared");
MISS(packets_read, "pipe-packet-buffered.miss");
MISS(pipe_data, "pipe-packet-buffered.miss-data");
MISS(pipes_fit, "pipe-too-many.miss");
MISS(pipes_write_ends, "pipe-too-many.miss-write-ends");
MISS(posix_outside, "lock-posix.miss");
MISS(posix_unlocked, "lock-posix.miss-unlocked");
MISS(flock_unlocked, "lock-flock.miss");
MISS(flock_outside, "lock-flock.miss-outside");
MISS(ofd_asked, "lock-ofd.miss");
MISS(ofd_outside, "lock-ofd.miss-outside");
MISS(lease_given_up, "lock-lease.miss");
MISS(lease_outside, "lock-lease.miss-outside");
MISS(lock_shared_child, "lock-shared-outside.miss");
MISS(lock_shared_table, "lock-shared-outside.miss-table");
MISS(lock_shared_unlocked, "lock-shared-outside.miss-unlocked");
MISS(lock_shared_no_lock, "lock-shared-outside.miss-no-lock");
MISS(lock_shared_posix, "lock-shared-outside.miss-posix");
MISS(lock_shared_others, "lock-shared-outside.miss-outside");
MISS(lock_shared_dup, "lock-shared-outside.miss-dup");
MISS(lock_shared_mapped, "lock-shared-outside.miss-mapped");
MISS(lock_shared_inflight, "lock-shared-outside.miss-inflight");
MISS(lock_shared_reader, "lock-shared-outside.miss-reader");
MISS(lock_scm_open, "lock-in-scm.miss");
MISS(lock_scm_received, "lock-in-scm.miss-received");
MISS(lock_scm_unlocked, "lock-in-scm.miss-unlocked");
MISS(lock_scm_outside, "lock-in-scm.miss-outside");
MISS(unix_shutdown_pair, "unix-shutdown-mismatch.miss");
MISS(unix_waiting_own_net, "unix-peer-closed-stream.miss");
MISS(unix_waiting_shut, "unix-peer-closed-stream.miss-closed");
MISS(unix_listener_child, "unix-inflight-listener-outside.miss");
MISS(unix_waiting, "unix-inflight-data.miss");
MISS(unix_waiting_seqpacket, "unix-inflight-data.miss-seqpacket");
MISS(unix_accepted_data, "unix-inflight-data.miss-accepted");
MISS(unix_accepted_closed, "unix-inflight-closed.miss");
MISS(unix_waiting_child, "unix-inflight-outside.miss");
MISS(queue_creds_none, "unix-queue-creds.miss");
MISS(queue_creds_received, "unix-queue-creds.miss-received");
MISS(queue_creds_sender, "unix-queue-creds.miss-sender");
MISS(queue_creds_stream_timestamp, "unix-queue-creds.miss-timestamp");
MISS(queue_creds_no_label, "unix-queue-creds.miss-label");
MISS(queue_short, "unix-queue-dgram-big.miss");
MISS(queue_stream_big, "unix-queue-dgram-big.miss-stream");
MISS(queue_empty_received, "unix-queue-dgram-empty.miss");
MISS(queue_data, "unix-queue-scm.miss");
MISS(queue_received, "unix-queue-scm.miss-received");
MISS(queue_scm_null, "unix-queue-scm-tty.miss");
MISS(queue_scm_fits, "unix-queue-scm-many.miss");
MISS(queue_scm_sender, "unix-queue-scm-no-sender.miss");
MISS(queue_scm_other_sender, "unix-queue-scm-no-sender.miss-other");
MISS(queue_scm_receiver, "unix-queue-scm-nested.miss");
MISS(queue_scm_data, "unix-queue-scm-nested.miss-data");
MISS(unix_scm_pair, "unix-in-scm-alone.miss");
MISS(unix_scm_open, "unix-in-scm-alone.miss-open");
MISS(unix_scm_unconnected, "unix-in-scm-alone.miss-unconnected");
MISS(timerfd_scm_open, "timerfd-in-scm.miss");
MISS(inotify_scm_open, "inotify-in-scm.miss");
MISS(unix_oob_received, "unix-oob.miss");
MISS(unix_peek_off_unset, "unix-peek-off.miss");
MISS(unix_peercred_child, "unix-peercred.miss");
MISS(unix_peercred_root, "unix-peercred-root.miss");
MISS(unix_abstract_path, "unix-abstract.miss");
MISS(unix_stream_scm, "unix-external-stream.miss-scm");
MISS(netlink_read, "netlink-queue.miss");
MISS(netlink_plain, "netlink-queue.miss-plain");
MISS(netlink_low, "netlink-groups-gt32.miss");
MISS(netlink_high_left, "netlink-groups-gt32.miss-left");
MISS(netlink_bound_first, "netlink-groups-noportid.miss");
MISS(netlink_unbound_left, "netlink-groups-noportid.miss-left");
MISS(netlink_flags_off, "netlink-flags.miss");
MISS(netlink_connected_group, "netlink-connected.miss");
MISS(netlink_disconnected, "netlink-connected.miss-disconnected");
MISS(dgram_inside, "unix-external-dgram.miss");
MISS(id_mapped, "cred-id-unmapped.miss");
MISS(keyring_empty, "cred-keyrings.miss");
MISS(landlock_ruleset, "cred-landlock.miss");
MISS(vvar_alone, "env-vvar-vclock.miss");
MISS(checkpoint_restore, "env-no-checkpoint-restore.miss");
MISS(ns_left, "ns-left.miss");
MISS(ns_left_cgroup, "ns-left.miss-cgroup");
MISS(ns_left_net, "ns-left-net-mnt.miss");
MISS(net_lo, "ns-net-link-kind.miss");
MISS(net_veth, "ns-net-link-kind.miss-veth");
MISS(net_bridge, "ns-net-link-kind.miss-bridge");
MISS(net_pair_inside, "ns-net-link-outside.miss");
MISS(net_untouched, "ns-net-content.miss");
MISS(ns_pid_init, "ns-pid-not-init.miss");
MISS(ns_user_none, "ns-user-no-pid.miss");
MISS(ns_proc_root, "ns-proc-not-own.miss");
MISS(ns_pivot, "ns-root-chroot.miss");
MISS(ns_owner_same, "ns-user-foreign-owner.miss");
MISS(ns_owner_cgroup, "ns-user-foreign-owner.miss-cgroup");
MISS(zombie_session, "task-zombie-session-outside.miss");
MISS(task_session_pidns, "task-session-outside-pidns.miss");
MISS(tty_session, "tty-session-outside.miss");
MISS(tty_session_none, "tty-session-outside.miss-none");
MISS(tty_slave, "tty-slave-unpaired.miss");
MISS(tty_slave_child, "tty-slave-unpaired.miss-child");
MISS(tty_slave_master, "tty-slave-unpaired.miss-master");
MISS(tty_slave_hung, "tty-slave-unpaired.miss-hung");
MISS(tty_slaves, "tty-slave-unpaired-multi.miss");
MISS(tty_slaves_same, "tty-slave-unpaired-multi.miss-same");
MISS(tty_no_pty, "tty-ctty-no-pty.miss");
MISS(tty_other_process, "tty-ctty-other-process.miss");
MISS(tty_driver, "tty-driver-unsupported.miss");
MISS(tty_driver_console, "tty-driver-unsupported.miss-console");
MISS(tty_index, "tty-index-too-big.miss");
MISS(tty_ldisc, "tty-ldisc.miss");
MISS(tty_vt, "tty-vt.miss");
MISS(tty_serial, "tty-serial.miss");
MISS(dgram_unconnected, "unix-external-dgram.miss-unconnected");
MISS(stream_inside, "unix-external-stream.miss");
MISS(seqpacket_inside, "unix-external-stream.miss-seqpacket");
MISS(stream_with_child, "unix-external-stream.miss-child");
MISS(stream_listen, "unix-external-stream.miss-listen");
MISS(stream_unconnected, "unix-external-stream.miss-unconnected");
MISS(nameless_inside, "unix-external-nameless.miss");
MISS(nameless_with_child, "unix-external-nameless.miss-child");
MISS(unix_dgram_own_net, "unix-peer-foreign-netns.miss");
MISS(unix_pair_own_net, "unix-peer-foreign-netns.miss-pair");
MISS(reconnected_named, "unix-peer-unreachable.miss");
MISS(unix_absolute, "unix-relative-path.miss");
MISS(unix_abstract, "unix-relative-path.miss-abstract");
MISS(unix_folder_moved, "unix-path-moved.miss");
MISS(unix_dot, "unix-path-moved.miss-dot");
MISS(unix_relative_deleted, "unix-path-moved.miss-deleted");
MISS(unix_absolute_moved, "unix-path-moved.miss-absolute");
MISS(tcp_unconnected, "tcp-connected.miss");
MISS(tcp_own_net, "tcp-connected.miss-netns");
MISS(tcp_unconnected_ipv6, "tcp-connected.miss-ipv6");
MISS(tcp_closed, "tcp-connected.miss-closed");
MISS(tcp_not_half_closed, "tcp-half-closed.miss");
MISS(tcp_refused, "tcp-syn-sent.miss");
MISS(tcp_fastopen_idle, "tcp-syn-recv.miss");
MISS(tcp_fastopen_answered, "tcp-syn-recv.miss-answered");
MISS(tcp_repair_listener, "tcp-repair-denied.miss");
MISS(tcp_repair_inflight, "tcp-repair-denied.miss-inflight");
MISS(tcp_repair_root, "tcp-repair-denied.miss-root");
MISS(tcp_repair_disconnected, "tcp-repair-denied.miss-disconnected");
MISS(tcp_listen_idle, "tcp-listen-inflight.miss");
MISS(tcp_listen_idle_ipv6, "tcp-listen-inflight.miss-ipv6");
MISS(sock_own_net, "sock-foreign-netns.miss");
MISS(sock_own_net_listener, "sock-foreign-netns.miss-listener");
MISS(sock_own_net_packet, "sock-foreign-netns.miss-packet");
MISS(sock_host, "sock-foreign-netns-lost.miss");
MISS(sock_host_listener, "sock-foreign-netns-lost.miss-listener");
MISS(sock_device, "sock-device-gone.miss");
MISS(link_local, "tcp6-linklocal-noif.miss");
MISS(tun_empty, "tun-queue.miss");
MISS(classic_filter, "sock-ebpf-filter.miss");
MISS(classic_filter_unix, "sock-ebpf-filter.miss-unix");
MISS(classic_filter_packet, "sock-ebpf-filter.miss-packet");
MISS(filter_detached, "sock-ebpf-filter.miss-detached");
MISS(family_unix, "sock-family.miss");
MISS(family_inet, "sock-family.miss-inet");
MISS(proto_tcp, "sock-proto.miss");
MISS(type_dgram, "sock-type.miss");
MISS(icmp_udp, "sock-icmp.miss");
MISS(raw_udp, "sock-raw.miss");
MISS(raw_bound, "raw-connected.miss");
MISS(raw_disconnected, "raw-connected.miss-disconnected");
MISS(udp_sent, "udp-corked.miss");
MISS(udp_own_net, "udp-corked.miss-netns");
MISS(udp_uncorked, "udp-corked.miss-uncorked");
MISS(udp_uncorked_ipv6, "udp-corked.miss-ipv6");
MISS(udp_cork_off, "udp-cork-idle.miss");
MISS(udp_no_more, "udp-pending-msgmore.miss");
MISS(udp_flushed, "udp-pending-msgmore.miss-flushed");
MISS(udp_open, "inet-shutdown.miss");
MISS(udp_open_ipv6, "inet-shutdown.miss-ipv6");
MISS(udp_read, "udp-rcv-queue.miss");
MISS(udp_read_ipv6, "udp-rcv-queue.miss-ipv6");
MISS(raw_empty, "raw-rcv-queue.miss");
MISS(sock_err_read, "sock-err-queue.miss");
MISS(udp_no_encap, "udp-encap.miss");
MISS(udp_encap_off, "udp-encap.miss-off");
MISS(reuseport_alone, "sock-reuseport-bpf.miss");
MISS(reuseport_detached, "sock-reuseport-bpf.miss-detached");
MISS(filter_unlocked, "sock-filter-locked.miss");
MISS(tcp_no_ulp, "tcp-ulp.miss");
MISS(tcp_no_md5, "tcp-md5.miss");
MISS(tcp_md5_taken_back, "tcp-md5.miss-taken-back");
MISS(no_sockmap, "tcp-bpf-sockmap.miss");
MISS(opts_saved, "sock-opts-lost.miss");
MISS(opts_usual, "sock-opts-lost.miss-usual");
MISS(opts_old_usual, "sock-opts-old.miss");
MISS(tcp_opts_saved, "tcp-opts-lost.miss");
MISS(tcp_opts_usual, "tcp-opts-lost.miss-usual");
MISS(packet_once, "packet-mc-multi.miss");
MISS(packet_left, "packet-mc-multi.miss-left");
MISS(packet_plain, "packet-mc-multi.miss-plain");
MISS(packet_promisc, "packet-mc-type.miss");
MISS(packet_opts_clear, "packet-opts-lost.miss");
MISS(packet_opts_saved, "packet-opts-lost.miss-saved");
MISS(packet_fanout_hash, "packet-opts-lost.miss-fanout");
MISS(tcp_map, "tcp-mmap.miss");
MISS(packet_map_open, "packet-map-noopen.miss");
MISS(map_zero, "vma-nonregular-file.miss");
MISS(map_zero_shared, "vma-nonregular-file.miss-shared");
MISS(map_file, "vma-nonregular-file.miss-file");
MISS(map_io_shared, "vma-io-pfn.miss");
MISS(map_file_private, "vma-io-pfn.miss-file");
MISS(map_file_shared, "vma-io-shared.miss");
MISS(map_aio, "vma-anon-inode.miss");
MISS(shm_own_ipcns, "shm-sysv-host-ipcns.miss");
MISS(shm_detached, "shm-sysv-host-ipcns.miss-detached");
MISS(shm_anonymous, "shm-sysv-host-ipcns.miss-anonymous");
MISS(shm_memfd, "shm-sysv-host-ipcns.miss-memfd");
MISS(shm_tmpfs, "shm-sysv-host-ipcns.miss-tmpfs");
MISS(shared_anon_inside, "vma-shared-anon-outside.miss");
MISS(shared_anon_private, "vma-shared-anon-outside.miss-private");
MISS(shared_anon_unmapped, "vma-shared-anon-outside.miss-unmapped");
MISS(pipe_whole, "pipe-end-outside.miss");
MISS(pipe_half_closed, "pipe-end-outside.miss-closed");
MISS(pipe_named, "pipe-end-outside.miss-fifo");
MISS(pipe_data_inside, "pipe-data-reader-outside.miss");
MISS(vma_unsealed, "vma-sealed.miss");
MISS(vma_unsealed_none, "vma-sealed-unreadable.miss");
MISS(vma_transparent_huge, "vma-hugetlb.miss");
MISS(vma_not_droppable, "vma-droppable.miss");
MISS(vma_small_reserve, "vma-huge-reserve.miss");
MISS(vma_small_reserve_noscan, "vma-huge-reserve-noscan.miss");
MISS(vma_reserve_alone, "file-kind-unknown.miss-reserve");
MISS(vma_reserve_noreserve, "file-kind-unknown.miss-noreserve");
MISS(vdso_moved, "vma-vvar-split.miss");
MISS(vdso_unmapped, "vma-vvar-split.miss-unmapped");
MISS(mqueue_removed, "ipc-mqueue-unmounted.miss");
MISS(aio_ring_whole, "mm-aio-ring-odd.miss");
MISS(vma_locked, "vma-madvise-lost.miss");
MISS(vma_locked_all, "vma-madvise-lost.miss-all");
MISS(vma_dontfork, "vma-madvise-lost.miss-dontfork");
MISS(vma_uffd_unregistered, "vma-uffd.miss");
MISS(vma_probe_disabled, "vma-uprobes.miss");

FIXTURE_SETUP(miss)
{
	int status;

	self->yama = yama_scope(0);
	self->flags = mkobj_flags(variant->name);
	status = mkobj_start(&self->run, variant->name);
	if (status == 4)
		SKIP(return, "%s", self->run.error);
	ASSERT_EQ(0, status) {
		TH_LOG("%s: %s", variant->name, self->run.error);
	}
}

FIXTURE_TEARDOWN(miss)
{
	mkobj_stop(&self->run);
	yama_scope(self->yama);
}

TEST_F(miss, ok)
{
	struct report r;

	if (strstr(self->flags, "reader=nobody"))
		report_read_as(NOBODY, self->run.target, &r);
	else if (strstr(self->flags, "view=each"))
		report_read_each(self->run.target, 0, &r);
	else
		report_read(self->run.target, 0, &r);
	ASSERT_TRUE(check_sound(_metadata, &r));
	check_others(_metadata, &r, "-", self->flags);
	check_verdict(_metadata, &r);
	check_complete(_metadata, &r, self->flags);
	check_counts(_metadata, &r, self->run.target);
	end_report(_metadata, &r);
}

/* Every near miss of mkobj has a variant above. */
TEST(all_misses)
{
	struct __fixture_variant_metadata *v;
	char names[1000][MKOBJ_NAME];
	int nr, i;

	nr = mkobj_list(names, 1000, "miss");
	ASSERT_LT(0, nr);
	for (i = 0; i < nr; i++) {
		for (v = _miss_fixture_object.variant; v; v = v->next)
			if (!strcmp(((const FIXTURE_VARIANT(miss) *)v->data)->name, names[i]))
				break;
		EXPECT_NE(NULL, v) {
			TH_LOG("no variant for %s", names[i]);
		}
	}
}

TEST_HARNESS_MAIN
