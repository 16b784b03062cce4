# shellcheck shell=sh
# For short.sh and long.sh: builds the targets and runs one.

cd "$(dirname "$0")/../.." || exit 2
build=build/fuzz
mkdir -p build
{ cmake --preset fuzz && cmake --build --preset fuzz; } >"$build.log" 2>&1 ||
	{ tail -n 40 "$build.log"; exit 2; }

# targets: their names
targets() {
	sed -n 's/^\([a-z][a-z]*\) .*/\1/p' tests/fuzz/targets
}

# seeds NAME: the folders it starts from
seeds() {
	sed -n "s/^$1 [a-z]* //p" tests/fuzz/targets | tr ' ' '\n' |
	sed 's|^|tests/fixtures/|'
}

# list_seeds NAME: all their files, in one order everywhere, as libFuzzer wants
# them; of folders it takes the order from the file system
list_seeds() {
	# shellcheck disable=SC2046 # the folders have no blanks
	find $(seeds "$1") -type f | LC_ALL=C sort | paste -s -d , |
	tr -d '\n'
}

# fuzz NAME CORPUS ARGUMENT...: what is new goes to the folder CORPUS, an input
# that fails to build/fuzz/crash-* and the like
fuzz() {
	name=$1
	corpus=$2
	shift 2
	[ ! -e "tests/fuzz/$name.dict" ] ||
		set -- "$@" "-dict=tests/fuzz/$name.dict"
	mkdir -p "$corpus"
	list_seeds "$name" >"$build/$name.seeds"
	# The sanitizer keeps what was freed, which is not the program's memory.
	ASAN_OPTIONS=quarantine_size_mb=64 \
	    "$build/tests/fuzz/fuzz_$name" -timeout=10 -rss_limit_mb=512 \
	    -malloc_limit_mb=256 -print_final_stats=1 -verbosity=1 \
	    "-artifact_prefix=$build/" "-seed_inputs=@$build/$name.seeds" \
	    "$@" "$corpus"
}
