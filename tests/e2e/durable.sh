#!/bin/bash
# 250 means on disk: while the disk takes no more the client is told to try
# later, and what was answered 250 is there after kill -9.
#
# usage: durable.sh PROGRAM
set -u
program=$(realpath "$1")
mails=$(realpath "$(dirname "$0")/../fixtures/mail")

skip() {
	echo "skipped: $*"
	exit 77
}
fail() {
	echo "FAILED: $*"
	cat "$dir/log" "$dir/said"
	exit 1
}
for tool in swaks sqlite3 prlimit; do
	command -v $tool >/dev/null || skip "there is no $tool"
done

dir=$(mktemp -d)
touch "$dir/log"
listener=
cleanup() {
	rm -f "$dir/locked" # what holds the lock waits for that
	[ -z "$listener" ] || kill "$listener" 2>/dev/null
	wait
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

begun=0
start() {
	begun=$((begun + 1))
	"$program" --db "$dir/db" listen --socket "$dir/socket" \
		2> >(cat >>"$dir/log") & # a pipe: it has no size to limit
	listener=$!
	for _ in $(seq 200); do
		# A socket may be there already, of one that was killed.
		[ "$(grep -c '^listening on' "$dir/log")" -ge $begun ] && return
		kill -0 "$listener" 2>/dev/null || break
		sleep 0.1
	done
	fail 'the listener does not start'
}

# says CODE FILE: what is answered to the final dot
says() {
	timeout 60 swaks --protocol LMTP --socket "$dir/socket" --from rua@a.example \
		--to rua@example.org --data "@$mails/$2" >"$dir/said" 2>&1
	# The answer to the last dot is the one before that to QUIT.
	answer=$(grep -E '^<(-|\*\*|~| ) *[0-9]{3}' "$dir/said" | tail -n 2 |
		head -n 1 | grep -oE '[0-9]{3} ?[0-9.]*' | head -n 1)
	case $answer in
	$1*) ;;
	*) fail "$2: answered '$answer', not $1" ;;
	esac
}

count() {
	sqlite3 "file:$dir/db?mode=ro" "SELECT count(*) FROM message
		WHERE message_id LIKE '%$1%'"
}

first=bigmail-zip-body second=webmail-gzip-octets third=corpmail-nested-gzip
id_of() {
	sed -n 's/^Message-ID: *<\([^@]*\)@.*/\1/Ip' "$mails/$1.eml" | head -n 1
}

start
says 250 $first.eml
[ "$(count "$(id_of $first)")" -eq 1 ] || fail 'the first is not there'

# No file may grow: what is in memory cannot be committed.
prlimit --pid "$listener" --fsize=1:unlimited
says 45 $second.eml
[ "$(count "$(id_of $second)")" -eq 0 ] || fail 'the second is there'
says 45 $third.eml
kill -0 "$listener" || fail 'the listener has ended'

# There is room again, and all is as before by itself.
prlimit --pid "$listener" --fsize=unlimited:unlimited
says 250 $second.eml
[ "$(count "$(id_of $second)")" -eq 1 ] || fail 'the second is not there once'

# Somebody else writes: later, too.
sqlite3 "$dir/db" 'BEGIN IMMEDIATE' '.shell touch '"$dir"'/locked' \
	".shell while [ -e $dir/locked ]; do sleep 0.1; done" 'ROLLBACK' &
locker=$!
until [ -e "$dir/locked" ]; do sleep 0.1; done
says 451 $third.eml
rm "$dir/locked"
wait $locker

# Nothing that was answered 250 needs the process to go on.
says 250 $third.eml
kill -9 "$listener"
wait "$listener" 2>/dev/null
for name in $first $second $third; do
	[ "$(count "$(id_of "$name")")" -eq 1 ] || fail "$name is not there once"
done
[ "$(sqlite3 "$dir/db" 'PRAGMA integrity_check')" = ok ] || fail 'damaged'

# The socket that was left behind is replaced.
start
says 250 $third.eml
[ "$(count "$(id_of $third)")" -eq 1 ] || fail 'the third is there twice'
echo 'ok: 250 means on disk'
