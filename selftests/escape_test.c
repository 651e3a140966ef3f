// SPDX-License-Identifier: GPL-2.0
/* escape_test.c - no file name and no process name can forge a record or break the format. */
#include "kselftest_harness.h"

#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "report.h"
#include "rules_check.h"
#include "target.h"

#define COMPONENT	200	/* length of a folder's name in a deep path */

static char dir[32];

static int open_locked(int at, const char *name)
{
	int fd = openat(at, name, O_CREAT | O_RDWR, 0644);

	return fd < 0 || flock(fd, LOCK_EX) ? -1 : fd;
}

/* ---- names of files ---- */

FIXTURE(path) {
	pid_t pid;
	struct report r;
};

FIXTURE_VARIANT(path) {
	const char *name;
	const char *shown;
	bool quoted;
};

#define PATH(ident, quoted_, name_, shown_) \
	FIXTURE_VARIANT_ADD(path, ident) { .name = name_, .shown = shown_, .quoted = quoted_ }

PATH(bare, false, "az.AZ_09:@,+%[]*=-", "az.AZ_09:@,+%[]*=-");
PATH(blank, true, "lock file", "lock file");
PATH(newline, true, "a\nb", "a\\nb");
PATH(quote, true, "a\"b", "a\\\"b");
PATH(backslash, true, "a\\b\\", "a\\\\b\\\\");
PATH(control, true, "a\x01\x1f\x7f\tb", "a\\x01\\x1f\\x7f\\x09b");
PATH(carriage_return, true, "a\rb", "a\\x0db");
PATH(escape_sequence, true, "\x1b[31mred", "\\x1b[31mred");
PATH(utf8, true, "\xc3\xa9t\xc3\xa9", "\\xc3\\xa9t\\xc3\\xa9");
PATH(no_utf8, true, "\xff\xfe", "\\xff\\xfe");
PATH(end, true, "x\nend findings=0\n", "x\\nend findings=0\\n");
PATH(record, true, "x\nblocker udp-corked pid=1 fd=2", "x\\nblocker udp-corked pid=1 fd=2");
PATH(key, true, "x verdict=ok", "x verdict=ok");
PATH(quote_key, true, "x\" pid=1 path=\"y", "x\\\" pid=1 path=\\\"y");
PATH(shell, true, "$(reboot);`x`&|<>!#~?{}()'^", "$(reboot);`x`&|<>!#~?{}()'^");
PATH(escaped_already, true, "\\n\\x41", "\\\\n\\\\x41");
PATH(format, true, "%s%n%p %d", "%s%n%p %d");

