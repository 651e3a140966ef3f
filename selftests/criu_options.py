#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Options of criu in force: every option of `criu --help` is accepted, every one that a rule names
changes what is found, and where another one does, the real criu agrees.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

NUMBER = FAILED = 0
TOOL = os.environ.get("CKPTCHECK", "ckptcheck")
# Fixtures, and options that no needs= names.
OTHERS = (
    ("tcp-half-closed", "--tcp-close"),
    ("tcp-syn-sent", "--tcp-close"),
    ("tun-noinfo", "--empty-ns net"),
    ("mnt-fs-unsupported", "--enable-fs all"),
    ("mnt-fs-unsupported", "--enable-fs tmpfs"),
    ("mnt-no-root-mount", "--external mnt[]"),
    ("mnt-no-root-mount.twice", "--external mnt[/point]:x"),
    ("mnt-fs-unsupported.twice", "--external mnt[/point]:x"),
    ("file-ghost-too-big", "--external file[{mnt:x}:{ino:x}]"),
    ("unix-external-stream", "--ext-unix-sk={ino}"),
    ("unix-external-stream", "--ext-unix-sk"),
    ("tty-slave-unpaired-multi", "--shell-job"),
    ("tty-slave-unpaired-multi", "--external tty[{st-rdev:x}:{st-dev:x}] --shell-job"),
)


def test(name, wrong):
    global NUMBER, FAILED
    NUMBER += 1
    if wrong:
        FAILED += 1
        print("\n".join("# " + line for line in str(wrong).splitlines()))
    print("%s %d %s" % ("not ok" if wrong else "ok", NUMBER, name))


def skip(name, why):
    global NUMBER
    NUMBER += 1
    print("ok %d %s # SKIP %s" % (NUMBER, name, why))


def run(*argv):
    return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=120, check=False)


class Holder:
    """A process with an object; pid is 0 where this kernel cannot have it."""

    def __init__(self, fixture):
        self.fixture = fixture

    def __enter__(self):
        self.process = subprocess.Popen(["./mkobj", self.fixture], stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                        text=True)
        found = (re.match(r"READY (\d+)$", line) for line in self.process.stdout)
        self.pid = int(next((m for m in found if m), [0, 0])[1])
        return self.pid

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Answer:
    """What the command says with those options of criu in force."""

    def __init__(self, pid, options):
        self.line = ["dump", "-t", str(pid)] + [w for o in options for w in shlex.split(o)]
        done = run(TOOL, "-J", *self.line)
        self.status = done.returncode
        self.errors = done.stderr
        self.findings = json.loads(done.stdout)["ckptcheck"][0].get("findings", [])

    def of(self, rule):
        return [f for f in self.findings if f["rule"] == rule]

    def missing(self):
        return [f for f in self.findings if f["class"] == "option"]

    def __str__(self):
        return "\n".join(["%s: status %d" % (" ".join(self.line), self.status), self.errors] +
                         [json.dumps(f) for f in self.findings])


def quoted(need):
    """An alternative of needs= as a shell takes it."""
    name, blank, argument = need.partition(" ")
    return name + (blank and " " + shlex.quote(argument))


def help_options():
    """Each option of criu's help, and whether the real criu wants an argument for it."""
    seen = {}
    for line in run("criu", "--help").stdout.splitlines():
        found = re.match(r"\s*(?:-(\w)\S*\|)?--([a-z-]+)", line)
        for option in found and ["--" + found[2]] + (["-" + found[1]] if found[1] else []) or []:
            if option not in seen:
                seen[option] = "requires an argument" in run("criu", option).stderr
    return seen


def accepted(pid):
    options = help_options()
    test("criu --help has options", len(options) < 60 and list(options))
    for option, argument in options.items():
        words = [option, "7:7"] if argument else [option]
        # ours last: some of those are about the process
        done = run(TOOL, "criu", "dump", *words, "-t", str(pid))
        test("%s is known" % " ".join(words), (done.returncode or "no option" in done.stderr) and
             done.stderr + done.stdout)
    done = run(TOOL, "criu", "dump", "--no-such-option", "-t", str(pid))
    test("another one is named", "no option" not in done.stderr and done.stderr)


