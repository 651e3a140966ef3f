/* SPDX-License-Identifier: GPL-2.0 */
/* rules.h - the rule table: look-up, versions as text, judging a record for a version. */
#ifndef RULES_H
#define RULES_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/ckptcheck_table.h>

#include "report.h"

#define TARGET_STRLEN	12

const struct ckpt_rule *rules_find(const char *name);

bool target_parse(const char *text, __u32 *target);
const char *target_print(char buf[TARGET_STRLEN], __u32 target);

const char *class_name(enum ckptcheck_class cls);
const char *verdict_name(enum ckptcheck_class cls);
enum ckptcheck_class verdict_parse(const char *word);

size_t needs_length(const char *needs);
char *rules_needs(const char *needs, const struct report_record *record);
bool rules_judge(struct report_record *record, __u32 target);

#endif
