# SPDX-License-Identifier: GPL-2.0
"""Files and mappings that no rule is about; each function makes one, in the current folder."""
import ctypes
import mmap
import os
import pty
import resource
import select
import subprocess

from libc import LIBC, check


def _file(name, size=0):
    fd = os.open(name, os.O_RDWR | os.O_CREAT)
    os.write(fd, b"x" * size)
    return fd


def _tmpfs(point):
    os.makedirs(point, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "beyond", point], check=True)


def epoll_pipe():
    r, w = os.pipe()
    e = select.epoll()
    e.register(r)
    return r, w, e


def inotify():
    _file("watched")
    fd = check(LIBC.inotify_init())
    check(LIBC.inotify_add_watch(fd, b"watched", 0xfff))


def signalfd():
    mask = (ctypes.c_ulong * 16)(1 << 9)
    check(LIBC.signalfd(-1, mask, 0))


def fanotify():
    check(LIBC.fanotify_init(0, 0))


def eventfd():
    return os.eventfd(3)


def timerfd_alarm():
    check(LIBC.timerfd_create(9, 0))


def memfd():
    return os.memfd_create("m")


def memfd_secret():
    check(LIBC.syscall(447, 0))


def opath_folder():
    return os.open("/var/tmp", os.O_PATH)


def opath_chrdev():
    return os.open("/dev/loop-control", os.O_PATH)


def opath_fifo():
    os.mkfifo("fifo")
    return os.open("fifo", os.O_PATH)


def deleted():
    fd = _file("deleted", 4096)
    os.unlink("deleted")
    return fd


def deleted_large():
    fd = _file("deleted", 2 << 20)
    os.unlink("deleted")
    return fd


def deleted_linked():
    fd = _file("deleted")
    os.link("deleted", "other")
    os.unlink("deleted")
    return fd


def deleted_linked_mapped():
    fd = _file("deleted", 4096)
    m = mmap.mmap(fd, 4096)
    os.close(fd)
    os.link("deleted", "other")
    os.unlink("deleted")
    return m


def deleted_folder():
    os.mkdir("folder")
    fd = os.open("folder", os.O_RDONLY)
    os.rmdir("folder")
    return fd


def replaced():
    fd = _file("file")
    os.link("file", "other")
    _file("new")
    os.rename("new", "file")
    return fd


def renamed():
    fd = _file("file")
    os.rename("file", "renamed")
    return fd


def overmounted():
    _tmpfs("point")
    fd = _file("point/file")
    _tmpfs("point")
    return fd


def overmounted_folder():
    os.mkdir("point")
    fd = _file("point/file")
    _tmpfs("point")
    return fd


def detached_mount():
    _tmpfs("point")
    fd = _file("point/file")
    subprocess.run(["umount", "-l", "point"], check=True)
    return fd


def mqueue():
    check(LIBC.mq_open(b"/beyond", os.O_CREAT | os.O_RDWR, 0o600, None))
    LIBC.mq_unlink(b"/beyond")


def proc_file():
    return os.open("/proc/1/status", os.O_RDONLY)


def sysfs_file():
    return os.open("/sys/kernel/mm/transparent_hugepage/enabled", os.O_RDONLY)


def namespace_file():
    return os.open("/proc/self/ns/net", os.O_RDONLY)


def pidfd_inside():
    return os.pidfd_open(os.getpid())


def pidfd_outside():
    return os.pidfd_open(1)


def pty_pair():
    return pty.openpty()


def pty_slave_alone():
    master, slave = pty.openpty()
    os.close(master)
    return slave


def serial_line():
    return os.open("/dev/ttyS0", os.O_RDWR | os.O_NOCTTY)


def many_pipes():
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    return [os.pipe() for _ in range(1100)]


def sysv_shm():
    shm = check(LIBC.shmget(0, 4096, 0o1600))
    LIBC.shmat.restype = ctypes.c_void_p
    LIBC.shmat(shm, None, 0)
    LIBC.shmctl(shm, 0, None)


def zero_mapped():
    fd = os.open("/dev/zero", os.O_RDWR)
    return mmap.mmap(fd, 4096)
