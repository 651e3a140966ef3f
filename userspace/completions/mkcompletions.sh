#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# mkcompletions.sh bash|zsh|fish - makes a shell's completion of ckptcheck from the option table.
# Names of rules and columns are asked of the command itself, when they are completed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
table=$("$here/options.sh")

# Each version in which the class of a rule changes.
versions()
{
	"$here/../../Documentation/rules/table.sh" | cut -f 3 | tr ';' '\n' | cut -d ' ' -f 1 |
		sort -u -V | xargs
}

# The words for each kind of argument: a command that prints them, one a line.
words()
{
	case $1 in
	@column) echo "ckptcheck --list-columns -rn 2>/dev/null | cut -d' ' -f1" ;;
	@rule) echo "ckptcheck --list-rules -rn 2>/dev/null | cut -d' ' -f1" ;;
	@target) echo "printf '%s\\n' $(versions)" ;;
	@pid) echo "ps -e -o pid= | tr -d ' '" ;;
	@name) echo "ps -e -o comm= | sort -u" ;;
	@unit) echo "systemctl list-units --plain --no-legend 2>/dev/null | cut -d' ' -f1" ;;
	@container)
		# The same in each shell.
		cat <<-'END'
			sh -c 'for engine in podman docker; do $engine ps --format "{{.Names}}"; done; runc list -q; crun list -q' 2>/dev/null
		END
		;;
	@*) ;;
	-) ;;
	*) echo "printf '%s\\n' $1" ;;
	esac
}

bash_cases()
{
	local letter name has_arg arg complete help

	while IFS=$'\t' read -r letter name has_arg arg complete help; do
		[ "$has_arg" != no_argument ] || continue
		[ "$letter" = - ] || name="$name | -$letter"
		echo "	--$name)"
		case $complete in
		@dir) echo "		_ckptcheck_files -d" ;;
		@file) echo "		_ckptcheck_files -f" ;;
		@module) echo "		_ckptcheck_files -f -X '!*.ko*'" ;;
		@column) echo "		_ckptcheck_list \"\$($(words "$complete"))\"" ;;
		-) echo "		:" ;;
		*) echo "		_ckptcheck_words \"\$($(words "$complete"))\"" ;;
		esac
		echo "		;;"
	done <<< "$table"
}

bash_completion()
{
	local options

	options=$(cut -f 2 <<< "$table" | sed 's/^/--/' | xargs)
	cat <<'END'
# ckptcheck(8) completion                                  -*- shell-script -*-
# Made by mkcompletions.sh.

_ckptcheck_words()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# The last word of a list.
_ckptcheck_list()
{
	local prefix=${cur%"${cur##*[,+]}"}

	compopt -o nospace
	mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$1" -- "${cur##*[,+]}")
}

_ckptcheck_files()
{
	compopt -o filenames
	mapfile -t COMPREPLY < <(compgen "$@" -- "$cur"; compgen -d -- "$cur")
}

_ckptcheck()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}

	COMPREPLY=()
	# Bash takes "=" for a word of its own.
	if [[ $cur == "=" ]]; then
		cur=
	elif [[ $prev == "=" ]]; then
		prev=${COMP_WORDS[COMP_CWORD-2]}
	fi
	case $prev in
END
	bash_cases
	cat <<END
	*)
		if [[ \$cur == -* ]]; then
			_ckptcheck_words "$options"
		else
			_ckptcheck_words "\$($(words @pid))"
		fi
		;;
	esac
}

complete -F _ckptcheck ckptcheck
END
}

# One argument of zsh's _arguments for each option.
zsh_options()
{
	local letter name has_arg arg complete help names value action

	while IFS=$'\t' read -r letter name has_arg arg complete help; do
		help=${help//[\[\]\']/}
		case $complete in
		@dir) action='_files -/' ;;
		@file) action=_files ;;
		@module) action='_files -g "*.ko*"' ;;
		@column) action='_ckptcheck_columns' ;;
		-) action=' ' ;;
		*) action="_ckptcheck_words \${(f)\"\$($(words "$complete"))\"}" ;;
		esac
		case $has_arg in
		no_argument) value='' ;;
		required_argument) value=":$arg:$action" ;;
		*) value="::$arg:$action" ;;
		esac
		value=${value//\'/\'\\\'\'}
		names=--$name
		[ "$has_arg" != optional_argument ] || names="--$name=-"
		[ "$has_arg" != required_argument ] || names="--$name="
		echo "	'${names}[$help]$value' \\"
		[ "$letter" = - ] || [ "$has_arg" = no_argument ] ||
			echo "	'-$letter+[$help]$value' \\"
		[ "$letter" = - ] || [ "$has_arg" != no_argument ] || echo "	'-${letter}[$help]' \\"
	done <<< "$table"
}

zsh_completion()
{
	local pids

	pids=$(words @pid)
	cat <<END
#compdef ckptcheck
# Made by mkcompletions.sh.

_ckptcheck_words()
{
	compadd -- "\$@"
}

_ckptcheck_columns()
{
	compset -P '+'
	compset -P '*,'
	compadd -S , -q -- \${(f)"\$($(words @column))"}
}

_arguments -s \\
$(zsh_options)
	'*:process:_ckptcheck_words \${(f)"\$(${pids//\'/\'\\\'\'})"}'
END
}

# In fish's double quotes only \, " and $ are special.
fish_quote()
{
	local text=${1//\\/\\\\}

	text=${text//\"/\\\"}
	printf '"%s"' "${text//\$/\\\$}"
}

fish_completion()
{
	local letter name has_arg arg complete help line

	echo "# Made by mkcompletions.sh."
	echo "complete -c ckptcheck -f -a $(fish_quote "($(words @pid))")"
	while IFS=$'\t' read -r letter name has_arg arg complete help; do
		line="complete -c ckptcheck -l $name -d $(fish_quote "$help")"
		[ "$letter" = - ] || line="$line -s $letter"
		[ "$has_arg" != required_argument ] || line="$line -x"
		case $complete in
		@dir) line="$line -a '(__fish_complete_directories)'" ;;
		@file | @module) line="${line% -x} -r -F" ;;
		@column) line="$line -a $(fish_quote "(__fish_append , ($(words @column)))")" ;;
		-) ;;
		*) line="$line -a $(fish_quote "($(words "$complete"))")" ;;
		esac
		echo "$line"
	done <<< "$table"
}

case ${1:-} in
bash | zsh | fish) "$1_completion" ;;
*) echo "usage: mkcompletions.sh bash|zsh|fish" >&2; exit 1 ;;
esac
