#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
The part of the container test that runs in the virtual machine: starts containers, reads our
report of each one's init, lets `runc checkpoint` save it, and says where the two disagree.
"""
import argparse
import collections
import fnmatch
import os
import socket
import sys
import tempfile

import criu
import judge
import report
import runc

HERE = os.path.dirname(os.path.abspath(__file__))
# A folder of the host that a container may get, and one that it does not.
GIVEN, HIDDEN = "/run/given", "/run/hidden"


class Variant:
    """
    @fixtures: what a process of the container holds; @rules: the findings that our report must
    have, no more and no less, but for those of class lossy; @opens: what its init has open
    besides; @binds, @host, @stdin: as
    runc.Container has them, but stdin is a word for what Host makes; @explained: kind of
    disagreement -> why it is none of ours.
    """

    def __init__(self, name, fixtures, rules, opens=(), binds=(), host=(), stdin=None,
                 explained=None):
        self.name = name
        self.fixtures = fixtures.split()
        self.rules = rules.split()
        self.opens = list(opens)
        self.binds = binds
        self.host = host
        self.stdin = stdin
        self.explained = explained or {}

    def args(self):
        args = ["/bin/mkobj"] + self.fixtures
        return ["/bin/outside"] + self.opens + ["--"] + args if self.opens else args


TCP = "tcp-connected tcp-connected "
SPECIAL = ("/proc/self/status", "/proc/sys/kernel/hostname", "/sys/kernel/uevent_seqnum",
           "/sys/fs/cgroup/cgroup.procs", "/dev/shm", "/dev/pts", "/dev/mqueue", "/dev/zero",
           "/bin/mkobj")
# Of these, runc covers the files with /dev/null and the folders with an empty tmpfs.
MASKED = ("/proc/kcore", "/proc/acpi", "/sys/firmware")

VARIANTS = (
    Variant("plain", "plain", ""),
    Variant("flock", "lock-flock", "lock-flock"),
    Variant("tcp", "tcp-connected", TCP),
    Variant("tcp-flock", "tcp-connected lock-flock", TCP + "lock-flock"),
    Variant("udp-corked", "udp-corked", "udp-corked"),
    Variant("shm", "shm-sysv-host-ipcns", ""),
    Variant("shm-host-ipc", "shm-sysv-host-ipcns", "shm-sysv-host-ipcns", host=["ipc"]),
    Variant("tcp-host-net", "tcp-connected", TCP, host=["network"]),
    Variant("unix-host", "plain", "unix-external-stream", opens=[GIVEN + "/socket"],
            binds=[(GIVEN, GIVEN)]),
    Variant("files", "plain-tree", "", opens=SPECIAL + MASKED + (GIVEN + "/file",),
            binds=[(GIVEN, GIVEN)]),
    Variant("stdin-pipe", "plain", "", stdin="pipe"),
    Variant("stdin-fifo", "plain", "file-mount-unknown", stdin="fifo"),
    Variant("stdin-file", "plain", "file-mount-unknown", stdin="file"),
    Variant("stdin-socket", "plain", "sock-foreign-netns", stdin="socket"),
    Variant("terminal", "plain", "mnt-devpts-no-master tty-slave-unpaired", stdin="terminal",
            explained={"dumps": "runc tells criu orphan-pts-master, which has no option"}),
)


class Host:
    """What a container may have from the outside."""

    def __init__(self):
        for folder in (GIVEN, HIDDEN):
            os.makedirs(folder)
            with open(folder + "/file", "w", encoding="utf-8") as f:
                f.write("of the host\n")
        os.mkfifo(HIDDEN + "/fifo")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(GIVEN + "/socket")
        self.listener.listen()
        self.listener.setblocking(False)
        self.keep = []

    def stdin(self, kind):
        """Return: the container's."""
        if kind in (None, "terminal"):
            return kind
        if kind == "file":
            return os.open(HIDDEN + "/file", os.O_RDONLY)
        if kind == "fifo":
            its = os.open(HIDDEN + "/fifo", os.O_RDONLY | os.O_NONBLOCK)
            ours = os.open(HIDDEN + "/fifo", os.O_WRONLY)
        elif kind == "pipe":
            its, ours = os.pipe()
        else:
            its, ours = (s.detach() for s in socket.socketpair())
        self.keep.append(ours)
        return its

    def accept(self):
        try:
            self.keep.append(self.listener.accept()[0])
        except BlockingIOError:
            pass


