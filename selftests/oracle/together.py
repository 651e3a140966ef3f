# SPDX-License-Identifier: GPL-2.0
"""
Cases made of several fixtures in one target.  Only such are chosen as criu may dump by themselves:
with a blocker among them there would be nothing to see.
"""
import hashlib
import itertools

import mkobj
import report


class Together(mkobj.Case):
    """Several cases, made by one mkobj."""

    def __init__(self, cases):
        super().__init__(cases[0].program, "+".join(c.name for c in cases))
        self.names = [c.name for c in cases]
        self.rule = "+".join(c.rule for c in cases)


class Chooser:
    def __init__(self, cases, target, seed, known):
        """@known: says whether the oracle disagrees on that case already."""
        self.cases = [c for c in cases if c.kind != "beyond" and not c.skip() and not known(c)]
        self.target = target
        self.seed = seed
        self.fine = {}

    def is_fine(self, case):
        if case.name not in self.fine:
            try:
                with mkobj.Object(case) as obj:
                    found = report.read(obj.pid, self.target)
                self.fine[case.name] = not found.of_class("blocker") and \
                    found.verdict != "unknown" and \
                    not any("harm" in f.keys for f in found.findings)
            except (mkobj.Lacks, mkobj.Broken, OSError, ValueError, IndexError):
                self.fine[case.name] = False
        return self.fine[case.name]

    def shuffled(self, number):
        """The same order for the same seed and number everywhere."""
        key = "%s %d " % (self.seed, number)
        return sorted(self.cases, key=lambda c: hashlib.sha256((key + c.name).encode()).digest())

    def choose(self, size, rounds):
        for number in range(rounds):
            fine = (c for c in self.shuffled(number) if self.is_fine(c))
            yield Together(list(itertools.islice(fine, size)))
