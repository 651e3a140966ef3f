# SPDX-License-Identifier: GPL-2.0
"""Objects by chance: processes and threads, what they may, how they relate, and which namespaces they are in."""
import ctypes
import os
import resource
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

import wild_kernel as wk


def _prctl(option, value):
    wk.check(wk.LIBC.prctl(int(option), *[ctypes.c_long(v) for v in (int(value), 0, 0, 0)]))


def _plain_call(name, *args):
    """Numbers, "buf" for zeros that are kept, "str" for a name."""
    words = {"buf": wk.kept, "str": lambda: b"/wild", "one": lambda: b"\1" + bytes(7)}
    return wk.call(name, *[words[a]() if a in words else int(a, 0) for a in args])


def _child(flags, fate):
    pid = wk.call("clone", int(flags, 16) | signal.SIGCHLD, 0, 0, 0, 0)
    if pid:
        if fate == "stop":
            os.kill(pid, signal.SIGSTOP)
        return
    wk.LIBC.prctl(1, signal.SIGKILL, 0, 0, 0)
    if not int(flags, 16) & 0x400:
        wk.close_private()
    if fate == "exit":
        os._exit(3)
    if fate == "session":
        os.setsid()
    if fate == "group":
        os.setpgid(0, 0)
    if fate == "orphan" and os.fork() == 0:
        os._exit(0)
    while True:
        signal.pause()


def _signal(number, fate):
    number = int(number)
    if fate in ("blocked", "both"):
        signal.pthread_sigmask(signal.SIG_BLOCK, [number])
    if fate in ("handled", "both"):
        signal.signal(number, lambda *_: None)
    elif fate == "ignored":
        signal.signal(number, signal.SIG_IGN)
    if fate != "handled":
        os.kill(os.getpid(), number)


def _namespace(kind):
    """A descriptor of a new namespace that nobody is in."""
    own = os.open("/proc/self/ns/" + kind, os.O_RDONLY)
    flag = {"net": 0x40000000, "uts": 0x4000000, "ipc": 0x8000000, "mnt": 0x20000,
            "cgroup": 0x2000000, "time": 0x80}[kind]
    wk.call("unshare", flag)
    name = kind if kind != "time" else "time_for_children"
    other = os.open("/proc/self/ns/" + name, os.O_RDONLY)
    wk.check(wk.LIBC.setns(own, flag))
    os.close(own)
    return other


def _thread(what):
    def run():
        if what == "name":
            wk.LIBC.prctl(15, b"wild", 0, 0, 0)
        elif what == "blocked":
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
        elif what == "files":
            wk.call("unshare", 0x400)
        elif what == "fs":
            wk.call("unshare", 0x200)
        elif what == "user":
            wk.call("setresuid", -1, 1000, -1)
        elif what == "policy":
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        elif what == "nice":
            wk.call("setpriority", 0, 0, 5)
        ready.set()
        while True:
            time.sleep(1000)
    ready = threading.Event()
    threading.Thread(target=run, daemon=True).start()
    ready.wait(2)


def _perf(kind, config, flags):
    attr = ctypes.create_string_buffer(128)
    attr[0:4] = int(kind).to_bytes(4, "little")
    attr[4:8] = (128).to_bytes(4, "little")
    attr[8:16] = int(config).to_bytes(8, "little")
    return wk.call("perf_event_open", attr, 0, -1, -1, int(flags))


def _bpf_map(kind):
    attr = ctypes.create_string_buffer(128)
    for i, v in enumerate((int(kind), 4, 8, 16)):
        attr[4 * i:4 * i + 4] = v.to_bytes(4, "little")
    return wk.call("bpf", 0, attr, 128)


