#!/bin/sh
# Failure reports and complaints carry somebody's mail. Of those in
# tests/fixtures/input, and of copies with something broken in them, no name,
# subject or text reaches the database or the screen.
#
# usage: private.sh PROGRAM
program=$(realpath "$1")
cd "$(dirname "$0")/../fixtures/input" || exit 2
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
status=0
export REPORTS_DB="$dir/reports.db"

# In the fixtures, these stand in the mail that failed, and nowhere else.
words='ann\.author|bob\.reader|greenhouse|secret of the garden|garden-1@'

mkdir "$dir/mail"
for file in arf-*.eml; do
	grep -qE "$words" "$file" || {
		echo "$file: nothing to find"
		status=1
	}
	cp "$file" "$dir/mail/$file"
	# cut in the third part; a header that is no good; a bomb of comments
	head -c "$(($(wc -c <"$file") - 80))" "$file" >"$dir/mail/cut-$file"
	{
		printf 'X-Comment: '
		printf '%0300d\n' 0 | tr 0 '('
		cat "$file"
	} >"$dir/mail/bomb-$file"
	sed 's/^Content-Type: application.gzip/&; x/; s/^H4sI/H4sIAAAA/' \
	    "$file" >"$dir/mail/gzip-$file"
done
{
	"$program" import "$dir/mail"
	"$program" import "$dir/mail/arf-failure.eml"
	for command in summary list quarantine; do
		for format in csv json; do
			"$program" $command --all --format $format
		done
	done
	"$program" check --format json "$dir/mail"
} >"$dir/screen" 2>&1
for file in "$dir/screen" "$REPORTS_DB"*; do
	if grep -aoE "$words" "$file"; then
		echo "in $(basename "$file")"
		status=1
	fi
done

# Kept bytes are packed, so that a look at the file would not show them.
"$program" quarantine --format csv | grep . | sed 1d >"$dir/kept"
if [ -s "$dir/kept" ]; then
	echo 'kept in quarantine:'
	cat "$dir/kept"
	status=1
fi
grep -q 'failure-report' "$dir/screen" || {
	echo 'no failure report was counted'
	cat "$dir/screen"
	status=1
}
exit $status
