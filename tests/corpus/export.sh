#!/bin/bash
# The export, cell by cell, against another reader's rows of the same reports,
# where they lie beside the sources.
#
# usage: export.sh PROGRAM [CORPUS-DIR]
set -eu
here=$(dirname "$0")
corpus=${2:-${SHARED_CORPUS:-$here/../../../shared/corpus}}
if [ ! -e "$corpus/parsedmarc-aggregate.csv" ]; then
	echo "skipped: there are no rows to compare with in $corpus"
	exit 77
fi
exec python3 "$here/export.py" "$1" "$corpus"
