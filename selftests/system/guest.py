#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
The part of the system test that runs in the virtual machine: starts the services, asks for a
report of each one's tree and of each single process, lets the real criu dump it, and says where
the two disagree.  See run.
"""
import argparse
import collections
import contextlib
import fnmatch
import glob
import os
import signal
import subprocess
import sys
import time

import criu
import judge
import report
import services

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 300
# What is busy changes between the report and the dump: it is asked again before that counts, and
# at last while it is stopped; then its queues have SETTLE_SECONDS to fill.
TRIES = 3
SETTLE_SECONDS = 1
WARM_UP_SECONDS = 5
VERDICTS = ("blocked", "options", "ok", "unknown", "lossy", "restore")
REFUSALS = ("blocker", "option")


def read_proc(pid, name):
    try:
        with open("/proc/%d/%s" % (pid, name), encoding="utf-8", errors="backslashreplace") as f:
            return f.read().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Gone(Exception):
    """What was to be asked is not there any more."""


class Tree:
    """What is dumped: a service, or a process as the root of its descendants."""

    def __init__(self, name, pid, box=None):
        self.name = name
        self.pid = pid
        self.box = box

    def pids(self):
        """The root and all its descendants."""
        found = [self.pid]
        for pid in found:
            for task in glob.glob("/proc/%d/task/*" % pid):
                children = read_proc(pid, "task/%s/children" % os.path.basename(task))
                found += [int(child) for child in children.split()]
        return found

    def signal(self, number):
        for pid in self.pids():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    @contextlib.contextmanager
    def stopped(self):
        """Nothing of it moves meanwhile."""
        self.signal(signal.SIGSTOP)
        try:
            time.sleep(SETTLE_SECONDS)
            yield
        finally:
            self.signal(signal.SIGCONT)

    def spelling(self, options):
        """Return: how to say @options to who makes the dump, None if there is no word."""
        return services.runc.spelling(options) if self.box else options

    def dump(self, options):
        if self.box:
            return self.box.checkpoint(self.spelling(options))
        return criu.dump(self.pid, options, SECONDS)

    def predict(self, ours, options):
        if options and not self.box and ours.verdict == "unknown":
            return judge.NONE
        if options:
            return judge.predict_with(ours)
        return judge.predict_container(ours) if self.box else judge.predict(ours)


class Answer:
    """One report and one dump; @kind: how they disagree, or empty."""

    def __init__(self, kind, ours, options, dump):
        self.kind = kind
        self.ours = ours
        self.options = options
        self.dump = dump

    def line(self):
        rules = sorted({f.rule for f in self.ours.findings})
        return "ours=%s rules=%s with=\"%s\" rc=%s | %s" % (
            self.ours.verdict, ",".join(rules) or "-", " ".join(self.options), self.dump.rc,
            self.dump.error)


def all_options(ours):
    """The first alternative of each option that the report wants."""
    return (judge.option_sets(ours) or [[]])[0]


def options_without(rule):
    """The same but for what that rule alone wants."""
    def of(ours):
        others = [f.needs()[0] for f in ours.of_class("option") if f.rule != rule]
        if set(others) == set(all_options(ours)):
            raise Gone("no %s by now" % rule)
        return list(dict.fromkeys(others))
    return of


class System:
    def __init__(self):
        self.version = criu.version()
        self.target = report.version_number(self.version)
        self.messages = report.messages(os.path.join(HERE, "ckptcheck_rules.def"))
        self.explained = judge.explanations(os.path.join(HERE, "explained"))
        self.outcomes = collections.Counter()
        self.matrix = collections.defaultdict(collections.Counter)
        self.findings = collections.defaultdict(collections.Counter)
        self.seen = []

    def compare(self, tree, options_of, predict):
        try:
            ours = report.read(tree.pid, self.target)
            if tree.box:
                judge.forget_mounts(ours, tree.box.mounts)
        except (OSError, ValueError) as e:
            raise Gone(e) from e
        options = options_of(ours)
        dump = tree.dump(options)
        if dump.rc == criu.TIMEOUT:
            raise Gone("criu did not end in %d s" % SECONDS)
        return Answer(judge.disagreement(predict(ours, options), dump, options), ours, options,
                      dump)

    def settle(self, tree, options_of, predict=None):
        """The same until report and dump are of the same mind, or it is no accident."""
        predict = predict or tree.predict
        for _ in range(TRIES - 1):
            answer = self.compare(tree, options_of, predict)
            if not answer.kind:
                return answer
            print("AGAIN     %s pid=%d %s" % (tree.name, tree.pid, answer.line()))
        with tree.stopped():
            return self.compare(tree, options_of, predict)

    def say(self, tree, answer, undecided=False):
        outcome, notes = "AGREE", []
        if answer.kind:
            why = judge.explain(self.explained, tree.name, self.version, answer.kind,
                                answer.dump.errors)
            outcome = "EXPLAINED" if why else "DISAGREE"
            notes.append("%s, %s" % (answer.kind, why.text if why else "not explained: " +
                                     " || ".join(answer.dump.errors)))
            notes += ["ours: " + f.line for f in answer.ours.findings]
        elif undecided:
            outcome = "UNKNOWN"
            notes += ["ours: " + f.line for f in answer.ours.of_class("unknown")]
            notes.append("ours: complete=%(complete)s reason=%(reason)s" % {
                "reason": "-", **answer.ours.head})
        self.outcomes[outcome] += 1
        print("%-9s %s pid=%d %s" % (outcome, tree.name, tree.pid, answer.line()))
        for note in notes:
            print("          %s" % note)

    def ask(self, tree, options_of):
        answer = self.settle(tree, options_of)
        undecided = tree.predict(answer.ours, answer.options) == judge.NONE
        self.say(tree, answer, undecided)
        return answer

    def count(self, answer, rules, what):
        """Of each rule: whether criu shares it."""
        for rule in rules:
            cls = next(f.cls for f in answer.ours.findings if f.rule == rule)
            self.findings[what][cls, rule] += 1

    def named(self, answer, rules):
        """Those of @rules that criu's errors are about."""
        def one(rule):
            texts = set(self.messages.get(rule, "").split("|")) - {""}
            return any(t in e for t in texts for e in answer.dump.errors)
        return {r for r in rules if one(r)}

    def share(self, tree, first, last):
        """
        Which of our refusals criu shares.  It stops at the first: the rules that want an option
        are tried one by one, with the options of all others.
        """
        blockers = {f.rule for f in last.ours.of_class("blocker")}
        options = {f.rule for f in last.ours.of_class("option")}
        if blockers:
            shared = self.named(first, blockers | options) | self.named(last, blockers)
            self.count(last, shared, "shared")
            self.count(last, (blockers | options) - shared, "hidden")
            return
        if len(options) == 1:
            self.count(last, options, "shared" if first.dump.refused else "alarm")
            return
        for rule in sorted(options):
            try:
                answer = self.settle(tree, options_without(rule), lambda *_: judge.FAIL)
            except Gone:
                self.count(last, [rule], "hidden")
                continue
            self.say(tree, answer)
            if not answer.dump.refused:
                self.count(last, [rule], "alarm")
            elif self.messages.get(rule) and not self.named(answer, [rule]):
                print("          reason: not %s" % rule)
                self.count(last, [rule], "hidden")
            else:
                self.count(last, [rule], "shared")

    def tree(self, tree, group):
        """Without options, with the first alternative of each, with all but one rule's."""
        self.seen.append(tree.name)
        try:
            first = last = self.ask(tree, lambda ours: [])
            self.matrix[group][first.dump.refused, first.ours.verdict] += 1
            if first.ours.of_class("option"):
                if tree.spelling(all_options(first.ours)) is None:
                    print("NO OPTION %s: runc has none for %s" % (
                        tree.name, " ".join(all_options(first.ours))))
                    return
                last = self.ask(tree, all_options)
            self.share(tree, first, last)
        except Gone as e:
            print("GONE      %s pid=%d | %s" % (tree.name, tree.pid, e))
            self.outcomes["GONE"] += 1

    def every_process(self):
        """Each as the root of its tree, but for ourselves and who waits for us."""
        for pid in sorted(int(p) for p in os.listdir("/proc") if p.isdigit()):
            if pid not in (1, os.getpid()) and read_proc(pid, "cmdline"):
                self.tree(Tree("process:" + read_proc(pid, "comm"), pid), "processes")

    def totals(self, seconds):
        for group, matrix in self.matrix.items():
            print("\n%-14s %s" % (group, " ".join("%8s" % v for v in VERDICTS)))
            for refused, name in ((True, "criu refuses"), (False, "criu dumps")):
                print("%-14s %s" % (name, " ".join("%8d" % matrix[refused, v] for v in VERDICTS)))
        print()
        for what, text in (("shared", "refusals that criu shares"),
                           ("hidden", "refusals that criu never came to"),
                           ("alarm", "false alarms")):
            rules = self.findings[what]
            print("%d %s: %s" % (sum(rules.values()), text, ", ".join(
                "%d %s %s" % (n, cls, rule) for (cls, rule), n in sorted(rules.items())) or "-"))
        for line in judge.unused(self.explained, self.seen, self.version):
            print(line)
        n = self.outcomes
        print("criu %s, %d trees in %.0f s" % (self.version, len(self.seen), seconds))
        print("%d not predicted, %d gone, %d broken" % (n["UNKNOWN"], n["GONE"], n["BROKEN"]))
        print("%d agree, %d explained, %d disagree"
              % (n["AGREE"], n["EXPLAINED"], n["DISAGREE"]))
        return 1 if n["DISAGREE"] or n["BROKEN"] or not n["AGREE"] else 0


