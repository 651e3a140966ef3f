# SPDX-License-Identifier: GPL-2.0
"""
Makers of mount namespaces: one whose root is a folder with a program that waits, and the calls that
change what is mounted in it.
"""
import ctypes
import os
import shutil
import time

from beyond_tasks import CHANNEL
from libc import LIBC, check

MKOBJ = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mkobj")
NEWNS, NEWNET, NEWIPC, NEWCGROUP = 0x20000, 0x40000000, 0x8000000, 0x2000000
RDONLY, REMOUNT, BIND, REC = 1, 32, 4096, 16384
UNBINDABLE, PRIVATE, SLAVE, SHARED = 1 << 17, 1 << 18, 1 << 19, 1 << 20
PIVOT_ROOT, OPEN_TREE, MOVE_MOUNT = 155, 428, 429
_CLONE, _RECURSIVE, _FROM_EMPTY_PATH, _BENEATH = 1, 0x8000, 4, 0x200


def mount(source, point, kind=None, flags=0, data=None):
    texts = [t.encode() if t else None for t in (source, point, kind)]
    check(LIBC.mount(*texts, ctypes.c_ulong(flags), data.encode() if data else None))


def fs(point, kind="tmpfs", data=None, flags=0):
    os.makedirs(point, exist_ok=True)
    mount("beyond", point, kind, flags, data)


def bind(source, point, flags=0):
    if os.path.isdir(source):
        os.makedirs(point, exist_ok=True)
    else:
        with open(point, "w", encoding="utf-8"):
            pass
    mount(source, point, None, BIND | flags)


def flag(point, flags):
    mount(None, point, None, flags)


def copy_beneath(source, point):
    """A copy of the tree of @source, below what is mounted on @point."""
    tree = check(LIBC.syscall(OPEN_TREE, -100, source.encode(), _CLONE | _RECURSIVE))
    try:
        check(LIBC.syscall(MOVE_MOUNT, tree, b"", -100, point.encode(), _FROM_EMPTY_PATH | _BENEATH))
    finally:
        os.close(tree)


def new_root(namespaces=0, propagation=PRIVATE):
    """A folder, as engines unpack an image to; nothing from outside stays open."""
    os.closerange(0, 3)
    check(LIBC.unshare(NEWNS | namespaces))
    flag("/", REC | propagation)
    os.mkdir("root")
    shutil.copy(MKOBJ, "root/mkobj")
    mount("root", "root", None, BIND)
    flag("root", PRIVATE)
    os.chdir("root")
    fs("proc", "proc")


def enter_root():
    check(LIBC.syscall(PIVOT_ROOT, b".", b"."))
    check(LIBC.umount2(b".", 2))
    os.chdir("/")


def wait():
    os.execv("/mkobj", ["mkobj", "--pause"])


def run():
    os.write(CHANNEL, b"made")
    wait()


def nested_child(inside):
    """A child in a namespace of its own, which @inside has changed; it waits by now."""
    proc = "/p" if os.path.exists("/p/1") else "/proc"
    pid = os.fork()
    if pid == 0:
        check(LIBC.unshare(NEWNS))
        inside()
        wait()
    while not os.readlink("%s/%d/exe" % (proc, pid)).endswith("/mkobj"):
        time.sleep(0.01)


def leave_open(name):
    """The one descriptor that mkobj --pause keeps."""
    fd = os.open(name, os.O_RDWR | os.O_CREAT)
    os.dup2(fd, 0)
    os.set_inheritable(0, True)
