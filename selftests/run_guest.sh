#!/bin/bash
# Runs the test programs beside this script, or those that are named, one after the other, as root
# on a machine with the module loaded.  Passes their KTAP on, indented, sums it up, and fails if a
# test failed, or a program crashed, hung, or ended before its plan did.
cd "$(dirname "$0")" || exit 1
export LC_ALL=C

# How long one program may take, in seconds: emulated processors are slow.
LIMIT=${CKPT_TEST_TIMEOUT:-900}

passed=0 failed=0 skipped=0 number=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Counts the results of a program. Sets why if they are not what its plan promises.
count()
{
	local plan pass fail skip

	plan=$(awk -F '[. ]+' '/^1\.\.[0-9]+/ { print $2; exit }' "$log")
	skip=$(grep -cE '^ok [0-9]+.*# (SKIP|XFAIL)' "$log")
	pass=$(($(grep -cE '^ok [0-9]+' "$log") - skip))
	fail=$(grep -cE '^not ok [0-9]+' "$log")
	passed=$((passed + pass)) failed=$((failed + fail)) skipped=$((skipped + skip))
	if [ -z "$plan" ]; then
		why="no plan"
	elif [ "$plan" != $((pass + fail + skip)) ]; then
		why="$((pass + fail + skip)) results of $plan"
	elif [ "$fail" != 0 ]; then
		why="$fail failed"
	fi
}

run()
{
	local test=$1 rc why=''

	number=$((number + 1))
	echo "# selftests: ckptcheck: $test"
	timeout -k 10 "$LIMIT" "./$test" </dev/null 2>&1 | tee "$log" | sed -u 's/^/    /'
	rc=${PIPESTATUS[0]}
	count
	case $rc in
	0 | 4) ;;
	1) why=${why:-exit status 1, but no test failed} ;;
	124 | 137) why="took longer than $LIMIT s" ;;
	*) why="exit status $rc${why:+, $why}" ;;
	esac
	if [ -z "$why" ]; then
		echo "ok $number $test"
		return
	fi
	# A program that fails by itself counts as well, not its failed tests alone.
	grep -qE '^not ok [0-9]+' "$log" || failed=$((failed + 1))
	echo "not ok $number $test # $why"
}

tests=("$@")
[ "${#tests[@]}" -gt 0 ] || tests=(*_test *_test.sh)
echo "TAP version 14"
echo "1..${#tests[@]}"
for test in "${tests[@]}"; do
	run "$test"
done
echo "# totals: pass:$passed fail:$failed skip:$skipped"
[ "$failed" = 0 ]
