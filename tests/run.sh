#!/bin/sh
# Runs a command and fails if a sanitizer had anything to say in any of its
# processes. Criterion runs each test in a child and does not look at how the
# child ends, so a leak, which is found at the exit, would pass unseen; so
# would one in a daemon that a script stops.
#
# usage: run.sh COMMAND [ARGUMENT...]
logs=$(mktemp -d) || exit 2
trap 'rm -rf "$logs"' EXIT
chmod 1777 "$logs" # a process may have given up being us

ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=1:log_path=$logs/log
UBSAN_OPTIONS=${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}print_stacktrace=1
export ASAN_OPTIONS UBSAN_OPTIONS

"$@"
status=$?

for log in "$logs"/*; do
	[ -e "$log" ] || continue
	cat "$log" >&2
	[ "$status" -ne 0 ] || status=1
done
exit "$status"
