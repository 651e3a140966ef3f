#!/bin/bash
# The command ckptcheck on a host: by container, cgroup, pid file and name, all processes, trees,
# watching, and which CRIU it judges for.
here=$(cd "$(dirname "$0")" && pwd)
cd "$here" || exit 1
. ./tap.sh
. ./ready.sh

tool=${CKPTCHECK:-ckptcheck}
tmp=$(mktemp -d) started=()
chmod 755 "$tmp"
# shellcheck disable=SC2317 # by trap
cleanup()
{
	kill "${started[@]}" 2>/dev/null
	runc delete --force ckpt-ways >/dev/null 2>&1
	echo 4.2.1 >/sys/kernel/ckptcheck/target
	rm -rf "$tmp"
}
trap cleanup EXIT

# status WANTED COMMAND...: shows what the command said if its status is another one.
status()
{
	local wanted=$1 rc=0

	shift
	"$@" >"$tmp/out" 2>"$tmp/err" || rc=$?
	[ "$rc" = "$wanted" ] && return 0
	echo "status $rc instead of $wanted: $*"
	cat "$tmp/out" "$tmp/err"
	return 1
}

has()
{
	grep -qF -e "$1" "$tmp/out" || { echo "no $1 in:"; cat "$tmp/out"; return 1; }
}

# python: the JSON that was printed last is d; what is on stdin must hold.
python()
{
	python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); exec(sys.stdin.read())' \
		"$tmp/out" "$@" || { cat "$tmp/out"; return 1; }
}

# begin COMMAND...: in the background, in a session of its own. Sets pid.
begin()
{
	setsid "$@" </dev/null >/dev/null 2>&1 &
	pid=$!
	started+=("$pid")
}

start_container()
{
	mkdir -p "$tmp/bundle/rootfs/bin" "$tmp/bundle/rootfs/proc" "$tmp/bundle/rootfs/tmp"
	cp mkobj "$tmp/bundle/rootfs/bin"
	(cd "$tmp/bundle" && runc spec && python3 - <<-'END'
		import json, os
		config = json.load(open("config.json"))
		config["process"]["env"] += ["GLIBC_TUNABLES=" + os.getenv("GLIBC_TUNABLES", "")]
		config["process"]["terminal"] = False
		config["process"]["args"] = ["/bin/mkobj", "lock-flock"]
		config["root"]["readonly"] = False
		json.dump(config, open("config.json", "w"))
	END
	) && runc run --detach --bundle "$tmp/bundle" --pid-file "$tmp/init" ckpt-ways \
		</dev/null >"$tmp/container" 2>&1 || { cat "$tmp/container"; return 1; }
	until grep -q READY "$tmp/container"; do sleep 0.05; done
}

container()
{
	start_container || return 1
	status 3 "$tool" --container ckpt-ways || return 1
	has "$(cat "$tmp/init") (mkobj), container ckpt-ways: CRIU" && has lock-flock &&
		has " file-locks >>/etc/criu/runc.conf" &&
		status 3 "$tool" -qp "$(cat "$tmp/init")"
}

no_container()
{
	runc kill ckpt-ways KILL && sleep 1
	status 1 "$tool" --container ckpt-ways && grep -q "not running" "$tmp/err" &&
		runc delete ckpt-ways && status 1 "$tool" --container ckpt-ways
}

# Users have folders below /run, too.
no_state()
{
	local rc

	mkdir -p /run/ckpt-ways/fifo && mkfifo /run/ckpt-ways/fifo/state.json || return 1
	status 1 timeout 60 "$tool" --container fifo
	rc=$?
	rm -r /run/ckpt-ways
	return "$rc"
}

cgroup()
{
	local rc=0

	fixture lock-flock || return 1
	mkdir -p /sys/fs/cgroup/ckpt/inner && echo "$holder" >/sys/fs/cgroup/ckpt/cgroup.procs &&
		echo "$pid" >/sys/fs/cgroup/ckpt/inner/cgroup.procs || rc=1
	for path in /ckpt ckpt /sys/fs/cgroup/ckpt; do
		status 3 "$tool" --cgroup "$path" && has "$holder (mkobj), cgroup $path" || rc=1
	done
	# The member alone is the root there.
	status 3 "$tool" --cgroup /ckpt/inner && has "$pid (mkobj)" || rc=1
	fixture_end
	status 1 "$tool" --cgroup /ckpt || rc=1
	rmdir /sys/fs/cgroup/ckpt/inner /sys/fs/cgroup/ckpt
	return "$rc"
}

