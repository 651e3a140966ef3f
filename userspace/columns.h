/* SPDX-License-Identifier: GPL-2.0 */
/* columns.h - the columns a finding can be printed in. */
#ifndef COLUMNS_H
#define COLUMNS_H

#include "tool.h"

/**
 * struct column - one column
 * @name: for -o, raw and JSON output
 * @heading: of tables, where it differs from @name
 * @help: one line
 * @key: key of the record that is shown, NULL where @get does it
 * @get: text for free(), NULL for an empty cell
 * @width: hint for libsmartcols
 * @flags: SCOLS_FL_*
 * @number: the values are numbers
 * @colored: it has the colour of the class
 */
struct column {
	const char *name;
	const char *heading;
	const char *help;
	const char *key;
	char *(*get)(const struct answer *answer, const struct report_record *record);
	double width;
	int flags;
	bool number;
	bool colored;
};

#define MAX_COLUMNS	64

extern const struct column columns[];
extern const size_t nr_columns;

const struct column *column_find(const char *name, size_t len);
size_t columns_chosen(const struct options *opt, const struct column *chosen[MAX_COLUMNS]);
char *column_text(const struct column *column, const struct answer *answer,
		  const struct report_record *record);

#endif
