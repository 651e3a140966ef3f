// SPDX-License-Identifier: GPL-2.0
/* report.c - reads reports and takes them apart, strictly. */
#define _GNU_SOURCE
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

#define MAX_WORD	64

int report_slurp(int fd, char **text, size_t *len)
{
	size_t room = 65536;
	ssize_t n;

	*len = 0;
	*text = malloc(room + 1);
	while (*text) {
		n = read(fd, *text + *len, room - *len);
		if (n < 0)
			return errno;
		*len += n;
		(*text)[*len] = '\0';
		if (!n)
			return 0;
		if (*len == room) {
			room *= 2;
			*text = realloc(*text, room + 1);
		}
	}
	return ENOMEM;
}

static bool bare(unsigned char c)
{
	return c && c < 0x80 && (isalnum(c) || strchr("_./:@,+%[]*=-", c));
}

static bool word_ok(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n && n <= MAX_WORD && !s[n] && *s != '-';
}

/* The byte that the two digits of \xHH stand for, -1 if it is written in another way. */
static int hex_byte(const char *digits)
{
	static const char hex[] = "0123456789abcdef";
	const char *high = *digits ? strchr(hex, digits[0]) : NULL;
	const char *low = high && digits[1] ? strchr(hex, digits[1]) : NULL;
	int byte = low ? (high - hex) << 4 | (low - hex) : -1;

	return byte == '\n' || (byte >= ' ' && byte <= '~') ? -1 : byte;
}

/*
 * Decodes the quoted value at *@p in place and steps behind it.  Return: what is wrong, or NULL.
 * A backslash stands before " \ n or xHH only, and what could be bare must not be quoted.
 */
static const char *unquote(char **p, char **value, size_t *len)
{
	char *in = *p + 1, *out = *p;
	bool needed = in[0] == '"';

	*value = out;
	for (; *in && *in != '"'; in++) {
		if (*in != '\\') {
			if (*in < ' ' || *in > '~')
				return "byte that should be escaped";
			needed |= !bare(*in);
			*out++ = *in;
			continue;
		}
		needed = true;
		in++;
		if (*in == '"' || *in == '\\') {
			*out++ = *in;
		} else if (*in == 'n') {
			*out++ = '\n';
		} else if (*in == 'x' && hex_byte(in + 1) >= 0) {
			*out++ = hex_byte(in + 1);
			in += 2;
		} else {
			return "strange escape";
		}
	}
	if (*in != '"')
		return "no closing quote";
	*out = '\0';
	*len = out - *value;
	*p = in + 1;
	return needed ? NULL : "needless quotes";
}

/* One key=value at *@p, which steps behind it. */
static const char *parse_key(char **p, struct record *rec)
{
	char *eq = strchr(*p, '=');
	const char *wrong;

	if (!eq)
		return "key without value";
	if (rec->nr == REPORT_KEYS)
		return "too many keys";
	*eq = '\0';
	if (!word_ok(*p))
		return "strange key";
	if (record_get(rec, *p))
		return "key twice";
	rec->key[rec->nr] = *p;
	*p = eq + 1;
	if (**p == '"') {
		wrong = unquote(p, &rec->value[rec->nr], &rec->len[rec->nr]);
		if (wrong)
			return wrong;
	} else {
		rec->value[rec->nr] = *p;
		while (bare(**p))
			(*p)++;
		rec->len[rec->nr] = *p - rec->value[rec->nr];
		if (!rec->len[rec->nr])
			return "empty value without quotes";
	}
	rec->nr++;
	return NULL;
}

/* Two words, or "end" alone, then keys. */
static const char *parse_line(char *line, struct record *rec)
{
	const char *wrong;
	char *p = line, *end;
	int i;

	*rec = (struct record){};
	for (i = 0; i < 2; i++) {
		end = p + strcspn(p, " =");
		if (i && *end == '=')
			break;
		if (*end != ' ')
			return "word without anything behind it";
		rec->word[i] = p;
		p = end + 1;
		*end = '\0';
		if (!word_ok(rec->word[i]))
			return "strange word";
	}
	do {
		wrong = parse_key(&p, rec);
		if (wrong)
			return wrong;
		if (*p && *p != ' ')
			return "byte that should be quoted";
		if (*p) {
			*p++ = '\0';
			if (!*p)
				return "blank at the end";
		}
	} while (*p);
	return NULL;
}

/* A line that is not the first one.  Return: what is wrong, or NULL; *@end: it is the last one. */
static const char *add_line(struct report *r, const struct record *rec, bool last, bool *end)
{
	*end = !strcmp(rec->word[0], "end");
	if (*end) {
		r->end = *rec;
		if (!last || rec->word[1])
			return "end is not the end";
		return record_num(rec, CKPTCHECK_KEY_FINDINGS) == r->nr ? NULL :
		       "number of findings";
	}
	if (!rec->word[1])
		return "finding without a rule";
	if (!strcmp(rec->word[0], "ckptcheck"))
		return "first line twice";
	r->find = realloc(r->find, (r->nr + 1) * sizeof(*r->find));
	r->find[r->nr++] = *rec;
	return NULL;
}

