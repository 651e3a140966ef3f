#!/bin/sh
# Runs in the virtual machine: makes one process for each item of the page "What cannot be
# checkpointed" of CRIU 1.0 (2013), and shows our answer for that version, ours for the criu that
# is installed here, and its own. Status 1 where an item is not refused for 1.0, or where criu is
# of another opinion than we.

# rule of 1.0 | fixture | reader | the page's item | the process here
items='
unix-external-stream | unix-external-stream | root | UNIX socket to the outside | has a UNIX stream to a process outside
tty-session-outside | tty-session-outside | root | TTY, group and session | has a terminal of a session outside
tcp-connected | tcp-connected | root | TCP connection | holds both ends of a TCP connection
lock-flock | lock-flock | root | File locks | has locked a file with flock(2)
chrdev-unsupported | chrdev-unsupported.fuse | root | Devices | has /dev/fuse open, as a FUSE server
task-traced | task-traced | root | Tasks with debugger attached | is being traced
cred-no-access | plain | nobody | Task from a different user | belongs to root, and nobody asks
unix-relative-path | unix-relative-path | root | UNIX sockets with relative path | has bound a UNIX socket to a relative path
file-btrfs | file-btrfs | root | Btrfs | has a file on Btrfs open
timerfd | timerfd | root | TimerFD | has a timerfd
sock-family | sock-family | root | Sockets of other kinds | has a socket of a family that is not on the list
pipe-odirect | pipe-odirect | root | Packetized pipes | has a pipe in packet mode (O_DIRECT)
udp-corked | udp-corked | root | Cork-ed UDP sockets | has a corked UDP socket with data pending
shm-sysv-host-ipcns | shm-sysv-host-ipcns | root | SysVIPC memory w/o IPC namespace | has attached a System V segment
'

here=$(dirname "$0")
. "$here/ready.sh"
tmp=$(mktemp -d)
chmod 711 "$tmp"
trap 'rm -rf "$tmp"' EXIT
criu=$(criu --version | sed -n 's/^Version: //p')
number=0
refused=0
wrong=''

# as READER COMMAND...
as()
{
	reader=$1
	shift
	case $reader in
	root) "$@" ;;
	*) setpriv --reuid="$reader" --regid=nogroup --clear-groups "$@" ;;
	esac
}

# ask READER VERSION: our report for that version of CRIU, into $tmp/VERSION. Sets verdict.
ask()
{
	echo "$2" >/sys/kernel/ckptcheck/target
	as "$1" cat "/proc/ckptcheck/$pid" >"$tmp/$2"
	verdict=$(sed -n '1s/.* verdict=\([a-z]*\).*/\1/p' "$tmp/$2")
	printf '  CRIU %s: %s\n' "$2" "$verdict"
	sed -e 1d -e '/^end /d' -e 's/^/    /' "$tmp/$2"
}

# The first alternative of each needs=.
options()
{
	sed -n 's/^option .* needs="\{0,1\}\([^"|]*\).*/\1/p' "$1" | sort -u | tr '\n' ' '
}

# dump READER OPTIONS: what the real criu says; its status.
dump()
{
	images=$tmp/images
	mkdir "$images"
	chown "$1" "$images"
	set -f
	# shellcheck disable=SC2086 # several options
	as "$1" criu dump -t "$pid" -D "$images" -o log --leave-running $2 >"$images/out" 2>&1
	status=$?
	set +f
	said=$(grep -m 1 . "$images/out")
	cat "$images/log" "$images/out" 2>/dev/null >"$tmp/log"
	line=$(grep -av "Can't setup RLIMIT_NOFILE" "$tmp/log" |
		sed -n 's/^\(([0-9.]*)\)\{0,1\} *Error ([^)]*): *//p' | head -n 1)
	[ -z "$line" ] || said=$line
	[ "$status" != 0 ] || said=passes
	printf '  criu dump%s: %s\n' "${2:+ ${2% }}" "$said"
	rm -rf "$images"
	return "$status"
}

# agrees READER VERDICT: does the real criu do what we say?
agrees()
{
	needs=$(options "$tmp/$criu")
	if dump "$1" ''; then
		[ "$2" = ok ] || [ "$2" = lossy ]
		return
	fi
	case $2 in
	options) dump "$1" "$needs" ;;
	blocked) [ -z "$needs" ] || ! dump "$1" "$needs" ;;
	*) false ;;
	esac
}

# item RULE FIXTURE READER
item()
{
	if ! fixture "$2"; then
		echo '  THE SAMPLE DID NOT START'
		wrong="$wrong $number"
		return
	fi
	ask "$3" 1.0
	case $verdict in
	blocked | options)
		grep -q "^[a-z]* $1 " "$tmp/1.0" && refused=$((refused + 1)) ;;
	esac
	ask "$3" "$criu"
	if ! agrees "$3" "$verdict"; then
		echo '  THE TWO DO NOT AGREE'
		wrong="$wrong $number"
	fi
	fixture_end
}

# The two doors, as a user opens them.
doors()
{
	fixture tcp-connected lock-flock || return
	printf '\n$ cat /proc/ckptcheck/%s\n' "$pid"
	cat "/proc/ckptcheck/$pid"
	printf '\n$ ckptcheck %s\n' "$pid"
	status=0
	ckptcheck "$pid" 2>&1 || status=$?
	printf '(exit status %d)\n' "$status"
	fixture_end
}

printf 'Linux %s, %s, criu %s\n' "$(uname -r)" "$(ckptcheck --version)" "$criu"
doors
printf '\nThe page "What cannot be checkpointed" of 2013, the answer of that time and of today:\n'
while IFS='|' read -r rule fixture reader title process; do
	[ -n "$rule" ] || continue
	number=$((number + 1))
	printf '\n%d.%s:%s\n' "$number" "${title% }" "$process"
	item "${rule% }" "$(echo $fixture)" "$(echo $reader)"
done <<END
$items
END

printf '\n%d of %d items refused for CRIU 1.0; ' "$refused" "$number"
if [ -n "$wrong" ]; then
	printf 'not as criu %s has it:%s\n' "$criu" "$wrong"
else
	printf 'all of our answers for criu %s are its own\n' "$criu"
fi
[ -z "$wrong" ] && [ "$refused" = "$number" ]
