# SPDX-License-Identifier: GPL-2.0
"""Objects by chance: sockets, connected and not, and what is in their queues."""
import ctypes
import fcntl
import os
import socket
import struct

import wild_kernel as wk


def _socket(family, kind, proto):
    return socket.socket(int(family), int(kind), int(proto))


def _option(family, kind, proto, level, name, value):
    sk = _socket(family, kind, proto)
    try:
        sk.setsockopt(int(level), int(name), int(value))
    except OSError:
        sk.setsockopt(int(level), int(name), int(value).to_bytes(1, "little") * 16)
    return sk


def _bound(family, kind, proto, what):
    sk = _socket(family, kind, proto)
    where = {2: ("127.0.0.1", 0), 10: ("::1", 0), 1: "name", 16: (0, 0), 17: ("lo", 3)}
    sk.bind(where[int(family)])
    if what == "listen":
        sk.listen(3)
    elif what == "self":
        sk.connect(sk.getsockname())
    return sk


def _pair(kind, proto, what):
    a, b = socket.socketpair(socket.AF_UNIX, int(kind), int(proto))
    if what == "data":
        a.send(b"data")
    elif what == "shut":
        a.shutdown(int(proto) % 3)
    elif what == "half":
        b.close()
    elif what == "fd":
        socket.send_fds(a, [b"x"], [0])
    return a, b

LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


def _connected(family):
    with socket.socket(family) as listener:
        listener.bind((LOOPBACK[family], 0))
        listener.listen(1)
        a = socket.socket(family)
        a.connect(listener.getsockname())
        b, _ = listener.accept()
    return a, b


def _tcp(family, fate):
    """A connection with both ends here, or one outside."""
    a, b = _connected(int(family))
    if fate == "unread":
        a.send(b"data")
    elif fate == "urgent":
        a.send(b"!", socket.MSG_OOB)
    elif fate == "finished":
        a.shutdown(socket.SHUT_WR)
    elif fate == "both":
        a.shutdown(socket.SHUT_WR)
        b.shutdown(socket.SHUT_WR)
    elif fate == "read-shut":
        a.shutdown(socket.SHUT_RD)
    elif fate == "closed":
        b.close()
        return a
    elif fate == "reset":
        b.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        b.close()
        return a
    elif fate == "closed-unread":
        b.send(b"data")
        b.close()
        return a
    elif fate == "outside":
        wk.helper(lambda: None)
        b.close()
        return a
    elif fate == "full":
        a.setblocking(False)
        try:
            while fate:
                a.send(bytes(65536))
        except BlockingIOError:
            pass
    elif fate == "corked":
        a.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        a.send(b"x")
    elif fate == "tls":
        a.setsockopt(socket.IPPROTO_TCP, 31, b"tls\0")
    elif fate == "disconnected":
        wk.check(wk.LIBC.connect(a.fileno(), bytes(16), 16))
    return a, b


def _tcp_option(family, level, name, value):
    a, b = _connected(int(family))
    a.setsockopt(int(level), int(name), int(value))
    return a, b


def _listener(family, fate):
    family = int(family)
    sk = socket.socket(family)
    sk.bind(("" if fate == "any" else LOOPBACK[family], 0))
    if fate == "fastopen":
        sk.setsockopt(socket.IPPROTO_TCP, 23, 5)
    elif fate == "transparent":
        sk.setsockopt(socket.SOL_IP, 19, 1)
    elif fate == "device":
        sk.setsockopt(socket.SOL_SOCKET, 25, b"lo")
    elif fate == "v6only":
        sk.setsockopt(socket.IPPROTO_IPV6, 26, 1)
    sk.listen(0 if fate == "none" else 3)
    if fate == "shared":
        return sk, sk.dup()
    if fate == "pending":
        return sk, socket.create_connection(sk.getsockname()[:2])
    if fate == "pending-closed":
        socket.create_connection(sk.getsockname()[:2]).close()
    elif fate == "shut":
        sk.shutdown(socket.SHUT_RDWR)
    elif fate == "connecting":
        others = [socket.socket(family) for _ in range(4)]
        for other in others:
            other.setblocking(False)
            other.connect_ex(sk.getsockname())
        return sk, others
    elif fate == "reuseport":
        sk.close()
        group = [socket.socket(family) for _ in range(2)]
        for one in group:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            one.bind((LOOPBACK[family], 4711))
            one.listen(1)
        return group[0], group
    return sk


