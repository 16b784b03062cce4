#!/bin/sh
# The program and its pages agree: docs/reports.1 has every command with its
# options and no others, docs/output.md every column and key, in this order.
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

# page_options COMMAND: the options in its synopsis, sorted
page_options() {
	awk -v command="$1" '
	$0 == ".It Xo" { item = 1 }
	item && $1 == ".Cm" && $2 == command { inside = 1 }
	$0 == ".Xc" { inside = item = 0 }
	inside && $2 == "Fl" { print "-" $3 }' docs/reports.1 | sort -u
}

# command_options COMMAND: those of its help that not every command has
command_options() {
	"$program" help "$1" | awk '
	/^Options of every command/ { exit }
	$1 ~ /^--/ { print $1 }' | sort
}

commands=$("$program" help | awk '
/^$/ { blanks++ }
blanks == 2 && NF > 0 { print $1 }')
[ -n "$commands" ] || wrong 'reports help lists no commands'
for command in $commands; do
	grep -q "^\.Cm $command\( \|$\)" docs/reports.1 ||
	    wrong "docs/reports.1 has no $command"
	page_options "$command" >"$dir/page"
	command_options "$command" >"$dir/command"
	diff "$dir/page" "$dir/command" ||
	    wrong "$command: options of docs/reports.1 (<) and help (>)"
	"$program" "$command" --help >"$dir/help"
	"$program" help "$command" | cmp - "$dir/help" ||
	    wrong "$command --help is not its help"
	[ "$(wc -L <"$dir/help")" -le 80 ] ||
	    wrong "help of $command is wider than 80 columns"
done
sed -n 's/^\.Cm \([a-z]*\).*/\1/p' docs/reports.1 | sort -u >"$dir/page"
echo "$commands" csv json jsonl table auto always never | tr ' ' '\n' | sort -u >"$dir/commands"
diff "$dir/page" "$dir/commands" || wrong 'commands of docs/reports.1 and help'
for option in $("$program" help | awk '$1 ~ /^--/ { print $1 }') \
    $(for command in $commands; do command_options "$command"; done); do
	grep -qE "^\.It Fl -${option#--}( |$)|, Fl -${option#--}( |$)" \
	    docs/reports.1 || wrong "docs/reports.1 does not explain $option"
done

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
for command in summary list; do
	columns $command --all
	keys $command --all --format json
done
for id in 1 4; do
	columns show $id
	keys show $id --format json
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

if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning docs/reports.1 || wrong 'mandoc'
fi
exit $status
