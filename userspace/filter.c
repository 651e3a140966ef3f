// SPDX-License-Identifier: GPL-2.0
/*
 * filter.c - -Q: prints only the findings that an expression holds for.
 *
 * The expressions are those of libsmartcols, which has them since 2.40; with an older one this
 * file only says so.  The verdict and the exit status are always those of all findings.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "table.h"
#include "text.h"

#ifdef HAVE_SCOLS_FILTER

bool filter_available(void)
{
	return true;
}

static struct libscols_filter *filter_new(const char *text)
{
	struct libscols_filter *filter = scols_new_filter(NULL);

	if (!filter)
		errx(EXIT_ERROR, "out of memory");
	if (scols_filter_parse_string(filter, text))
		errx(EXIT_ERROR, "-Q: cannot understand the expression: %s",
		     scols_filter_get_errmsg(filter));
	return filter;
}

/* Every column, as an expression may name any of them. */
static struct libscols_table *filter_table(void)
{
	struct libscols_table *table = scols_new_table();
	size_t i;

	for (i = 0; table && i < nr_columns; i++) {
		struct libscols_column *column = scols_table_new_column(table, columns[i].name,
									0, 0);

		if (!column)
			errx(EXIT_ERROR, "out of memory");
		scols_column_set_data_type(column, columns[i].number ? SCOLS_DATA_U64 :
								       SCOLS_DATA_STRING);
	}
	if (!table)
		errx(EXIT_ERROR, "out of memory");
	return table;
}

static void bind_columns(struct libscols_filter *filter, struct libscols_table *table)
{
	struct libscols_iter *iter = scols_new_iter(SCOLS_ITER_FORWARD);
	const char *name;

	if (!iter)
		errx(EXIT_ERROR, "out of memory");
	while (!scols_filter_next_holder(filter, iter, &name, 0)) {
		const struct column *column = column_find(name, strlen(name));

		if (!column)
			errx(EXIT_ERROR, "-Q: unknown column: %s (ckptcheck -H lists them)", name);
		scols_filter_assign_column(filter, iter, name,
					   scols_table_get_column(table, column - columns));
	}
	scols_free_iter(iter);
}

static bool passes(struct libscols_filter *filter, struct libscols_table *table,
		   const struct answer *answer, const struct report_record *record)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);
	int status = 0;
	size_t i;

	if (!line)
		errx(EXIT_ERROR, "out of memory");
	for (i = 0; i < nr_columns; i++)
		table_set(line, i, column_text(&columns[i], answer, record));
	if (scols_line_apply_filter(line, filter, &status))
		errx(EXIT_ERROR, "-Q: the expression cannot be applied");
	scols_table_remove_line(table, line);
	return status;
}

/* Refuses a wrong expression before anything is asked of the kernel. */
void filter_check(const struct options *opt)
{
	struct libscols_filter *filter;
	struct libscols_table *table;

	if (!opt->filter)
		return;
	filter = filter_new(opt->filter);
	table = filter_table();
	bind_columns(filter, table);
	scols_unref_filter(filter);
	scols_unref_table(table);
}

void filter_apply(const struct options *opt, struct answer *answer)
{
	struct libscols_filter *filter;
	struct libscols_table *table;
	size_t i;

	if (!opt->filter)
		return;
	filter = filter_new(opt->filter);
	table = filter_table();
	bind_columns(filter, table);
	for (i = 0; i < answer->report.nr; i++) {
		struct report_record *record = &answer->report.records[i];

		if (!record->hidden && !passes(filter, table, answer, record))
			record->hidden = true;
	}
	scols_unref_filter(filter);
	scols_unref_table(table);
}

#else

bool filter_available(void)
{
	return false;
}

void filter_check(const struct options *opt)
{
	const char *version;

	if (!opt->filter)
		return;
	scols_get_library_version(&version);
	errx(EXIT_ERROR, "-Q needs libsmartcols 2.40 or newer; this ckptcheck was built for an older one (here is %s)",
	     version);
}

void filter_apply(const struct options *opt, struct answer *answer)
{
	(void)opt;
	(void)answer;
}

#endif
