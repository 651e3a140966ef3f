#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# criu.sh - command lines and configuration files of criu, on reports that were kept; TAP.
cd "$(dirname "$0")" || exit 1
: "${CKPTCHECK:=$PWD/../ckptcheck}"
. ./tap.sh
export LC_ALL=C.UTF-8
unset CRIU_CONFIG_FILE
dir=$(mktemp -d)
trap 'rm -rf "$dir" "$out" "$err"' EXIT
export HOME=$dir/home
mkdir -p "$HOME/.criu" "$dir/reports"
reports=(--proc reports)

# config FILE LINE...: a configuration file of criu
config()
{
	printf '%s\n' "${@:2}" > "$dir/$1"
}

quiet()
{
	that "... says nothing" [ ! -s "$err" ]
}

echo "# forms of the command line"
run 3 "nothing is given" "${reports[@]}" dump -t 103
that "... what is missing" [ "$(tail -n 1 "$out")" = \
	"criu dump -t 103 --file-locks --tcp-established" ]
run 3 "something is missing" "${reports[@]}" dump --tree=103 -v4 -l -D /tmp/x
that "... what is missing" [ "$(tail -n 1 "$out")" = \
	"criu dump --tree=103 -v4 -l -D /tmp/x --tcp-established" ]
run 0 "all is given" "${reports[@]}" dump -t 103 --tcp-close --file-locks
has "nothing: --file-locks is given"
has "103 (opt): CRIU 4.2 can dump it ["
lacks "criu dump"
quiet
run 0 "criu is the first word" "${reports[@]}" /usr/sbin/criu --tcp-close -t103 dump -l
run 0 "pre-dump" "${reports[@]}" pre-dump -t 103 --tcp-close --file-locks
run 0 "shortened" "${reports[@]}" dump -t 103 --file-l --tcp-e
run 0 "JSON" -J "${reports[@]}" dump -t 103 --tcp-close --file-locks
that "... it names the option" grep -qF '"met": "--tcp-close"' "$out"
run 0 "--info none" --info none "${reports[@]}" dump -t 103 --tcp-close --file-locks
that "... one line" [ "$(wc -l < "$out")" = 1 ]
run 2 "a blocker stays one" "${reports[@]}" dump -t 101 -l --tcp-close -x20118
run 0 "--criu-options" "${reports[@]}" 103 --criu-options "--tcp-close '-l'"
run 3 "--criu-options, not all" "${reports[@]}" --criu-options "-R -v4" 103
that "... what is missing" [ "$(tail -n 1 "$out")" = \
	"criu dump -t 103 -R -v4 --file-locks --tcp-established" ]
run 3 "the last one counts" "${reports[@]}" dump -t 103 --tcp-close -l --no-file-locks
run 0 "... and once more" "${reports[@]}" dump -t 103 --tcp-close --no-file-locks -l
run 3 "what is odd is put in quotes" "${reports[@]}" dump -t 103 -l --external "unix[1]" -o "a b"
that "... what is missing" [ "$(tail -n 1 "$out")" = \
	"criu dump -t 103 -l --external 'unix[1]' -o 'a b' --tcp-established" ]

echo "# options that nobody knows"
run 3 "unknown" "${reports[@]}" dump -t 103 --new --new arg -Z --tcp-close --new
that "... each is named once" [ "$(grep -c 'no option of criu' "$err")" = 2 ]
says "--new: no option"
says "-Z: no option"
run 3 "younger than the target" "${reports[@]}" --target 3.2 dump -t 103 -l --tcp-close
says "CRIU 3.2 has no option --tcp-close, which came with 3.3"

echo "# wrong usage"
run 1 "no process" "${reports[@]}" dump -l
says "-t PID"
run 1 "no process id" "${reports[@]}" dump -t x
run 1 "two processes" "${reports[@]}" 101 dump -t 103
run 1 "another command" "${reports[@]}" criu restore -t 103
says "dump and pre-dump"
run 1 "no command" "${reports[@]}" criu -t 103
run 1 "no argument" "${reports[@]}" dump -t 103 --external
says "--external wants an argument"
run 1 "an argument too many" "${reports[@]}" dump -t 103 --file-locks=yes
says "takes no argument"
run 1 "a quote is not closed" "${reports[@]}" 103 --criu-options "'-l"
run 1 "two ways at once" "${reports[@]}" --criu-options -l dump -t 103

