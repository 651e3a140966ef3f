#!/bin/bash
# Documentation/session.txt is what session.sh prints, with the criu and the kernel that it was
# recorded with.
cd "$(dirname "$0")" || exit 1
. ./tap.sh

same()
{
	local version

	version=$(sed -n 's/.*CRIU \([0-9.]*\) (installed).*/\1/p' session.txt | head -n 1)
	if [ "Version: $version" != "$(criu --version | head -n 1)" ]; then
		echo "SKIP recorded with criu $version"
		return 0
	fi
	# Other kernels map other pages of their own.
	if [[ $(uname -r) != 6.12.* ]]; then
		echo "SKIP recorded on 6.12"
		return 0
	fi
	diff session.txt <(./session.sh)
}

tap "the recorded session" same
tap_end
