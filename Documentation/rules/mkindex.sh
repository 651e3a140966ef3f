#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# mkindex.sh - prints README.md, the index of the rules, from the rule table.
# mkindex.sh --write puts it in place; mkindex.sh --check tells whether it is up to date,
# whether each rule has its text and each text its rule.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

index()
{
	cat <<-'END'
	# The rules of ckptcheck

	One text a rule: what it is about, why CRIU refuses or loses it, what to do. `ckptcheck
	--explain RULE` prints it. This page is made from the rule table by `mkindex.sh --write`.

	A class holds from the CRIU version before it until the next one: `blocker` no option
	helps · `option` the dump fails without it · `restore` the dump passes, the restore fails ·
	`lossy` both pass, state is lost · `info` fine · `unknown` could not be examined.
	END
	"$here/table.sh" | awk -F '\t' '
	$2 != category {
		category = $2
		printf "\n## %s\n\n| rule | class by CRIU version | what |\n|---|---|---|\n", $2
	}
	{
		n = split($3, spans, ";")
		classes = ""
		for (i = 1; i <= n; i++) {
			split(spans[i], part, " ")
			needs = substr(spans[i], length(part[1] part[2]) + 3)
			gsub(/\|/, "` or `", needs)
			classes = classes (i > 1 ? ", " : "") part[1] "+ " tolower(part[2]) \
				  (needs ? " `" needs "`" : "")
		}
		printf "| [%s](%s.md) | %s | %s |\n", $1, $1, classes, $5
	}'
}

# Both lists are sorted the same way, whatever the locale.
check()
{
	LC_ALL=C
	export LC_ALL
	rules=$("$here/table.sh" | cut -f1 | sort)
	texts=$(cd "$here" && ls ./*.md | sed 's,^\./,,; s,\.md$,,' | grep -v '^README$' | sort)
	if [ "$rules" != "$texts" ]; then
		echo "rules without text, or texts without rule:" >&2
		printf '%s\n%s\n' "$rules" "$texts" | sort | uniq -u >&2
		return 1
	fi
	for rule in $rules; do
		if [ "$(head -n1 "$here/$rule.md")" != "# $rule" ] ||
		   [ "$(grep -c '^To do: ' "$here/$rule.md")" != 1 ]; then
			echo "$rule.md: wants a first line '# $rule' and one line 'To do: ...'" >&2
			return 1
		fi
	done
	if ! index | cmp -s - "$here/README.md"; then
		echo "README.md is out of date: mkindex.sh --write" >&2
		return 1
	fi
}

case ${1-} in
--write) index > "$here/README.md.new" && mv "$here/README.md.new" "$here/README.md" ;;
--check) check ;;
*) index ;;
esac
