# SPDX-License-Identifier: GPL-2.0
"""What our report predicts, and whether criu agrees.  Nothing in here runs anything."""
import fnmatch
import re

PASS, FAIL, NONE = "pass", "fail", "none"


def predict(report):
    """Whether a dump without options fails; NONE where the report could not decide."""
    if report.of_class("blocker") or report.of_class("option"):
        return FAIL
    if report.verdict == "unknown":
        return NONE
    return PASS


def option_sets(report):
    """
    What to try: first the first alternative of every option finding together, then each other
    alternative in its place.  Options that need the same words are given once.  Nothing where a
    finding does not name its option.
    """
    needs = [f.needs() for f in report.of_class("option")]
    if not needs or not all(needs):
        return []
    tries = [[n[0] for n in needs]]
    for i, alternatives in enumerate(needs):
        for other in alternatives[1:]:
            tries.append([other if j == i else n[0] for j, n in enumerate(needs)])
    unique = []
    for options in tries:
        options = list(dict.fromkeys(options))
        if options not in unique:
            unique.append(options)
    return unique


def predict_with(report):
    """
    The same with the options of one of option_sets().  The network alone may be incomplete: what
    else there is of it is hardly ever found.
    """
    if report.of_class("blocker"):
        return FAIL
    incomplete = set(report.head.get("reason", "network").split(",")) - {"network"}
    return NONE if report.of_class("unknown") or incomplete else PASS


def forget_mounts(report, points):
    """Drops the findings about mounts that a container's engine tells criu of itself."""
    report.findings = [f for f in report.findings
                       if not (f.rule.startswith("mnt-") and f.keys["path"] in points)]
    return report


def predict_container(report):
    """
    The same by the findings alone: the network of a container may be "complete=no", but what runc
    makes must pass where nothing is found.
    """
    if report.of_class("blocker") or report.of_class("option"):
        return FAIL
    return NONE if report.of_class("unknown") else PASS


def disagreement(predicted, dump, options):
    """Return: '' or one of refuses, dumps, option-fails, option-dumps."""
    if predicted == NONE or (predicted == FAIL) == dump.refused:
        return ""
    if options:
        return "option-fails" if dump.refused else "option-dumps"
    return "refuses" if dump.refused else "dumps"


def reason_known(report, dump, messages):
    """
    Whether criu's first errors hold what the rule table predicts for one of the findings; None
    where the table predicts no text.
    """
    wanted = {text for f in report.findings if f.cls in ("blocker", "option")
              for text in messages.get(f.rule, "").split("|")} - {""}
    if not wanted:
        return None
    return any(w in e for w in wanted for e in dump.errors)


class Explanation:
    """One line of the file "explained"."""

    def __init__(self, line):
        self.cases, self.criu, self.kind, self.text = line.split(None, 3)
        self.used = False

    def about(self, case, version):
        return fnmatch.fnmatchcase(case, self.cases) and fnmatch.fnmatchcase(version, self.criu)

    def holds(self, case, version, kind):
        return self.about(case, version) and kind == self.kind

    def quotes(self, errors):
        """Whether the first of its words in double quotes are criu's, if there are any."""
        quoted = re.search(r'"([^"]+)"', self.text)
        return not quoted or any(quoted[1] in e for e in errors)


def explanations(path):
    with open(path, encoding="utf-8") as f:
        return [Explanation(line.strip()) for line in f
                if line.strip() and not line.startswith("#")]


def explain(explained, case, version, kind, errors=None):
    """
    Return: the one of @explained that holds, which is used from now on, or None.  With @errors, it
    must quote one of them if it quotes anything.
    """
    for e in explained:
        if e.holds(case, version, kind) and (errors is None or e.quotes(errors)):
            e.used = True
            return e
    return None


def unused(explained, cases, version):
    """Lines about what no case of @cases needs any more."""
    return ["unused explanation: %s %s %s" % (e.cases, e.criu, e.kind) for e in explained
            if not e.used and not e.kind.startswith(("loss-", "wild-")) and
            any(e.about(case, version) for case in cases)]
