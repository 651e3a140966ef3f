# KTAP for the tests that are scripts: tap NAME COMMAND... runs a test, tap_end tells the plan.
# shellcheck shell=bash
TAP_NR=0 TAP_FAILED=0

tap()
{
	local name=$1 out

	shift
	TAP_NR=$((TAP_NR + 1))
	if out=$("$@" 2>&1); then
		case $out in
		SKIP*) echo "ok $TAP_NR $name # ${out%%$'\n'*}" ;;
		*) echo "ok $TAP_NR $name" ;;
		esac
	else
		TAP_FAILED=$((TAP_FAILED + 1))
		printf '%s\n' "$out" | sed 's/^/# /'
		echo "not ok $TAP_NR $name"
	fi
}

tap_end()
{
	echo "1..$TAP_NR"
	[ "$TAP_FAILED" = 0 ]
}
