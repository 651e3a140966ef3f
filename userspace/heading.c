// SPDX-License-Identifier: GPL-2.0
/* heading.c - what stands above and below the table of one process. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"
#include "tool.h"
#include "ways.h"

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

/* "4.1.1 (installed)" */
char *heading_target(const struct answer *answer)
{
	const char *origin = answer->target_origin;
	char target[TARGET_STRLEN] = "?";

	if (answer->target)
		target_print(target, answer->target);
	return xasprintf("%s%s%s%s", target, origin ? " (" : "", origin ? origin : "",
			 origin ? ")" : "");
}

/* "812 (worker): CRIU 4.2 cannot dump it [2 processes, ...]" */
void heading_print(const struct answer *answer)
{
	const struct report_pair *comm = record_pair(&answer->report.head, CKPTCHECK_KEY_COMM);
	char *target = heading_target(answer), newest[TARGET_STRLEN];

	printf("%d", answer_root(answer));
	if (comm) {
		fputs(" (", stdout);
		text_put(stdout, comm->value, comm->len);
		fputc(')', stdout);
	}
	if (answer->way) {
		printf(", %s ", way_name(answer->way));
		text_put(stdout, answer->way->text, strlen(answer->way->text));
	}
	fputs(": ", stdout);
	printf(verdict_sentence(answer->verdict), target);
	free(target);
	if (answer->target > CKPTCHECK_TARGET_NEWEST)
		printf(" (judged as %s)", target_print(newest, CKPTCHECK_TARGET_NEWEST));
	put_count(answer, CKPTCHECK_KEY_PROCESSES, "process", "processes", " [");
	put_count(answer, CKPTCHECK_KEY_THREADS, "thread", "threads", ", ");
	put_count(answer, CKPTCHECK_KEY_FILES, "file", "files", ", ");
	put_count(answer, CKPTCHECK_KEY_VMAS, "mapping", "mappings", ", ");
	if (record_pair(&answer->report.head, CKPTCHECK_KEY_PROCESSES))
		fputc(']', stdout);
	fputc('\n', stdout);
}

/* The first alternative of needs=, the one that loses least, and where it was seen first. */
struct choice {
	const char *text;
	size_t len;
	size_t order;
};

static int by_text(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;
	int rc = memcmp(x->text, y->text, x->len < y->len ? x->len : y->len);

	if (rc)
		return rc;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static int by_order(const void *a, const void *b)
{
	const struct choice *x = a, *y = b;

	return x->order < y->order ? -1 : x->order > y->order;
}

static bool same(const struct choice *x, const struct choice *y)
{
	return x->len == y->len && !memcmp(x->text, y->text, x->len);
}

/* Return: number of choices, 0 if a finding does not name its option. */
static size_t collect(const struct report *report, struct choice *choices)
{
	size_t i, n = 0;

	for (i = 0; i < report->nr; i++) {
		const struct report_record *record = &report->records[i];

		if (record->cls != CKPTCHECK_CLASS_OPTION)
			continue;
		if (!record->needs || !needs_length(record->needs))
			return 0;
		choices[n++] = (struct choice){
			.text = record->needs, .len = needs_length(record->needs), .order = i,
		};
	}
	return n;
}

/* "--option argument" as two words. */
static void put_option(const char *text, size_t len)
{
	const char *blank = memchr(text, ' ', len);
	size_t name = blank ? (size_t)(blank - text) : len;

	fputc(' ', stdout);
	text_put_word(stdout, text, name);
	if (!blank)
		return;
	fputc(' ', stdout);
	text_put_word(stdout, blank + 1, len - name - 1);
}

/* Whether an option can stand in a configuration file as it stands in a report. */
static bool fits_file(const struct choice *choice)
{
	size_t i;

	for (i = 0; i < choice->len; i++)
		if (strchr("\\#\"", choice->text[i]))
			return false;
	return true;
}

/* Makes the folder of a file if it is not there. */
static void put_folder(const char *file)
{
	const char *slash = strrchr(file, '/');
	char *dir = xasprintf("%.*s", slash ? (int)(slash - file) : 0, file);

	if (*dir && access(dir, F_OK))
		printf("mkdir -p %s && ", dir);
	free(dir);
}

/* A command of the shell that adds options to a configuration file of criu; false: it cannot. */
static bool put_lines(const struct choice *choices, size_t n, const char *file)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!fits_file(&choices[i]))
			return false;
	put_folder(file);
	fputs("printf '%s\\n'", stdout);
	for (i = 0; i < n; i++) {
		fputc(' ', stdout);
		text_put_word(stdout, choices[i].text + strlen("--"),
			      choices[i].len - strlen("--"));
	}
	printf(" >>%s\n", file);
	return true;
}

