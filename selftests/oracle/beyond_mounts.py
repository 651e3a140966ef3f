# SPDX-License-Identifier: GPL-2.0
"""Mount namespaces that no rule is about; each function puts the caller into one."""
import os
import shutil
import subprocess

from libc import LIBC, check
from mountns import (BIND, NEWCGROUP, NEWIPC, NEWNET, NEWNS, PRIVATE, RDONLY, REC, REMOUNT, SHARED,
                     SLAVE, UNBINDABLE, bind, copy_beneath, enter_root, flag, fs, leave_open,
                     mount, nested_child, new_root, run)


def _inside(build, namespaces=0):
    new_root(namespaces)
    build()
    enter_root()
    run()


def mnt_plain():
    _inside(lambda: fs("a"))


def mnt_covered():
    def build():
        fs("a")
        fs("a")
    _inside(build)


def mnt_covered_by_sibling():
    def build():
        fs("p/a")
        fs("p")
    _inside(build)


def mnt_covered_with_content():
    def build():
        fs("a")
        with open("a/file", "w", encoding="utf-8") as f:
            f.write("x")
        os.mkdir("a/b")
        fs("a/b")
        fs("a")
    _inside(build)


def mnt_peers():
    def build():
        fs("a")
        flag("a", SHARED)
        bind("a", "b")
        fs("a/x")
    _inside(build)


def mnt_peers_differ():
    def build():
        fs("a")
        flag("a", SHARED)
        fs("a/x")
        bind("a", "b")
    _inside(build)


def mnt_peers_part_differs():
    def build():
        fs("a")
        flag("a", SHARED)
        os.makedirs("a/s")
        fs("a/s/x")
        bind("a/s", "b")
    _inside(build)


def mnt_peers_other_child():
    def build():
        fs("a")
        flag("a", SHARED)
        bind("a", "b")
        fs("a/x")
        flag("a", PRIVATE)
        check(LIBC.umount2(b"a/x", 2))
        fs("a/x")
        bind("b", "c")
        fs("c/y")
    _inside(build)


def mnt_peers_replaced():
    """Each of two peers has another file system at the same place."""
    def build():
        fs("a")
        flag("a", SHARED)
        fs("a/x")
        bind("a", "b")
        flag("b", PRIVATE)
        fs("b/x")
        bind("a", "c")
    _inside(build)


def mnt_slave():
    def build():
        fs("a")
        flag("a", SHARED)
        bind("a", "b")
        flag("b", SLAVE)
        fs("a/x")
        fs("b/y")
    _inside(build)


def mnt_slave_shared():
    def build():
        fs("a")
        flag("a", SHARED)
        bind("a", "b")
        flag("b", SLAVE)
        flag("b", SHARED)
        bind("b", "c")
        fs("b/y")
    _inside(build)


def mnt_slave_master_gone():
    def build():
        fs("a")
        flag("a", SHARED)
        bind("a", "b")
        flag("b", SLAVE)
        check(LIBC.umount2(b"a", 2))
    _inside(build)


def mnt_unbindable():
    def build():
        fs("a")
        flag("a", UNBINDABLE)
    _inside(build)


def mnt_shared_root():
    new_root()
    fs("a")
    enter_root()
    flag("/", SHARED)
    fs("/b")
    run()


def mnt_deleted_part():
    def build():
        fs("a")
        os.mkdir("a/s")
        bind("a/s", "b")
        os.rmdir("a/s")
    _inside(build)


def mnt_deleted_file():
    def build():
        fs("a")
        with open("a/s", "w", encoding="utf-8"):
            pass
        bind("a/s", "b")
        os.unlink("a/s")
    _inside(build)


def mnt_part_of_root():
    def build():
        os.mkdir("s")
        bind("s", "b")
    _inside(build)


def mnt_deleted_part_of_root():
    def build():
        os.mkdir("s")
        bind("s", "b")
        os.rmdir("s")
    _inside(build)


def mnt_on_a_file():
    def build():
        fs("a")
        for name in ("a/f", "a/g"):
            with open(name, "w", encoding="utf-8"):
                pass
        mount("a/f", "a/g", None, BIND)
    _inside(build)


def mnt_read_only_bind():
    def build():
        fs("a")
        bind("a", "b")
        flag("b", REMOUNT | BIND | RDONLY)
    _inside(build)


def mnt_read_only_whole():
    def build():
        fs("a")
        with open("a/f", "w", encoding="utf-8"):
            pass
        flag("a", REMOUNT | RDONLY)
    _inside(build)


def mnt_whole_gone():
    """Only a part is left of what was mounted as a whole."""
    def build():
        fs("a")
        os.mkdir("a/s")
        bind("a/s", "b")
        check(LIBC.umount2(b"a", 2))
    _inside(build)


def mnt_tmpfs_options():
    _inside(lambda: fs("a", data="size=1m,nr_inodes=100,mode=700,huge=never"))


def mnt_tmpfs_twice():
    def build():
        fs("a")
        fs("b")
    _inside(build)


