# Where a module is compiled whose kernel wants another compiler, or other libraries, than the
# machine has: in a root of its suite, a folder in the cache. Expects kernel_row to have been called.
# shellcheck shell=bash

# To be raised when the roots have to be made anew.
BUILDROOT_RECIPE=1
BUILDROOT_PACKAGES=gcc,make,libc6-dev,libelf-dev,dwarves,bc,xz-utils

buildroot_make()
{
	local suite=$1 final=$2 tmp

	say "making a root of $suite to compile in (some two minutes)"
	tmp=$(cache_tmp buildroot)
	suite_sources "$suite" >"$tmp/list"
	quietly mmdebstrap --mode=root --variant=minbase --include="$BUILDROOT_PACKAGES" \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' "$suite" "$tmp/root" "$tmp/list" ||
		die "cannot make a root of $suite: see above"
	publish "$tmp/root" "$final"
	rm -rf --one-file-system "$tmp"
}

# Makes sure that the root of K_BUILD is there, and prints its path.
buildroot_dir()
{
	local suite=${K_BUILD#root:} final

	final=$CACHE/buildroot/$suite-$(echo "$BUILDROOT_RECIPE $BUILDROOT_PACKAGES" | short_hash)
	(
		lock "buildroot-$suite"
		[ -d "$final" ] || buildroot_make "$suite" "$final" >&2
		echo "$final"
	)
}

# buildroot_run ROOT COMMAND...: runs a command there; it sees the cache where it is, and its own
# mounts go with it.
buildroot_run()
{
	local root=$1

	shift
	mkdir -p "$root$CACHE"
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare --mount --propagation private sh -c '
		root=$1 cache=$2; shift 2
		mount --bind "$cache" "$root$cache" &&
		mount -t proc proc "$root/proc" &&
		mount --bind /dev "$root/dev" &&
		exec chroot "$root" "$@"' - "$root" "$CACHE" "$@"
}