/* The command line that the options are missing in; where an engine has it, we have none. */
static void put_start(const struct criu_line *line, const struct answer *answer)
{
	int i;

	if (answer->config || (line && line->rpc)) {
		fputs("missing:", stdout);
		return;
	}
	fputs("criu", stdout);
	if (!line || !line->has_command)
		printf(" dump -t %d", answer_root(answer));
	for (i = 1; line && i < line->argc; i++) {
		fputc(' ', stdout);
		text_put_word(stdout, line->argv[i], strlen(line->argv[i]));
	}
}

/* One command that would do, where there is one. */
static void put_command(const struct options *opt, const struct answer *answer)
{
	const struct report *report = &answer->report;
	struct choice *choices = xrealloc(NULL, (report->nr + 1) * sizeof(*choices));
	size_t n = collect(report, choices), i, kept = 0;

	qsort(choices, n, sizeof(*choices), by_text);
	for (i = 0; i < n; i++)
		if (!i || !same(&choices[i], &choices[kept - 1]))
			choices[kept++] = choices[i];
	qsort(choices, kept, sizeof(*choices), by_order);
	if (kept && !(answer->config && *answer->config &&
		      put_lines(choices, kept, answer->config))) {
		put_start(opt->criu, answer);
		for (i = 0; i < kept; i++)
			put_option(choices[i].text, choices[i].len);
		fputc('\n', stdout);
	}
	free(choices);
}

/* The words of reason=; those that are not known stand for themselves. */
static void put_reasons(const char *reasons)
{
	static const struct {
		const char *word;
		const char *text;
	} texts[] = {
#define TEXT(id, word, text) { word, text },
		CKPTCHECK_REASONS(TEXT)
#undef TEXT
	};
	const char *separator = ": ";
	size_t len, i;

	for (; *reasons; reasons += len + (reasons[len] == ',')) {
		len = strcspn(reasons, ",");
		fputs(separator, stdout);
		separator = ", ";
		for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
			if (strlen(texts[i].word) == len && !memcmp(texts[i].word, reasons, len))
				break;
		if (i < sizeof(texts) / sizeof(*texts))
			fputs(texts[i].text, stdout);
		else
			text_put(stdout, reasons, len);
	}
	fputc('\n', stdout);
}

/* What follows from all findings together. */
void closing_print(const struct options *opt, const struct answer *answer)
{
	const char *reasons = record_value(&answer->report.head, CKPTCHECK_KEY_REASON);

	if (answer->verdict == CKPTCHECK_CLASS_OPTION ||
	    answer->verdict == CKPTCHECK_CLASS_UNKNOWN || opt->criu)
		put_command(opt, answer);
	if (opt->criu && criu_line_has_unseen(opt->criu) && answer->verdict != CKPTCHECK_CLASS_INFO)
		puts("options that the engine gives by RPC cannot all be seen, and those are not counted; its configuration file of criu, such as /etc/criu/runc.conf, takes what is missing");
	if (!answer_complete(answer)) {
		fputs("not everything was examined", stdout);
		put_reasons(reasons ? reasons : "");
	}
	if (answer->hint)
		printf("you may not inspect this process: %s\n", answer->hint);
}
