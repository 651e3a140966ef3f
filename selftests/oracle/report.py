# SPDX-License-Identifier: GPL-2.0
"""Reads /proc/ckptcheck/<pid> for a CRIU version, and knows the rule table's messages."""
import fcntl
import os
import re
import struct

PROC = "/proc/ckptcheck"
VIEW_INFO_NONE = 1 << 2
# _IOW(0xc9, 1, struct ckptcheck_view)
IOC_VIEW = 1 << 30 | 16 << 16 | 0xC9 << 8 | 1

PAIR = re.compile(r'([a-z][a-z0-9-]*)=("(?:[^"\\]|\\.)*"|\S*)')
ESCAPE = re.compile(r'\\(x[0-9a-fA-F]{2}|.)')


def version_number(text):
    """'3.17.1' -> CKPTCHECK_VERSION(3, 17, 1)"""
    parts = [int(p) for p in text.split(".")[:3]]
    parts += [0] * (3 - len(parts))
    return parts[0] << 16 | parts[1] << 8 | parts[2]


def unquote(value):
    if not value.startswith('"'):
        return value
    one = {"n": "\n", "t": "\t", "r": "\r"}
    return ESCAPE.sub(lambda m: chr(int(m[1][1:], 16)) if len(m[1]) == 3
                      else one.get(m[1], m[1]), value[1:-1])


class Finding:
    def __init__(self, line):
        self.line = line
        self.cls, self.rule = line.split(" ", 2)[:2]
        self.keys = {k: unquote(v) for k, v in PAIR.findall(line)}

    def needs(self):
        """The alternatives, each one string as a user would paste it."""
        return self.keys.get("needs", "").split("|") if "needs" in self.keys else []


class Report:
    """head is what the first line says; findings holds the records."""

    def __init__(self, text):
        lines = text.splitlines()
        if not lines or not lines[0].startswith("ckptcheck 1 "):
            raise ValueError("not a report: %r" % text[:80])
        if not lines[-1].startswith("end "):
            raise ValueError("report was cut: %r" % lines[-1][:80])
        self.head = {k: unquote(v) for k, v in PAIR.findall(lines[0])}
        self.verdict = self.head["verdict"]
        self.findings = [Finding(line) for line in lines[1:-1]]

    def of_class(self, cls):
        return [f for f in self.findings if f.cls == cls]

    def lines(self):
        """What must be the same before and after a dump."""
        return [self.verdict] + [f.line for f in self.findings]


def read(pid, target):
    fd = os.open("%s/%d" % (PROC, pid), os.O_RDONLY)
    try:
        fcntl.ioctl(fd, IOC_VIEW, struct.pack("4I", target, VIEW_INFO_NONE, 0, 0))
        chunks = []
        while True:
            chunk = os.read(fd, 1 << 16)
            if not chunk:
                break
            chunks.append(chunk)
    finally:
        os.close(fd)
    return Report(b"".join(chunks).decode("utf-8", "backslashreplace"))


def messages(path):
    """Rule name -> what the rule table says that CRIU prints, alternatives separated by '|'."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    row = re.compile(r'^CKPT_RULE\(\w+, "([^"]+)",.*?\n\t  "([^"]*)",\n', re.M | re.S)
    found = dict(row.findall(text))
    names = re.findall(r'^CKPT_RULE\(\w+, "([^"]+)"', text, re.M)
    if sorted(found) != sorted(names):
        raise ValueError("%s: cannot read every row" % path)
    return found
