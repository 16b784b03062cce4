#!/bin/sh
# Worlds with known truth: what is said of them is right, and the records that
# are named say so. The seeds are fixed, so that a rule that gets worse shows.
# For more of them: tests/worlds/run.sh build/release/reports $(seq 100 140)
#
# usage: run.sh PROGRAM [SEED...]
program=$(realpath "$1")
shift
cd "$(dirname "$0")" || exit 2
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
status=0

conf() {
	python3 -c 'if True:
	    import json, sys
	    t = json.load(sys.stdin)
	    print("[domains]\nown =", ", ".join(t["policy_domains"]))
	    print("[networks]\nown =", ", ".join(t["own_networks"]))'
}

# look KIND SEED: of a world of that kind
look() {
	world=$dir/$1$2
	python3 "$1world.py" --seed "$2" --days 45 --out "$world" || exit 2
	conf <"$world/truth.json" >"$world/conf"
	reports() {
		"$program" --config "$world/conf" --db "$world/db" "$@"
	}
	reports import "$world/reports" >"$world/import" || exit 2
	reports senders --all --format csv >"$world/senders.csv" &&
	    reports leaks --all --names --format csv >"$world/leaks.csv" &&
	    reports senders --all --why --format csv >"$world/why.csv" ||
	    status=1
	python3 why.py "$2" "$world/db" "$world/why.csv" || status=1
	rm -rf "$world/reports"
}

[ $# -gt 0 ] || set -- 1 2 5
for kind in hard mail; do
	for seed in "$@"; do
		look $kind "$seed"
	done
	python3 score.py --demand "$dir/$kind"* || status=1
done

# Names are withheld unless asked for, and the key is nobody else's.
reports leaks --all --format csv >"$dir/withheld.csv" || status=1
cut -d, -f6,16,18 "$dir/withheld.csv" | tail -n +2 | tr ',' '\n' |
    grep -v -e '^$' -e '^h:[0-9a-f]\{10\}$' && {
	echo 'names are not withheld'
	status=1
}
[ "$(stat -c %a "$world/db.key")" = 600 ] || {
	echo 'the key can be read by others'
	status=1
}
reports leaks --all --format csv | cmp - "$dir/withheld.csv" || status=1
reports leaks --all --fail-on solo >"$dir/out" 2>&1
[ $? -eq 1 ] || {
	echo '--fail-on solo does not fail'
	status=1
}
exit $status
