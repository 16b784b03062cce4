#!/bin/sh
# What the project says more than once, it says alike: the packages that it is
# built with, its version, and the keys of the configuration.
#
# usage: packages.sh (from the root of the sources)
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
status=0

# compare WHAT: the lists a and b
compare() {
	[ -s "$dir/a" ] || { echo "$1: nothing found"; status=1; }
	sort -u "$dir/a" >"$dir/a.sorted"
	sort -u "$dir/b" >"$dir/b.sorted"
	diff "$dir/a.sorted" "$dir/b.sorted" || {
		echo "these differ: $1"
		status=1
	}
}

# The compiler is there for every Debian package.
sed -n "/^build='/,/'\$/p" scripts/install | tr -d "'" |
    sed 's/^build=//' | tr ' ' '\n' | grep -vx -e gcc -e libc6-dev >"$dir/a"
sed -n '/^Build-Depends:/,/^$/p' debian/control |
    sed -n 's/^ \([a-z0-9.+-]*\).*/\1/p' | grep -v ^debhelper >"$dir/b"
compare 'packages in scripts/install (<) and debian/control (>)'

sed -n 's/^project(reports VERSION \([0-9.]*\) .*/\1/p' CMakeLists.txt >"$dir/a"
sed -n '1s/.*(\(.*\)-.*).*/\1/p' debian/changelog >"$dir/b"
compare 'version in CMakeLists.txt (<) and debian/changelog (>)'

# { "section", "name", set_...
sed -n 's/^\t{ "\([a-z_]*\)", "\([a-z_]*\)".*/\1 \2/p' cli/config_key.c >"$dir/a"
awk '/^\[/ { section = substr($1, 2, length($1) - 2) }
match($0, /^#[a-z_]+ = /) { sub(/^#/, ""); print section, $1 }' \
    dist/reports.conf >"$dir/b"
compare 'keys in cli/config_key.c (<) and dist/reports.conf (>)'

exit $status
