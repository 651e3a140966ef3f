// SPDX-License-Identifier: GPL-2.0
/*
 * PID 1 of the guest: mounts, runs `setup`, then the command with its output on pipes (CRIU
 * refuses odd character devices), copies them to virtio ports, reaps orphans, and reports how
 * the command ended through a port of its own: only a line with this run's token counts.
 * As a service of systemd it does the same, but for what systemd has done.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define HERE "/usr/lib/ckptcheck-vm/"

struct stream {
	int pipe;		/* what the command writes comes out here; -1 at its end */
	int port;
	unsigned long long bytes;
};

static char token[128];
static int status_port = -1;

static const struct {
	const char *type, *target, *data;
} mounts[] = {
	{ "proc", "/proc", NULL },
	{ "sysfs", "/sys", NULL },
	{ "devpts", "/dev/pts", "gid=5,mode=620,ptmxmode=666" },
	{ "tmpfs", "/dev/shm", "mode=1777" },
	{ "mqueue", "/dev/mqueue", NULL },
	{ "tmpfs", "/run", "mode=755" },
	{ "tmpfs", "/tmp", "mode=1777" },
	{ "cgroup2", "/sys/fs/cgroup", NULL },
	{ "debugfs", "/sys/kernel/debug", NULL },
};

static void write_all(int fd, const char *buf, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = write(fd, buf, len);
		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n > 0) {
			buf += n;
			len -= n;
		}
	}
}

static void __attribute__((format(printf, 1, 2))) report(const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int n;

	n = snprintf(line, sizeof(line), "%s ", token);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof(line) - n - 1, fmt, ap);
	va_end(ap);
	strcat(line, "\n");
	write_all(status_port, line, strlen(line));
}

static void __attribute__((noreturn)) power_off(void)
{
	kill(-1, SIGKILL);
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static ssize_t read_file(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	buf[0] = '\0';
	if (fd >= 0) {
		n = read(fd, buf, size - 1);
		close(fd);
		buf[n > 0 ? n : 0] = '\0';
	}
	return n;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		write_all(fd, text, strlen(text));
		close(fd);
	}
}

static void mount_all(void)
{
	size_t i;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		mkdir(mounts[i].target, 0755);
		if (mount(mounts[i].type, mounts[i].target, mounts[i].type, 0, mounts[i].data) &&
		    errno != EBUSY)
			fprintf(stderr, "init: mount %s: %m\n", mounts[i].target);
	}
	mkdir("/run/lock", 01777);
	(void)!symlink("/proc/self/fd", "/dev/fd");
	(void)!symlink("/proc/self/fd/0", "/dev/stdin");
	(void)!symlink("/proc/self/fd/1", "/dev/stdout");
	(void)!symlink("/proc/self/fd/2", "/dev/stderr");
	sethostname("ckptcheck", 9);
}

static void loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &ifr))
		fprintf(stderr, "init: lo: %m\n");
	ifr.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		fprintf(stderr, "init: lo: %m\n");
	close(fd);
}

/* The ports come up a little after the driver; without udev their names are in sysfs alone. */
static int open_port(const char *name)
{
	char text[64], dev[64], *port;
	int tries, fd = -1;
	size_t i;
	glob_t g;

	for (tries = 0; fd < 0 && tries < 1000; tries++) {
		if (glob("/sys/class/virtio-ports/*/name", 0, NULL, &g) == 0) {
			for (i = 0; fd < 0 && i < g.gl_pathc; i++) {
				read_file(g.gl_pathv[i], text, sizeof(text));
				text[strcspn(text, "\n")] = '\0';
				if (strcmp(text, name))
					continue;
				*strrchr(g.gl_pathv[i], '/') = '\0';
				port = strrchr(g.gl_pathv[i], '/') + 1;
				snprintf(dev, sizeof(dev), "/dev/%s", port);
				fd = open(dev, O_WRONLY | O_CLOEXEC);
			}
			globfree(&g);
		}
		if (fd < 0)
			usleep(20000);
	}
	return fd;
}

