# SPDX-License-Identifier: GPL-2.0
"""A container as engines make it: a bundle, runc in detached mode, runc checkpoint."""
import json
import os
import re
import select
import shutil
import socket
import subprocess
import time

import criu

HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = 120
# What runc calls the options of criu that it passes on; of `--external` it has none.
OPTIONS = {
    "--tcp-established": "--tcp-established",
    "--file-locks": "--file-locks",
    "--shell-job": "--shell-job",
    "--ext-unix-sk": "--ext-unix-sk",
    "--skip-in-flight": "--tcp-skip-in-flight",
}


class Broken(Exception):
    """The container did not come up."""


def spelling(options):
    """Return: criu's @options in runc's words, None if one has no word there."""
    words = [OPTIONS.get(o) for o in options]
    return None if None in words else words


def run(argv, **kwargs):
    return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, universal_newlines=True, timeout=SECONDS,
                          check=False, **kwargs)


def version():
    text = run(["runc", "--version"]).stdout
    return re.search(r"runc version (\S+)", text)[1]


class Container:
    """
    A running container, whose init is the holder of a fixture; @pid is its init's for us.
    @args: of its init; @binds: (folder of ours, where it gets it); @host: kinds of namespaces that
    it has none of its own of; @stdin: descriptor, "terminal", or None for /dev/null; @image: folder
    to be its root instead of one with the fixtures; @ready: what it prints when it is.
    """

    def __init__(self, folder, name, args, binds=(), host=(), stdin=None, image=None,
                 ready=r"^READY \d+\s*$"):
        self.folder = os.path.join(folder, name)
        self.name = name
        self.args = args
        self.binds = binds
        self.host = host
        self.stdin = stdin
        self.image = image
        self.ready = ready
        self.pid = 0
        self.output = None
        self.mounts = set()

    def __enter__(self):
        try:
            self.bundle()
            self.start()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def fixtures(self):
        """Return: an image with no more than those."""
        lower = os.path.join(self.folder, "lower")
        for name in ("bin", "dev", "proc", "sys", "tmp"):
            os.makedirs(os.path.join(lower, name))
        for name in ("mkobj", "outside"):
            shutil.copy(os.path.join(HERE, name), os.path.join(lower, "bin"))
        return lower

    def bundle(self):
        """The root is an overlay, as with most engines."""
        for name in ("upper", "work", "rootfs"):
            os.makedirs(os.path.join(self.folder, name))
        done = run(["mount", "-t", "overlay", "-o", "lowerdir=%s,upperdir=upper,workdir=work" %
                    (self.image or self.fixtures()), "overlay", "rootfs"], cwd=self.folder)
        if done.returncode:
            raise Broken("mount: " + done.stdout.strip())
        run(["runc", "spec"], cwd=self.folder)
        path = os.path.join(self.folder, "config.json")
        with open(path, encoding="utf-8") as f:
            config = json.load(f)
        self.configure(config)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(config, f)

    def configure(self, config):
        """What differs from `runc spec`."""
        config["process"]["terminal"] = self.stdin == "terminal"
        config["process"]["args"] = self.args
        config["root"]["readonly"] = False
        config["mounts"] += [{"destination": inside, "type": "bind", "source": outside,
                              "options": ["rbind", "rprivate"]} for outside, inside in self.binds]
        self.mounts = {m["destination"] for m in config["mounts"]}
        config["linux"]["namespaces"] = [n for n in config["linux"]["namespaces"]
                                         if n["type"] not in self.host]

    def run_detached(self):
        """The engine's part: it reads what the container says from pipes, or from a terminal."""
        argv = ["runc", "run", "--detach", "--pid-file", "pid"]
        if self.stdin == "terminal":
            with socket.socket(socket.AF_UNIX) as console:
                console.bind(os.path.join(self.folder, "console"))
                console.listen()
                done = run(argv + ["--console-socket", "console", self.name], cwd=self.folder)
                if done.returncode:
                    raise Broken("runc run: " + done.stdout.strip())
                with console.accept()[0] as sender:
                    self.output = socket.recv_fds(sender, 4096, 1)[1][0]
            return
        self.output, its = os.pipe()
        done = subprocess.run(argv + [self.name], cwd=self.folder, stdout=its, stderr=its,
                              stdin=subprocess.DEVNULL if self.stdin is None else self.stdin,
                              timeout=SECONDS, check=False)
        os.close(its)
        if done.returncode:
            raise Broken("runc run: " + os.read(self.output, 4096).decode().strip())

    def start(self):
        text = ""
        deadline = time.monotonic() + SECONDS
        self.run_detached()
        while not re.search(self.ready, text, re.M):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.output], [], [], left)[0]:
                raise Broken("not ready: " + text.strip())
            chunk = os.read(self.output, 4096)
            if not chunk:
                raise Broken("it ended: " + text.strip())
            text += chunk.decode(errors="backslashreplace")
        with open(os.path.join(self.folder, "pid"), encoding="utf-8") as f:
            self.pid = int(f.read())

    def checkpoint(self, flags, keep=None):
        """The container runs on.  Return: what criu made of it."""
        work = os.path.join(self.folder, "work-path")
        image = os.path.join(self.folder, "image")
        done = run(["runc", "checkpoint", "--leave-running", "--image-path", image,
                    "--work-path", work] + flags + [self.name])
        log = criu.read_text(os.path.join(work, "dump.log"))
        if keep:
            with open(keep, "w", encoding="utf-8") as f:
                f.write(log)
        shutil.rmtree(image, ignore_errors=True)
        shutil.rmtree(work, ignore_errors=True)
        return criu.Dump(done.returncode,
                         criu.errors_in(log) or done.stdout.strip().splitlines()[:1])

    def end(self):
        run(["runc", "delete", "--force", self.name])
        run(["umount", os.path.join(self.folder, "rootfs")])
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.output is not None:
            os.close(self.output)
