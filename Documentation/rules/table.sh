#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# table.sh - the rule table as text: one line a rule, fields separated by tabs:
# name, category, spans ("1.0 BLOCKER;2.11 OPTION --file-locks"), what CRIU prints, summary.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

# The preprocessor knows best where a row ends. The strings of a row are the even pieces
# between its quotes; "cls", "needs" and "criu" mark what follows them.
rows_to_lines='
{ text = text " " $0 }
END {
	n = split(text, rows, /ROW /)
	for (i = 2; i <= n; i++)
		print row(rows[i])
}

function row(text,    piece, part, spans, version, word, j) {
	split(text, piece, "\"")
	for (j = 5; piece[j + 1] == "cls"; j += 6) {
		version = piece[j]
		gsub(/[ ,]+/, " ", version)
		split(version, part, " ")
		word = piece[j + 2]
		gsub(/ /, "", word)
		spans = spans (spans ? ";" : "") part[1] "." part[2] (part[3] ? "." part[3] : "") " " word
		if (piece[j + 5])
			spans = spans " " piece[j + 5]
	}
	return piece[2] "\t" piece[4] "\t" spans "\t" piece[j + 3] "\t" piece[j + 5]
}'

${CPP:-cc -E} -P -x c -I"$here/../../uapi/linux" - <<'END' | awk "$rows_to_lines"
#define CKPT_SPANS(...) __VA_ARGS__
#define CKPT_SPAN(major, minor, cls, needs) CKPT_SPAN_PATCH(major, minor, 0, cls, needs)
#define CKPT_SPAN_PATCH(major, minor, patch, cls, needs) , major, minor, patch, "cls" cls "needs" needs
#define CKPT_RULE(id, name, category, seed, spans, criu, summary) \
	ROW name category spans "criu" criu summary
#include "ckptcheck_rules.def"
END
