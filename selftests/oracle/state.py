# SPDX-License-Identifier: GPL-2.0
"""
What can be seen of a process from outside, in words: to compare one with what criu makes of it.
Numbers that are another one's after a restore by their nature are left out.
"""
import fcntl
import functools
import os
import re
import socket
import stat
import termios

from libc import LIBC

_PIDFD_OPEN, _PIDFD_GETFD, _IOPRIO_GET = 434, 438, 252
STATUS = re.compile(r"^(Umask|State|Uid|Gid|Groups|NStgid|NSpid|NSsid|NSpgid|Threads|SigPnd|ShdPnd|SigBlk|SigIgn"
                    r"|SigCgt|Cap\w+|NoNewPrivs|Seccomp\w*|Speculation\w*|Cpus_allowed|Mems_allowed"
                    r"|THP_enabled|VmLck|x86_Thread_features\w*|untag_mask):", re.M)
WHOLE = ("limits", "oom_score_adj", "personality", "timerslack_ns", "coredump_filter", "comm", "cmdline",
         "environ", "auxv", "loginuid", "setgroups", "uid_map", "gid_map", "timers", "cgroup", "attr/current",
         "autogroup", "timens_offsets")
LINKS = ("cwd", "root", "exe")
VMA = re.compile(r"^([0-9a-f]+-[0-9a-f]+) (\S+) (\S+) \S+ \S+ *(.*)$")
# Of fdinfo: other after each open.
OWN_NUMBERS = re.compile(r"^(mnt_id|ino|pidfd_id|it_value|ticks|map_id|prog_id|Pid|NSpid)\b.*\n?", re.M)
SOCKET_OPTIONS = {socket.SOL_SOCKET: 84, socket.IPPROTO_IP: 52, socket.IPPROTO_IPV6: 80,
                  socket.IPPROTO_TCP: 45, 17: 105, 263: 25, 270: 14}
# SO_ERROR is read once; SO_INCOMING_CPU, SO_COOKIE, SO_INCOMING_NAPI_ID, SO_MEMINFO and TCP_INFO are
# what happens, not what was set.
HAPPENING = {(1, 4), (1, 17), (1, 49), (1, 55), (1, 56), (1, 57), (1, 77), (6, 11), (6, 24), (6, 32), (263, 6), (1, 59)}


def _read(path):
    try:
        with open(path, encoding="utf-8", errors="backslashreplace") as f:
            return f.read()
    except OSError as e:
        return "errno %d" % e.errno


def _link(path):
    try:
        return os.readlink(path)
    except OSError as e:
        return "errno %d" % e.errno


class Names:
    """Numbers of inodes, devices and groups of peers by the order in which they come up."""

    def __init__(self):
        self.known = {}

    def _number(self, what):
        return self.known.setdefault(what, len(self.known))

    def device(self, text):
        return "[%d]" % self._number("device " + text)

    def group(self, text):
        return "[%d]" % self._number("group " + text)

    def plain(self, text):
        def number(m):
            return m[1] + ":[%d]" % self._number(m[0])
        text = re.sub(r"\b(socket|pipe):\[\d+\]", number, text)
        text = re.sub(r"\banon_inode:\[pidfd\]|pidfd:\[\d+\]", "pidfd", text)
        return text


def _status(pid, out):
    for line in _read("/proc/%s/status" % pid).splitlines():
        if STATUS.match(line):
            name, value = line.split(":", 1)
            out["status " + name] = " ".join(value.split())
    field = _read("/proc/%s/stat" % pid).rpartition(")")[2].split()
    if len(field) > 45:
        out["stat group session tty"] = " ".join(field[2:5])
        out["stat nice policy"] = " ".join((field[16], field[37], field[38]))
    out["ioprio"] = str(LIBC.syscall(_IOPRIO_GET, 1, int(pid.split("/")[-1])))


@functools.lru_cache(None)
def _pipes():
    """Return: the device of pipes."""
    ends = os.pipe()
    device = os.fstat(ends[0]).st_dev
    for end in ends:
        os.close(end)
    return device


