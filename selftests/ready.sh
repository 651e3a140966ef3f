# For scripts that run fixtures in the virtual machine. Uses `here`, where mkobj is, and `tmp`.
# shellcheck shell=sh disable=SC2154 # set by whoever includes this

# fixture NAME...: starts mkobj and waits until all is made. Sets pid, the target's, and holder.
fixture()
{
	rm -f "$tmp/ready"
	mkfifo "$tmp/ready"
	"$here/mkobj" "$@" >"$tmp/ready" </dev/null &
	holder=$!
	pid=
	while read -r word value _; do
		[ "$word" = READY ] || continue
		pid=$value
		break
	done <"$tmp/ready"
	[ -n "$pid" ]
}

# Ends it.
fixture_end()
{
	kill "$holder" 2>/dev/null
	wait "$holder"
}
