#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
ckptcheck-criu as an action script of the real criu, in the virtual machine: what stands in criu's
log, what is stopped and what is not, and that nothing which fails in it stops a dump.
"""
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

import criu
import runc

HERE = os.path.dirname(os.path.abspath(__file__))
HOOK = HERE + "/ckptcheck-criu"
BIN, CONFIG, RUNC_CONFIG = "/run/bin", "/etc/criu/default.conf", "/etc/criu/runc.conf"
MODE = "/etc/ckptcheck.conf"
# The first criu that runs action scripts of a configuration file in RPC mode.
RPC_SCRIPTS = (3, 19)


# What a person would see, line by line.
SESSION = []


class Tap:
    def __init__(self):
        self.number = self.failed = 0
        self.name = ""

    def that(self, what, holds, shown=""):
        self.number += 1
        if not holds:
            self.failed += 1
            print("\n".join("# " + line for line in str(shown).splitlines()))
        print("%s %d - %s: %s" % ("ok" if holds else "not ok", self.number, self.name, what))

    def end(self):
        print("1..%d" % self.number)
        return 1 if self.failed or not self.number else 0


TAP = Tap()


def write(path, text, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)


def command(text=None):
    """The command that the script finds: the real one, or a program with that text."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(BIN + "/ckptcheck")
    if text is None:
        os.symlink(shutil.which("ckptcheck"), BIN + "/ckptcheck")
    elif text:
        write(BIN + "/ckptcheck", text, 0o755)


def mode(word):
    write(MODE, "# of the test\ncriu-hook = %s\n" % word)


@contextlib.contextmanager
def holder(*fixtures):
    """A process with those objects.  Yields its pid."""
    with subprocess.Popen([HERE + "/mkobj"] + list(fixtures), stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL, text=True) as p:
        try:
            for line in p.stdout:
                ready = re.match(r"READY (\d+)$", line)
                if ready:
                    break
            yield int(ready[1])
        finally:
            p.terminate()


class Said:
    """What became of a dump: its status, its log, and of that our lines and criu's errors."""

    def __init__(self, rc, log):
        self.rc = rc
        self.log = log
        self.ours = "\n".join(re.findall(r"^(?:Warn |Error) \(ckptcheck\): .*", log, re.M))
        self.errors = [e for e in criu.errors_in(log) if not e.endswith("(ckptcheck)")]

    def __str__(self):
        return "status %s\n%s\n%s" % (self.rc, self.ours, "\n".join(self.errors))


def dump(pid, *options, hook=True):
    with tempfile.TemporaryDirectory(prefix="hook-", dir="/run") as folder:
        argv = ["criu", "dump", "-t", str(pid), "-D", folder, "-o", "log", "-v4",
                "--leave-running"] + list(options)
        if hook:
            argv += ["--action-script", HOOK]
        rc = criu.run(argv, 120, folder + "/out")
        return Said(rc, criu.read_text(folder + "/log"))


def note(text):
    SESSION.extend(["", "# " + text])


def shell(line):
    """Return: what came of that line, which is part of the session."""
    done = subprocess.run(["sh", "-c", line], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, text=True, cwd="/tmp")
    SESSION.extend(["$ " + line] + done.stdout.splitlines())
    if done.returncode:
        SESSION.append("(exit status %d)" % done.returncode)
    return done


def checkpoint(box, *options):
    """By runc, which leaves criu's log."""
    for folder in ("/tmp/image", "/tmp/work"):
        shutil.rmtree(folder, ignore_errors=True)
    done = shell(" ".join(["runc checkpoint --leave-running --image-path image --work-path work"] +
                          list(options) + [box.name]))
    shell("grep -E 'ckptcheck[)]|Error' work/dump.log")
    return Said(done.returncode, criu.read_text("/tmp/work/dump.log"))


def same_session(path):
    """The recorded session, but for numbers, names of temporary files and widths of columns."""
    def plain(lines):
        text = re.sub(r"mkobj\.\w+", "mkobj.X", "\n".join(lines).replace(" (installed)", ""))
        return re.sub(r" +", " ", re.sub(r"\d+(\.\d+)*", "7", text)).splitlines()

    print("\n".join("| " + line for line in SESSION))
    TAP.name = "session"
    with open(path, encoding="utf-8") as f:
        recorded = f.read().splitlines()
    wrong = [b for a, b in zip(plain(recorded), plain(SESSION)) if a != b]
    TAP.that("it is as recorded (selftests/hook/run --record)", not wrong and
             len(recorded) == len(SESSION), "\n".join(wrong))


