#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
The part of the oracle that shows what is lost: dumps a fixture, restores it, and looks again.

A line a fixture of a rule that is `lossy` or `restore` for this criu:
lost       dump and restore pass, and the finding is gone, as the state it was about
fails      the dump passes and the restore fails, with criu's first error
refused    the dump fails, with criu's first error
kept       the finding is there as before: nothing was lost, the rule is wrong
Each is as the rule's class says or not; what is not is explained in the file "explained" or fails.
Where the report has a blocker, or something unknown, beside the loss, no more is asked (HIDDEN).

With --near-misses the same for those, where our report says "ok": each has to come back (same).
"""
import argparse
import collections
import fnmatch
import os
import shutil
import signal
import sys
import tempfile
import time

import criu
import judge
import mkobj
import report

HERE = os.path.dirname(os.path.abspath(__file__))
SETTLE_SECONDS = 5
EXPECTED = {"lossy": ("lost",), "restore": ("fails",), "ok": ("same",)}
# A near miss of one rule may have what another rule is about.
EXPECTED_MISS = {"lossy": ("same", "other"), "restore": ("fails",), "ok": ("same",)}


class Loss:
    """One fixture, dumped and restored."""

    def __init__(self, case, target):
        self.case = case
        self.target = target
        self.cls = ""
        self.outcome = ""
        self.text = "-"
        self.notes = []

    def finding(self, pid):
        """Our finding of the case's own rule, None if there is none, and the whole report."""
        now = report.read(pid, self.target)
        return next((f for f in now.findings if f.rule == self.case.rule), None), now

    def look_again(self, obj, before):
        """The restored process may need a moment to get where it was."""
        deadline = time.monotonic() + SETTLE_SECONDS
        while obj.state() == "" and time.monotonic() < deadline:
            time.sleep(0.1)
        if obj.state() in ("", "Z"):
            self.outcome, self.text = "fails", "the restored process is gone"
            return
        after, now = self.finding(obj.pid)
        self.text = after.line if after else "verdict now %s" % now.verdict
        if before:
            self.outcome = "kept" if after else "lost"
            self.notes = ["before: %s" % before.line]
        else:
            # criu leaves its own chains of the packet filter in a restored network namespace.
            locked = not now.findings and now.head.get("reason") == "network"
            self.outcome = "same" if now.verdict == "ok" or locked else "other"
            self.notes = now.lines()[1:]

    def dump_and_restore(self, obj, folder, before, options):
        dump, restore = criu.dump_and_restore(obj, options, folder)
        if dump.refused:
            self.outcome, self.text = "refused", dump.error
            return
        if restore.refused:
            self.outcome, self.text = "fails", restore.error
            return
        self.look_again(obj, before)

    def run(self):
        """Return: False if the case is not about a loss with this criu."""
        with mkobj.Object(self.case, stay=True) as obj:
            before, first = self.finding(obj.pid)
            self.cls = before.cls if before else first.verdict
            if self.cls not in EXPECTED:
                return False
            # What else there is may keep it from being restored at all.
            if first.verdict == "restore":
                self.cls = "restore"
            if judge.predict_with(first) != judge.PASS or first.head["complete"] != "yes":
                self.outcome, self.text = "hidden", "verdict %s" % first.verdict
                return True
            sets = judge.option_sets(first)
            folder = tempfile.mkdtemp(prefix="loss-")
            try:
                self.dump_and_restore(obj, folder, before, sets[0] if sets else [])
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                obj.kill_tree()
        return True

    def show(self, explanation):
        good = self.outcome in (EXPECTED_MISS if self.case.kind == "miss" else EXPECTED)[self.cls]
        result = "SHOWN" if good else "HIDDEN" if self.outcome == "hidden" else \
            "EXPLAINED" if explanation else "DISAGREE"
        print("%-9s %s rule=%s class=%s %s | %s" % (
            result, self.case.name, self.case.rule, self.cls, self.outcome, self.text))
        for note in self.notes:
            print("          %s" % note)
        if explanation and not good:
            print("          explained: %s" % explanation.text)
        return result


def control(target):
    """A process with nothing to lose comes back with nothing lost: the harness itself works."""
    case = next(c for c in mkobj.all_cases() if c.name == "plain")
    with mkobj.Object(case, stay=True) as obj:
        folder = tempfile.mkdtemp(prefix="loss-")
        try:
            dump, restore = criu.dump_and_restore(obj, [], folder)
            restored = restore and not restore.refused
            verdict = report.read(obj.pid, target).verdict if restored else "-"
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            obj.kill_tree()
    print("control: plain dump rc=%s restore rc=%s verdict=%s" % (
        dump.rc, restore.rc if restore else "-", verdict))
    return verdict == "ok"


def one(case, target, version, explained):
    """Return: the result, None if the case is no matter of losses."""
    loss = Loss(case, target)
    try:
        if not loss.run():
            return None
    except mkobj.Lacks:
        return "SKIPPED"
    except (mkobj.Broken, OSError, ValueError) as e:
        print("BROKEN    %s rule=%s | %s" % (case.name, case.rule, e))
        return "BROKEN"
    kind = "loss-" + loss.outcome
    why = judge.explain(explained, case.name, version, kind)
    return loss.show(why)


def main():
    p = argparse.ArgumentParser(description="shows what a dump and a restore lose")
    p.add_argument("--near-misses", action="store_true", help="what is ok has to come back")
    p.add_argument("cases", nargs="*", help="shell patterns of case names (all)")
    args = p.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    version = criu.version()
    target = report.version_number(version)
    explained = judge.explanations(os.path.join(HERE, "explained"))
    start = time.monotonic()
    n = collections.Counter()
    ok = control(target)
    for case in mkobj.all_cases():
        if (case.kind == "miss") != args.near_misses or case.skip() or case.rule == "-":
            continue
        if args.cases and not any(fnmatch.fnmatchcase(case.name, p) for p in args.cases):
            continue
        n[one(case, target, version, explained)] += 1
    print("criu %s, losses of %d cases in %.0f s" % (
        version, n["SHOWN"] + n["EXPLAINED"] + n["DISAGREE"], time.monotonic() - start))
    print("%d hidden by other findings, %d skipped, %d broken" % (
        n["HIDDEN"], n["SKIPPED"], n["BROKEN"]))
    print("%d agree, %d explained, %d disagree" % (
        n["SHOWN"] + ok, n["EXPLAINED"], n["DISAGREE"] + (not ok)))
    return 1 if n["DISAGREE"] or n["BROKEN"] or not ok else 0


if __name__ == "__main__":
    sys.exit(main())