static int run_setup(void)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		execl("/bin/sh", "sh", HERE "setup", (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* The command's arguments, each ended by a NUL. */
static char **read_args(void)
{
	static char text[1 << 20];
	static char *args[1 << 14];
	ssize_t len = read_file(HERE "args", text, sizeof(text));
	char *p = text;
	size_t n = 0;

	while (p < text + len && n < sizeof(args) / sizeof(args[0]) - 1) {
		args[n++] = p;
		p += strlen(p) + 1;
	}
	return args;
}

static void __attribute__((noreturn)) run_command(char **args, int out, int err)
{
	struct rlimit files = { 1024, 1048576 };
	sigset_t none;
	int null;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	setrlimit(RLIMIT_NOFILE, &files);
	null = open("/dev/null", O_RDONLY);
	dup2(null, 0);
	dup2(out, 1);
	dup2(err, 2);
	if (null > 2)
		close(null);
	if (chdir("/mnt"))
		dprintf(2, "init: chdir /mnt: %m\n");
	execvp(args[0], args);
	dprintf(2, "init: cannot run %s: %m\n", args[0]);
	_exit(errno == ENOENT ? 127 : 126);
}

static void copy_some(struct stream *s, size_t max)
{
	static char buf[65536];
	ssize_t n;

	n = read(s->pipe, buf, max < sizeof(buf) ? max : sizeof(buf));
	if (n > 0) {
		write_all(s->port, buf, n);
		s->bytes += n;
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		close(s->pipe);
		s->pipe = -1;
	}
}

/* What is in the pipe now; a process that the command left behind may hold it open for ever. */
static void drain(struct stream *s)
{
	int left;

	if (s->pipe >= 0 && ioctl(s->pipe, FIONREAD, &left) == 0) {
		while (left > 0 && s->pipe >= 0) {
			unsigned long long before = s->bytes;

			copy_some(s, left);
			left -= s->bytes - before;
		}
	}
}

/* Copies output and reaps until the command has ended; returns its wait status. */
static int supervise(pid_t command, int sigfd, struct stream *s)
{
	struct signalfd_siginfo info;
	int status = 0, st, done = 0;
	pid_t pid;

	while (!done) {
		struct pollfd p[3] = {
			{ sigfd, POLLIN, 0 }, { s[0].pipe, POLLIN, 0 }, { s[1].pipe, POLLIN, 0 },
		};

		if (poll(p, 3, -1) < 0)
			continue;
		if (p[1].revents)
			copy_some(&s[0], -1);
		if (p[2].revents)
			copy_some(&s[1], -1);
		if (!p[0].revents)
			continue;
		(void)!read(sigfd, &info, sizeof(info));
		while ((pid = waitpid(-1, &st, WNOHANG)) > 0) {
			if (pid == command) {
				status = st;
				done = 1;
			}
		}
	}
	drain(&s[0]);
	drain(&s[1]);
	return status;
}

static void open_streams(struct stream *s, int *ends, int merged)
{
	int i, p[2];

	for (i = 0; i < 2; i++) {
		s[i].pipe = -1;
		s[i].port = -1;
		if (i == 1 && merged) {
			ends[1] = ends[0];
			break;
		}
		if (pipe2(p, O_CLOEXEC))
			continue;
		fcntl(p[0], F_SETFL, O_NONBLOCK);
		s[i].pipe = p[0];
		s[i].port = open_port(i ? "ckpt.err" : "ckpt.out");
		ends[i] = p[1];
	}
}

/* CRIU refuses a C library that registers rseq where Linux does not say so (task-rseq-no-conf). */
static void environment(void)
{
	struct utsname uts;

	clearenv();
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	setenv("TERM", "dumb", 1);
	setenv("LANG", "C", 1);
	setenv("USER", "root", 1);
	setenv("LOGNAME", "root", 1);
	setenv("SHELL", "/bin/sh", 1);
	uname(&uts);
	if (!strncmp(uts.release, "5.10.", 5))
		setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0", 1);
}

static void run(int sigfd)
{
	struct stream s[2] = { { 0 } };
	int ends[2] = { -1, -1 }, status;
	char taint[64];
	pid_t pid;

	open_streams(s, ends, access(HERE "merged", F_OK) == 0);
	pid = fork();
	if (pid == 0)
		run_command(read_args(), ends[0], ends[1]);
	close(ends[0]);
	if (ends[1] != ends[0])
		close(ends[1]);
	status = supervise(pid, sigfd, s);
	read_file("/proc/sys/kernel/tainted", taint, sizeof(taint));
	report("exit %d %lu %llu %llu",
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
	       strtoul(taint, NULL, 10), s[0].bytes, s[1].bytes);
}

int main(void)
{
	bool alone = getpid() == 1;
	char reason[512];
	sigset_t chld;
	int sigfd;

	umask(022);
	environment();
	if (alone) {
		mount_all();
		loopback_up();
	}
	status_port = open_port("ckpt.status");
	read_file(HERE "token", token, sizeof(token));
	token[strcspn(token, "\n")] = '\0';
	unlink(HERE "token");
	if (alone && run_setup()) {
		read_file("/run/ckptcheck-vm.reason", reason, sizeof(reason));
		reason[strcspn(reason, "\n")] = '\0';
		report("fail %s", reason[0] ? reason : "the guest's setup failed");
		power_off();
	}
	/* From here on nothing that the kernel says may be lost by its level. */
	write_file("/sys/module/printk/parameters/ignore_loglevel", "Y");
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	sigfd = signalfd(-1, &chld, SFD_CLOEXEC);
	report("up");
	run(sigfd);
	power_off();
}
