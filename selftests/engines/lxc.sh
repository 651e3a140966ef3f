# Containers of LXC, which calls criu by its command line: part of guest.sh.
# shellcheck shell=bash disable=SC2154 # set there
lxc_folder=/var/lib/lxc

# lxc_start NAME FIXTURE...: one whose first process has those objects
lxc_start()
{
	local name=$1 root=$lxc_folder/$1/rootfs

	shift
	mkdir -p "$root" && mount -t tmpfs tmpfs "$root" &&
		mkdir "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/tmp" &&
		cp mkobj "$root/bin/" || return 1
	cat >"$lxc_folder/$name/config" <<-END
		lxc.uts.name = $name
		lxc.rootfs.path = dir:$root
		lxc.net.0.type = empty
		lxc.net.0.flags = up
		lxc.console.path = none
		lxc.mount.auto = proc:rw sys:ro
		lxc.init.cmd = /bin/mkobj $*
	END
	# Neither LXC nor criu wants to hear of it where it is not.
	[ ! -d /sys/kernel/security/apparmor ] ||
		echo lxc.apparmor.profile = unconfined >>"$lxc_folder/$name/config"
	lxc-start --name "$name" --logfile "$work/$name.log" >/dev/null 2>&1 </dev/null || { cat "$work/$name.log"; return 1; }
	sleep 2
	[ "$(lxc-info --name "$name" --state --no-humanize)" = RUNNING ]
}

# lxc_checkpoint NAME: what it says is in $work/said
lxc_checkpoint()
{
	rm -rf "$work/image"
	lxc-checkpoint --name "$1" --stop --verbose --checkpoint-dir="$work/image" >"$work/said" 2>&1
}

lxc_passes()
{
	lxc_checkpoint "$1" || { cat "$work/said"; grep Error "$work/image/dump.log"; return 1; }
}

# LXC gives --file-locks and --tcp-established, for one.
lxc_plain()
{
	lxc_start plain plain && says 0 5 -- plain && lxc_passes plain
}

lxc_given()
{
	lxc_start given lock-flock tcp-connected && says 0 5 -- given || return 1
	grep '^info lock-flock ' "$work/found" && grep '^info tcp-connected ' "$work/found" &&
		! grep '^restore ' "$work/found" && lxc_passes given
}

# That its first process is to die with its parent, LXC's monitor, is no matter: that is it again.
lxc_restore()
{
	lxc-checkpoint --name given --restore --verbose --checkpoint-dir="$work/image" \
		>"$work/said" 2>&1 </dev/null || {
		cat "$work/said"
		grep Error "$work/image/restore.log"
		return 1
	}
	sleep 1
	[ "$(lxc-info --name given --state --no-humanize)" = RUNNING ]
}

lxc_blocker()
{
	lxc_start corked udp-corked && says 2 -- corked || return 1
	! lxc_checkpoint corked || { echo "it passes"; return 1; }
	lxc-stop --kill --name corked
}

lxc_stopped()
{
	! ckptcheck --container corked 2>"$work/said" || return 1
	cat "$work/said"
	grep 'it is not running' "$work/said"
}

lxc_tests()
{
	tap "lxc: a container like any other" lxc_plain
	tap "lxc: options that it always gives count" lxc_given
	tap "lxc: restored, it lives" lxc_restore
	tap "lxc: no option helps with corked UDP" lxc_blocker
	tap "lxc: one that was stopped" lxc_stopped
}
