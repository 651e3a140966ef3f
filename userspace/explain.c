// SPDX-License-Identifier: GPL-2.0
/* explain.c - --explain: a rule's class by CRIU version, and the text from Documentation/rules. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "tool.h"
#include "words.h"

/* Options or messages for people: alternatives joined by "or", {ino} as INO. */
static char *readable(const char *needs)
{
	char *text = words_needs(needs), *in, *out = text;
	bool inside = false;

	for (in = text; *in; in++) {
		if (*in == '{' || *in == '}')
			inside = *in == '{';
		else if (inside && *in == ':')
			while (in[1] && in[1] != '}')
				in++;
		else
			*out++ = inside && *in >= 'a' && *in <= 'z' ? *in - 0x20 : *in;
	}
	*out = '\0';
	return text;
}

static void print_spans(const struct ckpt_rule *rule)
{
	char version[TARGET_STRLEN], *needs;
	__u32 i;

	for (i = 0; i < rule->nr_spans; i++) {
		const struct ckpt_span *span = &rule->spans[i];

		printf("  since CRIU %-5s  %s", target_print(version, span->since),
		       class_name(span->cls));
		needs = readable(span->needs);
		if (*needs)
			printf(": %s", needs);
		free(needs);
		fputc('\n', stdout);
	}
	if (*rule->criu) {
		char *texts = readable(rule->criu);

		printf("  criu prints:      %s\n", texts);
		free(texts);
	}
}

static int no_such_rule(const char *name)
{
	const char *separator = "; did you mean ";
	size_t i;

	fprintf(stderr, "ckptcheck: no rule %s", name);
	for (i = 0; *name && i < CKPT_NR_RULES; i++) {
		if (!strstr(ckpt_rules[i].name, name))
			continue;
		fprintf(stderr, "%s%s", separator, ckpt_rules[i].name);
		separator = " or ";
	}
	fputs(" (ckptcheck --list-rules lists them)\n", stderr);
	return EXIT_ERROR;
}

int explain_rule(const char *name)
{
	const struct ckpt_rule *rule = rules_find(name);
	const struct prose *prose = prose_find(name);

	if (!rule)
		return no_such_rule(name);
	printf("%s: %s\n\n", rule->name, rule->summary);
	print_spans(rule);
	if (prose)
		printf("\n%s", prose->text);
	return EXIT_OK;
}