echo "# configuration files"
config home/.criu/default.conf "# all of it" "" "  file-locks # why" "tcp-established"
run 0 "the user's" "${reports[@]}" dump -t 103
run 3 "... not without -t, nor without criu" "${reports[@]}" 103
run 3 "--no-default-config" "${reports[@]}" dump -t 103 --no-default-config
run 0 "... by --criu-options" "${reports[@]}" 103 --criu-options ""
run 3 "the command line counts more" "${reports[@]}" dump -t 103 --no-tcp-established
config env.conf "no-file-locks"
CRIU_CONFIG_FILE=$dir/env.conf run 3 "that of CRIU_CONFIG_FILE counts more" "${reports[@]}" dump -t 103
has "criu dump -t 103 --file-locks"
CRIU_CONFIG_FILE=$dir/env.conf run 0 "... and less than the line" "${reports[@]}" dump -t 103 -l
config other.conf "file-locks"
run 3 "--config, for the default ones" "${reports[@]}" dump -t 103 --config "$dir/other.conf"
has "criu dump -t 103 --config $dir/other.conf --tcp-established"
CRIU_CONFIG_FILE=$dir/env.conf run 0 "--config= counts more than CRIU_CONFIG_FILE" \
	"${reports[@]}" dump -t 103 --config="$dir/other.conf" --tcp-close
run 3 "that of an engine counts most" "${reports[@]}" --rpc-config "$dir/env.conf" dump -t 103 -l
run 0 "... alone" "${reports[@]}" --rpc-config "$dir/other.conf" 103
rm "$HOME/.criu/default.conf"
run 3 "no file" "${reports[@]}" dump -t 103 --config "$dir/none"
says "$dir/none is left out"
config other.conf 'external "unix[77]"' 'external mnt[/it]:/it' 'log-file "a \" b" # x' \
	'external   "mnt[/a|b c]:x y"	# a tab before it'
run 3 "quotes" "${reports[@]}" --rpc-config "$dir/other.conf" 171
has "--external mnt[/a|b c]:x y is given"
has "--external unix[77] is given"
quiet
for line in 'log-file "a' 'log-file a b' 'log-file "a" b' 'log-file "'; do
	config other.conf "file-locks" "$line"
	run 1 "not a line: $line" "${reports[@]}" --rpc-config "$dir/other.conf" 103
	says "other.conf:2: criu does not take this line"
done

echo "# an engine's command line"
# engine NAME OPTION...: a criu that it drives by RPC. Sets pid, the criu's.
engine()
{
	[ -x "$dir/$1" ] || cp "$BASH" "$dir/$1"
	# shellcheck disable=SC2016 # expanded there
	exec 3< <("$dir/$1" -c '(exec -a "criu: dump" sleep 1000) & echo $!; wait' checkpoint "${@:2}")
	read -r pid <&3
	until [ "$(tr '\0' ' ' < "/proc/$pid/cmdline")" = "criu: dump 1000 " ]; do sleep 0.05; done
}

# driven STATUS NAME OPTION...: the report with a lock and a connection, by that criu
driven()
{
	engine "${@:2}"
	run "$1" "${*:2}" "${reports[@]}" --criu-pid "$pid" 103
	kill "$pid"
}

driven 3 runc
has "missing: --file-locks --tcp-established"
driven 3 runc --file-locks /folder
has "missing: --tcp-established"
driven 0 runc --file-locks --tcp-established
driven 0 crun -file-locks --tcp-established=true
driven 3 runc --file-locks --tcp-established=false
driven 3 runc --file-locks tcp-established
driven 3 youki --file-locks --tcp-established
cat > "$dir/reports/200" <<END
ckptcheck 1 pid=200 comm=test target=4.2 verdict=blocked processes=1 threads=1 files=1 vmas=1 complete=yes
blocker tun-noinfo pid=200 fd=3
end findings=1
END
for option in "" --empty-ns=network --empty-ns=ipc "--empty-ns network" "--empty-ns ipc"; do
	# shellcheck disable=SC2086 # words
	engine runc $option
	run 4 "runc $option" --proc "$dir/reports" --criu-pid "$pid" 200
	case $option in
	*network) has "--empty-ns net is given" ;;
	*) lacks "--empty-ns net is given" ;;
	esac
	kill "$pid"
done

echo "# what is given, and what is needed"
# judged STATUS NEEDS OPTIONS [KEYS [RULE [TARGET]]]: a report with one finding
judged()
{
	needs=$2
	[ "$needs" = "${needs//[ |]/}" ] || needs="\"$needs\""
	{
		echo "ckptcheck 1 pid=9 comm=x target=${6:-4.2} verdict=options complete=yes"
		echo "option ${5:-lock-flock} pid=9${4:+ $4} needs=$needs"
		echo "end findings=1"
	} > "$dir/reports/9"
	run "$1" "needs $2, has $3${6:+, CRIU $6}" --proc "$dir/reports" 9 --criu-options "$3"
}

