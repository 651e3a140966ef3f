#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# command.sh - the command on reports that were kept in files; TAP.
cd "$(dirname "$0")" || exit 1
: "${CKPTCHECK:=$PWD/../ckptcheck}"
. ./tap.sh
export LC_ALL=C.UTF-8
reports=(--proc reports)

# JSON: parsed EXPRESSION: holds for the document "d" that was printed last.
parsed()
{
	that "... $1" python3 -c '
import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))["ckptcheck"]
sys.exit(not eval(sys.argv[2]))' "$out" "$1"
}

printable()
{
	! LC_ALL=C grep -q '[^ -~]' "$out"
}

echo "# exit status"
run 0 "ok" "${reports[@]}" 100
has "100 (fine): CRIU 4.2 can dump it"
that "... one line" [ "$(wc -l < "$out")" = 1 ]
run 2 "blocked" "${reports[@]}" 101
has "101 (worker): CRIU 4.2 cannot dump it"
run 3 "options" "${reports[@]}" 103
has "criu dump -t 103 --file-locks --tcp-established"
run 4 "unknown" "${reports[@]}" 104
has "not everything was examined: what the kernel had no memory for, more objects than"
run 5 "lossy" "${reports[@]}" 105
run 5 "restore" "${reports[@]}" 106
run 2 "the worst counts: blocked, unknown" "${reports[@]}" 104 101 100
run 4 "the worst counts: unknown, options" "${reports[@]}" 103 104 105
run 3 "the worst counts: options, lossy" "${reports[@]}" 105 103 100
run 5 "the worst counts: lossy, ok" "${reports[@]}" 100 105
run 1 "the worst counts: error" "${reports[@]}" 101 999
says "999: no such process"
has "101 (worker)"
run 0 "info is no loss" "${reports[@]}" 151
run 2 "a verdict too good for its findings" "${reports[@]}" 140
run 4 "class and rule of the future" "${reports[@]}" 141
has 'phase=full moon'
run 4 "verdict of the future" "${reports[@]}" 142

echo "# forged, cut and broken reports"
run 2 "newlines in names" "${reports[@]}" 110
that "... only printable text" printable
that "... two findings" [ "$(grep -c '^110 fd' "$out")" = 2 ]
has '/tmp/a\012end findings=0\012'
has '\033[2J\342\200\256\302\233\377 "q" \134x'
run 2 "newlines in names, raw" "${reports[@]}" -r 110
that "... only printable text" printable
that "... three lines" [ "$(wc -l < "$out")" = 3 ]
run 2 "newlines in names, JSON" "${reports[@]}" -J 110
parsed 'd[0]["findings"][0]["path"] == "/tmp/a\nend findings=0\n"'
parsed 'd[0]["comm"] == "x\nend findings=0"'
parsed 'd[0]["findings"][1]["path"].endswith("\ufffd \"q\" \\x")'
that "... no control bytes" bash -c '! LC_ALL=C grep -q "[[:cntrl:]]" "$1"' - "$out"
for pid in 120 121 122 123; do
	run 4 "cut report $pid" "${reports[@]}" $pid
	says "the report was cut"
done
for pid in 130 131 133 134; do
	run 1 "malformed report $pid" "${reports[@]}" $pid
	says "$pid: line"
done
run 1 "unknown format" "${reports[@]}" 132
says "has format 2"
run 3 "a long line" "${reports[@]}" -o PATH 170
that "... whole" [ "$(wc -L < "$out")" -gt 20000 ]

run 3 "paths that a shell would not leave alone" "${reports[@]}" 171
line=$(tail -n 1 "$out")
that "... a line to paste" [ "$(eval "printf '%s,' $line")" = \
	"criu,dump,-t,171,--external,mnt[/a|b c]:/a|b c,--external,mnt[/it's
]:/it's
,--ext-unix-sk," ]
run 3 "alternatives, and a path with a |" "${reports[@]}" -J 171
parsed 'd[0]["findings"][0]["needs"] == ["--external mnt[/a|b c]:/a|b c"]'
parsed 'd[0]["findings"][2]["needs"] == ["--ext-unix-sk", "--external unix[77]"]'

echo "# not you"
run 2 "cred-no-access" "${reports[@]}" 160
has "you may not inspect this process: "

