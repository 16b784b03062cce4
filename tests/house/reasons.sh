#!/bin/sh
# Every reason and note code that the sources can give is in
# docs/deviations.md, and a fixture or test shows it. Keys of JSON and words of MIME look like codes and are
# told apart by the beginnings that codes have.
#
# usage: reasons.sh (from the root of the sources)
codes='not-a-report|empty-report|message-partial|no-[a-z-]+|date-range'
codes="$codes|source-ip|section-repeated|text-truncated"
codes="$codes|(xml|json|tlsrpt|gzip|zip|tar|smime|container|limit)-[a-z-]+"
codes="$codes|(record|worker|database)-[a-z-]+"
status=0
for code in $(grep -rhoE "\"($codes)\"" parse/*.c ingest/*.c store/*.h | tr -d '"' |
	sort -u); do
	case $code in
	no-policy-found) continue ;; # a policy type of RFC 8460
	esac
	grep -q "\`$code\`" docs/deviations.md || {
		echo "docs/deviations.md does not list $code"
		status=1
	}
	grep -rqE --exclude-dir=house --include='*.expect' --include='*.c' --include='*.py' \
	    --include='*.sh' "(^|[^a-z-])$code([^a-z-]|\$)" tests || {
		echo "nothing in tests/ shows $code"
		status=1
	}
done
exit $status
