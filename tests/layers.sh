#!/bin/sh
# Reads the include lines and fails on one that points the wrong way: each
# folder may use itself and what is named after it, a library's headers stand
# only in the folders that wrap it, and only cli/ writes to standard output.
#
# usage: layers.sh [SOURCE-DIR]
cd "${1:-.}" || exit 2

# shellcheck disable=SC2016 # the dollars are awk's
find base parse ingest store analysis cli -name '*.[ch]' | sort |
xargs awk '
BEGIN {
	# folder, and what it may include from
	may["base"] = "base"
	may["parse"] = "parse base"
	may["ingest"] = "ingest base parse"
	may["store"] = "store base parse"
	may["analysis"] = "analysis base parse"
	may["cli"] = "cli base parse ingest store analysis"

	# header, or folder of headers, and who may include it
	owner["ares.h"] = "cli"
	owner["archive.h"] = owner["archive_entry.h"] = "ingest"
	owner["event2"] = "ingest"
	owner["ini.h"] = "cli"
	owner["jansson.h"] = "parse cli"
	owner["libetpan"] = "ingest"
	owner["libpsl.h"] = "analysis"
	owner["libsmartcols.h"] = "cli"
	owner["libxml"] = "parse"
	owner["maxminddb.h"] = "cli"
	owner["nettle"] = "base"
	owner["seccomp.h"] = "ingest"
	owner["sqlite3.h"] = "store"
	owner["zlib.h"] = "ingest store"
}

function first(path) {
	sub("/.*", "", path)
	return path
}

function has(list, word) {
	return index(" " list " ", " " word " ") > 0
}

function refuse(text) {
	print FILENAME ":" FNR ": " text
	failed = 1
}

FNR == 1 {
	folder = first(FILENAME)
}

/^[ \t]*#[ \t]*include[ \t]*["<]/ {
	ours = /^[^<]*"/
	used = $0
	sub("^[^\"<]*[\"<]", "", used)
	sub("[\">].*", "", used)
	from = first(used)
	# What is in quotes is named from the root.
	if (from in owner ? !has(owner[from], folder) \
	    : ours && !has(may[folder], from))
		refuse("must not include " used)
}

folder != "cli" \
    && /(^|[^A-Za-z0-9_])(v?printf|puts|putchar)[ \t]*\(|(^|[^A-Za-z0-9_])stdout([^A-Za-z0-9_]|$)/ {
	refuse("only cli/ prints")
}

END {
	exit failed
}
'
