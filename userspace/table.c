// SPDX-License-Identifier: GPL-2.0
/* table.c - findings as a table, by libsmartcols. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <libsmartcols.h>

#include "color.h"
#include "columns.h"
#include "table.h"
#include "text.h"

/**
 * table_new() - an empty table
 * @opt: how it is to be printed
 * @name: of the array in JSON output
 *
 * Return: the table; there is always one.
 */
struct libscols_table *table_new(const struct options *opt, const char *name)
{
	struct libscols_table *table = scols_new_table();

	if (!table)
		errx(EXIT_ERROR, "out of memory");
	scols_table_set_name(table, name);
	scols_table_enable_raw(table, opt->mode == OUTPUT_RAW);
	scols_table_enable_json(table, opt->mode == OUTPUT_JSON);
	scols_table_enable_noheadings(table, opt->noheadings);
	scols_table_enable_colors(table, colors_wanted());
	return table;
}

static size_t text_width(const char *text)
{
	size_t n = strlen(text) + 1;
	wchar_t *wide = xrealloc(NULL, n * sizeof(*wide));
	int width = mbstowcs(wide, text, n) == (size_t)-1 ? -1 : wcswidth(wide, n);

	free(wide);
	return width < 0 ? n - 1 : (size_t)width;
}

static size_t widest_chunk(const struct libscols_column *column, const char *text, void *data)
{
	(void)column;
	(void)data;
	return text_width(text);
}

/*
 * Cuts @text behind the last word that fits; libsmartcols' own wrapping cuts words in two.
 * Return: the rest, NULL if all of it fits.
 */
static char *next_chunk(const struct libscols_column *column, char *text, void *data)
{
	size_t width = scols_column_get_width(column);
	char *cut = NULL, *blank;

	(void)data;
	if (text_width(text) <= width)
		return NULL;
	for (blank = strchr(text, ' '); blank; blank = strchr(blank + 1, ' ')) {
		bool fits;

		*blank = '\0';
		fits = text_width(text) <= width;
		*blank = ' ';
		if (!fits)
			break;
		cut = blank;
	}
	/* A word that is longer than a line sticks out. */
	cut = cut ? cut : blank;
	if (!cut)
		return NULL;
	*cut = '\0';
	return cut + 1;
}

/**
 * table_add_column() - add one
 * @opt: tells whether text may be cut or wrapped
 * @table: where
 * @name: its heading
 * @width: hint of libsmartcols
 * @flags: SCOLS_FL_*
 */
void table_add_column(const struct options *opt, struct libscols_table *table, const char *name,
		      double width, int flags)
{
	struct libscols_column *column;

	/* Only a person at a terminal is served by less than the whole text in one line. */
	if (opt->notruncate || opt->mode != OUTPUT_TABLE || !isatty(STDOUT_FILENO))
		flags &= ~(SCOLS_FL_TRUNC | SCOLS_FL_WRAP);
	column = scols_table_new_column(table, name, width, flags);
	if (!column)
		errx(EXIT_ERROR, "out of memory");
	if (flags & SCOLS_FL_WRAP)
		scols_column_set_wrapfunc(column, widest_chunk, next_chunk, NULL);
}

/* Adds one of the column table. */
void table_add_chosen(const struct options *opt, struct libscols_table *table,
		      const struct column *column)
{
	bool heading = opt->mode == OUTPUT_TABLE && column->heading;

	table_add_column(opt, table, heading ? column->heading : column->name, column->width,
			 column->flags);
}

/* Prints and frees a table. */
void table_finish(struct libscols_table *table)
{
	if (scols_print_table(table))
		errx(EXIT_ERROR, "cannot print the table");
	scols_unref_table(table);
}

/* Sets a cell from text that is to be freed, NULL for an empty cell. */
void table_set(struct libscols_line *line, size_t column, char *text)
{
	if (text && scols_line_refer_data(line, column, text))
		errx(EXIT_ERROR, "out of memory");
}

/* A colour that libsmartcols does not know is none. */
void table_set_color(struct libscols_line *line, size_t column, enum ckptcheck_class cls)
{
	struct libscols_cell *cell = scols_line_get_cell(line, column);

	if (cell && color_of(cls))
		scols_cell_set_color(cell, color_of(cls));
}

void table_set_class(struct libscols_line *line, size_t column, enum ckptcheck_class cls)
{
	table_set(line, column, xasprintf("%s", class_name(cls)));
	table_set_color(line, column, cls);
}

/* Sets a cell to what a column has of a record. */
void table_set_chosen(struct libscols_line *line, size_t cell, const struct column *column,
		      const struct answer *answer, const struct report_record *record)
{
	table_set(line, cell, column_text(column, answer, record));
	if (column->colored)
		table_set_color(line, cell, record->cls);
}

static void add_answer(struct libscols_table *table, const struct answer *answer,
		       const struct column * const chosen[], size_t nr_chosen)
{
	size_t i, j;

	for (i = 0; i < answer->report.nr; i++) {
		const struct report_record *record = &answer->report.records[i];
		struct libscols_line *line;

		if (record->hidden)
			continue;
		line = scols_table_new_line(table, NULL);
		if (!line)
			errx(EXIT_ERROR, "out of memory");
		for (j = 0; j < nr_chosen; j++)
			table_set_chosen(line, j, chosen[j], answer, record);
	}
}

/**
 * table_print() - the findings of some answers as one table
 * @opt: how
 * @answers: answers
 * @nr: their number
 */
void table_print(const struct options *opt, const struct answer *answers, size_t nr)
{
	struct libscols_table *table = table_new(opt, "ckptcheck");
	const struct column *chosen[MAX_COLUMNS];
	size_t n = columns_chosen(opt, chosen), i;

	for (i = 0; i < n; i++)
		table_add_chosen(opt, table, chosen[i]);
	for (i = 0; i < nr; i++)
		add_answer(table, &answers[i], chosen, n);
	table_finish(table);
}
