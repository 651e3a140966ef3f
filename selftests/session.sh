#!/bin/bash
# Prints a terminal session of each way to ask: what Documentation/session.txt is.  As root on a
# machine with the module loaded, criu and runc; session_test.sh compares.
here=$(cd "$(dirname "$0")" && pwd)
export LC_ALL=C.UTF-8
work=/run/session
started=() init='' child=''
mkdir -p "$work"
# shellcheck disable=SC2317 # by trap
cleanup()
{
	kill -- "${started[@]/#/-}" 2>/dev/null
	runc delete --force web >/dev/null 2>&1
	rmdir /sys/fs/cgroup/shop 2>/dev/null
	rm -rf "$work"
}
trap cleanup EXIT

# next PID: the one that the next process gets, so that sessions are alike
next()
{
	echo $(($1 - 1)) >/proc/sys/kernel/ns_last_pid
}

# begin PID COMMAND...: in a session of its own; again where somebody else got that pid
begin()
{
	local wanted=$1 _

	shift
	for _ in {1..20}; do
		next "$wanted"
		setsid "$@" </dev/null >/dev/null 2>&1 &
		started+=($!)
		[ $! != "$wanted" ] || return 0
		kill $!
	done
	echo "cannot have process $wanted"
	exit 1
}

# session COMMAND: what a terminal shows of it, but for what differs from one to the next: the pids
# of the container's init and of the child, and addresses.
session()
{
	local rc

	printf '# %s\n' "$1"
	bash -c "$1" 2>&1 | sed -E "s/\<${init:-5100}\>/5100/g
		s/\<${child:-4721}\>/4721/g
		s/vma [0-9a-f]{12}-[0-9a-f]{12}/vma 7f0000000000-7f0000001000/"
	rc=${PIPESTATUS[0]}
	[ "$rc" = 0 ] || printf '[exit status %s]\n' "$rc"
	echo
}

# A server that has locked its pid file, and a client with a datagram that it holds back.
start_processes()
{
	cp "$(command -v sleep)" "$work/shopd"
	begin 4711 bash -c "exec 9>$work/shopd.pid; echo \$\$ >&9; flock 9; exec $work/shopd 1000"
	until [ "$(cat /proc/4711/comm)" = shopd ]; do sleep 0.1; done
	begin 4720 bash -c "sleep 1000 & exec python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((\"127.0.0.1\", 5001))
s.connect((\"127.0.0.1\", 5000))
s.setsockopt(socket.IPPROTO_UDP, 1, 1)
s.send(b\"later\")
open(\"$work/ready\", \"w\")
time.sleep(1000)'"
	until [ -e "$work/ready" ]; do sleep 0.1; done
	child=$(pgrep -P 4720)
}

# The same server in a container.
start_container()
{
	mkdir -p "$work/web/rootfs/bin" "$work/web/rootfs/proc" "$work/web/rootfs/tmp"
	cp "$here/mkobj" "$work/web/rootfs/bin"
	(cd "$work/web" && runc spec && python3 - <<-'END'
		import json
		config = json.load(open("config.json"))
		config["process"]["terminal"] = False
		config["process"]["args"] = ["/bin/mkobj", "lock-flock"]
		config["root"]["readonly"] = False
		json.dump(config, open("config.json", "w"))
	END
	)
	next 5100
	runc run --detach --bundle "$work/web" --pid-file "$work/init" web \
		</dev/null > >(cat >"$work/container") 2>&1 || return 1
	until grep -q READY "$work/container"; do sleep 0.1; done
	init=$(cat "$work/init")
}

start_processes || exit 1
start_container || exit 1
mkdir -p /sys/fs/cgroup/shop
echo 4711 >/sys/fs/cgroup/shop/cgroup.procs

session "ckptcheck 4711"
session "ckptcheck --target 1.0 --name shopd"
session "ckptcheck --pid-file $work/shopd.pid -o RULE,NEEDS"
session "ckptcheck --cgroup /shop -q; echo \$?"
session "ckptcheck --container web -o CLASS,RULE,NEEDS,SUMMARY"
session "ckptcheck --tree -o CLASS,RULE,SUMMARY 4720"
session "ckptcheck --all -r | grep -w -e RULE -e lock-flock -e udp-corked | cut -d ' ' -f 1,2"
session "ckptcheck --name nobody"
(sleep 10; kill 4711) &
session "ckptcheck -q --watch=1 4711; echo \$?"
session "ckptcheck --explain lock-flock"
