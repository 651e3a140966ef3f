// SPDX-License-Identifier: GPL-2.0
/* text.c - text that grows, and the quoting by which no file name can forge a record. */

#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "compat/hex.h"
#include "text.h"

/* A report is shown through one buffer; kvmalloc() takes no more than this. */
#define CKPT_TEXT_MAX	((size_t)INT_MAX)
#define CKPT_TEXT_MIN	((size_t)512)

/**
 * ckpt_text_reserve() - make room for @more bytes
 * @t: text
 * @more: bytes to come
 *
 * May sleep.  Return: false if there is no memory, @t->failed is set then.
 */
bool ckpt_text_reserve(struct ckpt_text *t, size_t more)
{
	size_t cap = max(t->cap, CKPT_TEXT_MIN);
	char *buf;

	if (t->failed)
		return false;
	if (t->cap - t->len >= more)
		return true;
	while (cap - t->len < more && cap < CKPT_TEXT_MAX)
		cap = min(cap * 2, CKPT_TEXT_MAX);
	buf = cap - t->len < more ? NULL : kvmalloc(cap, GFP_KERNEL_ACCOUNT);
	if (!buf) {
		t->failed = true;
		return false;
	}
	if (t->len)
		memcpy(buf, t->buf, t->len);
	kvfree(t->buf);
	t->buf = buf;
	t->cap = cap;
	return true;
}

/* Appends formatted text.  May sleep. */
void ckpt_text_printf(struct ckpt_text *t, const char *fmt, ...)
{
	size_t room = t->failed ? 0 : t->cap - t->len, n;
	va_list args;

	va_start(args, fmt);
	n = vsnprintf(room ? t->buf + t->len : NULL, room, fmt, args);
	va_end(args);
	if (n >= room) {
		if (!ckpt_text_reserve(t, n + 1))
			return;
		va_start(args, fmt);
		n = vscnprintf(t->buf + t->len, n + 1, fmt, args);
		va_end(args);
	}
	t->len += n;
}

/* Appends @len bytes as they are.  May sleep. */
void ckpt_text_bytes(struct ckpt_text *t, const char *bytes, size_t len)
{
	if (!ckpt_text_reserve(t, len))
		return;
	memcpy(t->buf + t->len, bytes, len);
	t->len += len;
}

static bool ckpt_byte_bare(unsigned char c)
{
	return c < 0x80 && (isalnum(c) || (c && strchr("_./:@,+%[]*=-", c)));
}

/**
 * ckpt_text_value() - append a value, in quotes where the report format wants it
 * @t: text
 * @bytes: any bytes, not NUL-terminated
 * @len: number of bytes; an empty value is quoted
 *
 * Inside quotes ", \ and newline are escaped as in C, other control bytes and bytes above 0x7e
 * as \xHH with exactly two digits.  May sleep.
 */
void ckpt_text_value(struct ckpt_text *t, const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len && ckpt_byte_bare(bytes[i]); i++)
		;
	if (len && i == len) {
		ckpt_text_bytes(t, bytes, len);
		return;
	}
	if (!ckpt_text_reserve(t, len * 4 + 2))
		return;
	t->buf[t->len++] = '"';
	for (i = 0; i < len; i++) {
		unsigned char c = bytes[i];

		if (c == '"' || c == '\\' || c == '\n') {
			t->buf[t->len++] = '\\';
			t->buf[t->len++] = c == '\n' ? 'n' : c;
		} else if (c < 0x20 || c > 0x7e) {
			t->buf[t->len++] = '\\';
			t->buf[t->len++] = 'x';
			t->buf[t->len++] = hex_asc_hi(c);
			t->buf[t->len++] = hex_asc_lo(c);
		} else {
			t->buf[t->len++] = c;
		}
	}
	t->buf[t->len++] = '"';
}

/* Frees the buffer and leaves an empty text. */
void ckpt_text_free(struct ckpt_text *t)
{
	kvfree(t->buf);
	*t = (struct ckpt_text){};
}
