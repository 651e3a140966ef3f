# SPDX-License-Identifier: GPL-2.0
"""
Objects by chance: what processes can have, taken at random from everything that a few system calls
make, whether or not a rule is about it.  `run -- --wild N --seed S` asks about N of them.

A name says how an object is made, so that one can be made again: words separated by "+", each
"kind:argument:...", for example wild:open:/proc/self/maps:r+prctl:38:1.
"""
import ctypes
import errno
import fcntl
import os
import random
import signal
import socket
import threading
import time

_LIBC = ctypes.CDLL(None, use_errno=True)
PREFIX = "wild:"
# Read by no case: it waits, or it changes the machine.
SKIPPED_PATHS = ("/proc/kmsg", "/dev/watchdog", "/proc/sysrq-trigger", "/proc/kcore", "/proc/acpi",
                 "/dev/vport", "/dev/mcelog")
TREES = ("/dev", "/proc", "/sys", "/sys/fs", "/sys/kernel/debug", "/etc", "/run", "/mnt/oracle")
FOLDERS = ("/proc", "/proc/self", "/proc/self/ns", "/proc/1", "/proc/self/net", "/proc/self/attr", "/dev")
FAMILIES = range(1, 46)
TYPES = (1, 2, 3, 4, 5, 10)
PROTOCOLS = (0, 0, 0, 1, 2, 6, 17, 33, 58, 132, 136, 255, 262)
# Of prctl: what kills the caller, or leaves no program to be dumped (seccomp, mm, tsc, SVE's traps).
SKIPPED_PRCTLS = (1, 22, 26, 35)
CALLS = {
    "pidfd_open": 434, "eventfd2": 290, "timerfd_create": 283, "inotify_init1": 294,
    "epoll_create1": 291, "fanotify_init": 300, "memfd_create": 319, "userfaultfd": 323,
    "memfd_secret": 447, "pipe2": 293, "landlock_create_ruleset": 444,
    "open_tree": 428, "io_uring_setup": 425, "perf_event_open": 298, "bpf": 321,
    "timer_create": 222, "setpriority": 141, "sched_setscheduler": 144, "setrlimit": 160,
    "personality": 135, "keyctl": 250, "ioprio_set": 251, "unshare": 272,
    "shmget": 29, "umask": 95, "membarrier": 324, "setresuid": 117, "setresgid": 119, "alarm": 37,
    "mlockall": 151, "pkey_alloc": 330,
}


