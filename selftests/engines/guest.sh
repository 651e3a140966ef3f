#!/bin/bash
# The part of the test of engines that runs in the virtual machine.
here=$(cd "$(dirname "$0")" && pwd)
cd "$here" || exit 1
. ./tap.sh
. ./docker.sh
. ./podman.sh
. ./lxc.sh
work=$(mktemp -d)
criu=$(criu --version | sed -n 's/^Version: //p')

# says STATUS... -- NAME: whether the command has one of those; its findings are in $work/found
says()
{
	local wanted=() status

	while [ "$1" != -- ]; do
		wanted+=("$1")
		shift
	done
	ckptcheck --container "$2" -rn -o CLASS,RULE,NEEDS,OBJECT >"$work/found"
	status=$?
	cat "$work/found"
	echo "ckptcheck: status $status, wanted ${wanted[*]}"
	[[ " ${wanted[*]} " = *" $status "* ]]
}

ip link set lo up
# criu keeps what it finds of the kernel at its first run: AppArmor, for one.
mount -t securityfs securityfs /sys/kernel/security 2>/dev/null
echo "# Linux $(uname -r), $(podman --version), $(docker --version), lxc $(lxc-start --version), criu $criu"
docker_tests
podman_tests
lxc_tests
tap_end
