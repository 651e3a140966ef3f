# The guest's root: a small Debian of the kernel's row, as an ext4 image in the cache. Several
# kernels may share one. Expects kernel_row to have been called. MORE_PACKAGES is a file of packages
# that are wanted besides, or empty: that root is an image of its own.
# shellcheck shell=bash

ROOT_SIZE=4G
# To be raised when what is made of the same packages changes.
ROOT_RECIPE=1

MORE_PACKAGES=

# The guest's packages, those marked `?` only if this suite has them.
root_packages()
{
	local p

	while read -r p _; do
		case $p in
		'' | '#'*) ;;
		*'?') apt-cache show "${p%?}" >/dev/null 2>&1 && echo "${p%?}" ;;
		*) echo "$p" ;;
		esac
	done < <(cat "$VM/guest/packages" ${MORE_PACKAGES:+"$MORE_PACKAGES"})
}

# A criu of another suite, and the libraries that it is too new for; the rest of that suite gets a
# low priority.
root_pin()
{
	printf 'Package: %s\nPin: release n=%s\nPin-Priority: %s\n\n' \
		'*' "$K_CRIU" 100 'criu libcompel1 libnl-*' "$K_CRIU" 990
}

root_bootstrap()
{
	local dir=$1 packages=$2 sources pin

	sources=$(cache_tmp sources)
	suite_sources "$K_ROOT" >"$sources/list"
	pin=$sources/pin
	: >"$pin"
	if [ "$K_CRIU" != "$K_ROOT" ]; then
		suite_sources "$K_CRIU" >>"$sources/list"
		root_pin >"$pin"
	fi
	quietly mmdebstrap --mode=root --variant=minbase --include="$packages" \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--setup-hook="mkdir -p \"\$1/etc/apt/preferences.d\" &&
			cp '$pin' \"\$1/etc/apt/preferences.d/criu\"" \
		--customize-hook="mkdir -p \"\$1/usr/lib/modules\" \"\$1/mnt\"" \
		--customize-hook="echo ckptcheck >\"\$1/etc/hostname\";
			echo 127.0.0.1 localhost ckptcheck >\"\$1/etc/hosts\";
			ln -sf /proc/self/mounts \"\$1/etc/mtab\"" \
		"$K_ROOT" "$dir" "$sources/list" ||
		die "cannot make a root of $K_ROOT: see above"
	rm -rf "$sources"
}

root_build()
{
	local final=$1 packages=$2 tmp

	say "making the guest's root of $K_ROOT (some two minutes)"
	tmp=$(cache_tmp root)
	root_bootstrap "$tmp/root" "$packages"
	mkdir "$tmp/out"
	quietly mke2fs -q -t ext4 -m 0 -L root -d "$tmp/root" "$tmp/out/root.img" "$ROOT_SIZE" ||
		die "cannot make the disk image of $K_ROOT"
	publish "$tmp/out" "$final"
	rm -rf --one-file-system "$tmp"
}

# Makes sure that the root image is there, and prints its path.
root_image()
{
	local name=root-$K_ROOT-criu-$K_CRIU spec had packages version final

	[ -z "$MORE_PACKAGES" ] || name=$name-$(short_hash <"$MORE_PACKAGES")
	(
		lock "$name"
		spec=$(cat - "$VM/guest/packages" ${MORE_PACKAGES:+"$MORE_PACKAGES"} \
			<<<"$ROOT_RECIPE" | short_hash)
		had=$(recall "$name") || had=
		if [ "${had%% *}" = "$spec" ] && [ -f "${had#* }" ]; then
			echo "${had#* }"
			exit 0
		fi
		apt_suite "$K_CRIU"
		version=$(apt_newest criu)
		apt_suite "$K_ROOT"
		packages=$(root_packages | xargs | tr ' ' ,)
		final=$CACHE/root/$K_ROOT-$(echo "$spec $version $packages" | short_hash)
		[ -f "$final/root.img" ] || root_build "$final" "$packages" >&2
		remember "$name" "$spec $final/root.img"
		echo "$final/root.img"
	)
}