FIXTURE_SETUP(path)
{
	strcpy(dir, "/tmp/escape_test.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(dir));
}

FIXTURE_TEARDOWN(path)
{
	char command[64];

	target_stop(self->pid);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	EXPECT_EQ(0, system(command));
}

static int make_named(void *arg)
{
	int at = open(dir, O_RDONLY | O_DIRECTORY);
	int fd = open_locked(at, arg);

	close(at);
	return fd < 0;
}

TEST_F(path, escaped)
{
	const char *quote = variant->quoted ? "\"" : "";
	char expected[300], path[128];

	self->pid = target_start(make_named, (void *)variant->name);
	ASSERT_LT(0, self->pid);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	ASSERT_EQ(1, self->r.nr);
	snprintf(expected, sizeof(expected), " path=%s%s/%s%s needs=--file-locks\nend findings=1\n",
		 quote, dir, variant->shown, quote);
	EXPECT_NE(NULL, strstr(self->r.text, expected)) {
		TH_LOG("not found: %s", expected);
	}
	snprintf(path, sizeof(path), "%s/%s", dir, variant->name);
	EXPECT_STREQ(path, record_get(&self->r.find[0], CKPTCHECK_KEY_PATH));
	EXPECT_STREQ("lock-flock", self->r.find[0].word[1]);
	end_report(_metadata, &self->r);
}

/* ---- every byte there is, and long paths ---- */

FIXTURE(names) {
	pid_t pid;
	struct report r;
};

FIXTURE_SETUP(names)
{
	strcpy(dir, "/tmp/escape_test.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(dir));
}

FIXTURE_TEARDOWN(names)
{
	char command[64];

	target_stop(self->pid);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	EXPECT_EQ(0, system(command));
}

static int make_all_bytes(void *arg)
{
	char name[] = "x?y";
	int c;

	if (chdir(dir))
		return 1;
	for (c = 1; c < 256; c++) {
		name[1] = c;
		if (c != '/' && open_locked(AT_FDCWD, name) < 0)
			return 1;
	}
	return chdir("/");
}

TEST_F(names, every_byte)
{
	char path[64];
	int c, i = 0;

	self->pid = target_start(make_all_bytes, NULL);
	ASSERT_LT(0, self->pid);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	ASSERT_EQ(254, self->r.nr);
	for (c = 1; c < 256; c++) {
		if (c == '/')
			continue;
		snprintf(path, sizeof(path), "%s/x%cy", dir, c);
		EXPECT_STREQ(path, record_get(&self->r.find[i++], CKPTCHECK_KEY_PATH));
	}
	end_report(_metadata, &self->r);
}

struct deep {
	size_t length;
	char byte;
};

/* A path of that many bytes, made step by step: open(2) takes no more than 4095 at once. */
static int make_deep(void *arg)
{
	const struct deep *deep = arg;
	char name[COMPONENT + 1];
	int left = deep->length - strlen(dir), n;

	if (chdir(dir))
		return 1;
	for (; left > 0; left -= n + 1) {
		n = left - 1 < COMPONENT ? left - 1 : COMPONENT;
		/* What is left after this one must be a name as well. */
		if (left - n - 1 == 1)
			n--;
		memset(name, deep->byte, n);
		name[n] = '\0';
		if (left == n + 1)
			return open_locked(AT_FDCWD, name) < 0 || chdir("/");
		if (mkdir(name, 0755) || chdir(name))
			return 1;
	}
	return 1;
}

TEST_F(names, path_of_4000_bytes)
{
	struct deep deep = { 4000, 'd' };
	const char *path;

	self->pid = target_start(make_deep, &deep);
	ASSERT_LT(0, self->pid);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	ASSERT_EQ(1, self->r.nr);
	path = record_get(&self->r.find[0], CKPTCHECK_KEY_PATH);
	ASSERT_NE(NULL, path);
	EXPECT_EQ(4000, strlen(path));
	EXPECT_EQ(0, strncmp(dir, path, strlen(dir)));
	report_free(&self->r);
}

/* Four bytes in the report for each of the name's. */
TEST_F(names, path_of_4000_escapes)
{
	struct deep deep = { 4000, '\xff' };
	const char *path;

	self->pid = target_start(make_deep, &deep);
	ASSERT_LT(0, self->pid);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	ASSERT_EQ(1, self->r.nr);
	path = record_get(&self->r.find[0], CKPTCHECK_KEY_PATH);
	ASSERT_NE(NULL, path);
	EXPECT_EQ(4000, strlen(path));
	EXPECT_LT(15000, self->r.len);
	report_free(&self->r);
}

/* All bytes but the slashes are the name's. */
static bool is_deep(const char *path, const struct deep *deep)
{
	const char name[] = { deep->byte, '/', '\0' };
	size_t n = strlen(dir);

	return strlen(path) == deep->length && !strncmp(path, dir, n) &&
	       strspn(path + n, name) == deep->length - n;
}

/* As long as open(2) takes, readlink(2) gives, and longer than both. */
TEST_F(names, paths_beyond_limits)
{
	static struct deep deeps[] = {
		{ 4095, '\n' }, { 4096, '"' }, { 4097, '\\' }, { 8192, '\x01' }, { 16000, '\xff' },
	};
	const char *path;
	size_t i;

	for (i = 0; i < sizeof(deeps) / sizeof(deeps[0]); i++) {
		self->pid = target_start(make_deep, &deeps[i]);
		ASSERT_LT(0, self->pid);
		report_read(self->pid, 0, &self->r);
		ASSERT_TRUE(check_sound(_metadata, &self->r));
		ASSERT_EQ(1, self->r.nr);
		path = record_get(&self->r.find[0], CKPTCHECK_KEY_PATH);
		EXPECT_TRUE(path && is_deep(path, &deeps[i])) {
			TH_LOG("%zu bytes: %zu", deeps[i].length, path ? strlen(path) : 0);
		}
		report_free(&self->r);
		target_stop(self->pid);
	}
	self->pid = 0;
}

/* Longer than the kernel itself can print: the finding is there all the same. */
TEST_F(names, path_too_long)
{
	struct deep deep = { 20000, 'd' };

	self->pid = target_start(make_deep, &deep);
	ASSERT_LT(0, self->pid);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	ASSERT_EQ(1, self->r.nr);
	EXPECT_STREQ("lock-flock", self->r.find[0].word[1]);
	EXPECT_STREQ("options", record_get(&self->r.head, CKPTCHECK_KEY_VERDICT));
	report_free(&self->r);
}

/* ---- names of processes ---- */

FIXTURE(comm) {
	pid_t pid;
	struct report r;
};

FIXTURE_VARIANT(comm) {
	const char *name;
	const char *shown;
};

#define COMM(ident, name_, shown_) \
	FIXTURE_VARIANT_ADD(comm, ident) { .name = name_, .shown = shown_ }

COMM(bare, "kworker/0:1-x", "kworker/0:1-x");
COMM(empty, "", "\"\"");
COMM(blank, "a b", "\"a b\"");
COMM(newline, "end\nend f=0", "\"end\\nend f=0\"");
COMM(mixed, "\"\\\x01\xff", "\"\\\"\\\\\\x01\\xff\"");
COMM(verdict, "x verdict=ok", "\"x verdict=ok\"");
COMM(longest, "fifteen bytes!!", "\"fifteen bytes!!\"");

FIXTURE_SETUP(comm)
{
}

FIXTURE_TEARDOWN(comm)
{
	target_stop(self->pid);
}

static int make_comm(void *arg)
{
	return prctl(PR_SET_NAME, arg);
}

TEST_F(comm, escaped)
{
	char expected[128];

	self->pid = target_start(make_comm, (void *)variant->name);
	ASSERT_LT(0, self->pid);
	report_read(self->pid, 0, &self->r);
	ASSERT_TRUE(check_sound(_metadata, &self->r));
	snprintf(expected, sizeof(expected), "ckptcheck 1 pid=%d comm=%s target=4.2.1 verdict=ok ",
		 self->pid, variant->shown);
	EXPECT_EQ(0, strncmp(expected, self->r.text, strlen(expected)));
	EXPECT_STREQ(variant->name, record_get(&self->r.head, CKPTCHECK_KEY_COMM));
	end_report(_metadata, &self->r);
}

TEST_HARNESS_MAIN