def mnt_overlay():
    def build():
        for name in ("l", "u", "w"):
            os.mkdir(name)
        fs("o", "overlay", "lowerdir=l,upperdir=u,workdir=w")
    _inside(build)


def mnt_overlay_inside():
    """Its folders are named as the process sees them."""
    new_root()
    for name in ("l", "u", "w"):
        os.mkdir(name)
    enter_root()
    fs("/o", "overlay", "lowerdir=/l,upperdir=/u,workdir=/w")
    run()


def mnt_proc_options():
    _inside(lambda: fs("p", "proc", "hidepid=2"))


def mnt_proc_subset():
    _inside(lambda: fs("p", "proc", "subset=pid"))


def mnt_shared_without_proc():
    def build():
        check(LIBC.umount2(b"proc", 2))
        _shared_a()
    _inside(build)


def mnt_shared_covered_proc():
    def build():
        fs("proc")
        _shared_a()
    _inside(build)


def mnt_slave_without_proc():
    def build():
        check(LIBC.umount2(b"proc", 2))
        _shared_a()
        bind("a", "b")
        flag("b", SLAVE)
        check(LIBC.umount2(b"a", 2))
    _inside(build)


def mnt_netns_bound():
    """As "ip netns add" does."""
    def build():
        fs("run")
        bind("/proc/self/ns/net", "run/net")
    _inside(build)


def mnt_own_netns_bound():
    def build():
        fs("run")
        bind("/proc/self/ns/net", "run/net")
    _inside(build, NEWNET)


def mnt_sysfs():
    _inside(lambda: fs("sys", "sysfs"), NEWNET)


def mnt_cgroup2():
    _inside(lambda: fs("sys", "cgroup2"), NEWCGROUP)


def mnt_cgroup2_part():
    def build():
        fs("c", "cgroup2")
        part = next(e.name for e in os.scandir("c") if e.is_dir())
        bind("c/" + part, "part")
        check(LIBC.umount2(b"c", 2))
    _inside(build)


def mnt_devpts_twice():
    def build():
        fs("d", "devpts", "newinstance")
        fs("e", "devpts", "newinstance")
    _inside(build)


def mnt_mqueue_of_ipcns():
    _inside(lambda: fs("q", "mqueue"), NEWIPC)


def mnt_mqueue_of_host():
    _inside(lambda: fs("q", "mqueue"))


def mnt_beneath():
    def build():
        fs("a")
        fs("n")
        copy_beneath("n", "a")
    _inside(build)


def mnt_chrooted():
    """The root of the process is not that of its namespace."""
    new_root()
    fs("a")
    os.mkdir("a/sub")
    shutil.copy("mkobj", "a/sub/mkobj")
    enter_root()
    os.chroot("/a/sub")
    os.chdir("/")
    run()


def mnt_chrooted_on_mount():
    new_root()
    fs("a")
    shutil.copy("mkobj", "a/mkobj")
    enter_root()
    os.chroot("/a")
    os.chdir("/")
    run()


def mnt_chrooted_with_mount():
    new_root()
    os.mkdir("sub")
    shutil.copy("mkobj", "sub/mkobj")
    fs("sub/x")
    enter_root()
    os.chroot("/sub")
    os.chdir("/")
    run()


def mnt_tmpfs_root():
    new_root()
    os.mkdir("new")
    enter_root()
    _fresh_root("/new")
    run()


def mnt_neighbour_of_root():
    """A folder of the same file system, whose name only begins like that of the root."""
    os.mkdir("rootless")
    _inside(lambda: bind("../rootless", "more"))


def mnt_copied():
    """The host's own, as "unshare --mount" leaves it."""
    check(LIBC.unshare(NEWNS))
    flag("/", REC | PRIVATE)


def mnt_copied_slave():
    check(LIBC.unshare(NEWNS))
    flag("/", REC | SLAVE)


def _nested(outside, *insides):
    """A child with a namespace of its own for each."""
    new_root()
    outside()
    enter_root()
    for inside in insides:
        nested_child(inside)
    run()


def _shared_a():
    fs("a")
    flag("a", SHARED)


def mnt_nested():
    _nested(lambda: fs("a"), lambda: fs("/b"))


def mnt_nested_twice():
    _nested(lambda: fs("a"), lambda: fs("/b"), lambda: fs("/c"))


def mnt_nested_same():
    _nested(lambda: fs("a"), lambda: None)


def mnt_nested_less():
    _nested(lambda: fs("a"), lambda: check(LIBC.umount2(b"/a", 2)))


def mnt_nested_deeper():
    def inside():
        nested_child(lambda: fs("/c"))
        fs("/b")
    _nested(lambda: fs("a"), inside)


def mnt_nested_pivoted():
    """Its root is a file system that is mounted in the root's as well."""
    def outside():
        fs("a")
        shutil.copy("mkobj", "a/mkobj")

    def inside():
        os.chdir("/a")
        enter_root()
    _nested(outside, inside)


def _fresh_root(point):
    fs(point)
    shutil.copy("/mkobj", point + "/mkobj")
    os.chdir(point)
    enter_root()


