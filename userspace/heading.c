// SPDX-License-Identifier: GPL-2.0
/* heading.c - what stands above and below the table of one process. */
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "tool.h"

static void put_count(const struct answer *answer, const char *key, const char *one,
		      const char *many, const char *separator)
{
	const char *count = record_value(&answer->report.head, key);

	if (!count)
		return;
	fputs(separator, stdout);
	text_put(stdout, count, strlen(count));
	printf(" %s", strcmp(count, "1") ? many : one);
}

/* "812 (worker): CRIU 4.2 cannot dump it [2 processes, ...]" */
void heading_print(const struct answer *answer)
{
	const struct report_pair *comm = record_pair(&answer->report.head, CKPTCHECK_KEY_COMM);
	char target[TARGET_STRLEN] = "?";

	if (answer->target)
		target_print(target, answer->target);
	printf("%d", answer_root(answer));
	if (comm) {
		fputs(" (", stdout);
		text_put(stdout, comm->value, comm->len);
		fputc(')', stdout);
	}
	fputs(": ", stdout);
	printf(verdict_sentence(answer->verdict), target);
	put_count(answer, CKPTCHECK_KEY_PROCESSES, "process", "processes", " [");
	put_count(answer, CKPTCHECK_KEY_THREADS, "thread", "threads", ", ");
	put_count(answer, CKPTCHECK_KEY_FILES, "file", "files", ", ");
	put_count(answer, CKPTCHECK_KEY_VMAS, "mapping", "mappings", ", ");
	if (record_pair(&answer->report.head, CKPTCHECK_KEY_PROCESSES))
		fputc(']', stdout);
	fputc('\n', stdout);
}

/* The first alternative of needs=, the one that loses least. */
static size_t first_alternative(const struct report_record *record)
{
	return record->needs ? strcspn(record->needs, "|") : 0;
}

static bool seen_before(const struct report *report, size_t i)
{
	size_t len = first_alternative(&report->records[i]), j;

	for (j = 0; j < i; j++) {
		const struct report_record *other = &report->records[j];

		if (other->cls == CKPTCHECK_CLASS_OPTION && first_alternative(other) == len &&
		    !memcmp(other->needs, report->records[i].needs, len))
			return true;
	}
	return false;
}

/* One command that would do, where there is one. */
static void put_command(const struct answer *answer)
{
	const struct report *report = &answer->report;
	size_t i;

	for (i = 0; i < report->nr; i++)
		if (report->records[i].cls == CKPTCHECK_CLASS_OPTION &&
		    !first_alternative(&report->records[i]))
			return;
	printf("criu dump -t %d", answer_root(answer));
	for (i = 0; i < report->nr; i++) {
		const struct report_record *record = &report->records[i];

		if (record->cls != CKPTCHECK_CLASS_OPTION || seen_before(report, i))
			continue;
		fputc(' ', stdout);
		text_put(stdout, record->needs, first_alternative(record));
	}
	fputc('\n', stdout);
}

/* What follows from all findings together. */
void closing_print(const struct answer *answer)
{
	const struct report_pair *reason;

	if (answer->verdict == CKPTCHECK_CLASS_OPTION)
		put_command(answer);
	if (!answer_complete(answer)) {
		reason = record_pair(&answer->report.head, CKPTCHECK_KEY_REASON);
		fputs("not everything was examined", stdout);
		if (reason) {
			fputs(": ", stdout);
			text_put(stdout, reason->value, reason->len);
		}
		fputc('\n', stdout);
	}
	if (answer->hint)
		printf("you may not inspect this process: %s\n", answer->hint);
}
