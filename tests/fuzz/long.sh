#!/bin/sh
# Fuzzes one target after the other, all of them or those that are named, and
# stops at the first finding. What they learn is kept in build/fuzz/corpus.
#
# usage: long.sh MINUTES [TARGET...]
# shellcheck source=tests/fuzz/common.sh
. "$(dirname "$0")/common.sh"

minutes=${1:?usage: long.sh MINUTES [TARGET...]}
shift
# shellcheck disable=SC2046 # one word each
[ $# -gt 0 ] || set -- $(targets)

for name; do
	echo "$name"
	fuzz "$name" "$build/corpus/$name" "-max_total_time=$((minutes * 60))" \
	    >"$build/$name.log" 2>&1 ||
		{ tail -n 60 "$build/$name.log"; exit 1; }
	grep -E 'number_of_executed_units|average_exec' "$build/$name.log"
done
