// SPDX-License-Identifier: GPL-2.0
/* source.c - fetches one report: opens it, sets how it is to be judged, reads it whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "text.h"
#include "tool.h"

#define FIRST_SIZE	65536
#define MAX_RESTARTS	3

static void fail(struct answer *answer, enum exit_status status, char *error)
{
	answer->status = status;
	answer->error = error;
}

/* "4711" may be a thread; the module knows thread groups by their leader. */
static int leader_of(int pid)
{
	char *path = xasprintf("/proc/%d/status", pid), line[256];
	FILE *file = fopen(path, "re");
	int tgid = 0;

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Tgid: %d", &tgid) == 1)
			break;
	if (file)
		fclose(file);
	free(path);
	return tgid;
}

static void open_failed(const struct options *opt, struct answer *answer, int error)
{
	int leader;

	switch (error) {
	case ENOENT:
	case ENOTDIR:
		absence_explain(opt, answer);
		if (answer->error)
			return;
		leader = opt->default_proc ? leader_of(answer->pid) : 0;
		if (leader && leader != answer->pid) {
			fail(answer, EXIT_ERROR, xasprintf("a thread of process %d", leader));
			answer->hint = xasprintf("ask for the process: ckptcheck %d", leader);
		} else if (leader) {
			fail(answer, EXIT_ERROR,
			     xasprintf("no report for this process in %s", opt->proc));
			answer->hint = xasprintf("is %s of another pid namespace than /proc?",
						 opt->proc);
		} else {
			fail(answer, EXIT_ERROR, xasprintf("no such process"));
			answer->gone = true;
		}
		return;
	case EACCES:
	case EPERM:
		fail(answer, EXIT_ERROR, xasprintf("you may not inspect this process"));
		refusal_explain(answer);
		return;
	case EBUSY:
		fail(answer, EXIT_UNDECIDED,
		     xasprintf("it starts a program and waits for a server or a disk"));
		answer->hint = xasprintf("try again, or look at /proc/%d/stack", answer->pid);
		return;
	default:
		fail(answer, EXIT_ERROR, xasprintf("cannot open its report in %s: %s",
						   opt->proc, strerror(error)));
	}
}

static void read_failed(struct answer *answer, int error)
{
	switch (error) {
	case ESRCH:
		fail(answer, EXIT_UNDECIDED,
		     xasprintf("the process ended while it was examined"));
		answer->gone = true;
		return;
	case EACCES:
	case EPERM:
		fail(answer, EXIT_ERROR, xasprintf("you may not inspect this process"));
		refusal_explain(answer);
		return;
	case EINTR:
		fail(answer, EXIT_UNDECIDED, xasprintf("interrupted"));
		return;
	case EAGAIN:
		fail(answer, EXIT_UNDECIDED, xasprintf("it changes too fast to be examined"));
		answer->hint = xasprintf("try again");
		return;
	case ENOMEM:
		fail(answer, EXIT_UNDECIDED,
		     xasprintf("the kernel has not enough memory for the report"));
		return;
	default:
		fail(answer, EXIT_ERROR, xasprintf("cannot read its report: %s", strerror(error)));
	}
}

/* How the reports are to be judged. */
struct ckptcheck_view view_wanted(const struct options *opt)
{
	return (struct ckptcheck_view){
		.target = opt->target ? opt->target : opt->default_target, .flags = opt->flags,
	};
}

/*
 * Return: whether the report can be read. A plain file, such as a report that was kept, takes
 * no ioctl: @viewed is false then, and what was asked for is left to the caller.
 */
static bool set_view(int fd, const struct options *opt, struct answer *answer, bool *viewed)
{
	struct ckptcheck_view view = view_wanted(opt);
	char target[TARGET_STRLEN];

	*viewed = true;
	if (!ioctl(fd, CKPTCHECK_IOC_VIEW, &view))
		return true;
	*viewed = false;
	if (errno == ENOTTY && (!(opt->flags & CKPTCHECK_VIEW_PROCESS) || opt->all))
		return true;
	if (errno == ENOTTY)
		fail(answer, EXIT_ERROR, xasprintf("--process wants the module's own report"));
	else if (errno == EINVAL)
		fail(answer, EXIT_ERROR,
		     xasprintf("the module does not take --target %s with these options",
			       target_print(target, view.target)));
	else
		read_failed(answer, errno);
	return false;
}

/* Return: all that can be read, for free(); NULL with errno set. */
static char *read_all(int fd, size_t *len)
{
	size_t size = FIRST_SIZE, n = 0;
	char *buf = xrealloc(NULL, size);
	int restarts = 0;

	for (;;) {
		ssize_t got = read(fd, buf + n, size - n);

		if (!got)
			break;
		if (got < 0 && errno == EINTR && restarts++ < MAX_RESTARTS)
			continue;
		if (got < 0) {
			free(buf);
			return NULL;
		}
		n += got;
		if (n == size) {
			size *= 2;
			buf = xrealloc(buf, size);
		}
	}
	*len = n;
	return buf;
}

/**
 * source_read() - the text of a report
 * @opt: where it is and how to judge
 * @answer: its pid is asked for; error, hint and status are filled in if that fails
 * @len: length of the text
 * @viewed: whether the report was judged as @opt wants it
 *
 * Return: the text, for free(); NULL if there is none.
 */
char *source_read(const struct options *opt, struct answer *answer, size_t *len, bool *viewed)
{
	char *path, *buf = opt->all ? stream_take(opt, answer->pid, len) : NULL;
	int fd;

	*viewed = buf;
	if (buf)
		return buf;
	path = xasprintf("%s/%d", opt->proc, answer->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	free(path);
	if (fd < 0) {
		open_failed(opt, answer, errno);
		return NULL;
	}
	if (set_view(fd, opt, answer, viewed)) {
		buf = read_all(fd, len);
		if (!buf)
			read_failed(answer, errno);
	}
	close(fd);
	return buf;
}
