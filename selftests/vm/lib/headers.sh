# The folder to compile a module against (KERNELDIR) for a kernel, in the cache: Debian's header
# packages, unpacked, with their absolute paths corrected. Expects kernel_row to have been called.
# shellcheck shell=bash

# Debian's makefiles and wrapper scripts name /usr/src and /usr/lib/linux-kbuild-*.
headers_relocate()
{
	local tree=$1 final=$2

	grep -rlIE --include=Makefile --include='*.sh' --include='*.mk' --include='Kbuild*' \
		'/usr/(src/linux-headers|lib/linux-kbuild)' "$tree/usr/src" "$tree"/usr/lib/linux-kbuild-* |
		xargs -r sed -i -E "s#/usr/(src/linux-headers|lib/linux-kbuild)#$final/usr/\\1#g"
	# The packages' symbolic links are absolute in some versions.
	find "$tree" -type l -lname '/usr/*' | while read -r link; do
		ln -sfn "$final$(readlink "$link")" "$link"
	done
}

headers_fetch()
{
	local final=$1 tmp

	shift
	say "fetching the headers of kernel $K_ID"
	tmp=$(cache_tmp headers)
	apt_unpack "$tmp/tree" "$@"
	headers_relocate "$tmp/tree" "$final"
	publish "$tmp/tree" "$final"
	rm -rf "$tmp"
}

# The headers package must be of the same version as the kernel package.
headers_packages()
{
	local kernel=$1 version name

	version=$(head -n 1 "$kernel/packages" | cut -d = -f 2)
	name=$(apt_newest "$K_HEADERS")
	[ "${name#*=}" = "$version" ] ||
		die "the newest headers are $name, the kernel is $version: set CKPT_VM_REFRESH=1"
	apt_closure "$name" '^linux-(headers|kbuild)-'
}

# Makes sure that the headers are there, and prints KERNELDIR.
headers_dir()
{
	local kernel final packages

	kernel=$(kernel_dir)
	case $K_IMAGE in
	source:*) echo "$kernel/build"; return ;;
	esac
	(
		lock "headers-$K_ID"
		final=$CACHE/headers/${kernel##*/}
		if [ ! -d "$final" ]; then
			apt_suite "$K_SUITE"
			packages=$(headers_packages "$kernel")
			# shellcheck disable=SC2086 # a list
			headers_fetch "$final" $packages >&2
		fi
		echo "$final/usr/src/linux-headers-$(cat "$kernel/release")"
	)
}
