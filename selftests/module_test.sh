#!/bin/bash
# Loading and unloading: again and again, while mounted, without the automount.  Leaves the module
# loaded and mounted as it was found.
cd "$(dirname "$0")" || exit 1
. ./tap.sh

MODULE=${CKPT_MODULE:-/mnt/ckptcheck.ko}
POINT=/proc/ckptcheck
ROUNDS=10

is_mounted()
{
	grep -q " $POINT ckptcheck " /proc/mounts
}

is_loaded()
{
	[ -d /sys/module/ckptcheck ]
}

# The automount is done by a helper that insmod does not wait for.
await_mount()
{
	local i

	for i in $(seq 100); do
		is_mounted && return 0
		sleep 0.05
	done
	echo "not mounted"
	return 1
}

unload()
{
	while is_mounted; do
		umount "$POINT" || return 1
	done
	! is_loaded || rmmod ckptcheck
}

report_is_whole()
{
	local report

	report=$(cat "$POINT/$1") || return 1
	case $report in
	"ckptcheck 1 pid=$1 "*$'\n'"end findings="*) return 0 ;;
	esac
	echo "$report"
	return 1
}

cycles()
{
	local i

	for i in $(seq "$ROUNDS"); do
		if ! { unload && insmod "$MODULE" && await_mount && report_is_whole 1 &&
			report_is_whole "$$"; }; then
			echo "round $i"
			return 1
		fi
	done
}

busy_while_mounted()
{
	await_mount || return 1
	if rmmod ckptcheck 2>/dev/null; then
		echo "the module went although it is mounted"
		return 1
	fi
	is_loaded && report_is_whole 1
}

# An open report keeps the mount, and that the module.
busy_while_open()
{
	local rc=0

	exec 9<"$POINT/$$"
	umount "$POINT" 2>/dev/null && { echo "umount with an open report"; rc=1; }
	rmmod ckptcheck 2>/dev/null && { echo "rmmod with an open report"; rc=1; }
	# Detached from the tree it still can be read, and the module stays.
	umount -l "$POINT" || rc=1
	rmmod ckptcheck 2>/dev/null && { echo "rmmod with a report open and detached"; rc=1; }
	grep -q '^end findings=' <&9 || { echo "cannot be read any more"; rc=1; }
	exec 9<&-
	# The last put of a superblock may be a moment later.
	for _ in $(seq 50); do
		rmmod ckptcheck 2>/dev/null && break
		sleep 0.05
	done
	is_loaded && { echo "the module stays"; rc=1; }
	insmod "$MODULE" && await_mount || rc=1
	return "$rc"
}

no_automount()
{
	unload && insmod "$MODULE" automount=N || return 1
	sleep 1
	if is_mounted; then
		echo "mounted all the same"
		return 1
	fi
	[ -d "$POINT" ] && mount -t ckptcheck ckptcheck "$POINT" && report_is_whole 1
}

nothing_left()
{
	unload || return 1
	! [ -e "$POINT" ] || { echo "$POINT is still there"; return 1; }
	! [ -e /sys/kernel/ckptcheck ] || { echo "/sys/kernel/ckptcheck is still there"; return 1; }
	! grep -q ckptcheck /proc/filesystems || { echo "file system still there"; return 1; }
	insmod "$MODULE" && await_mount
}

# A pid namespace whose last process is gone is freed, mount or not.
namespace_goes()
{
	unshare --pid --fork --mount --mount-proc sh -c \
		'mount -t ckptcheck ckptcheck /proc/ckptcheck && cat /proc/ckptcheck/1 >/dev/null' ||
		return 1
	nothing_left
}

# A reference that a report keeps to a program, a file or a folder keeps what it is mounted on.
target_goes()
{
	local dir rc=0 pid i

	dir=$(mktemp -d)
	mount -t tmpfs tmpfs "$dir" && cp /bin/sleep "$dir/" && : >"$dir/file" || return 1
	(cd "$dir" && exec "$dir/sleep" 1000 3<"$dir/file" </dev/null >/dev/null 2>&1) &
	pid=$!
	for i in $(seq "$ROUNDS"); do
		report_is_whole "$pid" || rc=1
	done
	kill "$pid"
	wait "$pid" 2>/dev/null
	# References are dropped by a work item.
	for i in $(seq 50); do
		umount "$dir" 2>/dev/null && break
		sleep 0.1
	done
	rmdir "$dir" || { echo "$dir is in use after $i tries"; rc=1; }
	return "$rc"
}

twice()
{
	! insmod "$MODULE" 2>/dev/null && report_is_whole 1
}

[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 4; }
[ -f "$MODULE" ] || { echo "1..0 # SKIP no $MODULE: set CKPT_MODULE"; exit 4; }
tap "load, read, unload: $ROUNDS times" cycles
tap "cannot be loaded twice" twice
tap "cannot be unloaded while mounted" busy_while_mounted
tap "cannot be unloaded while a report is open" busy_while_open
tap "automount=N" no_automount
tap "nothing is left behind" nothing_left
tap "what a target used is not kept" target_goes
tap "a mount in another pid namespace goes with it" namespace_goes
tap_end
