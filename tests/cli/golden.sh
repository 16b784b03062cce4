#!/bin/sh
# What the commands say about the reports in tests/cli/input, where options
# make a difference, and about forged ones, is in tests/cli/expect, one file for
# each; forms.sh has all formats. UPDATE=1 writes those files; read the
# difference before you commit it.
#
# usage: golden.sh PROGRAM
# shellcheck disable=SC2317 # functions are called by name
program=$(realpath "$1")
cd "$(dirname "$0")" || exit 2
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
status=0
export REPORTS_DB="$dir/reports.db" LC_ALL=C.UTF-8
unset COLUMNS

# shellcheck source=tests/cli/expect.sh
. ./expect.sh

reports() {
	"$program" --config reports.conf "$@"
}

expect import reports import input
expect import-again reports import input
expect export-since reports export --since-id 3 --no-header
expect export-nothing-new reports export --since-id 4 --tls
expect export-source reports export --source 192.0.2.0/25 --result fail
expect export-table reports export --format table
expect export-tls-source reports export --tls --source 192.0.2.1
expect failures-network reports failures --source 192.0.2.0/24 --all
expect failures-passed reports failures --result pass
expect failures-no-such reports failures --domain example.edu
expect failures-none reports failures --disposition other
expect tls-sort reports tls --sort failed_sessions --limit 2
expect tls-none reports tls --domain example.net
alarms=new-sender:5,failures,tls-failures:2,silent,quarantine
expect alarm reports summary --fail-on "$alarms" --state "$dir/state"
expect alarm-again reports summary --fail-on "$alarms" --state "$dir/state"
# Another job with the same file asks for less; what the first told stays told.
reports summary --fail-on quarantine --state "$dir/state"
expect alarm-again reports summary --fail-on "$alarms" --state "$dir/state"
expect alarm-state cat "$dir/state"
expect alarm-least reports summary --fail-on failures:1000,quarantine:9
expect alarm-wrong reports summary --fail-on failures,moon
expect alarm-number reports summary --fail-on failures:0
echo 'precious' >"$dir/precious"
expect alarm-precious reports summary --fail-on failures --state "$dir/precious"
expect state-alone reports summary --state "$dir/state"
expect digest reports digest --since 2026-03-09 --until 2026-03-10
expect digest-to reports digest --to postmaster@example.org --all
expect digest-quiet reports digest --to 'a@example.org, b@example.net' \
    --period 2026-01
expect digest-injected reports digest --to 'a@example.org
Bcc: b@example.net'
expect show-conflict reports show 2
expect show-hostile reports show 3
expect show-hostile-csv reports show 3 --format csv
expect show-ascii env LC_ALL=C "$program" show 3
expect summary-no-config "$program" --config /dev/null summary
expect summary-domain reports summary --domain example.org
expect summary-one-day reports summary --since 2026-03-10 --until 2026-03-10
expect summary-last-day reports summary --since 1d
expect summary-other-days reports summary --since 2026-01-01 --until 2026-01-31
expect list-limit reports list --limit 2
expect list-wide env COLUMNS=160 "$program" list
expect list-narrow env COLUMNS=50 "$program" list
expect list-limit-csv reports list --limit 1 --format csv
expect list-no-such-domain reports list --domain example.edu

expect quarantine-show reports quarantine show 5
expect quarantine-retry reports quarantine retry 5
expect quarantine-drop reports quarantine drop 5
expect quarantine-gone reports quarantine drop 5
mkdir "$dir/nothing"
"$program" --db "$dir/empty.db" import "$dir/nothing" >"$dir/log" 2>&1
for command in 'digest --period 2026-01' 'summary --fail-on failures,silent'; do
	# shellcheck disable=SC2086 # words
	expect "empty-$(echo "$command" | tr -d ' ' | tr ',' '-')" \
	    "$program" --config reports.conf --db "$dir/empty.db" $command
done

# Reports of which some are forged.
export REPORTS_DB="$dir/authentic.db"
authentic() {
	"$program" --config authentic.conf "$@"
}
expect authentic-import authentic import authentic
for format in table csv json; do
	expect authentic-summary-$format authentic summary --format $format
	expect authentic-list-$format authentic list --verified all --all \
	    --format $format
done
expect authentic-list authentic list
expect authentic-list-failed authentic list --verified failed
expect authentic-list-two authentic list --verified verified,suspicious
expect authentic-list-unknown authentic list --verified unknown
expect authentic-summary-failed authentic summary --verified failed
expect authentic-summary-all authentic summary --verified all --all
expect authentic-show-failed authentic show 1
expect authentic-show-future authentic show 6
expect authentic-check authentic check --format csv authentic

# A report is under its first domain, whatever its policies are of: what summary
# names leads to them all the same.
"$program" --db "$dir/policies.db" import policies.json >"$dir/log" 2>&1
expect policies "$program" --db "$dir/policies.db" summary
words=$("$program" --db "$dir/policies.db" summary |
    sed -n 's/.*sessions failed -> reports //p')
# shellcheck disable=SC2086 # words
expect policies-tls "$program" --db "$dir/policies.db" $words

# Nothing that people read may harm a terminal, and no line is too long.
for file in expect/*; do
	if LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]' "$file"; then
		echo "$file: holds control characters"
		status=1
	fi
done
# Those of forms.sh are its own.
for file in expect/*; do
	case $file in expect/forms-*) ;; *) all_said "$file" ;; esac
done
exit $status
