#!/bin/bash
# Runs in the virtual machine: fault, and then what the kernel's leak detector found.
# guest.sh [fault's arguments]
cd "$(dirname "$0")" || exit 1
LEAKS=/sys/kernel/debug/kmemleak

# What is not referred to at two looks, the objects of which are a few seconds old.
leaks()
{
	echo scan >"$LEAKS"
	sleep 6
	echo scan >"$LEAKS"
	cat "$LEAKS"
}

leaks >/tmp/leaks-before
echo clear >"$LEAKS"
./fault /mnt/ckptcheck.ko "$@" | grep --line-buffered -v '^1\.\.' | tee /tmp/out
rc=${PIPESTATUS[0]}
n=$(grep -c '^\(not \)\?ok ' /tmp/out)
leaks >/tmp/leaks
sed 's/^/# /' /tmp/leaks | head -n 100
verdict=ok
[ ! -s /tmp/leaks ] || { verdict="not ok"; rc=1; }
echo "# $(grep -c unreferenced /tmp/leaks-before) objects looked leaked before"
echo "$verdict $((n + 1)) - nothing is leaked"
echo "1..$((n + 1))"
exit "$rc"
