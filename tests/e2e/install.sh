#!/bin/bash
# What `cmake --install` puts below a prefix works from there, and the commands
# with which README.md and docs/postfix.md install without a package do what
# they say; those of the latter in a copy of this machine's root.
#
# usage: install.sh BUILD-FOLDER
set -u
build=$(realpath "$1")
cd "$(dirname "$0")/../.." || exit 2
dir=$(mktemp -d) || exit 2
mounted=
cleanup() {
	[ -z "$mounted" ] || umount -R "$dir/root"
	rm -rf --one-file-system "$dir"
}
trap cleanup EXIT
fail() {
	echo "FAILED: $*"
	[ ! -s "$dir/log" ] || tail -n 20 "$dir/log"
	exit 1
}

# --- below a prefix ---

scripts/install build >"$dir/log" 2>&1 || fail 'scripts/install build'
# The build of the tests stands in for that of a release.
command=$(sed -n 's/^    \(cmake --install build.*\)/\1/p' README.md)
[ "$command" = 'cmake --install build/release --prefix /usr/local' ] ||
    fail "README.md installs by: $command"
cmake --install "$build" --prefix "$dir/opt" >"$dir/log" || fail "$command"
program=$dir/opt/bin/reports
"$program" --db "$dir/db" import tests/fixtures/mail >"$dir/log" 2>&1 ||
    fail 'the program that was installed'
"$program" --db "$dir/db" summary | grep -q '^example.org ' ||
    fail 'its summary'
for page in 1/reports 1/reports-summary 7/reports-delivery; do
	[ -e "$dir/opt/share/man/man${page%/*}/${page#*/}.${page%/*}" ] ||
	    fail "there is no page ${page#*/}"
	! command -v man >/dev/null ||
	    man -M "$dir/opt/share/man" -w "${page%/*}" "${page#*/}" \
	    >"$dir/log" 2>&1 || fail "man does not find ${page#*/}"
done
for file in share/bash-completion/completions/reports \
    share/zsh/site-functions/_reports share/doc/reports/README.md \
    share/doc/reports/docs/postfix.md share/doc/reports/examples/reports.conf \
    lib/systemd/system/reports.socket lib/sysusers.d/reports.conf \
    lib/tmpfiles.d/reports.conf; do
	[ -s "$dir/opt/$file" ] || fail "there is no $file"
done
for file in data/*; do
	cmp -s "$file" "$dir/opt/share/reports/${file#data/}" ||
	    fail "$file is not there, or another"
done
bash -n "$dir/opt/share/bash-completion/completions/reports" ||
    fail 'completion for bash'
for unit in reports reports-prune; do
	grep -q "^ExecStart=$program " \
	    "$dir/opt/lib/systemd/system/$unit.service" ||
	    fail "$unit.service does not start $program"
done
[ ! -e "$dir/opt/etc" ] || fail 'something of the operator was installed'
echo 'ok: below a prefix'

# --- docs/postfix.md, without the package ---

skip() {
	echo "skipped: without the package, $*"
	exit 0
}
[ "$(id -u)" -eq 0 ] || skip 'only root can make a root'
for tool in systemd-sysusers systemd-tmpfiles systemctl; do
	command -v $tool >/dev/null || skip "there is no $tool"
done
mkdir "$dir/up" "$dir/work" "$dir/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$dir/up,workdir=$dir/work" \
    "$dir/root" 2>"$dir/log" || skip 'no copy of the root can be mounted'
mounted=yes
{ mount -t proc proc "$dir/root/proc" &&
    mount --bind /dev "$dir/root/dev"; } || skip 'nothing more can be mounted'
mkdir -p "$dir/root/tmp/sources"
cp -R dist "$dir/root/tmp/sources"
DESTDIR=$dir/root cmake --install "$build" --prefix /usr/local >"$dir/log" ||
    fail 'cmake --install'
lines=$(sed -n '/^## Without the package/,/^## /s/^    //p' docs/postfix.md)
[ "$(printf '%s\n' "$lines" | wc -l)" -eq 3 ] || fail 'where are the commands?'
while read -r line; do
	printf '# %s\n' "$line"
	# There is no systemd that could start it.
	SYSTEMD_OFFLINE=1 chroot "$dir/root" \
	    sh -c "cd /tmp/sources && ${line/ --now/}" >"$dir/log" 2>&1 || fail "$line"
done <<END
$lines
END
in_root() {
	chroot "$dir/root" env PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
in_root id reports >"$dir/log" 2>&1 || fail 'there is no user reports'
in_root getent group reports-lmtp >"$dir/log" || fail 'there is no such group'
[ "$(in_root stat -c '%U:%G %a' /var/lib/reports)" = 'reports:reports 750' ] ||
    fail 'whose is /var/lib/reports?'
cmp -s dist/reports.conf "$dir/root/etc/reports/reports.conf" ||
    fail 'there is no configuration'
[ -L "$dir/root/etc/systemd/system/sockets.target.wants/reports.socket" ] ||
    fail 'the socket is not enabled'
in_root runuser -u reports -- reports import - \
    <tests/fixtures/mail/receiver-rfc9990.eml >"$dir/log" 2>&1 ||
    fail 'the user reports cannot store a report'
echo 'ok: without the package'
