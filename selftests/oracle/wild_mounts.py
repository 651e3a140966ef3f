# SPDX-License-Identifier: GPL-2.0
"""
Mount namespaces by chance (wild.py): a word has the steps that make one, a step is its kind and
paths in the new root with dots between, as in mounts:tmpfs.a:shared.a:bind.a.b:nest:tmpfs.b/x.
What cannot be done in its turn is left out.  The caller ends as a program that waits inside.
"""
import os
import shutil

import mountns
from libc import LIBC, check

_POINTS = ("a", "b", "c", "a/x", "b/x", "c/x", "a/s", "a/s/x")
_FS = ("tmpfs", "proc", "devpts", "mqueue", "ramfs")


def _bind(source, point, flags=0):
    os.makedirs(source, exist_ok=True)
    mountns.bind(source, point, flags)


def _move(source, point):
    os.makedirs(point, exist_ok=True)
    check(LIBC.syscall(mountns.MOVE_MOUNT, -100, source.encode(), -100, point.encode(), 0))


def _file(point):
    os.makedirs(point, exist_ok=True)
    with open(point + "/file", "w", encoding="utf-8") as f:
        f.write("x")


def _flags(flags):
    return lambda point: mountns.flag(point, mountns.REMOUNT | mountns.BIND | flags)


def _fs(kind):
    return lambda point: mountns.fs(point, kind)


def _pivot(point):
    """A root of its own, with what is needed in one."""
    shutil.copy("/mkobj", point)
    mountns.fs(point + "/proc", "proc")
    os.chdir(point)
    mountns.enter_root()


def _unmount(point):
    check(LIBC.umount2(point.encode(), 0))


# Kind -> what does it, and of how many paths.
_STEPS = {
    **{kind: (_fs(kind), 1) for kind in _FS},
    "bind": (_bind, 2),
    "rbind": (lambda a, b: _bind(a, b, mountns.REC), 2),
    "move": (_move, 2),
    "beneath": (mountns.copy_beneath, 2),
    "shared": (lambda a: mountns.flag(a, mountns.SHARED), 1),
    "slave": (lambda a: mountns.flag(a, mountns.SLAVE), 1),
    "private": (lambda a: mountns.flag(a, mountns.PRIVATE), 1),
    "unbindable": (lambda a: mountns.flag(a, mountns.UNBINDABLE), 1),
    "allshared": (lambda: mountns.flag("/", mountns.REC | mountns.SHARED), 0),
    "allslave": (lambda: mountns.flag("/", mountns.REC | mountns.SLAVE), 0),
    "umount": (_unmount, 1),
    "readonly": (_flags(mountns.RDONLY), 1),
    "noexec": (_flags(8), 1),
    "nosymfollow": (_flags(256), 1),
    "noatime": (_flags(1024), 1),
    "pivot": (_pivot, 1),
    "chdir": (os.chdir, 1),
    "file": (_file, 1),
    "open": (lambda a: mountns.leave_open(a + "/file"), 1),
    "rmdir": (shutil.rmtree, 1),
    "mkdir": (os.makedirs, 1),
}
# These put something on the last of their paths; the others mostly change one that has something.
_ATTACH = _FS + ("bind", "rbind", "move", "beneath")
# From here on in a child with a namespace of its own.
_NEST = "nest"
_OFTEN = ["tmpfs"] * 6 + ["bind"] * 5 + ["shared"] * 4 + ["slave"] * 2 + ["umount"] * 2


def _make(steps):
    """Return: what is left of @steps behind the first _NEST, None if there is none."""
    for number, step in enumerate(steps):
        kind, *paths = step.split(".")
        if kind == _NEST:
            return steps[number + 1:]
        try:
            _STEPS[kind][0](*("/" + path for path in paths))
        except OSError:
            pass
    return None


def _mounts(*steps):
    mountns.new_root()
    mountns.enter_root()
    _nest(_make(steps))
    mountns.run()


def _nest(steps):
    if steps is not None:
        mountns.nested_child(lambda: _nest(_make(steps)))


def _choose(dice):
    mounted, nested = [], False
    for _ in range(dice.below(12) + 4):
        kind = dice.one_of(_NEST, *_STEPS, *_OFTEN)
        # The root of the first is nothing that criu saves, and has to be there at the restore.
        if kind == "pivot" and not nested:
            continue
        nested = nested or kind == _NEST
        number = 0 if kind == _NEST else _STEPS[kind][1]
        paths = [dice.one_of(*_POINTS) for _ in range(number)]
        if kind in _ATTACH:
            mounted.append(paths[-1])
        elif number == 1:
            paths = [dice.one_of(*mounted, "b")]
        yield ".".join([kind] + paths)


KINDS = {"mounts": (_mounts, _choose)}
