#!/bin/sh
# The program and its pages agree: the manual has every command with its
# options, docs/output.md every column and key, in this order.
#
# usage: pages.sh PROGRAM
program=$(realpath "$1")
cd "$(dirname "$0")/../.." || exit 2
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
status=0
export REPORTS_DB="$dir/reports.db"

wrong() {
	echo "$*"
	status=1
}

commands=$("$program" help | awk '
/^$/ { blanks++ }
blanks == 2 && NF > 0 { print $1 }')
[ -n "$commands" ] || wrong 'reports help lists no commands'
for command in $commands; do
	"$program" "$command" --help >"$dir/help"
	"$program" help "$command" | cmp - "$dir/help" ||
	    wrong "$command --help is not its help"
	[ "$(wc -L <"$dir/help")" -le 80 ] ||
	    wrong "help of $command is wider than 80 columns"
done
for topic in $("$program" help topics | awk '{ print $1 }'); do
	"$program" help "$topic" >"$dir/help" || wrong "no topic $topic"
	[ "$(wc -L <"$dir/help")" -le 76 ] ||
	    wrong "topic $topic is wider than 76 columns"
done

# The manual is made of docs/manual/ and of what the program says: each command
# has a part there, and each of its options is on its page.
scripts/manual "$program" "$dir/manual" || wrong 'scripts/manual failed'
for page in docs/manual/*.mdoc; do
	name=$(basename "$page" .mdoc)
	[ "$name" = reports ] || echo "$commands" | grep -qx "$name" ||
	    wrong "$page: there is no command $name"
done
for command in $commands; do
	for option in $("$program" help "$command" | awk '
	    /^Options of every command/ { exit }
	    $1 ~ /^--/ { print $1 }'); do
		grep -q "^\.Op Fl -${option#--}\( \|$\)" \
		    "$dir/manual/reports-$command.1" ||
		    wrong "reports-$command(1): no $option in the synopsis"
		grep -q "^\.It Fl -${option#--}\( \|$\)" \
		    "$dir/manual/reports-$command.1" ||
		    wrong "reports-$command(1) does not explain $option"
	done
done
if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning "$dir"/manual/*.1 || wrong 'mandoc'
fi

# section NAME: that part of docs/output.md
section() {
	awk -v heading="## $1" '
	/^## / { inside = $0 == heading }
	inside' docs/output.md
}

# columns COMMAND...: the columns of its CSV are in its tables, in this order
columns() {
	section "$1" | sed -n 's/^| \([a-z_, ]*\) |.*/\1/p' | tr -s ', ' '\n' |
	    grep -vx -e column -e key >"$dir/page"
	"$program" "$@" --format csv 2>"$dir/stderr" | head -n 1 | tr ',' '\n' \
	    >"$dir/columns"
	[ -s "$dir/columns" ] || wrong "no columns: $*"
	awk 'FILENAME ~ /columns$/ { column[++n] = $0; next }
	{ page[++m] = $0 }
	END {
		for (i = 1; i <= n; i++) {
			while (++j <= m && page[j] != column[i])
				;
			if (j > m) {
				print "not there, or in another place: " column[i]
				exit 1
			}
		}
	}' "$dir/columns" "$dir/page" ||
	    wrong "docs/output.md: the columns of $*"
}

# keys COMMAND...: each key of its JSON is somewhere in its part
keys() {
	section "$1" >"$dir/page"
	[ "$1" != leaks ] || return 0 # no list in these
	[ "$1" != show ] || section list >>"$dir/page"
	"$program" "$@" 2>"$dir/stderr" | grep -oE '"[a-z_]+":' |
	    tr -d '":' | sort -u >"$dir/keys"
	[ -s "$dir/keys" ] || wrong "no keys: $*"
	while read -r key; do
		grep -qE "(\`|\| |, )$key(\`| \||,)" "$dir/page" ||
		    wrong "docs/output.md: $1 has no key $key"
	done <"$dir/keys"
}

"$program" import tests/cli/input >"$dir/import" 2>&1 || wrong 'import failed'
for command in summary list senders leaks; do
	columns $command --all
	keys $command --all --format json
done
for id in 1 4; do
	columns show $id
	keys show $id --format json
done
for command in failures tls; do
	columns $command --all
	keys $command --all --format json
done
for options in '' --tls; do
	columns export --all $options
	keys export --all $options --format json
done
columns quarantine
keys quarantine --format json
columns check tests/cli/input
keys check tests/cli/input --format json
"$program" show 1 --format json | python3 -m json.tool >"$dir/json" ||
    wrong 'show: not JSON'
"$program" show 4 --format jsonl | python3 -m json.tool >"$dir/json" ||
    wrong 'show: not JSON'

exit $status