def _try(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _call(name, *args):
    return _try(_LIBC.syscall(CALLS[name], *[ctypes.c_long(a) if isinstance(a, int) else a
                                             for a in args]))


def _open(path, mode):
    flags = {"r": os.O_RDONLY, "w": os.O_WRONLY, "rw": os.O_RDWR, "path": os.O_PATH,
             "link": os.O_PATH | os.O_NOFOLLOW, "tmp": os.O_TMPFILE | os.O_RDWR,
             "append": os.O_WRONLY | os.O_APPEND}[mode]
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _map(path, mode, prot, shared):
    fd = _open(path, mode)
    size = os.fstat(fd).st_size or 4096
    _mmap(min(size, 65536), int(prot), 1 if shared == "shared" else 2, fd)
    os.close(fd)


def _mmap(size, prot, flags, fd):
    _LIBC.mmap.restype = ctypes.c_long
    at = _LIBC.mmap(None, ctypes.c_size_t(size), prot, flags, fd, ctypes.c_long(0))
    return _try(at)


def _memory(size, prot, flags, advice):
    at = _mmap(int(size), int(prot), int(flags, 16), -1)
    if advice != "-":
        _try(_LIBC.madvise(ctypes.c_long(at), ctypes.c_size_t(int(size)), int(advice)))


def _socket(family, kind, proto):
    return socket.socket(int(family), int(kind), int(proto))


def _option(family, kind, proto, level, name, value):
    sk = _socket(family, kind, proto)
    try:
        sk.setsockopt(int(level), int(name), int(value))
    except OSError:
        sk.setsockopt(int(level), int(name), int(value).to_bytes(1, "little") * 16)
    return sk


def _bound(family, kind, proto, what):
    sk = _socket(family, kind, proto)
    where = {2: ("127.0.0.1", 0), 10: ("::1", 0), 1: "name", 16: (0, 0), 17: ("lo", 3)}
    sk.bind(where[int(family)])
    if what == "listen":
        sk.listen(3)
    elif what == "self":
        sk.connect(sk.getsockname())
    return sk


def _pair(kind, proto, what):
    a, b = socket.socketpair(socket.AF_UNIX, int(kind), int(proto))
    if what == "data":
        a.send(b"data")
    elif what == "shut":
        a.shutdown(int(proto) % 3)
    elif what == "half":
        b.close()
    elif what == "fd":
        socket.send_fds(a, [b"x"], [0])
    return a, b


def _prctl(option, value):
    _try(_LIBC.prctl(int(option), *[ctypes.c_long(v) for v in (int(value), 0, 0, 0)]))


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


def _plain_call(name, *args):
    """Numbers, "buf" for zeros that are kept, "str" for a name."""
    return _call(name, *[_kept() if a == "buf" else b"/wild" if a == "str" else int(a, 0)
                         for a in args])


def _kept():
    buf = ctypes.create_string_buffer(256)
    _HELD.append(buf)
    return buf


def _perf(kind, config, flags):
    attr = ctypes.create_string_buffer(128)
    attr[0:4] = int(kind).to_bytes(4, "little")
    attr[4:8] = (128).to_bytes(4, "little")
    attr[8:16] = int(config).to_bytes(8, "little")
    return _call("perf_event_open", attr, 0, -1, -1, int(flags))


def _bpf_map(kind):
    attr = ctypes.create_string_buffer(128)
    for i, v in enumerate((int(kind), 4, 8, 16)):
        attr[4 * i:4 * i + 4] = v.to_bytes(4, "little")
    return _call("bpf", 0, attr, 128)


def _child(flags, fate):
    pid = _LIBC.syscall(56, ctypes.c_long(int(flags, 16) | signal.SIGCHLD), 0, 0, 0, 0)
    _try(pid)
    if pid:
        if fate == "stop":
            os.kill(pid, signal.SIGSTOP)
        return
    _LIBC.prctl(1, signal.SIGKILL, 0, 0, 0)
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


def _epoll(what, events):
    epoll = _call("epoll_create1", 0)
    event = ctypes.create_string_buffer(12)
    event[0:4] = int(events, 16).to_bytes(4, "little")
    target = {"pipe": lambda: os.pipe()[0], "event": lambda: os.eventfd(0),
              "unix": lambda: socket.socketpair()[0].detach(), "tcp": lambda: socket.socket().detach(),
              "epoll": lambda: _call("epoll_create1", 0),
              "timer": lambda: _call("timerfd_create", 1, 0)}[what]()
    _try(_LIBC.syscall(233, epoll, 1, target, event))
    if events.endswith("1"):
        os.close(target)
    return epoll


def _inotify(path, mask):
    fd = _call("inotify_init1", 0)
    _try(_LIBC.inotify_add_watch(fd, path.encode(), int(mask, 16)))


def _fanotify(flags, mark, mask, path):
    fd = _call("fanotify_init", int(flags, 16), 0)
    _try(_LIBC.fanotify_mark(fd, int(mark, 16) | 1, ctypes.c_ulong(int(mask, 16)), -100,
                             path.encode()))


def _namespace(kind):
    """A descriptor of a new namespace that nobody is in."""
    own = os.open("/proc/self/ns/" + kind, os.O_RDONLY)
    flag = {"net": 0x40000000, "uts": 0x4000000, "ipc": 0x8000000, "mnt": 0x20000,
            "cgroup": 0x2000000, "time": 0x80}[kind]
    _call("unshare", flag)
    name = kind if kind != "time" else "time_for_children"
    other = os.open("/proc/self/ns/" + name, os.O_RDONLY)
    _try(_LIBC.setns(own, flag))
    os.close(own)
    return other


def _last():
    """The last descriptor that was made, as a number."""
    for made in reversed(_HELD):
        one = made[0] if isinstance(made, tuple) else made
        if isinstance(one, socket.socket):
            return one.fileno()
        if isinstance(one, int) and not isinstance(one, bool) and one > 2:
            return one
    raise OSError(errno.EBADF, "no descriptor yet")


def _again(how):
    """Something done with the last descriptor."""
    fd = _last()
    if how in ("scm", "scm-close"):
        a, b = socket.socketpair()
        socket.send_fds(a, [b"x"], [fd])
        if how == "scm-close":
            os.close(fd)
        return a, b
    if how == "watch":
        epoll = _call("epoll_create1", 0)
        event = ctypes.create_string_buffer(12)
        event[0] = 1
        _try(_LIBC.syscall(233, epoll, 1, fd, event))
        return epoll
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
    elif how == "read":
        os.read(fd, 10)
    elif how == "map":
        _mmap(4096, 1, 2, fd)
    elif how == "unlink":
        os.unlink(os.readlink("/proc/self/fd/%d" % fd))
    return None


def _file(mode, size, fate):
    """A file of its own, open, of some size, with some fate."""
    name = "file-%d" % len(_HELD)
    fd = os.open(name, os.O_CREAT | os.O_RDWR)
    os.write(fd, b"x" * int(size))
    os.lseek(fd, int(size) // 2, 0)
    if mode != "rw":
        os.close(fd)
        fd = _open(name, mode)
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


def _thread(what):
    def run():
        if what == "name":
            _LIBC.prctl(15, b"wild", 0, 0, 0)
        elif what == "blocked":
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
        elif what == "files":
            _call("unshare", 0x400)
        elif what == "fs":
            _call("unshare", 0x200)
        elif what == "user":
            _call("setresuid", -1, 1000, -1)
        elif what == "policy":
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        elif what == "nice":
            _call("setpriority", 0, 0, 5)
        ready.set()
        while True:
            time.sleep(1000)
    ready = threading.Event()
    threading.Thread(target=run, daemon=True).start()
    ready.wait(2)


MAKERS = {"again": _again, "file": _file, "thread": _thread, "open": _open, "map": _map,
          "memory": _memory, "socket": _socket, "option": _option, "bound": _bound,
          "pair": _pair, "prctl": _prctl, "fcntl": _fcntl, "call": _plain_call,
          "perf": _perf, "bpfmap": _bpf_map, "child": _child, "signal": _signal, "epoll": _epoll,
          "inotify": _inotify, "fanotify": _fanotify, "namespace": _namespace}
_HELD = []


def make(name):
    """Makes in the calling process what of it can be made; fails if that is nothing."""
    errors = []
    words = name[len(PREFIX):].split("+")
    for word in words:
        kind, *args = word.split(":")
        try:
            _HELD.append(MAKERS[kind](*args))
        except (OSError, OverflowError) as e:
            errors.append(e)
    if len(errors) == len(words):
        raise errors[0]


class Dice:
    """Chooses names; the same ones for the same seed and machine."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.trees = [self.find_paths(tree) for tree in TREES] + [
            [os.path.join(base, name) for name in sorted(os.listdir(base))] for base in FOLDERS]

    @staticmethod
    def find_paths(tree):
        """Folder by folder, a few of each name: there are thousands of the same kind in sysfs."""
        found, of_name = [], {}
        for folder, folders, files in os.walk(tree):
            folders[:] = sorted(f for f in folders if f != "events" and not f.isdigit())
            for name in sorted(files) + folders:
                path = os.path.join(folder, name)
                of_name[name] = of_name.get(name, 0) + 1
                if of_name[name] < 4 and not path.startswith(SKIPPED_PATHS) \
                        and ":" not in path and "+" not in path:
                    found.append(path)
        return found

    def path(self):
        return self.random.choice(self.random.choice(self.trees))

    def one_of(self, *choices):
        return self.random.choice(choices)

    def bits(self, width):
        """Few bits set, as flags mostly are."""
        return self.random.getrandbits(width) & self.random.getrandbits(width)

    def word(self):
        r, one = self.random, self.one_of
        kind = r.choice(list(MAKERS) + ["open", "open", "open", "socket", "option", "option", "call",
                                        "call", "call", "again", "again", "again", "file"])
        if kind == "open":
            args = self.path(), one("r", "r", "w", "rw", "path", "link", "append", "tmp")
        elif kind == "map":
            args = self.path(), one("r", "rw"), one(0, 1, 3, 5), one("shared", "private")
        elif kind == "memory":
            flags = one(0x21, 0x22) | one(0, 0x100, 0x2000, 0x4000, 0x8000, 0x20000, 0x40000, 0x40)
            args = one(4096, 65536, 4 << 20), one(0, 1, 3, 5, 7), "%x" % flags, \
                one("-", *range(26), 100, 102)
        elif kind == "socket":
            args = r.choice(FAMILIES), r.choice(TYPES), r.choice(PROTOCOLS + tuple(range(23)))
        elif kind == "option":
            family = one(1, 2, 2, 10, 10, 16, 17)
            level = one(1, 0, 6, 17, 41, 263, 270, 58, 132, 136)
            args = family, r.choice((1, 2, 3, 5)), r.choice(PROTOCOLS), level, r.randrange(90), \
                one(1, 1, 2, 64, 1 << 16)
        elif kind == "bound":
            args = one(1, 2, 10, 16, 17), r.choice((1, 2, 3, 5)), r.choice(PROTOCOLS), \
                one("bind", "listen", "self")
        elif kind == "pair":
            args = one(1, 2, 3, 5), one(0, 1), one("idle", "data", "shut", "half", "fd")
        elif kind == "prctl":
            option = one(*(n for n in range(80) if n not in SKIPPED_PRCTLS))
            args = option, one(0, 1, 2, 3, 4)
        elif kind == "fcntl":
            args = one("file", "pipe", "unix", "folder", "memfd", "tcp"), \
                one(2, 4, 6, 8, 10, 37, 1024, 1026, 1031, 1033, 1036, 1038), \
                one(0, 1, 2, self.bits(14), 1 << 16)
        elif kind == "call":
            return self.call()
        elif kind == "perf":
            args = r.randrange(6), r.randrange(12), one(0, 8)
        elif kind == "bpfmap":
            args = (r.randrange(35),)
        elif kind == "child":
            args = "%x" % one(0, 0x200, 0x400, 0x600, 0x2000000, 0x4000000, 0x8000000, 0x80000000,
                              0x40000, 0x20000000, 0x40000000, 0x20000), \
                one("wait", "exit", "stop", "session", "group", "orphan")
        elif kind == "signal":
            args = r.choice([n for n in range(1, 64) if n not in (9, 19, 32, 33)]), \
                one("blocked", "ignored", "handled", "both")
        elif kind == "epoll":
            args = one("pipe", "event", "unix", "tcp", "epoll", "timer"), "%x" % self.bits(32)
        elif kind == "inotify":
            args = one("/", ".", "/proc/self", "/sys", "/dev", self.path()), "%x" % self.bits(12)
        elif kind == "fanotify":
            args = "%x" % (self.bits(12) & 0xf3f), "%x" % one(0, 4, 0x10, 0x100, 0x20, 0x40), \
                "%x" % (self.bits(16) | 1), one("/", ".", "/proc/self", "/dev")
        elif kind == "again":
            args = (one("scm", "scm-close", "watch", "owner", "async", "flags", "flock", "high",
                        "cloexec", "folder", "read", "map", "unlink"),)
        elif kind == "file":
            args = one("rw", "r", "w", "path", "append"), one(0, 100, 5000), \
                one("there", "gone", "moved", "other", "linked", "fifo")
        elif kind == "thread":
            args = (one("plain", "name", "blocked", "files", "fs", "user", "policy", "nice"),)
        else:
            args = (one("net", "uts", "ipc", "mnt", "cgroup", "time"),)
        return ":".join([kind] + [str(a) for a in args])

    def call(self):
        n, one, bits = self.random.randrange, self.one_of, self.bits
        name, args = self.random.choice([
            ("pidfd_open", (one(1, os.getpid()), one(0, 0x800, 0x80))),
            ("eventfd2", (n(9), bits(12))), ("timerfd_create", (n(12), one(0, 0x800, 0x80000))),
            ("memfd_create", ("str", bits(5))), ("userfaultfd", (one(0, 1, 0x800),)),
            ("memfd_secret", (0,)), ("pipe2", ("buf", one(0, 0x80, 0x800, 0x4000))),
            ("landlock_create_ruleset", ("buf", 8, 0)), ("io_uring_setup", (n(9), "buf")),
            ("timer_create", (n(12), 0, "buf")), ("setpriority", (n(3), 0, n(19))),
            ("sched_setscheduler", (0, n(8), "buf")), ("setrlimit", (n(16), "buf")),
            ("personality", (bits(28),)), ("keyctl", (one(1, 0, 14, 15), one(0, -1, -3), 0)),
            ("ioprio_set", (1, 0, n(4) << 13 | n(8))), ("umask", (n(512),)),
            ("unshare", (one(0x200, 0x400, 0x40000, 0x80, 0x2000000, 0x4000000, 0x8000000,
                             0x40000000, 0x20000, 0x20000000, 0x10000000),)),
            ("shmget", (n(99), 8192, 0x3b6)), ("mlockall", (n(8),)),
            ("membarrier", (1 << n(10), 0, 0)), ("alarm", (one(0, 10000),)),
            ("setresuid", (0, one(0, 1000), 0)), ("setresgid", (one(0, 5), 0, 0)),
            ("pkey_alloc", (0, n(4))), ("open_tree", (-100, "str", one(0, 1))),
        ])
        return ":".join(["call", name] + [str(a) for a in args])

    def names(self, number):
        for _ in range(number):
            words = [self.word() for _ in range(self.one_of(1, 2, 3, 4))]
            yield PREFIX + "+".join(words)
