# SPDX-License-Identifier: GPL-2.0
"""An ordinary Debian's daemons, and something for each to do.  Nothing here knows ckptcheck."""
import glob
import os
import signal
import socket
import subprocess
import sys
import time

import runc

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(HERE, "programs.py")
START_SECONDS = 120
NGINX_WORKERS = 16
CLIENTS = 2
TCP, MPTCP = 6, 262
# Of the mounts of this test's machine, those that no container has.
NOT_INSIDE = "/proc/ckptcheck /usr/lib/modules /sys/kernel/debug"


def spawn(argv, **more):
    """A daemon in a session of its own, as an init starts it."""
    null = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL,
            "stderr": subprocess.DEVNULL}
    return subprocess.Popen(argv, start_new_session=True, cwd="/", **{**null, **more})


def program(name, *args):
    """One of programs.py."""
    return spawn([sys.executable, PROGRAMS, name] + [str(a) for a in args])


def clients(name, *args):
    return lambda: [program(name, *args) for _ in range(CLIENTS)]


def quietly(*argv, **more):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   stdin=subprocess.DEVNULL, cwd="/", **more)


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


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def read(path):
    try:
        with open(path, encoding="ascii") as f:
            return f.read().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def daemon(argv, there, **more):
    """@there: a path, or an address that must accept a connection.  Return: its start()."""
    def start():
        pid = spawn(argv, **more).pid
        if isinstance(there, str):
            wait_for(argv[0], lambda: os.path.exists(there))
        elif there:
            wait_for(argv[0], lambda: connects(there))
        return pid
    return start


def server(name, port):
    """One of programs.py that listens."""
    return daemon([sys.executable, PROGRAMS, name, str(port)], ("127.0.0.1", port))


class Service:
    """
    @start: begins it and returns its main process; @load: begins its clients, or None; @needs: the
    services that must run before.
    """

    def __init__(self, name, start, load=None, needs=()):
        self.name = name
        self.needs = needs
        self.start = start
        self.load = load
        self.pid = 0
        self.box = None

    def begin(self):
        self.pid = self.start()

    def end(self):
        """Before everything is killed."""


class Container(Service):
    """redis in a runc container whose image is the whole machine; @pid is its init."""

    def __init__(self, name):
        super().__init__(name, None, self.clients)

    def begin(self):
        quietly("modprobe", "overlay")
        args = ["/usr/bin/redis-server", "--dir", "/tmp", "--save", ""]
        self.box = runc.Container("/run", self.name, args, image="/",
                                  ready=r"Ready to accept connections")
        self.box.__enter__()
        self.pid = self.box.pid

    def clients(self):
        """In its network, but not in its tree."""
        for _ in range(CLIENTS):
            spawn(["nsenter", "-n", "-t", str(self.pid), sys.executable, PROGRAMS,
                   "redis_client", "6379"])

    def end(self):
        if self.box:
            self.box.end()


def dbus():
    os.makedirs("/run/dbus", exist_ok=True)
    return daemon(["/usr/bin/dbus-daemon", "--system", "--nofork", "--nopidfile"],
                  "/run/dbus/system_bus_socket")()


def journald():
    os.makedirs("/run/systemd/journal", exist_ok=True)
    quietly("systemd-machine-id-setup")
    return daemon(["/usr/lib/systemd/systemd-journald"], "/run/systemd/journal/socket")()


def trigger():
    spawn(["sh", "-c", "while :; do udevadm trigger --subsystem-match=mem; sleep 3; done"])


def logind():
    for name in ("inhibit", "seats", "sessions", "shutdown", "users"):
        os.makedirs("/run/systemd/" + name, exist_ok=True)
    pid = spawn(["/usr/lib/systemd/systemd-logind"]).pid
    wait_for("logind", lambda: not subprocess.run(
        ["busctl", "status", "org.freedesktop.login1"], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, check=False).returncode)
    return pid


def user_manager():
    """systemd as the service manager of a user, with a service and a timer to look after."""
    write("/etc/systemd/user/tick.service",
          "[Service]\nExecStart=/bin/sh -c 'while :; do sleep 1; done'\n")
    write("/etc/systemd/user/tock.service", "[Service]\nExecStart=/bin/true\n")
    write("/etc/systemd/user/tock.timer", "[Timer]\nOnActiveSec=2\nOnUnitActiveSec=2\n")
    write("/etc/systemd/user/test.target",
          "[Unit]\nWants=basic.target tick.service tock.timer\n")
    group = "/sys/fs/cgroup/user-manager"
    # The latter is how it knows that the machine has a systemd.
    for folder in (group, "/run/user/0", "/run/systemd/system"):
        os.makedirs(folder, exist_ok=True)
    return daemon(["sh", "-c", "echo $$ > %s/cgroup.procs &&"
                   "exec /usr/lib/systemd/systemd --user --unit=test.target" % group],
                  "/run/user/0/systemd/private",
                  env={**os.environ, "XDG_RUNTIME_DIR": "/run/user/0"})()


def inside(kinds, script):
    """A container as people make it by hand; what counts is its init."""
    marker = "/run/inside-%d" % os.getpid()
    outer = spawn(["unshare", "--pid", "--fork", "--mount"] + kinds + [
        "sh", "-c", "umount %s; mount -t proc proc /proc && %s" % (NOT_INSIDE, script)])
    children = "/proc/%d/task/%d/children" % (outer.pid, outer.pid)
    wait_for(marker, lambda: read(children))
    return int(read(children).split()[0])


