#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# ways.sh - processes named otherwise than by id: real processes, with reports that were kept for
# their ids, and programs in PATH that answer as systemctl and the engines do; TAP.
cd "$(dirname "$0")" || exit 1
: "${CKPTCHECK:=$PWD/../ckptcheck}"
. ./tap.sh
export LC_ALL=C.UTF-8
dir=$(mktemp -d)
pids=()
# shellcheck disable=SC2317 # by trap
cleanup()
{
	kill "${pids[@]}" 2> /dev/null
	rm -rf "$out" "$err" "$dir" ${state:+"$state"}
}
trap cleanup EXIT
mkdir "$dir/reports" "$dir/bin"
PATH=$dir/bin:$PATH
kept=(--proc "$dir/reports")

# begin COMMAND...: a process, and a report of it. Sets pid.
begin()
{
	"$@" > /dev/null &
	pid=$!
	pids+=("$pid")
	sed "s/pid=100 comm=fine/pid=$pid comm=test/" reports/100 > "$dir/reports/$pid"
}

# program NAME: what stands on stdin is a shell script of that name in PATH
program()
{
	{ echo '#!/bin/sh'; cat; } > "$dir/bin/$1"
	chmod +x "$dir/bin/$1"
}

reports()
{
	[ "$(grep -c 'CRIU 4.2 can dump it' "$out")" = "$1" ]
}

# found FINDING: all that the report of the first process has
found()
{
	cat > "$dir/reports/$first" <<-END
		ckptcheck 1 pid=$first comm=test target=4.2 verdict=options processes=1 threads=1 files=1 vmas=1 complete=yes
		$1
		end findings=1
	END
}

# configured JSON: what the bundle of the two containers says
configured()
{
	echo "$1" > "$state/config.json"
}

# What the engines of $state give criu by themselves.
engine_tests()
{
	local mount="option mnt-no-root-mount pid=$first path=/given fstype=tmpfs"

	sed -i "s|\"labels\":\\[|&\"bundle=$state\",|" "$state/$id/state.json"
	sed -i "s|^{|{ \"bundle\": \"$state\",|" "$state/crunny/status"
	found "$mount needs=\"--external mnt[/given]:/given\""
	configured '{"mounts":[{"destination":"/given","type":"x","options":["ro","rbind"]}]}'
	for asked in $id crunny; do
		run 0 "a bind mount of $asked" "${kept[@]}" --container "$asked"
	done
	run 3 "... asked for by pid" "${kept[@]}" "$first"
	configured '{"mounts":[{"destination":"/given","type":"tmpfs","options":["ro"]}]}'
	run 3 "a mount that is none" "${kept[@]}" --container "$id"
	configured '{"mounts":[{"destination":"/given/more","type":"bind"}]}'
	run 3 "one below it" "${kept[@]}" --container "$id"
	for text in '{"mounts":[{"destination":7},3,null,{}],"linux":[]}' '[]' 'nonsense' ''; do
		configured "$text"
		run 3 "configuration $text" "${kept[@]}" --container "$id"
	done
	configured '{"mounts":[{"destination":"/given","type":"bind"}]}'
	chown 65534 "$state/$id/state.json" "$state/crunny/status"
	run 3 "who may say so" "${kept[@]}" --container "$id"
	chown 0 "$state/$id/state.json" "$state/crunny/status"
	found "${mount/given/proc/version} needs=\"--external mnt[/proc/version]:/proc/version\""
	configured '{"linux":{"maskedPaths":["/proc/version"]}}'
	run 0 "a file that is hidden" "${kept[@]}" --container "$id"
	found "${mount/given/tmp} needs=\"--external mnt[/tmp]:/tmp\""
	configured '{"linux":{"maskedPaths":["/tmp","/proc/version"]}}'
	run 3 "a folder that runc hides by a mount of its own" "${kept[@]}" --container "$id"
	found "blocker tun-noinfo pid=$first fd=3"
	run 2 "a network of its own" "${kept[@]}" --container "$id"
	configured '{"linux":{"namespaces":[{"type":"network","path":"/proc/self/ns/net"}]}}'
	run 4 "one that was there" "${kept[@]}" --container "$id"
}

