#!/bin/sh
# Every command that a page shows behind a $ does what it says: it is run on
# the reports of tests/fixtures/mail and ends well. Where the page shows what
# it prints, it prints that.
#
# And dist/reports.conf is a configuration.
#
# README.md has a test of its own, e2e/postfix.sh; what is shown without a $ is
# for commands.sh.
#
# usage: docs.sh PROGRAM
program=$(realpath "$1")
cd "$(dirname "$0")/../.." || exit 2
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
status=0
export REPORTS_DB="$dir/reports.db" LC_ALL=C.UTF-8
unset COLUMNS

mkdir "$dir/bin"
printf '#!/bin/sh\nexec "%s" --config /dev/null "$@"\n' "$program" \
    >"$dir/bin/reports"
chmod +x "$dir/bin/reports"
PATH=$dir/bin:$PATH
reports import tests/fixtures/mail >"$dir/log" 2>&1 || {
	cat "$dir/log"
	exit 1
}

count=0
for page in docs/*.md; do
	# One file for each command: the command, then what it shows.
	rm -rf "$dir/shown"
	mkdir "$dir/shown"
	awk -v dir="$dir/shown" '
	/^    \$ / { file = sprintf("%s/%03d", dir, ++n) }
	!/^    / && NF > 0 { file = "" }
	file != "" { sub(/^    /, ""); print >file }' "$page"
	for shown in "$dir"/shown/*; do
		[ -e "$shown" ] || continue
		count=$((count + 1))
		command=$(sed -n '1s/^\$ //p' "$shown")
		(cd "$dir" && sh -c "$command") >"$dir/got" 2>"$dir/stderr" || {
			echo "$page: $command: status $?"
			cat "$dir/stderr"
			status=1
		}
		sed 1d "$shown" >"$dir/wanted"
		grep -q . "$dir/wanted" || continue
		diff -B "$dir/wanted" "$dir/got" || {
			echo "$page: $command: prints something else"
			status=1
		}
	done
done
# The configuration as it is shipped, and with all that it offers.
sed 's/^#\([a-z_]* = \)/\1/' dist/reports.conf >"$dir/all.conf"
cmp -s dist/reports.conf "$dir/all.conf" && { echo 'no keys found'; status=1; }
for config in dist/reports.conf "$dir/all.conf"; do
	"$program" --config "$config" list >"$dir/got" || {
		echo "$config is not accepted"
		status=1
	}
done

[ $count -gt 0 ] || { echo 'no commands found'; status=1; }
exit $status
