# What every script here needs: messages, the cache folder, locks, and look-ups in the table of
# kernels. Sourced; VM is the folder selftests/vm.
# shellcheck shell=bash

set -eu
shopt -s inherit_errexit
umask 022

PATH=$PATH:/usr/sbin:/sbin
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/ckptcheck
# The source tree whose module is built; the selftests of the runner put a dummy here.
# shellcheck disable=SC2034 # for the callers
SRC=${CKPT_SRC:-$(cd "$VM/../.." && pwd -P)}
PROG=${0##*/}

say()
{
	echo "$PROG: $*" >&2
}

die()
{
	say "$*"
	exit 1
}

# Runs a command that is quiet unless it fails: then all that it said is shown.
quietly()
{
	local log rc=0

	log=$(mktemp)
	"$@" >"$log" 2>&1 </dev/null || rc=$?
	[ "$rc" = 0 ] || { tail -n 60 "$log" >&2; say "failed ($rc): $*"; }
	rm -f "$log"
	return "$rc"
}

# Holds an exclusive lock of that name until the calling (sub)shell ends.
lock()
{
	mkdir -p "$CACHE/locks"
	exec {LOCK_FD}>"$CACHE/locks/${1//\//_}"
	flock "$LOCK_FD"
}

# A new temporary folder inside the cache, so that a rename out of it is atomic. What a run that
# died left there goes after a day.
cache_tmp()
{
	mkdir -p "$CACHE/tmp"
	find "$CACHE/tmp" -mindepth 1 -maxdepth 1 -mmin +1440 -exec rm -rf {} + || :
	mktemp -d "$CACHE/tmp/${1//\//_}.XXXXXX"
}

# Moves what was built to its final place in one step.
publish()
{
	mkdir -p "$(dirname "$2")"
	mv -T "$1" "$2" || die "cannot move $1 to $2: is the disk full?"
}

short_hash()
{
	sha256sum | cut -c 1-12
}

kernel_ids()
{
	awk '!/^[[:space:]]*(#|$)/ { print $1 }' "$VM/kernels"
}

# The ids of the kernels that have that flag.
kernel_ids_with()
{
	awk -v flag="$1" '!/^[[:space:]]*(#|$)/ && ("," $8 ",") ~ ("," flag ",") { print $1 }' \
		"$VM/kernels"
}

# Sets K_ID, K_SUITE, … from that kernel's row of the table.
kernel_row()
{
	local row

	row=$(awk -v id="$1" '!/^[[:space:]]*(#|$)/ && $1 == id' "$VM/kernels")
	[ -n "$row" ] || die "no kernel '$1' in $VM/kernels: it has $(kernel_ids | xargs)"
	# shellcheck disable=SC2034 # for the callers
	read -r K_ID K_SUITE K_IMAGE K_HEADERS K_BUILD K_ROOT K_CRIU K_FLAGS <<<"$row"
	[ -n "$K_FLAGS" ] || die "$VM/kernels: the row of '$1' has less than 8 columns"
}

# What was resolved for a key (say kernel-6.1) is kept, so that a second run asks apt nothing:
# remember KEY VALUE, recall KEY.  CKPT_VM_REFRESH=1 forgets.
remember()
{
	local tmp

	mkdir -p "$CACHE/resolved"
	tmp=$(mktemp "$CACHE/resolved/.XXXXXX")
	printf '%s\n' "$2" >"$tmp"
	mv "$tmp" "$CACHE/resolved/$1"
}

recall()
{
	[ -z "${CKPT_VM_REFRESH:-}" ] && cat "$CACHE/resolved/$1" 2>/dev/null
}
