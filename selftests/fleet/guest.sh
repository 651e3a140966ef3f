#!/bin/bash
# The part of the fleet test that runs in the virtual machine.
here=$(cd "$(dirname "$0")" && pwd)
cd "$here" || exit 1
. ./tap.sh
. ./ready.sh
tmp=$(mktemp -d)
chmod 755 "$tmp"
file=/var/lib/prometheus/node-exporter/ckptcheck.prom
id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
unit='shop\x2dfloor.service'
exporter=http://127.0.0.1:9100/metrics
# One field of the unit: its words, as systemd splits them.
of_unit()
{
	sed -n "s/^$1=//p" ckptcheck-openmetrics.service
}

# What the unit runs, with no more rights than it has there.
sweep()
{
	local bounds

	bounds=$(of_unit CapabilityBoundingSet | tr 'A-Z ' 'a-z,' | sed 's/cap_/+/g')
	# shellcheck disable=SC2046 # a command line
	setpriv --no-new-privs --bounding-set "-all,$bounds" -- $(of_unit ExecStart)
}

# as_user COMMAND...: in the background, as Debian's units have it
as_user()
{
	setpriv --reuid prometheus --regid prometheus --clear-groups -- "$@" \
		>"$tmp/${1##*/}.log" 2>&1 </dev/null &
}

units()
{
	cp ckptcheck-openmetrics.* /etc/systemd/system/
	ln -sf "$(command -v ckptcheck)" /usr/bin/ckptcheck
	# There are no manuals here.
	sed -i '/^Documentation=/d' /etc/systemd/system/ckptcheck-openmetrics.*
	systemd-analyze verify /etc/systemd/system/ckptcheck-openmetrics.{service,timer} 2>&1 |
		tee "$tmp/verify"
	[ ! -s "$tmp/verify" ]
}

servers()
{
	ip link set lo up
	cat >"$tmp/prometheus.yml" <<-END
		global: { scrape_interval: 1s, evaluation_interval: 1s }
		rule_files: [ $here/ckptcheck.rules.yml ]
		scrape_configs:
		  - job_name: node
		    static_configs: [ targets: [ "127.0.0.1:9100" ] ]
	END
	chmod 644 "$tmp/prometheus.yml" ckptcheck.rules.yml
	mkdir -p "$tmp/data" && chown prometheus: "$tmp/data"
	promtool check config "$tmp/prometheus.yml" || return 1
	# The folder is Debian's default for it.
	as_user prometheus-node-exporter --collector.disable-defaults --collector.textfile
	as_user prometheus --config.file "$tmp/prometheus.yml" --storage.tsdb.path "$tmp/data" \
		--web.listen-address 127.0.0.1:9090
	query 'up{job="node"}' 1 240
}

query()
{
	python3 query.py "$@" || { tail -n 5 "$tmp"/prometheus*.log; return 1; }
}

# exported LINE: the exporter has that very line
exported()
{
	python3 -c 'import sys, urllib.request
lines = urllib.request.urlopen(sys.argv[1], timeout=60).read().decode().splitlines()
sys.exit(None if sys.argv[2] in lines else
	"\n".join([sys.argv[2] + " is not there:"] + [l for l in lines if l.startswith("ckptcheck")]))
' "$exporter" "$1"
}

written()
{
	sweep && promtool check metrics <"$file" && [ "$(stat -c '%a %U' "$file")" = "644 root" ] &&
		exported "ckptcheck_up 1" &&
		exported 'node_textfile_scrape_error 0'
}

# What a criu with all rights would find: rights that the unit lacks would be findings.
same_rights()
{
	fixture tcp-connected || return 1
	sweep && ckptcheck --all --openmetrics >"$tmp/all"
	fixture_end
	grep -E '^ckptcheck_(findings|finding_processes|processes|processes_unexamined)[{]' "$tmp/all" \
		>"$tmp/root"
	grep -q 'rule="tcp-connected"' "$tmp/root" || { cat "$tmp/root"; return 1; }
	# The command does not count itself.
	grep -E '^ckptcheck_(findings|finding_processes|processes|processes_unexamined)[{]' "$file" |
		diff - "$tmp/root"
}

