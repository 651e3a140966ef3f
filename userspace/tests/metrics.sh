#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# metrics.sh - --openmetrics on reports that were kept in files, and on a made up /proc; TAP.
# PROMTOOL: promtool, by default that of PATH; where there is none what needs it is skipped.
cd "$(dirname "$0")" || exit 1
: "${CKPTCHECK:=$PWD/../ckptcheck}"
. ./tap.sh
export LC_ALL=C.UTF-8
rules=../../packaging/prometheus/ckptcheck.rules.yml
dir=$(mktemp -d)
chmod 755 "$dir"
# shellcheck disable=SC2317 # by trap
trap 'rm -rf "$out" "$err" "$dir"' EXIT
promtool=${PROMTOOL-$(command -v promtool)}

# parsed EXPRESSION: holds for what was printed last: d has the numbers, by name and labels in their
# order, types and help the lines about them.
parsed()
{
	that "... $1" python3 ./metrics.py "$out" "$1"
}

# accepted [FILE]: by whatever reads it
accepted()
{
	local text=${1:-$out}

	if [ -z "${PROMTOOL-}$promtool" ]; then
		tap_skip "... promtool check metrics" "no promtool here"
	else
		that "... promtool check metrics" eval "'$promtool' check metrics < '$text' 2> '$err' &&
			[ ! -s '$err' ]"
	fi
	if /usr/bin/python3 -c 'import prometheus_client' 2> /dev/null; then
		that "... is OpenMetrics" /usr/bin/python3 -c '
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families
assert list(text_string_to_metric_families(open(sys.argv[1], encoding="utf-8").read()))' "$text"
	else
		tap_skip "... is OpenMetrics" "no python3-prometheus-client here"
	fi
}

echo "# figures"
mkdir "$dir/host"
# Namespaces are of no account to reports that were kept.
host=(--all --proc "$dir/host" --criu-ns $$)
cp reports/100 reports/101 reports/103 reports/104 reports/105 reports/106 reports/151 reports/160 \
	"$dir/host"
# The same finding twice, and a rule and a class of the future.
sed 's/pid=103/pid=102/; s/lock-posix/lock-flock/' reports/103 > "$dir/host/102"
cp reports/141 "$dir/host/141"
cp reports/120 "$dir/host/120"
printf '%s\n' "ckptcheck 1 pid=2 comm=kthreadd target=4.2 verdict=blocked complete=yes" \
	"blocker task-kthread pid=2" "end findings=1" > "$dir/host/2"
run 0 "openmetrics" "${host[@]}" --openmetrics
accepted
parsed 'd["ckptcheck_up"] == 1'
parsed 'set(t.split()[1] for t in types) == {"gauge"} and len(types) == len(help) == len(set(help))'
"$CKPTCHECK" "${host[@]}" -J > "$dir/json"
# What --all prints, and those without a report, which are unknown.
parsed "same_verdicts('$dir/json')"
parsed "same_rules('$dir/json')"
parsed 'd["ckptcheck_findings{class=\"option\",rule=\"lock-flock\"}"] == 4'
parsed 'd["ckptcheck_finding_processes{class=\"option\",rule=\"lock-flock\"}"] == 3'
parsed 'd["ckptcheck_findings{class=\"unknown\",rule=\"other\"}"] >= 1'
parsed 'd["ckptcheck_kernel_threads"] == 1'
parsed 'not [k for k in d if "task-kthread" in k]'
parsed 'd["ckptcheck_processes_unexamined{reason=\"refused\"}"] == 1'
parsed 'd["ckptcheck_processes_unexamined{reason=\"unread\"}"] == 1'
parsed 'd["ckptcheck_processes_unexamined{reason=\"incomplete\"}"] >= 1'
parsed 'd["ckptcheck_criu_info{version=\"4.2\"}"] == 1'
parsed 'abs(d["ckptcheck_last_run_timestamp_seconds"] - time.time()) < 60'
parsed '0 <= d["ckptcheck_sweep_duration_seconds"] < 60'
parsed 'labels <= {"version", "verdict", "reason", "class", "rule", "unit", "container"}'
run 0 "openmetrics for an old criu" "${host[@]}" --openmetrics --target 2.5
parsed 'd["ckptcheck_criu_info{version=\"2.5\"}"] == 1'
run 0 "openmetrics, no info" "${host[@]}" --openmetrics --info none
parsed 'not [k for k in d if "class=\"info\"" in k]'
names=$(mktemp -d -p "$dir")
cp reports/110 "$names/110"
run 0 "openmetrics, names that would be lines" --proc "$names" --criu-ns $$ -a --openmetrics
accepted
parsed '"end" not in text and "033" not in text'

echo "# memory"
# 2,000 reports of 20,000 bytes, and less memory than they take: one after the other they fit.
mkdir "$dir/large"
report=$(< reports/170)
for ((i = 10000000; i < 10002000; i++)); do
	printf '%s\n' "${report/pid=170/pid=$i}" > "$dir/large/$i"
