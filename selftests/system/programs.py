#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""programs.py NAME ARGUMENT...: what the system test runs besides Debian's daemons, for ever."""
# What only one of them needs it imports itself: in a machine without KVM that takes long.
# pylint: disable=import-outside-toplevel
import os
import select
import socket
import sys
import threading
import time

# Between two requests of a client: load, but not so much that the machine does nothing else.
PAUSE = 0.1
MPTCP = 262
GO_THREADS = 4
POOL = 3


def listener(port, protocol):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", port))
    s.listen(64)
    return s


def chat(port, protocol, request):
    s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
    s.connect(("127.0.0.1", port))
    while True:
        s.sendall(request)
        s.recv(4096)
        time.sleep(PAUSE)


def echo_client(port, protocol):
    chat(int(port), int(protocol), b"x" * 1000)


def redis_client(port):
    chat(int(port), socket.IPPROTO_TCP, b"INCR n\r\n")


def http_client(port, connections):
    import http.client
    import itertools
    all_of_them = [http.client.HTTPConnection("127.0.0.1", int(port))
                   for _ in range(int(connections))]
    for connection in itertools.cycle(all_of_them):
        connection.request("GET", "/")
        connection.getresponse().read()
        time.sleep(PAUSE)


def tell(path, message):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    s.connect(path)
    while True:
        s.send(message)
        time.sleep(PAUSE)


def journal_client():
    tell("/run/systemd/journal/socket", b"MESSAGE=something happened\nPRIORITY=6\n")


def syslog_client():
    tell("/dev/log", b"<14>test: something happened")


def echo_server(port):
    """One thread and an epoll."""
    import selectors
    poll = selectors.DefaultSelector()
    door = listener(int(port), socket.IPPROTO_TCP)
    poll.register(door, selectors.EVENT_READ)
    while True:
        for key, _ in poll.select():
            if key.fileobj is door:
                poll.register(door.accept()[0], selectors.EVENT_READ)
                continue
            data = key.fileobj.recv(4096)
            if data:
                key.fileobj.sendall(data)
            else:
                poll.unregister(key.fileobj)
                key.fileobj.close()


class GoServer:
    """
    What the runtime of Go makes of a server: listens with MPTCP, several threads wait in one
    edge-triggered epoll, woken by an eventfd; the timerfd is an addition.
    """

    def __init__(self, port):
        self.door = listener(port, MPTCP)
        self.door.setblocking(False)
        self.clients = {}
        self.poll = select.epoll()
        self.wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.ticks = self.timer()
        edge = select.EPOLLIN | select.EPOLLET
        for fd in (self.door.fileno(), self.wake, self.ticks):
            self.poll.register(fd, edge | (select.EPOLLOUT if fd == self.door.fileno() else 0))

    @staticmethod
    def timer():
        """timerfd_create(2) and ten ticks a second."""
        import ctypes
        import struct
        libc = ctypes.CDLL(None)
        fd = libc.timerfd_create(time.CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        tenth = ctypes.create_string_buffer(struct.pack("4q", 0, 10 ** 8, 0, 10 ** 8))
        libc.timerfd_settime(fd, 0, tenth, None)
        return fd

    def accept(self):
        while True:
            try:
                client = self.door.accept()[0]
            except BlockingIOError:
                return
            client.setblocking(False)
            self.clients[client.fileno()] = client
            self.poll.register(client.fileno(), select.EPOLLIN | select.EPOLLET)

    def echo(self, fd):
        client = self.clients[fd]
        try:
            while True:
                data = client.recv(4096)
                if not data:
                    del self.clients[fd]
                    client.close()
                    return
                client.send(data)
        except BlockingIOError:
            pass

    def work(self):
        while True:
            for fd, _ in self.poll.poll():
                if fd == self.door.fileno():
                    self.accept()
                elif fd in self.clients:
                    self.echo(fd)
                else:
                    try:
                        os.read(fd, 8)
                    except BlockingIOError:
                        pass


def go_server(port):
    server = GoServer(int(port))
    for _ in range(GO_THREADS):
        threading.Thread(target=server.work).start()
    while True:
        time.sleep(1)
        os.eventfd_write(server.wake, 1)


def threads():
    """Workers that wait for a queue."""
    import queue
    jobs = queue.Queue(10)

    def work():
        while True:
            jobs.get()
            sum(range(1000))
    for _ in range(16):
        threading.Thread(target=work).start()
    while True:
        jobs.put(1)
        time.sleep(PAUSE)


def square(number):
    time.sleep(PAUSE)
    return number * number


def pool():
    """Processes that share semaphores and pipes."""
    import multiprocessing
    with multiprocessing.Pool(POOL) as workers:
        while True:
            workers.map(square, range(100))


async def serve(asyncio, port):
    import signal

    async def echo(reader, writer):
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, lambda: None)
    await asyncio.start_server(echo, "127.0.0.1", port)
    pipe = asyncio.subprocess.PIPE
    cat = await asyncio.create_subprocess_exec("cat", stdin=pipe, stdout=pipe)
    while True:
        cat.stdin.write(b"line\n")
        await cat.stdout.readline()
        await asyncio.sleep(PAUSE)


def asyncio_server(port):
    """A loop with a signal handler, a child, and clients."""
    import asyncio
    asyncio.run(serve(asyncio, int(port)))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
