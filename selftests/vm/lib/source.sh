# Debian's kernel source: the package's tarball is kept in the cache, nothing is installed.
# shellcheck shell=bash

# source_tarball PACKAGE SUITE: prints the path of the newest tarball.
source_tarball()
{
	local package=$1 suite=$2 had version final tmp

	(
		lock "source-$package"
		had=$(recall "$package") || had=
		if [ -n "$had" ] && [ -f "$had" ]; then
			echo "$had"
			exit 0
		fi
		apt_suite "$suite"
		version=$(apt_newest "$package")
		final=$CACHE/source/${version//[=~]/_}
		if [ ! -d "$final" ]; then
			say "fetching $version (some 140 MB)"
			tmp=$(cache_tmp source)
			apt_unpack "$tmp/tree" "$version" >&2
			mkdir "$tmp/out"
			mv "$tmp/tree/usr/src/$package.tar.xz" "$tmp/out/"
			publish "$tmp/out" "$final"
			rm -rf "$tmp"
		fi
		remember "$package" "$final/$package.tar.xz"
		echo "$final/$package.tar.xz"
	)
}
