# SPDX-License-Identifier: GPL-2.0
"""An ordinary Debian's daemons, and something for each to do.  Nothing here knows ckptcheck."""
import glob
import os
import signal
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
START_SECONDS = 60
NGINX_WORKERS = 32


def spawn(argv, user=None, **more):
    """A daemon in a session of its own, as an init starts it."""
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL, start_new_session=True, user=user,
                            cwd="/", **more)


def wait_for(what, condition):
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("%s did not come up" % what)
        time.sleep(0.1)


def connects(address):
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as s:
        try:
            s.connect(address)
        except OSError:
            return False
    return True


class Service:
    """@start: begins it and returns its main process; @load: begins its clients, or None."""

    def __init__(self, name, start, load=None):
        self.name = name
        self.start = start
        self.load = load
        self.pid = 0


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def pid_in(path):
    wait_for(path, lambda: os.path.exists(path) and open(path, encoding="ascii").read().strip())
    with open(path, encoding="ascii") as f:
        return int(f.read().split()[0])


def python_client(code, *args):
    """A client of its own session that goes on for ever."""
    return spawn([sys.executable, "-c", code, *args])


HTTP_CLIENT = """
import http.client, itertools
c = [http.client.HTTPConnection("127.0.0.1", 8080) for i in range(20)]
for n in itertools.count():
    k = c[n % 20]
    k.request("GET", "/"); k.getresponse().read()
"""

ECHO_CLIENT = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, int(sys.argv[2]))
s.connect(("127.0.0.1", int(sys.argv[1])))
while True:
    s.sendall(b"x" * 1000)
    s.recv(1000)
"""

REDIS_CLIENT = """
import socket
s = socket.create_connection(("127.0.0.1", 6379))
while True:
    s.sendall(b"INCR n\\r\\n")
    s.recv(100)
"""


def sshd():
    os.makedirs("/run/sshd", exist_ok=True)
    if not glob.glob("/etc/ssh/ssh_host_*_key"):
        subprocess.run(["ssh-keygen", "-A"], check=True, stdout=subprocess.DEVNULL)
    daemon = spawn(["/usr/sbin/sshd", "-D"])
    wait_for("sshd", lambda: connects(("127.0.0.1", 22)))
    return daemon.pid


def cron():
    return spawn(["/usr/sbin/cron", "-f"]).pid


def dbus():
    os.makedirs("/run/dbus", exist_ok=True)
    daemon = spawn(["/usr/bin/dbus-daemon", "--system", "--nofork", "--nopidfile"])
    wait_for("dbus", lambda: connects("/run/dbus/system_bus_socket"))
    return daemon.pid


def syslog():
    daemon = spawn(["/usr/sbin/rsyslogd", "-n", "-iNONE"])
    wait_for("rsyslogd", lambda: os.path.exists("/dev/log"))
    return daemon.pid


def nginx():
    write("/etc/nginx/test.conf", """
daemon off; worker_processes %d; pid /run/nginx.pid; user www-data;
events { worker_connections 256; }
http { access_log /var/log/nginx/a.log; server { listen 8080 reuseport; root /var/www/html; } }
""" % NGINX_WORKERS)
    daemon = spawn(["/usr/sbin/nginx", "-c", "/etc/nginx/test.conf"])
    wait_for("nginx", lambda: connects(("127.0.0.1", 8080)))
    return daemon.pid


def redis():
    daemon = spawn(["/usr/bin/redis-server", "--dir", "/var/lib/redis", "--save", "60 1"],
                   user="redis")
    wait_for("redis", lambda: connects(("127.0.0.1", 6379)))
    return daemon.pid


def postgres_bin(name):
    return sorted(glob.glob("/usr/lib/postgresql/*/bin/" + name))[-1]


def postgres():
    data = "/var/lib/postgresql/test"
    subprocess.run([postgres_bin("initdb"), "-N", "-D", data], check=True, user="postgres",
                   stdout=subprocess.DEVNULL, cwd="/")
    os.makedirs("/run/postgresql", exist_ok=True)
    subprocess.run(["chown", "postgres", "/run/postgresql"], check=True)
    daemon = spawn([postgres_bin("postgres"), "-D", data], user="postgres")
    wait_for("postgres", lambda: connects("/run/postgresql/.s.PGSQL.5432"))
    return daemon.pid


def pgbench():
    subprocess.run([postgres_bin("pgbench"), "-i", "-q", "postgres"], check=True,
                   user="postgres", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
    spawn([postgres_bin("pgbench"), "-c", "4", "-T", "100000", "postgres"], user="postgres")


ECHO_SERVER = """
import selectors, socket, sys
sel = selectors.DefaultSelector()
l = socket.socket(socket.AF_INET, socket.SOCK_STREAM, int(sys.argv[2]))
l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
l.bind(("127.0.0.1", int(sys.argv[1]))); l.listen(64)
sel.register(l, selectors.EVENT_READ)
while True:
    for key, _ in sel.select():
        if key.fileobj is l:
            sel.register(l.accept()[0], selectors.EVENT_READ)
            continue
        data = key.fileobj.recv(4096)
        if data:
            key.fileobj.sendall(data)
        else:
            sel.unregister(key.fileobj); key.fileobj.close()
"""


def echo(port, protocol):
    def start():
        daemon = spawn([sys.executable, "-c", ECHO_SERVER, str(port), str(protocol)])
        wait_for("echo server", lambda: connects(("127.0.0.1", port)))
        return daemon.pid
    return start


def echo_load(port):
    return lambda: [python_client(ECHO_CLIENT, str(port), "6") for _ in range(4)]


THREADS = """
import queue, threading, time
q = queue.Queue(10)
def work():
    while True:
        q.get(); sum(range(1000))
for _ in range(16):
    threading.Thread(target=work).start()
while True:
    q.put(1); time.sleep(0.001)
"""


def threads():
    return spawn([sys.executable, "-c", THREADS]).pid


def unshared():
    """A container as people make it by hand; what counts is the init inside."""
    outer = spawn(["unshare", "--pid", "--fork", "--mount-proc", "--uts", "--ipc", "--net",
                   "setsid", "sleep", "100000"])
    children = "/proc/%d/task/%d/children" % (outer.pid, outer.pid)
    wait_for("unshare", lambda: open(children, encoding="ascii").read().strip())
    time.sleep(1)
    with open(children, encoding="ascii") as f:
        return int(f.read().split()[0])


def shell_job():
    """A shell with a pipeline behind it, as a user leaves one."""
    return spawn(["sh", "-c", "while :; do echo x; sleep 0.1; done | cat > /dev/null"]).pid


MPTCP = 262

ALL = (
    Service("cron", cron),
    Service("dbus", dbus),
    Service("rsyslogd", syslog),
    Service("sshd", sshd),
    Service("shell", shell_job),
    Service("threads", threads),
    Service("echo-tcp", echo(7001, 6), echo_load(7001)),
    Service("echo-mptcp", echo(7002, MPTCP), echo_load(7002)),
    Service("nginx", nginx, lambda: python_client(HTTP_CLIENT)),
    Service("redis", redis, lambda: [python_client(REDIS_CLIENT) for _ in range(4)]),
    Service("postgres", postgres, pgbench),
    Service("unshare", unshared),
)


def stop_all():
    """Whatever is left: the machine is ours."""
    for pid in os.listdir("/proc"):
        if pid.isdigit() and int(pid) not in (1, os.getpid()):
            try:
                os.kill(int(pid), signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
