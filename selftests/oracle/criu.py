# SPDX-License-Identifier: GPL-2.0
"""Asks the real criu to dump a process tree, or to restore it, and reads its log."""
import glob
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile

ERROR = re.compile(r"^(?:\(\d+\.\d+\)\s*)?(?:pie: \d+: )?\s*Error \(([^)]*)\):\s*(.*)")
# Lines that may come first and are not why a dump failed.
HARMLESS = (
    "Can't setup RLIMIT_NOFILE",
)
FIRST_ERRORS = 3
DUMP_SECONDS = 60
# A restore that hangs does so for ever.
RESTORE_SECONDS = 20
GONE_SECONDS = 5
TIMEOUT = "timeout"


def version():
    out = subprocess.run(["criu", "--version"], stdout=subprocess.PIPE, check=True,
                         universal_newlines=True).stdout
    return re.search(r"^Version: (\d+(?:\.\d+)+)", out, re.M)[1]


class Dump:
    """rc is criu's exit status or TIMEOUT; errors are the first real ones of its log."""

    def __init__(self, rc, errors):
        self.rc = rc
        self.errors = errors

    @property
    def refused(self):
        return self.rc != 0

    @property
    def error(self):
        return self.errors[0] if self.errors else "-"


def errors_in(log):
    found = []
    for line in log.splitlines():
        m = ERROR.match(line)
        if m and not any(h in m[2] for h in HARMLESS):
            found.append("%s (%s)" % (m[2], m[1]))
    return found[:FIRST_ERRORS]


def read_text(path):
    try:
        with open(path, encoding="utf-8", errors="backslashreplace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def run(argv, seconds, out):
    """Return: exit status; criu and all it forked are killed when it takes too long."""
    with open(out, "w", encoding="utf-8") as f:
        p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=f, stderr=f,
                             start_new_session=True)
    try:
        return p.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(p.pid, signal.SIGKILL)
        p.wait()
        return TIMEOUT


def call(action, folder, options, seconds, more):
    """One action of criu in a folder of images.  Return: Dump."""
    argv = ["criu", action, "-D", folder, "-o", action + ".log", "-v4"] + more
    for option in options:
        argv += shlex.split(option)
    out = os.path.join(folder, action + ".out")
    rc = run(argv, seconds, out)
    errors = errors_in(read_text(os.path.join(folder, action + ".log")))
    if rc != 0 and not errors:
        errors = read_text(out).strip().splitlines()[:FIRST_ERRORS]
    return Dump(rc, errors)


def dump(pid, options, seconds, keep=None):
    """Dumps with @options, strings as they stand in needs=; @keep: folder to leave the log in."""
    folder = tempfile.mkdtemp(prefix="oracle-")
    try:
        result = call("dump", folder, options, seconds, ["-t", str(pid), "--leave-running"])
        log = os.path.join(folder, "dump.log")
        if keep:
            shutil.copy(log if os.path.exists(log) else os.path.join(folder, "dump.out"), keep)
        return result
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def dump_and_kill(pid, options, seconds, folder):
    """Leaves the images in @folder; a target that was dumped is gone afterwards."""
    return call("dump", folder, options, seconds, ["-t", str(pid)])


def root_folder(pid):
    """Return: the folder of ours that a process has for its root, None if it is none or "/"."""
    with open("/proc/%d/mountinfo" % pid, encoding="utf-8") as f:
        folder = next((words[3] for words in map(str.split, f) if words[4] == "/"), "/")
    try:
        same = os.path.samefile(folder, "/proc/%d/root/" % pid)
    except OSError:
        return None
    return folder if same and folder != "/" else None


def root_for(folder, original):
    """
    A root of an own mount namespace, which criu saves the number of and nothing more: a copy of
    @original or, without one, what mkobj_mntns.c has there.  It is a mount, as criu wants it.
    """
    if original:
        root = shutil.copytree(original, original + ".copy", symlinks=True)
        subprocess.run(["mount", "--bind", root, root], check=True)
        return root
    root = os.path.join(folder, "root")
    os.mkdir(root)
    subprocess.run(["mount", "-t", "tmpfs", "root", root], check=True)
    for name in ("point", "sub", "proc"):
        os.mkdir(os.path.join(root, name))
    open(os.path.join(root, "file"), "w", encoding="ascii").close()
    shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), "mkobj"), root)
    return root


def restore(folder, options, seconds, original=None):
    """
    From the images in @folder, in the background, with the numbers that the processes had; @original:
    root_folder() of before.
    """
    more = ["-d", "--pidfile", os.path.join(folder, "pid")]
    if not glob.glob(os.path.join(folder, "mountpoints-*.img")):
        return call("restore", folder, options, seconds, more)
    root = root_for(folder, original)
    try:
        return call("restore", folder, options, seconds, more + ["--root", root])
    finally:
        subprocess.run(["umount", root], check=False)


def restored_pid(folder):
    """Of the root, after restore()."""
    return int(read_text(os.path.join(folder, "pid")))


def dump_and_restore(obj, options, folder):
    """
    The images are in @folder, which a restored mount namespace may need; the caller kills what is
    restored.  In a pid namespace that has its own number there, and a new one here: obj.pid.
    Return: the dump and the restore, None where there was nothing to restore.
    """
    original = root_folder(obj.pid)
    gone = dump_and_kill(obj.pid, options, DUMP_SECONDS, folder)
    if gone.refused:
        return gone, None
    obj.wait_gone(GONE_SECONDS)
    back = restore(folder, options, RESTORE_SECONDS, original)
    if not back.refused:
        obj.pid = restored_pid(folder)
    return gone, back
