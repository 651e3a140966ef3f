# The initramfs: busybox, a kernel's drivers and guest/boot.
# shellcheck shell=bash

# initramfs KERNEL_FOLDER: makes sure that it is there, and prints its path.
initramfs()
{
	local kernel=$1 final tmp

	final=$CACHE/initramfs/${kernel##*/}-$(cat "$VM/guest/boot" /bin/busybox | short_hash)
	if [ ! -f "$final" ]; then
		tmp=$(cache_tmp initramfs)
		mkdir -p "$tmp"/root/{bin,dev,proc,root,sys}
		cp /bin/busybox "$tmp/root/bin/"
		cp -r "$kernel/drivers" "$tmp/root/drivers"
		install -m 755 "$VM/guest/boot" "$tmp/root/init"
		(cd "$tmp/root" && find . -mindepth 1 | cpio --quiet -o -H newc -R 0:0) >"$tmp/out"
		publish "$tmp/out" "$final"
		rm -rf "$tmp"
	fi
	echo "$final"
}
