# SPDX-License-Identifier: GPL-2.0
"""Sockets that no rule is about; each function makes one and returns what must stay open."""
import ctypes
import fcntl
import os
import socket
import struct

from libc import LIBC, check

_CLONE_NEWNET = 0x40000000
_SO_ATTACH_BPF = 50


def _in_new_netns(make):
    with open("/proc/self/ns/net", "rb") as own:
        check(LIBC.unshare(_CLONE_NEWNET))
        made = make()
        LIBC.setns(own.fileno(), 0)
    return made


def _send_fd(fd):
    pair = socket.socketpair()
    socket.send_fds(pair[0], [b"x"], [fd])
    os.close(fd)
    return pair


def netlink():
    return socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)


def packet():
    return socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)


def scm_file():
    return _send_fd(os.open("/etc/passwd", os.O_RDONLY))


def scm_flock():
    fd = os.open("locked", os.O_RDWR | os.O_CREAT)
    fcntl.flock(fd, fcntl.LOCK_EX)
    return _send_fd(fd)


def scm_chrdev():
    return _send_fd(os.open("/dev/loop-control", os.O_RDONLY))


def scm_udp_cork():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.IPPROTO_UDP, 1, 1)
    return _send_fd(s.detach())


def unix_credentials_queued():
    a, b = socket.socketpair()
    b.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    a.send(b"x")
    return a, b


def unix_long_message():
    a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 18)
    b.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
    a.send(b"x" * 60000)
    return a, b


def unix_message():
    a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    a.send(b"x" * 600)
    return a, b


def unix_unaccepted_data():
    s, c = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    s.bind("\0beyond-%d" % os.getpid())
    s.listen()
    c.connect(s.getsockname())
    c.send(b"x")
    return s, c


def unix_deleted():
    s = socket.socket(socket.AF_UNIX)
    s.bind(os.path.abspath("name"))
    os.unlink("name")
    return s


def unix_peer_closed():
    return socket.socketpair()[0]


def unix_half_closed():
    a, b = socket.socketpair()
    a.shutdown(socket.SHUT_WR)
    return a, b


def udp_shutdown():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.connect(("127.0.0.1", 9))
    s.shutdown(socket.SHUT_RDWR)
    return s


def udp_unread():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))
    s.sendto(b"x", s.getsockname())
    return s


def ebpf_filter():
    code = ctypes.create_string_buffer(struct.pack("<8B8B", 0xb7, 0, 0, 0, 0, 0, 0, 0,
                                                   0x95, 0, 0, 0, 0, 0, 0, 0), 16)
    gpl = ctypes.create_string_buffer(b"GPL")
    attr = struct.pack("<IIQQ", 1, 2, ctypes.addressof(code), ctypes.addressof(gpl))
    attr = ctypes.create_string_buffer(attr, 120)
    prog = check(LIBC.syscall(321, 5, attr, 120))
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_BPF, prog)
    os.close(prog)
    return s


def foreign_netns_unix():
    return _in_new_netns(socket.socketpair)


def foreign_netns_tcp():
    def make():
        s = socket.socket()
        s.bind(("0.0.0.0", 0))
        s.listen()
        return s
    return _in_new_netns(make)