static const char *parse_lines(struct report *r)
{
	char *line = r->parsed, *eol, format[16];
	const char *wrong;
	struct record rec;
	bool end = false;

	snprintf(format, sizeof(format), "%d", CKPTCHECK_FORMAT);
	if (memchr(r->text, '\0', r->len))
		return "a zero byte";
	for (; *line; line = eol + 1) {
		eol = strchr(line, '\n');
		if (!eol)
			return "no newline at the end";
		*eol = '\0';
		wrong = parse_line(line, &rec);
		if (wrong)
			return wrong;
		if (line == r->parsed) {
			r->head = rec;
			if (strcmp(rec.word[0], "ckptcheck") || !rec.word[1] ||
			    strcmp(rec.word[1], format))
				return "beginning of the first line";
			continue;
		}
		wrong = add_line(r, &rec, !eol[1], &end);
		if (wrong || end)
			return wrong;
	}
	return "no end";
}

void report_parse(struct report *r)
{
	r->parsed = strdup(r->text);
	r->wrong = parse_lines(r);
}

void report_free(struct report *r)
{
	free(r->text);
	free(r->parsed);
	free(r->find);
	*r = (struct report){};
}

int report_open(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), CKPTCHECK_MOUNT_POINT "/%d", pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

void report_read_fd(int fd, struct report *r)
{
	*r = (struct report){};
	lseek(fd, 0, SEEK_SET);
	r->error = report_slurp(fd, &r->text, &r->len);
	if (!r->error)
		report_parse(r);
}

static void report_read_view(pid_t pid, struct ckptcheck_view view, struct report *r)
{
	int fd = report_open(pid);

	*r = (struct report){};
	if (fd < 0 || ((view.target || view.flags) && ioctl(fd, CKPTCHECK_IOC_VIEW, &view)))
		r->error = errno;
	else
		report_read_fd(fd, r);
	if (fd >= 0)
		close(fd);
}

void report_read(pid_t pid, unsigned int target, struct report *r)
{
	report_read_view(pid, (struct ckptcheck_view){ .target = target }, r);
}

void report_read_each(pid_t pid, unsigned int target, struct report *r)
{
	report_read_view(pid, (struct ckptcheck_view){
				.target = target, .flags = CKPTCHECK_VIEW_INFO_EACH }, r);
}

void report_read_as(uid_t uid, pid_t pid, struct report *r)
{
	int p[2], status, fd, error;
	pid_t child;

	*r = (struct report){};
	if (pipe(p)) {
		r->error = errno;
		return;
	}
	child = fork();
	if (!child) {
		close(p[0]);
		if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
			_exit(EPERM);
		fd = report_open(pid);
		error = fd < 0 ? errno : report_slurp(fd, &r->text, &r->len);
		if (!error && write(p[1], r->text, r->len) != (ssize_t)r->len)
			error = errno;
		_exit(error);
	}
	close(p[1]);
	report_slurp(p[0], &r->text, &r->len);
	close(p[0]);
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		r->error = ECHILD;
	else
		r->error = WEXITSTATUS(status);
	if (!r->error)
		report_parse(r);
}

const char *record_bytes(const struct record *rec, const char *key, size_t *len)
{
	int i;

	for (i = 0; i < rec->nr; i++) {
		if (!strcmp(rec->key[i], key)) {
			*len = rec->len[i];
			return rec->value[i];
		}
	}
	return NULL;
}

const char *record_get(const struct record *rec, const char *key)
{
	size_t len;

	return record_bytes(rec, key, &len);
}

/* As the kernel prints it: no sign, no zeros before it. */
long record_num(const struct record *rec, const char *key)
{
	size_t len;
	const char *value = record_bytes(rec, key, &len);
	char *end;
	long n;

	if (!value || !isdigit(*value) || (*value == '0' && len > 1))
		return -1;
	n = strtol(value, &end, 10);
	return end == value + len ? n : -1;
}

bool record_has_all(const struct record *rec, const char *keys)
{
	char copy[1024], *word, *eq, *save = NULL;
	const char *value;

	snprintf(copy, sizeof(copy), "%s", keys);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		eq = strchr(word, '=');
		if (!eq || !strncmp(word, "case=", 5))
			continue;
		*eq = '\0';
		value = record_get(rec, word);
		if (!value || strcmp(value, eq + 1))
			return false;
	}
	return true;
}

const struct record *report_find(const struct report *r, const char *rule)
{
	int i;

	for (i = 0; i < r->nr; i++)
		if (!strcmp(r->find[i].word[1], rule))
			return &r->find[i];
	return NULL;
}

int report_count(const struct report *r, const char *rule)
{
	int i, n = 0;

	for (i = 0; i < r->nr; i++)
		n += !strcmp(r->find[i].word[1], rule);
	return n;
}