name_and_file()
{
	cp "$(command -v sleep)" "$tmp/ckpt-sleeper"
	begin "$tmp/ckpt-sleeper" 1000
	echo "$pid" >"$tmp/pid"
	sleep 0.2
	status 0 "$tool" --name ckpt-sleeper --info none && has "$pid (ckpt-sleeper), name" &&
		status 0 "$tool" --pid-file "$tmp/pid" && has "$pid (ckpt-sleeper), pid-file"
}

# A shell with two children, one of which has a child with a finding, and a zombie.
tree()
{
	begin bash -c "(exec 9>'$tmp/lock'; flock 9; sleep 1000 & wait) & sleep 0 & exec sleep 1000"
	until [ "$(ps -o stat= --ppid "$pid" | grep -c ^Z)" = 1 ] &&
	      [ "$(ps -o comm= --ppid "$pid" | wc -l)" = 2 ] && ! flock -n "$tmp/lock" true; do
		sleep 0.1
	done
	status 3 "$tool" --tree -J "$pid" || return 1
	python "$pid" <<-'END' || return 1
		import subprocess
		(answer,) = d["ckptcheck"]
		def children(pid):
		    text = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)],
		                          stdout=subprocess.PIPE, text=True).stdout
		    return sorted(map(int, text.split()))
		def walk(member):
		    yield member
		    assert sorted(c["pid"] for c in member["children"]) == children(member["pid"]), member
		    for child in member["children"]:
		        yield from walk(child)
		members = list(walk(answer["tree"]))
		assert answer["tree"]["pid"] == int(sys.argv[2])
		assert answer["processes"] == len(members) == 4, answer
		assert sorted(m["verdict"] for m in members) == ["ok", "ok", "ok", "options"], members
		assert [f["rule"] for m in members for f in m["findings"]] == ["lock-flock"], members
	END
	status 3 "$tool" --tree "$pid" && has "$pid sleep: ok" && has "bash: options"
}

# The summary is that of the reports asked for one by one.
all()
{
	local rc=0

	fixture lock-flock || return 1
	status 2 "$tool" --all -J || rc=1
	python <<-'END' || rc=1
		import os, subprocess
		d = d["summary"]
		counts, kthreads, ok = {}, 0, 0
		pids = sorted(p for p in os.listdir("/proc/ckptcheck") if p.isdigit())
		for pid in pids:
		    text = subprocess.run(["ckptcheck", "-J", "--process", pid],
		                          stdout=subprocess.PIPE).stdout
		    answer = json.loads(text)["ckptcheck"][0]
		    rules = {f["rule"] for f in answer.get("findings", [])}
		    if "task-kthread" in rules:
		        kthreads += 1
		        continue
		    for rule in rules:
		        counts[rule] = counts.get(rule, 0) + 1
		found = {r["rule"]: r["processes"] for r in d["rules"]}
		assert found["lock-flock"] == counts["lock-flock"] >= 1, (found, counts)
		assert "task-kthread" not in found and d["kernel-threads"] > 10, d
		assert abs(d["kernel-threads"] - kthreads) < 10, (d, kthreads)
		assert d["processes"] == sum(d["verdicts"].values()) > 2, d
		assert d["not-inspected"] == 0, d
	END
	fixture_end
	return "$rc"
}

# Processes that end meanwhile are no errors.
all_changing()
{
	local rc=0 _

	begin bash -c 'trap "exit" TERM; while :; do for i in 1 2 3 4 5 6 7 8; do true & done; wait; done'
	for _ in 1 2 3 4 5; do
		"$tool" --all >"$tmp/out" 2>"$tmp/err"
		[ $? != 1 ] && [ ! -s "$tmp/err" ] && ! grep -q "no such process" "$tmp/out" || rc=1
	done
	kill "$pid"
	[ "$rc" = 0 ] || cat "$tmp/out" "$tmp/err"
	return "$rc"
}

