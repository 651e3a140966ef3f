#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
The part of the oracle that runs in the virtual machine: makes every fixture, reads our report
of it, lets the real criu dump it, and says where the two disagree.  See run.
"""
import argparse
import collections
import fnmatch
import os
import sys
import time

import criu
import judge
import mkobj
import report
import together
import wild

HERE = os.path.dirname(os.path.abspath(__file__))
VERDICTS = ("blocked", "options", "ok", "unknown", "lossy", "restore")


class Row:
    """What came out for one case."""

    def __init__(self, case):
        self.case = case
        self.report = None
        self.outcome = "AGREE"
        self.plain = None
        self.tries = []
        self.notes = []

    def show(self):
        tries = " ".join('"%s":rc=%s' % (" ".join(o), d.rc) for o, d in self.tries) or "-"
        line = "%-9s %s rule=%s ours=%s predicted=%s rc=%s with=%s" % (
            self.outcome, self.case.name, self.case.rule, self.report.verdict,
            judge.predict(self.report), self.plain.rc, tries)
        print("%s | %s" % (line, self.plain.error))
        for note in self.notes:
            print("          %s" % note)


class Oracle:
    def __init__(self, args):
        self.args = args
        self.version = criu.version()
        self.target = report.version_number(self.version)
        self.messages = report.messages(os.path.join(HERE, "ckptcheck_rules.def"))
        self.explained = judge.explanations(os.path.join(HERE, "explained"))
        self.matrix = collections.Counter()
        self.outcomes = collections.Counter()
        self.reasons = collections.Counter()
        self.seen = []

    def ask(self, row, number=None):
        """
        One fixture, one dump, with the options of that number in option_sets() or with none.
        Return: the options and the dump; appends notes to @row.
        """
        with mkobj.Object(row.case) as obj:
            before = report.read(obj.pid, self.target)
            # Anew each time: needs= may name an inode number.
            options = judge.option_sets(before)[number] if number is not None else []
            row.report = row.report or before
            keep = self.args.logs and os.path.join(self.args.logs, "%s.%d" % (
                row.case.name, len(row.tries)))
            state = obj.state()
            dump = criu.dump(obj.pid, options, self.args.timeout, keep)
            if obj.state() in ("", "Z", "X", "T", "t") and obj.state() != state:
                row.notes.append("harm: the target is %s after the dump with %s" % (
                    "stopped" if obj.state() in ("T", "t") else "dead", " ".join(options) or "-"))
                self.outcomes["harm"] += 1
            else:
                self.note_changes(row, before, report.read(obj.pid, self.target))
        return options, dump

    @staticmethod
    def note_changes(row, before, after):
        if before.lines() != after.lines():
            row.notes.append("note: the dump changed our report")
            row.notes += ["  - %s" % x for x in before.lines() if x not in after.lines()]
            row.notes += ["  + %s" % x for x in after.lines() if x not in before.lines()]

    def judge(self, row, predicted, dump, options):
        kind = judge.disagreement(predicted, dump, options)
        if predicted == judge.NONE and row.outcome == "AGREE":
            row.outcome = "UNKNOWN"
        if not kind:
            return
        why = judge.explain(self.explained, row.case.name, self.version, kind)
        if why:
            row.outcome = "EXPLAINED" if row.outcome != "DISAGREE" else row.outcome
            row.notes.append("%s, explained: %s" % (kind, why.text))
            return
        row.outcome = "DISAGREE"
        row.notes.append("%s with %s: %s" % (kind, " ".join(options) or "no option",
                                             " || ".join(dump.errors) or "-"))
        row.notes += ["  ours: %s" % f.line for f in row.report.findings]

    def disagrees(self, case):
        """Whether that needs an explanation."""
        return any(e.about(case.name, self.version) for e in self.explained)

    def case(self, case):
        row = Row(case)
        _, row.plain = self.ask(row)
        first = row.report
        self.judge(row, judge.predict(first), row.plain, [])
        self.matrix[row.plain.refused, first.verdict] += 1
        if row.plain.refused:
            known = judge.reason_known(first, row.plain, self.messages)
            self.reasons[known] += 1
            if known is False:
                row.notes.append("reason: criu says %s" % " || ".join(row.plain.errors))
        for number in range(len(judge.option_sets(first))):
            options, dump = self.ask(row, number)
            row.tries.append((options, dump))
            self.judge(row, judge.predict_with(first), dump, options)
        self.outcomes[row.outcome] += 1
        row.show()

    def one(self, case):
        why = case.skip()
        if why:
            print("SKIPPED   %s rule=%s | %s" % (case.name, case.rule, why))
            self.outcomes["SKIPPED"] += 1
            return
        self.seen.append(case.name)
        try:
            self.case(case)
        except mkobj.Lacks as e:
            print("SKIPPED   %s rule=%s | this machine lacks it: %s" % (case.name, case.rule, e))
            self.outcomes["SKIPPED"] += 1
        except (mkobj.Broken, OSError, ValueError, IndexError) as e:
            if isinstance(e, mkobj.Broken) and len(case.names) > 1:
                print("SKIPPED   %s | cannot be made together: %s" % (case.name, e))
                self.outcomes["SKIPPED"] += 1
                return
            print("BROKEN    %s rule=%s | %s" % (case.name, case.rule, e))
            self.outcomes["BROKEN"] += 1

    def totals(self, seconds):
        print("\n%-14s %s" % ("", " ".join("%8s" % v for v in VERDICTS)))
        for refused, name in ((True, "criu refuses"), (False, "criu dumps")):
            print("%-14s %s" % (name, " ".join("%8d" % self.matrix[refused, v]
                                               for v in VERDICTS)))
        for line in judge.unused(self.explained, self.seen, self.version):
            print(line)
        n = self.outcomes
        print("criu %s, %d cases in %.0f s" % (self.version, len(self.seen), seconds))
        print("reason agreement %d/%d" % (self.reasons[True],
                                          self.reasons[True] + self.reasons[False]))
        print("%d not predicted, %d skipped, %d broken, %d harmed the target"
              % (n["UNKNOWN"], n["SKIPPED"], n["BROKEN"], n["harm"]))
        print("%d agree, %d explained, %d disagree"
              % (n["AGREE"], n["EXPLAINED"], n["DISAGREE"]))
        return 1 if n["DISAGREE"] or n["BROKEN"] or not n["AGREE"] else 0


def parse():
    p = argparse.ArgumentParser(description="compares ckptcheck's reports with the real criu")
    p.add_argument("cases", nargs="*", help="shell patterns of case names (all)")
    p.add_argument("--sample", type=int, metavar="N", help="only N cases")
    p.add_argument("--together", type=int, metavar="N",
                   help="N cases at a time, as many times as --sample says (100), of those that criu "
                   "may dump by themselves")
    p.add_argument("--wild", type=int, metavar="N", help="N objects by chance, see wild.py")
    p.add_argument("--of", choices=wild.KINDS, help="of that kind alone")
    p.add_argument("--seed", default="0", help="which ones (0)")
    p.add_argument("--timeout", type=int, default=60, help="seconds for one dump (60)")
    p.add_argument("--logs", help="folder to leave criu's logs in")
    return p.parse_args()


def main():
    args = parse()
    sys.stdout.reconfigure(line_buffering=True)
    if args.logs:
        os.makedirs(args.logs, exist_ok=True)
    oracle = Oracle(args)
    cases = mkobj.all_cases() + [mkobj.by_chance(c) for c in args.cases if c.startswith(wild.PREFIX)]
    if args.cases:
        cases = [c for c in cases if any(fnmatch.fnmatchcase(c.name, p) for p in args.cases)]
    if args.wild:
        cases = [mkobj.by_chance(name) for name in wild.Dice(args.seed).names(args.wild, args.of)]
    elif args.together:
        chooser = together.Chooser(cases, oracle.target, args.seed, oracle.disagrees)
        cases = chooser.choose(args.together, args.sample or 100)
    elif args.sample:
        cases = mkobj.sample(cases, args.sample, args.seed)
    start = time.monotonic()
    for case in cases:
        oracle.one(case)
    return oracle.totals(time.monotonic() - start)


if __name__ == "__main__":
    sys.exit(main())
