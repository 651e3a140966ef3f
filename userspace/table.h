/* SPDX-License-Identifier: GPL-2.0 */
/* table.h - tables of libsmartcols, set up the same everywhere. */
#ifndef TABLE_H
#define TABLE_H

#include <unistd.h>

#include <libsmartcols.h>

#include "columns.h"
#include "tool.h"

struct libscols_table *table_new(const struct options *opt, const char *name);
void table_add_column(const struct options *opt, struct libscols_table *table, const char *name,
		      double width, int flags);
void table_add_chosen(const struct options *opt, struct libscols_table *table,
		      const struct column *column);
void table_set_class(struct libscols_line *line, size_t column, enum ckptcheck_class cls);
void table_set_color(struct libscols_line *line, size_t column, enum ckptcheck_class cls);
void table_set_chosen(struct libscols_line *line, size_t cell, const struct column *column,
		      const struct answer *answer, const struct report_record *record);
void table_set(struct libscols_line *line, size_t column, char *text);
void table_finish(struct libscols_table *table);

#endif