echo "# output"
run 1 "JSON" "${reports[@]}" -J 101 100 999
parsed 'len(d) == 3 and d[0]["pid"] == 101 and d[0]["verdict"] == "blocked"'
parsed 'd[0]["complete"] is True and d[0]["files"] == 31'
parsed 'd[0]["findings"][0]["rule"] == "udp-corked" and d[0]["findings"][0]["pending"] == 10'
parsed 'd[0]["findings"][3]["needs"] == ["--tcp-established", "--tcp-close"]'
parsed 'all(f["summary"] and f["todo"] for f in d[0]["findings"])'
parsed 'd[1]["findings"] == [] and d[1]["verdict"] == "ok"'
parsed 'd[2] == {"pid": 999, "error": "no such process"}'
run 2 "JSON with columns" "${reports[@]}" -J -o PID,RULE,NEEDS,COUNT 101
parsed 'd[0]["findings"][0] == {"pid": 101, "rule": "udp-corked", "needs": [], "count": None}'
parsed 'd[0]["findings"][3]["count"] == 2'
run 3 "transient is a truth value" "${reports[@]}" -J 161
parsed 'd[0]["findings"][0]["transient"] is True'
run 2 "raw, no headings, columns" "${reports[@]}" -rno ROOT,PID,FD,NEEDS 101
has '101 102 4 --external\x20unix[20118]'
run 2 "columns appended" "${reports[@]}" -o +PEERPID,COMMAND 101
has "PEERPID COMMAND"
run 1 "unknown column" "${reports[@]}" -o NOPE 101
says "unknown column: NOPE"
run 2 "no headings" "${reports[@]}" -n 101
lacks "REASON"
lacks "cannot dump"
run 3 "what to do" "${reports[@]}" 103
has "criu dump --tcp-established or --tcp-close"
run 3 "what to do: wait" "${reports[@]}" 161
has "criu dump --skip-in-flight; wait and try again"
run 0 "no info" "${reports[@]}" --info none 151
lacks "timerfd"
run 0 "-p" "${reports[@]}" -p "100,151 100"
that "... each once" [ "$(grep -c 'CRIU 4.2 can dump it' "$out")" = 2 ]
run 0 "-H" -H
has "TODO"
if "$CKPTCHECK" -V | grep -q 'with filters'; then
	run 2 "-Q" "${reports[@]}" -n -Q 'CLASS == "option" and FD > 3' 101
	lacks "lock-flock"
	has "tcp-connected"
	run 1 "-Q, nonsense" "${reports[@]}" -Q 'CLASS ==' 101
	run 1 "-Q, unknown column" "${reports[@]}" -Q 'NOPE == 1' 101
else
	run 1 "-Q is not there" "${reports[@]}" -Q 'FD > 3' 101
	says "libsmartcols 2.40"
fi

echo "# tree"
run 2 "tree" "${reports[@]}" --tree -o CLASS,RULE 101
that "... findings below their process" diff - <(tail -n +2 "$out" | sed 's/ *$//; s/   */ /g') <<-'END'
	PROCESS CLASS RULE
	101 worker: blocked
	├─fd 7 blocker udp-corked
	└─102: blocked
	 ├─fd 3 option lock-flock
	 ├─fd 4 option unix-external-stream
	 ├─fd 5 option tcp-connected
	 ├─fd 6 blocker chrdev-unsupported
	 └─fd 9 info timerfd
