#!/bin/bash
# Real reports, where they lie beside the sources: what is known of some of
# them is found, and in all of them nothing is called a list that is none.
#
# usage: corpus.sh PROGRAM [CORPUS-DIR]
set -u
program=$(realpath "$1")
here=$(dirname "$0")
corpus=${2:-${SHARED_CORPUS:-$here/../../../shared/corpus}}
if [ ! -d "$corpus" ]; then
	echo "skipped: there is no corpus in $corpus"
	exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

# load PATH: a database of these reports alone
load() {
	rm -f "$work"/db*
	"$program" --db "$work/db" import "$corpus/$1" >"$work/import" 2>&1 || {
		cat "$work/import"
		status=1
	}
}

# lists: host, kind and confidence of what is not only possible, and parties
lists() {
	"$program" --db "$work/db" leaks --all --names --format csv |
	    awk -F, 'NR > 1 && $4 != "low" { n[$2 " " $3 " " $4]++ }
	    END { for (list in n) print list, n[list] }' | sort
}

# is SENDER CLASS
is() {
	got=$("$program" --db "$work/db" senders --all --format csv |
	    awk -F, -v sender="$1" '$2 == sender { print $3 }')
	[ "$got" = "$2" ] || {
		echo "$1 is '$got', not $2"
		status=1
	}
}

# expect WANTED: the lists
expect() {
	got=$(lists)
	[ "$got" = "$1" ] || {
		printf 'lists: %s\nnot: %s\n' "$got" "$1"
		status=1
	}
}

# A domain whose owner writes to the IETF's lists, and to one at Topicbox,
# which takes signatures out.
load stalwartlabs+mail-auth/resources/dmarc-feedback
expect 'ietf.org resign med 3
jmap.bounce.topicbox.com strip med 1'
is amazonses.com vendor
is amazon.nl service

# A vendor whose mail three recipients forward.
load domainaware+parsedmarc/samples/extract_report/nice-input.xml
expect ''
is amazonses.com vendor
is gmail.com forwarder
is rphvac.com forwarder
is connectivityu.com forwarder

# Two servers that SPF lacks, and a help desk.
load danielsen+DmarcRua/src/DmarcRua.Tests/Unit/GoogleGenerated.xml
expect ''
is ynet.zendesk.com service
is 52.124.3.0/24 unlisted
is 216.55.88.0/24 unlisted

# A server of one's own, as two receivers saw it.
load modoboa+modoboa
expect ''
is 203.0.113.0/24 own
load modoboa+modoboa-dmarc
expect ''
is 94.23.45.0/24 own

# All of them: the two lists above, no other, and none that is sure.
load .
expect 'ietf.org resign med 3
jmap.bounce.topicbox.com strip med 1'
exit $status
