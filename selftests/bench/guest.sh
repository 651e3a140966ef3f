#!/bin/sh
# Runs in the virtual machine: times our report against other ways of looking at a process.
# guest.sh [SCENARIO...]; a line a scenario, status 1 where a ratio is below what is demanded.

# scenario        target           other way  our runs  its runs  ratio at least
scenarios='
ordinary          ordinary 20      status     200       200       0.333
plain-10000       plain 10000      procloop   25        5         150
plain-10000-lsof  plain 10000      lsof       25        3         500
plain-10000-lsfd  plain 10000      lsfd       25        3         1000
plain-100000      plain 100000     procloop   10        2         150
'

here=$(dirname "$0")
. "$here/target.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0 pid=''

# Sets best, median and proof.
measure()
{
	"$here/measure" "$1" "$2" "$3" >"$tmp/times" || return 1
	read -r best median proof <"$tmp/times"
}

# compare NAME WAY OURS_RUNS ITS_RUNS LEAST
compare()
{
	measure ours "$pid" "$3" || return 1
	ours=$best ours_median=$median length=$proof
	measure "$2" "$pid" "$4" || return 1
	awk -v name="$1" -v way="$2" -v ours="$ours" -v om="$ours_median" -v other="$best" \
		-v tm="$median" -v length_="$length" -v least="$5" 'BEGIN {
		ratio = other / ours
		if (ratio < least)
			printf "FAILED "
		printf "bench %s ours_us=%.1f %s_us=%.1f ratio=%.3g", name, ours / 1000, way,
			other / 1000, ratio
		printf " ours_median_us=%.1f %s_median_us=%.1f report_bytes=%d least=%s\n",
			om / 1000, way, tm / 1000, length_, least
		exit ratio < least
	}'
}

echo "# kernel $(uname -r), best times, CLOCK_MONOTONIC"
while read -r name kind number way ours_runs its_runs least; do
	[ -n "$name" ] || continue
	case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
	if ! target "$kind" "$number"; then
		echo "FAILED bench $name: the target $kind $number did not come up"
		failed=1
		continue
	fi
	compare "$name" "$way" "$ours_runs" "$its_runs" "$least" || failed=1
	target_end
done <<END
$scenarios
END
exit "$failed"
