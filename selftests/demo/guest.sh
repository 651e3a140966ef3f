#!/bin/sh
# Runs in the virtual machine: makes one process for each situation and shows what both doors
# say about it. Status 1 where a verdict is not the expected one.

# verdict | fixtures | what it is
situations='
ok      | plain                        | A process with nothing special
options | tcp-connected lock-flock     | A TCP connection and a locked file
blocked | udp-corked                   | A corked UDP socket with data pending
blocked | pipe-odirect                 | A pipe in packet mode
blocked | chrdev-unsupported.fuse      | A FUSE server: /dev/fuse is open
options | unix-external-stream         | A UNIX stream to a process outside the tree
blocked | task-traced                  | A process with a debugger attached
ok      | plain-tree                   | A tree of several processes
'

here=$(dirname "$0")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
number=0
wrong=''

# Sets pid and holder.
start()
{
	rm -f "$tmp/ready"
	mkfifo "$tmp/ready"
	# shellcheck disable=SC2086 # several fixtures
	"$here/mkobj" $1 >"$tmp/ready" </dev/null &
	holder=$!
	pid=
	while read -r word value _; do
		[ "$word" = READY ] || continue
		pid=$value
		break
	done <"$tmp/ready"
	[ -n "$pid" ]
}

expected_status()
{
	case $1 in
	ok) echo 0 ;;
	blocked) echo 2 ;;
	options) echo 3 ;;
	unknown) echo 4 ;;
	*) echo 5 ;;
	esac
}

# show VERDICT TITLE: what a user types, and what he gets.
show()
{
	printf '\n== %d. %s\n\n' "$number" "$2"
	printf '$ cat /proc/ckptcheck/%s\n' "$pid"
	tee "$tmp/report" <"/proc/ckptcheck/$pid"
	printf '\n$ ckptcheck %s\n' "$pid"
	status=0
	ckptcheck "$pid" 2>&1 || status=$?
	printf '(exit status %d)\n' "$status"
	verdict=$(sed -n '1s/.* verdict=\([a-z]*\).*/\1/p' "$tmp/report")
	if [ "$verdict" != "$1" ] || [ "$status" != "$(expected_status "$1")" ]; then
		printf 'NOT AS EXPECTED: verdict=%s is wanted\n' "$1"
		wrong="$wrong $number"
	fi
}

printf 'Linux %s, %s\n' "$(uname -r)" "$(ckptcheck --version)"
while IFS='|' read -r verdict fixtures title; do
	[ -n "$verdict" ] || continue
	number=$((number + 1))
	title=${title# }
	if start "$fixtures"; then
		show "${verdict%% *}" "$title"
	else
		printf '\n== %d. %s\n\nthe sample did not start\n' "$number" "$title"
		wrong="$wrong $number"
	fi
	kill "$holder" 2>/dev/null
	wait "$holder"
done <<END
$situations
END

if [ -n "$wrong" ]; then
	printf '\nNot as expected:%s\n' "$wrong"
	exit 1
fi
printf '\nAll %d samples gave the expected verdict.\n' "$number"
