# SPDX-License-Identifier: GPL-2.0
"""Fixtures and objects beyond the rules: lists, chooses, makes and ends them."""
import hashlib
import os
import select
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = ([os.path.join(HERE, "mkobj")], [sys.executable, os.path.join(HERE, "beyond.py")])
READY_SECONDS = 60
STATUS_LACKS = 4


class Case:
    def __init__(self, program, line):
        self.program = program
        self.name, self.rule, self.kind, self.flags = \
            (line.rstrip("\n") + "\t\t\t").split("\t")[:4]
        self.names = [self.name]

    def skip(self):
        """Return: why criu cannot be asked, '' if it can."""
        for flag in self.flags.split(","):
            if flag.startswith("criu=skip:"):
                return flag[len("criu=skip:"):]
        return ""


def all_cases():
    cases = []
    for program in PROGRAMS:
        out = subprocess.run(program + ["--list"], stdout=subprocess.PIPE, check=True,
                             universal_newlines=True).stdout
        cases += [Case(program, line) for line in out.splitlines()]
    return cases


def by_chance(name):
    """See wild.py."""
    return Case(PROGRAMS[1], name + "\t-\tbeyond")


def sample(cases, number, seed):
    """The same choice for the same seed everywhere; what criu cannot be asked is not chosen."""
    usable = [c for c in cases if not c.skip()]
    usable.sort(key=lambda c: hashlib.sha256(("%s %s" % (seed, c.name)).encode()).digest())
    chosen = {c.name for c in usable[:number]}
    return [c for c in cases if c.name in chosen]


class Lacks(Exception):
    """This kernel or machine has no such object."""


class Broken(Exception):
    """The fixture did not come up."""


class Object:
    """A running fixture; pid is the target's."""

    def __init__(self, case, stay=False):
        """@stay: what is outside of the target stays when the target is gone."""
        argv = case.program + (["--stay"] if stay else []) + case.names
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.pid = 0

    def __enter__(self):
        try:
            self.pid = self.wait_ready()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def wait_ready(self):
        text = b""
        deadline = time.monotonic() + READY_SECONDS
        fd = self.process.stdout.fileno()
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([fd], [], [], left)[0]:
                raise Broken("not ready in %d seconds" % READY_SECONDS)
            chunk = os.read(fd, 4096)
            if not chunk:
                break
            text += chunk
            for line in text.decode().splitlines(True):
                if line.startswith("READY ") and line.endswith("\n"):
                    return int(line.split()[1])
        why = self.process.stderr.read().decode(errors="backslashreplace").strip()
        if self.process.wait() == STATUS_LACKS:
            raise Lacks(why)
        raise Broken("status %s: %s" % (self.process.returncode, why))

    def state(self):
        """One letter as in /proc/<pid>/stat, '' if it is gone."""
        try:
            with open("/proc/%d/stat" % self.pid, encoding="utf-8",
                      errors="backslashreplace") as f:
                return f.read().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return ""

    def wait_gone(self, seconds):
        deadline = time.monotonic() + seconds
        while self.state() and time.monotonic() < deadline:
            time.sleep(0.05)

    def kill_tree(self):
        """Kills a target that was restored and is nobody's child here, and all below it."""
        left, tree = [self.pid], []
        while left:
            pid = left.pop()
            tree.append(pid)
            try:
                with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as f:
                    left += [int(word) for word in f.read().split()]
            except (FileNotFoundError, ProcessLookupError):
                pass
        for pid in tree:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()
