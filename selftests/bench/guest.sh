#!/bin/sh
# Runs in the virtual machine: times our report against other ways of looking at a process.
# guest.sh [SCENARIO...]; a line a scenario, status 1 where a ratio is below what is demanded.

# scenario          fixture           other way  our runs  its runs  ratio at least
scenarios='
plain-files-10000   plain-10k-files   procloop   25        5         80
'

here=$(dirname "$0")
. "$here/ready.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

# Sets best, median and proof.
measure()
{
	"$here/measure" "$1" "$2" "$3" >"$tmp/times" || return 1
	read -r best median proof <"$tmp/times"
}

compare()
{
	measure ours "$pid" "$3" || return 1
	ours=$best ours_median=$median length=$proof
	measure "$2" "$pid" "$4" || return 1
	awk -v name="$1" -v way="$2" -v ours="$ours" -v om="$ours_median" -v other="$best" \
		-v tm="$median" -v length_="$length" -v count="$proof" -v least="$5" 'BEGIN {
		ratio = other / ours
		if (ratio < least)
			printf "FAILED "
		printf "bench %s ours_us=%.1f %s_us=%.1f ratio=%.1f", name, ours / 1000, way,
			other / 1000, ratio
		printf " ours_median_us=%.1f %s_median_us=%.1f report_bytes=%d fds=%d least=%d\n",
			om / 1000, way, tm / 1000, length_, count, least
		exit ratio < least
	}'
}

echo "# kernel $(uname -r), best times, CLOCK_MONOTONIC"
while read -r name fixture way ours_runs its_runs least; do
	[ -n "$name" ] || continue
	case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
	if ! fixture "$fixture"; then
		echo "FAILED bench $name: the fixture $fixture did not come up"
		failed=1
		continue
	fi
	compare "$name" "$way" "$ours_runs" "$its_runs" "$least" || failed=1
	fixture_end
done <<END
$scenarios
END
exit "$failed"
