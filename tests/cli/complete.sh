#!/bin/bash
# What the shells are offered: commands, options, words, and the names that are
# in the database.
#
# usage: complete.sh PROGRAM
program=$(realpath "$1")
cd "$(dirname "$0")" || exit 2
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
status=0
export REPORTS_DB="$dir/reports.db"
mkdir "$dir/bin"
ln -s "$program" "$dir/bin/reports"
PATH=$dir/bin:$PATH

# offers EXPECTED WORD...: the candidates, with blanks between
offers() {
	expected=$1
	shift
	got=$(reports complete -- "$@" 2>&1 | tr '\n' ' ')
	[ "$got" = "$expected${expected:+ }" ] || {
		echo "complete $*: '$got', not '$expected'"
		status=1
	}
}

offers '' list --domain ''
reports import input >"$dir/import" 2>&1
offers 'listen list' lis
offers 'listen list' --db x lis
offers '--domain' list --do
offers '--socket --socket-mode' listen --soc
offers '' list --socket
offers 'csv' list --format c
offers '' listen --format c
offers '' listen --format=c
offers 'table csv json jsonl' list --format ''
offers 'csv json jsonl' export --format ''
offers 'prometheus' status --format p
offers '--format=json --format=jsonl' list --format=js
offers 'json jsonl' list --format = js
offers 'table csv json jsonl' list --format =
offers 'verified,unknown verified,unverified' list --verified verified,un
offers 'example.org' failures --domain ex
offers 'bigmail.example evil.example receiver.example' failures --reporter ''
offers 'drop' quarantine d
offers 'digest doctor dates dns' help d
offers '' list x
offers '' nonsense --fo
offers '--config --db --help --version' --

# The scripts of the shells ask in this way.
COMP_WORDS=(reports list --format c)
# shellcheck disable=SC2034 # the script uses it
COMP_CWORD=3
# shellcheck source=/dev/null
. ../../dist/completion/reports.bash
_reports
[ "${COMPREPLY[*]}" = csv ] || {
	echo "bash: ${COMPREPLY[*]}"
	status=1
}
if command -v zsh >/dev/null; then
	zsh -n ../../dist/completion/_reports || status=1
fi
exit $status
