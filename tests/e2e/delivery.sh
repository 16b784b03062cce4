#!/bin/bash
# The ways of mail that docs/reports-delivery.7 describes, with the lines of
# that page: from a mailbox elsewhere with fetchmail, getmail and mpop, by
# Dovecot's Sieve, and from a Maildir. Pipes of Postfix are in package.sh. A way
# whose program is not installed is left out, and it says so.
#
# usage: delivery.sh PROGRAM
# shellcheck disable=SC2088,SC2317 # names on the page; called by the trap
set -u
program=$(realpath "$1")
tests=$(realpath "$(dirname "$0")/..")
page=$tests/../docs/reports-delivery.7
dir=$(mktemp -d)
listener=
server=
cleanup() {
	[ -z "$listener" ] || kill "$listener" 2>/dev/null
	[ -z "$server" ] || exec {mailbox}>&-
	wait
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM
export REPORTS_DB=$dir/files.db HOME=$dir/home LC_ALL=C.UTF-8
unset XDG_CONFIG_HOME
mkdir "$dir/home" "$dir/bin" "$dir/mail"

fail() {
	echo "FAILED: $*"
	cat "$dir/log" "$dir/listener.log"
	exit 1
}

# A program that reads no other configuration, in the place of the real one.
printf '#!/bin/sh\nexec "%s" --config "%s/conf" "$@"\n' "$program" "$dir" \
    >"$dir/bin/reports"
chmod +x "$dir/bin/reports"
# For those that are not given REPORTS_DB.
printf '[store]\npath = %s\n' "$dir/sieve/reports.db" >"$dir/conf"
PATH=$dir/bin:$PATH:/usr/sbin

# block FILE: what the page gives for it, with folders and server of this test
block() {
	awk -v file="# $1" '
	/^\.Ed/ { inside = 0 }
	inside { print }
	$0 == file { inside = found = 1 }
	END { exit !found }' "$page" |
	sed -e "s|/run/reports/lmtp|$dir/lmtp|" -e "s|/usr/bin/|$dir/bin/|" \
	    -e "s|/usr/local/lib|$dir|" -e 's/mail\.example\.org/127.0.0.1/'
	[ "${PIPESTATUS[0]}" -eq 0 ] || fail "the page has no $1"
}
listener_stop() {
	[ -n "$listener" ] || return 0
	kill "$listener"
	wait "$listener" || fail "the listener ended with status $?"
	listener=
}
# begin WAY: an empty database, and a listener for it
begin() {
	listener_stop
	REPORTS_DB=$dir/$1.db
	reports listen --socket "$dir/lmtp" 2>"$dir/listener.log" &
	listener=$!
	for ((i = 0; i < 200; i++)); do
		[ ! -S "$dir/lmtp" ] || return 0
		kill -0 $listener 2>/dev/null || break
		sleep 0.1
	done
	fail 'the listener does not start'
}
# has_come WAY: all reports are there
has_come() {
	[ "$(reports list --all --format csv | wc -l)" -eq $((wanted + 1)) ] ||
	    fail "$1: not all reports have come"
	echo "ok: $1"
}
# can PROGRAM: whether it is there
can() {
	command -v "$1" >/dev/null || {
		echo "skipped: there is no $1"
		return 1
	}
}

cp "$tests"/fixtures/mail/{receiver-rfc9990,bigmail-zip-body}.eml "$dir/mail"
reports import "$dir/mail" >"$dir/log" 2>&1 || fail 'import'
wanted=$(($(reports list --all --format csv | wc -l) - 1))
[ "$wanted" -gt 0 ] || fail 'nothing to find'
# --- a mailbox elsewhere ---

mkfifo "$dir/stop"
python3 "$tests/e2e/pop3.py" "$dir/mail" <"$dir/stop" >"$dir/port" &
server=$!
exec {mailbox}>"$dir/stop"
for ((i = 0; i < 200; i++)); do
	[ ! -s "$dir/port" ] || break
	sleep 0.1
done
port=$(cat "$dir/port")

if can fetchmail; then
	begin fetchmail
	block '~/.fetchmailrc' | sed -e "s/protocol pop3/& port $port/" \
	    -e 's/ ssl$/ sslproto ""/' >"$dir/home/.fetchmailrc"
	chmod 600 "$dir/home/.fetchmailrc"
	fetchmail --fetchmailrc "$dir/home/.fetchmailrc" --nosyslog --keep >"$dir/log" 2>&1 ||
	    fail "fetchmail: $?"
	has_come fetchmail
fi

if can getmail; then
	begin getmail
	mkdir -p "$dir/home/.config/getmail"
	block '~/.config/getmail/getmailrc' |
	    sed -e 's/SSLRetriever/Retriever/' -e "/^server/a port = $port" \
		-e '/^path/a allow_root_commands = true' \
		>"$dir/home/.config/getmail/getmailrc"
	getmail --getmaildir "$dir/home/.config/getmail" >"$dir/log" 2>&1 ||
	    fail "getmail: $?"
	grep -q 'error' "$dir/log" && fail getmail
	has_come getmail
fi

if can mpop; then
	begin mpop
	mkdir -p "$dir/home/.config/mpop"
	block '~/.config/mpop/config' | sed -e 's/^tls on/tls off/' \
	    -e "/^host/a port $port" -e '/^host/a auth user' \
	    >"$dir/home/.config/mpop/config"
	chmod 600 "$dir/home/.config/mpop/config"
	mpop --file "$dir/home/.config/mpop/config" --keep=on \
	    --uidls-file "$dir/home/uidls" >"$dir/log" 2>&1 || fail "mpop: $?"
	has_come mpop
fi

# --- Sieve ---

if can sieve-test; then
	listener_stop
	# Dovecot delivers to nobody's mailbox as root.
	user=$(id -u)
	[ "$user" -ne 0 ] || user=65534
	REPORTS_DB=$dir/sieve/reports.db
	mkdir -p "$dir/sieve-pipe" "$dir/sieve/Maildir"
	chmod 755 "$dir" "$dir/home"
	block '/usr/local/lib/sieve-pipe/reports-import' \
	    >"$dir/sieve-pipe/reports-import"
	chmod +x "$dir/sieve-pipe/reports-import"
	{
		echo "mail_location = maildir:$dir/sieve/Maildir"
		echo 'ssl = no'
		echo "mail_uid = $user"
		echo "mail_gid = $user"
		echo 'first_valid_gid = 0'
		block /etc/dovecot/conf.d/90-reports.conf
	} >"$dir/dovecot.conf"
	block '~/.dovecot.sieve' >"$dir/sieve/script.sieve"
	chown -R "$user" "$dir/sieve"
	for mail in "$dir"/mail/*; do
		sieve-test -e -c "$dir/dovecot.conf" \
		    -x '+vnd.dovecot.pipe' -r dmarc@reports.example.org \
		    "$dir/sieve/script.sieve" "$mail" >"$dir/log" 2>&1 ||
		    fail "sieve-test: $?"
	done
	chown -R "$(id -u)" "$dir/sieve"
	has_come Sieve
fi

# --- a Maildir ---

begin maildir
mkdir -p "$dir"/home/Maildir/.Reports/{cur,new,tmp}
cp "$dir"/mail/* "$dir/home/Maildir/.Reports/new"
command=$(block crontab | sed 's/^[^ ]* [^ ]* [^ ]* [^ ]* [^ ]* //')
sh -c "$command" 2>"$dir/log" || fail "cron: $?"
sh -c "$command" 2>"$dir/log" || fail "cron, again: $?"
has_come 'a Maildir by cron'

# --- what a pipe says ---

block '~/.forward' | sed -e 's/^"|//' -e 's/"$//' >"$dir/command"
sh "$dir/command" <"$dir/mail/receiver-rfc9990.eml" >"$dir/log" 2>&1 ||
    fail "a message: $?"
echo 'nothing' | sh "$dir/command" >"$dir/log" 2>&1 || fail "no report: $?"
REPORTS_DB=$dir/no/such/folder sh "$dir/command" <"$dir/mail/receiver-rfc9990.eml" \
    >"$dir/log" 2>&1
[ $? -eq 75 ] || fail 'a mistake on our side does not make mail wait'
echo 'ok: what a pipe says'

listener_stop