nothing_unexamined()
{
	query 'sum(ckptcheck_processes_unexamined)' 0
}

# A process with a known finding, in a unit whose name has a backslash.
there()
{
	mkdir -p "/sys/fs/cgroup/system.slice/$unit" &&
		echo "$pid" >"/sys/fs/cgroup/system.slice/$unit/cgroup.procs" && sweep &&
		query 'ckptcheck_finding_processes{rule="udp-corked",class="blocker"}' 1 &&
		query 'ckptcheck_findings{rule="udp-corked",class="blocker"}' 1 &&
		query 'ckptcheck_unit_processes{unit="shop\\x2dfloor.service",verdict="blocked"}' 1 &&
		query 'sum(ckptcheck_unit_processes{unit=~"shop.*"})' 1
}

# It ends: no number of it stays.
finding()
{
	local rc=0

	query 'ckptcheck_finding_processes{rule="udp-corked"}' none 5 && fixture udp-corked || return 1
	there || rc=1
	fixture_end
	[ "$rc" = 0 ] && sweep || return 1
	query 'ckptcheck_finding_processes{rule="udp-corked"}' none &&
		query 'ckptcheck_findings{rule="udp-corked"}' none &&
		query 'ckptcheck_unit_processes{unit=~"shop.*"}' none &&
		rmdir "/sys/fs/cgroup/system.slice/$unit"
}

start_container()
{
	mkdir -p "$tmp/bundle/rootfs/bin" "$tmp/bundle/rootfs/proc" "$tmp/bundle/rootfs/tmp"
	cp mkobj "$tmp/bundle/rootfs/bin"
	(cd "$tmp/bundle" && runc spec && python3 - <<-'END'
		import json
		config = json.load(open("config.json"))
		config["process"]["terminal"] = False
		config["process"]["args"] = ["/bin/mkobj", "udp-corked"]
		config["root"]["readonly"] = False
		json.dump(config, open("config.json", "w"))
	END
	) && runc run --detach --bundle "$tmp/bundle" "$id" </dev/null >"$tmp/container" 2>&1 ||
		{ cat "$tmp/container"; return 1; }
	until grep -q READY "$tmp/container"; do sleep 0.1; done
}

container()
{
	start_container && sweep || return 1
	query "ckptcheck_container_processes{container=\"$id\",verdict=\"blocked\"}" 1 &&
		query 'ALERTS{alertname="ContainerCannotBeCheckpointed",alertstate="pending"}' 1 || return 1
	runc delete --force "$id" && sweep || return 1
	query 'ckptcheck_container_processes' none &&
		query 'ALERTS{alertname="ContainerCannotBeCheckpointed"}' none
}

# A failed run is no news of the time before it.
down()
{
	query 'ckptcheck_up' 1 && query 'sum(ckptcheck_processes) > bool 0' 1 || return 1
	umount /proc/ckptcheck
	sweep 2>"$tmp/err" && { echo "no error without reports"; return 1; }
	grep -q 'nothing is mounted on /proc/ckptcheck' "$tmp/err" || { cat "$tmp/err"; return 1; }
	query 'ckptcheck_up' 0 && query 'ckptcheck_processes' none &&
		query 'ALERTS{alertname="CkptcheckDown",alertstate="pending"}' 1 || return 1
	mount -t ckptcheck none /proc/ckptcheck
	sweep && query 'ckptcheck_up' 1
}

