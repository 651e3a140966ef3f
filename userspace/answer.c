// SPDX-License-Identifier: GPL-2.0
/* answer.c - from the text of a report to a verdict and an exit status. */
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "tool.h"

/* The process that the report is about; the one asked for if it does not say. */
int answer_root(const struct answer *answer)
{
	const char *pid = record_value(&answer->report.head, CKPTCHECK_KEY_PID);

	return pid ? atoi(pid) : answer->pid;
}

bool answer_complete(const struct answer *answer)
{
	return record_is(&answer->report.head, CKPTCHECK_KEY_COMPLETE, "yes");
}

static bool parse(struct answer *answer, const char *buf, size_t len)
{
	struct report *report = &answer->report;

	switch (report_parse(report, buf, len)) {
	case REPORT_OK:
		return true;
	case REPORT_CUT:
		answer->status = EXIT_UNDECIDED;
		answer->error = xasprintf("the report was cut after %zu lines", report->line - 1);
		break;
	case REPORT_MALFORMED:
		answer->status = EXIT_ERROR;
		answer->error = xasprintf("line %zu of the report cannot be right: %s",
					  report->line, report->why);
		break;
	case REPORT_FORMAT:
		answer->status = EXIT_ERROR;
		answer->error = xasprintf("the report has format %s, this ckptcheck knows %d only",
					  report->head.rule, CKPTCHECK_FORMAT);
		answer->hint = xasprintf("install the ckptcheck that belongs to the module");
		break;
	case REPORT_NOMEM:
		answer->status = EXIT_ERROR;
		answer->error = xasprintf("out of memory");
		break;
	}
	report_free(report);
	return false;
}

/* What the module would have done itself, had it been asked. */
static void judge(const struct options *opt, struct answer *answer)
{
	size_t i;

	for (i = 0; i < answer->report.nr; i++) {
		struct report_record *record = &answer->report.records[i];

		if (opt->target && opt->target != answer->target)
			rules_judge(record, opt->target);
	}
	if (opt->target)
		answer->target = opt->target;
}

static void hide(const struct options *opt, struct answer *answer)
{
	size_t i;

	for (i = 0; i < answer->report.nr; i++)
		if (answer->report.records[i].cls == CKPTCHECK_CLASS_INFO)
			answer->report.records[i].hidden = opt->flags & CKPTCHECK_VIEW_INFO_NONE;
}

static enum ckptcheck_class worst_of(const struct report *report)
{
	enum ckptcheck_class worst = CKPTCHECK_CLASS_INFO;
	size_t i;

	for (i = 0; i < report->nr; i++)
		if (report->records[i].cls > worst)
			worst = report->records[i].cls;
	return worst;
}

/* What the report itself says, where its records are not as bad. */
static enum ckptcheck_class floor_of(const struct answer *answer)
{
	const char *word = record_value(&answer->report.head, CKPTCHECK_KEY_VERDICT);
	enum ckptcheck_class verdict = verdict_parse(word);

	return verdict > worst_of(&answer->report) ? verdict : CKPTCHECK_CLASS_INFO;
}

/* The heaviest record counts, and never less than @worst. */
static enum ckptcheck_class weigh(const struct answer *answer, enum ckptcheck_class worst)
{
	enum ckptcheck_class records = worst_of(&answer->report);

	if (!answer_complete(answer) && worst < CKPTCHECK_CLASS_UNKNOWN)
		worst = CKPTCHECK_CLASS_UNKNOWN;
	return records > worst ? records : worst;
}

/* Whether all that is found is: not you. */
static bool is_refused(const struct answer *answer)
{
	size_t i;

	for (i = 0; i < answer->report.nr; i++)
		if (strcmp(answer->report.records[i].rule, "cred-no-access"))
			return false;
	return answer->report.nr;
}

/**
 * answer_get() - ask for one process
 * @opt: how
 * @criu: options of criu that are in force, NULL if nothing is known of them
 * @answer: filled in; answer_free() is due
 * @pid: the process
 */
void answer_get(const struct options *opt, const struct criu_line *criu, struct answer *answer,
		int pid)
{
	const char *target;
	enum ckptcheck_class floor;
	bool viewed, rejudged;
	size_t len;
	char *buf;

	*answer = (struct answer){ .pid = pid, .config = criu ? criu->config : NULL };
	buf = source_read(opt, answer, &len, &viewed);
	if (!buf)
		return;
	if (parse(answer, buf, len)) {
		target = record_value(&answer->report.head, CKPTCHECK_KEY_TARGET);
		if (!target || !target_parse(target, &answer->target))
			answer->target = 0;
		rejudged = !viewed && opt->target && opt->target != answer->target;
		floor = rejudged ? CKPTCHECK_CLASS_INFO : floor_of(answer);
		if (viewed)
			answer->target_origin = opt->target_origin;
		else
			judge(opt, answer);
		if (criu)
			criu_judge(criu, answer);
		if (!viewed || criu)
			hide(opt, answer);
		answer->verdict = weigh(answer, floor);
		answer->status = status_of(answer->verdict);
		if (is_refused(answer))
			refusal_explain(answer);
	}
	free(buf);
}

void answer_free(struct answer *answer)
{
	report_free(&answer->report);
	free(answer->error);
	free(answer->hint);
}
