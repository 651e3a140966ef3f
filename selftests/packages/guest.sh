#!/bin/bash
# The part of the package test that runs in the virtual machine. Tests 1 and 2 are on the host.
cd "$(dirname "$0")" || exit 1
# Emulated processors are slow: no debug information, and nothing is compiled twice.
export DEBIAN_FRONTEND=noninteractive KCFLAGS=-g0 PATH=/usr/lib/ccache:$PATH CCACHE_DIR=/tmp/ccache
NUMBER=2 FAILED=0

# that NAME COMMAND...
that()
{
	local name=$1 out

	shift
	NUMBER=$((NUMBER + 1))
	if out=$("$@" 2>&1); then
		echo "ok $NUMBER - $name"
	else
		printf '%s\n' "$out" | sed 's/^/# /'
		FAILED=$((FAILED + 1))
		echo "not ok $NUMBER - $name"
	fi
}

# All files, but for what package management itself writes.
files()
{
	find / -xdev \( -path /proc -o -path /sys -o -path /mnt -o -path /tmp -o -path /run \
		-o -path /var/lib/dpkg -o -path /var/log -o -path /var/cache \) -prune -o -print
	find "/lib/modules/$(uname -r)/" ! -name 'modules.*' -print
}

report_works()
{
	cat /proc/ckptcheck/self | head -n 1 | grep '^ckptcheck 1 pid=.* verdict='
}

command_works()
{
	local rc=0

	ckptcheck $$ || rc=$?
	[ "$rc" != 1 ] && [ "$rc" -lt 126 ]
}

# package_version PACKAGE VERSION
package_version()
{
	[ "$(dpkg-query -W -f '${Version}' "$1")" = "$2" ]
}

loaded_version()
{
	dkms status ckptcheck | grep -q "ckptcheck/$1.*installed" &&
		! dkms status ckptcheck | grep -v "ckptcheck/$1"
}

# What systemd does at boot with what the package has put there.
boot()
{
	umount /proc/ckptcheck && rmmod ckptcheck || return 1
	sed '/^#/d' /usr/lib/modules-load.d/*.conf | xargs -n 1 modprobe
}

is_gone()
{
	[ ! -e /sys/module/ckptcheck ] && ! grep ckptcheck /proc/mounts && ! dkms status | grep ckptcheck
}

ln -sfn "/usr/src/linux-headers-$(uname -r)" "/lib/modules/$(uname -r)/build"
files | sort > /tmp/before
that "install" dpkg -i old/*.deb
that "a report can be read" report_works
that "the command works" command_works
that "dkms knows it" loaded_version 0.1
that "boot" boot
that "a report can be read after that" report_works
mkdir -p /etc/criu
printf 'file-locks\naction-script /usr/libexec/ckptcheck-criu\n' > /etc/criu/default.conf
that "upgrade" dpkg -i new/*.deb
that "the packages are the new ones" package_version ckptcheck-dkms 1:0.1
that "dkms knows it" loaded_version 0.1
that "a report can be read with it" report_works
that "the command works with it" command_works
that "criu's configuration stays as it is" grep -qx 'action-script /usr/libexec/ckptcheck-criu' \
	/etc/criu/default.conf
that "purge" dpkg -P ckptcheck ckptcheck-dkms
that "criu is not told of a script that is not there" bash -c \
	'! grep "^action-script" /etc/criu/default.conf && grep -qx file-locks /etc/criu/default.conf'
rm -r /etc/criu
that "the module is gone" is_gone
files | sort > /tmp/after
that "purge leaves nothing" diff /tmp/before /tmp/after
echo "1..$NUMBER"
[ "$FAILED" = 0 ]
