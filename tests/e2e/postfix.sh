#!/bin/bash
# The program behind a real Postfix, with the configuration of docs/postfix.md:
# mail goes in by SMTP, and `reports list` has to show what was in it, while
# the listener runs, after it was away, and when all of it is sent again.
#
# With SHARED_CORPUS, a folder of collected samples and what another reader
# found in them (stdlib-oracle.tsv), its mails are sent as well.
#
# usage: postfix.sh PROGRAM
set -u
program=$(realpath "$1")
tests=$(realpath "$(dirname "$0")/..")
corpus=${SHARED_CORPUS:-$tests/../../shared/corpus}

skip() {
	echo "skipped: $*"
	exit 77
}
fail() {
	echo "FAILED: $*"
	cat "$dir/listener.log"
	grep -E 'fatal|error|warning|panic|status=(deferred|bounced)' \
	    "$dir/mail.log" | tail -n 20
	exit 1
}

PATH=$PATH:/usr/sbin
export LC_ALL=C.UTF-8
for tool in postfix swaks sqlite3; do
	command -v $tool >/dev/null || skip "there is no $tool"
done
[ "$(id -u)" -eq 0 ] || skip 'only root can start Postfix'

# Postfix gives up being root, so it has to be able to search this.
dir=$(mktemp -d)
chmod 755 "$dir"
mkdir "$dir/etc" "$dir/spool" "$dir/data" "$dir/run"
chown postfix "$dir/data"
touch "$dir/listener.log" "$dir/mail.log"
listener=
cleanup() {
	postfix -c "$dir/etc" stop >"$dir/stop" 2>&1
	[ -z "$listener" ] || kill "$listener" 2>/dev/null
	wait
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

socket=$dir/run/lmtp
reports() {
	"$program" --config "$dir/etc/reports.conf" --db "$dir/reports.db" "$@"
}

# until_true SECONDS COMMAND...: asks again until the command says yes
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# Ends the wait as well when there is nothing to wait for any more.
has_begun() {
	[ -S "$socket" ] || ! kill -0 "$listener" 2>/dev/null
}
listener_start() {
	"$program" --config "$dir/etc/reports.conf" --db "$dir/reports.db" \
	    listen --socket "$socket" >>"$dir/listener.log" 2>&1 &
	listener=$!
	until_true 20 has_begun
	[ -S "$socket" ] || fail 'the listener does not start'
}
listener_stop() {
	kill "$listener"
	wait "$listener" || fail "the listener ended with status $?"
	listener=
}

# The port is free if nobody answers.
port=$((20000 + $$ % 20000))
while (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
	port=$((port + 1))
done

# block FILE: the lines that the page gives for /etc/FILE
block() {
	awk -v file="# /etc/$1" '
	/^```/ { inside = 0 }
	inside { print }
	$0 == file { inside = found = 1 }
	END { exit !found }' "$tests/../docs/postfix.md" |
	sed -e "s|/etc/postfix|$dir/etc|g" -e "s|/run/reports/lmtp|$socket|g"
	[ "${PIPESTATUS[0]}" -eq 0 ] || fail "docs/postfix.md has no $1"
}

# First what any Postfix has, reduced to a loopback, then what the page says.
{
	cat <<END
compatibility_level = 3.6
queue_directory = $dir/spool
data_directory = $dir/data
maillog_file = $dir/mail.log
maillog_file_prefixes = $dir
myhostname = mx.example.org
mydestination =
mynetworks =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
disable_dns_lookups = yes
smtpd_peername_lookup = no
END
	block postfix/main.cf
} >"$dir/etc/main.cf"
{
	cat <<END
127.0.0.1:$port inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
showq unix n - n - - showq
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
END
	block postfix/master.cf
} >"$dir/etc/master.cf"
block postfix/reports >"$dir/etc/reports"
block reports/reports.conf >"$dir/etc/reports.conf"
unset REPORTS_DB

answers() {
	(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null
}
postfix -c "$dir/etc" start >"$dir/start" 2>&1 ||
    { cat "$dir/start"; fail 'Postfix does not start'; }
until_true 20 answers || fail 'Postfix does not answer'

# inject FILE ADDRESS: sends a mail as it is, to Postfix
inject() {
	# swaks itself ends the line of the last dot.
	LC_ALL=C awk '
	{ sub(/\r$/, ""); sub(/^\./, ".."); printf "%s\r\n", $0 }
	END { printf "." }' "$1" >"$dir/data.smtp"
	swaks --silent 2 --server 127.0.0.1 --port "$port" \
	    --helo client.example --from sender@client.example --to "$2" \
	    --no-data-fixup --data @"$dir/data.smtp" ||
	    fail "Postfix does not take $1"
}
# address FILE: whom one of our own mails is for
address() {
	sed -n 's/^To: *<\{0,1\}\([^>]*\)>\{0,1\}$/\1/p;/^$/q' "$1"
}
inject_all() {
	local mail
	for mail; do
		inject "$mail" "$(address "$mail")"
	done
}

# How many messages wait in one of Postfix's queues.
waiting() {
	find "$dir/spool/incoming" "$dir/spool/active" "$dir/spool/deferred" \
	    -type f | wc -l
}
is_delivered() {
	[ "$(waiting)" -eq 0 ]
}
is_deferred() {
	[ "$(find "$dir/spool/deferred" -type f | wc -l)" -eq "$1" ]
}

# expect_mails WHEN: the list is that of mail.csv
expect_mails() {
	reports list --all --format csv >"$dir/list.csv" ||
	    fail "$1: reports list ended with status $?"
	sqlite3 :memory: -cmd ".import --csv $tests/e2e/mail.csv wanted" \
	    -cmd '.mode list' 'SELECT * FROM wanted ORDER BY 1, 2' \
	    >"$dir/wanted"
	sqlite3 :memory: -cmd ".import --csv $dir/list.csv list" \
	    -cmd '.mode list' 'SELECT org_name, report_id, domain, records,
	    messages FROM list ORDER BY 1, 2' >"$dir/got"
	diff "$dir/wanted" "$dir/got" || fail "$1: the list is another one"
	echo "ok: $1"
}

mails=("$tests"/fixtures/mail/*.eml)
half=$((${#mails[@]} / 2))

listener_start
inject_all "${mails[@]:0:half}"
until_true 60 is_delivered || fail 'mail stays in the queue'

listener_stop
inject_all "${mails[@]:half}"
until_true 60 is_deferred $((${#mails[@]} - half)) ||
    fail 'mail is not deferred while the listener is away'
listener_start
postqueue -c "$dir/etc" -f || fail 'postqueue cannot flush'
until_true 60 is_delivered || fail 'deferred mail is not delivered'
expect_mails 'half of the mails while the listener was away'

# The page everybody reads first shows what these mails come to.
reports summary | sed 's/^..*/    &/' >"$dir/summary"
awk '/^[^ ]/ || /^    \$ / { inside = 0 }
inside { print }
$0 == "    $ reports summary" { inside = 1 }' "$tests/../README.md" >"$dir/shown"
diff -B "$dir/shown" "$dir/summary" || fail 'README.md shows another summary'

inject_all "${mails[@]}"
until_true 60 is_delivered || fail 'mail sent again stays in the queue'
expect_mails 'all mails sent again'

swaks --silent 3 --server 127.0.0.1 --port "$port" --helo client.example \
    --from sender@client.example --to other@reports.example.org \
    --quit-after RCPT >"$dir/swaks" 2>&1 &&
    fail 'Postfix takes an address that does not exist'

# Ends in order, so that leaks are looked for.
listener_stop

if [ ! -r "$corpus/stdlib-oracle.tsv" ]; then
	echo "skipped: the corpus, there is no $corpus"
	exit 0
fi

listener_start
# Of each mail, the other reader's findings have to be in the list.
awk -F '\t' '$1 ~ /\.eml$/ && !seen[$1]++ { print $1 }' \
    "$corpus/stdlib-oracle.tsv" >"$dir/corpus"
while read -r mail; do
	inject "$corpus/$mail" dmarc@reports.example.org
done <"$dir/corpus"
until_true 120 is_delivered || fail 'mail of the corpus stays in the queue'
reports list --all --format csv >"$dir/list.csv" ||
    fail "reports list ended with status $?"
sqlite3 :memory: >"$dir/missing" <<END || fail 'cannot compare with the corpus'
.import --csv $dir/list.csv list
.mode ascii
.separator "\t" "\n"
.import $corpus/stdlib-oracle.tsv oracle
.mode list
CREATE TABLE wanted AS
    SELECT path, org_or_error AS org_name, report_id,
	CASE WHEN begin GLOB '*-*' THEN strftime('%s', begin) ELSE begin END
	AS begin,
	lower(policy_domain) AS domain, CAST(rows AS INTEGER) AS records,
	CAST(sum AS INTEGER) + CASE WHEN instr(sum, '/') THEN
	    CAST(substr(sum, instr(sum, '/') + 1) AS INTEGER) ELSE 0 END
	AS messages
    FROM (SELECT *, "count_sum_or_ok/fail" AS sum FROM oracle)
    WHERE path LIKE '%.eml' AND result = 'ok';
CREATE TABLE got AS
    SELECT org_name, report_id,
	CASE WHEN begin GLOB '*-*' THEN strftime('%s', begin) ELSE begin END
	AS begin,
	domain, CAST(records AS INTEGER) AS records,
	CAST(messages AS INTEGER) AS messages
    FROM list;
SELECT * FROM wanted WHERE NOT EXISTS (
    SELECT 1 FROM got WHERE got.org_name = wanted.org_name
	AND got.report_id = wanted.report_id AND got.begin = wanted.begin
	AND got.domain = wanted.domain AND got.records = wanted.records
	AND got.messages = wanted.messages);
END
if [ -s "$dir/missing" ]; then
	echo 'Not in the list as the other reader has it:'
	cat "$dir/missing"
	fail 'the corpus'
fi
listener_stop
echo "ok: $(wc -l <"$dir/corpus") mails of the corpus"
