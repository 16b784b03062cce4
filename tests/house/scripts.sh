#!/bin/sh
# Gives every shell script of the project to shellcheck.
find scripts .ci debian tests -type f ! -path 'tests/fixtures/*' |
while read -r file; do
	case $(head -n 1 "$file") in
	'#!/bin/sh' | '#!/bin/bash' | '#!/usr/bin/env bash') echo "$file" ;;
	esac
done | xargs shellcheck -x
