# SPDX-License-Identifier: GPL-2.0
"""
Mount namespaces that no rule is about; each function puts the caller into one, whose root is a
folder with a program that waits.
"""
import ctypes
import os
import shutil
import subprocess
import time

from beyond_tasks import CHANNEL
from libc import LIBC, check

_MKOBJ = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mkobj")
_NEWNS, _NEWNET, _NEWIPC, _NEWCGROUP = 0x20000, 0x40000000, 0x8000000, 0x2000000
_RDONLY, _REMOUNT, _BIND, _REC = 1, 32, 4096, 16384
_UNBINDABLE, _PRIVATE, _SLAVE, _SHARED = 1 << 17, 1 << 18, 1 << 19, 1 << 20
_PIVOT_ROOT, _OPEN_TREE, _MOVE_MOUNT = 155, 428, 429
_BENEATH = 0x200


def _mount(source, point, kind=None, flags=0, data=None):
    texts = [t.encode() if t else None for t in (source, point, kind)]
    check(LIBC.mount(*texts, ctypes.c_ulong(flags), data.encode() if data else None))


def _fs(point, kind="tmpfs", data=None, flags=0):
    os.makedirs(point, exist_ok=True)
    _mount("beyond", point, kind, flags, data)


def _bind(source, point, flags=0):
    if os.path.isdir(source):
        os.makedirs(point, exist_ok=True)
    else:
        with open(point, "w", encoding="utf-8"):
            pass
    _mount(source, point, None, _BIND | flags)


def _flag(point, flags):
    _mount(None, point, None, flags)


def _new_root(namespaces=0, propagation=_PRIVATE):
    """A folder, as engines unpack an image to; nothing from outside stays open."""
    os.closerange(0, 3)
    check(LIBC.unshare(_NEWNS | namespaces))
    _flag("/", _REC | propagation)
    os.mkdir("root")
    shutil.copy(_MKOBJ, "root/mkobj")
    _mount("root", "root", None, _BIND)
    _flag("root", _PRIVATE)
    os.chdir("root")
    _fs("proc", "proc")


def _enter_root():
    check(LIBC.syscall(_PIVOT_ROOT, b".", b"."))
    check(LIBC.umount2(b".", 2))
    os.chdir("/")


def _run():
    os.write(CHANNEL, b"made")
    os.set_inheritable(CHANNEL, False)
    os.execv("/mkobj", ["mkobj", "--pause"])


def _inside(build, namespaces=0):
    _new_root(namespaces)
    build()
    _enter_root()
    _run()


def mnt_plain():
    _inside(lambda: _fs("a"))


def mnt_covered():
    def build():
        _fs("a")
        _fs("a")
    _inside(build)


def mnt_covered_by_sibling():
    def build():
        _fs("p/a")
        _fs("p")
    _inside(build)


def mnt_covered_with_content():
    def build():
        _fs("a")
        with open("a/file", "w", encoding="utf-8") as f:
            f.write("x")
        os.mkdir("a/b")
        _fs("a/b")
        _fs("a")
    _inside(build)


def mnt_peers():
    def build():
        _fs("a")
        _flag("a", _SHARED)
        _bind("a", "b")
        _fs("a/x")
    _inside(build)


def mnt_peers_differ():
    def build():
        _fs("a")
        _flag("a", _SHARED)
        _fs("a/x")
        _bind("a", "b")
    _inside(build)


def mnt_peers_part_differs():
    def build():
        _fs("a")
        _flag("a", _SHARED)
        os.makedirs("a/s")
        _fs("a/s/x")
        _bind("a/s", "b")
    _inside(build)


def mnt_peers_other_child():
    def build():
        _fs("a")
        _flag("a", _SHARED)
        _bind("a", "b")
        _fs("a/x")
        _flag("a", _PRIVATE)
        check(LIBC.umount2(b"a/x", 2))
        _fs("a/x")
        _bind("b", "c")
        _fs("c/y")
    _inside(build)


def mnt_peers_replaced():
    """Each of two peers has another file system at the same place."""
    def build():
        _fs("a")
        _flag("a", _SHARED)
        _fs("a/x")
        _bind("a", "b")
        _flag("b", _PRIVATE)
        _fs("b/x")
        _bind("a", "c")
    _inside(build)


def mnt_slave():
    def build():
        _fs("a")
        _flag("a", _SHARED)
        _bind("a", "b")
        _flag("b", _SLAVE)
        _fs("a/x")
        _fs("b/y")
    _inside(build)


def mnt_slave_shared():
    def build():
        _fs("a")
        _flag("a", _SHARED)
        _bind("a", "b")
        _flag("b", _SLAVE)
        _flag("b", _SHARED)
        _bind("b", "c")
        _fs("b/y")
    _inside(build)


