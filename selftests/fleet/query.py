# SPDX-License-Identifier: GPL-2.0
"""query.py QUERY VALUE [SECONDS] - until Prometheus answers with VALUE, "none" for nothing."""
import json
import sys
import time
import urllib.parse
import urllib.request

URL = "http://127.0.0.1:9090/api/v1/query?query="


def ask(query):
    try:
        with urllib.request.urlopen(URL + urllib.parse.quote(query), timeout=10) as answer:
            result = json.load(answer)["data"]["result"]
    except OSError as error:
        return str(error)
    return " ".join(r["value"][1] for r in result) or "none"


def main():
    query, wanted = sys.argv[1:3]
    deadline = time.monotonic() + float(sys.argv[3] if len(sys.argv) > 3 else 60)
    while True:
        got = ask(query)
        if got == wanted:
            return 0
        if time.monotonic() > deadline:
            print("%s is %s, not %s" % (query, got, wanted))
            return 1
        time.sleep(0.5)


sys.exit(main())