class Test:
    def __init__(self, args):
        self.args = args
        self.folder = tempfile.mkdtemp(prefix="container-", dir="/run")
        self.target = report.version_number(criu.version())
        self.messages = report.messages(os.path.join(HERE, "ckptcheck_rules.def"))
        self.host = Host()
        self.outcomes = collections.Counter()

    def say(self, outcome, variant, text):
        self.outcomes[outcome] += 1
        print("%-9s %s: %s" % (outcome, variant.name, text))

    def checkpoint(self, variant, box, flags):
        keep = self.args.logs and "%s/%s%s" % (self.args.logs, variant.name, "".join(flags))
        return box.checkpoint(flags, keep)

    def judge(self, variant, kind, flags, dump):
        outcome = "AGREE"
        if kind:
            outcome = "EXPLAINED" if kind in variant.explained else "DISAGREE"
        self.say(outcome, variant, "runc checkpoint %s: rc=%s | %s" % (
            " ".join(flags) or "without options", dump.rc, dump.error))
        if kind:
            print("          %s, %s" % (kind, variant.explained.get(kind, "not explained")))

    def report(self, box):
        return judge.forget_mounts(report.read(box.pid, self.target), box.mounts)

    def findings(self, variant, ours):
        print("  verdict=%s complete=%s reason=%s" % (
            ours.verdict, ours.head["complete"], ours.head.get("reason", "-")))
        for finding in ours.findings:
            print("  " + finding.line)
        # What a dump loses runc never mentions; a pipe of the engine's is in each container.
        found = sorted(f.rule for f in ours.findings if f.cls != "lossy")
        if found != sorted(variant.rules):
            self.say("DISAGREE", variant, "findings: %s; wanted: %s" % (
                " ".join(found) or "-", " ".join(variant.rules) or "-"))

    def without_options(self, variant, box):
        ours = self.report(box)
        self.findings(variant, ours)
        status = self.command(box)
        dump = self.checkpoint(variant, box, [])
        kind = judge.disagreement(judge.predict_container(ours), dump, [])
        if dump.refused and judge.reason_known(ours, dump, self.messages) is False:
            kind = kind or "reason"
        self.judge(variant, kind, [], dump)
        self.judge_command(variant, status, dump)

    def command(self, box):
        """What the command says of the container: it knows what runc gives by itself."""
        done = runc.run(["ckptcheck", "--container", box.name, "-rn", "-o", "CLASS,RULE,NEEDS"])
        print("  ckptcheck --container %s: status %d" % (box.name, done.returncode))
        print("".join("  %s\n" % line for line in done.stdout.splitlines()), end="")
        return done.returncode

    def judge_command(self, variant, status, dump):
        """Lossy and restore are no refusals, unknown says nothing."""
        agrees = status == 4 or (status in (2, 3)) == dump.refused
        self.say("AGREE" if agrees and status != 1 else "DISAGREE", variant,
                 "ckptcheck --container: status %d" % status)

    def with_options(self, variant, box):
        """Each set of options anew: needs= may name what the dump before has changed."""
        ours = self.report(box)
        for number in range(len(judge.option_sets(ours))):
            ours = self.report(box)
            options = judge.option_sets(ours)[number]
            flags = runc.spelling(options)
            if flags is None:
                print("NO OPTION %s: runc has none for %s" % (variant.name, " ".join(options)))
                continue
            dump = self.checkpoint(variant, box, flags)
            self.judge(variant, judge.disagreement(judge.predict_with(ours), dump, flags), flags,
                       dump)

    def one(self, variant):
        print("\n%s: %s" % (variant.name, " ".join(variant.args())))
        stdin = self.host.stdin(variant.stdin)
        try:
            with runc.Container(self.folder, variant.name, variant.args(), variant.binds,
                                variant.host, stdin) as box:
                self.host.accept()
                self.without_options(variant, box)
                self.with_options(variant, box)
        except (runc.Broken, OSError, ValueError, IndexError) as e:
            self.say("DISAGREE", variant, "broken: %s" % e)
        finally:
            if isinstance(stdin, int):
                os.close(stdin)

    def all(self, names):
        for variant in VARIANTS:
            if not names or any(fnmatch.fnmatchcase(variant.name, n) for n in names):
                self.one(variant)
        n = self.outcomes
        print("\n%d agree, %d explained, %d disagree"
              % (n["AGREE"], n["EXPLAINED"], n["DISAGREE"]))
        return 1 if n["DISAGREE"] or not n["AGREE"] else 0


def main():
    p = argparse.ArgumentParser(description="compares our reports of containers with runc")
    p.add_argument("variants", nargs="*", help="shell patterns (all)")
    p.add_argument("--logs", help="folder to leave criu's logs in")
    args = p.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    if args.logs:
        os.makedirs(args.logs, exist_ok=True)
    print("Linux %s, runc %s, criu %s" % (os.uname().release, runc.version(), criu.version()))
    return Test(args).all(args.variants)


if __name__ == "__main__":
    sys.exit(main())