def unshared():
    pid = inside(["--uts", "--ipc", "--net"], "exec setsid sleep 100000")
    wait_for("unshare", lambda: read("/proc/%d/comm" % pid) == "sleep")
    return pid


def system_manager():
    """systemd as the init of a container."""
    pid = inside(["--uts", "--ipc", "--net", "--cgroup"],
                 "mount -t tmpfs tmpfs /run && "
                 "exec env container=lxc /usr/lib/systemd/systemd --unit=basic.target")
    there = "/proc/%d/root/run/systemd/private" % pid
    wait_for("systemd", lambda: os.path.exists(there))
    return pid


def sshd():
    os.makedirs("/run/sshd", exist_ok=True)
    quietly("ssh-keygen", "-A")
    return daemon(["/usr/sbin/sshd", "-D"], ("127.0.0.1", 22))()


def ssh_shell():
    """What somebody has who logs in by ssh."""
    key, pid_file = "/root/.ssh/id_ed25519", "/run/ssh-shell"
    os.makedirs("/root/.ssh", mode=0o700, exist_ok=True)
    quietly("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    os.rename(key + ".pub", "/root/.ssh/authorized_keys")
    spawn(["ssh", "-tt", "-o", "StrictHostKeyChecking=no", "root@127.0.0.1",
           "echo $$ > %s; exec bash -i" % pid_file], stdin=subprocess.PIPE)
    wait_for("ssh", lambda: read(pid_file))
    return int(read(pid_file))


def tmux():
    quietly("tmux", "-f", "/dev/null", "new-session", "-d", "exec bash -i")
    return int(subprocess.check_output(["tmux", "display-message", "-p", "#{pid}"]))


def tmux_load():
    quietly("tmux", "send-keys", "while :; do date; sleep 1; done", "Enter")


def shell_job():
    """A shell with a pipeline behind it, as a user leaves one."""
    return spawn(["sh", "-c", "while :; do echo x; sleep 1; done | cat > /dev/null"]).pid


def nginx():
    write("/etc/nginx/test.conf", """
daemon off; worker_processes %d; pid /run/nginx.pid; user www-data;
events { worker_connections 256; }
http { access_log /var/log/nginx/a.log; server { listen 8080 reuseport; root /var/www/html; } }
""" % NGINX_WORKERS)
    return daemon(["/usr/sbin/nginx", "-c", "/etc/nginx/test.conf"], ("127.0.0.1", 8080))()


def postgres_bin(name):
    return sorted(glob.glob("/usr/lib/postgresql/*/bin/" + name))[-1]


def postgres():
    """The cluster that Debian made when it was installed."""
    data = glob.glob("/var/lib/postgresql/*/main")[0]
    config = data.replace("/var/lib", "/etc") + "/postgresql.conf"
    os.makedirs("/run/postgresql", exist_ok=True)
    quietly("chown", "postgres", "/run/postgresql")
    return daemon([postgres_bin("postgres"), "-D", data, "-c", "config_file=" + config],
                  "/run/postgresql/.s.PGSQL.5432", user="postgres", group="postgres",
                  extra_groups=["ssl-cert"])()


def pgbench():
    tool = postgres_bin("pgbench")
    quietly(tool, "-i", "-q", "postgres", user="postgres")
    spawn([tool, "-c", "4", "-R", "10", "-T", "100000", "postgres"], user="postgres")


ALL = (
    Service("dbus", dbus),
    Service("journald", journald, clients("journal_client")),
    Service("udevd", daemon(["/usr/lib/systemd/systemd-udevd"], "/run/udev/control"), trigger),
    Service("logind", logind, needs=["dbus"]),
    Service("systemd-user", user_manager),
    Service("systemd-system", system_manager),
    Service("cron", daemon(["/usr/sbin/cron", "-f"], "/run/crond.pid")),
    Service("rsyslogd", daemon(["/usr/sbin/rsyslogd", "-n", "-iNONE"], "/dev/log"),
            clients("syslog_client")),
    Service("sshd", sshd),
    Service("ssh-shell", ssh_shell, needs=["sshd"]),
    Service("tmux", tmux, tmux_load),
    Service("shell", shell_job),
    Service("python-threads", daemon([sys.executable, PROGRAMS, "threads"], None)),
    Service("python-pool", daemon([sys.executable, PROGRAMS, "pool"], None)),
    Service("python-asyncio", server("asyncio_server", 7003), clients("echo_client", 7003, TCP)),
    Service("python-epoll", server("echo_server", 7001), clients("echo_client", 7001, TCP)),
    Service("go-like", server("go_server", 7002), lambda: [
        program("echo_client", 7002, TCP), program("echo_client", 7002, MPTCP)]),
    Service("nginx", nginx, lambda: program("http_client", 8080, 6)),
    Service("redis", daemon(["/usr/bin/redis-server", "--dir", "/var/lib/redis", "--save", "60 1"],
                            ("127.0.0.1", 6379), user="redis"), clients("redis_client", 6379)),
    Service("postgres", postgres, pgbench),
    Service("unshare", unshared),
    Container("runc-redis"),
)


def stop_all():
    """Whatever is left: the machine is ours."""
    for pid in os.listdir("/proc"):
        if pid.isdigit() and int(pid) not in (1, os.getpid()):
            try:
                os.kill(int(pid), signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                pass
