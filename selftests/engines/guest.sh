#!/bin/bash
# The part of the test of engines that runs in the virtual machine.
here=$(cd "$(dirname "$0")" && pwd)
cd "$here" || exit 1
. ./tap.sh
. ./docker.sh
. ./podman.sh
. ./lxc.sh
work=$(mktemp -d)
engine=()
criu=$(criu --version | sed -n 's/^Version: //p')

# start NAME [OPTION...] -- FIXTURE...: a container, by the engine's command, whose first process has
# those objects
start()
{
	local name=$1 options=(--network=none) _

	shift
	while [ "$1" != -- ]; do
		[[ $1 != --network=* ]] || options=()
		options+=("$1")
		shift
	done
	shift
	"${engine[@]}" run --detach --name "$name" "${options[@]}" box /bin/mkobj "$@" || return 1
	for _ in {1..300}; do
		! "${engine[@]}" logs "$name" 2>/dev/null | grep -q READY || return 0
		sleep 0.1
	done
	"${engine[@]}" logs "$name"
	return 1
}

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