def mnt_slave_master_gone():
    def build():
        _fs("a")
        _flag("a", _SHARED)
        _bind("a", "b")
        _flag("b", _SLAVE)
        check(LIBC.umount2(b"a", 2))
    _inside(build)


def mnt_unbindable():
    def build():
        _fs("a")
        _flag("a", _UNBINDABLE)
    _inside(build)


def mnt_shared_root():
    _new_root()
    _fs("a")
    _enter_root()
    _flag("/", _SHARED)
    _fs("/b")
    _run()


def mnt_deleted_part():
    def build():
        _fs("a")
        os.mkdir("a/s")
        _bind("a/s", "b")
        os.rmdir("a/s")
    _inside(build)


def mnt_deleted_file():
    def build():
        _fs("a")
        with open("a/s", "w", encoding="utf-8"):
            pass
        _bind("a/s", "b")
        os.unlink("a/s")
    _inside(build)


def mnt_part_of_root():
    def build():
        os.mkdir("s")
        _bind("s", "b")
    _inside(build)


def mnt_deleted_part_of_root():
    def build():
        os.mkdir("s")
        _bind("s", "b")
        os.rmdir("s")
    _inside(build)


def mnt_on_a_file():
    def build():
        _fs("a")
        for name in ("a/f", "a/g"):
            with open(name, "w", encoding="utf-8"):
                pass
        _mount("a/f", "a/g", None, _BIND)
    _inside(build)


def mnt_read_only_bind():
    def build():
        _fs("a")
        _bind("a", "b")
        _flag("b", _REMOUNT | _BIND | _RDONLY)
    _inside(build)


def mnt_read_only_whole():
    def build():
        _fs("a")
        with open("a/f", "w", encoding="utf-8"):
            pass
        _flag("a", _REMOUNT | _RDONLY)
    _inside(build)


def mnt_whole_gone():
    """Only a part is left of what was mounted as a whole."""
    def build():
        _fs("a")
        os.mkdir("a/s")
        _bind("a/s", "b")
        check(LIBC.umount2(b"a", 2))
    _inside(build)


def mnt_tmpfs_options():
    _inside(lambda: _fs("a", data="size=1m,nr_inodes=100,mode=700,huge=never"))


def mnt_tmpfs_twice():
    def build():
        _fs("a")
        _fs("b")
    _inside(build)


def mnt_overlay():
    def build():
        for name in ("l", "u", "w"):
            os.mkdir(name)
        _fs("o", "overlay", "lowerdir=l,upperdir=u,workdir=w")
    _inside(build)


def mnt_overlay_inside():
    """Its folders are named as the process sees them."""
    _new_root()
    for name in ("l", "u", "w"):
        os.mkdir(name)
    _enter_root()
    _fs("/o", "overlay", "lowerdir=/l,upperdir=/u,workdir=/w")
    _run()


def mnt_proc_options():
    _inside(lambda: _fs("p", "proc", "hidepid=2"))


def mnt_proc_subset():
    _inside(lambda: _fs("p", "proc", "subset=pid"))


def mnt_shared_without_proc():
    def build():
        check(LIBC.umount2(b"proc", 2))
        _shared_a()
    _inside(build)


def mnt_shared_covered_proc():
    def build():
        _fs("proc")
        _shared_a()
    _inside(build)


def mnt_slave_without_proc():
    def build():
        check(LIBC.umount2(b"proc", 2))
        _shared_a()
        _bind("a", "b")
        _flag("b", _SLAVE)
        check(LIBC.umount2(b"a", 2))
    _inside(build)


def mnt_netns_bound():
    """As "ip netns add" does."""
    def build():
        _fs("run")
        _bind("/proc/self/ns/net", "run/net")
    _inside(build)


def mnt_own_netns_bound():
    def build():
        _fs("run")
        _bind("/proc/self/ns/net", "run/net")
    _inside(build, _NEWNET)


def mnt_sysfs():
    _inside(lambda: _fs("sys", "sysfs"), _NEWNET)


def mnt_cgroup2():
    _inside(lambda: _fs("sys", "cgroup2"), _NEWCGROUP)


def mnt_cgroup2_part():
    def build():
        _fs("c", "cgroup2")
        part = next(e.name for e in os.scandir("c") if e.is_dir())
        _bind("c/" + part, "part")
        check(LIBC.umount2(b"c", 2))
    _inside(build)


def mnt_devpts_twice():
    def build():
        _fs("d", "devpts", "newinstance")
        _fs("e", "devpts", "newinstance")
    _inside(build)


def mnt_mqueue_of_ipcns():
    _inside(lambda: _fs("q", "mqueue"), _NEWIPC)


