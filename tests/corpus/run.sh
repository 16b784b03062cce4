#!/bin/bash
# Real reports, where they lie beside the sources: nothing crashes, what is
# read agrees with another reader, and every input has one outcome.
#
# usage: run.sh PROGRAM [CORPUS-DIR]
set -eu
reports=$1
here=$(dirname "$0")
corpus=${2:-${SHARED_CORPUS:-$here/../../../shared/corpus}}
if [ ! -d "$corpus" ]; then
	echo "skipped: there is no corpus in $corpus"
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

status=0
"$reports" check --format jsonl "$corpus" >"$work/check.jsonl" || status=$?
[ "$status" -eq 0 ] || [ "$status" -eq 65 ] || exit 1
python3 "$here/compare.py" "$work/check.jsonl" "$corpus" "$here/exceptions"

# The closing line adds up, and a second import changes nothing.
"$reports" --db "$work/db" import "$corpus" 2>/dev/null | tee "$work/import"
awk '/^read/ {
	sum = 0
	for (i = 4; i < NF; i += 2) sum += $i
	if (sum != $2) { print "outcomes do not add up to the inputs"; exit 1 }
}' "$work/import"
before=$("$reports" --db "$work/db" list --all --format csv | sha256sum)
"$reports" --db "$work/db" import "$corpus" 2>/dev/null | tee "$work/again"
after=$("$reports" --db "$work/db" list --all --format csv | sha256sum)
inputs=$(awk '/^read/ { print $2 }' "$work/import")
grep -q "^read $inputs inputs: $inputs known$" "$work/again"
[ "$before" = "$after" ]

# One line in the list for each report that is stored.
stored=$(sed -n 's/^reports: \([0-9]*\) new, .* \([0-9]*\) in conflict.*/\1 \2/p' \
	"$work/import" | awk '{ print $1 + $2 }')
listed=$("$reports" --db "$work/db" list --all --format csv | tail -n +2 | wc -l)
[ "$stored" -eq "$listed" ] || { echo "$stored stored, $listed listed"; exit 1; }