def named_by_rule(rule, pid):
    """The options of needs= change what is found, and without them nothing does."""
    without = Answer(pid, [])
    mine = [f for f in without.of(rule) if f["class"] == "option"]
    if not mine:
        skip(rule, "no such finding here")
        return
    nameless = [f["rule"] for f in without.missing() if not f.get("needs")]
    if nameless:
        skip(rule, "%s does not name its option" % nameless[0])
        return
    # Others may want the same option: those that this rule wants are left out there, too.
    others = [f["needs"][0] for f in without.missing() if f not in mine]
    needed = {n for f in mine for n in f["needs"]}
    others = list(dict.fromkeys(quoted(n) for n in others if n not in needed))
    wrong = []
    for number in range(max(len(f["needs"]) for f in mine)):
        options = [quoted(f["needs"][min(number, len(f["needs"]) - 1)]) for f in mine]
        answer = Answer(pid, others + options)
        if answer.missing() or answer.status == 3 or answer.errors:
            wrong.append(answer)
        if not all(f["class"] == "info" and f["met"] for f in answer.of(rule)):
            wrong.append(answer)
    answer = Answer(pid, others)
    if not [f for f in answer.of(rule) if f["class"] == "option"] or answer.status == 0:
        wrong.append(answer)
    test("%s: %s" % (rule, " | ".join(mine[0]["needs"])), "\n".join(str(w) for w in wrong))


def fill(option, findings):
    """Puts the finding's keys into an option; the number of a file's mount is in its fdinfo."""
    keys = dict(findings[0])
    if "{mnt" in option and "mnt" not in keys:
        with open("/proc/%d/fdinfo/%d" % (keys["pid"], keys["fd"]), encoding="utf-8") as f:
            keys["mnt"] = int(re.search(r"mnt_id:\s*(\d+)", f.read())[1])
    return re.sub(r"{([a-z-]+)(:x)?}", lambda m: "%x" % int(keys[m[1]]) if m[2] else
                  str(keys[m[1]]), option)


def agrees(fixture, option, pid):
    """What another option changes, the real criu knows as well."""
    rule = fixture.partition(".")[0]
    without = Answer(pid, [])
    name = "%s with %s" % (fixture, option)
    if not without.of(rule):
        skip(name, "no such finding here")
        return
    options = re.split(r" (?=--)", fill(option, without.of(rule)))
    others = [quoted(f["needs"][0]) for f in without.missing()
              if f["rule"] != rule and f.get("needs")]
    answer = Answer(pid, list(dict.fromkeys(others)) + [quoted(o) for o in options])
    with tempfile.TemporaryDirectory() as folder:
        done = run("criu", *answer.line, "-D", folder, "-o", "log", "--leave-running")
        with open(folder + "/log", encoding="utf-8", errors="replace") as f:
            log = f.read()
    says = {0: True, 2: False, 3: False, 5: True}.get(answer.status)
    print("# %s: status %d, criu %d" % (name, answer.status, done.returncode))
    # Since Linux 6.16 SO_PASSCRED is an option of UNIX sockets alone, which criu 4.1 does not know.
    if "Can't get 1:16 opt: Operation not supported" in log:
        skip(name, "this criu saves no internet socket on this kernel")
        return
    test(name, says is not None and says != (done.returncode == 0) and "%s\n%s" % (answer, log))


def main():
    os.environ["HOME"] = "/nonexistent"
    sys.stdout.reconfigure(line_buffering=True)
    version = re.search(r"Version: (\S+)", run("criu", "--version").stdout)[1]
    with Holder("plain") as pid:
        accepted(pid)
    rules = json.loads(run(TOOL, "--list-rules", "-J", "--target", version).stdout)["rules"]
    for rule in [r["name"] for r in rules if r["class"] == "option"]:
        with Holder(rule) as pid:
            if pid:
                named_by_rule(rule, pid)
            else:
                skip(rule, "not on this machine")
    for fixture, option in OTHERS:
        with Holder(fixture) as pid:
            if pid:
                agrees(fixture, option, pid)
            else:
                skip("%s with %s" % (fixture, option), "not on this machine")
    print("1..%d" % NUMBER)
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
