# SPDX-License-Identifier: GPL-2.0
"""What the makers of objects by chance (wild.py) have in common: system calls by number, and what is held."""
import ctypes
import errno
import os
import signal
import socket
import struct
import time

from libc import LIBC, check

CALLS = {
    "pidfd_open": 434, "eventfd2": 290, "timerfd_create": 283, "inotify_init1": 294,
    "epoll_create1": 291, "epoll_ctl": 233, "fanotify_init": 300, "memfd_create": 319,
    "userfaultfd": 323, "memfd_secret": 447, "pipe2": 293, "landlock_create_ruleset": 444,
    "open_tree": 428, "io_uring_setup": 425, "perf_event_open": 298, "bpf": 321,
    "timer_create": 222, "setpriority": 141, "sched_setscheduler": 144, "setrlimit": 160,
    "personality": 135, "keyctl": 250, "ioprio_set": 251, "unshare": 272, "shmget": 29, "umask": 95,
    "membarrier": 324, "setresuid": 117, "setresgid": 119, "alarm": 37, "mlockall": 151,
    "pkey_alloc": 330, "clone": 56, "arch_prctl": 158, "modify_ldt": 154, "ioperm": 173,
    "iopl": 172, "set_mempolicy": 238, "io_setup": 206, "set_robust_list": 273,
    "set_tid_address": 218, "rt_sigqueueinfo": 129, "mq_open": 240, "mq_timedsend": 242,
    "mq_notify": 244, "fsopen": 430, "fspick": 433, "mount": 165, "umount2": 166, "signalfd4": 289,
    "timerfd_settime": 286, "semget": 64, "semop": 65, "msgget": 68, "msgsnd": 69, "shmat": 30,
    "shmctl": 31, "seccomp": 317, "ptrace": 101, "setfsuid": 122, "mremap": 25, "munmap": 11,
    "mprotect": 10, "madvise": 28, "mlock2": 325, "remap_file_pages": 216, "mseal": 462,
    "pkey_mprotect": 329, "timer_settime": 223, "tee": 276, "getdents64": 217, "rseq": 334,
    "map_shadow_stack": 453, "exit": 60, "capset": 126, "sched_setattr": 314,
}
PAUSE = 34
# What was made: what is in here stays open, and "again" does something with the last of it.
HELD = []


def call(name, *args):
    return check(LIBC.syscall(CALLS[name], *[ctypes.c_long(a) if isinstance(a, int) else a
                                             for a in args]))


def map_area(size, prot, flags, fd, at=None):
    LIBC.mmap.restype = ctypes.c_long
    return check(LIBC.mmap(ctypes.c_void_p(at), ctypes.c_size_t(size), prot, flags, fd, ctypes.c_long(0)))


def kept():
    buf = ctypes.create_string_buffer(256)
    HELD.append(buf)
    return buf


def last():
    """The last descriptor that was made, as a number."""
    for made in reversed(HELD):
        one = made[0] if isinstance(made, tuple) else made
        if isinstance(one, socket.socket):
            return one.fileno()
        if isinstance(one, int) and not isinstance(one, bool) and one > 2:
            return one
    raise OSError(errno.EBADF, "no descriptor yet")


def epoll_of(target, events):
    epoll = call("epoll_create1", 0)
    event = ctypes.create_string_buffer(12)
    event[0:4] = events.to_bytes(4, "little")
    call("epoll_ctl", epoll, 1, target, event)
    return epoll


def timer_spec(first, every):
    """struct itimerspec of milliseconds."""
    return struct.pack("4q", *(n for t in (every, first) for n in (int(t) // 1000, int(t) % 1000 * 1000000)))


# Descriptors that children do not keep.
PRIVATE = []


def keep_private(fd):
    os.set_inheritable(fd, False)
    PRIVATE.append(fd)
    os.register_at_fork(after_in_child=close_private)


def close_private():
    while PRIVATE:
        os.close(PRIVATE.pop())


def helper(work):
    """A process that is nobody's child here; it does @work, and is gone a minute later."""
    ready, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            signal.alarm(60)
            os.close(ready)
            work()
            os.write(told, b"x")
            os.close(told)
            while True:
                signal.pause()
        os._exit(0)
    os.waitpid(pid, 0)
    os.close(told)
    os.read(ready, 1)
    os.close(ready)


def stays(work):
    """A child that does something, and waits; it goes with its parent.  Return: its pid."""
    pid = os.fork()
    if pid:
        wait_child(pid)
        return pid
    LIBC.prctl(1, signal.SIGKILL, 0, 0, 0)
    work()
    while True:
        signal.pause()


def _system_call(pid):
    """Return: its number; that of pause(2) if who has lost his rights may not look."""
    try:
        with open("/proc/%d/syscall" % pid, encoding="ascii") as f:
            word = f.read().split()[0]
    except PermissionError:
        return PAUSE
    return int(word) if word.isdigit() else -1


def wait_child(pid):
    """Until it is done, which pause(2) shows, is stopped, or is dead; some have work that waits."""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        with open("/proc/%d/stat" % pid, encoding="utf-8", errors="replace") as f:
            state = f.read().rpartition(")")[2].split()[0]
        if state in "TtZX" or (state == "S" and _system_call(pid) == PAUSE):
            return
        time.sleep(0.01)
