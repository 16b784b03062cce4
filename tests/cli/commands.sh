#!/bin/bash
# Every command that a page shows without a $ is run by a test: by this one,
# with folders of its own, or by those that a comment before it names,
# <!-- run by FILE, FILE -->, of which one has the command in it or reads the
# page. What no test can run says why, <!-- by hand: REASON -->. What stands
# behind a $ is for docs.sh.
#
# usage: commands.sh PROGRAM
set -u
program=$(realpath "$1")
cd "$(dirname "$0")/../.." || exit 2
dir=$(mktemp -d) || exit 2
# shellcheck disable=SC2317 # called by the trap
cleanup() {
	[ ! -s "$dir/listener" ] || kill "$(cat "$dir/listener")"
	wait
	rm -rf "$dir"
}
trap cleanup EXIT
status=0
wrong() {
	echo "$*"
	status=1
}
export LC_ALL=C.UTF-8 HOME=$dir/home
mkdir -p "$dir/bin" "$dir/lib" "$dir/backups" "$dir/home/Maildir/.Reports/new"
cp tests/fixtures/mail/* "$dir/home/Maildir/.Reports/new"

# --- a machine with a listener, and what an operator has at hand ---

cat >"$dir/conf" <<END
[domains]
own = example.org example.net example.com
[authentication]
authserv_id = mx.example.org
[store]
path = $dir/lib/reports.db
[prune]
older_than = 13m
END
cat >"$dir/bin/reports" <<END
#!/bin/sh
exec "$program" --config "$dir/conf" "\$@"
END
cat >"$dir/bin/systemctl" <<END
#!/bin/sh
pid=\$(cat "$dir/listener" 2>/dev/null)
stop() {
	kill "\$pid"
	while kill -0 "\$pid" 2>/dev/null; do sleep 0.05; done
	: >"$dir/listener"
}
start() {
	reports listen --socket "$dir/lmtp" 2>>"$dir/log" &
	echo \$! >"$dir/listener"
	while [ ! -S "$dir/lmtp" ]; do sleep 0.05; done
}
case "\$*" in
'stop reports') stop ;;
'start reports') start ;;
'reload reports') kill -HUP "\$pid" ;;
*) echo "systemctl \$*: not known here" >&2; exit 1 ;;
esac
END
printf '#!/bin/sh\ncat "%s/log"\n' "$dir" >"$dir/bin/journalctl"
printf '#!/bin/sh\ngrep -q ^Subject:\n' >"$dir/bin/sendmail"
chmod +x "$dir"/bin/*
PATH=$dir/bin:$PATH
reports import tests/fixtures/mail >"$dir/out" 2>&1 ||
    wrong "$(cat "$dir/out")"
systemctl start reports

# --- the pages ---

# Each command with the comment before its block: page, number, comment,
# command; unit separators between.
cat >"$dir/commands.awk" <<'END'
function show(text) {
	if (is_file && text ~ command && text !~ /^[0-9*]/)
		return # a line for a file that the block names
	sub(/   +.*/, "", text) # what it does, in words
	printf "%s\037%d\037%s\037%s\n", FILENAME, FNR, mark, text
}
FNR == 1 { mark = ""; fence = inside = 0 }
/^<!-- .* -->$/ { mark = $0; next }
/^```/ { fence = !fence && /^```sh/; if (!fence) mark = ""; next }
fence { is_file = 0; show($0); next }
/^    / {
	text = substr($0, 5)
	if (!inside) {
		shown = text ~ /^\$ /
		is_file = text ~ /^# /
	}
	inside = 1
	if (!shown && text ~ command)
		show(text)
	next
}
NF > 0 { if (inside) mark = ""; inside = 0; if (!/^<!--/) mark = "" }
END
words='reports|scripts/[a-z]+|tests/[a-z/]+|apt-get|cmake|ctest|dpkg|install'
words="$words|systemctl|systemd-[a-z]+|journalctl|postqueue|postfix|sqlite3"
command="^(($words) |($words)\$|[0-9*/]+ [0-9*/]+ [0-9*]+ [0-9*]+ [0-9*]+ )"
awk -v command="$command" -f "$dir/commands.awk" README.md CONTRIBUTING.md \
    docs/*.md >"$dir/commands"
[ "$(wc -l <"$dir/commands")" -gt 20 ] || wrong 'where are the commands?'

count=0
run() { # PLACE COMMAND
	local cron='' command=$2
	case $command in
	[0-9*]*) # of a crontab
		cron=yes
		command=$(printf '%s' "$command" |
		    sed -E 's/^([0-9*\/]+ ){5} *//') ;;
	esac
	command=$(printf '%s' "$command" | sed -e "s|/var/backups|$dir/backups|g" \
	    -e "s|/var/lib/reports|$dir/lib|g" -e "s|/usr/sbin/|$dir/bin/|g")
	# Nothing is done to the machine that this runs on.
	case $command in
	'reports '* | 'systemctl '*' reports' | 'journalctl '* | \
	'sqlite3 -readonly '*) ;;
	*)
		wrong "$1: no test runs: $2"
		return ;;
	esac
	(cd "$dir" && sh -c "$command") </dev/null >"$dir/out" 2>&1
	case $? in
	0) ;;
	1) [ -n "$cron" ] || wrong "$1: $2: status 1: $(cat "$dir/out")" ;;
	*) wrong "$1: $2: $(cat "$dir/out")" ;;
	esac
	# The page puts back that of a Tuesday.
	[ -e "$dir/backups/reports-Tue.db" ] ||
	    cp "$dir"/backups/reports-*.db "$dir/backups/reports-Tue.db" 2>/dev/null
}
is_in() { # COMMAND PAGE FILES: whether one of the files runs it
	local file words files=$3
	words=$(printf '%s' "$1" | cut -d' ' -f1,2)
	for file in ${files//,/ }; do
		[ -e "$file" ] || { wrong "there is no $file"; continue; }
		! grep -qF -e "$words" -e "$2" "$file" || return 0
	done
	return 1
}
while IFS=$(printf '\037') read -r page number mark command; do
	count=$((count + 1))
	place=$page:$number
	case $mark in
	'<!-- run by '*)
		files=${mark#<!-- run by }
		is_in "$command" "$page" "${files% -->}" ||
		    wrong "$place: ${files% -->} does not run: $command" ;;
	'<!-- by hand: '?*) ;;
	'') run "$place" "$command" ;;
	*) wrong "$place: what is $mark?" ;;
	esac
done <"$dir/commands"
echo "$count commands"
exit $status
