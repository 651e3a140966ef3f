#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# rules.sh - every rule is listed, explained, in the man page and completed; TAP.
cd "$(dirname "$0")" || exit 1
: "${CKPTCHECK:=$PWD/../ckptcheck}"
export CKPTCHECK
. ./tap.sh
export LC_ALL=C.UTF-8
man=../man/ckptcheck.8

# Fills COMPREPLY for the words of a command line, the last one being completed.
completed()
{
	COMP_WORDS=(ckptcheck "$@")
	COMP_CWORD=$#
	_ckptcheck
	printf '%s\n' "${COMPREPLY[@]}"
}

ckptcheck()
{
	"$CKPTCHECK" "$@"
}

compopt()
{
	:
}

run 0 "--list-rules" --list-rules -rn
rules=$(cut -d' ' -f1 "$out")
that "as many as in the table" \
	[ "$(echo "$rules" | wc -l)" = "$(grep -c '^CKPT_RULE(' ../../uapi/linux/ckptcheck_rules.def)" ]
that "table.sh agrees" [ "$rules" = "$(../../Documentation/rules/table.sh | cut -f1)" ]
run 0 "--list-rules as JSON" --list-rules -J
that "... is JSON" python3 -m json.tool "$out" "$err"
run 0 "--list-rules for 1.0" --list-rules -rn --target 1.0
has "lock-ofd lock blocker"
for rule in $rules; do
	run 0 "--explain $rule" --explain "$rule"
	has "To do: "
	that "... in the man page" grep -qx -e ".B ${rule//-/\\\\-}" $man
done
run 1 "--explain nonsense" --explain lock-
says "did you mean lock-posix or lock-flock"

for page in ../man/*.[58]; do
	if command -v man > /dev/null; then
		that "$page without warnings of man" \
			[ -z "$(MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 > /dev/null)" ]
	fi
	if command -v mandoc > /dev/null; then
		mandoc -Tlint -W style "$page" > "$out"
		that "$page without warnings of mandoc" [ ! -s "$out" ]
	else
		tap_skip "$page without warnings of mandoc" "no mandoc"
	fi
	that "$page: everything is filled in" bash -c '! grep -n "@[A-Z]*@" "$1"' - "$page"
done
# What the page has of the header is what a compiler makes of it.
for word in $(printf '#include <linux/ckptcheck.h>\n#define WORD(id, word, text) word\nWORDS %s\n' \
	"CKPTCHECK_CLASS_NAMES CKPTCHECK_VERDICT_NAMES CKPTCHECK_REASONS(WORD)
	$(sed -n 's/^#define \(CKPTCHECK_KEY_[A-Z_]*\).*/\1/p' ../../uapi/linux/ckptcheck.h | xargs)" |
	cc -E -P -I../../uapi - | sed -n '/WORDS/,$p' | grep -o '"[a-z-]*"' | tr -d '"' | sort -u); do
	that "proc_ckptcheck(5) has $word" grep -qx -e "\.B ${word//-/\\\\-}=\?" \
		../man/proc_ckptcheck.5
done
for option in $("$CKPTCHECK" -h | grep -o -e '--[a-z-]*'); do
	that "man page has $option" grep -q -e "${option//-/\\\\-}" $man
done

. ../completions/ckptcheck.bash
that "completes rules" [ "$(completed --explain udp-cork)" = $'udp-corked\nudp-cork-idle' ]
that "completes rules behind =" [ "$(completed --explain = timerfd-a)" = timerfd-alarm-clock ]
that "completes modes" [ "$(completed --info e)" = each ]
that "completes pids" grep -qx $$ <(completed $$)
that "completes columns" [ "$(completed -o PID,TOD)" = PID,TODO ]
for option in $("$CKPTCHECK" -h | grep -o -e '--[a-z-]*'); do
	that "completes $option" grep -qx -e "$option" <(completed "$option")
done

for shell in bash zsh fish; do
	if ! command -v $shell > /dev/null; then
		tap_skip "completion of $shell" "no $shell"
		continue
	fi
	that "$shell: no syntax error" $shell -n ../completions/ckptcheck.$shell
done
for option in $("$CKPTCHECK" -h | grep -o -e '--[a-z-]*'); do
	that "zsh: $option" grep -q -e "^	'${option}[=[]" ../completions/ckptcheck.zsh
	! command -v fish > /dev/null ||
		that "fish: $option" grep -q -e "^$option	" <(PATH=$(dirname "$CKPTCHECK"):$PATH \
			fish -N -c "source ../completions/ckptcheck.fish; complete -C 'ckptcheck $option'")
done
! command -v fish > /dev/null ||
	that "fish: completes rules" grep -q ^timerfd-alarm-clock <(PATH=$(dirname "$CKPTCHECK"):$PATH \
		fish -N -c "source ../completions/ckptcheck.fish; complete -C 'ckptcheck --explain timerfd-a'")

programs=$(mktemp -d)
trap 'rm -rf "$out" "$err" "$programs"' EXIT
printf '#!/bin/sh\n[ "$*" = "ps --format {{.Names}}" ] && echo web && echo mail\n' > "$programs/podman"
chmod +x "$programs/podman"
PATH=$programs:$PATH
that "bash: completes containers" [ "$(completed --container w)" = web ]
! command -v fish > /dev/null ||
	that "fish: completes containers" [ "$(fish -N -c "source ../completions/ckptcheck.fish
		complete -C 'ckptcheck --container w'" | cut -f 1)" = web ]

tap_done
