#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Proves, without a machine and without criu, that the system test would notice a disagreement."""
import contextlib
import io
import subprocess
import sys

import criu
import guest
import report

QUEUE = "skqueue: Control messages in queue, not supported"
TCP = 'option tcp-connected pid=1 fd=5 needs="--tcp-established|--tcp-close"\n'
LOCK = "option lock-flock pid=1 fd=6 needs=--file-locks\n"
CREDS = "blocker unix-queue-creds pid=1 fd=3\n"


def make(verdict, *lines):
    return report.Report("ckptcheck 1 pid=1 comm=x target=4.1.1 verdict=%s complete=yes\n" % verdict
                         + "".join(lines) + "end findings=%d\n" % len(lines))


def outcomes(pid, ours, dump):
    """
    What comes out of one tree: @ours(whether it is stopped) is its report, @dump(options) what
    criu says, or empty where it dumps.
    """
    tree = guest.Tree("x", pid)

    def read(*_):
        stat = guest.read_proc(pid, "stat")
        return ours(stat.rpartition(") ")[2].startswith("T"))

    def make_dump(_, options, __):
        error = dump(options)
        return criu.Dump(1 if error else 0, [error] if error else [])
    report.read, criu.dump, criu.version = read, make_dump, lambda: "4.1.1"
    system = guest.System()
    system.explained = []
    with contextlib.redirect_stdout(io.StringIO()):
        system.tree(tree, "services")
        status = system.totals(0)
    return status, sum(system.findings["alarm"].values())


def tests(pid):
    yield "criu refuses, we say ok", outcomes(pid, lambda _: make("ok"), lambda _: QUEUE) == (1, 0)
    yield "it is a matter of time only", outcomes(
        pid, lambda stopped: make("blocked", CREDS) if stopped else make("ok"),
        lambda _: QUEUE) == (0, 0)
    yield "an option that is not needed", outcomes(
        pid, lambda _: make("options", TCP, LOCK),
        lambda options: "" if "--tcp-established" in options else "Connected TCP socket") == (1, 1)
    yield "an option that does not help", outcomes(
        pid, lambda _: make("options", TCP), lambda _: "Connected TCP socket") == (1, 0)
    yield "agreement", outcomes(
        pid, lambda _: make("options", TCP),
        lambda options: "" if options else "Connected TCP socket") == (0, 0)
    yield "nothing is left stopped", "T" not in guest.read_proc(pid, "stat").split()[2]


def main():
    guest.SETTLE_SECONDS = 0.1
    failed = 0
    with subprocess.Popen(["sleep", "1000"]) as child:
        for number, (name, passed) in enumerate(tests(child.pid), 1):
            print("%sok %d %s" % ("" if passed else "not ", number, name))
            failed += not passed
        child.kill()
    print("1..%d" % number)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
