// SPDX-License-Identifier: GPL-2.0
/*
 * text.c - names and paths are chosen by the processes that are looked at: nothing of them may
 * reach a terminal that could be more than a letter.
 */
#include <err.h>
#include <fcntl.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "text.h"
#include "tool.h"

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p)
		err(EXIT_ERROR, "out of memory");
	return p;
}

char *xasprintf(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		err(EXIT_ERROR, "out of memory");
	va_end(args);
	return text;
}

/* A stream into memory: text_close() returns what was written, for free(). */
FILE *text_open(char **text)
{
	static size_t size;
	FILE *out = open_memstream(text, &size);

	if (!out)
		err(EXIT_ERROR, "out of memory");
	return out;
}

char *text_close(FILE *out, char **text)
{
	if (fclose(out))
		err(EXIT_ERROR, "out of memory");
	return *text;
}

static char *read_all(FILE *file)
{
	char *text, buf[4096];
	FILE *out = text_open(&text);
	size_t n;

	while ((n = fread(buf, 1, sizeof(buf), file)))
		fwrite(buf, 1, n, out);
	fclose(file);
	return text_close(out, &text);
}

/* What a file has, followed by a NUL, for free(); NULL if it cannot be opened. */
char *text_read(const char *path)
{
	FILE *file = fopen(path, "re");

	return file ? read_all(file) : NULL;
}

char *text_read_from(const char *path, uid_t *owner)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct stat st;

	if (!file)
		return NULL;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		fclose(file);
		return NULL;
	}
	*owner = st.st_uid;
	return read_all(file);
}

/**
 * utf8_next() - the first character of some bytes
 * @p: bytes
 * @len: at least 1
 * @code: the character, or the byte itself where it is none
 *
 * Return: its length, 0 if the bytes are not UTF-8.
 */
size_t utf8_next(const char *p, size_t len, __u32 *code)
{
	static const __u32 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char c = *p;
	size_t n, i;

	*code = c;
	if (c < 0x80)
		return 1;
	n = c >= 0xf0 && c < 0xf8 ? 4 : c >= 0xe0 && c < 0xf0 ? 3 : c >= 0xc0 && c < 0xe0 ? 2 : 0;
	if (!n || n > len)
		return 0;
	*code = c & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			break;
		*code = *code << 6 | (p[i] & 0x3f);
	}
	if (i == n && *code >= least[n] && *code <= 0x10ffff &&
	    (*code < 0xd800 || *code > 0xdfff))
		return n;
	*code = c;
	return 0;
}

static bool is_utf8_locale(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/* Control characters of both kinds, line separators, and what turns the direction of text. */
static bool is_printable(__u32 code)
{
	return code >= 0x20 && !(code >= 0x7f && code < 0xa0) && code != 0x061c &&
	       !(code >= 0x200b && code <= 0x200f) && !(code >= 0x2028 && code <= 0x202e) &&
	       !(code >= 0x2060 && code <= 0x206f) && code != 0xfeff &&
	       !(code >= 0xfff0 && code <= 0xfffc) && !(code >= 0xe0000 && code <= 0xe0fff);
}

/*
 * Raw output is escaped by libsmartcols itself, every byte that is not printable ASCII. Tables
 * are not: it leaves too much, and takes "\x" in a text for an escape of its own. So ours are
 * octal, as in /proc/mounts.
 */
bool text_raw;

/* Prints what can be printed as it is, the rest as \ooo, a backslash too. */
void text_put(FILE *out, const char *p, size_t len)
{
	bool utf8 = is_utf8_locale();

	while (len) {
		__u32 code;
		size_t n = utf8_next(p, len, &code), i;

		if (n && is_printable(code) && code != '\\' && (n == 1 || utf8))
			fwrite(p, 1, n, out);
		else if (text_raw && code)
			fwrite(p, 1, n ? n : 1, out);
		else
			for (i = 0; i < (n ? n : 1); i++)
				fprintf(out, "\\%03o", (unsigned char)p[i]);
		n = n ? n : 1;
		p += n;
		len -= n;
	}
}

char *text_safe(const char *p, size_t len)
{
	char *text;
	FILE *out = text_open(&text);

	text_put(out, p, len);
	return text_close(out, &text);
}

/* As UTF-8 whatever the locale is; each byte that is none, or not printable, is U+FFFD. */
char *text_utf8(const char *p, size_t len)
{
	char *text;
	FILE *out = text_open(&text);

	while (len) {
		__u32 code;
		size_t n = utf8_next(p, len, &code);

		if (n && is_printable(code))
			fwrite(p, 1, n, out);
		else
			fputs("\xef\xbf\xbd", out);
		n = n ? n : 1;
		p += n;
		len -= n;
	}
	return text_close(out, &text);
}

/* Prints one word of a command line as bash takes it: as it is, in quotes, or as $'\ooo'. */
void text_put_word(FILE *out, const char *p, size_t len)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@,+%=^-";
	char *text = text_safe(p, len), *c;

	if (*text && !text[strspn(text, plain)]) {
		fputs(text, out);
	} else if (!strpbrk(text, "'\\")) {
		fprintf(out, "'%s'", text);
	} else {
		fputs("$'", out);
		for (c = text; *c; c++)
			fprintf(out, "%s%c", *c == '\'' ? "\\" : "", *c);
		fputc('\'', out);
	}
	free(text);
}

const char *text_arrow(void)
{
	return is_utf8_locale() && !text_raw ? "\xe2\x86\x92" : "->";
}
