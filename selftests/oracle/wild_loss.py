#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Objects by chance (wild.py), dumped and restored: what our report says nothing of has to be there
again.  A line a case:
same       all that can be seen of it from outside (state.py) is as before
explained  something is not, or it fails, and the file "explained" has the reason
told       something is not, and our report has a finding
LOST       something is not, and our report has none
FAILS      the restore fails, or the process dies of it, and our report has no such finding
refused    criu refuses it, which is what `run -- --wild N` is about
"""
import argparse
import collections
import os
import re
import shutil
import sys
import tempfile
import time

import criu
import judge
import mkobj
import report
import state
import wild

OF_CHILD = re.compile(r"^(child \d+: )+|^thread \d+ ")
PLAIN = wild.PREFIX + "call:umask:18"


class Trial:
    def __init__(self, case, target):
        self.case = case
        self.target = target
        self.first = None
        self.text = ""
        self.changes = []

    def restored(self, obj, folder, options):
        """Return: an outcome if that is the end of it."""
        dump, restore = criu.dump_and_restore(obj, options, folder)
        self.text = " || ".join((restore or dump).errors)
        if dump.refused:
            return "refused"
        if restore.refused:
            return "FAILS"
        time.sleep(0.2)
        return "FAILS" if obj.state() in ("", "Z") else ""

    def run(self):
        with mkobj.Object(self.case, stay=True) as obj:
            self.first = report.read(obj.pid, self.target)
            sets = judge.option_sets(self.first)
            # The restore of what is external wants to be given something in its place.
            if judge.predict_with(self.first) != judge.PASS or \
                    self.first.verdict in ("restore", "unknown") or \
                    "external" in str(sets):
                return "not asked"
            before = state.of_tree(obj.pid)
            folder = tempfile.mkdtemp(prefix="loss-")
            try:
                outcome = self.restored(obj, folder, sets[0] if sets else [])
                if not outcome:
                    self.changes = state.differences(before, state.of_tree(obj.pid))
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                obj.kill_tree()
        return outcome

    def findings(self, usual):
        return [f for f in self.first.findings if f.rule not in usual]


def judged(trial, outcome, usual, explained):
    """Return: the outcome, and the lines that tell of it."""
    version = usual["criu"]
    findings = trial.findings(usual["rules"])
    lines = ["ours: " + f.line for f in findings]
    if outcome == "FAILS":
        why = judge.explain(explained, trial.case.name, version, "wild-fails")
        if any(f.cls in ("restore", "unknown") or "harm" in f.keys for f in findings):
            outcome = "told"
        elif why:
            outcome = "explained"
            lines.append("explained: " + why.text)
    if outcome:
        return outcome, lines
    changes = ["%s: %s" % c for c in trial.changes if OF_CHILD.sub("", c[0]) not in usual["changes"]]
    left = [c for c in changes if not judge.explain(
        explained, OF_CHILD.sub("", c).replace(" ", "_"), version, "wild-change")]
    if left:
        return "told" if findings else "LOST", left + lines
    return "explained" if changes else "same", changes


def one(case, target, usual, explained):
    trial = Trial(case, target)
    try:
        outcome = trial.run()
    except mkobj.Lacks:
        return "skipped"
    except (mkobj.Broken, OSError, ValueError, IndexError) as e:
        print("BROKEN    %s | %s" % (case.name, e))
        return "BROKEN"
    outcome, lines = judged(trial, outcome, usual, explained)
    print("%-9s %s | %s" % (outcome, case.name, trial.text))
    for line in lines:
        print("          %s" % line)
    return outcome


def usual_of(version):
    """What is so with a process that has nothing, and with which criu."""
    trial = Trial(mkobj.by_chance(PLAIN), report.version_number(version))
    outcome = trial.run()
    print("control: %s, %s" % (outcome or "restored", " || ".join("%s: %s" % c for c in trial.changes)))
    return {"rules": {f.rule for f in trial.first.findings},
            "changes": {name for name, _ in trial.changes},
            "criu": version}


def main():
    p = argparse.ArgumentParser(description="dumps and restores objects by chance")
    p.add_argument("--seed", default="0", help="which ones (0)")
    p.add_argument("--of", choices=wild.KINDS, help="of that kind alone")
    p.add_argument("what", nargs="+", help="how many, or their names")
    args = p.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    version = criu.version()
    target = report.version_number(version)
    usual = usual_of(version)
    names = args.what
    if names[0].isdigit():
        names = wild.Dice(args.seed).names(int(names[0]), args.of)
    explained = judge.explanations(os.path.join(os.path.dirname(os.path.abspath(__file__)), "explained"))
    n = collections.Counter(one(mkobj.by_chance(name), target, usual, explained) for name in names)
    print(" ".join("%d %s," % (n[k], k) for k in sorted(n)))
    bad = n["LOST"] + n["FAILS"] + n["BROKEN"]
    print("%d agree, %d explained, %d disagree" % (sum(n.values()) - n["explained"] - bad, n["explained"], bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
