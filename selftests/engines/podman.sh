# Containers of podman, by each runtime that can have them checkpointed: part of guest.sh.
# shellcheck shell=bash disable=SC2154 # set there
runtime=runc
hook=/etc/criu/default.conf

podman_set_up()
{
	mkdir -p /etc/containers /etc/criu "$work/storage" /run/given
	mount -t tmpfs tmpfs "$work/storage" || return 1
	cat >/etc/containers/containers.conf <<-END
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "none"
	END
	cat >/etc/containers/storage.conf <<-END
		[storage]
		driver = "vfs"
		graphroot = "$work/storage"
		runroot = "/run/containers/storage"
	END
	# As in most images, /var/run is a link.
	mkdir -p "$work/image/bin" "$work/image/run" "$work/image/tmp" "$work/image/var"
	ln -s ../run "$work/image/var/run"
	cp mkobj "$work/image/bin/"
	tar -C "$work/image" -c . | podman import - box
}

# finish NAME
finish()
{
	"${engine[@]}" rm --force --time 0 "$1" >/dev/null
}

# All that a test that failed has left as well.
finish_all()
{
	"${engine[@]}" rm --all --force --time 0 >/dev/null
}

# checkpoint NAME [OPTION...]: what podman says is in $work/said
checkpoint()
{
	local name=$1

	shift
	"${engine[@]}" container checkpoint --leave-running "$@" "$name" \
		>"$work/said" 2>&1
}

# passes NAME [OPTION...]
passes()
{
	checkpoint "$@" || { cat "$work/said"; log "$1"; false; }
}

# criu's errors, and our lines in its log
log()
{
	grep -hE 'ckptcheck[)]|Error' \
		"$work"/storage/vfs-containers/"$(podman inspect --format '{{.Id}}' "$1")"/userdata/dump.log
}

# Ok or lossy: what podman loses, the pipes to conmon say, it never mentions.
plain()
{
	start plain -- plain && says 0 5 -- plain && passes plain
}

# The engine gives criu what is mounted from outside.
mounts()
{
	start mounts --volume=/run/given:/given --volume=/run/given:/var/run/given -- plain &&
		says 0 5 -- mounts || return 1
	grep 'mnt-no-root-mount.* path=/run/given ' \
		"/proc/ckptcheck/$(podman inspect --format '{{.State.Pid}}' mounts)" || return 1
	passes mounts && finish mounts
}

# A mount that was made later is none that the engine knows.
late_mount()
{
	start late -- plain || return 1
	python3 - "$(podman inspect --format '{{.State.Pid}}' late)" <<-'END' || return 1
		import ctypes, os, sys
		libc = ctypes.CDLL(None)
		OPEN_TREE, MOVE_MOUNT, CLONE, EMPTY_PATH, HERE = 428, 429, 1, 4, -100
		tree = libc.syscall(OPEN_TREE, HERE, b"/run/given", CLONE)
		space = os.open("/proc/%s/ns/mnt" % sys.argv[1], os.O_RDONLY)
		assert tree >= 0 and not libc.setns(space, 0)
		os.mkdir("/tmp/late")
		assert not libc.syscall(MOVE_MOUNT, tree, b"", HERE, b"/tmp/late", EMPTY_PATH)
	END
	says 3 -- late && grep '^option mnt-.*/tmp/late' "$work/found" || return 1
	! checkpoint late || { echo "it passes"; return 1; }
	finish late
}

terminal()
{
	start terminal --tty -- plain && says 0 5 -- terminal && passes terminal && finish terminal
}

# As in a pod: the network namespace was there before.
pod()
{
	start base -- plain && start pod --network=container:base -- plain &&
		says 0 5 -- pod && passes pod && finish pod && finish base
}

# option FIXTURE OPTION: podman's message does not name it, we do, and it helps.
option()
{
	start "$1" -- "$1" && says 3 -- "$1" || return 1
	! checkpoint "$1" || { echo "it passes without $2"; return 1; }
	! grep -e "$2" "$work/said" && grep -q -e " $2" "$work/found" && passes "$1" "$2"
}

blocker()
{
	start corked -- udp-corked && says 2 -- corked || return 1
	! checkpoint corked || { echo "it passes"; return 1; }
}

restore()
{
	"${engine[@]}" container checkpoint plain &&
		"${engine[@]}" container restore plain
}

hook_on()
{
	ln -sf "$(command -v ckptcheck)" /usr/bin/ckptcheck
	echo "action-script $here/ckptcheck-criu" >"$hook"
	echo "criu-hook = enforce" >/etc/ckptcheck.conf
}

# The list has what is missing, and nothing that the engine gives.
hook_option()
{
	! checkpoint lock-flock || return 1
	log lock-flock | tee "$work/log"
	grep -q 'Warn .*lock-flock' "$work/log" && ! grep 'ckptcheck.*mnt-' "$work/log"
}

# What podman was told, it tells its runtime.
hook_told()
{
	passes lock-flock --file-locks || return 1
	log lock-flock | tee "$work/log"
	! grep missing "$work/log"
}

hook_blocker()
{
	! checkpoint corked || return 1
	log corked | tee "$work/log"
	grep -q 'Error .ckptcheck.*udp-corked' "$work/log" && grep -q 'script failed' "$work/log"
}

# Debian 12's crun was built without.
can_checkpoint()
{
	[ "$runtime" = runc ] || crun --version | grep -q +CRIU
}

podman_runtime_tests()
{
	engine=(podman --runtime "$runtime")
	tap "$runtime: a container like any other" plain
	tap "$runtime: what is mounted from outside is no finding" mounts
	tap "$runtime: what was mounted later is one" late_mount
	tap "$runtime: a terminal is none" terminal
	tap "$runtime: nor the network of another container" pod
	tap "$runtime: a file lock wants an option" option lock-flock --file-locks
	tap "$runtime: a TCP connection wants an option" option tcp-connected --tcp-established
	tap "$runtime: no option helps with corked UDP" blocker
	if [ "$(printf '%s\n' 3.19 "$criu" | sort -V | head -n 1)" = 3.19 ]; then
		hook_on
		tap "$runtime: with the hook, criu's log has our list" hook_option
		tap "$runtime: an option that is given is not missing" hook_told
		tap "$runtime: a blocker stops it" hook_blocker
		tap "$runtime: the others pass as before" passes plain
		rm "$hook"
	fi
	tap "$runtime: checkpoint, restore" restore
	finish_all
}

podman_tests()
{
	tap "podman has an image" podman_set_up
	for runtime in runc crun; do
		! can_checkpoint || podman_runtime_tests
	done
}
