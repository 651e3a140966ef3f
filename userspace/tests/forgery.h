/* SPDX-License-Identifier: GPL-2.0 */
/* forgery.h - what must hold of whatever bytes the parser of reports is given. */
#ifndef FORGERY_H
#define FORGERY_H

#include <stdbool.h>
#include <stddef.h>

/* A place in a report that is compared with how the module would write it. */
struct written {
	const char *p;
	const char *end;
	bool differs;
};

/* The next bytes should be these, a line's first words, a pair, the last line's words. */
void written_bytes(struct written *w, const char *bytes, size_t len);
void written_words(struct written *w, const char *word, const char *rule);
void written_pair(struct written *w, const char *key, const char *value, size_t len);

enum strict_answer {
	STRICT_REFUSED,
	STRICT_ACCEPTED,
	STRICT_DIFFERS,		/* accepted, but the module would have written it in another way */
};

/* What the parser of the selftests says. */
enum strict_answer strict_check(const char *data, size_t size);

/* Aborts if anything does not hold. Return: whether the report is accepted. */
bool forgery_check(const char *data, size_t size);

#endif
