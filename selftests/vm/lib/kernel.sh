# Kernels: from Debian's packages, or built from Debian's source. A kernel's folder in the cache
# holds bzImage, modules.img (what is mounted on /usr/lib/modules), drivers (what the initramfs
# loads), `release` and `packages`. Expects kernel_row to have been called.
# shellcheck shell=bash

# To be raised when what is made of the same packages changes.
KERNEL_RECIPE=2

# name=version of each package of that kernel.
kernel_packages()
{
	local pattern

	for pattern in ${K_IMAGE//,/ }; do
		apt_newest "$pattern"
	done
}

# The drivers to load before the root can be mounted, uncompressed, in order.
kernel_drivers()
{
	local tree=$1 release=$2 out=$3 n=10 m name

	mkdir "$out"
	for m in virtio_pci virtio_blk ext4 virtio_console; do
		modprobe -d "$tree" -S "$release" --show-depends "$m" 2>/dev/null || :
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r m; do
		n=$((n + 1))
		name=${m##*/}
		case $m in
		*.xz) xz -dc "$m" >"$out/$n-${name%.xz}" ;;
		*.zst) zstd -qdc "$m" >"$out/$n-${name%.zst}" ;;
		*) cp "$m" "$out/$n-$name" ;;
		esac
	done
}

# Turns a tree with lib/modules and a bzImage into what the runner takes.
kernel_pack()
{
	local tree=$1 bzimage=$2 out=$3 release size

	if [ -d "$tree/usr/lib/modules" ]; then
		mkdir -p "$tree/lib"
		mv "$tree/usr/lib/modules" "$tree/lib/modules"
	fi
	release=$(ls "$tree/lib/modules")
	[ -n "$release" ] || die "no lib/modules in the packages of kernel $K_ID"
	rm -f "$tree/lib/modules/$release"/{build,source}
	quietly depmod -b "$tree" "$release" || die "depmod failed for kernel $K_ID"
	cp "$bzimage" "$out/bzImage"
	echo "$release" >"$out/release"
	kernel_drivers "$tree" "$release" "$out/drivers"
	size=$(($(du -sm "$tree/lib/modules" | cut -f 1) * 5 / 4 + 64))
	quietly mke2fs -q -t ext4 -m 0 -L modules -d "$tree/lib/modules" \
		"$out/modules.img" "${size}M" || die "cannot make the disk with the modules of $K_ID"
}

kernel_from_packages()
{
	local final=$1 tmp

	shift
	say "fetching kernel $*"
	tmp=$(cache_tmp kernel)
	mkdir "$tmp/out"
	printf '%s\n' "$@" >"$tmp/out/packages"
	apt_unpack "$tmp/tree" "$@"
	find "$tmp/tree/boot" "$tmp"/tree/usr/lib/modules -maxdepth 2 -name 'vmlinuz*' \
		-exec cp {} "$tmp/vmlinuz" \; 2>/dev/null || :
	[ -f "$tmp/vmlinuz" ] || die "no vmlinuz in $*"
	kernel_pack "$tmp/tree" "$tmp/vmlinuz" "$tmp/out"
	publish "$tmp/out" "$final"
	rm -rf "$tmp"
}

# Makes sure that the kernel of the row is there, and prints its folder.
kernel_dir()
{
	local spec had packages final

	case $K_IMAGE in
	source:*) debug_kernel_dir; return ;;
	esac
	(
		lock "kernel-$K_ID"
		spec=$(echo "$KERNEL_RECIPE $K_SUITE $K_IMAGE" | short_hash)
		had=$(recall "kernel-$K_ID") || had=
		if [ "${had%% *}" = "$spec" ] && [ -f "${had#* }/bzImage" ]; then
			echo "${had#* }"
			exit 0
		fi
		apt_suite "$K_SUITE"
		packages=$(kernel_packages)
		final=$CACHE/kernel/$K_ID-$(echo "$spec $packages" | short_hash)
		# shellcheck disable=SC2086 # a list
		[ -d "$final" ] || kernel_from_packages "$final" $packages >&2
		remember "kernel-$K_ID" "$spec $final"
		echo "$final"
	)
}
