#!/bin/sh
# What the commands say about the reports in tests/cli/input is in
# tests/cli/expect, one file for each. UPDATE=1 writes those files; read the
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

# expect NAME COMMAND...: standard output, then standard error and the status
expect() {
	name=$1
	shift
	{
		"$@" 2>"$dir/stderr"
		code=$?
		sed 's/^/stderr: /' "$dir/stderr"
		[ $code -eq 0 ] || echo "status: $code"
	} | sed -E -e "s|$dir|DIR|g" \
	    -e 's/("received": )"[^"]*"/\1"NOW"/' \
	    -e 's/^(  received +)[0-9].*/\1NOW/' \
	    -e 's/^( *[0-9]+ )20[0-9-]{8}( +[0-9]+ input)/\1YYYY-MM-DD\2/' \
	    -e 's/^([0-9]+,[a-z]+,[^,]*,[^,]*),20[0-9TZ:-]*,/\1,NOW,/' \
	    -e 's/^([0-9]+),20[0-9TZ:-]*,/\1,NOW,/' \
	    -e 's/,20[0-9TZ:-]*Z,(unknown|verified)(,|$)/,NOW,\1\2/' >"$dir/got"
	[ -z "${UPDATE-}" ] || cp "$dir/got" "expect/$name"
	diff -u "expect/$name" "$dir/got" || status=1
}

reports() {
	"$program" --config reports.conf "$@"
}

expect import reports import input
expect import-again reports import input
for format in table csv json jsonl; do
	expect summary-$format reports summary --format $format
	expect list-$format reports list --all --format $format
	expect show-dmarc-$format reports show 1 --format $format
	expect show-tls-$format reports show 4 --format $format
done
for format in csv json jsonl; do
	expect export-$format reports export --all --format $format
	expect export-tls-$format reports export --all --tls --format $format
done
expect export-since reports export --since-id 3 --no-header
expect export-nothing-new reports export --since-id 4 --tls
expect export-source reports export --source 192.0.2.0/25 --result fail
expect export-table reports export --format table
expect export-tls-source reports export --tls --source 192.0.2.1
for by in source sender reporter day reason; do
	expect failures-$by reports failures --by $by
	expect failures-$by-wide env COLUMNS=200 "$program" --config reports.conf \
	    failures --by $by
	expect failures-$by-csv reports failures --by $by --format csv
done
expect failures-json reports failures --format json
expect failures-jsonl reports failures --format jsonl
expect failures-address reports failures --source 203.0.113.66
expect failures-network reports failures --source 192.0.2.0/24 --all
expect failures-passed reports failures --result pass
expect failures-no-such reports failures --domain example.edu
expect failures-none reports failures --disposition other
for format in table csv json jsonl; do
	expect tls-$format reports tls --format $format
done
expect tls-wide env COLUMNS=200 "$program" tls
expect tls-sort reports tls --sort failed_sessions --limit 2
expect tls-none reports tls --domain example.net
alarms=new-sender:5,failures,tls-failures:2,silent,quarantine
expect alarm reports summary --fail-on "$alarms" --state "$dir/state"
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

# On a wide terminal, and where there is nothing: what to do next.
for command in summary list tls quarantine senders leaks 'show 1'; do
	# shellcheck disable=SC2086 # words
	expect "wide-${command%% *}" env COLUMNS=200 "$program" \
	    --config reports.conf $command
done
# Every form of what has been asked for in some of them only.
for command in senders 'leaks --names' quarantine 'check input'; do
	for format in table csv json jsonl; do
		# shellcheck disable=SC2086 # words
		expect "${command%% *}-$format" reports $command --format $format
	done
done
expect senders-sources reports senders --by source
expect senders-sources-csv reports senders --by source --format csv
expect leaks-selectors reports leaks --selectors
expect leaks-selectors-csv reports leaks --selectors --format csv
for command in 'failures --source 203.0.113.66' 'check input' \
    'senders --by source' 'leaks --selectors' \
    'digest --since 2026-03-09 --until 2026-03-10'; do
	# shellcheck disable=SC2086 # words
	expect "wide-$(echo "$command" | tr -d ' ' | tr -c 'a-z0-9\n' -)" \
	    env COLUMNS=200 "$program" --config reports.conf $command
done
mkdir "$dir/nothing"
"$program" --db "$dir/empty.db" import "$dir/nothing" >"$dir/log" 2>&1
for command in summary failures tls list export senders leaks quarantine \
    'digest --period 2026-01' \
    'show 1' 'summary --format json' 'list --format csv' \
    'failures --format json' 'tls --format jsonl' 'export --format json' \
    'summary --fail-on failures,silent'; do
	# shellcheck disable=SC2086 # words
	expect "empty-$(echo "$command" | tr -d ' ' | tr ',' '-')" \
	    "$program" --config reports.conf --db "$dir/empty.db" $command
done

for command in summary failures tls list senders leaks quarantine export \
    'export --tls' 'failures --by reason' 'senders --by source'; do
	for format in csv json jsonl; do
		# shellcheck disable=SC2086 # words
		expect "empty-$(echo "$command" | tr -d ' -')-$format" \
		    "$program" --config reports.conf \
		    --db "$dir/empty.db" $command --format $format
	done
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

# Nothing that people read may harm a terminal, and no line is too long.
for file in expect/*-csv expect/*-table expect/show-* expect/import \
    expect/check-table; do
	if LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]' "$file"; then
		echo "$file: holds control characters"
		status=1
	fi
done
for file in expect/summary-table expect/list-table expect/show-dmarc-table \
    expect/show-tls-table expect/show-hostile; do
	if [ "$(wc -L <"$file")" -gt 80 ]; then
		echo "$file: is wider than 80 columns"
		status=1
	fi
done
exit $status
