#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# mkman.sh VERSION - fills the rule list, the version and the date into a man page.
set -eu

# The page comes on 3, the table on 0.
exec 3<&0 < /dev/null

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
newest=$(sed -n 's/^#define CKPTCHECK_TARGET_NEWEST.*(\([0-9]*\), \([0-9]*\), .*/\1.\2/p' \
	"$top/uapi/linux/ckptcheck.h")
# Not the day of the build, or two builds of the same source would differ.
day=$(git -C "$top" log -1 --format=%cs -- userspace uapi 2>/dev/null || true)
day=${day:-$(date -u -d "@${SOURCE_DATE_EPOCH:-0}" +%F)}

"$top/Documentation/rules/table.sh" | awk -F '\t' -v version="$1" -v newest="$newest" \
	-v day="$day" '
function safe(s) {
	gsub(/\\/, "\\e", s)
	gsub(/-/, "\\-", s)
	return s
}

FILENAME == "-" && $2 != "" {
	if ($2 != category)
		rules = rules (category ? "\n" : "") ".SS " $2
	category = $2
	n = split($3, spans, ";")
	classes = ""
	for (i = 1; i <= n; i++) {
		split(spans[i], part, " ")
		needs = substr(spans[i], length(part[1] part[2]) + 3)
		gsub(/\|/, " or ", needs)
		classes = classes (i > 1 ? ";\n" : "") part[1] "+ " tolower(part[2])
		if (needs != "")
			classes = classes " " needs
	}
	rules = rules "\n.TP\n.B " safe($1) "\n" safe($5) ".\n(" safe(classes) ")"
	next
}
FILENAME == "-" { next }
/^@RULES@$/ {
	print "Class by CRIU version; a class holds until the next one."
	print rules
	next
}
{
	gsub(/@VERSION@/, version)
	gsub(/@NEWEST@/, newest)
	gsub(/@DATE@/, day)
	print
}' - /dev/fd/3
