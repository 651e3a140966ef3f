// SPDX-License-Identifier: GPL-2.0
/*
 * stream.c - the reports of a whole host, which the module gives one after the other in one file:
 * it looks only once for who shares what with whom.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "text.h"
#include "tool.h"

#define FIRST_SIZE	65536

/* The report that was read last, and whose it is; fd is -1 where there is no such file. */
static struct {
	bool opened;
	int fd;
	int pid;
	char *text;
	size_t len;
} stream;

/* A module that has no such file, or reports that were kept, are asked one by one. */
static void stream_open(const struct options *opt)
{
	struct ckptcheck_view view = view_wanted(opt);
	char *path = xasprintf("%s/all", opt->proc);

	stream.opened = true;
	stream.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	free(path);
	if (stream.fd >= 0 && ioctl(stream.fd, CKPTCHECK_IOC_VIEW, &view)) {
		close(stream.fd);
		stream.fd = -1;
	}
}

static void stream_end(void)
{
	if (stream.fd >= 0)
		close(stream.fd);
	stream.fd = -1;
	free(stream.text);
	stream.text = NULL;
}

/* Is it all of a report?  No value can look like its last line. */
static bool is_whole(const char *text, size_t len)
{
	const char *line;

	if (!len || text[len - 1] != '\n')
		return false;
	line = memrchr(text, '\n', len - 1);
	return line && !strncmp(line + 1, "end ", 4);
}

/* Return: whether there is another one. */
static bool stream_next(void)
{
	size_t size = FIRST_SIZE;

	stream.text = xrealloc(NULL, size + 1);
	stream.len = 0;
	do {
		ssize_t got = read(stream.fd, stream.text + stream.len, size - stream.len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		stream.len += got;
		if (stream.len == size) {
			size *= 2;
			stream.text = xrealloc(stream.text, size + 1);
		}
	} while (!is_whole(stream.text, stream.len));
	stream.text[stream.len] = '\0';
	return sscanf(stream.text, "ckptcheck %*d pid=%d", &stream.pid) == 1;
}

/**
 * stream_take() - the report of a process, out of those of the host
 * @opt: where they are and how to judge
 * @pid: not less than that of the call before
 * @len: length of the text
 *
 * Return: the text, for free(); NULL if it is not there: the process is to be asked for by itself.
 */
char *stream_take(const struct options *opt, int pid, size_t *len)
{
	char *text;

	if (!stream.opened)
		stream_open(opt);
	while (stream.fd >= 0 && (!stream.text || stream.pid < pid)) {
		free(stream.text);
		if (!stream_next())
			stream_end();
	}
	if (stream.fd < 0 || stream.pid != pid)
		return NULL;
	text = stream.text;
	*len = stream.len;
	stream.text = NULL;
	return text;
}

/* The next report that is taken is a new one. */
void stream_rewind(void)
{
	if (stream.opened)
		stream_end();
	stream.opened = false;
}
