#!/bin/sh
# show --original gives a report's own bytes back, however it came packed, and
# nothing else in their place.
#
# usage: original.sh PROGRAM HOSTILE
program=$(realpath "$1")
hostile=$(realpath "$2")
cd "$(dirname "$0")/../fixtures" || exit 2
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
status=0
export REPORTS_DB="$dir/reports.db"
printf '[store]\nkeep_raw = forever\n' >"$dir/conf"

wrong() {
	echo "$*"
	status=1
}

original() {
	"$program" --config "$dir/conf" show "$1" --original 2>"$dir/stderr"
}

# fails STATUS TEXT COMMAND...: with that status, TEXT on standard error and
# nothing on standard output
fails() {
	wanted=$1
	text=$2
	shift 2
	"$@" >"$dir/stdout" 2>"$dir/stderr"
	got=$?
	[ $got -eq "$wanted" ] || wrong "status $got, not $wanted: $*"
	grep -q -- "$text" "$dir/stderr" ||
	    wrong "$*: no '$text' in: $(cat "$dir/stderr")"
	[ ! -s "$dir/stdout" ] || wrong "$*: wrote something"
}

# mail NAME TYPE FILE: a message with the file attached
mail() {
	printf 'From: a@example.net\r\nContent-Type: multipart/mixed;'
	printf ' boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n'
	printf 'Content-Type: %s\r\nContent-Disposition: attachment;' "$2"
	printf ' filename=%s\r\nContent-Transfer-Encoding: base64\r\n\r\n' "$1"
	base64 "$3"
	printf '\r\n--b--\r\n'
}

# One report with its number after the other, as they are imported.
report() {
	sed "s/REPORT-ID/$1/" <<-END
		<?xml version="1.0"?>
		<feedback><report_metadata><org_name>net.example</org_name>
		<email>a@net.example</email><report_id>REPORT-ID</report_id>
		<date_range><begin>1773014400</begin><end>1773100799</end>
		</date_range></report_metadata><policy_published>
		<domain>example.org</domain><p>none</p></policy_published>
		<record><row><source_ip>192.0.2.1</source_ip><count>2</count>
		<policy_evaluated><disposition>none</disposition>
		<dkim>pass</dkim><spf>fail</spf></policy_evaluated></row>
		<identifiers><header_from>example.org</header_from>
		</identifiers><auth_results><spf><domain>example.org</domain>
		<result>fail</result></spf></auth_results></record></feedback>
	END
}

mkdir "$dir/in"
for n in 1 2 3 4 5 6; do
	report "no-$n" >"$dir/$n"
done
# A raw & has to be mended, and the bytes stay those of the sender.
sed 's/net.example</Net \& Son</' "$dir/6" >"$dir/mended" &&
    mv "$dir/mended" "$dir/6"
cp ../cli/input/4-tls.json "$dir/7"
gzip -c <../cli/input/4-tls.json >"$dir/tls.gz"

cp "$dir/1" "$dir/in/1.xml"
gzip -c <"$dir/2" >"$dir/in/2.xml.gz"
python3 - "$dir" <<'END' || exit 2
import sys
import zipfile

folder = sys.argv[1]
with zipfile.ZipFile(folder + "/in/3.zip", "w", zipfile.ZIP_DEFLATED) as file:
    file.writestr("readme.txt", "not a report")
    file.write(folder + "/3", "b.xml")
    file.write(folder + "/4", "c.xml")
END
gzip -c <"$dir/5" >"$dir/5.gz"
mail a.xml.gz application/gzip "$dir/5.gz" >"$dir/in/5.eml"
cp "$dir/6" "$dir/in/6.xml"
mail a.json.gz application/tlsrpt+gzip "$dir/tls.gz" >"$dir/in/7.eml"
# More than any reading takes: the way back from a worker has room for it.
{
	report no-8
	head -c 70000000 /dev/zero | tr '\0' '\n'
} >"$dir/8"
cp "$dir/8" "$dir/in/8.xml"

"$program" --config "$dir/conf" import "$dir/in" >"$dir/log" 2>&1
grep -q '^reports: 8 new' "$dir/log" || wrong "$(cat "$dir/log")"
for n in 1 2 3 4 5 6 7 8; do
	original $n | cmp - "$dir/$n" || wrong "$n: $(cat "$dir/stderr")"
done
"$program" --config "$dir/conf" show 6 | grep -q xml-raw-ampersand ||
    wrong 'nothing had to be mended'

# What cannot be given is said.
fails 66 'there is no report 9' "$program" show 9 --original
fails 64 'has no --format' "$program" show 1 --original --format csv
fails 66 'keep_raw' sh -c "'$program' --db '$dir/bare.db' import \
    '$dir/in/1.xml' >'$dir/log' 2>&1
    '$program' --db '$dir/bare.db' show 1 --original"

# A reader that was taken over cannot pass something else off as the report.
printf 'Hostile: forge\r\n' >"$dir/forge.eml"
cat "$dir/in/5.eml" >>"$dir/forge.eml"
"$hostile" --config "$dir/conf" --db "$dir/forge.db" import "$dir/forge.eml" \
    >"$dir/log" 2>&1
grep -q '^reports: 1 new' "$dir/log" || wrong "$(cat "$dir/log")"
fails 65 'not in what is kept' "$hostile" --db "$dir/forge.db" show 1 --original
"$program" --db "$dir/forge.db" show 1 --original | cmp - "$dir/5" ||
    wrong 'the bytes are not those of the report'
exit $status