all_unprivileged()
{
	status 2 setpriv --reuid 65534 --regid 65534 --clear-groups "$tool" --all -J || return 1
	python <<-'END'
		d = d["summary"]
		assert d["not-inspected"] > 2 and d["kernel-threads"] == 0, d
		assert d["rules"][0]["rule"] == "cred-no-access", d
		assert d["rules"][0]["processes"] == d["not-inspected"] == d["verdicts"]["blocked"], d
	END
}

# says VERSION ORIGIN ARGUMENT...: what the line with the verdict has.  Can an old CRIU dump it on
# this kernel?  That is not the question.
says()
{
	local version=$1 origin=$2

	shift 2
	"${command[@]}" --info none "$@" "$plain" >"$tmp/out" 2>&1
	has "CRIU $version${origin:+ ($origin)} can"
}

targets()
{
	local rc=0 installed command=("$(command -v "$tool")")

	begin sleep 1000
	plain=$pid
	installed=$(criu --version | sed -n 's/^Version: //p')
	says "$installed" installed || rc=1
	says 4.0 "" --target 4.0 || rc=1
	command=(env PATH=/nowhere "${command[@]}")
	says 4.2.1 "newest known" || rc=1
	echo 3.19 >/sys/kernel/ckptcheck/target
	says 3.19 "set in /sys/kernel/ckptcheck/target" || rc=1
	says 4.0 "" --target 4.0 || rc=1
	echo 4.2.1 >/sys/kernel/ckptcheck/target
	return "$rc"
}

# For the host's things the namespaces are those of process 1: seen by the criu that is asked.
namespaces()
{
	local rc=0 host

	mkdir "$tmp/bin"
	printf '#!/bin/sh\nreadlink /proc/self/ns/net >%s/ns\n' "$tmp" >"$tmp/bin/criu"
	chmod +x "$tmp/bin/criu"
	host=$(readlink /proc/1/ns/net)
	PATH=$tmp/bin:$PATH unshare -n "$tool" --all >/dev/null
	[ "$(cat "$tmp/ns")" = "$host" ] || { echo "--all: not as process 1"; rc=1; }
	PATH=$tmp/bin:$PATH unshare -n "$tool" $$ >/dev/null
	[ "$(cat "$tmp/ns")" != "$host" ] || { echo "a pid: as process 1"; rc=1; }
	PATH=$tmp/bin:$PATH unshare -n sh -c "'$tool' --all --criu-ns \$\$" >/dev/null
	[ "$(cat "$tmp/ns")" != "$host" ] || { echo "--criu-ns does not hold"; rc=1; }
	return "$rc"
}

# Two answers at least: the lock is let go after the first one.
watch()
{
	local rc=0 watcher

	begin bash -c "exec 9>'$tmp/held'; flock 9; until [ -e '$tmp/go' ]; do sleep 0.1; done
		flock -u 9; exec sleep 1000"
	until [ -e "$tmp/held" ] && ! flock -n "$tmp/held" true; do sleep 0.1; done
	timeout 120 "$tool" --watch=1 --info none "$pid" >"$tmp/out" 2>"$tmp/err" &
	watcher=$!
	until grep -q -e --file-locks "$tmp/out" || ! kill -0 "$watcher" 2>/dev/null; do
		sleep 0.1
	done
	touch "$tmp/go"
	wait "$watcher" || rc=1
	has "criu dump -t $pid --file-locks" && has "can dump it [" || rc=1
	[ "$rc" = 0 ] || cat "$tmp/out" "$tmp/err"
	return "$rc"
}

watch_end()
{
	fixture lock-flock || return 1
	{ sleep 1; kill "$holder"; } &
	status 4 timeout 120 "$tool" --watch=1 "$pid"
}

command -v "$tool" >/dev/null || { echo "1..0 # SKIP no command $tool"; exit 4; }
tap "a container" container
tap "a container that has ended" no_container
tap "a state that is a pipe is none, and is not waited for" no_state
tap "a cgroup" cgroup
tap "a name, a pid file" name_and_file
tap "a tree" tree
tap "all processes" all
tap "all processes, while some end" all_changing
tap "all processes, without rights" all_unprivileged
tap "which CRIU" targets
tap "which namespaces" namespaces
tap "watched until it is ok" watch
tap "watched until it ends" watch_end
tap_end
