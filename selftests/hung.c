// SPDX-License-Identifier: GPL-2.0
/* hung.c - a FUSE file system whose server stops to answer when it is told to. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hung.h"

#define MINOR		31
#define VALID		100000	/* seconds that the kernel keeps what it knows */
#define MAX_WRITE	4096
#define INO_FILE	2
#define INO_FOLDER	3

static int backing;

static void fill_attr(struct fuse_attr *attr, uint64_t ino)
{
	struct stat st;

	fstat(backing, &st);
	*attr = (struct fuse_attr){
		.ino = ino, .nlink = 1, .blksize = 4096,
		.mode = ino == INO_FILE ? S_IFREG | 0755 : S_IFDIR | 0755,
		.size = ino == INO_FILE ? st.st_size : 0,
	};
}

static void reply(int fuse, const struct fuse_in_header *in, int error, const void *data,
		  size_t len)
{
	struct fuse_out_header out = {
		.len = sizeof(out) + len, .error = -error, .unique = in->unique,
	};
	struct iovec iov[2] = { { &out, sizeof(out) }, { (void *)data, len } };

	if (writev(fuse, iov, len ? 2 : 1) < 0)
		perror("# fuse");
}

static void reply_init(int fuse, const struct fuse_in_header *in)
{
	struct fuse_init_out out = {
		.major = FUSE_KERNEL_VERSION, .minor = MINOR, .max_write = MAX_WRITE,
		.max_background = 64, .congestion_threshold = 48, .time_gran = 1,
	};

	reply(fuse, in, 0, &out, sizeof(out));
}

static void reply_lookup(int fuse, const struct fuse_in_header *in, const char *name)
{
	struct fuse_entry_out out = { .entry_valid = VALID, .attr_valid = VALID };

	if (!strcmp(name, HUNG_FILE))
		out.nodeid = INO_FILE;
	else if (!strcmp(name, HUNG_FOLDER))
		out.nodeid = INO_FOLDER;
	fill_attr(&out.attr, out.nodeid);
	reply(fuse, in, out.nodeid ? 0 : ENOENT, &out, out.nodeid ? sizeof(out) : 0);
}

static void reply_attr(int fuse, const struct fuse_in_header *in)
{
	struct fuse_attr_out out = { .attr_valid = VALID };

	fill_attr(&out.attr, in->nodeid);
	reply(fuse, in, 0, &out, sizeof(out));
}

static void reply_read(int fuse, const struct fuse_in_header *in, const struct fuse_read_in *arg)
{
	static char data[1 << 17];
	ssize_t n = pread(backing, data, arg->size < sizeof(data) ? arg->size : sizeof(data),
			  arg->offset);

	reply(fuse, in, n < 0 ? EIO : 0, data, n < 0 ? 0 : n);
}

static void answer(int fuse, const struct fuse_in_header *in)
{
	struct fuse_open_out open_out = { .open_flags = FOPEN_KEEP_CACHE };
	const void *arg = in + 1;
	struct fuse_write_out write_out = {};

	switch (in->opcode) {
	case FUSE_INIT:
		reply_init(fuse, in);
		break;
	case FUSE_LOOKUP:
		reply_lookup(fuse, in, arg);
		break;
	case FUSE_GETATTR:
	case FUSE_SETATTR:
		reply_attr(fuse, in);
		break;
	case FUSE_OPEN:
		if (((const struct fuse_open_in *)arg)->flags & O_APPEND)
			open_out.open_flags = FOPEN_DIRECT_IO;
		reply(fuse, in, 0, &open_out, sizeof(open_out));
		break;
	case FUSE_OPENDIR:
		reply(fuse, in, 0, &open_out, sizeof(open_out));
		break;
	case FUSE_READ:
		reply_read(fuse, in, arg);
		break;
	case FUSE_WRITE:
		write_out.size = ((const struct fuse_write_in *)arg)->size;
		reply(fuse, in, 0, &write_out, sizeof(write_out));
		break;
	case FUSE_FLUSH:
	case FUSE_FSYNC:
	case FUSE_RELEASE:
	case FUSE_RELEASEDIR:
	case FUSE_UNLINK:
		reply(fuse, in, 0, NULL, 0);
		break;
	case FUSE_FORGET:
	case FUSE_BATCH_FORGET:
	case FUSE_INTERRUPT:
		break;
	default:
		reply(fuse, in, ENOSYS, NULL, 0);
	}
}

static void __attribute__((noreturn)) serve(int fuse)
{
	static char request[1 << 17] __attribute__((aligned(8)));

	while (read(fuse, request, sizeof(request)) > 0 || errno == EINTR || errno == ENOENT)
		answer(fuse, (struct fuse_in_header *)request);
	_exit(0);
}

pid_t hung_mount(const char *dir)
{
	int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[128];
	pid_t server;

	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other",
		 fuse);
	backing = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (fuse < 0 || backing < 0 || mount("hung", dir, "fuse", 0, options))
		return -1;
	server = fork();
	if (!server)
		serve(fuse);
	close(fuse);
	close(backing);
	return server;
}

void hung_stop(pid_t server)
{
	kill(server, SIGSTOP);
	waitpid(server, NULL, WUNTRACED);
}

void hung_unmount(pid_t server, const char *dir)
{
	if (server <= 0)
		return;
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	umount2(dir, MNT_DETACH);
}
