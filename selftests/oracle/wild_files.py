# SPDX-License-Identifier: GPL-2.0
"""Objects by chance: files of every kind, what watches them, what locks them, where they are mounted."""
import ctypes
import fcntl
import os
import pty
import select
import socket
import struct
import termios

import wild_kernel as wk


def open_as(path, mode):
    flags = {"r": os.O_RDONLY, "w": os.O_WRONLY, "rw": os.O_RDWR, "path": os.O_PATH,
             "link": os.O_PATH | os.O_NOFOLLOW, "tmp": os.O_TMPFILE | os.O_RDWR,
             "append": os.O_WRONLY | os.O_APPEND}[mode]
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _file(mode, size, fate):
    """A file of its own, open, of some size, with some fate."""
    name = "file-%d" % len(wk.HELD)
    fd = os.open(name, os.O_CREAT | os.O_RDWR)
    os.write(fd, b"x" * int(size))
    os.lseek(fd, int(size) // 2, 0)
    if mode != "rw":
        os.close(fd)
        fd = open_as(name, mode)
    if fate == "gone":
        os.unlink(name)
    elif fate == "moved":
        os.rename(name, name + "-moved")
    elif fate == "other":
        os.unlink(name)
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
    elif fate == "linked":
        os.link(name, name + "-too")
        os.unlink(name)
    elif fate == "fifo":
        os.close(fd)
        os.unlink(name)
        os.mkfifo(name)
        fd = os.open(name, os.O_RDWR | os.O_NONBLOCK)
    return fd


def _fcntl(what, command, value):
    fd = {"file": lambda: os.open("file", os.O_CREAT | os.O_RDWR), "pipe": lambda: os.pipe()[0],
          "unix": lambda: socket.socketpair()[0].detach(), "folder": lambda: os.open(".", 0),
          "memfd": lambda: os.memfd_create("wild", 2),
          "tcp": lambda: socket.socket().detach()}[what]()
    if int(command) in (6, 7, 37, 38):
        lock = bytes([int(value) & 1, 0, 0, 0]) + bytes(28)
        fcntl.fcntl(fd, int(command), lock)
    else:
        fcntl.fcntl(fd, int(command), int(value))
    return fd


def _again(how):
    """Something done with the last descriptor."""
    fd = wk.last()
    if how in ("scm", "scm-close"):
        a, b = socket.socketpair()
        socket.send_fds(a, [b"x"], [fd])
        if how == "scm-close":
            os.close(fd)
        return a, b
    if how == "watch":
        return wk.epoll_of(fd, 1)
    if how == "owner":
        fcntl.fcntl(fd, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(fd, fcntl.F_SETSIG, 34)
    elif how == "async":
        fcntl.fcntl(fd, fcntl.F_SETFL, fcntl.fcntl(fd, fcntl.F_GETFL) | os.O_ASYNC)
    elif how == "flags":
        fcntl.fcntl(fd, fcntl.F_SETFL, os.O_APPEND | os.O_NONBLOCK | os.O_NOATIME)
    elif how == "flock":
        fcntl.flock(fd, fcntl.LOCK_SH)
    elif how == "high":
        return fcntl.fcntl(fd, fcntl.F_DUPFD, 700)
    elif how == "cloexec":
        fcntl.fcntl(fd, fcntl.F_SETFD, 1)
    elif how == "folder":
        os.fchdir(fd)
    elif how == "read" and select.select([fd], [], [], 0)[0]:
        os.read(fd, 10)
    elif how == "map":
        wk.map_area(4096, 1, 2, fd)
    elif how == "unlink":
        os.unlink(os.readlink("/proc/self/fd/%d" % fd))
    return None


def _epoll(what, events):
    target = {"pipe": lambda: os.pipe()[0], "event": lambda: os.eventfd(0),
              "unix": lambda: socket.socketpair()[0].detach(), "tcp": lambda: socket.socket().detach(),
              "epoll": lambda: wk.call("epoll_create1", 0),
              "timer": lambda: wk.call("timerfd_create", 1, 0)}[what]()
    epoll = wk.epoll_of(target, int(events, 16))
    if events.endswith("1"):
        os.close(target)
    return epoll


def _inotify(path, mask):
    fd = wk.call("inotify_init1", 0)
    wk.check(wk.LIBC.inotify_add_watch(fd, path.encode(), int(mask, 16)))


def _fanotify(flags, mark, mask, path):
    fd = wk.call("fanotify_init", int(flags, 16), 0)
    wk.check(wk.LIBC.fanotify_mark(fd, int(mark, 16) | 1, ctypes.c_ulong(int(mask, 16)), -100,
                             path.encode()))

_LOCKS = {"posix-r": (6, 0), "posix-w": (6, 1), "ofd-r": (37, 0), "ofd-w": (37, 1)}


def _lock(how, fate):
    fd = os.open("locked-%d" % len(wk.HELD), os.O_CREAT | os.O_RDWR)
    if how in _LOCKS:
        command, kind = _LOCKS[how]
        fcntl.fcntl(fd, command, struct.pack("hhqqi4x", kind, 0, 0, 10, 0))
    elif how.startswith("lease"):
        if how == "lease-r":
            os.close(fd)
            fd = os.open("locked-%d" % len(wk.HELD), os.O_RDONLY)
        fcntl.fcntl(fd, 1024, 0 if how == "lease-r" else 1)
    else:
        fcntl.flock(fd, fcntl.LOCK_SH if how == "flock-r" else fcntl.LOCK_EX)
    if fate == "gone":
        os.unlink("locked-%d" % len(wk.HELD))
    elif fate == "child":
        wk.stays(lambda: None)
    elif fate == "outside":
        wk.helper(lambda: None)
    elif fate == "twice":
        return fd, os.dup(fd)
    elif fate == "waits":
        wk.stays(lambda: fcntl.flock(os.open("/proc/self/fd/%d" % fd, os.O_RDWR), fcntl.LOCK_EX))
    return fd


def _tty(fate):
    master, slave = pty.openpty()
    if fate == "slave":
        os.close(master)
    elif fate == "master":
        os.close(slave)
        return master
    elif fate == "in":
        os.write(master, b"typed\n")
    elif fate == "out":
        os.write(slave, b"written")
    elif fate == "packet":
        fcntl.ioctl(master, termios.TIOCPKT, struct.pack("i", 1))
    elif fate == "exclusive":
        fcntl.ioctl(slave, termios.TIOCEXCL)
    elif fate == "own":
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    elif fate == "locked":
        fcntl.ioctl(master, 0x40045431, struct.pack("i", 1))
    elif fate == "size":
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("4H", 9, 9, 9, 9))
    elif fate == "line":
        fcntl.ioctl(slave, termios.TIOCSETD, struct.pack("i", 3))
    elif fate == "stopped":
        termios.tcflow(slave, termios.TCOOFF)
    elif fate == "outside":
        wk.helper(lambda: None)
        os.close(master)
    elif fate == "dev-tty":
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
        return master, slave, os.open("/dev/tty", os.O_RDWR)
    return slave, master


def _pipe(fate):
    r, w = os.pipe2(os.O_NONBLOCK if fate == "full" else 0)
    if fate == "data":
        os.write(w, b"data")
    elif fate == "full":
        while fate:
            try:
                os.write(w, bytes(65536))
            except BlockingIOError:
                break
    elif fate == "reader":
        os.write(w, b"data")
        os.close(w)
        return r
    elif fate == "writer":
        os.close(r)
        return w
    elif fate == "size":
        fcntl.fcntl(w, 1031, 1 << 19)
        os.write(w, bytes(300000))
    elif fate == "small":
        fcntl.fcntl(w, 1031, 4096)
        os.write(w, b"x")
    elif fate == "spliced":
        fd = os.open("/etc/hostname", os.O_RDONLY)
        wk.check(wk.LIBC.splice(fd, None, w, None, 3, 0))
    elif fate == "teed":
        os.write(w, b"data")
        other = os.pipe()
        wk.call("tee", r, other[1], 4, 0)
        return r, w, other
    elif fate == "reopened":
        os.write(w, b"data")
        return r, w, os.open("/proc/self/fd/%d" % r, os.O_RDWR)
    elif fate == "outside":
        os.write(w, b"data")
        wk.helper(lambda: None)
        os.close(r)
        return w
    elif fate == "scattered":
        for word in (b"a", b"b" * 5000, b"c"):
            os.write(w, word)
        os.read(r, 3)
    return r, w


def _queue(fate):
    """A POSIX message queue."""
    fd = wk.call("mq_open", b"wild", os.O_CREAT | os.O_RDWR | os.O_NONBLOCK, 0o600, None)
    if fate == "message":
        wk.call("mq_timedsend", fd, b"data", 4, 1, None)
    elif fate == "notify":
        wk.call("mq_notify", fd, None)
    wk.LIBC.mq_unlink(b"/wild")
    return fd


def _mount(kind, options, fate):
    """In a mount namespace of its own."""
    wk.call("unshare", 0x20000)
    wk.call("mount", b"none", b"/", None, 0x4000 | (1 << 18), None)
    point = os.path.abspath("point-%d" % len(wk.HELD))
    os.mkdir(point)
    if kind in ("bind", "rbind", "file"):
        source = "/etc"
        if kind == "file":
            source = point = "/etc/hostname"
        wk.call("mount", source.encode(), point.encode(), None, 4096 | (16384 if kind == "rbind" else 0), None)
    else:
        data = options.encode() if options != "-" else None
        if kind == "overlay":
            for name in "luw":
                os.mkdir(name + "-overlay")
            data = b"lowerdir=l-overlay,upperdir=u-overlay,workdir=w-overlay"
        wk.call("mount", b"none", point.encode(), kind.encode(), 0, data)
    fd = None
    if fate in ("open", "lazy"):
        fd = os.open(point, os.O_RDONLY)
    elif fate == "file" and os.path.isdir(point):
        fd = os.open(point + "/file", os.O_RDWR | os.O_CREAT)
    elif fate == "cwd":
        os.chdir(point)
    elif fate in ("shared", "slave", "unbindable"):
        wk.call("mount", None, point.encode(), None,
                {"shared": 1 << 20, "slave": 1 << 19, "unbindable": 1 << 17}[fate], None)
    elif fate == "readonly":
        wk.call("mount", None, point.encode(), None, 0x1020 | 1, None)
    if fate == "lazy":
        wk.call("umount2", point.encode(), 2)
    return fd


def _context(call, kind):
    return wk.call(call, kind.encode(), 0) if call == "fsopen" else wk.call(call, -100, kind.encode(), 0)


def _timer(clock, flags, first, every):
    fd = wk.call("timerfd_create", int(clock), 0)
    wk.call("timerfd_settime", fd, int(flags), wk.timer_spec(first, every), None)
    return fd


def _signalfd(mask, flags):
    return wk.call("signalfd4", -1, struct.pack("Q", int(mask, 16)), 8, int(flags))


def _pidfd(of, flags):
    if of == "self":
        return wk.call("pidfd_open", os.getpid(), int(flags))
    pid = wk.stays(lambda: os._exit(3) if of in ("dead", "zombie") else None)
    fd = wk.call("pidfd_open", pid, int(flags))
    if of == "dead":
        os.waitpid(pid, 0)
    elif of.startswith("/"):
        return fd, os.open("/proc/%d%s" % (pid, of), os.O_RDONLY)
    return fd


def _folder(fate):
    name = "folder-%d" % len(wk.HELD)
    os.mkdir(name)
    os.close(os.open(name + "/inside", os.O_CREAT | os.O_WRONLY))
    fd = os.open(name, os.O_RDONLY)
    if fate == "read":
        wk.call("getdents64", fd, ctypes.create_string_buffer(512), 40)
    elif fate in ("gone", "cwd-gone", "again"):
        os.unlink(name + "/inside")
        if fate == "cwd-gone":
            os.chdir(name)
            os.rmdir("../" + name)
        else:
            os.rmdir(name)
        if fate == "again":
            os.mkdir(name)
    elif fate.startswith("inside"):
        inner = os.open(name + "/inside", os.O_RDWR)
        os.unlink(name + "/inside")
        if fate == "inside-alone":
            os.close(fd)
        elif fate == "inside-cwd":
            os.chdir(name)
            os.close(fd)
        elif fate == "inside-first":
            fd = os.dup(fd)
            os.close(fd - 2)
        os.rmdir(os.path.abspath("../" + name if fate == "inside-cwd" else name))
        return inner
    elif fate == "nested":
        os.unlink(name + "/inside")
        os.mkdir(name + "/inside")
        inner = os.open(name + "/inside", os.O_RDONLY)
        os.rmdir(name + "/inside")
        os.rmdir(name)
        return inner
    elif fate == "moved":
        os.rename(name, name + "-moved")
    elif fate == "root":
        os.chroot(name)
    elif fate == "notify":
        fcntl.fcntl(fd, 1026, 0x80000001 | 4)
    return fd


def _memfd(flags, size, seals, fate):
    fd = wk.call("memfd_create", b"wild", int(flags))
    os.ftruncate(fd, int(size))
    if fate == "mapped":
        wk.map_area(4096, 1, 1, fd)
    if int(seals):
        fcntl.fcntl(fd, 1033, int(seals))
    if fate == "again":
        return fd, os.open("/proc/self/fd/%d" % fd, os.O_RDONLY)
    if fate == "private":
        wk.map_area(4096, 3, 2, fd)
    if fate == "closed":
        wk.map_area(4096, 1, 1, fd)
        os.close(fd)
        return None
    return fd


_FOLDERS = ("/", ".", "/proc/self", "/dev")
_MOUNTS = ("tmpfs", "tmpfs", "proc", "sysfs", "devpts", "mqueue", "ramfs", "bind", "rbind", "file", "overlay",
           "cgroup2", "tracefs", "debugfs", "devtmpfs", "securityfs", "configfs", "bpf", "pstore", "fusectl", "binfmt_misc",
           "hugetlbfs", "autofs", "cgroup", "nsfs")
KINDS = {
    "open": (open_as, lambda d: (d.path(), d.one_of("r", "r", "w", "rw", "path", "link", "append", "tmp"))),
    "file": (_file, lambda d: (d.one_of("rw", "r", "w", "path", "append"), d.one_of(0, 100, 5000),
                               d.one_of("there", "gone", "moved", "other", "linked", "fifo"))),
    "fcntl": (_fcntl, lambda d: (d.one_of("file", "pipe", "unix", "folder", "memfd", "tcp"),
                                 d.one_of(2, 4, 6, 8, 10, 37, 1024, 1026, 1031, 1033, 1036, 1038),
                                 d.one_of(0, 1, 2, d.bits(14), 1 << 16))),
    "again": (_again, lambda d: (d.one_of("scm", "scm-close", "watch", "owner", "async", "flags", "flock", "high",
                                          "cloexec", "folder", "read", "map", "unlink"),)),
    "epoll": (_epoll, lambda d: (d.one_of("pipe", "event", "unix", "tcp", "epoll", "timer"), "%x" % d.bits(32))),
    "inotify": (_inotify, lambda d: (d.one_of("/", ".", "/proc/self", "/sys", "/dev", d.path()), "%x" % d.bits(12))),
    "fanotify": (_fanotify, lambda d: ("%x" % (d.bits(12) & 0xf3f), "%x" % d.one_of(0, 4, 0x10, 0x100, 0x20, 0x40),
                                       "%x" % (d.bits(16) | 1), d.one_of(*_FOLDERS))),
    "lock": (_lock, lambda d: (d.one_of(*_LOCKS, "lease-r", "lease-w", "flock-r", "flock-w"),
                               d.one_of("there", "gone", "child", "outside", "twice", "waits"))),
    "tty": (_tty, lambda d: (d.one_of("pair", "slave", "master", "in", "out", "packet", "exclusive", "own", "locked",
                                      "size", "line", "stopped", "outside", "dev-tty"),)),
    "pipe": (_pipe, lambda d: (d.one_of("data", "full", "reader", "writer", "size", "small", "spliced", "teed",
                                        "reopened", "outside", "scattered"),)),
    "queue": (_queue, lambda d: (d.one_of("empty", "message", "notify"),)),
    "mount": (_mount, lambda d: (d.one_of(*_MOUNTS), d.one_of("-", "-", "size=1m", "mode=700", "newinstance"),
                                 d.one_of("idle", "open", "file", "cwd", "lazy", "shared", "slave", "unbindable",
                                          "readonly"))),
    "context": (_context, lambda d: (d.one_of("fsopen", "fspick", "open_tree"), d.one_of("tmpfs", "/", "proc", "."))),
    "timer": (_timer, lambda d: (d.one_of(0, 1, 7, 8, 9), d.one_of(0, 1, 2, 3), d.one_of(0, 1, 50000),
                                 d.one_of(0, 1, 7000))),
    "signalfd": (_signalfd, lambda d: ("%x" % d.bits(63), d.one_of(0, 0x800, 0x80000))),
    "pidfd": (_pidfd, lambda d: (d.one_of("self", "child", "zombie", "dead", "/stat", "/ns/net", "/", "/fd/0", "/mem",
                                          "/task"), d.one_of(0, 0x800))),
    "folder": (_folder, lambda d: (d.one_of("there", "read", "gone", "cwd-gone", "again", "inside", "inside-alone",
                                            "inside-cwd", "inside-first", "nested", "moved", "root",
                                            "notify"),)),
    "memfd": (_memfd, lambda d: (d.one_of(0, 1, 2, 3, 4, 8, 10, 0x10), d.one_of(0, 100, 8192), d.one_of(0, d.bits(6)),
                                 d.one_of("there", "mapped", "again", "private", "closed"))),
}
