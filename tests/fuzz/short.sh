#!/bin/sh
# A short run of every fuzz target, always the same: the inputs follow from the
# seed and their number, not from the time.
# shellcheck source=tests/fuzz/common.sh
. "$(dirname "$0")/common.sh"

corpus=$(mktemp -d) || exit 2
trap 'rm -rf "$corpus"' EXIT
status=0

for name in $(targets); do
	if ! said=$(fuzz "$name" "$corpus/$name" -runs=20000 -seed=1 2>&1); then
		echo "$name:"
		echo "$said" | tail -n 60
		status=1
	fi
done
exit "$status"