def command_line():
    """A process, criu, and ckptcheck between them."""
    TAP.name = "command line"
    os.makedirs("/tmp/d")
    note("A process with a lock, a TCP connection and a UNIX socket of somebody else")
    with holder("lock-flock", "tcp-connected", "unix-external-stream") as pid:
        line = "dump -t %d --tcp-established -D d --leave-running" % pid
        done = shell("criu " + line)
        TAP.that("criu finds something", done.returncode, done.stdout)
        done = shell("ckptcheck criu " + line)
        TAP.that("we find more", done.returncode == 3 and "unix-external-stream" in done.stdout
                 and "lock-flock" in done.stdout, done.stdout)
        done = shell(done.stdout.splitlines()[-1])
        TAP.that("the line that was printed passes", not done.returncode, done.stdout)


def is_untouched(pid):
    with open("/proc/%d/status" % pid, encoding="utf-8") as f:
        text = f.read()
    return "State:\tS" in text and "TracerPid:\t0" in text


def missing_option():
    TAP.name = "an option is missing"
    mode("enforce")
    with holder("lock-flock") as pid:
        said = dump(pid)
        TAP.that("criu refuses it", said.rc and "file locks" in said.errors[0], said)
        TAP.that("the log names object and option, and has a line to paste", re.search(
            r"(?m)^Warn  \(ckptcheck\): %d fd \d+ .*lock-flock.*--file-locks$" % pid, said.ours)
            and re.search(r"(?m)^Warn .*: criu dump -t %d -D .* --action-script \S+ --file-locks$"
                          % pid, said.ours), said)
        said = dump(pid, "--file-locks")
        TAP.that("with the option it passes without a word", not said.rc and not said.ours, said)
        write(CONFIG, "file-locks\naction-script %s\n" % HOOK)
        said = dump(pid, hook=False)
        TAP.that("with both in default.conf as well", not said.rc and not said.ours
                 and HOOK in said.log, said)
        said = dump(pid, "--no-default-config")
        TAP.that("not without default.conf", said.rc and "--file-locks" in said.ours, said)
        os.unlink(CONFIG)


def blocker():
    TAP.name = "a blocker"
    with holder("udp-corked") as pid:
        mode("warn")
        said = dump(pid)
        TAP.that("warn: criu is left to refuse it", said.rc and "corked" in said.errors[0], said)
        TAP.that("warn: it is named", "Warn  (ckptcheck)" in said.ours
                 and "udp-corked" in said.ours, said)
        mode("enforce")
        said = dump(pid)
        TAP.that("enforce: the dump is stopped", said.rc and "corked" not in str(said.errors)
                 and "Pre dump script failed" in said.log, said)
        TAP.that("enforce: it is named", "Error (ckptcheck)" in said.ours
                 and "udp-corked" in said.ours, said)
        TAP.that("enforce: nothing was frozen", "Seized" not in said.log
                 and is_untouched(pid), said.log)
        with environment(CKPTCHECK_HOOK="warn"):
            said = dump(pid)
        TAP.that("the environment counts more", "corked" in str(said.errors), said)
        mode("off")
        said = dump(pid)
        TAP.that("off: not a word", not said.ours and "corked" in said.errors[0], said)
        mode("nonsense")
        said = dump(pid)
        TAP.that("nonsense: it is warn", '"nonsense"' in said.ours and "corked" in said.errors[0],
                 said)
        mode("enforce")
        rc = subprocess.run(["criu", "pre-dump", "-t", str(pid), "-D", tempfile.mkdtemp(),
                             "--action-script", HOOK], check=False,
                            stdin=subprocess.DEVNULL).returncode
        TAP.that("criu pre-dump does not run it", rc == 0, rc)
    with holder("unix-queue-creds") as pid:
        said = dump(pid)
        TAP.that("enforce: what goes away by itself stops nothing", "unix-queue-creds" in said.ours
                 and "Pre dump script" not in said.log, said)


