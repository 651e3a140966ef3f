/* SPDX-License-Identifier: GPL-2.0 */
/* words.h - a record in words for people; all text is for free() and safe to print. */
#ifndef WORDS_H
#define WORDS_H

#include "tool.h"

const char *words_rule(const char *name);
const char *words_summary(const struct report_record *record);
char *words_object(const struct report_record *record);
char *words_details(const struct report_record *record);
char *words_reason(const struct report_record *record);
char *words_needs(const char *needs);
char *words_todo(const struct answer *answer, const struct report_record *record);

#endif
