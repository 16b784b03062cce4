#!/bin/sh
# What is wrong is said on standard error, in words, and by an exit status of
# sysexits(3).
#
# usage: errors.sh PROGRAM
# shellcheck disable=SC2317 # functions are called by name
program=$(realpath "$1")
cd "$(dirname "$0")" || exit 2
dir=$(mktemp -d) || exit 2
chmod 755 "$dir"
listener=
cleanup() {
	[ -z "$listener" ] || kill "$listener" 2>/dev/null
	wait
	rm -rf "$dir"
}
trap cleanup EXIT
status=0
export REPORTS_DB="$dir/reports.db"

# fails STATUS TEXT COMMAND...: that status, and TEXT on standard error
fails() {
	wanted=$1
	text=$2
	shift 2
	"$@" >"$dir/stdout" 2>"$dir/stderr"
	got=$?
	if [ $got -ne "$wanted" ]; then
		echo "status $got, not $wanted: $*"
		cat "$dir/stderr"
		status=1
	fi
	if [ -n "$text" ] && ! grep -qF -- "$text" "$dir/stderr"; then
		echo "does not say '$text': $*"
		cat "$dir/stderr"
		status=1
	fi
}

reports() {
	"$program" --config "$dir/conf" "$@"
}
: >"$dir/conf"

# the command line
fails 64 "no command; 'reports help' has the list" reports
fails 64 "unknown command 'frob'" reports frob
fails 64 "did you mean 'list'?" reports lits
fails 64 "unknown option '--frob'; see 'reports help list'" reports list --frob
fails 64 "unknown option '--frob'; see 'reports help'" reports --frob list
fails 64 "'--limit' wants an argument" reports list --limit
fails 64 "--verified: 'forged' is none of verified," \
    reports list --verified verified,forged
fails 64 "--verified: '' is none of verified," reports summary --verified ''
fails 64 'missing argument; usage: reports show ID' reports show
fails 64 'missing argument; usage: reports import PATH ...' reports import
fails 64 'unexpected argument; usage: reports list' reports list 17
fails 64 "unknown command 'frob'" reports help frob
fails 64 'nothing to listen on; give --socket' reports listen

# no database, and one without reports
fails 66 "'reports import' or 'reports listen' makes one" reports list
fails 66 'no-such-folder' reports --db "$dir/no-such-folder/db" import input
printf '' | fails 0 '' reports import -
fails 0 'There are no reports yet' reports summary
fails 0 'There are no reports yet' reports list --all
fails 0 'There are no reports yet' reports summary --format csv
grep -q '^kind,domain,' "$dir/stdout" || { echo 'CSV has no header'; status=1; }
for command in summary list; do
	fails 0 'There are no reports yet' reports $command --format json
	python3 -m json.tool "$dir/stdout" >"$dir/json" || status=1
done

# dates
fails 64 'write 2026-01-31, yesterday' reports list --since soon
fails 64 'write 2026-01-31, yesterday' reports summary --until 2026-02-30
fails 64 '--until is before --since' \
    reports list --since 2026-01-02 --until 2026-01-01

# reports
fails 0 'kept aside (xml-truncated)' reports import input
fails 66 'there is no report 999' reports show 999
fails 64 "'abc' is not the number of a report" reports show abc
fails 64 "'-1'" reports show -- -1

# paths that are not there do not stop the others
fails 66 "'$dir/missing'" reports import "$dir/missing" input
grep -q '^read 7 inputs: 7 known; 1 unreadable$' "$dir/stdout" ||
    { cat "$dir/stdout"; status=1; }

# configuration
fails 66 "cannot read '$dir/no.conf'" "$program" --config "$dir/no.conf" list
printf '[listen]\nsocked = x\n' >"$dir/bad.conf"
fails 78 "bad.conf:2: unknown key 'socked' in [listen]; known are: socket" \
    "$program" --config "$dir/bad.conf" list
fails 78 'bad.conf:2' "$program" list --config "$dir/bad.conf"
printf '[store]\npath = %s\n' "$dir/missing.db" >"$dir/store.conf"
fails 66 "'$dir/missing.db'" \
    env -u REPORTS_DB "$program" --config "$dir/store.conf" list
fails 0 '' "$program" --config "$dir/store.conf" list

