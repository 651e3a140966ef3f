/* SPDX-License-Identifier: GPL-2.0 */
/* text.h - bytes of unknown origin as text, and memory that is never short. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include <linux/types.h>

void *xrealloc(void *p, size_t size);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
FILE *text_open(char **text);
char *text_close(FILE *out, char **text);
char *text_read(const char *path);
/* The same of a regular file, which may be anybody's: of nothing that a reader has to wait for. */
char *text_read_from(const char *path, uid_t *owner);

size_t utf8_next(const char *p, size_t len, __u32 *code);
void text_put(FILE *out, const char *p, size_t len);
void text_put_word(FILE *out, const char *p, size_t len);
char *text_safe(const char *p, size_t len);
char *text_utf8(const char *p, size_t len);
const char *text_arrow(void);

extern bool text_raw;

#endif
