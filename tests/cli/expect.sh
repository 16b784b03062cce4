#!/bin/sh
# What the scripts beside this one have in common: a command says what the file
# expect/NAME holds. They have a folder of their own in $dir, and fail when
# status is not 0 at the end.
# shellcheck disable=SC2034,SC2154 # status, dir

# expect NAME COMMAND...: standard output, then standard error and status. Where
# UPDATE is set, the file becomes what was said.
expect() {
	name=$1
	shift
	tell "$@" >"$dir/got"
	same "$name"
}

# tell COMMAND...: the same on standard output, without what differs from day
# to day.
tell() {
	{
		"$@" 2>"$dir/stderr"
		code=$?
		sed 's/^/stderr: /' "$dir/stderr"
		[ $code -eq 0 ] || echo "status: $code"
	} | sed -E -e "s|$dir|DIR|g" \
	    -e 's/("received": )"[^"]*"/\1"NOW"/' \
	    -e 's/^(  received +)[0-9].*/\1NOW/' \
	    -e 's/^( *[0-9]+ )20[0-9-]{8}( +[0-9]+ input)/\1YYYY-MM-DD\2/' \
	    -e 's/^([0-9]+,[a-z]+,[^,]*,[^,]*),20[0-9TZ:-]*,/\1,NOW,/' \
	    -e 's/^([0-9]+),20[0-9TZ:-]*,/\1,NOW,/' \
	    -e 's/,20[0-9TZ:-]*Z,(unknown|verified)(,|$)/,NOW,\1\2/'
}

# all_said FILE...: each has been asked for; where UPDATE is set, others go.
all_said() {
	for file; do
		if ! grep -qx "${file#expect/}" "$dir/names"; then
			echo "$file: nothing says that any more"
			[ -z "${UPDATE-}" ] || rm "$file"
			status=1
		fi
	done
}

# same NAME: what is in $dir/got is expect/NAME.
same() {
	echo "$1" >>"$dir/names"
	[ -z "${UPDATE-}" ] || cp "$dir/got" "expect/$1"
	diff -u "expect/$1" "$dir/got" || status=1
}
