#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# options.sh - the option table as text: one line an option, fields separated by tabs:
# letter, name, has_arg, argument, what completes it, help; "-" for what an option does not have.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

# The strings of a row are the even pieces between its quotes.
rows_to_lines='
{ text = text " " $0 }
END {
	n = split(text, rows, /OPTION_ROW /)
	for (i = 2; i <= n; i++)
		print row(rows[i])
}

function word(s) { return s == "" ? "-" : s }

function row(text,    piece, letter, has_arg) {
	split(text, piece, "\"")
	letter = piece[1] ~ /\047/ ? substr(piece[1], index(piece[1], "\047") + 1, 1) : ""
	has_arg = piece[3]
	gsub(/ /, "", has_arg)
	return word(letter) "\t" piece[2] "\t" has_arg "\t" word(piece[4]) "\t" word(piece[6]) \
		"\t" piece[8]
}'

${CPP:-cc -E} -P -x c -I"$here/.." - <<'END' | awk "$rows_to_lines"
#define OPTION(id, letter, name, has_arg, arg, complete, help) \
	OPTION_ROW letter name has_arg arg complete help
#define OPTION_GROUP()
#include "options.def"
END
