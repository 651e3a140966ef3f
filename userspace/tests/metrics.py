# SPDX-License-Identifier: GPL-2.0
"""metrics.py FILE EXPRESSION - whether EXPRESSION holds for metrics as ckptcheck writes them."""
import json as json_module
import os
import re
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LINE = re.compile(r'(\w+(?:{(?:\w+="(?:[^"\\\n]|\\["\\n])*",?)*})?) (\d+(?:\.\d+)?)')


def json(path):
    with open(path, encoding="utf-8") as file:
        return json_module.load(file)


with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
with open(HERE + "/../../uapi/linux/ckptcheck_rules.def", encoding="utf-8") as file:
    known = set(re.findall(r'CKPT_RULE\(\w+, "([^"]*)"', file.read()))
lines = text.splitlines()
types = [line[7:] for line in lines if line.startswith("# TYPE ")]
help = [line[7:].split()[0] for line in lines if line.startswith("# HELP ")]
d, labels = {}, set()
for line in lines:
    if line.startswith("#"):
        continue
    match = LINE.fullmatch(line)
    assert match, line
    assert match[1] not in d, line
    d[match[1]] = float(match[2])
    labels |= set(re.findall(r'[{,](\w+)="', match[1]))


def same_verdicts(path):
    """As `ckptcheck --all --json` has them, with one process without a report, which is unknown."""
    summary = json(path)["summary"]
    for verdict, number in summary["verdicts"].items():
        name = 'ckptcheck_processes{verdict="%s"}' % verdict
        if d[name] != number + (verdict == "unknown"):
            return False
    return summary["not-read"] == 1 and len(summary["verdicts"]) == 6


def same_rules(path):
    rules = [r for r in json(path)["summary"]["rules"] if r["rule"] in known]
    return len(rules) > 5 and rules == [
        r for r in rules
        if d['ckptcheck_finding_processes{class="%s",rule="%s"}' % (r["class"], r["rule"])] ==
        r["processes"]]


assert text.endswith("\n# EOF\n"), text
sys.exit(not eval(sys.argv[2]))
