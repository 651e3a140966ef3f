# SPDX-License-Identifier: GPL-2.0
"""
Objects by chance: what processes can have, taken at random from everything that a few system calls
make, whether or not a rule is about it.  `run -- --wild N --seed S` asks about N of them.

A name says how an object is made, so that one can be made again: words separated by "+", each
"kind:argument:...", for example wild:open:/proc/self/maps:r+prctl:38:1.  The kinds are in the tables
KINDS of the modules wild_*: name -> (what makes it of words, what chooses the words).
"""
import os
import random
import subprocess

import wild_files
import wild_kernel
import wild_memory
import wild_mounts
import wild_sockets
import wild_tasks

PREFIX = "wild:"
KINDS = {name: kind for module in (wild_files, wild_memory, wild_mounts, wild_sockets, wild_tasks)
         for name, kind in module.KINDS.items()}
# Of the others something would be left behind in the namespace from which these lead away.
ALONE = list(wild_mounts.KINDS)
MIXED = [name for name in KINDS if name not in ALONE]
# What has the most in it comes up more often.
OFTEN = ["open"] * 4 + ["option"] * 2 + ["call"] * 3 + ["again"] * 4 + ["mount", "tcp", "named", "relatives"]
# Read by no case: it waits, or it changes the machine.
SKIPPED_PATHS = ("/proc/kmsg", "/dev/watchdog", "/proc/sysrq-trigger", "/proc/kcore", "/proc/acpi",
                 "/dev/vport", "/dev/mcelog")
TREES = ("/dev", "/proc", "/sys", "/sys/fs", "/sys/kernel/debug", "/etc", "/run", "/mnt/oracle")
FOLDERS = ("/proc", "/proc/self", "/proc/self/ns", "/proc/1", "/proc/self/net", "/proc/self/attr", "/dev")


def make(name, private):
    """
    Makes in the calling process what of it can be made; fails if that is nothing.  Children do not
    keep the descriptor @private.
    """
    wild_kernel.keep_private(private)
    errors = []
    words = name[len(PREFIX):].split("+")
    for word in words:
        kind, *args = word.split(":")
        try:
            wild_kernel.HELD.append(KINDS[kind][0](*args))
        except (OSError, OverflowError, ValueError, subprocess.CalledProcessError) as e:
            errors.append(e)
    if len(errors) == len(words):
        raise errors[0]


class Dice:
    """Chooses names; the same ones for the same seed and machine."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.trees = [self.find_paths(tree) for tree in TREES] + [
            [os.path.join(base, name) for name in sorted(os.listdir(base))] for base in FOLDERS]

    @staticmethod
    def find_paths(tree):
        """Folder by folder, a few of each name: there are thousands of the same kind in sysfs."""
        found, of_name = [], {}
        for folder, folders, files in os.walk(tree):
            folders[:] = sorted(f for f in folders if f != "events" and not f.isdigit())
            for name in sorted(files) + folders:
                path = os.path.join(folder, name)
                of_name[name] = of_name.get(name, 0) + 1
                if of_name[name] < 4 and not path.startswith(SKIPPED_PATHS) \
                        and ":" not in path and "+" not in path:
                    found.append(path)
        return found

    def path(self):
        return self.random.choice(self.random.choice(self.trees))

    def one_of(self, *choices):
        return self.random.choice(choices)

    def bits(self, width):
        """Few bits set, as flags mostly are."""
        return self.random.getrandbits(width) & self.random.getrandbits(width)

    def below(self, number):
        return self.random.randrange(number)

    def word(self, kind):
        return ":".join([kind] + [str(arg) for arg in KINDS[kind][1](self)])

    def names(self, number, kind=None):
        for _ in range(number):
            words = [self.word(kind or self.one_of(*MIXED, *OFTEN))
                     for _ in range(1 if kind in ALONE else self.one_of(1, 2, 3, 4))]
            yield PREFIX + "+".join(words)
