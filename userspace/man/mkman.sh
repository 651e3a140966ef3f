#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# mkman.sh VERSION - fills what is known from elsewhere into a man page: version, date, and the
# lists @RULES@, @CLASSES@, @VERDICTS@, @HEADKEYS@, @KEYS@, @REASONS@ and @METRICS@.
set -eu

# The page comes on 3, the table on 0.
exec 3<&0 < /dev/null

here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
header=$top/uapi/linux/ckptcheck.h
newest=$(sed -n '/^#define CKPTCHECK_TARGET_NEWEST/s/.*(\([0-9]*\), \([0-9]*\), \([0-9]*\)).*/\1.\2.\3/p' \
	"$header")
newest=${newest%.0}
# Not the day of the build, or two builds of the same source would differ.
day=$(git -C "$top" log -1 --format=%cs -- userspace uapi 2>/dev/null || true)
day=${day:-$(date -u -d "@${SOURCE_DATE_EPOCH:-0}" +%F)}

"$top/Documentation/rules/table.sh" | awk -F '\t' -v version="$1" -v newest="$newest" \
	-v day="$day" -v header="$header" -v table="$here/../metrics.def" '
function safe(s) {
	gsub(/\\/, "\\e", s)
	gsub(/-/, "\\-", s)
	return s
}

# In lines that are short enough for "mandoc -Tlint", none of which looks like a request.
function wrap(s,    words, n, i, line, text) {
	n = split(safe(s), words, / +/)
	for (i = 1; i <= n; i++) {
		if (line == "") {
			line = words[i] ~ /^[.\047]/ ? "\\&" words[i] : words[i]
		} else if (length(line " " words[i]) <= 78) {
			line = line " " words[i]
		} else {
			text = text line "\n"
			line = words[i] ~ /^[.\047]/ ? "\\&" words[i] : words[i]
		}
	}
	return text line
}

function item(word, text) {
	return ".TP\n.B " safe(word) "\n" wrap(text)
}

function add(list, word, text) {
	return list (list ? "\n" : "") item(word, text)
}

# What the header has between double quotes, by number.
function quoted(s, words) {
	return split(s, words, /"/)
}

# The comments of the header are the text: classes, the heaviest first, keys, reasons.
function read_header(    line, part, i, n, about, names, words, in_head, text) {
	while ((getline line < header) > 0) {
		if (line ~ /^ \* @CKPTCHECK_CLASS_/ && line !~ /NR_CLASSES/) {
			about[++n] = line
			sub(/^[^:]*: /, "", about[n])
		} else if (line ~ /define CKPTCHECK_CLASS_NAMES/) {
			getline line < header
			quoted(line, names)
		} else if (line ~ /define CKPTCHECK_VERDICT_NAMES/) {
			getline line < header
			quoted(line, words)
		} else if (line ~ /Keys of the first line/) {
			in_head = 1
		} else if (line ~ /Keys of records/) {
			in_head = 0
		} else if (line ~ /^#define CKPTCHECK_KEY_/) {
			split(line, part, "\"")
			text = line
			sub(/^[^*]*\* */, "", text)
			sub(/ *\*\/.*/, "", text)
			if (in_head)
				headkeys = add(headkeys, part[2], text ".")
			else
				keys = add(keys, part[2], text ".")
		} else if (line ~ /^\tREASON\(/) {
			split(line, part, "\"")
			reasons = add(reasons, part[2], part[4] ".")
		}
	}
	for (i = n; i > 0; i--) {
		classes = add(classes, names[2 * i], about[i] ".")
		verdicts = add(verdicts, words[2 * i], i > 1 ? \
			       "The heaviest finding is of class " names[2 * i] "." : \
			       "There is none but of class " names[2 * i] ", and all was examined.")
	}
}

# The metrics, with their labels, from strings that may be on lines of their own.
function read_metrics(    line, text, rows, part, n, i, name) {
	while ((getline line < table) > 0)
		text = text line
	n = split(text, rows, /METRIC\([A-Z]/)
	for (i = 2; i <= n; i++) {
		quoted(rows[i], part)
		name = "ckptcheck_" part[2]
		gsub(/,/, ", ", part[6])
		metrics = add(metrics, name (part[6] ? " {" part[6] "}" : ""), part[8] ".")
	}
}

BEGIN {
	read_header()
	read_metrics()
}
FILENAME == "-" && $2 != "" {
	if ($2 != category)
		rules = rules (category ? "\n" : "") ".SS " $2
	category = $2
	n = split($3, spans, ";")
	classes_of = ""
	for (i = 1; i <= n; i++) {
		split(spans[i], part, " ")
		needs = substr(spans[i], length(part[1] part[2]) + 3)
		gsub(/\|/, " or ", needs)
		classes_of = classes_of (i > 1 ? "; " : "") part[1] "+ " tolower(part[2])
		if (needs != "")
			classes_of = classes_of " " needs
	}
	rules = rules "\n" item($1, $5 ".") "\n" wrap("(" classes_of ")")
	next
}
FILENAME == "-" { next }
/^@RULES@$/ {
	print "Class by CRIU version; a class holds until the next one."
	print rules
	next
}
/^@CLASSES@$/ { print classes; next }
/^@VERDICTS@$/ { print verdicts; next }
/^@HEADKEYS@$/ { print headkeys; next }
/^@KEYS@$/ { print keys; next }
/^@REASONS@$/ { print reasons; next }
/^@METRICS@$/ { print metrics; next }
{
	gsub(/@VERSION@/, version)
	gsub(/@NEWEST@/, newest)
	gsub(/@DATE@/, day)
	print
}' - /dev/fd/3
