// SPDX-License-Identifier: GPL-2.0
/*
 * setuid_helper.c - holds a lock on the file it is told, says so, and waits; to be run setuid.
 * setuid_helper SECRET [SETUID PLAIN]: with the paths of two copies of itself it does not wait, but
 * is the one and then the other, a few milliseconds each, for ever. The plain one has no lock.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

/* Microseconds.  One spell of four is long enough for a scan on a kernel with sanitizers. */
#define PLAIN_SPELL	10000
#define LONG_SPELL	80000
#define SETUID_SPELL	3000

/* Descriptor 3 is the secret there, and a pipe of packets here. */
static int be_other(char **argv)
{
	int p[2];

	if (geteuid() == getuid()) {
		if (pipe2(p, O_DIRECT | O_CLOEXEC))
			return 1;
		usleep(clock() % 4 ? PLAIN_SPELL : LONG_SPELL);
		execl(argv[2], argv[2], argv[1], argv[2], argv[3], (char *)NULL);
		return 1;
	}
	usleep(SETUID_SPELL);
	if (setresuid(getuid(), getuid(), getuid()))
		return 1;
	execl(argv[3], argv[3], argv[1], argv[2], argv[3], (char *)NULL);
	return 1;
}

int main(int argc, char **argv)
{
	int fd;

	if (argc > 3 && geteuid() == getuid())
		return be_other(argv);
	fd = argc > 1 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0 || flock(fd, LOCK_SH))
		return 1;
	if (argc > 3)
		return be_other(argv);
	for (;;)
		pause();
}