def mnt_mqueue_of_host():
    _inside(lambda: _fs("q", "mqueue"))


def mnt_beneath():
    def build():
        _fs("a")
        _fs("n")
        tree = check(LIBC.syscall(_OPEN_TREE, -100, b"n", 1))
        check(LIBC.syscall(_MOVE_MOUNT, tree, b"", -100, b"a", 4 | _BENEATH))
    _inside(build)


def mnt_chrooted():
    """The root of the process is not that of its namespace."""
    _new_root()
    _fs("a")
    os.mkdir("a/sub")
    shutil.copy("mkobj", "a/sub/mkobj")
    _enter_root()
    os.chroot("/a/sub")
    os.chdir("/")
    _run()


def mnt_chrooted_on_mount():
    _new_root()
    _fs("a")
    shutil.copy("mkobj", "a/mkobj")
    _enter_root()
    os.chroot("/a")
    os.chdir("/")
    _run()


def mnt_chrooted_with_mount():
    _new_root()
    os.mkdir("sub")
    shutil.copy("mkobj", "sub/mkobj")
    _fs("sub/x")
    _enter_root()
    os.chroot("/sub")
    os.chdir("/")
    _run()


def mnt_tmpfs_root():
    _new_root()
    os.mkdir("new")
    _enter_root()
    _fresh_root("/new")
    _run()


def mnt_neighbour_of_root():
    """A folder of the same file system, whose name only begins like that of the root."""
    os.mkdir("rootless")
    _inside(lambda: _bind("../rootless", "more"))


def mnt_copied():
    """The host's own, as "unshare --mount" leaves it."""
    check(LIBC.unshare(_NEWNS))
    _flag("/", _REC | _PRIVATE)


def mnt_copied_slave():
    check(LIBC.unshare(_NEWNS))
    _flag("/", _REC | _SLAVE)


def _wait():
    os.close(CHANNEL)
    os.execv("/mkobj", ["mkobj", "--pause"])


def _nested(outside, *insides):
    """A child with a namespace of its own for each."""
    _new_root()
    outside()
    _enter_root()
    proc = "/p" if os.path.exists("/p/1") else "/proc"
    for inside in insides:
        pid = os.fork()
        if pid == 0:
            check(LIBC.unshare(_NEWNS))
            inside()
            _wait()
        while not os.readlink("%s/%d/exe" % (proc, pid)).endswith("/mkobj"):
            time.sleep(0.01)
    _run()


def _leave_open(name):
    """The one descriptor that mkobj --pause keeps."""
    fd = os.open(name, os.O_RDWR | os.O_CREAT)
    os.dup2(fd, 0)
    os.set_inheritable(0, True)


def _shared_a():
    _fs("a")
    _flag("a", _SHARED)


def mnt_nested():
    _nested(lambda: _fs("a"), lambda: _fs("/b"))


def mnt_nested_twice():
    _nested(lambda: _fs("a"), lambda: _fs("/b"), lambda: _fs("/c"))


def mnt_nested_same():
    _nested(lambda: _fs("a"), lambda: None)


def mnt_nested_less():
    _nested(lambda: _fs("a"), lambda: check(LIBC.umount2(b"/a", 2)))


def mnt_nested_deeper():
    def inside():
        if os.fork() == 0:
            check(LIBC.unshare(_NEWNS))
            _fs("/c")
            _wait()
        _fs("/b")
    _nested(lambda: _fs("a"), inside)


def mnt_nested_pivoted():
    """Its root is a file system that is mounted in the root's as well."""
    def outside():
        _fs("a")
        shutil.copy("mkobj", "a/mkobj")

    def inside():
        os.chdir("/a")
        _enter_root()
    _nested(outside, inside)


def _fresh_root(point):
    _fs(point)
    shutil.copy("/mkobj", point + "/mkobj")
    os.chdir(point)
    _enter_root()


def mnt_nested_fresh_root():
    """As bubblewrap does."""
    _nested(lambda: os.mkdir("new"), lambda: _fresh_root("/new"))


def mnt_nested_root_part():
    def outside():
        os.mkdir("s")
        shutil.copy("mkobj", "s/mkobj")

    def inside():
        _mount("/s", "/s", None, _BIND)
        os.chdir("/s")
        _enter_root()
    _nested(outside, inside)


def mnt_nested_peers():
    _nested(_shared_a, lambda: _fs("/a/x"))


def mnt_nested_slave():
    def inside():
        _flag("/a", _SLAVE)
        _fs("/a/x")
    _nested(_shared_a, inside)