done
# little ARGUMENT...: the command with 32 MiB
little()
{
	prlimit --as=$((32 << 20)) "$CKPTCHECK" --all --proc "$dir/large" --criu-ns $$ "$@" \
		> "$out" 2> "$err"
}
that "memory does not grow with the host" little --openmetrics
parsed 'sum(d[k] for k in d if k.startswith("ckptcheck_processes{")) == 2000'
that "... as it does elsewhere" eval '! little -J'
says "out of memory"

echo "# units and containers"
# A /proc of its own, with the reports of that many processes, and their cgroups.
# made FUNCTION [ARGUMENT]...
made()
{
	unshare -m "$BASH" -c '
		set -e
		mount -t tmpfs none /proc
		mkdir -p /proc/self /proc/ckptcheck
		echo "1 1 0:$(stat -c %d /proc) / /proc rw - ckptcheck none rw" > /proc/self/mountinfo
		"$1"
		exec "$CKPTCHECK" --all --openmetrics --criu-ns $$ "${@:2}"' - "$@" > "$out" 2> "$err"
}

# process NUMBER CGROUP [REPORT]: its id is none that the command itself could have.
process()
{
	local report pid=$((10000000 + $1))

	[ -d "/proc/$pid" ] || mkdir "/proc/$pid"
	printf '%s\n' "$2" > "/proc/$pid/cgroup"
	report=$(< "$reports/${3:-100}")
	printf '%s\n' "${report/pid=100/pid=$pid}" > "/proc/ckptcheck/$pid"
}

few()
{
	process 7 '0::/system.slice/shop\x2dfloor.service'
	process 8 '0::/system.slice/shop\x2dfloor.service/inner' 101
	process 9 '0::/a "b".service'
	process 10 $'0::/a\xff.service'
	process 11 $'0::/a\xfe.service'
	process 12 "0::/docker/$id" 104
	process 13 '0::/nowhere'
	process 14 '0::/lxc.payload.other'
	: > /proc/ckptcheck/10000014
}

# The same, but the reports are in a folder.
kept()
{
	few
	rm /proc/self/mountinfo
}

many()
{
	local i

	process 1 '0::/lxc.payload.other'
	mkdir /proc/{10000002..10000599} /proc/{10001002..10001599}
	for ((i = 2; i < 600; i++)); do
		process $i "0::/system.slice/u$i.service"
		process $((1000 + i)) "0::/lxc.payload.c$i"
	done
	# The first of them again, and the last.
	process 5002 '0::/system.slice/u2.service'
	process 5599 '0::/system.slice/u599.service'
}

id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
reports=$PWD/reports
export id reports CKPTCHECK
export -f process few kept many
if unshare -m true 2> /dev/null; then
	that "units and containers of a /proc" made few
	accepted
	for verdict in ok blocked; do
		parsed "d['ckptcheck_unit_processes{unit=\"shop\\\\\\\\x2dfloor.service\",verdict=\"$verdict\"}'] == 1"
	done
	parsed 'd["ckptcheck_unit_processes{unit=\"a \\\"b\\\".service\",verdict=\"ok\"}"] == 1'
	# Two names that are no text are one, rather than the same line twice.
	parsed 'd["ckptcheck_unit_processes{unit=\"a\ufffd.service\",verdict=\"ok\"}"] == 2'
	parsed "d['ckptcheck_container_processes{container=\"$id\",verdict=\"unknown\"}'] == 1"
	parsed 'd["ckptcheck_container_processes{container=\"other\",verdict=\"unknown\"}"] == 1'
	parsed 'sum(d[k] for k in d if k.startswith("ckptcheck_processes{")) == 8'
	parsed 'sum(d[k] for k in d if "unit=" in k or "container=" in k) == 7'
	that "reports that were kept" made kept --proc /proc/ckptcheck/.
	parsed 'sum(d[k] for k in d if k.startswith("ckptcheck_processes{")) == 8'
	# The processes that have those ids now may be others.
	parsed 'not [k for k in d if "unit=" in k or "container=" in k]'
	that "more units and containers than there are numbers for" made many
	accepted
	parsed 'len([k for k in d if "unit=" in k]) == 513'
	parsed 'len([k for k in d if "container=" in k]) == 513'
	parsed 'd["ckptcheck_unit_processes{unit=\"u513.service\",verdict=\"ok\"}"] == 1'
	parsed 'd["ckptcheck_unit_processes{unit=\"u2.service\",verdict=\"ok\"}"] == 2'
	parsed 'd["ckptcheck_unit_processes{unit=\"other\",verdict=\"ok\"}"] == 600 - 514 + 1'
	parsed 'd["ckptcheck_container_processes{container=\"c513\",verdict=\"ok\"}"] == 1'
	parsed 'd["ckptcheck_container_processes{container=\"other\",verdict=\"ok\"}"] == 600 - 514 + 1'
