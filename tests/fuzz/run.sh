#!/bin/sh
# Runs the fuzz targets, each for some time or a number of inputs, beginning
# with the fixtures. What is found stays in build/fuzz/found.
#
# usage: run.sh SECONDS|runs=N [TARGET...]
cd "$(dirname "$0")/../.." || exit 2
limit=${1:?how long}
shift
mkdir -p build
if ! { cmake --preset fuzz && cmake --build --preset fuzz; } \
	>build/fuzz.log 2>&1; then
	tail -n 20 build/fuzz.log
	exit 1
fi
case $limit in
runs=*) limit="-$limit -seed=1" ;;
*) limit="-max_total_time=$limit" ;;
esac
[ $# -gt 0 ] || set -- lmtp message read report unpack value
mkdir -p build/fuzz/found
status=0
for name; do
	case $name in
	report | value) seeds='dmarc tlsrpt' ;;
	*) seeds='input mail' ;;
	esac
	folders=
	for seed in $seeds; do
		folders="$folders tests/fixtures/$seed"
	done
	dictionary=
	[ ! -e "tests/fuzz/$name.dict" ] ||
		dictionary=-dict=tests/fuzz/$name.dict
	mkdir -p "build/fuzz/corpus-$name"
	log=build/fuzz/$name.log
	# shellcheck disable=SC2086 # these are lists
	if build/fuzz/tests/fuzz/fuzz_$name $limit $dictionary -timeout=5 \
		-rss_limit_mb=1024 -max_len=20000 -print_final_stats=1 \
		-artifact_prefix=build/fuzz/found/$name- \
		"build/fuzz/corpus-$name" $folders >"$log" 2>&1; then
		echo "$name: $(grep -o 'number_of_executed_units: .*' "$log")"
	else
		echo "$name: FOUND"
		tail -n 40 "$log"
		status=1
	fi
done
exit $status
