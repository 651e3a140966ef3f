// SPDX-License-Identifier: GPL-2.0
/* textfile.c - a file that changes in one step: who reads it gets the old text, or the new one. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metrics.h"
#include "text.h"

/* Collectors run as users of their own. */
#define TEXTFILE_MODE	0644

static bool write_whole(int fd, const char *text, size_t len)
{
	ssize_t n;

	for (; len; text += n, len -= n) {
		n = write(fd, text, len);
		if (n < 0 && errno != EINTR)
			return false;
		n = n < 0 ? 0 : n;
	}
	return true;
}

/* On the disk before it has its name, or a crash could leave that name to an empty file. */
static bool fill(int fd, const char *text)
{
	bool good = write_whole(fd, text, strlen(text)) && !fchmod(fd, TEXTFILE_MODE) && !fsync(fd);
	int error = errno;

	if (close(fd) && good)
		return false;
	errno = error;
	return good;
}

/**
 * textfile_write() - replace a file; exits, and leaves the old one, if that fails
 * @path: the file
 * @text: all that will be in it
 *
 * Anything but a regular file, as /dev/null, would be lost to all others if it was replaced.
 */
void textfile_write(const char *path, const char *text)
{
	char *new = xasprintf("%s.XXXXXX", path);
	struct stat st;
	int fd, error;

	if (!lstat(path, &st) && !S_ISREG(st.st_mode))
		errx(EXIT_ERROR, "--openmetrics=%s: not a regular file, will not be replaced",
		     path);
	fd = mkostemp(new, O_CLOEXEC);
	if (fd < 0)
		err(EXIT_ERROR, "--openmetrics=%s: cannot make a file beside it", path);
	if (!fill(fd, text) || rename(new, path)) {
		error = errno;
		unlink(new);
		errno = error;
		err(EXIT_ERROR, "--openmetrics=%s: cannot write it", path);
	}
	free(new);
}
