#!/bin/sh
# Runs in the virtual machine: how the time of our report grows with the process, against a loop over
# procfs, and for trees against the time that criu takes to freeze them.
# growth.sh [KIND NUMBER]...; a line each, "growth KIND NUMBER ours_us=... ns_each=... ...".

sizes="plain 10 plain 1000 plain 10000 plain 100000 plain 1000000
server 10 server 1000 server 10000 server 100000
maps 10 maps 1000 maps 60000
tree 1 tree 100 tree 1000
host 10 host 100 host 1000 host 10000"

here=$(dirname "$0")
. "$here/target.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0
sysctl -q -w fs.file-max=4000000 kernel.pid_max=100000 vm.max_map_count=200000

# best WAY PID TIMES: sets ns
best()
{
	ns=$("$here/measure" "$@" | cut -d ' ' -f 1)
	[ -n "$ns" ]
}

# What criu took to freeze the tree, in microseconds; it is left running.
freezing()
{
	mkdir -p "$tmp/images"
	criu dump -t "$1" -D "$tmp/images" --leave-running --display-stats --file-locks \
		-o log >"$tmp/stats" 2>&1 || tail -n 3 "$tmp/images/log" >&2
	sed -n 's/^Freezing time: \([0-9]*\) us.*/\1/p' "$tmp/stats"
	rm -rf "$tmp/images"
}

# How many times as long as ours it took.
ratio()
{
	awk -v a="$ns" -v b="$our_ns" 'BEGIN { printf "%.1f", a / b }'
}

# grow KIND NUMBER
grow()
{
	ours=ours other=procloop who=$pid
	case $1 in
	tree) other='' ;;
	host) ours=sweep other=procloop-host who=0 ;;
	esac
	best $ours "$who" 3 || return 1
	our_ns=$ns
	line="growth $1 $2 ours_us=$((our_ns / 1000)) ns_each=$((our_ns / $2))"
	if [ -n "$other" ]; then
		best $other "$who" 1 || return 1
		line="$line loop_us=$((ns / 1000)) ratio=$(ratio)"
	else
		us=$(freezing "$pid")
		ns=$((us * 1000))
		line="$line criu_freezes_us=$us ratio=$(ratio)"
	fi
	if [ "$1" = host ]; then
		best lsfd 0 1 || return 1
		line="$line lsfd_us=$((ns / 1000)) lsfd_ratio=$(ratio)"
	fi
	echo "$line"
}

[ $# -gt 0 ] || eval "set -- $(echo "$sizes" | tr '\n' ' ')"
echo "# kernel $(uname -r), best times, CLOCK_MONOTONIC"
while [ $# -gt 1 ]; do
	if target "$1" "$2" && grow "$1" "$2"; then
		:
	else
		echo "FAILED growth $1 $2"
		failed=1
	fi
	target_end
	# The kernel frees much of that later.
	sleep 5
	shift 2
done
exit $failed
