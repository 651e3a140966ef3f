# The disk with what one run adds to the guest's root: a tar that boot unpacks.
# shellcheck shell=bash

# init.c is linked statically, so that one file serves guests of every suite.
guest_init()
{
	local final tmp

	final=$CACHE/init/$(short_hash <"$VM/guest/init.c")
	if [ ! -f "$final" ]; then
		tmp=$(cache_tmp init)
		quietly gcc -O2 -Wall -static -o "$tmp/init" "$VM/guest/init.c" ||
			die "cannot compile $VM/guest/init.c"
		publish "$tmp/init" "$final"
		rm -rf "$tmp"
	fi
	echo "$final"
}

# Appends a host folder to the tar as /mnt/<its name>.
payload_dir()
{
	local tar=$1 dir=$2 name

	[ -d "$dir" ] || lost "-i $dir: no such folder"
	name=$(basename "$(cd "$dir" && pwd -L)")
	case $name in
	*[!A-Za-z0-9._+@=-]*) lost "-i $dir: a folder of that name is not supported" ;;
	esac
	tar -rf "$tar" --owner=0 --group=0 --numeric-owner -C "$dir" \
		--transform "s,^\.,mnt/$name,rSh" . || lost "cannot pack $dir"
}

# Where the guest has an init of its own, that starts ours.
payload_service()
{
	local units=$1/usr/lib/systemd/system

	mkdir -p "$units/multi-user.target.wants"
	cp "$VM/guest/ckptcheck-vm.service" "$units/"
	ln -s ../ckptcheck-vm.service "$units/multi-user.target.wants/"
}

# payload_make TAR: module, tool, folders, command line, token. Uses the variables of run.
payload_make()
{
	local tar=$1 stage=$RUN/stage vm dir

	vm=$stage/usr/lib/ckptcheck-vm
	mkdir -p "$vm" "$stage/usr/local/bin" "$stage/mnt"
	install -m 755 "$(guest_init)" "$vm/init"
	cp "$VM/guest/setup" "$vm/setup"
	echo "$TOKEN" >"$vm/token"
	printf '%s\n' "$PARAMS" >"$vm/params"
	printf '%s\0' "${COMMAND[@]}" >"$vm/args"
	[ -z "$MERGED" ] || : >"$vm/merged"
	[ -z "$NO_MODULE" ] || : >"$vm/no-module"
	[ ! -f "$RUN/ckptcheck.ko" ] || cp "$RUN/ckptcheck.ko" "$stage/mnt/"
	[ -z "$IMAGE" ] || payload_service "$stage"
	[ -n "$IMAGE" ] || [ ! -f "$TOOL" ] || install -m 755 "$TOOL" "$stage/usr/local/bin/ckptcheck"
	tar -cf "$tar" --owner=0 --group=0 --numeric-owner -C "$stage" \
		--transform 's,^\./,,rSh' ./usr ./mnt || lost "cannot pack the payload"
	for dir in "${DIRS[@]}"; do
		payload_dir "$tar" "$dir"
	done
}
