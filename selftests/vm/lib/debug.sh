# The kernel of a row that says source:PACKAGE:CONFIG+CONFIG: built from Debian's source, some ten
# minutes once; what modules need to be built against it stays, in `build`.
# shellcheck shell=bash

# What files of options ask for: of an option in several, what the last one says.
debug_config_asked()
{
	sed -nE 's/^# (CONFIG_\w+) is not set$/\1=/p; /^CONFIG_/p' "$@" |
		awk -F = '{ asked[$1] = $0 } END { for (o in asked) if (asked[o] != o "=") print asked[o] }'
}

# Fails if kconfig dropped something that was asked for: a dependency is then missing.
debug_config_check()
{
	local tree=$1 line

	shift
	debug_config_asked "$@" | while read -r line; do
		grep -qxF -- "$line" "$tree/.config" || echo "$line"
	done >"$tree/dropped"
	[ ! -s "$tree/dropped" ] ||
		die "kconfig dropped from $*: $(xargs <"$tree/dropped"): add what they depend on"
}

debug_kernel_make()
{
	local tree=$1 log=$1/ckptcheck-build.log

	shift
	{
		make -C "$tree" tinyconfig &&
		(cd "$tree" && scripts/kconfig/merge_config.sh -m .config "$@") &&
		make -C "$tree" olddefconfig
	} >"$log" 2>&1 </dev/null || { tail -n 30 "$log" >&2; die "cannot configure kernel $K_ID"; }
	debug_config_check "$tree" "$@"
	make -C "$tree" -j"$(nproc)" bzImage modules >"$log" 2>&1 </dev/null ||
		{ grep -n -B 5 -A 10 'Error\|error:' "$log" | head -60 >&2; die "cannot build kernel $K_ID"; }
}

# Leaves what a module is compiled against.
debug_kernel_trim()
{
	local tree=$1

	find "$tree" -mindepth 1 -maxdepth 1 -type d \
		! -name arch ! -name include ! -name scripts ! -name tools -exec rm -rf {} +
	find "$tree/arch" -mindepth 1 -maxdepth 1 -type d ! -name x86 -exec rm -rf {} +
	find "$tree/tools" -mindepth 1 -maxdepth 1 ! -name objtool ! -name include ! -name build \
		! -name scripts ! -name lib -exec rm -rf {} +
	find "$tree/arch" \( -name '*.o' -o -name '*.a' -o -name '*.c' -o -name '*.cmd' \) -delete
	rm -f "$tree"/vmlinux* "$tree"/.tmp_vmlinux* "$tree/arch/x86/boot/bzImage"
}

debug_kernel_build()
{
	local final=$1 tarball=$2 tmp

	shift 2
	say "building kernel $K_ID from $tarball (some ten minutes)"
	tmp=$(cache_tmp kernel)
	mkdir -p "$tmp/out/build" "$tmp/install"
	tar -xf "$tarball" -C "$tmp/out/build" --strip-components=1 || die "cannot unpack $tarball"
	debug_kernel_make "$tmp/out/build" "$@"
	quietly make -C "$tmp/out/build" INSTALL_MOD_PATH="$tmp/install" modules_install ||
		die "cannot install the modules of kernel $K_ID"
	kernel_pack "$tmp/install" "$tmp/out/build/arch/x86/boot/bzImage" "$tmp/out"
	debug_kernel_trim "$tmp/out/build"
	basename "$(dirname "$tarball")" >"$tmp/out/packages"
	publish "$tmp/out" "$final"
	rm -rf "$tmp"
}

# Makes sure that it is built, and prints its folder.
debug_kernel_dir()
{
	local package configs tarball final

	IFS=: read -r _ package configs <<<"$K_IMAGE"
	IFS=+ read -ra configs <<<"$configs"
	configs=("${configs[@]/#/$VM/}")
	tarball=$(source_tarball "$package" "$K_SUITE")
	(
		lock "kernel-$K_ID"
		final=$CACHE/kernel/$K_ID-$(
			cat - "${configs[@]}" <<<"$KERNEL_RECIPE $tarball" | short_hash)
		[ -d "$final" ] || debug_kernel_build "$final" "$tarball" "${configs[@]}" >&2
		echo "$final"
	)
}