else
	tap_skip "units and containers" "may not make a mount namespace"
fi

echo "# the file"
export file=$dir/out/ckptcheck.prom
mkdir "$dir/out"
umask 077
run 0 "into a file" "${host[@]}" --openmetrics="$file"
that "... prints nothing" [ ! -s "$out" ]
that "... for all to read" [ "$(stat -c %a "$file")" = 644 ]
that "... whole" [ "$(tail -n 1 "$file")" = "# EOF" ]
that "... nothing else is left" [ "$(ls -A "$dir/out")" = ckptcheck.prom ]
accepted "$file"
umask 022
that "a reader never sees half a file" python3 ./reader.py "$file" "$CKPTCHECK" "${host[@]}" \
	--openmetrics="$file"
that "... nothing else is left" [ "$(ls -A "$dir/out")" = ckptcheck.prom ]

echo old > "$file"
run 1 "no folder" "${host[@]}" --openmetrics="$dir/nope/ckptcheck.prom"
says "--openmetrics=$dir/nope/ckptcheck.prom: cannot make a file beside it: No such file or directory"
run 1 "a folder that is a file" "${host[@]}" --openmetrics="$file/x"
says "Not a directory"
run 1 "a folder for a file" "${host[@]}" --openmetrics="$dir/out"
says "not a regular file"
mkfifo "$dir/out/pipe"
run 1 "a pipe, as a device would be" "${host[@]}" --openmetrics="$dir/out/pipe"
says "--openmetrics=$dir/out/pipe: not a regular file, will not be replaced"
that "... is one still" [ -p "$dir/out/pipe" ]
ln -s ckptcheck.prom "$dir/out/link"
run 1 "a symbolic link" "${host[@]}" --openmetrics="$dir/out/link"
that "... is one still" [ -h "$dir/out/link" ]
that "... and the file is the old one" [ "$(cat "$file")" = old ]
rm "$dir/out/link" "$dir/out/pipe"
run 1 "no name" "${host[@]}" --openmetrics=
says "wants the name of a file"
status=0
"$CKPTCHECK" "${host[@]}" --openmetrics 2> "$err" > /dev/full || status=$?
that "a full standard output is an error" [ "$status" = 1 ]
says "cannot write the output"
full()
{
	mount -t tmpfs -o size=8k none "$dir/out" && echo old > "$file" || return 9
	head -c 65536 /dev/zero > "$dir/out/filler" 2> /dev/null
	"$CKPTCHECK" --all --proc "$dir/host" --criu-ns $$ --openmetrics="$file" 2> "$err"
	[ $? = 1 ] && [ "$(cat "$file")" = old ] && [ "$(ls -A "$dir/out")" = $'ckptcheck.prom\nfiller' ]
}
export dir err
export -f full
if unshare -m true 2> /dev/null; then
	that "a full disk leaves the old file, and nothing else" unshare -m "$BASH" -c full
	says "--openmetrics=$file: cannot write it: No space left on device"
else
	tap_skip "a full disk" "may not make a mount namespace"
fi

echo "# no reports"
run 1 "no reports" --proc "$dir/nope" --criu-ns $$ -a --openmetrics
says "no directory $dir/nope"
accepted
parsed 'd["ckptcheck_up"] == 0'
parsed 'not [k for k in d if "processes" in k or "findings" in k]'
parsed 'abs(d["ckptcheck_last_run_timestamp_seconds"] - time.time()) < 60'
run 0 "in a file" "${host[@]}" --openmetrics="$file"
run 1 "no reports any more" --proc "$dir/nope" --criu-ns $$ -a --openmetrics="$file"
that "... the file says so" grep -qx 'ckptcheck_up 0' "$file"
that "... and has no old numbers" eval "! grep -q ckptcheck_processes '$file'"

echo "# usage"
run 1 "without --all" --proc reports --openmetrics 100
says "--openmetrics wants --all"
run 1 "and JSON" --proc reports -aJ --openmetrics
says "exclude each other"
for option in -q --watch -oPID; do
	run 1 "and $option" --proc reports -a --openmetrics $option
	says "--openmetrics excludes"
done

echo "# alerts"
if [ -z "${PROMTOOL-}$promtool" ]; then
	tap_skip "promtool check rules" "no promtool here"
	tap_skip "promtool test rules" "no promtool here"
else
	that "promtool check rules" eval '"$promtool" check rules "$rules" > "$out" 2> "$err"'
	that "promtool test rules" eval '"$promtool" test rules alerts.yml > "$out" 2> "$err"'
fi
# What an alert asks for is there.
"$CKPTCHECK" "${host[@]}" --openmetrics > "$out"
that "the alerts ask for what is written" bash -c '
	for name in $(grep -oE "ckptcheck_[a-z_]+" "$1" | sort -u); do
		grep -q "^# TYPE $name " "$2" || { echo "# no $name"; exit 1; }
	done' - "$rules" "$out"

tap_done