@contextlib.contextmanager
def environment(**variables):
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def out_of_order():
    """Each of these dumps would have passed."""
    TAP.name = "out of order"
    mode("enforce")
    broken = {
        "a command that hangs": ("#!/bin/sh\ntrap '' TERM\nsleep 1000 & wait; wait\n", "in 5 s"),
        "a command that crashes": ("#!/bin/sh\nkill -SEGV $$\n", "no answer"),
        "a command that says nonsense": ("#!/bin/sh\necho blocker nonsense\nexit 9\n", "status 9"),
        "a command that is not one": ("nonsense\n", "no answer"),
        "a command that does not know its options":
            ("#!/bin/sh\necho Try --help >&2\nexit 1\n", "status 1"),
    }
    with holder("plain") as pid:
        for what, (text, words) in broken.items():
            command(text)
            said = dump(pid)
            TAP.that(what, said.rc == 0 and words in said.ours, said)
        command("")
        with environment(PATH="/usr/sbin:/run/nothing"):
            said = dump(pid)
        TAP.that("no command", said.rc == 0, said)
        command()
        subprocess.run(["umount", "/proc/ckptcheck"], check=True)
        said = dump(pid)
        TAP.that("nothing is mounted", said.rc == 0 and "nothing is mounted" in said.ours, said)
        subprocess.run(["rmmod", "ckptcheck"], check=True)
        said = dump(pid)
        TAP.that("no module", said.rc == 0 and "not loaded" in said.ours, said)
        subprocess.run("insmod /mnt/ckptcheck.ko 2>/dev/null || modprobe ckptcheck", shell=True,
                       check=True)
        said = dump(pid)
        TAP.that("in order again, and nothing to say", said.rc == 0 and not said.ours, said)


def containers():
    TAP.name = "runc"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(CONFIG)
    with tempfile.TemporaryDirectory(prefix="hook-", dir="/run") as folder:
        with runc.Container(folder, "locks", ["/bin/mkobj", "lock-flock"]) as box:
            note("A container that cannot be checkpointed, without ckptcheck-criu")
            said = checkpoint(box)
            TAP.that("without us it says what criu found first", said.rc and not said.ours
                     and "file locks" in said.errors[0], said)
            note("With it, and then with the option that it names")
            shell("echo action-script %s >> %s" % (HOOK, CONFIG))
            shell("echo criu-hook = enforce > " + MODE)
            said = checkpoint(box)
            TAP.that("with us, our list", said.rc and "lock-flock" in said.ours
                     and ": missing: --file-locks\n" in said.ours, said)
            TAP.that("all that the engine gives is known", "by RPC" not in said.ours
                     and "mnt-" not in said.ours, said)
            TAP.that("a missing option stops nothing", "file locks" in str(said.errors), said)
            said = checkpoint(box, "--file-locks")
            TAP.that("with the option that it names it passes", said.rc == 0, said)
            TAP.that("which we have seen", "missing" not in said.ours, said)
            note("Or with the option for all containers")
            shell("echo file-locks >> " + RUNC_CONFIG)
            said = checkpoint(box)
            TAP.that("an option in runc.conf is known", said.rc == 0
                     and "pipe-end-outside" in said.ours and "lock-flock" not in said.ours, said)
            os.unlink(RUNC_CONFIG)
        with runc.Container(folder, "corked", ["/bin/mkobj", "udp-corked"]) as box:
            note("Another container, for which no option helps")
            said = checkpoint(box)
            TAP.that("a blocker stops it, and is named", said.rc and "udp-corked" in said.ours
                     and "enforce" in said.ours and "corked" not in str(said.errors), said)
            TAP.that("the container runs on", is_untouched(box.pid))
        with runc.Container(folder, "terminal", ["/bin/mkobj", "plain"],
                            stdin="terminal") as box:
            note("One with a terminal: runc passes what it needs by RPC")
            said = checkpoint(box)
            TAP.that("what runc tells criu of itself stops nothing", said.rc == 0, said)
            TAP.that("nor is it called missing", "missing" not in said.ours, said)
    os.unlink(CONFIG)


def old_containers():
    """Why the manual wants a newer criu."""
    TAP.name = "runc with an old criu"
    write(CONFIG, "action-script /bin/true\n")
    with tempfile.TemporaryDirectory(prefix="hook-", dir="/run") as folder:
        with runc.Container(folder, "plain", ["/bin/mkobj", "plain"]) as box:
            said = checkpoint(box)
            TAP.that("it fails with any action script", said.rc
                     and "BUG at criu/action-scripts.c" in said.log, said)
    os.unlink(CONFIG)
    said = subprocess.run([HOOK], stdout=subprocess.PIPE, check=False, text=True).stdout
    TAP.that("the script says so if it is asked", criu.version() in said and "3.19" in said, said)


def main():
    sys.stdout.reconfigure(line_buffering=True)
    print("# Linux %s, runc %s, criu %s" % (os.uname().release, runc.version(), criu.version()))
    os.makedirs(BIN)
    command()
    missing_option()
    blocker()
    out_of_order()
    if tuple(int(n) for n in criu.version().split(".")) >= RPC_SCRIPTS:
        command_line()
        containers()
        same_session(HERE + "/hook-session.txt")
    else:
        old_containers()
    return TAP.end()


if __name__ == "__main__":
    sys.exit(main())