def chosen(names):
    return [s for s in services.ALL
            if not names or any(fnmatch.fnmatchcase(s.name, n) for n in names)]


def start(system, wanted):
    """Those, and what they need.  Return: what of @wanted runs."""
    needed = {n for s in wanted for n in s.needs}
    running = []
    for service in services.ALL:
        if service not in wanted and service.name not in needed:
            continue
        began = time.monotonic()
        try:
            service.begin()
        except (OSError, subprocess.SubprocessError, services.runc.Broken) as e:
            print("BROKEN    %s | %s" % (service.name, e))
            system.outcomes["BROKEN"] += 1
            continue
        print("started   %s pid=%d in %.0f s" % (
            service.name, service.pid, time.monotonic() - began))
        running.append(service)
    for service in running:
        if service.load:
            service.load()
    # Who asks goes before who is busy: there is one processor, and maybe a slow one.
    os.nice(-10)
    time.sleep(WARM_UP_SECONDS)
    return [s for s in running if s in wanted]


def main():
    p = argparse.ArgumentParser(description="compares our reports of a whole system with criu")
    p.add_argument("services", nargs="*", help="shell patterns (all, and every process)")
    p.add_argument("--processes", action="store_true", help="every process, too")
    args = p.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    began = time.monotonic()
    system = System()
    for service in start(system, chosen(args.services)):
        system.tree(Tree(service.name, service.pid, service.box), "services")
    if args.processes or not args.services:
        system.every_process()
    status = system.totals(time.monotonic() - began)
    for service in services.ALL:
        service.end()
    services.stop_all()
    return status


if __name__ == "__main__":
    sys.exit(main())
