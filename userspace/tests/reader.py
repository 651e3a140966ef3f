# SPDX-License-Identifier: GPL-2.0
"""reader.py FILE COMMAND... - reads FILE all the time while COMMAND writes it again and again."""
import subprocess
import sys
import threading

ROUNDS = 100


def main():
    path, command = sys.argv[1], sys.argv[2:]
    seen, bad, ended = set(), [], threading.Event()

    def read():
        while not ended.is_set():
            try:
                with open(path, encoding="utf-8") as file:
                    text = file.read()
            except FileNotFoundError:
                text = "no file"
            if not text.startswith("# HELP ") or not text.endswith("\n# EOF\n"):
                bad.append(text)
            seen.add(text)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(ROUNDS):
        subprocess.run(command, check=True)
    ended.set()
    reader.join()
    if bad:
        print("# read: %r" % bad[0][-200:])
    if len(seen) < ROUNDS / 4:
        print("# saw %d files only" % len(seen))
        return 1
    return 1 if bad else 0


sys.exit(main())
