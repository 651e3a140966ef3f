# SPDX-License-Identifier: GPL-2.0
"""States of processes that no rule is about; each function puts the caller into one."""
import ctypes
import os
import resource
import signal

from libc import LIBC, check

# Where the holder hears "made" or why not; closed before it prints READY.
CHANNEL = 1000

_PR_SET_PDEATHSIG = 1
_CLONE_FS, _CLONE_FILES = 0x200, 0x400
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = (
    0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)


def _unshare(flags):
    check(LIBC.unshare(flags))


def _child(flags=0):
    """A child that shares what the clone flags say, and waits."""
    if LIBC.syscall(56, flags | signal.SIGCHLD, 0, 0, 0, 0) == 0:
        LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        while True:
            signal.pause()


def child():
    _child()


def zombie_child():
    if os.fork() == 0:
        os._exit(0)


def shared_fs():
    _child(_CLONE_FS)


def shared_files():
    _child(_CLONE_FILES)


def shared_files_siblings():
    _child(_CLONE_FILES)
    _child(_CLONE_FILES)
    _unshare(_CLONE_FILES)


def zombie_root():
    os.write(CHANNEL, b"made")
    os._exit(0)


def own_netns():
    _unshare(_NEWNET)


def own_utsns():
    _unshare(_NEWUTS)


def own_ipcns():
    _unshare(_NEWIPC)


def own_mntns():
    _unshare(_NEWNS)


def own_userns():
    _unshare(_NEWUSER)


def child_netns():
    _child(_NEWNET)


def child_utsns():
    _child(_NEWUTS)


def child_userns():
    _child(_NEWUSER)


def child_pidns():
    _child(_NEWPID)


def pidns_for_children():
    _unshare(_NEWPID)


def pending_sigtrap():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTRAP])
    os.kill(os.getpid(), signal.SIGTRAP)


def pending_sigusr1():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    os.kill(os.getpid(), signal.SIGUSR1)


def stopped():
    # The holder has to hear of it first.
    os.write(CHANNEL, b"made")
    os.close(CHANNEL)
    os.kill(os.getpid(), signal.SIGSTOP)
    while True:
        signal.pause()


def many_groups():
    os.setgroups(range(10000, 11000))


def long_groups_line():
    os.setgroups(range(10000, 10900))


def some_groups():
    os.setgroups(range(10000, 10100))


def few_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))


def seccomp_filter():
    class Prog(ctypes.Structure):
        _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
    allow = ctypes.create_string_buffer(b"\x06\0\0\0\0\0\xff\x7f", 8)
    prog = Prog(1, ctypes.cast(allow, ctypes.c_void_p))
    LIBC.prctl(38, 1, 0, 0, 0)
    check(LIBC.prctl(22, 2, ctypes.byref(prog), 0, 0))


def not_dumpable():
    LIBC.prctl(4, 0, 0, 0, 0)


def deleted_cwd():
    os.mkdir("cwd")
    os.chdir("cwd")
    os.rmdir("../cwd")


def other_root():
    os.mkdir("root")
    os.chroot("root")
    os.chdir("/")