def _seccomp(what):
    code = wk.kept()
    code[0:8] = struct.pack("HBBI", 6, 0, 0, 0x7fff0000)
    program = struct.pack("HxxxxxxQ", 1, ctypes.addressof(code))
    flags = {"log": 2, "sync": 1, "spec": 4, "listener": 8}.get(what, 0)

    def install():
        return wk.call("seccomp", 1, flags, program)
    if what == "thread":
        threading.Thread(target=lambda: (install(), time.sleep(1000)), daemon=True).start()
        time.sleep(0.1)
        return None
    if what == "child":
        return wk.stays(install)
    if what == "twice":
        install()
    return install()


def _ptrace(what):
    own = os.getpid()
    if what == "child":
        pid = wk.stays(lambda: None)
        wk.call("ptrace", 0x4206, pid, 0, 0)
    elif what == "traces-me":
        wk.stays(lambda: wk.call("ptrace", 0x4206, own, 0, 0))
    elif what == "asked":
        wk.stays(lambda: wk.call("ptrace", 0, 0, 0, 0))
    elif what == "outside":
        wk.helper(lambda: wk.call("ptrace", 0x4206, own, 0, 0))


def _queued(number, how):
    number = int(number)
    signal.pthread_sigmask(signal.SIG_BLOCK, [number])
    info = struct.pack("iiiiiQ", number, 0, -1, os.getpid(), 0, 4711) + bytes(100)
    if how == "process":
        wk.call("rt_sigqueueinfo", os.getpid(), number, info)
    elif how == "many":
        for _ in range(40):
            wk.call("rt_sigqueueinfo", os.getpid(), number, info)
    elif how == "thread":
        signal.pthread_kill(threading.get_ident(), number)
    elif how == "child":
        os.kill(wk.stays(lambda: signal.pthread_sigmask(signal.SIG_BLOCK, [number])), number)
    elif how == "stopped":
        pid = wk.stays(lambda: signal.pthread_sigmask(signal.SIG_BLOCK, [number]))
        os.kill(pid, signal.SIGSTOP)
        os.kill(pid, number)


def _armed(clock, notify, first, every):
    event = wk.kept()
    event[0:16] = struct.pack("Qii", 7, 34, int(notify))
    event[16:20] = struct.pack("i", threading.get_native_id())
    signal.signal(34, signal.SIG_IGN)
    number = wk.kept()
    wk.call("timer_create", int(clock), event, number)
    wk.call("timer_settime", struct.unpack("i", number[0:4])[0], 0, wk.timer_spec(first, every), None)


def _interval(which, seconds):
    signal.signal((signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF)[int(which)], signal.SIG_IGN)
    signal.setitimer(int(which), float(seconds), float(seconds))


def _limit(number, value):
    hard = resource.getrlimit(int(number))[1]
    resource.setrlimit(int(number), (int(value), hard))


def _namespace_of_own(flags, what):
    wk.call("unshare", int(flags, 16))
    if what == "child":
        wk.stays(lambda: None)
    elif what == "name":
        socket.sethostname("wild")
    elif what == "map":
        for name, text in (("setgroups", "deny"), ("uid_map", "0 0 1"), ("gid_map", "0 0 1")):
            with open("/proc/self/" + name, "w", encoding="ascii") as f:
                f.write(text)
    elif what == "init":
        wk.stays(lambda: os.wait() if os.fork() else None)
    elif what == "shift":
        with open("/proc/self/timens_offsets", "w", encoding="ascii") as f:
            f.write("monotonic 1000 0\n")
    elif what == "others":
        wk.helper(lambda: None)


