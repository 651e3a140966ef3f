# Packages of any Debian suite, by the machine's own apt: its sources with the suite's name
# replaced, its lists in the cache, nothing installed.
# shellcheck shell=bash

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# Prints "URI suite components" for each binary source of the machine, of both styles of file.
machine_sources()
{
	local f

	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ ! -f "$f" ] || awk '
			{ sub(/#.*/, ""); gsub(/\[[^]]*\]/, "") }
			$1 == "deb" { print $2, $3, "main" }' "$f"
	done
	for f in /etc/apt/sources.list.d/*.sources; do
		[ ! -f "$f" ] || awk '
			function flush(	i, j, u, s) {
				if (types ~ /deb( |$)/ && on)
					for (i = split(uris, u, " "); i > 0; i--)
						for (j = split(suites, s, " "); j > 0; j--)
							print u[i], s[j], "main"
				types = uris = suites = ""; on = 1
			}
			BEGIN { on = 1 }
			/^#/ { next }
			/^[ \t]*$/ { flush(); next }
			{ key = tolower($1); $1 = ""; sub(/^ /, "") }
			key == "types:" { types = $0 }
			key == "uris:" { uris = $0 }
			key == "suites:" { suites = $0 }
			key == "enabled:" { on = $0 !~ /no/ }
			END { flush() }' "$f"
	done
}

# The sources of a suite in one-line style: for "trixie" trixie and trixie-security, for
# "trixie-backports" that one too, for sid and experimental the plain one alone.
suite_sources()
{
	local suite=$1 own base uri name rest found='' valid=''

	own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	[ -n "$own" ] || die "/etc/os-release names no release: only a Debian machine will do"
	base=${suite%-backports}
	# Those two are valid for a week, which is less than some mirrors are behind.
	case $base in
	sid | experimental) valid=' check-valid-until=no' ;;
	esac
	while read -r uri name rest; do
		case $name in
		"$own")
			echo "deb [signed-by=$KEYRING$valid] $uri $base $rest"
			[ "$suite" = "$base" ] || echo "deb [signed-by=$KEYRING] $uri $suite $rest"
			found=yes ;;
		"$own"-security)
			case $base in
			sid | experimental) ;;
			*) echo "deb [signed-by=$KEYRING] $uri $base-security $rest" ;;
			esac ;;
		esac
	done < <(machine_sources | sort -u)
	[ -n "$found" ] || die "no source for $own in /etc/apt: cannot derive one for $suite"
}

# The apt configuration of a suite, put into its folder file by file in one step each: another
# process may be using it.
apt_configure()
{
	local suite=$1 dir=$2

	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	: >>"$dir/status"
	suite_sources "$suite" >"$dir/sources.list.new"
	mv "$dir/sources.list.new" "$dir/sources.list"
	cat >"$dir/apt.conf.new" <<-END
		Dir::Etc::SourceList "$dir/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::Etc::Preferences "/dev/null";
		Dir::Etc::PreferencesParts "/dev/null";
		Dir::State::Lists "$dir/lists";
		Dir::State::Status "$dir/status";
		Dir::Cache "$dir";
		APT::Get::List-Cleanup "false";
		APT::Sandbox::User "root";
	END
	mv "$dir/apt.conf.new" "$dir/apt.conf"
}

# Makes apt use that suite (APT_CONFIG), with lists not older than half an hour.
apt_suite()
{
	local suite=$1 dir=$CACHE/apt/$1

	(
		lock "apt-$suite"
		[ -n "${CKPT_VM_REFRESH:-}" ] ||
			[ -z "$(find "$dir/updated" -mmin -30 2>/dev/null)" ] || exit 0
		apt_configure "$suite" "$dir"
		APT_CONFIG=$dir/apt.conf quietly apt-get -qq update ||
			die "cannot fetch the package lists of $suite: is its name right, is there a network?"
		touch "$dir/updated"
	)
	export APT_CONFIG=$dir/apt.conf
}

# The newest package whose name matches the shell pattern, as name=version.
apt_newest()
{
	local name version

	while read -r name; do
		# shellcheck disable=SC2053 # a pattern it is
		[[ $name == $1 ]] || continue
		version=$(apt-cache show --no-all-versions "$name" 2>/dev/null |
			awk '$1 == "Version:" { print $2; exit }')
		[ -z "$version" ] || { echo "$name=$version"; return; }
	done < <(apt-cache pkgnames "${1%%\**}" | sort -rV)
	die "no package matches $1 in $(awk '{ print $4 }' "${APT_CONFIG%/*}/sources.list" | xargs)"
}

# name=version of a package and of all it depends on, as far as their names match the regexp.
apt_closure()
{
	local todo=("$1") done=' ' p dep next

	while [ "${#todo[@]}" -gt 0 ]; do
		p=${todo[0]}
		todo=("${todo[@]:1}")
		case $done in *" $p "*) continue ;; esac
		done="$done$p "
		echo "$p"
		for dep in $(apt-cache show "$p" | awk '$1 == "Depends:" {
				gsub(/\([^)]*\)|,|\|/, " "); $1 = ""; print; exit }' | xargs -n 1); do
			[[ $dep =~ $2 ]] || continue
			next=$(apt_newest "$dep")
			todo+=("$next")
		done
	done
}

# Downloads name=version… and unpacks them below a folder.
apt_unpack()
{
	local dest=$1 tmp deb

	shift
	tmp=$(cache_tmp debs)
	(cd "$tmp" && quietly apt-get -qq download "$@") ||
		die "cannot download $*: run again with CKPT_VM_REFRESH=1 if a version is gone"
	mkdir -p "$dest"
	for deb in "$tmp"/*.deb; do
		dpkg-deb -x "$deb" "$dest" || die "cannot unpack $deb"
	done
	rm -rf "$tmp"
}
