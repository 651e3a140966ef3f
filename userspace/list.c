// SPDX-License-Identifier: GPL-2.0
/* list.c - --list-rules and --list-columns. */
#include "columns.h"
#include "table.h"
#include "text.h"

enum { NAME, CATEGORY, CLASS, SUMMARY, NEEDS };

static void set_text(struct libscols_line *line, size_t column, const char *text)
{
	table_set(line, column, *text ? xasprintf("%s", text) : NULL);
}

/* All rules, with the class each has for the version that --target names. */
void list_rules(const struct options *opt)
{
	struct libscols_table *table = table_new(opt, "rules");
	__u32 target = opt->target ? opt->target : opt->default_target;
	size_t i;

	table_add_column(opt, table, "NAME", 0, 0);
	table_add_column(opt, table, "CATEGORY", 0, 0);
	table_add_column(opt, table, "CLASS", 0, 0);
	table_add_column(opt, table, "SUMMARY", 0.3, SCOLS_FL_WRAP);
	table_add_column(opt, table, "NEEDS", 0.2, SCOLS_FL_WRAP);
	for (i = 0; i < CKPT_NR_RULES; i++) {
		const struct ckpt_rule *rule = &ckpt_rules[i];
		const struct ckpt_span *span = ckpt_rule_span(rule, target);
		struct libscols_line *line = scols_table_new_line(table, NULL);

		set_text(line, NAME, rule->name);
		set_text(line, CATEGORY, rule->category);
		table_set_class(line, CLASS, span ? span->cls : CKPTCHECK_CLASS_UNKNOWN);
		set_text(line, SUMMARY, rule->summary);
		set_text(line, NEEDS, span ? span->needs : "");
	}
	table_finish(table);
}

/* All columns that -o takes. */
void list_columns(const struct options *opt)
{
	struct libscols_table *table = table_new(opt, "columns");
	size_t i;

	table_add_column(opt, table, "HOLDER", 0, 0);
	table_add_column(opt, table, "TYPE", 0, 0);
	table_add_column(opt, table, "DESCRIPTION", 0.1, SCOLS_FL_WRAP);
	for (i = 0; i < nr_columns; i++) {
		struct libscols_line *line = scols_table_new_line(table, NULL);

		set_text(line, 0, columns[i].name);
		set_text(line, 1, columns[i].number ? "<number>" : "<string>");
		set_text(line, 2, columns[i].help);
	}
	table_finish(table);
}
