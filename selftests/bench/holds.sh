#!/bin/sh
# Runs in the virtual machine whose clock counts instructions: how long does a read hold a lock of
# its target at most? holds.sh [KIND NUMBER]...; status 1 if one is longer than it may be.
# The reports of all processes count, too.  So does what interrupts a hold, which is another one
# each time: the least of some tries is told, with how long the holds of the last one were: the
# number below 1024 instructions, below 2048, and so on.

MOST=25000
TRIES=5

targets='
plain 100000
server 100000
maps 60000
tree 1000
locks 8000
messages 2400
flight 1200
backlog 2400
'

here=$(dirname "$0")
. "$here/target.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0 pid=''

# The figure is kept from the loading of the module on.
reload()
{
	umount /proc/ckptcheck
	rmmod ckptcheck && insmod /mnt/ckptcheck.ko automount=N &&
		mount -t ckptcheck ckptcheck /proc/ckptcheck
}

# Prints the longest hold of a report of the target and of one of all processes.
try()
{
	reload || return 1
	cat "/proc/ckptcheck/$pid" >"$tmp/report"
	cat /proc/ckptcheck/all >/dev/null
	grep -q '^ckptcheck .*complete=yes' "$tmp/report" || return 1
	cat /sys/kernel/ckptcheck/stats/longest_hold_ns
}

hold()
{
	if ! target "$@"; then
		echo "FAILED hold $1 $2: the target did not come up"
		return 1
	fi
	rc=0 longest='' tries=''
	for _ in $(seq "$TRIES"); do
		ns=$(try) || rc=1
		tries="$tries${tries:+,}${ns:--}"
		[ -n "$longest" ] && [ "$longest" -le "${ns:-0}" ] || longest=$ns
	done
	holds=$(tr ' ' , </sys/kernel/ckptcheck/stats/holds)
	target_end
	if [ "$rc" != 0 ] || [ "$longest" -gt "$MOST" ]; then
		rc=1
		printf 'FAILED '
	fi
	echo "hold $1 $2 longest=$longest most=$MOST tries=$tries holds=$holds $(head -n 1 "$tmp/report")"
	return "$rc"
}

sysctl -q vm.max_map_count=200000 kernel.pid_max=100000
[ $# = 0 ] || targets=$(printf '%s %s\n' "$@")
while read -r kind number; do
	[ -n "$kind" ] || continue
	hold "$kind" "$number" || failed=1
done <<END
$targets
END
exit "$failed"
