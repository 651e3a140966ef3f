# For scripts that look at processes of target.c in the virtual machine. Uses `here`, where that is,
# and `tmp`.
# shellcheck shell=sh disable=SC2154 # set by whoever includes this

# target KIND NUMBER: sets $pid
target()
{
	: >"$tmp/ready"
	"$here/target" "$@" >"$tmp/ready" </dev/null &
	holder=$!
	until [ -s "$tmp/ready" ]; do
		kill -0 "$holder" 2>/dev/null || return 1
		sleep 0.1
	done
	# shellcheck disable=SC2034 # for them
	pid=$(cut -d ' ' -f 2 "$tmp/ready")
}

# With its children, which would stay; until they are gone.
target_end()
{
	children=$(cat "/proc/$pid/task/$pid/children")
	# shellcheck disable=SC2086 # numbers
	[ -z "$children" ] || kill -KILL $children
	kill "$holder"
	wait "$holder"
	for child in $children; do
		while [ -d "/proc/$child" ]; do
			sleep 0.1
		done
	done
}
