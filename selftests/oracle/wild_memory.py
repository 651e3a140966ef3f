# SPDX-License-Identifier: GPL-2.0
"""Objects by chance: memory, and what is mapped there."""
import ctypes
import os

import wild_files
import wild_kernel as wk


def _map(path, mode, prot, shared):
    fd = wild_files.open_as(path, mode)
    size = os.fstat(fd).st_size or 4096
    wk.map_area(min(size, 65536), int(prot), 1 if shared == "shared" else 2, fd)
    os.close(fd)


def _memory(size, prot, flags, advice):
    at = wk.map_area(int(size), int(prot), int(flags, 16), -1)
    if advice != "-":
        wk.check(wk.LIBC.madvise(ctypes.c_long(at), ctypes.c_size_t(int(size)), int(advice)))

def _areas(name):
    """Return: [start, size] of each mapping of that name."""
    found = []
    with open("/proc/self/maps", encoding="ascii", errors="replace") as f:
        for line in f:
            if line.split()[-1] == name:
                start, end = (int(n, 16) for n in line.split()[0].split("-"))
                found.append((start, end - start))
    return found


def _special(name, what):
    for start, size in _areas("[%s]" % name):
        if what == "unmap":
            wk.call("munmap", start, size)
        elif what == "move":
            wk.call("mremap", start, size, size, 3, 0x7000000000)
        elif what == "protect":
            wk.call("mprotect", start, 4096, 1)


def _mapped(size, kind, prot, fate):
    """A file of its own that is mapped."""
    name = "mapped-%d" % len(wk.HELD)
    fd = os.open(name, os.O_CREAT | os.O_RDWR)
    os.ftruncate(fd, int(size))
    at = wk.map_area(16384, int(prot), 1 if kind == "shared" else 2, fd)
    if fate == "written" and int(prot) & 2 and int(size):
        ctypes.memset(at, 65, 1)
    elif fate == "gone":
        os.unlink(name)
    elif fate == "other":
        os.unlink(name)
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
    elif fate == "cut":
        os.ftruncate(fd, 0)
    elif fate == "shuffled":
        wk.call("remap_file_pages", at, 4096, 0, 1, 0)
    elif fate == "readonly":
        os.close(fd)
        fd = os.open(name, os.O_RDONLY)
        wk.map_area(4096, 1, 1, fd)
    elif fate == "moved":
        os.rename(name, name + "-moved")
    os.close(fd)


def _odd(what):
    at = wk.map_area(65536, 3, 0x22, -1)
    if what == "seal":
        wk.call("mseal", at, 4096, 0)
    elif what == "onfault":
        wk.call("mlock2", at, 8192, 1)
    elif what == "guard":
        wk.call("madvise", at, 4096, 102)
    elif what == "key":
        wk.call("pkey_mprotect", at, 4096, 3, wk.call("pkey_alloc", 0, 0))
    elif what == "holes":
        for i in range(0, 16, 2):
            wk.call("mprotect", at + i * 4096, 4096, i % 8)
    elif what == "aio":
        context = wk.kept()
        wk.call("io_setup", 9, context)
    elif what == "shadow":
        wk.call("map_shadow_stack", 0, 65536, 1)
    elif what == "low":
        wk.map_area(4096, 3, 0x32, -1, 0x10000)
    elif what == "high":
        wk.map_area(4096, 3, 0x32, -1, 0x7ffffffe0000)
    elif what == "huge":
        wk.map_area(2 << 20, 3, 0x40022, -1)
    elif what == "thp":
        area = wk.map_area(8 << 20, 3, 0x22, -1)
        wk.call("madvise", area, 8 << 20, 14)
        ctypes.memset(area, 1, 8 << 20)
    elif what == "many":
        for i in range(3000):
            wk.map_area(4096, i % 2, 0x22, -1)
    elif what == "brk":
        wk.LIBC.sbrk(1 << 20)


def _shm(what):
    """System V: shared memory, semaphores, messages."""
    if what == "semaphore":
        number = wk.call("semget", 0, 3, 0x3b6)
        wk.call("semop", number, b"\0\0\1\0\0\x10", 1)
        return
    if what == "message":
        number = wk.call("msgget", 0, 0x3b6)
        wk.call("msgsnd", number, b"\1" + bytes(7) + b"text", 4, 0)
        return
    number = wk.call("shmget", 0, 8192, 0x3b6 | (0x800 if what == "huge" else 0))
    at = wk.call("shmat", number, 0, 0x1000 if what == "readonly" else 0)
    if what == "gone":
        wk.call("shmctl", number, 0, None)
    elif what == "part":
        wk.call("munmap", at, 4096)
    elif what == "twice":
        wk.call("shmat", number, 0, 0)


KINDS = {
    "map": (_map, lambda d: (d.path(), d.one_of("r", "rw"), d.one_of(0, 1, 3, 5), d.one_of("shared", "private"))),
    "memory": (_memory, lambda d: (d.one_of(4096, 65536, 4 << 20), d.one_of(0, 1, 3, 5, 7), "%x" % (
        d.one_of(0x21, 0x22) | d.one_of(0, 0x100, 0x2000, 0x4000, 0x8000, 0x20000, 0x40000, 0x40)),
        d.one_of("-", *range(26), 102))),
    "special": (_special, lambda d: (d.one_of("vdso", "vvar", "heap"), d.one_of("unmap", "move", "protect"))),
    "mapped": (_mapped, lambda d: (d.one_of(0, 100, 16384), d.one_of("shared", "private"), d.one_of(0, 1, 3, 5), d.one_of(
        "there", "written", "gone", "other", "cut", "shuffled", "readonly", "moved"))),
    "odd": (_odd, lambda d: (d.one_of("seal", "onfault", "guard", "key", "holes", "aio", "shadow", "low", "high", "huge",
                                      "thp", "many", "brk"),)),
    "shm": (_shm, lambda d: (d.one_of("there", "gone", "readonly", "part", "twice", "huge", "semaphore", "message"),)),
}