ext=--external
judged 0 "$ext unix[77]" "$ext unix[76] $ext unix[77]"
judged 3 "$ext unix[77]" "$ext unix[7]"
judged 3 "$ext unix[77]" "$ext unix[77]:x"
judged 0 "$ext unix[77]" "-x12,77"
judged 3 "$ext unix[77]" "-x12,770"
judged 3 "$ext unix[77]" "--ext-unix-sk"
judged 0 "--ext-unix-sk" "-x12"
judged 3 "--ext-unix-sk" "$ext unix[12]"
judged 0 "--ext-unix-sk=77" "--ext-unix-sk=77" "" unix-external-stream 2.7
judged 3 "--ext-unix-sk=77" "--ext-unix-sk" "" unix-external-stream 2.7
judged 3 "--ext-unix-sk=77" "$ext unix[77]" "" unix-external-stream 2.7
judged 0 "$ext mnt[/a]:/a" "$ext mnt[/a]:key"
judged 0 "$ext mnt[/a]:/a" "-M /a:key"
judged 3 "$ext mnt[/a]:/a" "$ext mnt[/a]"
judged 3 "$ext mnt[/a]:/a" "$ext mnt[/ab]:/a"
judged 3 "$ext mnt[/a]:b]:/a]:b" "$ext mnt[/a]:x"
judged 0 "$ext mnt[/a]:b]:/a]:b" "$ext mnt[/a]:b]:x"
judged 0 "$ext file[1f:2a]" "$ext file[1f:2a]"
judged 3 "$ext file[1f:2a]" "$ext file[1f:2]"
judged 0 "$ext tty[500:5]" "$ext tty[500:5]"
judged 0 "$ext net[4026]:net" "$ext net[4026]:other"
judged 3 "$ext net[4026]:net" "$ext net[402]:net"
judged 3 "$ext net[4026]:net" "$ext net[4026]:net" "" lock-flock 3.10
judged 0 "$ext pid[4026]:pidns" "$ext pid[4026]:x"
judged 0 "$ext net[4026]:net|--empty-ns net" "--empty-ns net"
judged 0 "--ghost-limit 2097152" "--ghost-limit 2M"
judged 3 "--ghost-limit 2097152" "--ghost-limit 2000K"
judged 3 "--ghost-limit 2097152" "--ghost-limit 4M --ghost-limit 1M"
judged 0 "--freeze-cgroup /sys/fs/cgroup/a" "--freeze-cgroup /sys/fs/cgroup//a/"
judged 3 "--freeze-cgroup /sys/fs/cgroup/a" "--freeze-cgroup /sys/fs/cgroup/ab"
judged 0 "--irmap-scan-path /a/b" "--irmap-scan-path /a"
judged 3 "--irmap-scan-path /a/b" "--irmap-scan-path /a/b/c"
judged 0 "--skip-in-flight" "--skip-in-flight" "" tcp-listen-inflight 2.4
judged 3 "--skip-in-flight" "--skip-in-flight" "" tcp-listen-inflight 2.3
judged 0 "--skip-mnt /a" "--skip-mnt /b --skip-mnt=/a/"

echo "# options that a finding does not name"
mnt="$ext mnt[/a]:/a"
judged 0 "$mnt" "--enable-fs xfs,ext4" "path=/a fstype=ext4" mnt-fs-unsupported
judged 0 "$mnt" "--enable-fs all" "path=/a fstype=ext4" mnt-fs-unsupported
judged 3 "$mnt" "--enable-fs xfs,ext4dev" "path=/a fstype=ext4" mnt-fs-unsupported
judged 3 "$mnt" "--enable-fs ext4" "path=/a fstype=ext4" mnt-no-root-mount
judged 0 "$mnt" "$ext mnt[/b]:x" "path=/a fstype=ext4 origin=/b" mnt-no-root-mount
judged 3 "$mnt" "$ext mnt[/c]:x" "path=/a fstype=ext4 origin=/b" mnt-no-root-mount
judged 3 "$mnt" "$ext mnt[/b]:x" "path=/a fstype=ext4" mnt-no-root-mount
judged 4 "$mnt" "--skip-mnt /a" "path=/a fstype=ext4" mnt-fs-unsupported
has "--skip-mnt /a is given; it may be enough"
judged 3 "$mnt" "--skip-mnt /b" "path=/a fstype=ext4" mnt-fs-unsupported
judged 4 "$mnt" "$ext mnt[]:m" "path=/a fstype=ext4" mnt-external-sharing
judged 4 "$mnt" "--ext-mount-map auto" "path=/a fstype=ext4" mnt-no-root-mount
judged 4 "--ghost-limit 9" "$ext file[3f:1a]" "ino=26 ghost-limit=9" file-ghost-too-big
judged 3 "--ghost-limit 9" "$ext file[3f:11a]" "ino=26 ghost-limit=9" file-ghost-too-big
judged 0 "--tcp-established" "--tcp-close" "" tcp-half-closed
judged 3 "--tcp-established" "--tcp-close" "" tcp-half-closed 3.2

echo "# every option that the rules name"
for target in 1.0 1.7 2.0 2.8 3.11 3.17.1 4.2; do
	"$CKPTCHECK" --list-rules -J --target "$target" > "$dir/rules"
	while read -r option; do
		judged 0 "$option" "$option" "" lock-flock "$target"
		quiet
		judged 3 "$option" "" "" lock-flock "$target"
	done < <(python3 -c '
import json, re, sys
for rule in json.load(open(sys.argv[1]))["rules"]:
    for needs in re.split(r"\|(?=--)", rule["needs"] or ""):
        print(re.sub(r"{[^}]*}", "7", needs))' "$dir/rules" | grep . | sort -u)
done

tap_done
