# SPDX-License-Identifier: GPL-2.0
# tap.sh - a few words for tests of the command; source it, end with tap_done.

tap_n=0
tap_failed=0
out=$(mktemp) err=$(mktemp)
trap 'rm -f "$out" "$err"' EXIT

tap_ok()
{
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1"
}

tap_not_ok()
{
	tap_n=$((tap_n + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_n - $1"
	sed 's/^/# out: /' "$out"
	sed 's/^/# err: /' "$err"
}

tap_skip()
{
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}

# run STATUS NAME ARGUMENT...: runs the command, which must end with STATUS.
run()
{
	want=$1
	name=$2
	shift 2
	status=0
	"$CKPTCHECK" "$@" > "$out" 2> "$err" || status=$?
	if [ "$status" = "$want" ]; then
		tap_ok "$name"
	else
		echo "# status $status, not $want"
		tap_not_ok "$name"
	fi
}

# Of what was run last: has, lacks TEXT in the output, says TEXT in the errors.
has()
{
	if grep -qF -e "$1" "$out"; then tap_ok "... has: $1"; else tap_not_ok "... has: $1"; fi
}

lacks()
{
	if grep -qF -e "$1" "$out"; then tap_not_ok "... lacks: $1"; else tap_ok "... lacks: $1"; fi
}

says()
{
	if grep -qF -e "$1" "$err"; then tap_ok "... says: $1"; else tap_not_ok "... says: $1"; fi
}

# that NAME COMMAND...: the command must succeed.
that()
{
	name=$1
	shift
	if "$@"; then tap_ok "$name"; else tap_not_ok "$name"; fi
}

tap_done()
{
	echo "1..$tap_n"
	[ "$tap_failed" = 0 ]
}