def _fdinfo(pid, fd):
    text = OWN_NUMBERS.sub("", _read("/proc/%s/fdinfo/%s" % (pid, fd)))
    # O_LARGEFILE is nothing here, and the kernel's own where a file is opened from inside.
    text = re.sub(r"^(flags:\t)(\d+)", lambda m: m[1] + oct(int(m[2], 8) & ~0o100000), text, flags=re.M)
    text = re.sub(r"^lock:\s+\d+: ", "lock: ", text, flags=re.M)
    # Objects without a name get new numbers.
    text = re.sub(r"ino:[0-9a-f]+ sdev:([89a-f]|%x)$" % _pipes(), r"sdev:\1", text, flags=re.M)
    return re.sub(r"(ino:|f_handle:)[0-9a-f]+", r"\1-", text) if "sdev:16" in text else text


def _taken(pidfd, fd):
    """What a descriptor answers; it is ours for a moment."""
    own = LIBC.syscall(_PIDFD_GETFD, pidfd, int(fd), 0)
    if own < 0:
        return
    try:
        mode = os.fstat(own).st_mode
        for name, command in (("owner", 9), ("signal", 11), ("lease", 1025), ("pipe size", 1032),
                              ("seals", 1034), ("hint", 1035), ("file hint", 1037)):
            try:
                yield name, fcntl.fcntl(own, command, bytes(8) if name.endswith("hint") else 0)
            except OSError:
                pass
        if stat.S_ISFIFO(mode):
            yield "bytes", fcntl.ioctl(own, termios.FIONREAD, bytes(4))
        if stat.S_ISREG(mode):
            st = os.fstat(own)
            yield "file", (oct(st.st_mode), st.st_size, st.st_nlink, st.st_uid, st.st_gid)
        if stat.S_ISSOCK(mode):
            yield from _socket(own)
    finally:
        os.close(own)


def _socket(fd):
    with socket.socket(fileno=os.dup(fd)) as sk:
        yield "kind", (sk.family, sk.type, sk.proto)
        for what in (sk.getsockname, sk.getpeername):
            try:
                yield what.__name__, what()
            except OSError as e:
                yield what.__name__, e.errno
        try:
            yield "bytes", fcntl.ioctl(fd, termios.FIONREAD, bytes(4))
        except OSError:
            pass
        for level, most in SOCKET_OPTIONS.items():
            for name in range(most):
                if (level, name) in HAPPENING:
                    continue
                try:
                    yield "option %d %d" % (level, name), sk.getsockopt(level, name, 64)
                except OSError:
                    pass


class _Area:
    """A mapping, or several that differ in nothing and lie side by side."""

    def __init__(self, m):
        self.start, self.end = (int(n, 16) for n in m[1].split("-"))
        self.name = re.sub(r"^(socket:)\[\d+\]$", r"\1", m[4].replace("/memfd:/dev/zero", "/dev/zero"))
        self.mode = m[2]
        self.offset = int(m[3], 16)
        self.more = []

    def follows(self, last):
        return last and (last.end, last.name, last.mode, last.more) == \
            (self.start, self.name, self.mode, self.more) and \
            (self.name[:1] != "/" or last.offset + last.end - last.start == self.offset)

    def words(self):
        return " ".join([self.mode, "%x" % self.offset, self.name] + self.more)


def _areas(pid):
    area = None
    for line in _read("/proc/%s/smaps" % pid).splitlines():
        m = VMA.match(line)
        if m:
            area = _Area(m)
        elif line.startswith("VmFlags:"):
            # Soft-dirty; and whether it was counted, which writing to it once has changed.
            area.more += [f for f in line.split()[1:] if f not in ("sd", "ac")]
            yield area
        elif line.startswith(("ProtectionKey:", "Shared_Hugetlb", "Private_Hugetlb", "Locked:")) and \
                not line.endswith((" 0", " 0 kB")):
            area.more.append(" ".join(line.split()))


def _memory(pid, out):
    merged = []
    for area in _areas(pid):
        if area.name in ("[stack]", "[vvar]", "[vdso]", "[vvar_vclock]", "[vsyscall]"):
            continue
        # The page that the C library has for getrandom(2) is an ordinary one then.
        if not area.name and ("dp" in area.more or area.end - area.start == 4096):
            continue
        area.more = [word for word in area.more if not word.startswith("Locked:")]
        if merged and area.follows(merged[-1]):
            merged[-1].end = area.end
        else:
            merged.append(area)
    for area in merged:
        out["memory %x-%x" % (area.start, area.end)] = area.words()