END
run 4 "tree, not complete" "${reports[@]}" --tree 104
has "104 unk: unknown"
run 2 "tree as JSON" "${reports[@]}" --tree -J -o FD 101
parsed 'd[0]["tree"]["pid"] == 101 and d[0]["tree"]["findings"] == [{"fd": 7}]'
parsed '[f["fd"] for f in d[0]["tree"]["children"][0]["findings"]] == [3, 4, 5, 6, 9]'
parsed 'd[0]["tree"]["children"][0]["children"] == [] and "findings" not in d[0]'
run 1 "tree, raw" "${reports[@]}" --tree -r 101
says "--tree excludes"
echo "# colours"
export TERM=xterm HOME=/nonexistent
colors=$(mktemp -d)
trap 'rm -rf "$out" "$err" "$colors"' EXIT
mkdir "$colors/terminal-colors.d"
red=$'\033[31mblocker' bold=$'\033[1;34mblocker'
# terminal ENVIRONMENT... -- ARGUMENT...: what the command prints on a terminal
terminal()
{
	script -qec "env XDG_CONFIG_HOME=$colors $1 '$CKPTCHECK' --proc reports $2 101" /dev/null > "$out"
}
terminal "" ""
has "$red"
terminal "" "--tree"
has $'\033[31m101 worker: blocked'
terminal "" "--color=never"
lacks "$red"
terminal "NO_COLOR=1" ""
lacks "$red"
terminal "TERM=dumb" ""
lacks "$red"
touch "$colors/terminal-colors.d/disable"
terminal "" ""
lacks "$red"
terminal "" "--color=always"
has "$red"
touch "$colors/terminal-colors.d/@xterm.enable"
terminal "" ""
has "$red"
touch "$colors/terminal-colors.d/ckptcheck.disable"
terminal "" ""
lacks "$red"
touch "$colors/terminal-colors.d/lsfd.enable" "$colors/terminal-colors.d/ckptcheck@vt100.enable"
terminal "" ""
lacks "$red"
touch "$colors/terminal-colors.d/ckptcheck@xterm.enable"
printf 'blocker 1;34 # mine\noption \\e[35m\n' > "$colors/terminal-colors.d/ckptcheck.scheme"
echo 'blocker green' > "$colors/terminal-colors.d/scheme"
terminal "" ""
has "$bold"
has $'\033[35moption'
rm "$colors"/terminal-colors.d/*able
touch "$colors/terminal-colors.d/enable" "$colors/terminal-colors.d/@xterm.disable"
terminal "" ""
lacks "$bold"
run 2 "no colours in a file" "${reports[@]}" 101
lacks $'\033'
run 2 "no colours in JSON" "${reports[@]}" -J --color=always 101
lacks $'\033'
run 1 "--color, nonsense" "${reports[@]}" --color=sometimes 101
says "--color wants auto, always or never"
echo "# quiet and watch"
run 2 "quiet" "${reports[@]}" -q 101
that "... prints nothing" [ ! -s "$out" ]
that "... anywhere" [ ! -s "$err" ]
run 1 "quiet, an error" "${reports[@]}" -q 999
says "999: no such process"
changing=$(mktemp -d)
trap 'rm -rf "$out" "$err" "$colors" "$changing" "$host"' EXIT
# becomes TEXT: what the report is in a moment, in one piece.
becomes()
{
	sleep 0.5
	printf '%s\n' "$@" > "$changing/new"
	mv "$changing/new" "$changing/103"
}
cp reports/103 "$changing"
becomes "$(sed s/100/103/ reports/100)" &
run 0 "watch until ok" --proc "$changing" --watch=1 103
has "criu dump -t 103"
has "103 (fine): CRIU 4.2 can dump it"
cp reports/103 "$changing"
{ sleep 0.5; rm "$changing/103"; } &
run 4 "watch until the process ends" --proc "$changing" -q --watch=1 103
says "103: no such process"
run 1 "watch nobody" --proc "$changing" --watch 103
run 1 "watch, no number" "${reports[@]}" --watch=0 103
says "--watch wants a number of seconds"
that "... a terminal is cleared" grep -q $'\033\\[H\033\\[J100' <(script -qec \
	"'$CKPTCHECK' --proc reports --watch 100" /dev/null)
status=0
timeout -s TERM 1 "$CKPTCHECK" "${reports[@]}" --watch 101 > "$out" || status=$?
that "watch ends on signals" [ "$status" = 124 ]
echo "# all"
host=$(mktemp -d)
cp reports/100 reports/101 reports/103 reports/104 reports/151 reports/160 "$host"
# This one has the same finding twice.
sed 's/pid=103/pid=102/; s/lock-posix/lock-flock/' reports/103 > "$host/102"
printf '%s\n' "ckptcheck 1 pid=2 comm=kthreadd target=4.2 verdict=blocked complete=yes" \
	"blocker task-kthread pid=2" "end findings=1" > "$host/2"
run 2 "all" --proc "$host" --all
has "7 processes, each by itself, CRIU 4.2: blocked 2, unknown 1, options 2, ok 2"
has "processes of which not everything was examined: 1"
has "processes that you may not inspect: 1"
has "kernel threads, not counted: 1"
that "... a rule counts once a process" \
	grep -qE '^lock-flock +option +3 +101 worker +flock' "$out"
that "... the heaviest first" [ "$(awk 'NR > 2 && $3 ~ /^[0-9]+$/ { print $2 }' "$out" |
	uniq | xargs)" = "blocker option info" ]
lacks "task-kthread"
lacks "of 8"
that "... a terminal sees the progress" grep -q "3 of 8 processes" <(script -qec \
	"'$CKPTCHECK' --proc '$host' --all" /dev/null)
run 2 "all as JSON" --proc "$host" -aJ
that "... is right" python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))["summary"]
rules = {r["rule"]: r for r in d["rules"]}
assert d["processes"] == 7 == sum(d["verdicts"].values()), d
assert d["kernel-threads"] == d["not-inspected"] == d["incomplete"] == 1, d
assert rules["lock-flock"]["processes"] == 3 and rules["lock-flock"]["example"] == 101, d
assert "task-kthread" not in rules, d' "$out"
run 2 "all, findings" --proc "$host" -arn -o ROOT,RULE
has "102 lock-flock"
run 2 "all, raw" --proc "$host" -arn
has "lock-flock option 3 101 worker flock(2)\x20lock"
rm "$host"/10[14] "$host/160"
run 3 "all, kernel threads do not count" --proc "$host" -a
: > "$host/104"
run 4 "all, one without a report" --proc "$host" -a --target 4.0
has "processes without a report, not counted: 1, such as 104: the report was cut"
run 1 "all, and a process" --proc "$host" -a 100
says "takes no process ids"
run 1 "all, no directory" --proc "$host/nope" -a
says "no directory"

echo "# target"
programs=$(mktemp -d)
trap 'rm -rf "$out" "$err" "$colors" "$changing" "$host" "$programs"' EXIT
# program NAME TEXT: a program that prints TEXT is in PATH
program()
{
	printf '#!/bin/sh\ncat <<"END"\n%s\nEND\n' "$2" > "$programs/$1"
	chmod +x "$programs/$1"
}
PATH=$programs:$PATH
program criu $'Version: 2.5\nGitID: v2.5'
run 0 "the installed criu" --list-rules -rn
has "lock-ofd lock blocker"
run 0 "another one than the installed" --list-rules -rn --target 2.11
has "lock-ofd lock option"
program criu "no version at all"
run 0 "a criu that does not say" --list-rules -rn
has "lock-ofd lock option"
program criu "Version: 2.5"
run 3 "a report that was kept has its own target" "${reports[@]}" 150
has "CRIU 4.2 can dump it"
run 2 "1.0" "${reports[@]}" --target 1.0 150
has "CRIU 1.0 cannot dump it"
has "no CRIU option helps; CRIU 2.11 and later: --file-locks"
has "CRIU 1.7 and later: --ext-unix-sk=77"
has "CRIU 1.3 and later can"
run 3 "2.12" "${reports[@]}" --target 2.12 -J 150
parsed 'd[0]["target"] == "2.12" and d[0]["verdict"] == "options"'
parsed 'd[0]["findings"][1]["needs"] == ["--external unix[77]"]'
parsed 'd[0]["findings"][2]["class"] == "info"'
run 2 "1.8, another option" "${reports[@]}" --target 1.8.0 -J 150
parsed 'd[0]["findings"][1]["needs"] == ["--ext-unix-sk=77"] and d[0]["target"] == "1.8"'
run 2 "1.0, an info becomes a blocker" "${reports[@]}" --target 1.0 151
run 0 "a target of the future" "${reports[@]}" --target 9.9.9 151
has "CRIU 9.9.9 can dump it (judged as 4.2.1)"
run 4 "a rule that cannot be judged" "${reports[@]}" --target 3.0 152
for target in 0.9 4 4.2.1.1 4.x "" 4.256 -1.2 4.; do
	run 1 "--target '$target'" "${reports[@]}" --target "$target" 100
	says "wants a CRIU version from 1.0 on"
done
run 1 "--process of a file" "${reports[@]}" --process 100
says "--process"

echo "# usage"
run 1 "nothing"
says "no process id"
run 1 "no number" "${reports[@]}" abc
says "not a process id: abc"
run 1 "zero" "${reports[@]}" 0
run 1 "too big" "${reports[@]}" 99999999999
run 1 "trailing text" "${reports[@]}" 100x
run 1 "-p, no list" "${reports[@]}" -p 100,x
run 1 "unknown option" --nope 1
run 1 "--info nonsense" "${reports[@]}" --info all 100
run 1 "two formats" "${reports[@]}" -J -r 100
run 0 "-h" -h
run 0 "-V" -V
run 1 "no directory" --proc reports/nope 100
says "no directory reports/nope"
status=0
"$CKPTCHECK" -H 2> "$err" > /dev/full || status=$?
that "a full disk is an error" [ "$status" = 1 ]
says "cannot write the output"

tap_done