def mnt_nested_slave_and_more():
    """As systemd does for a service with PrivateTmp."""
    def outside():
        _shared_a()
        os.mkdir("tmp")

    def inside():
        _flag("/", _REC | _SLAVE)
        os.mkdir("/a/private")
        _bind("/a/private", "/tmp")
        _flag("/", _REC | _SHARED)
    _nested(outside, inside)


def mnt_nested_unsupported():
    _nested(lambda: _fs("a"), lambda: _fs("/b", "ramfs"))


def mnt_nested_external():
    _nested(lambda: _bind("/usr", "a"), lambda: _fs("/b"))


def mnt_nested_external_moved():
    def inside():
        _bind("/a/bin", "/b")
        check(LIBC.umount2(b"/a", 2))
    _nested(lambda: _bind("/usr", "a"), inside)


def mnt_nested_whole_gone():
    """A part is in the one, the whole in the other."""
    def inside():
        os.mkdir("/a/s")
        _bind("/a/s", "/b")
        check(LIBC.umount2(b"/a", 2))
    _nested(lambda: _fs("a"), inside)


def mnt_nested_file():
    def inside():
        _fs("/b")
        _leave_open("/b/file")
    _nested(lambda: _fs("a"), inside)


def mnt_nested_ghost():
    def inside():
        _fs("/b")
        _leave_open("/b/file")
        os.unlink("/b/file")
    _nested(lambda: _fs("a"), inside)


def mnt_nested_covered_file():
    def inside():
        _fs("/b")
        _leave_open("/b/file")
        _fs("/b")
    _nested(lambda: _fs("a"), inside)


def mnt_nested_file_of_root():
    """Opened in the root's namespace, and on in the other."""
    def outside():
        _fs("a")
        _leave_open("a/file")
    _nested(outside, lambda: _fs("/b"))


def mnt_nested_unmounted_file():
    def inside():
        _fs("/b")
        _leave_open("/b/file")
        check(LIBC.umount2(b"/b", 2))
    _nested(lambda: _fs("a"), inside)


def mnt_nested_folder():
    def inside():
        _fs("/b")
        os.mkdir("/b/s")
        os.chdir("/b/s")
    _nested(lambda: _fs("a"), inside)


def mnt_nested_chrooted():
    def outside():
        os.mkdir("s")
        shutil.copy("mkobj", "s/mkobj")

    def inside():
        os.chroot("/s")
        os.chdir("/")
    _nested(outside, inside)


def mnt_nested_chrooted_on_mount():
    def outside():
        _fs("a")
        shutil.copy("mkobj", "a/mkobj")

    def inside():
        os.chroot("/a")
        os.chdir("/")
    _nested(outside, inside)


def mnt_nested_root_unsupported():
    def inside():
        _fs("/new", "ramfs")
        shutil.copy("/mkobj", "/new/mkobj")
        os.chdir("/new")
        _enter_root()
    _nested(lambda: os.mkdir("new"), inside)


def mnt_nested_proc():
    _nested(lambda: None, lambda: _fs("/p", "proc"))


def mnt_nested_without_proc():
    """The root has it, the other namespace has not, but has something shared."""
    def inside():
        check(LIBC.umount2(b"/proc", 2))
        _fs("/b")
        _flag("/b", _SHARED)
    _nested(lambda: _fs("a"), inside)


def mnt_nested_with_proc():
    """The other way round."""
    def outside():
        _fs("p", "proc")
        check(LIBC.umount2(b"proc", 2))

    def inside():
        _fs("/proc", "proc")
        _fs("/b")
        _flag("/b", _SHARED)
    _nested(outside, inside)


def _outer(build):
    """Still in the host's namespace: something that is shared there, and followed from here."""
    _fs("outer")
    _flag("outer", _SHARED)
    _new_root(propagation=_SLAVE)
    build()
    _enter_root()
    _run()


def mnt_outer_slave():
    _outer(lambda: _bind("../outer", "a"))


def mnt_outer_slaves():
    def build():
        _bind("../outer", "a")
        _bind("../outer", "b")
    _outer(build)


def mnt_outer_slave_shared():
    def build():
        _bind("../outer", "a")
        _flag("a", _SHARED)
    _outer(build)


def mnt_outer_slaves_apart():
    """Of one master, but in different groups."""
    def build():
        _bind("../outer", "a")
        _bind("../outer", "b")
        _flag("b", _SHARED)
    _outer(build)


def mnt_disk():
    """A disk's file system, mounted as a whole."""
    subprocess.run(["truncate", "-s", "8M", "disk"], check=True)
    subprocess.run(["mkfs.ext4", "-q", "disk"], check=True)
    _new_root()
    os.mkdir("d")
    subprocess.run(["mount", "-o", "loop", "../disk", "d"], check=True)
    _enter_root()
    _run()
