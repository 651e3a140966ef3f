// SPDX-License-Identifier: GPL-2.0
/*
 * hostile_test.c - names of every sort of object, made to forge a record or to break the format:
 * what the report says of each must be, byte for byte, what the kernel has.
 *
 * escape_test.c is about the quoting itself; here are the places where names come from.
 */
#include "kselftest_harness.h"

#include <limits.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"

#define LONGEST		255	/* bytes of a name */
#define ABSTRACT	107	/* of an abstract name */
#define COMM		15
#define MEMFD		249
#define GHOST_SIZE	(2 << 20)

static char dir[32];

/* ---- names ---- */

struct name {
	char bytes[LONGEST + 1];
};

/* All bytes from @from to @to that a name can have, over and over, to the longest that there is. */
static void all_bytes(struct name *name, int from, int to)
{
	int i, c = from;

	for (i = 0; i < LONGEST; i++) {
		if (c == '/')
			c++;
		name->bytes[i] = c;
		c = c == to ? from : c + 1;
	}
}

static struct name make_name(const char *text, int from, int to)
{
	struct name name = {};

	if (text)
		strcpy(name.bytes, text);
	else
		all_bytes(&name, from, to);
	return name;
}

/* As much of a name as there is room for. */
static void cut(char *out, size_t room, const struct name *name)
{
	size_t len = strnlen(name->bytes, room - 1);

	memcpy(out, name->bytes, len);
	out[len] = '\0';
}

FIXTURE(name) {
	pid_t pid;
	pid_t peer;
	struct name name;
	struct report r;
};

FIXTURE_VARIANT(name) {
	const char *text;
	int from;
	int to;
};

#define TEXT(ident, text_) FIXTURE_VARIANT_ADD(name, ident) { .text = text_ }
#define BYTES(ident, from_, to_) FIXTURE_VARIANT_ADD(name, ident) { .from = from_, .to = to_ }

TEXT(forged_record, "x\"\nblocker udp-corked pid=1 fd=2\nend findings=1\n");
TEXT(forged_end, "\nend findings=0\n");
TEXT(forged_deleted, "x (deleted)");
TEXT(only_blank, " ");
BYTES(below_128, 1, 0x7f);
BYTES(from_128, 0x80, 0xff);
BYTES(newlines, '\n', '\n');
BYTES(quotes, '"', '"');
BYTES(backslashes, '\\', '\\');
BYTES(highest, 0xff, 0xff);

