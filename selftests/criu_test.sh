#!/bin/sh
# The command with criu's own options, on real objects, beside the real criu.
cd "$(dirname "$0")" || exit 1
command -v criu >/dev/null || { echo "1..0 # SKIP no criu"; exit 4; }
exec python3 criu_options.py
