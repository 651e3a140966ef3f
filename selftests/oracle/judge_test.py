#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Proves, without a machine and without criu, that the oracle would notice a disagreement."""
import os
import sys

import criu
import judge
import report

HERE = os.path.dirname(os.path.abspath(__file__))
HEAD = "ckptcheck 1 pid=1 comm=x target=4.2 verdict=%s processes=1 threads=1 files=1 vmas=1 " \
    "complete=yes\n"
BLOCKER = "blocker udp-corked pid=1 fd=3 ino=5\n"
STREAM = 'option unix-external-stream pid=1 fd=4 ino=7 needs="--external unix[7]"\n'
TCP = 'option tcp-connected pid=1 fd=5 needs="--tcp-established|--tcp-close"\n'
UNKNOWN = 'unknown file-kind-unknown pid=1 fd=6 path="a\\x20b\\n\\"c"\n'
LOG = """(00.000010) Warn  (criu/x.c:1): not an error
(00.000020) Error (criu/util.c:2): Can't setup RLIMIT_NOFILE: Operation not permitted
(00.000030) Error (criu/sk-inet.c:474): inet: Can't dump corked dgram socket 5
"""


def make(verdict, *lines):
    return report.Report(HEAD % verdict + "".join(lines) + "end findings=%d\n" % len(lines))


def make_incomplete(reason, *lines):
    head = HEAD.replace("complete=yes", "complete=no reason=" + reason) % "unknown"
    return report.Report(head + "".join(lines) + "end findings=%d\n" % len(lines))


def disagreements():
    good, bad = criu.Dump(0, []), criu.Dump(1, ["x"])
    hung = criu.Dump(criu.TIMEOUT, [])
    fine, blocked, options = make("ok"), make("blocked", BLOCKER), make("options", TCP)
    unknown = make("unknown", UNKNOWN)
    both = make("unknown", UNKNOWN, TCP)
    lossy = make("lossy", "lossy udp-pending-msgmore pid=1 fd=3\n")
    kind = judge.disagreement
    yield "criu refuses, we say ok", kind(judge.predict(fine), bad, []) == "refuses"
    yield "criu hangs, we say ok", kind(judge.predict(fine), hung, []) == "refuses"
    yield "criu refuses, we say lossy", kind(judge.predict(lossy), bad, []) == "refuses"
    yield "criu dumps, we say blocked", kind(judge.predict(blocked), good, []) == "dumps"
    yield "criu dumps, we say options", kind(judge.predict(options), good, []) == "dumps"
    yield "needs= does not help", \
        kind(judge.predict_with(options), bad, ["--x"]) == "option-fails"
    yield "agreement", not kind(judge.predict(fine), good, []) \
        and not kind(judge.predict(blocked), bad, []) \
        and not kind(judge.predict_with(options), good, ["--x"])
    yield "unknown predicts nothing", judge.predict(unknown) == judge.NONE
    yield "options of a report that is not complete predict nothing", \
        judge.predict_with(make_incomplete("namespaces", TCP)) == judge.NONE and \
        judge.predict_with(make_incomplete("network,mounts", TCP)) == judge.NONE
    yield "but if the network alone is missing", \
        judge.predict_with(make_incomplete("network", TCP)) == judge.PASS
    yield "an option is predicted beside an unknown", judge.predict(both) == judge.FAIL \
        and judge.predict_with(both) == judge.NONE


def reading():
    yield "options together, then each alternative", \
        judge.option_sets(make("options", STREAM, TCP)) == [
            ["--external unix[7]", "--tcp-established"], ["--external unix[7]", "--tcp-close"]]
    yield "an option of two findings is given once", \
        judge.option_sets(make("options", TCP, TCP))[0] == ["--tcp-established"]
    yield "escapes", make("unknown", UNKNOWN).findings[0].keys["path"] == 'a b\n"c'
    try:
        report.Report(HEAD % "ok")
        yield "a report that was cut is refused", False
    except ValueError:
        yield "a report that was cut is refused", True
    errors = criu.errors_in(LOG)
    yield "harmless lines are skipped", errors == [
        "inet: Can't dump corked dgram socket 5 (criu/sk-inet.c:474)"]
    rules = os.path.join(HERE, "../../uapi/linux/ckptcheck_rules.def")
    messages = report.messages(rules)
    yield "the reason is known by the table", \
        judge.reason_known(make("blocked", BLOCKER), criu.Dump(1, errors), messages) is True
    yield "versions", report.version_number("3.17.1") == 0x031101
    about = judge.explanations(os.path.join(HERE, "explained"))
    busy = judge.Explanation('x * refuses busy: "has data" (sk.c)')
    yield "an explanation of another error is none", \
        judge.explain([busy], "x", "4.1", "refuses", ["queue has data (sk.c:1)"]) is busy \
        and judge.explain([busy], "x", "4.1", "refuses", ["lock"]) is None
    yield "explanations have a kind that exists", all(
        e.kind in ("refuses", "dumps", "option-fails", "option-dumps", "loss-fails",
                   "loss-refused", "loss-kept", "loss-other", "wild-change", "wild-fails") for e in about)


def main():
    failed = 0
    tests = list(disagreements()) + list(reading())
    print("1..%d" % len(tests))
    for number, (name, passed) in enumerate(tests, 1):
        print("%sok %d %s" % ("" if passed else "not ", number, name))
        failed += not passed
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
