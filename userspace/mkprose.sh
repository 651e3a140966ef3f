#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# mkprose.sh - prints prose.c: the texts of Documentation/rules as C data, for --explain.
set -eu

cat <<'END'
// SPDX-License-Identifier: GPL-2.0
/* prose.c - made by mkprose.sh from Documentation/rules; do not edit. */
#include <string.h>

#include "tool.h"

static const struct prose proses[] = {
END
for text in "$@"; do
	awk -v rule="$(basename "$text" .md)" '
	# As the inside of a C string.
	function quoted(s) {
		gsub(/\\/, "\\\\", s)
		gsub(/"/, "\\\"", s)
		return s
	}
	/^To do: / { cure = substr($0, 8) }
	NR == 1 && /^# / { next }
	NR == 2 && /^$/ { next }
	{ lines = lines "\n\t  \"" quoted($0) "\\n\"" }
	END { printf "\t{ \"%s\",\n\t  \"%s\",%s },\n", rule, quoted(cure), lines }
	' "$text"
done
cat <<'END'
};

const struct prose *prose_find(const char *rule)
{
	size_t i;

	for (i = 0; i < sizeof(proses) / sizeof(*proses); i++)
		if (!strcmp(proses[i].rule, rule))
			return &proses[i];
	return NULL;
}
END
