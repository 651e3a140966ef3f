#!/bin/bash
# Runs in the virtual machine: stress, and beside it the module is unloaded and loaded again and again;
# at the end it has to go. guest.sh [-t SECONDS] [-s SEED]
cd "$(dirname "$0")" || exit 1
MODULE=/mnt/ckptcheck.ko
POINT=/proc/ckptcheck
# As in stress.c.
PAUSE=/tmp/stress-pause
STOP=/tmp/stress-stop
# Where there is KCSAN: of how many accesses one is watched, oftener than for all other tests.
WATCHED=/sys/module/kcsan/parameters/skip_watch
[ ! -w "$WATCHED" ] || echo 300 >"$WATCHED"

# First with readers inside, which the kernel has to refuse or to survive, then without them.
reload()
{
	while [ ! -e "$STOP" ] && sleep 3; do
		rmmod ckptcheck 2>/dev/null
		touch "$PAUSE"
		if unload; then
			echo >>/tmp/reloads
			insmod "$MODULE"
		else
			mount -t ckptcheck ckptcheck "$POINT"
		fi
		rm "$PAUSE"
	done
}

unload()
{
	for _ in $(seq 100); do
		while umount "$POINT" 2>/dev/null; do :; done
		rmmod ckptcheck 2>/dev/null && return
		sleep 0.1
	done
	echo "# the module is in use: $(lsmod | grep ckptcheck)"
	return 1
}

rm -f "$PAUSE" "$STOP"
: >/tmp/reloads
reload &
reloader=$!
./stress "$@" >/tmp/out
rc=$?
touch "$STOP"
wait "$reloader"
grep -v '^1\.\.' /tmp/out
n=$(grep -c '^\(not \)\?ok ' /tmp/out)

# result NR WHAT COMMAND...
result()
{
	local nr=$1 what=$2 verdict=ok
	shift 2
	"$@" || { verdict="not ok"; rc=1; }
	echo "$verdict $nr - $what"
}

echo "# unloaded and loaded $(wc -l </tmp/reloads) times beside that"
result $((n + 1)) "the module was unloaded and loaded while all changed" [ -s /tmp/reloads ]
result $((n + 2)) "the module can be unloaded" unload
echo "1..$((n + 2))"
exit "$rc"
