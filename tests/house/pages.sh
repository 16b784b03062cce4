#!/bin/sh
# The pages agree with each other: links lead to files that are there, files of
# the project that they name exist, and the short form of Postfix's configuration in README.md says nothing that
# docs/postfix.md, which is tested, does not say.
dead=$(
	grep -o '](\([^)#]*\)' ./*.md docs/*.md | sed 's/:\](/ /' |
	while read -r page link; do
		case $link in
		http*) continue ;;
		esac
		[ -e "$(dirname "$page")/$link" ] || echo "$page: no $link"
	done
)
# shellcheck disable=SC2016 # the backquotes are those of the pages
dead="$dead$(
	grep -noE '`(tests|docs|dist|scripts|debian|base|parse|ingest|store|analysis|cli)/[^` ]*`' \
	    ./*.md docs/*.md | tr -d '`' |
	while IFS=: read -r page line file; do
		[ -e "$file" ] || [ -e "$file.h" ] || [ -e "$file.c" ] || echo "$page:$line: no $file"
	done
)"
status=0
[ -z "$dead" ] || { echo "$dead"; status=1; }

if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning docs/*.7 || status=1
fi

# What is indented, from the first file's name to the command.
lines=$(sed -n '\|^    # /etc/postfix/main.cf|,\|^$|p' README.md)
[ -n "$lines" ] || { echo 'README.md: where is main.cf?'; status=1; }
echo "$lines" | awk '
{ $1 = $1 }
FILENAME == "docs/postfix.md" { known[$0] = 1; next }
!($0 in known) { print "README.md, not docs/postfix.md: " $0; failed = 1 }
END { exit failed }' docs/postfix.md - || status=1

exit $status