# The real unit, by a systemd that is the init of a pid namespace; it has a unit with findings, too.
boot()
{
	local outer

	mkdir -p /run/systemd/system/ckptcheck-openmetrics.service.d /sys/fs/cgroup/machine
	printf '[Unit]\nDefaultDependencies=no\n' \
		>/run/systemd/system/ckptcheck-openmetrics.service.d/alone.conf
	printf '[Unit]\nDefaultDependencies=no\nWants=ckpt-fixture.service\n' \
		>/run/systemd/system/ckpt.target
	printf '[Unit]\nDefaultDependencies=no\n[Service]\nExecStart=%s/mkobj udp-corked tcp-connected\nStandardOutput=file:%s\n' \
		"$here" "$tmp/fixture" >/run/systemd/system/ckpt-fixture.service
	sh -c 'echo $$ >/sys/fs/cgroup/machine/cgroup.procs
		exec unshare --pid --mount --cgroup --fork --mount-proc sh -c "
			umount /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup &&
			mount -t ckptcheck none /proc/ckptcheck &&
			exec env container=ckpt /lib/systemd/systemd --unit=ckpt.target"' \
		</dev/null >"$tmp/systemd.log" 2>&1 &
	outer=$!
	until grep -q READY "$tmp/fixture" 2>/dev/null; do
		kill -0 "$outer" || { cat "$tmp/systemd.log"; return 1; }
		sleep 0.5
	done
	init=$(pgrep -P "$outer")
}

# inside COMMAND...
inside()
{
	nsenter --target "$init" --mount --pid --cgroup -- "$@"
}

by_systemd()
{
	# Not what is found of systemd and systemctl, which are busy with it.
	local which='rule="(cred|mnt|ns|tcp|udp)-|unit="ckpt-fixture|reason='

	boot || return 1
	rm -f "$file"
	inside systemctl start ckptcheck-openmetrics.service || {
		inside systemctl status ckptcheck-openmetrics.service
		tail -n 20 "$tmp/systemd.log"
		return 1
	}
	inside ckptcheck --all --openmetrics | grep -E "$which" >"$tmp/root"
	kill -KILL "$init"
	grep -qx 'ckptcheck_finding_processes{class="blocker",rule="udp-corked"} 1' "$file" &&
		grep -q '{class="option",rule="tcp-connected"}' "$file" &&
		grep -qx 'ckptcheck_unit_processes{unit="ckpt-fixture.service",verdict="blocked"} 1' \
			"$file" || { cat "$file"; return 1; }
	grep -E "$which" "$file" | diff - "$tmp/root"
}

# In namespaces that are not the host's, and that cannot be left, the old file stays, too.
no_host()
{
	local before

	before=$(cat "$file")
	unshare --mount setpriv --bounding-set -all,+sys_ptrace,+dac_read_search,+net_admin -- \
		ckptcheck --all --openmetrics="$file" 2>"$tmp/err" && { echo "no error"; return 1; }
	grep -q "cannot enter the namespaces of process 1" "$tmp/err" &&
		[ "$(cat "$file")" = "$before" ] && unshare --mount ckptcheck --all --openmetrics="$file"
}

# Without rights to the folder the old file stays.
no_folder()
{
	local before

	before=$(cat "$file")
	chown prometheus: "${file%/*}"
	sweep 2>"$tmp/err" && { echo "no error"; return 1; }
	chown root: "${file%/*}"
	grep -q "cannot make a file beside it: Permission denied" "$tmp/err" &&
		[ "$(cat "$file")" = "$before" ]
}

module_info()
{
	exported "ckptcheck_module_info{version=\"$(cat /sys/kernel/ckptcheck/version)\"} 1" &&
		exported "ckptcheck_criu_info{version=\"$(criu --version | sed -n 's/^Version: //p')\"} 1"
}

tap "the units are well-formed" units
tap "the exporter and Prometheus come up" servers
tap "the exporter serves the file" written
tap "versions" module_info
tap "the unit's rights are those of a criu" same_rights
tap "nothing is left unexamined" nothing_unexamined
tap "Prometheus knows of a finding, its unit, and its end" finding
tap "a container, and its alert" container
tap "no reports" down
tap "the unit, by systemd" by_systemd
tap "the host's namespaces, or none" no_host
tap "a folder that is not root's" no_folder
tap_end
