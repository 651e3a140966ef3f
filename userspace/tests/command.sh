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

echo "# target"
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
has "CRIU 9.9.9 can dump it (judged as 4.2)"
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