# The name of a process that nobody else has, 15 letters long.
comm=$(printf 'ckpt-%010d' $$)
cp "$(command -v sleep)" "$dir/$comm-and-more"
begin "$dir/$comm-and-more" 1000
first=$pid
begin "$dir/$comm-and-more" 1000
second=$pid
until [ "$(cat /proc/$first/comm /proc/$second/comm)" = "$comm"$'\n'"$comm" ]; do sleep 0.05; done

echo "# name"
run 0 "--name" "${kept[@]}" --name "$comm"
that "... two reports" reports 2
has "$first (test), name $comm: CRIU"
has "$second (test), name $comm: CRIU"
run 0 "--name, longer than the kernel keeps it" "${kept[@]}" --name "$comm-and-more" -J
that "... as JSON" python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))["ckptcheck"]
assert [a["pid"] for a in d] == sorted(map(int, sys.argv[3:])), d
assert all(a["name"] == sys.argv[2] for a in d), d' "$out" "$comm-and-more" "$first" "$second"
run 0 "--name, and the same by id" "${kept[@]}" --name "$comm" "$first" -p "$second"
that "... each once" reports 2
run 1 "--name, nobody" "${kept[@]}" --name "no-such-$$"
says "--name no-such-$$: no process has that name"
# A shell of that name whose child has it as well.
cp "$(command -v bash)" "$dir/tree-$$"
begin "$dir/tree-$$" -c "'$dir/tree-$$' -c 'sleep 1000; :'; :"
until [ "$(pgrep -c -x "tree-$$")" = 2 ]; do sleep 0.05; done
mapfile -t -O ${#pids[@]} pids < <(pgrep -x "tree-$$"; pgrep -P "$(pgrep -n -x "tree-$$")")
run 0 "--name, a tree is its root's" "${kept[@]}" --name "tree-$$"
that "... one report" reports 1
has "$pid (test)"

echo "# pid file"
echo "$first" > "$dir/pid"
run 0 "--pid-file" "${kept[@]}" --pid-file "$dir/pid"
has "$first (test), pid-file $dir/pid: CRIU"
printf %s "$second" > "$dir/pid"
run 0 "--pid-file without newline" "${kept[@]}" --pid-file "$dir/pid"
has "$second (test)"
for text in "" abc "12 34x" 0 -1; do
	echo "${text/12 34x/12x}" > "$dir/pid"
	run 1 "--pid-file with '$text'" "${kept[@]}" --pid-file "$dir/pid"
	says "no process id in its first line"
done
run 1 "--pid-file, no file" "${kept[@]}" --pid-file "$dir/nope"
says "$dir/nope: No such file"

echo "# cgroup"
mkdir -p "$dir/cgroup/inner" "$dir/cgroup/empty"
: > "$dir/cgroup/empty/cgroup.procs"
echo "$first" > "$dir/cgroup/cgroup.procs"
# The whole tree: of it the root counts.
pgrep -x "tree-$$" > "$dir/cgroup/inner/cgroup.procs"
run 0 "--cgroup" "${kept[@]}" --cgroup "$dir/cgroup"
that "... roots of trees" reports 2
has "$first (test), cgroup $dir/cgroup"
has "$pid (test), cgroup $dir/cgroup"
run 1 "--cgroup, empty" "${kept[@]}" --cgroup "$dir/cgroup/empty"
says "there are no processes in"
run 1 "--cgroup, no such" "${kept[@]}" --cgroup /nope
says "no such cgroup below /sys/fs/cgroup"
echo 0 >> "$dir/cgroup/cgroup.procs"
run 1 "--cgroup, of another pid namespace" "${kept[@]}" --cgroup "$dir/cgroup"
says "processes of another pid namespace"

echo "# unit"
program systemctl <<END
case "\$*" in
*"-- web.service") printf 'MainPID=$first\nControlGroup=/x\nLoadState=loaded\nActiveState=active\n' ;;
*"-- session.scope") printf 'LoadState=loaded\nActiveState=active\nControlGroup=$dir/cgroup/inner\n' ;;
*"-- old.service") printf 'MainPID=0\nControlGroup=\nLoadState=loaded\nActiveState=failed\n' ;;
*"-- w*") printf 'MainPID=$first\nLoadState=loaded\n\nMainPID=$second\nLoadState=loaded\n' ;;
*"-- none*") ;;
*"-- broken") exit 1 ;;
*) printf 'MainPID=0\nLoadState=not-found\nActiveState=inactive\n' ;;
esac
END
run 0 "--unit" "${kept[@]}" --unit web.service
that "... one report" reports 1
has "$first (test), unit web.service: CRIU"
run 0 "--unit without a main process" "${kept[@]}" --unit session.scope
that "... the tree in its cgroup" reports 1
has "$pid (test)"
run 0 "--unit, a pattern" "${kept[@]}" --unit 'w*'
that "... two reports" reports 2
run 1 "--unit, not running" "${kept[@]}" --unit old.service
says "--unit old.service: it has no processes, its state is failed"
run 1 "--unit, no such" "${kept[@]}" --unit nope
says "no such unit"
run 1 "--unit, a pattern for none" "${kept[@]}" --unit 'none*'
says "no unit has a name like that"
run 1 "--unit, no systemd" "${kept[@]}" --unit broken
says "is systemd running here?"

