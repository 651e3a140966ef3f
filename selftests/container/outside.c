// SPDX-License-Identifier: GPL-2.0
/*
 * outside.c - outside PATH... -- PROGRAM...: connects to the UNIX socket or opens the file at each
 * PATH, and becomes PROGRAM, which inherits the descriptors.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int open_it(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct stat st;
	int fd;

	if (stat(path, &st) || !S_ISSOCK(st.st_mode))
		return open(path, O_RDONLY);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	return connect(fd, (struct sockaddr *)&to, sizeof(to)) ? -1 : fd;
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (open_it(argv[i]) < 0) {
			perror(argv[i]);
			return 1;
		}
	}
	if (i + 1 < argc)
		execv(argv[i + 1], argv + i + 1);
	perror("outside");
	return 1;
}
