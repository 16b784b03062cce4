#!/bin/bash
# Every command in every form that it takes, over the reports in input and over
# none: expect/forms-COMMAND has all of them, tables at 80 and at 200 columns. A
# command or a format that is new has no such file, or another, and fails.
# UPDATE=1 writes them; read the difference before you commit it.
#
# usage: forms.sh PROGRAM
# shellcheck disable=SC2317 # cleanup is called by name
program=$(realpath "$1")
cd "$(dirname "$0")" || exit 2
dir=$(mktemp -d) || exit 2
listener=
cleanup() {
	[ -z "$listener" ] || kill "$listener" 2>/dev/null
	wait
	rm -rf "$dir"
}
trap cleanup EXIT
status=0
export LC_ALL=C.UTF-8
unset COLUMNS
# shellcheck source=tests/cli/expect.sh
. ./expect.sh

# asked COMMAND FORMAT: what else is asked of it, a line for each; "-" is
# nothing.
asked() {
	case $1 in
	list) echo --all ;;
	show) printf '%s\n' 1 4 ;;
	export) printf '%s\n' --all '--all --tls' ;;
	failures) printf '%s\n' '--by source' '--by sender' '--by reporter' \
	    '--by day' '--by reason' '--source 203.0.113.66' ;;
	senders) printf '%s\n' - --why '--by source' ;;
	leaks)
		printf '%s\n' - --names --why --selectors
		[ "$2" != table ] || echo --advice
		;;
	check) echo input ;;
	digest) echo '--since 2026-03-09 --until 2026-03-10' ;;
	html) echo '--all --output -' ;;
	doctor) printf '%s\n' - --deep ;;
	prune) printf '%s\n' - '--older-than 30d' '--older-than 30d --apply' ;;
	backup | restore) echo "$dir/copy.db" ;;
	*) echo - ;;
	esac
}

# The formats of a command, or "plain".
formats() {
	"$program" complete -- "$1" --format '' | grep . || echo plain
}

# Numbers of this machine, and of this day; a page's text without its form.
steady() {
	sed -E -e 's/h:[0-9a-f]{10}/h:PSEUDONYM/g' -e 's/[0-9]+ MB are free/N MB are free/' \
	    -e 's/(grows by about) [0-9.]+ MB/\1 N MB/' \
	    -e 's/[0-9.]+ MB, of which [0-9.]+ MB/N MB, of which N MB/' \
	    -e 's/: [0-9.]+ MB$/: N MB/' \
	    -e 's/^((reports_)?(start_time|commit)_seconds.*[ ,])[0-9.e-]+$/\1N/' \
	    -e 's/^(workers[ ,"].*[ ,]|reports_workers )[0-9]+$/\1N/' \
	    -e 's/("workers", .*"value": ")[^"]*/\1N/' \
	    -e 's/("(start_time|commit)_seconds.*"value": ")[^"]*/\1N/' |
	    if [ "$1" = html ]; then
		    sed -E -e '/<style>/,/<\/style>/d' \
			-e '/<script>/,/<\/script>/d' -e '/<meta/d' \
			-e 's/(Made on ).*20[0-9-]{8}.*( by reports )[0-9.]+[0-9]/\1DAY\2VERSION/' \
			-e 's/<[^>]*>/ /g; s/ +/ /g' | grep -v '^ *$'
	    elif [ "$1" = status ]; then
		    sed -E 's/ +/ /g'
	    else
		    cat
	    fi
}

# print COMMAND FORMAT COLUMNS WORD...
print() {
	local command=$1 format=$2 columns=$3
	shift 3
	[ "$format" = plain ] || set -- "$@" --format "$format"
	echo
	echo "# $columns columns: $command $*" | sed "s|$dir|DIR|g"
	COLUMNS=$columns tell "$program" --config reports.conf "$command" "$@" |
	    steady "$command"
}

# forms COMMAND: all of it
forms() {
	local format words columns
	# restore wants what backup makes.
	[ "$1" != restore ] || "$program" backup "$dir/copy.db" >/dev/null
	for format in $(formats "$1"); do
		while read -r words; do
			[ "$words" != - ] || words=
			for columns in 80 200; do
				# shellcheck disable=SC2086 # words
				print "$1" "$format" $columns $words
				# Others have no width.
				case $format-$1 in
				table-* | plain-doctor) ;;
				*) break ;;
				esac
			done
		done < <(asked "$1" "$format")
	done
	rm -f "$dir/copy.db"
}

start_listener() {
	"$program" listen --socket "$dir/lmtp" 2>"$dir/listener" &
	listener=$!
	for _ in $(seq 500); do
		[ ! -S "$REPORTS_DB.status" ] || return
		sleep 0.02
	done
	cat "$dir/listener"
	status=1
}

mkdir "$dir/nothing"
for command in $("$program" complete -- ''); do
	case $command in
	# A server, and what has a test of its own: golden, pages.
	listen | import | help) continue ;;
	esac
	{
		export REPORTS_DB="$dir/reports.db"
		"$program" import input >/dev/null 2>&1
		[ "$command" != status ] || start_listener
		forms "$command"
		printf '\n\n# Where there is nothing.\n'
		REPORTS_DB=$dir/empty.db
		"$program" import "$dir/nothing" >/dev/null 2>&1
		forms "$command"
		rm -f "$dir"/*.db*
	} >"$dir/forms"
	mv "$dir/forms" "$dir/got"
	same "forms-$command"
done

# No line for 80 columns is longer, but for values that nobody may cut.
awk '/^# /{on = /^# 80 columns: .*table|^# 80 columns: (doctor|digest|prune)/}
    on && !/^(# |stderr: )/' expect/forms-* >"$dir/narrow"
if [ "$(wc -L <"$dir/narrow")" -gt 80 ]; then
	echo 'wider than 80 columns:'
	awk 'length($0) > 80' "$dir/narrow"
	status=1
fi
# Nothing that people read may harm a terminal.
if LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]' \
    expect/forms-*; then
	echo 'control characters'
	status=1
fi
all_said expect/forms-*
exit $status