def _udp(family, proto, fate):
    family = int(family)
    sk = socket.socket(family, socket.SOCK_DGRAM, int(proto))
    if fate == "unbound":
        return sk
    sk.bind((LOOPBACK[family], 0))
    other = socket.socket(family, socket.SOCK_DGRAM, int(proto))
    if fate == "data":
        other.sendto(b"data", sk.getsockname())
    elif fate == "empty":
        other.sendto(b"", sk.getsockname())
    elif fate == "connected":
        sk.connect(sk.getsockname())
    elif fate == "refused":
        address = sk.getsockname()
        sk.close()
        other.connect(address)
        other.send(b"data")
        return other
    elif fate == "corked":
        sk.connect(sk.getsockname())
        sk.send(b"data", 0x8000)
    elif fate == "encap":
        sk.setsockopt(socket.IPPROTO_UDP, 100, 2)
    elif fate == "member" and family == socket.AF_INET:
        sk.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("4s4s", b"\xe0\0\0\x7b", b"\x7f\0\0\1"))
    elif fate == "member":
        sk.setsockopt(socket.IPPROTO_IPV6, 20, bytes([255, 2] + [0] * 13 + [0x7b]) + struct.pack("i", 1))
    elif fate == "source":
        sk.setsockopt(socket.IPPROTO_IP, 39, b"\xe8\1\1\1\x7f\0\0\1\x0a\0\0\1")
    elif fate == "shut":
        sk.connect(sk.getsockname())
        sk.shutdown(socket.SHUT_WR)
    return sk, other


def _named(kind, name, fate):
    """A UNIX socket with a name."""
    kind = int(kind)
    sk = socket.socket(socket.AF_UNIX, kind)
    path = {"here": "named-%d" % len(wk.HELD), "abstract": "\0wild-%d" % os.getpid(), "auto": "",
            "long": os.path.abspath("n" * 60), "absolute": os.path.abspath("absolute")}[name]
    sk.bind(path)
    if kind != socket.SOCK_DGRAM:
        sk.listen(2)
    client = socket.socket(socket.AF_UNIX, kind)
    if fate == "plain":
        return sk
    if fate == "outside":
        wk.helper(lambda: client.connect(sk.getsockname()))
        return sk
    if fate == "outside-listener":
        client.connect(sk.getsockname())
        wk.helper(lambda: None)
        sk.close()
        return client
    if fate == "both-named":
        client.bind("client-%d" % len(wk.HELD))
    client.connect(sk.getsockname())
    if fate == "data":
        client.send(b"data")
    elif fate == "empty" and kind != socket.SOCK_STREAM:
        client.send(b"")
    elif fate == "oob":
        client.send(b"!", socket.MSG_OOB)
    elif fate == "fd":
        socket.send_fds(client, [b"x"], [client.fileno()])
    elif fate == "gone":
        os.unlink(path)
    elif fate == "moved":
        os.rename(path, path + "-moved")
    elif fate == "again":
        os.unlink(path)
        other = socket.socket(socket.AF_UNIX, kind)
        other.bind(path)
        return sk, client, other
    elif fate == "client-closed":
        client.send(b"data")
        client.close()
    elif fate == "server-closed":
        sk.close()
        return client
    elif fate == "credentials":
        sk.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        client.send(b"data")
    elif fate == "peek":
        sk.setsockopt(socket.SOL_SOCKET, 42, 3)
    elif fate == "cwd":
        os.mkdir("elsewhere-%d" % len(wk.HELD))
        os.chdir("elsewhere-%d" % len(wk.HELD))
    elif fate == "disconnected":
        wk.check(wk.LIBC.connect(client.fileno(), bytes(16), 2))
    if fate != "pending" and kind != socket.SOCK_DGRAM and name != "auto" and sk.fileno() >= 0:
        accepted, _ = sk.accept()
        return (sk, client, accepted) if fate != "accepted-alone" else accepted
    return sk, client


def _algorithm(kind, name, fate):
    sk = socket.socket(38, socket.SOCK_SEQPACKET)
    sk.bind((kind, name))
    if fate == "accepted":
        return sk.accept()[0], sk
    return sk


def _packet(fate):
    sk = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x300)
    if fate == "bound":
        sk.bind(("lo", 3))
    elif fate == "ring":
        sk.setsockopt(263, 5, struct.pack("4I", 4096, 2, 2048, 4))
    elif fate == "mapped":
        sk.setsockopt(263, 5, struct.pack("4I", 4096, 2, 2048, 4))
        wk.map_area(8192, 3, 1, sk.fileno())
    elif fate == "promiscuous":
        sk.setsockopt(263, 1, struct.pack("iHH8s", 1, 1, 0, b""))
    elif fate == "down":
        sk.bind(("lo", 0))
    elif fate == "filter":
        sk.setsockopt(socket.SOL_SOCKET, 26, _filter())
    return sk


def _filter():
    code = wk.kept()
    code[0:8] = struct.pack("HBBI", 6, 0, 0, 0xffff)
    return struct.pack("HxxxxxxQ", 1, ctypes.addressof(code))


def _netlink(proto, fate):
    sk = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, int(proto))
    if fate == "bound":
        sk.bind((0, 0))
    elif fate == "groups":
        sk.bind((0, 0x11))
    elif fate == "connected":
        sk.connect((0, 0))
    elif fate == "dump":
        sk.send(struct.pack("IHHIIB15x", 32, 18, 0x301, 1, 0, 0))
    elif fate == "dump-read":
        sk.send(struct.pack("IHHIIB15x", 32, 18, 0x301, 1, 0, 0))
        sk.setblocking(False)
        try:
            while fate:
                sk.recv(65536)
        except BlockingIOError:
            pass
    elif fate == "user":
        sk.bind((0, 0))
        sk.sendto(b"\x10\0\0\0" + bytes(12), (sk.getsockname()[0], 0))
    return sk


