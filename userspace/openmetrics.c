// SPDX-License-Identifier: GPL-2.0
/*
 * openmetrics.c - numbers as text that is both: OpenMetrics, and the older text format of
 * Prometheus, which the textfile collector and promtool read.
 *
 * Both have gauges, and help without quotes and backslashes. "# UNIT" and "# EOF" are comments in
 * the older one, which knows neither the type "info" nor "stateset".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "text.h"

#define VERSION_FILE	"/sys/kernel/ckptcheck/version"
#define PREFIX		"ckptcheck_"

static const struct {
	const char *name;
	const char *unit;
	const char *help;
} families[] = {
#define METRIC(id, name, unit, labels, help) { PREFIX name, unit, help },
#include "metrics.def"
#undef METRIC
};

enum metric {
#define METRIC(id, name, unit, labels, help) METRIC_##id,
#include "metrics.def"
#undef METRIC
};

static const char * const unexamined_names[NR_UNEXAMINED] = {
	[UNEXAMINED_INCOMPLETE] = "incomplete",
	[UNEXAMINED_REFUSED] = "refused",
	[UNEXAMINED_UNREAD] = "unread",
};

struct label {
	const char *name;
	const char *value;
};

/* What a metric is; its numbers follow. */
static void begin(FILE *out, enum metric metric)
{
	const char *name = families[metric].name;

	fprintf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, families[metric].help, name);
	if (*families[metric].unit)
		fprintf(out, "# UNIT %s %s\n", name, families[metric].unit);
}

/* The value of a label, as both formats have it. */
void label_put(FILE *out, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n')
			fputs("\\n", out);
		else
			fprintf(out, "%s%c", *value == '"' || *value == '\\' ? "\\" : "", *value);
	}
}

/* A number with at most two labels; those without a name are not there. */
static void put(FILE *out, enum metric metric, struct label a, struct label b, size_t number)
{
	const struct label labels[] = { a, b };
	const char *separator = "{";
	size_t i;

	fputs(families[metric].name, out);
	for (i = 0; i < 2 && labels[i].name; i++) {
		fprintf(out, "%s%s=\"", separator, labels[i].name);
		label_put(out, labels[i].value);
		fputc('"', out);
		separator = ",";
	}
	fprintf(out, "%s %zu\n", i ? "}" : "", number);
}

static const struct label none;

static void put_info(FILE *out, enum metric metric, const char *version)
{
	begin(out, metric);
	put(out, metric, (struct label){ "version", version }, none, 1);
}

static void put_number(FILE *out, enum metric metric, size_t number)
{
	begin(out, metric);
	put(out, metric, none, none, number);
}

/* Whole numbers only: a locale may have a decimal comma. */
static void put_time(FILE *out, enum metric metric, intmax_t ms)
{
	begin(out, metric);
	fprintf(out, "%s %jd.%03jd\n", families[metric].name, ms / 1000, ms % 1000);
}

static intmax_t in_ms(const struct timespec *time)
{
	return (intmax_t)time->tv_sec * 1000 + time->tv_nsec / 1000000;
}

/* The same label for all, with a name for each of the numbers. */
static void put_each(FILE *out, enum metric metric, const char *label,
		     const char *(*name)(size_t i), const size_t numbers[], size_t nr)
{
	size_t i;

	begin(out, metric);
	for (i = 0; i < nr; i++)
		put(out, metric, (struct label){ label, name(i) }, none, numbers[i]);
}

static const char *verdict_of(size_t i)
{
	return verdict_name(i);
}

static const char *unexamined_of(size_t i)
{
	return unexamined_names[i];
}

static void put_rules(FILE *out, enum metric metric, const struct metrics *metrics)
{
	size_t i, j;

	begin(out, metric);
	for (i = 0; i <= CKPT_NR_RULES; i++)
		for (j = 0; j < CKPTCHECK_NR_CLASSES; j++) {
			const struct rule_figures *rule = &metrics->rules[i][j];
			const char *name = i < CKPT_NR_RULES ? ckpt_rules[i].name : OTHER;

			if (rule->findings)
				put(out, metric, (struct label){ "class", class_name(j) },
				    (struct label){ "rule", name },
				    metric == METRIC_FINDINGS ? rule->findings : rule->processes);
		}
}

static void put_owners(FILE *out, enum metric metric, const char *label,
		       const struct owners *owners)
{
	size_t i, j;

	begin(out, metric);
	for (i = 0; i <= MAX_OWNERS; i++) {
		const char *name = i < MAX_OWNERS ? owners->names[i] : OTHER;

		for (j = 0; j < CKPTCHECK_NR_CLASSES; j++)
			if (owners->verdicts[i][j])
				put(out, metric, (struct label){ label, name },
				    (struct label){ "verdict", verdict_name(j) },
				    owners->verdicts[i][j]);
	}
}

static void put_module(FILE *out)
{
	char *version = text_read(VERSION_FILE);

	if (!version)
		return;
	version[strcspn(version, "\n")] = '\0';
	put_info(out, METRIC_MODULE_INFO, version);
	free(version);
}

static void put_host(FILE *out, const struct metrics *metrics)
{
	char target[TARGET_STRLEN];

	if (metrics->live)
		put_module(out);
	if (metrics->target)
		put_info(out, METRIC_CRIU_INFO, target_print(target, metrics->target));
	put_each(out, METRIC_PROCESSES, "verdict", verdict_of, metrics->verdicts,
		 CKPTCHECK_NR_CLASSES);
	put_each(out, METRIC_UNEXAMINED, "reason", unexamined_of, metrics->unexamined,
		 NR_UNEXAMINED);
	put_number(out, METRIC_KERNEL_THREADS, metrics->kthreads);
	put_rules(out, METRIC_FINDINGS, metrics);
	put_rules(out, METRIC_FINDING_PROCESSES, metrics);
	put_owners(out, METRIC_UNIT_PROCESSES, "unit", &metrics->owners[OWNER_UNIT]);
	put_owners(out, METRIC_CONTAINER_PROCESSES, "container",
		   &metrics->owners[OWNER_CONTAINER]);
	put_time(out, METRIC_DURATION, in_ms(&metrics->ended) - in_ms(&metrics->began));
}

/* Return: all of it, for free(). */
char *openmetrics_text(const struct metrics *metrics)
{
	struct timespec now;
	char *text;
	FILE *out = text_open(&text);

	clock_gettime(CLOCK_REALTIME, &now);
	put_number(out, METRIC_UP, metrics->up);
	put_info(out, METRIC_BUILD_INFO, CKPTCHECK_TOOL_VERSION);
	if (metrics->up)
		put_host(out, metrics);
	put_time(out, METRIC_LAST_RUN, in_ms(&now));
	fputs("# EOF\n", out);
	return text_close(out, &text);
}
