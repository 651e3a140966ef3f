// SPDX-License-Identifier: GPL-2.0
/* setuid_helper.c - holds a lock on the file it is told, says so, and waits; to be run setuid. */
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = argc > 1 ? open(argv[1], O_RDONLY) : -1;

	if (fd < 0 || flock(fd, LOCK_SH))
		return 1;
	for (;;)
		pause();
}