def _sent(kind, what):
    """A socket pair with what is sent beside its bytes."""
    a, b = socket.socketpair(socket.AF_UNIX, int(kind))
    if what == "both":
        a.send(b"data")
        b.send(b"data")
    elif what == "many":
        for _ in range(20):
            a.send(b"data")
    elif what == "large":
        a.setsockopt(socket.SOL_SOCKET, 32, 1 << 22)
        a.send(bytes(150000))
    elif what == "peeked":
        a.send(b"data")
        b.setsockopt(socket.SOL_SOCKET, 42, 2)
    elif what == "partly":
        a.send(b"data")
        b.recv(2)
    elif what == "oob":
        a.send(b"!", socket.MSG_OOB)
    elif what == "oob-inline":
        b.setsockopt(socket.SOL_SOCKET, 10, 1)
        a.send(b"a!b", socket.MSG_OOB)
    elif what == "closed":
        a.send(b"data")
        a.close()
        return b
    elif what == "loop":
        socket.send_fds(a, [b"x"], [a.fileno(), b.fileno()])
    elif what == "outside":
        wk.helper(lambda: None)
        a.close()
        return b
    elif what == "outside-data":
        wk.helper(lambda: a.send(b"data"))
        a.close()
        return b
    elif what == "owner":
        fcntl.fcntl(a, fcntl.F_SETOWN, -os.getpgrp())
    elif what == "shut-both":
        a.shutdown(socket.SHUT_RDWR)
    return a, b


_PROTOCOLS = (0, 0, 0, 1, 2, 6, 17, 33, 58, 132, 136, 255, 262)
KINDS = {
    "socket": (_socket, lambda d: (d.one_of(*range(1, 46)), d.one_of(1, 2, 3, 4, 5, 10),
                                   d.one_of(*_PROTOCOLS, *range(23)))),
    "option": (_option, lambda d: (d.one_of(1, 2, 2, 10, 10, 16, 17), d.one_of(1, 2, 3, 5), d.one_of(*_PROTOCOLS),
                                   d.one_of(1, 0, 6, 17, 41, 263, 270, 58, 132, 136), d.one_of(*range(90)),
                                   d.one_of(1, 1, 2, 64, 1 << 16))),
    "bound": (_bound, lambda d: (d.one_of(1, 2, 10, 16, 17), d.one_of(1, 2, 3, 5), d.one_of(*_PROTOCOLS),
                                 d.one_of("bind", "listen", "self"))),
    "pair": (_pair, lambda d: (d.one_of(1, 2, 3, 5), d.one_of(0, 1), d.one_of("idle", "data", "shut", "half", "fd"))),
    "sent": (_sent, lambda d: (d.one_of(1, 2, 5), d.one_of(
        "both", "many", "large", "peeked", "partly", "oob", "oob-inline", "closed", "loop", "outside", "outside-data",
        "owner", "shut-both"))),
    "tcp": (_tcp, lambda d: (d.one_of(2, 10), d.one_of(
        "idle", "unread", "urgent", "finished", "both", "read-shut", "closed", "reset", "closed-unread", "outside",
        "full", "corked", "tls", "disconnected"))),
    "tcpoption": (_tcp_option, lambda d: (d.one_of(2, 10), d.one_of(1, 6, 6, 0, 41), d.one_of(*range(80)),
                                          d.one_of(1, 2, 64, 4096))),
    "listener": (_listener, lambda d: (d.one_of(2, 10), d.one_of(
        "plain", "any", "fastopen", "transparent", "device", "v6only", "none", "shared", "pending", "pending-closed",
        "shut", "connecting", "reuseport"))),
    "udp": (_udp, lambda d: (d.one_of(2, 10), d.one_of(0, 0, 0, 136), d.one_of(
        "unbound", "data", "empty", "connected", "refused", "corked", "encap", "member", "source", "shut", "bound"))),
    "named": (_named, lambda d: (d.one_of(1, 2, 5), d.one_of("here", "abstract", "auto", "long", "absolute"), d.one_of(
        "plain", "outside", "outside-listener", "data", "empty", "oob", "fd", "gone", "moved", "again", "client-closed",
        "server-closed", "credentials", "peek", "cwd", "disconnected", "pending", "accepted", "accepted-alone", "both-named"))),
    "algorithm": (_algorithm, lambda d: d.one_of(("hash", "sha256"), ("skcipher", "cbc(aes)"), ("rng", "stdrng")) +
                  (d.one_of("bound", "accepted"),)),
    "packet": (_packet, lambda d: (d.one_of("plain", "bound", "ring", "mapped", "promiscuous", "down", "filter"),)),
    "netlink": (_netlink, lambda d: (d.one_of(*range(22)), d.one_of("plain", "bound", "groups", "connected", "dump",
                                                                    "dump-read", "user"))),
}
