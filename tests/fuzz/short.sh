#!/bin/sh
# A short run of every fuzz target, the same on every machine: the inputs follow
# from the fixtures and the numbers here. Neither from the time (libFuzzer
# rereads its corpus each second, and looks for leaks when another thread of it
# had memory; at the end it does so in any case), nor from where the program was
# loaded (what it learns from comparisons may be an address).
# shellcheck source=tests/fuzz/common.sh
. "$(dirname "$0")/common.sh"

corpus=$(mktemp -d) || exit 2
trap 'rm -rf "$corpus"' EXIT
status=0

for name in $(targets); do
	if ! said=$(fuzz "$name" "$corpus/$name" -runs=10000 -seed=1 \
	    -reload=0 -detect_leaks=0 -use_cmp=0 -timeout=120 2>&1); then
		echo "$name:"
		echo "$said" | tail -n 60
		status=1
		continue
	fi
	# What two runs of the same must agree on.
	echo "$name: $(echo "$said" | sed -n 's/.*DONE *\(.*\) lim:.*/\1/p')"
done
exit "$status"
