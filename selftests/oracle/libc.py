# SPDX-License-Identifier: GPL-2.0
"""Calls of the C library for which Python has no function."""
import ctypes
import os

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.syscall.restype = ctypes.c_long


def check(result):
    """What a call has returned; raises OSError if that tells of an error."""
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
