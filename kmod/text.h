/* SPDX-License-Identifier: GPL-2.0 */
/* text.h - text that grows, and the quoting of the report format. */
#ifndef _CKPT_TEXT_H
#define _CKPT_TEXT_H

#include <linux/compiler.h>
#include <linux/types.h>

/**
 * struct ckpt_text - growing text, not NUL-terminated
 * @buf: kvmalloc()ed, @cap bytes
 * @len: bytes in use
 * @cap: bytes allocated
 * @failed: an allocation failed, the text is short from there on
 */
struct ckpt_text {
	char *buf;
	size_t len;
	size_t cap;
	bool failed;
};

bool ckpt_text_reserve(struct ckpt_text *t, size_t more);
__printf(2, 3) void ckpt_text_printf(struct ckpt_text *t, const char *fmt, ...);
void ckpt_text_bytes(struct ckpt_text *t, const char *bytes, size_t len);
void ckpt_text_value(struct ckpt_text *t, const char *bytes, size_t len);
void ckpt_text_free(struct ckpt_text *t);

#endif
