#!/bin/bash
# The command ckptcheck on real reports: exit status, JSON, and what it says where there is no
# report.  How it prints is tested beside it, in userspace/tests.
cd "$(dirname "$0")" || exit 1
. ./tap.sh

TOOL=${CKPTCHECK:-ckptcheck}
HOLDER='' TARGET='' DIR=$(mktemp -d)
chmod 755 "$DIR"
trap 'stop; rm -rf "$DIR"' EXIT

# Starts mkobj and waits for its target.
start()
{
	local _

	./mkobj "$@" >"$DIR/mkobj" 2>&1 &
	HOLDER=$!
	for _ in $(seq 300); do
		TARGET=$(awk '$1 == "READY" { print $2 }' "$DIR/mkobj")
		[ -z "$TARGET" ] || return 0
		kill -0 "$HOLDER" 2>/dev/null || break
		sleep 0.05
	done
	cat "$DIR/mkobj"
	return 1
}

# shellcheck disable=SC2317 # by trap
stop()
{
	[ -z "$HOLDER" ] || { kill "$HOLDER" && wait "$HOLDER"; } 2>/dev/null
	HOLDER=''
}

# status WANTED COMMAND...: shows what the command said if its status is another one.
status()
{
	local wanted=$1 rc=0

	shift
	"$@" >"$DIR/out" 2>&1 || rc=$?
	[ "$rc" = "$wanted" ] && return 0
	echo "status $rc instead of $wanted: $*"
	cat "$DIR/out"
	return 1
}

# judge STATUS REGEXP NAME...: the tool's exit status for these objects, and what it says.
judge()
{
	local rc=0 wanted=$1 regexp=$2

	shift 2
	start "$@" || return 1
	status "$wanted" "$TOOL" "$TARGET" || rc=1
	grep -qE -e "$regexp" "$DIR/out" || { echo "no $regexp in:"; cat "$DIR/out"; rc=1; }
	stop
	return "$rc"
}

json()
{
	local rc=0

	start lock-flock unix-external-stream udp-corked || return 1
	status 2 "$TOOL" -J "$TARGET" || rc=1
	python3 - "$DIR/out" "$TARGET" <<-'END' || rc=1
		import json, sys
		doc = json.load(open(sys.argv[1]))
		(tree,) = doc["ckptcheck"]
		assert int(tree["pid"]) == int(sys.argv[2]), tree
		assert tree["verdict"] == "blocked", tree
		assert tree["complete"] in (True, "yes"), tree
		found = {f["rule"]: f for f in tree["findings"]}
		# Linux 6.16 and CRIU before 4.2 have that for any internet socket.
		found.pop("sock-no-passcred", None)
		assert set(found) == {"lock-flock", "unix-external-stream", "udp-corked"}, found
		assert found["lock-flock"]["needs"] == ["--file-locks"], found
		assert found["udp-corked"]["class"] == "blocker", found
	END
	[ "$rc" = 0 ] || cat "$DIR/out"
	stop
	return "$rc"
}

several()
{
	local rc=0 first

	start plain || return 1
	first=$HOLDER
	status 2 "$TOOL" "$TARGET" 2 || rc=1
	HOLDER=$first
	stop
	return "$rc"
}

gone()
{
	start plain || return 1
	stop
	status 1 "$TOOL" "$TARGET" && grep -q "$TARGET" "$DIR/out"
}

old_target()
{
	local rc=0

	start timerfd || return 1
	status 0 "$TOOL" "$TARGET" || rc=1
	status 2 "$TOOL" --target 1.0 "$TARGET" || rc=1
	stop
	return "$rc"
}

# A reader who may not attach: blocked, and nothing about the target but that.
unprivileged()
{
	local rc=0

	start lock-flock || return 1
	status 2 setpriv --reuid 65534 --regid 65534 --clear-groups "$TOOL" "$TARGET" || rc=1
	grep -q cred-no-access "$DIR/out" || rc=1
	! grep -qE 'lock-flock|mkobj' "$DIR/out" || rc=1
	[ "$rc" = 0 ] || cat "$DIR/out"
	stop
	return "$rc"
}

no_module()
{
	status 1 "$TOOL" --proc /nonexistent 1 && grep -q nonexistent "$DIR/out"
}

command -v "$TOOL" >/dev/null || { echo "1..0 # SKIP no command $TOOL"; exit 4; }
tap "ok" judge 0 "can dump it" plain
tap "blocked" judge 2 udp-corked udp-corked
tap "needs options" judge 3 --file-locks lock-flock
tap "could not decide" judge 4 file-kind-unknown file-kind-unknown
tap "lossy" judge 5 task-timerslack task-timerslack
tap "restore fails" judge 5 fifo-odirect fifo-odirect
tap "an option that names the inode" judge 3 'external unix\[[0-9]+\]' unix-external-stream
tap "the worst counts" judge 2 lock-flock lock-flock udp-corked udp-pending-msgmore
tap "several processes" several
tap "JSON" json
tap "another CRIU" old_target
tap "no such process" gone
tap "reader without rights" unprivileged
tap "no reports there" no_module
tap "wrong usage" status 1 "$TOOL" --colour 1
tap "no pid" status 1 "$TOOL"
tap_end