def _network(*command):
    """ip(8) in a network namespace of its own."""
    wk.call("unshare", 0x40000000)
    subprocess.run(["ip"] + [word.replace("=", ":") for word in " ".join(command).split("_")], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _setting(path, value):
    """A sysctl of a namespace of its own."""
    wk.call("unshare", 0x40000000 | 0x8000000 | 0x4000000)
    with open("/proc/sys/" + path, "w", encoding="ascii") as f:
        f.write(value)


def _program(what):
    """A child that runs a program of its own."""
    name = os.path.abspath("program-%d" % len(wk.HELD))
    shutil.copy("/bin/sleep", name)
    argv = [name, "1000"]
    if what == "loader":
        argv = ["/lib64/ld-linux-x86-64.so.2"] + argv
    elif what == "script":
        with open(name, "w", encoding="ascii") as f:
            f.write("#!/bin/sh\nread x </dev/zero\nsleep 1000\n")
    if what == "memfd":
        fd = os.memfd_create("wild", 0)
        with open("/bin/sleep", "rb") as f:
            os.write(fd, f.read())
        argv[0] = "/proc/self/fd/%d" % fd
        child = subprocess.Popen(argv, pass_fds=[fd])
        time.sleep(0.2)
        os.close(fd)
    else:
        if what == "capable":
            os.setxattr(name, "security.capability", struct.pack("5I", 0x2000001, 1 << 10, 0, 0, 0))
        child = subprocess.Popen(argv)
        time.sleep(0.2)
    if what == "gone":
        os.unlink(name)
    elif what == "moved":
        os.rename(name, name + "-moved")
    elif what == "other":
        os.unlink(name)
        shutil.copy("/bin/sleep", name)
    elif what == "stopped":
        child.send_signal(signal.SIGSTOP)
    elif what == "traced":
        wk.call("ptrace", 0x4206, child.pid, 0, 0)
    elif what == "mounted":
        wk.call("unshare", 0x20000)
        wk.call("mount", b"/bin/true", name.encode(), None, 4096, None)
    return None


def _group(what):
    """A cgroup of its own."""
    base = "/sys/fs/cgroup"
    if not os.path.exists(base + "/cgroup.procs"):
        wk.call("unshare", 0x20000)
        wk.call("mount", b"none", b"/", None, 0x44000, None)
        wk.call("mount", b"none", base.encode(), b"cgroup2", 0, None)
    name = "%s/wild-%d" % (base, os.getpid())
    os.mkdir(name)
    pid = wk.stays(lambda: None) if what in ("child", "frozen", "killed") else os.getpid()
    if what == "threaded":
        with open(name + "/cgroup.type", "w", encoding="ascii") as f:
            f.write("threaded")
    with open(name + "/cgroup.procs", "w", encoding="ascii") as f:
        f.write(str(pid))
    if what == "frozen":
        with open(name + "/cgroup.freeze", "w", encoding="ascii") as f:
            f.write("1")
        time.sleep(0.1)
    elif what == "namespace":
        wk.call("unshare", 0x2000000)
    elif what == "open":
        return os.open(name + "/cgroup.events", os.O_RDONLY)
    elif what == "folder":
        return os.open(name, os.O_RDONLY)
    return None


def _scheduled(policy, what):
    policy = int(policy)
    attr = struct.pack("IIQiIQQQII", 56, policy, 0, 0, 1 if policy in (1, 2) else 0,
                       *((10 ** 7, 10 ** 8, 10 ** 8) if policy == 6 else (0, 0, 0)), 0, 1024)
    if what == "thread":
        threading.Thread(target=lambda: (wk.call("sched_setattr", 0, attr, 0), time.sleep(1000)), daemon=True).start()
        time.sleep(0.1)
        return
    wk.call("sched_setattr", 0, attr, 0)


def _relatives(what):
    """A tree with something odd about its sessions and groups."""
    if what.startswith("session-left"):
        # A session whose leader has gone.
        def leave():
            os.setsid()
            if os.fork():
                os._exit(0)
        if what.startswith("session-left-below"):
            wk.stays(lambda: _reaper(leave, reaps=what.endswith("reaped")))
        else:
            _reaper(leave, what != "session-left-alone", what.endswith("reaped"))
    elif what.startswith("session-lives"):
        # The leader has stayed, and the parent of the one that is adopted has not.
        wk.check(wk.LIBC.prctl(36, 1, 0, 0, 0))

        def lead():
            os.setsid()
            if os.fork() == 0 and os.fork() == 0:
                if what == "session-lives":
                    signal.alarm(60)
                    signal.pause()
                os._exit(0)
            elif os.getpid() != os.getsid(0):
                os._exit(0)
            else:
                os.wait()
        wk.stays(lead)
        time.sleep(0.2)
    elif what == "group-left":
        def leave():
            os.setpgid(0, 0)
            if os.fork():
                os._exit(0)
        _reaper(leave)
    elif what == "reparented":
        _reaper(lambda: os.fork() and os._exit(0))
    elif what == "joined":
        one = wk.stays(lambda: os.setpgid(0, 0))
        wk.stays(lambda: os.setpgid(0, one))
    elif what == "many":
        for _ in range(30):
            wk.stays(lambda: None)
    elif what == "deep":
        def deeper(n):
            if n:
                wk.stays(lambda: deeper(n - 1))
        deeper(8)
    elif what == "zombies":
        for number in range(3):
            if os.fork() == 0:
                os._exit(number)
    elif what == "killed":
        os.kill(wk.stays(lambda: None), signal.SIGSEGV)
    elif what == "dead-leader":
        if os.fork() == 0:
            threading.Thread(target=lambda: time.sleep(1000), daemon=True).start()
            wk.call("exit", 0)
        time.sleep(0.1)
    elif what == "threads-of-child":
        wk.stays(lambda: [_thread("plain") for _ in range(5)])
    elif what == "vfork":
        # The parent waits, not to be disturbed, until the child is gone.
        threading.Thread(target=lambda: wk.LIBC.system(b"exec sleep 1000"), daemon=True).start()
        time.sleep(0.2)


def _reaper(leave, dies=True, reaps=False):
    """
    The caller adopts what @leave leaves.  @dies: it gets a signal when its parent has gone; @reaps:
    who left is no zombie.
    """
    wk.check(wk.LIBC.prctl(36, 1, 0, 0, 0))
    pid = os.fork()
    if pid == 0:
        leave()
        if dies:
            wk.LIBC.prctl(1, signal.SIGKILL, 0, 0, 0)
        else:
            signal.alarm(60)
        while True:
            signal.pause()
    # Who is slow to leave would be seen as the session's leader still.
    for _ in range(100):
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
            break
        time.sleep(0.1)
    time.sleep(0.1)
    if reaps:
        os.waitpid(pid, 0)


def _capabilities(effective, permitted, inheritable):
    numbers = [int(n, 16) for n in (effective, permitted, inheritable)]
    low, high = [n & 0xffffffff for n in numbers], [n >> 32 for n in numbers]
    wk.call("capset", struct.pack("Ii", 0x20080522, 0), struct.pack("6I", *low, *high))


def _users(groups, user):
    os.setgroups(range(int(groups)))
    if int(user):
        os.setresgid(int(user), int(user), int(user))
        os.setresuid(int(user), int(user), int(user))
        wk.LIBC.prctl(4, 1, 0, 0, 0)


_PLAIN_CALLS = {
    "pidfd_open": lambda d: (d.one_of(1, os.getpid()), d.one_of(0, 0x800, 0x80)),
    "eventfd2": lambda d: (d.below(9), d.bits(12)), "timerfd_create": lambda d: (d.below(12), d.one_of(0, 0x800, 0x80000)),
    "memfd_create": lambda d: ("str", d.bits(5)), "userfaultfd": lambda d: (d.one_of(0, 1, 0x800),),
    "memfd_secret": lambda d: (0,), "pipe2": lambda d: ("buf", d.one_of(0, 0x80, 0x800, 0x4000)),
    "landlock_create_ruleset": lambda d: ("buf", 8, 0), "io_uring_setup": lambda d: (d.below(9), "buf"),
    "timer_create": lambda d: (d.below(12), 0, "buf"), "setpriority": lambda d: (d.below(3), 0, d.below(19)),
    "sched_setscheduler": lambda d: (0, d.below(8), "buf"), "setrlimit": lambda d: (d.below(16), "buf"),
    "personality": lambda d: (d.bits(28),), "keyctl": lambda d: (d.one_of(1, 0, 14, 15), d.one_of(0, -1, -3), 0),
    "ioprio_set": lambda d: (1, 0, d.below(4) << 13 | d.below(8)), "umask": lambda d: (d.below(512),),
    "unshare": lambda d: (d.one_of(0x200, 0x400, 0x40000, 0x80, 0x2000000, 0x4000000, 0x8000000, 0x40000000, 0x20000,
                                   0x20000000, 0x10000000),),
    "shmget": lambda d: (d.below(99), 8192, 0x3b6), "mlockall": lambda d: (d.below(8),),
    "membarrier": lambda d: (1 << d.below(10), 0, 0), "alarm": lambda d: (d.one_of(0, 10000),),
    "setresuid": lambda d: (0, d.one_of(0, 1000), 0), "setresgid": lambda d: (d.one_of(0, 5), 0, 0),
    "pkey_alloc": lambda d: (0, d.below(4)), "arch_prctl": lambda d: (
        d.one_of(0x1001, 0x1012, 0x1023, 0x4001, 0x4002, 0x5001, 0x5003), d.one_of(0, 1, 18)),
    "modify_ldt": lambda d: (d.one_of(1, 0x11), "buf", 16), "ioperm": lambda d: (d.below(900), 8, d.one_of(0, 1)),
    "iopl": lambda d: (d.below(4),), "set_mempolicy": lambda d: (d.below(7), d.one_of(0, "one"), d.one_of(0, 64)),
    "io_setup": lambda d: (d.below(90), "buf"), "setfsuid": lambda d: (d.one_of(0, 1000),),
    "set_tid_address": lambda d: ("buf",), "set_robust_list": lambda d: ("buf", 24),
    "fsopen": lambda d: ("str", 0), "rseq": lambda d: ("buf", 32, 0, 0x53053053),
}


def _choose_call(d):
    name = d.one_of(*_PLAIN_CALLS)
    return (name,) + _PLAIN_CALLS[name](d)


# What kills the caller, or leaves no program to be dumped (seccomp, mm, tsc).
SKIPPED_PRCTLS = (1, 22, 26, 35)
_NAMESPACES = (0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000, 0x28020000, 0x6e020000)
_NETWORKS = ("link_set_lo_up", "link_add_d0_type_dummy", "link_add_b0_type_bridge", "link_add_v0_type_veth_peer_name_v1",
             "tuntap_add_t0_mode_tun", "link_add_m0_type_macvlan", "route_add_blackhole_10.9.0.0/16",
             "rule_add_from_10.9.0.1_table_7", "addr_add_10.9.0.1/8_dev_lo", "link_add_x0_type_vxlan_id_7_dstport_4789",
             "neigh_add_10.1.1.1_dev_lo", "link_add_s0_type_sit_remote_10.1.1.1", "link_set_lo_mtu_9000", "link_add_g0_type_gre_remote_10.1.1.1",
             "maddr_add_33=33=00=00=00=01_dev_lo", "xfrm_policy_add_dir_in_src_10.1.1.1_dst_10.1.1.2", "link_add_i0_type_ifb",
             "token_list", "netns_add_wild", "mptcp_endpoint_add_10.9.9.9", "nexthop_add_id_7_blackhole", "link_set_lo_down")
_SETTINGS = (("net/ipv4/ip_forward", "1"), ("kernel/shmmax", "4096"), ("net/ipv4/tcp_syncookies", "0"), ("kernel/domainname", "wild"),
             ("net/core/somaxconn", "7"), ("kernel/msgmax", "100"), ("net/ipv6/conf/lo/disable_ipv6", "1"),
             ("net/unix/max_dgram_qlen", "99"), ("net/ipv4/ping_group_range", "0 100"), ("fs/mqueue/msg_max", "5"),
             ("net/ipv4/conf/all/rp_filter", "2"), ("net/ipv4/tcp_wmem", "4096 8192 9000"))
KINDS = {
    "thread": (_thread, lambda d: (d.one_of("plain", "name", "blocked", "files", "fs", "user", "policy", "nice"),)),
    "prctl": (_prctl, lambda d: (d.one_of(*(n for n in range(80) if n not in SKIPPED_PRCTLS)), d.one_of(0, 1, 2, 3, 4))),
    "call": (_plain_call, _choose_call),
    "perf": (_perf, lambda d: (d.below(6), d.below(12), d.one_of(0, 8))),
    "bpfmap": (_bpf_map, lambda d: (d.below(35),)),
    "child": (_child, lambda d: ("%x" % d.one_of(0, 0x200, 0x400, 0x600, 0x2000000, 0x4000000, 0x8000000, 0x80000000, 0x40000,
                                                 0x20000000, 0x40000000, 0x20000),
                                 d.one_of("wait", "exit", "stop", "session", "group", "orphan"))),
    "signal": (_signal, lambda d: (d.one_of(*(n for n in range(1, 64) if n not in (9, 19, 32, 33))),
                                   d.one_of("blocked", "ignored", "handled", "both"))),
    "namespace": (_namespace, lambda d: (d.one_of("net", "uts", "ipc", "mnt", "cgroup", "time"),)),
    "seccomp": (_seccomp, lambda d: (d.one_of("plain", "log", "sync", "spec", "listener", "thread", "child", "twice"),)),
    "ptrace": (_ptrace, lambda d: (d.one_of("child", "traces-me", "asked", "outside"),)),
    "queued": (_queued, lambda d: (d.one_of(1, 10, 17, 34, 50, 64), d.one_of("process", "many", "thread", "child", "stopped"))),
    "armed": (_armed, lambda d: (d.one_of(0, 1, 2, 3, 7, 9), d.one_of(0, 1, 2, 4), d.one_of(1, 50000), d.one_of(0, 7000))),
    "interval": (_interval, lambda d: (d.below(3), d.one_of(0.01, 5, 1000))),
    "limit": (_limit, lambda d: (d.below(16), d.one_of(0, 3, 20, 300, 70000, 1 << 24))),
    "own": (_namespace_of_own, lambda d: ("%x" % d.one_of(*_NAMESPACES), d.one_of(
        "plain", "child", "name", "map", "init", "shift", "others"))),
    "network": (_network, lambda d: (d.one_of(*_NETWORKS),)),
    "setting": (_setting, lambda d: d.one_of(*_SETTINGS)),
    "program": (_program, lambda d: (d.one_of("plain", "loader", "script", "memfd", "capable", "gone", "moved", "other",
                                              "stopped", "traced", "mounted"),)),
    "group": (_group, lambda d: (d.one_of("own", "child", "frozen", "threaded", "namespace", "open", "folder"),)),
    "scheduled": (_scheduled, lambda d: (d.one_of(0, 1, 2, 3, 5, 6), d.one_of("own", "thread"))),
    "relatives": (_relatives, lambda d: (d.one_of(
        "session-left", "session-left-alone", "session-left-below", "session-left-reaped",
        "session-left-below-reaped", "session-lives", "session-lives-zombie", "group-left", "reparented", "joined", "many", "deep", "zombies", "killed", "dead-leader",
        "threads-of-child", "vfork"),)),
    "capabilities": (_capabilities, lambda d: ("%x" % (d.bits(41) | 1 << 21), "%x" % ((1 << 41) - 1), "%x" % d.bits(41))),
    "users": (_users, lambda d: (d.one_of(0, 1, 40), d.one_of(0, 0, 1000))),
}