# other people's databases
echo 'this is a text, and long enough to be taken for a header or so' >"$dir/text"
fails 65 'is not a database' reports --db "$dir/text" list
fails 65 'is not a database' reports --db "$dir/text" import input
fails 65 'is a folder' reports --db "$dir" list
if command -v sqlite3 >/dev/null; then
	sqlite3 "$dir/other.db" 'CREATE TABLE t (a); PRAGMA user_version = 3'
	fails 65 'another program' reports --db "$dir/other.db" list
	fails 65 'another program' reports --db "$dir/other.db" import input
fi

# permissions, which root does not feel
mkdir "$dir/closed"
echo x >"$dir/closed/x"
chmod 0 "$dir/closed"
if [ "$(id -u)" -eq 0 ]; then
	nobody() {
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	}
else
	nobody() {
		"$@"
	}
fi
mkdir -m 777 "$dir/open"
if nobody test -x "$program"; then
	fails 77 "'$dir/closed" nobody "$program" --config "$dir/conf" \
	    --db "$dir/open/db" import "$dir/closed"
	chmod 600 "$dir/reports.db"
	[ "$(id -u)" -ne 0 ] || fails 77 "cannot open '$dir/reports.db'" \
	    nobody "$program" --config "$dir/conf" list
fi
chmod 700 "$dir/closed"

# output
fails 75 'cannot write the output' sh -c "'$program' list --all >/dev/full"
fails 75 'cannot write the output' sh -c \
    "'$program' show 1 --format json >/dev/full"
fails 0 '' sh -c "'$program' list --all --format csv | head -n 1"
[ ! -s "$dir/stderr" ] || { echo 'a closed pipe is told'; status=1; }

# the socket
"$program" --config "$dir/conf" listen --socket "$dir/lmtp" \
    2>"$dir/listener.log" &
listener=$!
waited=0
until [ -S "$dir/lmtp" ] || [ $waited -gt 100 ]; do
	waited=$((waited + 1))
	sleep 0.1
done
grep -q '^listening on ' "$dir/listener.log" ||
    { cat "$dir/listener.log"; status=1; }
fails 69 "cannot listen on '$dir/lmtp'" reports listen --socket "$dir/lmtp"
fails 0 '' reports list
kill "$listener"
wait "$listener" || { echo "the listener ends with $?"; status=1; }
listener=
[ ! -e "$dir/lmtp" ] || { echo 'the socket is left over'; status=1; }
fails 78 'is not a socket' reports listen --socket "$dir/text"
[ -f "$dir/text" ] || { echo 'a file was taken for a socket'; status=1; }

# what is no file is not replaced by one
mkfifo "$dir/fifo"
mkdir "$dir/folder"
reports --db "$dir/whole.db" import input/1-rich.xml >/dev/null
for there in fifo folder; do
	[ $there = folder ] || fails 64 'is no file' \
	    reports html --all --output "$dir/$there"
	fails 64 '--state: ' timeout 10 "$program" --config "$dir/conf" \
	    summary --all --fail-on failures --state "$dir/$there"
	fails 64 'is no file' \
	    reports --db "$dir/$there" restore "$dir/whole.db"
done
if ! [ -p "$dir/fifo" ] || ! [ -d "$dir/folder" ]; then
	echo 'what was no file is gone'
	status=1
fi

# a signal ends an import when what it has read is stored, unless ignored
python3 - "$program" "$dir" <<'END' || status=1
import signal, subprocess, sys
program, folder = sys.argv[1:]
report = open('input/1-rich.xml').read()
for n in range(400):
    with open(f'{folder}/many-{n}.xml', 'w') as file:
        file.write(report.replace('rich-1@', f'rich-many-{n}@'))
paths = [f'{folder}/many-{n}.xml' for n in range(400)]
for ignored in False, True:
    db = f'{folder}/signal-{ignored}.db'
    how = signal.SIG_IGN if ignored else signal.SIG_DFL
    # sent as soon as the trouble of the first path is told
    run = subprocess.Popen(
        [program, '--config', f'{folder}/conf', '--db', db, 'import',
         'input/5-cut-off.xml'] + paths,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, how))
    told = run.stderr.readline()
    assert 'kept aside' in told, told
    run.send_signal(signal.SIGINT)
    out, told = run.communicate()
    read = int(out.split()[1])
    listed = subprocess.run(
        [program, '--db', db, 'list', '--all', '--format', 'csv'],
        capture_output=True, text=True).stdout.count('\n') - 1
    assert listed == read - 1, (listed, out)
    if ignored:
        assert run.returncode == 0 and read == 401, (run.returncode, out)
    else:
        assert run.returncode == -signal.SIGINT, (run.returncode, out)
        assert 'interrupted' in told and read < 401, (told, out)
END

exit $status
