#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Makes objects that no rule is about, in the manner of mkobj: beyond.py --list, beyond.py NAME.

Where criu refuses one of them our report may say "unknown" or "blocked", but never "ok": so these
find the holes between the rules.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import beyond_files
import beyond_mounts
import beyond_sockets
import beyond_tasks
import wild
from beyond_tasks import CHANNEL

STATUS_LACKS = 4
hold_open = []
MODULES = (beyond_files, beyond_mounts, beyond_sockets, beyond_tasks)


def objects():
    """Name -> function, which makes the object in the process that calls it."""
    found = {}
    for module in MODULES:
        for name, make in vars(module).items():
            if callable(make) and getattr(make, "__module__", "") == module.__name__ \
                    and not name.startswith("_"):
                found["beyond-" + name.replace("_", "-")] = make
    return found


def clean_fds():
    null = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.closerange(3, CHANNEL)
    os.closerange(CHANNEL + 1, 4096)


def target(make, channel):
    os.setsid()
    os.dup2(channel, CHANNEL, inheritable=False)
    clean_fds()
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    try:
        made = make()
    except (OSError, AttributeError, OverflowError, subprocess.CalledProcessError) as e:
        os.write(CHANNEL, str(e).encode() or b"-")
        os._exit(1)
    os.write(CHANNEL, b"made")
    os.close(CHANNEL)
    # What make() returned must stay open.
    hold_open.append(made)
    while True:
        signal.pause()


def clean_up(folder):
    with open("/proc/self/mounts", encoding="utf-8") as f:
        points = [line.split()[1] for line in f]
    for point in reversed(points):
        if point.startswith(folder):
            subprocess.run(["umount", "-l", point], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def settle(pid):
    """Waits until the target waits, is stopped or is dead: whatever it was to become."""
    state = "R"
    while state in "RD":
        time.sleep(0.01)
        with open("/proc/%d/stat" % pid, encoding="utf-8") as f:
            state = f.read().rpartition(")")[2].split()[0]


def wait_for_end(pid, signals, stay):
    """@stay: the target may go, its number is free then."""
    while stay and signal.sigwait(signals) == signal.SIGCHLD:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            pass
    if not stay:
        signal.sigwait(signals[:3])


def hold(make, stay):
    """Return: exit status, once a signal says that it is over."""
    signals = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD]
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        target(make, write)
    os.close(write)
    said = os.read(read, 200)
    if said != b"made":
        print(said.decode(), file=sys.stderr)
        return STATUS_LACKS
    settle(pid)
    print("READY %d" % pid, flush=True)
    wait_for_end(pid, signals, stay)
    # Its children die of PR_SET_PDEATHSIG or are in its session.
    subprocess.run(["pkill", "-KILL", "-s", str(pid)], check=False)
    try:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    except (ProcessLookupError, ChildProcessError):
        pass
    return 0


def main():
    known = objects()
    if sys.argv[1:] == ["--list"]:
        for name in known:
            print("%s\t-\tbeyond\t" % name)
        return 0
    args = sys.argv[1:]
    stay = args[:1] == ["--stay"]
    name = args[stay] if len(args) == 1 + stay else ""
    if name.startswith(wild.PREFIX):
        known[name] = lambda: wild.make(name, CHANNEL)
    if name not in known:
        print("usage: beyond.py --list | beyond.py [--stay] NAME", file=sys.stderr)
        return 1
    folder = tempfile.mkdtemp(prefix="beyond-", dir="/var/tmp")
    os.chdir(folder)
    try:
        return hold(known[name], stay)
    finally:
        os.chdir("/")
        clean_up(folder)


if __name__ == "__main__":
    sys.exit(main())
