#!/bin/sh
# What an operator does once a month: prune, back up, restore, read again after
# an upgrade, and look whether all is well.
#
# usage: retention.sh PROGRAM
program=$(realpath "$1")
cd "$(dirname "$0")" || exit 2
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
status=0
db=$dir/reports.db
cat >"$dir/conf" <<END
[domains]
own = example.org
[store]
path = $db
keep_raw = forever
[authentication]
authserv_id = mx.example.org
[prune]
recipients_older_than = 1d
END

wrong() {
	echo "$*"
	status=1
}

# says TEXT COMMAND...: the command succeeds and its output holds that text
says() {
	text=$1
	shift
	"$program" --config "$dir/conf" "$@" >"$dir/out" 2>&1 ||
	    wrong "$*: $(cat "$dir/out")"
	grep -q -- "$text" "$dir/out" ||
	    wrong "$*: no '$text' in: $(cat "$dir/out")"
}

rows() {
	"$program" --config "$dir/conf" export --all --format csv 2>/dev/null
}

says '4 new' import input authentic/1-forged.eml
rows >"$dir/before"
says 'every sum is what its rows say' doctor --deep
says 'reports written anew' reparse
rows | cmp "$dir/before" - || wrong 'reparse changed what it did not have to'
says 'every sum is what its rows say' doctor --deep

# A copy, a loss, and back again.
says 'copy.db' backup "$dir/copy.db"
says 'would remove' prune --older-than 1d --keep-rollups 50y
rows | cmp "$dir/before" - || wrong 'a dry run changed something'
"$program" --config "$dir/conf" summary --all --format csv >"$dir/summary"
says 'removed' prune --older-than 1d --keep-rollups 50y --apply
[ "$(rows | wc -l)" -eq 1 ] || wrong 'prune left rows'
"$program" --config "$dir/conf" summary --all --format csv |
    cut -d, -f1,4-9 | sort >"$dir/pruned"
cut -d, -f1,4-9 "$dir/summary" | sort | cmp - "$dir/pruned" ||
    wrong 'prune changed sums that are kept'
"$program" --config "$dir/conf" doctor --deep 2>&1 |
    grep -q 'every sum is what its rows say' || wrong 'sums are wrong'
says ' 0 new' import input
says 'sound' restore "$dir/copy.db"
rows | cmp "$dir/before" - || wrong 'restore gave back something else'
says 'of this version already' migrate

# What can go wrong is said in words.
"$program" --config /dev/null --db "$db" prune >"$dir/out" 2>&1 &&
    wrong 'pruned without being told what'
grep -q 'older-than' "$dir/out" || wrong "prune: $(cat "$dir/out")"
"$program" --config "$dir/conf" prune --older-than 2y --keep-rollups 1y \
    >"$dir/out" 2>&1 && wrong 'kept sums for less than rows'
chmod 0644 "$db"
"$program" --config "$dir/conf" doctor >"$dir/out" 2>&1 &&
    wrong 'the doctor liked a database open to everybody'
grep -q 'chmod o=' "$dir/out" || wrong "doctor: $(cat "$dir/out")"
mkdir "$dir/open"
chmod 0777 "$dir/open"
"$program" --config "$dir/conf" --db "$dir/open/x.db" import input >"$dir/log" \
    2>&1
"$program" --config "$dir/conf" --db "$dir/open/x.db" doctor >"$dir/out" 2>&1 &&
    wrong 'the doctor liked a folder open to everybody'
grep -q 'chmod o-w' "$dir/out" || wrong "doctor: $(cat "$dir/out")"
sqlite3 "$db" 'UPDATE total_source SET messages = messages + 1' 2>/dev/null &&
    { "$program" --config "$dir/conf" doctor --deep | grep -q total_source ||
	wrong 'the doctor missed a wrong sum'; }
exit $status
