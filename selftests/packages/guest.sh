#!/bin/bash
# The part of the package test that runs in the virtual machine: guest.sh install, and after a reboot
# guest.sh boot; the second argument is how many tests there have been.
cd "$(dirname "$0")" || exit 1
. ./tap.sh
. ./env.sh
step=$1
TAP_NR=$2
newer=$(dpkg-deb -f new/ckptcheck-dkms_*.deb Version)

# Compiling takes a quarter of an hour on emulated processors: DKMS copies what it has built below
# chroot from the same package, and does all the rest. use FOLDER
use()
{
	mkdir -p /etc/dkms
	printf '%s\n' "MAKE[0]=\"cp $PWD/$1/ckptcheck.ko .\"" 'CLEAN=true' >/etc/dkms/ckptcheck.conf
}

# All files, and what is in those of /etc, but for what package management itself writes.
files()
{
	find / -xdev \( -path /proc -o -path /sys -o -path /mnt -o -path /tmp -o -path /run \
		-o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/log -o -path /var/cache \
		-o -path /var/tmp -o -path /var/lib/systemd/timers -o -path /var/lib/systemd/random-seed \) -prune -o \
		! -path "/usr/lib/modules/*/modules.*" -print
	find /etc -type f ! -name ld.so.cache -exec sha256sum {} +
}

report_works()
{
	cat /proc/ckptcheck/self | head -n 1 | grep '^ckptcheck 1 pid=.* verdict='
}

# An ordinary user's own process.
report_of_nobody()
{
	setpriv --reuid=nobody --regid=nogroup --clear-groups cat /proc/ckptcheck/self |
		head -n 1 | grep '^ckptcheck 1 pid=.* verdict='
}

command_works()
{
	local rc=0

	ckptcheck $$ || rc=$?
	[ "$(command -v ckptcheck)" = /usr/bin/ckptcheck ] && [ "$rc" != 1 ] && [ "$rc" -lt 126 ]
}

# package_version PACKAGE VERSION
package_version()
{
	[ "$(dpkg-query -W -f '${Version}' "$1")" = "$2" ]
}

# module_version VERSION: what is loaded, and that alone, not what has been built
module_version()
{
	[ "$(cat /sys/module/ckptcheck/version)" = "$1" ]
}

unchanged()
{
	local what

	what=$(dpkg -V ckptcheck ckptcheck-dkms 2>&1)
	[ -z "$what" ] || { echo "$what"; return 1; }
}

dkms_knows()
{
	dkms status ckptcheck | grep "^ckptcheck/$1, $(uname -r), .*: installed$" &&
		! dkms status ckptcheck | grep -v "^ckptcheck/$1,"
}

system_runs()
{
	local state

	state=$(systemctl is-system-running --wait)
	[ "$state" = running ] || { echo "$state"; systemctl --failed --no-legend; return 1; }
}

# Nothing else in this system would: the mount unit wants it to be there.
loaded_at_boot()
{
	systemctl is-active systemd-modules-load && [ -e /sys/module/ckptcheck ]
}

mounted()
{
	systemctl is-enabled proc-ckptcheck.mount && systemctl is-active proc-ckptcheck.mount &&
		grep '^[^ ]* /proc/ckptcheck ckptcheck [^ ]*nosuid,nodev,noexec' /proc/mounts
}

unit_mounts()
{
	systemctl stop proc-ckptcheck.mount && ! grep ckptcheck /proc/mounts &&
		systemctl start proc-ckptcheck.mount && mounted && report_works
}

# What a terminal shows; pids have three digits so soon after the boot.
show()
{
	local rc

	printf '# %s\n' "$1"
	bash -c "$1" 2>&1 | sed -E "s/\<$main\>/471/g; s/\<$inner\>/472/g; s/\<$scope\>/473/g
		s/vma [0-9a-f]{12}-[0-9a-f]{12}/vma 7f0000000000-7f0000001000/"
	rc=${PIPESTATUS[0]}
	[ "$rc" = 0 ] || printf '[exit status %s]\n' "$rc"
	echo
}

unit_session()
{
	local main inner scope

	systemd-run --quiet --unit=shopd -p StandardOutput=null -p StandardError=null \
		flock /run/shopd.lock sleep 1000
	systemd-run --quiet --unit=batch --scope sleep 1000 </dev/null >/dev/null 2>&1 &
	until [ -n "$inner" ] && [ -n "$scope" ]; do
		sleep 0.2
		main=$(systemctl show -P MainPID shopd)
		inner=$(cat "/proc/$main/task/$main/children")
		inner=${inner% }
		scope=$(cat /sys/fs/cgroup/system.slice/batch.scope/cgroup.procs 2>/dev/null)
	done
	show "ckptcheck --unit shopd"
	show "ckptcheck --unit shopd.service -o RULE,NEEDS"
	show "ckptcheck --unit batch.scope -q; echo \$?"
	show "ckptcheck --unit nothing"
	systemctl stop shopd batch.scope
}

same_session()
{
	unit_session >session
	diff unit-session.txt session
}

# All that was installed for them goes, too, even what something that stays recommends or suggests.
purge()
{
	apt-get -y -o APT::AutoRemove::RecommendsImportant=false \
		-o APT::AutoRemove::SuggestsImportant=false purge --autoremove \
		ckptcheck ckptcheck-dkms
}

hook_is_out()
{
	! grep '^action-script' /etc/criu/default.conf && grep -qx file-locks /etc/criu/default.conf
}

is_gone()
{
	[ ! -e /sys/module/ckptcheck ] && [ ! -e /proc/ckptcheck ] && ! modinfo ckptcheck &&
		! systemctl cat proc-ckptcheck.mount && system_runs
}

same_files()
{
	files | sort >after
	diff before after
}

if [ "$step" = install ]; then
	tap "a clean system runs" system_runs
	use old
	files | sort >before
	tap "apt install" apt-get -y install ./old/ckptcheck-dkms_*.deb ./old/ckptcheck_*.deb
	tap "a report can be read" report_works
	tap "it is mounted" mounted
else
	tap "the system runs" system_runs
	tap "systemd loads the module" loaded_at_boot
	tap "systemd has it mounted" mounted
	tap "a report can be read" report_works
	tap "an ordinary user can read one" report_of_nobody
	tap "ckptcheck --unit prints what is recorded" same_session
	sed 's/^/| /' session
	tap "the unit mounts" unit_mounts
	tap "the files are those of the packages" unchanged
	tap "dkms knows the module" dkms_knows 0.1
	tap "it is of this version" module_version 0.1
	mkdir -p /etc/criu
	printf 'file-locks\naction-script /usr/libexec/ckptcheck-criu\n' >/etc/criu/default.conf
	use new
	tap "apt install of a newer version" apt-get -y install ./new/*.deb
	use old
	tap "the packages are the newer ones" package_version ckptcheck-dkms "$newer"
	tap "dkms knows the newer module" dkms_knows "${newer#*:}"
	tap "the newer module is loaded" module_version "$newer"
	tap "it is mounted" mounted
	tap "a report can be read with it" report_works
	tap "the command works with it" command_works
	tap "criu's configuration stays as it is" \
		grep -qx 'action-script /usr/libexec/ckptcheck-criu' /etc/criu/default.conf
	tap "apt purge" purge
	tap "criu is not told of a script that is not there" hook_is_out
	rm -r /etc/criu
	tap "the module is gone" is_gone
	tap "purge leaves nothing" same_files
fi
[ "$TAP_FAILED" = 0 ]
