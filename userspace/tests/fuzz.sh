#!/bin/sh
# fuzz.sh - libFuzzer on the parser of reports, from the ones kept here; prints TAP.
# usage: fuzz.sh OPTION...	of libFuzzer: -runs=N or -max_total_time=SECONDS
set -eu
cd "$(dirname "$0")"
: "${CLANG:=clang}" "${MAKE:=make}"

name="no forged report is accepted, and none by one of both parsers alone"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

skip()
{
	echo "ok 1 - $name # SKIP $1"
	echo "1..1"
	exit 0
}

echo 'int LLVMFuzzerTestOneInput(const void *p, unsigned long n) { return !p && n; }' \
	> "$work/probe.c"
command -v "$CLANG" > /dev/null || skip "no $CLANG here"
"$CLANG" -fsanitize=fuzzer,address,undefined -o "$work/probe" "$work/probe.c" 2> /dev/null ||
	skip "$CLANG has no libFuzzer here"

$MAKE -s fuzzer CLANG="$CLANG"
mkdir "$work/new"
status=0
# What is found is put into the first folder; the last two are read alone.
./fuzzer -seed=1 -timeout=5 -max_len=4096 -dict=fuzz.dict -verbosity=0 -print_final_stats=1 \
	-artifact_prefix="$PWD/fuzz-" "$@" "$work/new" corpus reports 2> "$work/log" || status=$?
sed -n 's/^stat::\(number_of_executed_units\|new_units_added\|slowest_unit_time_sec\)/# \1/p' \
	"$work/log"
if [ $status = 0 ]; then
	echo "ok 1 - $name"
else
	sed 's/^/# /' "$work/log"
	echo "not ok 1 - $name"
fi
echo "1..1"
exit $status
