#!/bin/sh
# A check that cannot fail is none: gives tests/layers.sh a tree with one
# thing wrong at a time, and tests/run.sh a test program that leaks.
#
# usage: selftest.sh TESTS-DIR [LEAKING-PROGRAM]
tests=$1
leaks=${2-}
tree=$(mktemp -d) || exit 2
trap 'rm -rf "$tree"' EXIT
status=0

# fails TEXT COMMAND...: the command fails and says the text
fails() {
	text=$1
	shift
	if said=$("$@" 2>&1); then
		echo "did not fail: $text"
		status=1
	elif ! echo "$said" | grep -qF -- "$text"; then
		printf 'did not say: %s\nbut: %s\n' "$text" "$said"
		status=1
	fi
}

# refuses FILE LINE TEXT: layers.sh refuses the tree with that file in it
refuses() {
	printf '%s\n' "$2" >"$tree/$1"
	fails "$1:1: $3" sh "$tests/layers.sh" "$tree"
	rm "$tree/$1"
}

for folder in base parse ingest store analysis cli; do
	mkdir "$tree/$folder"
	echo '#include "base/bytes.h" /* as for printf */' >"$tree/$folder/a.c"
done
echo '#include <sqlite3.h>' >>"$tree/store/a.c"
echo '#include "store/store.h"' >>"$tree/cli/a.c"
echo 'printf("%d", 1);' >>"$tree/cli/a.c"
echo 'fprintf(out, "%d", 1);' >>"$tree/store/a.c"
if ! said=$(sh "$tests/layers.sh" "$tree"); then
	printf 'refused a good tree: %s\n' "$said"
	status=1
fi

no='must not include'
refuses base/b.c '#include "parse/report.h"' "$no parse/report.h"
refuses parse/b.c '#include "store/store.h"' "$no store/store.h"
refuses ingest/b.h '#include "store/store.h"' "$no store/store.h"
refuses store/b.c '#  include "analysis/own.h"' "$no analysis/own.h"
refuses analysis/b.c '#include "store/query.h"' "$no store/query.h"
refuses store/b.c '#include "cli/command.h"' "$no cli/command.h"
refuses ingest/b.c '#include "../store/store.h"' "$no ../store/store.h"
refuses store/b.c '#include "store.h"' "$no store.h"
refuses cli/b.c '#include <sqlite3.h>' "$no sqlite3.h"
refuses cli/b.c '#include "sqlite3.h"' "$no sqlite3.h"
refuses ingest/b.c '#include <libxml/parser.h>' "$no libxml/parser.h"
refuses store/b.c '#include <jansson.h>' "$no jansson.h"
refuses ingest/b.c '#include <libsmartcols.h>' "$no libsmartcols.h"
refuses parse/b.c '#include <archive_entry.h>' "$no archive_entry.h"
refuses cli/b.c '#include <event2/event.h>' "$no event2/event.h"
refuses store/b.c '	printf("%d", 1);' 'only cli/ prints'
refuses ingest/b.c 'fputs("", stdout);' 'only cli/ prints'

fails 'a b' sh "$tests/run.sh" sh -c 'echo a b; exit 3'
if [ -n "$leaks" ]; then
	if ! said=$("$leaks" 2>&1); then
		printf 'the leaking test should pass by itself: %s\n' "$said"
		status=1
	fi
	fails 'detected memory leaks' sh "$tests/run.sh" "$leaks"
fi
exit $status