class _Mount:
    """A line of mountinfo."""

    def __init__(self, line):
        head, tail = line.split(" - ", 1)
        words = head.split()
        self.id, self.parent, self.device, self.root, self.point, self.flags = words[:6]
        self.ties = [word.split(":") for word in words[6:]]
        self.kind, _, self.options = tail.split()

    def key(self, by_id):
        """Where it is, and over how many others."""
        below = by_id.get(self.parent)
        above = below.key(by_id) if below and below is not self else ("", 0)
        return self.point, above[1] + 1 if above[0] == self.point else 0

    def words(self, names, root):
        """@root: the mount that the namespace has for its root, which is another one's after a restore."""
        ties = [" ".join([t[0]] + [names.group(n) for n in t[1:]]) for t in self.ties]
        if self.device == root.device:
            return " ".join(["of the root", self.root.removeprefix(root.root.rstrip("/")) or "/", self.flags] + ties)
        return " ".join([self.kind, names.device(self.device), self.root, self.flags, self.options] + ties)


def _mounts(pid, names, out):
    mounts = [_Mount(line) for line in _read("/proc/%d/mountinfo" % pid).splitlines()]
    by_id = {m.id: m for m in mounts}
    mounts.sort(key=lambda m: m.key(by_id))
    for mount in mounts:
        out["mount %s %d" % mount.key(by_id)] = mount.words(names, mounts[0])


def _process(pid, names, out):
    base = "/proc/%d" % pid
    if _read(base + "/stat").rpartition(")")[2].split()[0] == "Z":
        out["exit code"] = _read(base + "/stat").split()[-1]
        return
    _status(str(pid), out)
    for name in WHOLE:
        out[name] = _read("%s/%s" % (base, name))
    for name in LINKS:
        out[name] = _link("%s/%s" % (base, name))
    for name in sorted(os.listdir(base + "/ns")):
        link = _link("%s/ns/%s" % (base, name))
        out["ns " + name] = "ours" if link == _link("/proc/self/ns/" + name) else "its own"
    if out.get("ns mnt") == "its own":
        _mounts(pid, names, out)
    for tid in sorted(os.listdir(base + "/task")):
        if int(tid) != pid:
            thread = {}
            _status("%d/task/%s" % (pid, tid), thread)
            thread["comm"] = _read("%s/task/%s/comm" % (base, tid))
            out.update(("thread %s %s" % (tid, k), v) for k, v in thread.items())
    pidfd = LIBC.syscall(_PIDFD_OPEN, pid, 0)
    for fd in sorted(os.listdir(base + "/fd"), key=int):
        what = "fd %s " % fd
        out[what + "link"] = names.plain(_link("%s/fd/%s" % (base, fd)))
        out[what + "info"] = _fdinfo(pid, fd)
        if pidfd >= 0:
            out.update((what + k, v) for k, v in _taken(pidfd, fd))
    if pidfd >= 0:
        os.close(pidfd)
    _memory(str(pid), out)


def of_tree(pid, names=None):
    """Return: name -> words, of the process and all below it."""
    names = names or Names()
    out = {}
    try:
        _process(pid, names, out)
    except (OSError, IndexError) as e:
        out["error"] = str(e)
    children = " ".join(_read("/proc/%d/task/%s/children" % (pid, tid))
                        for tid in sorted(os.listdir("/proc/%d/task" % pid))).split()
    out["children"] = " ".join(sorted(children))
    for child in children:
        if child.isdigit():
            out.update(("child %s: %s" % (child, k), v)
                       for k, v in of_tree(int(child), names).items())
    return out


def differences(before, after):
    """Return: [name, words] of what is not as it was, in one line each; nothing of whom is gone."""
    def one_line(words):
        return str(words)[:300].replace("\n", "\\n")
    changed = [k for k in dict.fromkeys(list(before) + list(after)) if before.get(k) != after.get(k)]
    gone = {k.rpartition(": ")[0] + ": " for k in changed if k.endswith(": children") and k not in after}
    return [(k, "%s -> %s" % (one_line(before.get(k, "-")), one_line(after.get(k, "-"))))
            for k in changed if not k.startswith(tuple(gone))]
