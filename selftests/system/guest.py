#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
The part of the system test that runs in the virtual machine: starts the services, asks for a
report of each one's tree and of each single process, lets the real criu dump it, and says where
the two disagree.  See run.
"""
import collections
import os
import sys
import time

import criu
import judge
import report
import services

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 60
# What is busy changes between the report and the dump: it is asked again before that counts.
TRIES = 4
WARM_UP_SECONDS = 3
VERDICTS = ("blocked", "options", "ok", "unknown", "lossy", "restore")


def comm(pid):
    try:
        with open("/proc/%d/comm" % pid, encoding="utf-8", errors="backslashreplace") as f:
            return f.read().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def is_user_process(pid):
    try:
        with open("/proc/%d/cmdline" % pid, "rb") as f:
            return bool(f.read(1))
    except (FileNotFoundError, ProcessLookupError):
        return False


class System:
    def __init__(self):
        self.version = criu.version()
        self.target = report.version_number(self.version)
        self.messages = report.messages(os.path.join(HERE, "ckptcheck_rules.def"))
        self.outcomes = collections.Counter()
        self.matrix = collections.Counter()
        self.reasons = collections.Counter()
        self.findings = collections.Counter()

    def compare(self, pid, options_of):
        """One report, one dump.  Return: kind of disagreement, report, options, dump."""
        ours = report.read(pid, self.target)
        options = options_of(ours)
        dump = criu.dump(pid, options, SECONDS)
        predicted = judge.predict_with(ours) if options else judge.predict(ours)
        return judge.disagreement(predicted, dump, options), ours, options, dump

    def settle(self, pid, options_of):
        """The same until report and dump are of the same mind, or it is no accident."""
        for _ in range(TRIES):
            result = self.compare(pid, options_of)
            if not result[0]:
                break
        return result

    def say(self, what, pid, kind, ours, options, dump):
        outcome = "DISAGREE" if kind else "AGREE"
        if not options and judge.predict(ours) == judge.NONE and not kind:
            outcome = "UNKNOWN"
        self.outcomes[outcome] += 1
        print("%-9s %s pid=%d ours=%s with=\"%s\" rc=%s | %s" % (
            outcome, what, pid, ours.verdict, " ".join(options), dump.rc, dump.error))
        if kind:
            print("          %s" % kind)
            for line in ours.lines()[1:]:
                print("          ours: %s" % line)

    def tree(self, what, pid):
        """Without options, then with the first alternative of each that the report wants."""
        first = self.settle(pid, lambda ours: [])
        self.say(what, pid, *first)
        kind, ours, _, dump = first
        self.matrix[dump.refused, ours.verdict] += 1
        for f in ours.findings:
            self.findings[f.cls, f.rule] += 1
        if dump.refused and not kind:
            self.reasons[judge.reason_known(ours, dump, self.messages)] += 1
        if ours.of_class("option"):
            self.say(what, pid, *self.settle(pid, lambda now: (judge.option_sets(now) or [[]])[0]))

    def every_process(self):
        """Each as the root of its tree, but for ourselves and who waits for us."""
        mine = os.getpid()
        for pid in sorted(int(p) for p in os.listdir("/proc") if p.isdigit()):
            if pid in (1, mine) or not is_user_process(pid):
                continue
            try:
                self.tree("process:%s" % comm(pid), pid)
            except (OSError, ValueError) as e:
                print("GONE      process:%s pid=%d | %s" % (comm(pid), pid, e))

    def totals(self, seconds):
        print("\n%-14s %s" % ("", " ".join("%8s" % v for v in VERDICTS)))
        for refused, name in ((True, "criu refuses"), (False, "criu dumps")):
            print("%-14s %s" % (name, " ".join("%8d" % self.matrix[refused, v]
                                               for v in VERDICTS)))
        print("findings: %s" % ", ".join("%d %s %s" % (n, cls, rule) for (cls, rule), n
                                         in sorted(self.findings.items())))
        n = self.outcomes
        print("criu %s, %.0f s" % (self.version, seconds))
        print("reason agreement %d/%d" % (self.reasons[True],
                                          self.reasons[True] + self.reasons[False]))
        print("%d not predicted" % n["UNKNOWN"])
        print("%d agree, 0 explained, %d disagree" % (n["AGREE"], n["DISAGREE"]))
        return 1 if n["DISAGREE"] or not n["AGREE"] else 0


def main():
    sys.stdout.reconfigure(line_buffering=True)
    wanted = [s for s in services.ALL if not sys.argv[1:] or s.name in sys.argv[1:]]
    began = time.monotonic()
    system = System()
    for service in wanted:
        service.pid = service.start()
        if service.load:
            service.load()
        print("started   %s pid=%d" % (service.name, service.pid))
    time.sleep(WARM_UP_SECONDS)
    for service in wanted:
        system.tree(service.name, service.pid)
    if not sys.argv[1:]:
        system.every_process()
    status = system.totals(time.monotonic() - began)
    services.stop_all()
    return status


if __name__ == "__main__":
    sys.exit(main())
