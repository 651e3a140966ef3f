// SPDX-License-Identifier: GPL-2.0
/* strict.c - the parser of the selftests, under other names, beside the tool's. */
#define REPORT_KEYS	64
#define report_parse	strict_parse
#define report_free	strict_free
#include "../../selftests/report.c"

#include "forgery.h"

static void written_record(struct written *w, const struct record *rec)
{
	int i;

	written_words(w, rec->word[0], rec->word[1]);
	for (i = 0; i < rec->nr; i++)
		written_pair(w, rec->key[i], rec->value[i], rec->len[i]);
	written_bytes(w, "\n", 1);
}

enum strict_answer strict_check(const char *data, size_t size)
{
	struct written w = { .p = data, .end = data + size };
	struct report r = { .text = malloc(size + 1), .len = size };
	bool refused;
	int i;

	memcpy(r.text, data, size);
	r.text[size] = '\0';
	strict_parse(&r);
	refused = r.wrong;
	if (!refused) {
		written_record(&w, &r.head);
		for (i = 0; i < r.nr; i++)
			written_record(&w, &r.find[i]);
		written_record(&w, &r.end);
	}
	strict_free(&r);
	if (refused)
		return STRICT_REFUSED;
	return w.differs || w.p != w.end ? STRICT_DIFFERS : STRICT_ACCEPTED;
}