echo "# container"
program podman <<END
[ "\$*" = "container inspect --format {{.State.Pid}} web" ] && echo $first && exit
[ "\$*" = "container inspect --format {{.State.Pid}} stopped" ] && echo 0 && exit
exit 125
END
program docker <<END
[ "\$*" = "container inspect --format {{.State.Pid}} web" ] && echo $second && exit
exit 1
END
program nerdctl <<< "exit 1"
program lxc-info <<END
[ "\$*" = "--pid --no-humanize --name box" ] && echo $first && exit
[ "\$*" = "--pid --no-humanize --name off" ] && exit
exit 1
END
program crictl <<< "exit 1"
run 0 "--container by name" "${kept[@]}" --container web
that "... two engines have one" reports 2
has "$first (test), container web: CRIU"
run 1 "--container, stopped" "${kept[@]}" --container stopped
says "--container stopped: it is not running"
run 0 "--container of LXC" "${kept[@]}" --container box
has "$first (test), container box: CRIU"
run 1 "--container of LXC, stopped" "${kept[@]}" --container off
says "--container off: it is not running"
run 1 "--container, no such" "${kept[@]}" --container nope
says "know it"
for text in "" ../x -x 'a*' 'a b'; do
	run 1 "--container '$text'" "${kept[@]}" --container "$text"
	says "not the id or name of a container"
done
if state=$(mktemp -d -p /run ckptcheck-test.XXXXXX 2> /dev/null); then
	id=0123456789abcdef0123456789abcdef0123456789abcdef
	start=$(cut -d ' ' -f 22 "/proc/$first/stat")
	mkdir "$state/$id" "$state/crunny"
	cat > "$state/$id/state.json" <<-END
		{"id":"$id","config":{"labels":["\"init_process_pid\":$second","init_process_pid",$second],
		"sysctl":{"init_process_pid":"$second"}},"init_process_pid":$first,"init_process_start":$start}
	END
	printf '{\n "pid" : %d,\n "process-start-time": %d\n}\n' "$first" "$start" > "$state/crunny/status"
	for asked in $id ${id::12}; do
		run 0 "runc: --container $asked" "${kept[@]}" --container "$asked"
		that "... one report" reports 1
		has "$first (test), container $asked: CRIU"
	done
	run 1 "a shorter id" "${kept[@]}" --container "${id::11}"
	run 0 "crun: --container" "${kept[@]}" --container crunny
	has "$first (test)"
	program crictl <<-END
		[ "\$*" = 'ps --quiet --name ^pod\.x\$' ] && echo $id
	END
	run 0 "CRI: --container by name" "${kept[@]}" --container pod.x
	has "$first (test), container pod.x"
	[ -z "$(ldd "$CKPTCHECK" | grep json-c)" ] || engine_tests
	sed -i "s/_start\":$start/_start\":1/" "$state/$id/state.json"
	run 1 "a pid that was used again" "${kept[@]}" --container "$id"
	says "it is not running"
else
	tap_skip "state files of runc and crun" "cannot write to /run"
fi

tap_done