def mnt_nested_fresh_root():
    """As bubblewrap does."""
    _nested(lambda: os.mkdir("new"), lambda: _fresh_root("/new"))


def mnt_nested_root_part():
    def outside():
        os.mkdir("s")
        shutil.copy("mkobj", "s/mkobj")

    def inside():
        mount("/s", "/s", None, BIND)
        os.chdir("/s")
        enter_root()
    _nested(outside, inside)


def mnt_nested_peers():
    _nested(_shared_a, lambda: fs("/a/x"))


def mnt_nested_slave():
    def inside():
        flag("/a", SLAVE)
        fs("/a/x")
    _nested(_shared_a, inside)


def mnt_nested_slave_and_more():
    """As systemd does for a service with PrivateTmp."""
    def outside():
        _shared_a()
        os.mkdir("tmp")

    def inside():
        flag("/", REC | SLAVE)
        os.mkdir("/a/private")
        bind("/a/private", "/tmp")
        flag("/", REC | SHARED)
    _nested(outside, inside)


def mnt_nested_unsupported():
    _nested(lambda: fs("a"), lambda: fs("/b", "ramfs"))


def mnt_nested_external():
    _nested(lambda: bind("/usr", "a"), lambda: fs("/b"))


def mnt_nested_external_moved():
    def inside():
        bind("/a/bin", "/b")
        check(LIBC.umount2(b"/a", 2))
    _nested(lambda: bind("/usr", "a"), inside)


def mnt_nested_whole_gone():
    """A part is in the one, the whole in the other."""
    def inside():
        os.mkdir("/a/s")
        bind("/a/s", "/b")
        check(LIBC.umount2(b"/a", 2))
    _nested(lambda: fs("a"), inside)


def mnt_nested_file():
    def inside():
        fs("/b")
        leave_open("/b/file")
    _nested(lambda: fs("a"), inside)


def mnt_nested_ghost():
    def inside():
        fs("/b")
        leave_open("/b/file")
        os.unlink("/b/file")
    _nested(lambda: fs("a"), inside)


def mnt_nested_covered_file():
    def inside():
        fs("/b")
        leave_open("/b/file")
        fs("/b")
    _nested(lambda: fs("a"), inside)


def mnt_nested_file_of_root():
    """Opened in the root's namespace, and on in the other."""
    def outside():
        fs("a")
        leave_open("a/file")
    _nested(outside, lambda: fs("/b"))


def mnt_nested_unmounted_file():
    def inside():
        fs("/b")
        leave_open("/b/file")
        check(LIBC.umount2(b"/b", 2))
    _nested(lambda: fs("a"), inside)


def mnt_nested_folder():
    def inside():
        fs("/b")
        os.mkdir("/b/s")
        os.chdir("/b/s")
    _nested(lambda: fs("a"), inside)


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
        fs("a")
        shutil.copy("mkobj", "a/mkobj")

    def inside():
        os.chroot("/a")
        os.chdir("/")
    _nested(outside, inside)


def mnt_nested_root_unsupported():
    def inside():
        fs("/new", "ramfs")
        shutil.copy("/mkobj", "/new/mkobj")
        os.chdir("/new")
        enter_root()
    _nested(lambda: os.mkdir("new"), inside)


def mnt_nested_proc():
    _nested(lambda: None, lambda: fs("/p", "proc"))


def mnt_nested_without_proc():
    """The root has it, the other namespace has not, but has something shared."""
    def inside():
        check(LIBC.umount2(b"/proc", 2))
        fs("/b")
        flag("/b", SHARED)
    _nested(lambda: fs("a"), inside)


def mnt_nested_with_proc():
    """The other way round."""
    def outside():
        fs("p", "proc")
        check(LIBC.umount2(b"proc", 2))

    def inside():
        fs("/proc", "proc")
        fs("/b")
        flag("/b", SHARED)
    _nested(outside, inside)


def _outer(build):
    """Still in the host's namespace: something that is shared there, and followed from here."""
    fs("outer")
    flag("outer", SHARED)
    new_root(propagation=SLAVE)
    build()
    enter_root()
    run()


def mnt_outer_slave():
    _outer(lambda: bind("../outer", "a"))


def mnt_outer_slaves():
    def build():
        bind("../outer", "a")
        bind("../outer", "b")
    _outer(build)


def mnt_outer_slave_shared():
    def build():
        bind("../outer", "a")
        flag("a", SHARED)
    _outer(build)


def mnt_outer_slaves_apart():
    """Of one master, but in different groups."""
    def build():
        bind("../outer", "a")
        bind("../outer", "b")
        flag("b", SHARED)
    _outer(build)


def mnt_disk():
    """A disk's file system, mounted as a whole."""
    subprocess.run(["truncate", "-s", "8M", "disk"], check=True)
    subprocess.run(["mkfs.ext4", "-q", "disk"], check=True)
    new_root()
    os.mkdir("d")
    subprocess.run(["mount", "-o", "loop", "../disk", "d"], check=True)
    enter_root()
    run()