FIXTURE_SETUP(name)
{
	strcpy(dir, "/tmp/hostile.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(dir));
	ASSERT_EQ(0, chmod(dir, 0755));
	self->name = make_name(variant->text, variant->from, variant->to);
}

FIXTURE_TEARDOWN(name)
{
	char command[64];

	target_stop(self->pid);
	target_stop(self->peer);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	EXPECT_EQ(0, system(command));
}

/* What procfs says that a link of the process leads to. */
static ssize_t kernel_path(pid_t pid, const char *link, char *path)
{
	char name[128];

	snprintf(name, sizeof(name), "/proc/%d/%s", pid, link);
	return readlink(name, path, PATH_MAX);
}

/* Every path= there is what the kernel itself says. Return: how many there are. */
static int check_paths(struct __test_metadata *_metadata, pid_t pid, const struct report *r)
{
	char path[PATH_MAX], link[64];
	int i, n = 0;

	for (i = 0; i < r->nr; i++) {
		const struct record *rec = &r->find[i];
		const char *fd = record_get(rec, "fd"), *vma = record_get(rec, "vma");
		const char *via = record_get(rec, "via"), *value;
		size_t len;

		value = record_bytes(rec, "path", &len);
		if (!value)
			continue;
		if (fd)
			snprintf(link, sizeof(link), "fd/%s", fd);
		else if (vma)
			snprintf(link, sizeof(link), "map_files/%s", vma);
		else
			snprintf(link, sizeof(link), "%s", via ? via : "?");
		EXPECT_EQ(len, kernel_path(pid, link, path)) {
			TH_LOG("%s of %s", link, rec->word[1]);
		}
		EXPECT_EQ(0, memcmp(value, path, len)) {
			TH_LOG("%s of %s", link, rec->word[1]);
		}
		n++;
	}
	return n;
}

/* Findings but for what is said of every process of this machine. */
static int count_others(const struct report *r)
{
	return r->nr - report_count(r, "task-rseq") - report_count(r, "env-vvar-vclock");
}

/* ---- files ---- */

static int open_locked(const char *name)
{
	int fd = open(name, O_CREAT | O_RDWR, 0644);

	return fd < 0 || flock(fd, LOCK_EX) ? -1 : fd;
}

/* Makes a folder and goes there. */
static int enter_folder(const char *name)
{
	return mkdir(name, 0755) || chdir(name);
}

/* Leaves it again, and removes it. */
static int leave_folder(const char *name)
{
	return chdir("..") || rmdir(name);
}

/* A locked file in a folder of its name, and a deleted one in a deleted folder below. */
static int make_files(void *arg)
{
	const struct name *name = arg;

	return chdir(dir) || enter_folder(name->bytes) || open_locked(name->bytes) < 0 ||
	       enter_folder("gone") || enter_folder(name->bytes) ||
	       open_locked(name->bytes) < 0 || unlink(name->bytes) ||
	       leave_folder(name->bytes) || leave_folder("gone") || chdir("/");
}

TEST_F(name, of_files)
{
	self->pid = target_start(make_files, &self->name);
	ASSERT_LT(0, self->pid);
	report_read_each(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(2, report_count(&self->r, "lock-flock"));
	EXPECT_EQ(2, count_others(&self->r));
	EXPECT_EQ(2, check_paths(_metadata, self->pid, &self->r));
	end_report(_metadata, &self->r);
}

/* Mapped, deleted, and larger than what criu copies: the size is all that is needed. */
static int make_ghosts(void *arg)
{
	const struct name *name = arg;
	int fd, i;

	for (i = 0; i < 2; i++) {
		fd = chdir(dir) ? -1 : open(name->bytes, O_CREAT | O_RDWR, 0644);
		if (fd < 0 || ftruncate(fd, GHOST_SIZE) || unlink(name->bytes))
			return 1;
		if (i && mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED)
			return 1;
		if (i)
			close(fd);
	}
	return chdir("/");
}

TEST_F(name, of_ghosts)
{
	self->pid = target_start(make_ghosts, &self->name);
	ASSERT_LT(0, self->pid);
	report_read_each(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(2, report_count(&self->r, "file-ghost-sparse"));
	EXPECT_EQ(2, count_others(&self->r));
	EXPECT_EQ(2, check_paths(_metadata, self->pid, &self->r));
	end_report(_metadata, &self->r);
}

/* ---- attributes ---- */

static int make_attribute(void *arg)
{
	int fd = open(dir, O_TMPFILE | O_RDWR, 0600);

	return fd < 0 || fsetxattr(fd, arg, "x", 1, 0);
}

TEST_F(name, of_attributes)
{
	char attr[LONGEST + 1];

	strcpy(attr, "trusted.");
	cut(attr + strlen(attr), sizeof(attr) - strlen(attr), &self->name);
	self->pid = target_start(make_attribute, attr);
	ASSERT_LT(0, self->pid);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	ASSERT_EQ(1, self->r.nr);
	EXPECT_STREQ("file-ghost", self->r.find[0].word[1]);
	EXPECT_STREQ(attr, record_get(&self->r.find[0], "attr"));
	EXPECT_EQ(1, check_paths(_metadata, self->pid, &self->r));
	end_report(_metadata, &self->r);
}

/* ---- UNIX sockets ---- */

static int bind_unix(int type, const char *bytes, size_t len)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type, 0);

	memcpy(addr.sun_path, bytes, len);
	if (bind(fd, (struct sockaddr *)&addr, offsetof(struct sockaddr_un, sun_path) + len))
		return -1;
	return fd;
}

/* A zero byte, then the name with a zero byte in its middle and another one at its end. */
static size_t abstract_name(const struct name *name, char *bytes)
{
	size_t len = strnlen(name->bytes, ABSTRACT - 1);

	bytes[0] = '\0';
	memcpy(bytes + 1, name->bytes, len);
	bytes[1 + len / 2] = '\0';
	bytes[1 + len] = '\0';
	return len + 2 > ABSTRACT + 1 ? ABSTRACT + 1 : len + 2;
}

static int make_abstract(void *arg)
{
	char bytes[ABSTRACT + 2];

	return bind_unix(SOCK_DGRAM, bytes, abstract_name(arg, bytes)) < 0;
}

TEST_F(name, of_abstract_sockets)
{
	char bytes[ABSTRACT + 2];
	size_t len = abstract_name(&self->name, bytes), got;
	const struct record *rec;
	const char *value;

	self->pid = target_start(make_abstract, &self->name);
	ASSERT_LT(0, self->pid);
	report_read_each(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(1, count_others(&self->r));
	rec = report_find(&self->r, "unix-abstract");
	ASSERT_NE(NULL, rec);
	value = record_bytes(rec, "name", &got);
	ASSERT_NE(NULL, value);
	ASSERT_EQ(len - 1, got);
	EXPECT_EQ(0, memcmp(bytes + 1, value, got));
	end_report(_metadata, &self->r);
}

/* Bound to a relative path, in a folder that is called otherwise since. */
static int make_relative(void *arg)
{
	const struct name *name = arg;
	char path[ABSTRACT + 1];

	cut(path, sizeof(path), name);
	return chdir(dir) || bind_unix(SOCK_DGRAM, path, strlen(path)) < 0 ||
	       rename(path, "other") || chdir("/");
}

TEST_F(name, of_relative_sockets)
{
	char path[ABSTRACT + 1];
	const struct record *rec;

	cut(path, sizeof(path), &self->name);
	self->pid = target_start(make_relative, &self->name);
	ASSERT_LT(0, self->pid);
	report_read_each(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(2, count_others(&self->r));
	rec = report_find(&self->r, "unix-relative-path");
	ASSERT_NE(NULL, rec);
	EXPECT_STREQ(path, record_get(rec, "name"));
	rec = report_find(&self->r, "unix-path-moved");
	ASSERT_NE(NULL, rec);
	EXPECT_STREQ(path, record_get(rec, "name"));
	end_report(_metadata, &self->r);
}

/* ---- memory files ---- */

static int make_memfd(void *arg)
{
	return memfd_create(arg, 0) < 0;
}

TEST_F(name, of_memory_files)
{
	char shorter[MEMFD + 1];
	const struct record *rec;

	cut(shorter, sizeof(shorter), &self->name);
	self->pid = target_start(make_memfd, shorter);
	ASSERT_LT(0, self->pid);
	report_read_each(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	EXPECT_EQ(1, count_others(&self->r));
	rec = report_find(&self->r, "memfd-open");
	ASSERT_NE(NULL, rec);
	EXPECT_STREQ(shorter, record_get(rec, "name"));
	end_report(_metadata, &self->r);
}

/* ---- the process at the other end ---- */

static int make_comm(void *arg)
{
	return prctl(PR_SET_NAME, arg);
}

#define PEER	"\0hostile"

static int listener;

static void accept_it(int sig)
{
	accept(listener, NULL, NULL);
}

static int make_server(void *arg)
{
	listener = bind_unix(SOCK_STREAM, PEER, sizeof(PEER));
	signal(SIGIO, accept_it);
	return make_comm(arg) || listen(listener, 1) || fcntl(listener, F_SETOWN, getpid()) ||
	       fcntl(listener, F_SETFL, O_ASYNC | O_NONBLOCK);
}

static int make_client(void *arg)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = PEER };

	return connect(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&addr,
		       offsetof(struct sockaddr_un, sun_path) + sizeof(PEER));
}

TEST_F(name, of_peers)
{
	const struct record *rec = NULL;
	char comm[COMM + 1];
	int i;

	cut(comm, sizeof(comm), &self->name);
	self->peer = target_start(make_server, self->name.bytes);
	ASSERT_LT(0, self->peer);
	self->pid = target_start(make_client, NULL);
	ASSERT_LT(0, self->pid);
	/* Until it is accepted. */
	for (i = 0; i < 100 && !rec; i++) {
		usleep(10000);
		report_free(&self->r);
		report_read(self->pid, 0, &self->r);
		ASSERT_TRUE(check_sound(_metadata, &self->r));
		rec = report_find(&self->r, "unix-external-stream");
	}
	ASSERT_NE(NULL, rec);
	EXPECT_EQ(1, self->r.nr);
	EXPECT_EQ(self->peer, record_num(rec, "peer-pid"));
	EXPECT_STREQ(comm, record_get(rec, "peer-comm"));
	end_report(_metadata, &self->r);
}

TEST_HARNESS_MAIN
