#!/bin/bash
# The Debian package in a fresh Debian 12, made for this test by debootstrap:
# built twice to the same bytes, installed, set up by docs/postfix.md word for
# word until `reports summary` shows a report that Postfix delivered, reached
# from Postfix's chroot, upgraded, removed, purged. What was typed and what came
# of it is printed.
#
# Everything runs in a network of its own, so that no port is in the way. There
# is no systemd; unit.py starts the units as it would.
#
# usage: package.sh
set -u
tests=$(realpath "$(dirname "$0")/..")
project=$(dirname "$tests")

skip() {
	echo "skipped: $*"
	exit 77
}
fail() {
	echo "FAILED: $*"
	tail -n 30 "$root/var/log/mail.log" "$dir/listener.log" 2>/dev/null
	exit 1
}

PATH=$PATH:/usr/sbin:/sbin
[ "$(id -u)" -eq 0 ] || skip 'only root can make a Debian root'
for tool in debootstrap unshare nsenter ip python3 dpkg-buildpackage lintian \
    sqlite3; do
	command -v $tool >/dev/null || skip "there is no $tool"
done

dir=$(mktemp -d)
chmod 755 "$dir"
root=$dir/root
holder=
service=
cleanup() {
	[ -z "$service" ] || kill "$service" 2>/dev/null
	[ -z "$holder" ] || in_root postfix stop >"$dir/stop" 2>&1
	[ -z "$holder" ] || kill "$holder" 2>/dev/null
	wait
	rm -rf --one-file-system "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# --- the package ---

# shellcheck disable=SC2016 # for apt to expand
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' \
    'Codename: bookworm' 'Created-By: Packages' | head -n 1)
mirror=${mirror%/}
[ -n "$mirror" ] || skip 'apt knows no mirror of Debian 12'
/usr/lib/apt/apt-helper download-file "$mirror/dists/bookworm/Release" \
    "$dir/Release" >"$dir/log" 2>&1 || skip "$mirror cannot be reached"

# The machine is fetched while the package is built.
debootstrap --variant=minbase bookworm "$root" "$mirror" >"$dir/bootstrap" \
    2>&1 &
bootstrap=$!
# Both builds are of the same files, whoever works on them meanwhile.
mkdir "$dir/source"
tar -C "$project" --exclude ./build --exclude ./.git -cf - . |
    tar -C "$dir/source" -xf -
SOURCE_DATE_EPOCH=$(git -C "$project" log -1 --format=%ct 2>"$dir/log" ||
    date +%s)
export SOURCE_DATE_EPOCH
(umask 077 && TZ=Asia/Tokyo "$dir/source/scripts/package" "$dir/first") \
    >"$dir/log" 2>&1 || { cat "$dir/log"; fail 'scripts/package'; }
grep '^[EW]:' "$dir/log"
"$dir/source/scripts/package" "$dir/second" >"$dir/log" 2>&1 ||
    { cat "$dir/log"; fail 'scripts/package, again'; }
diff -r "$dir/first" "$dir/second" || fail 'two builds, two packages'
rm "$dir"/first/*dbgsym*
package=$(basename "$dir"/first/reports_*.deb)
echo "ok: two builds, the same bytes: $(sha256sum <"$dir/first/$package")"

# --- the machine ---

wait $bootstrap || { tail "$dir/bootstrap"; skip 'debootstrap failed'; }
# It is thrown away: nothing of it has to reach the disk.
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/test"

unshare -n -m sh -c "ip link set lo up && mount -t proc proc '$root/proc' &&
    touch '$dir/ready' && exec sleep 3600" &
holder=$!
until_true() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}
until_true 10 [ -e "$dir/ready" ] || skip 'no namespaces to be had'

in_root() {
	nsenter -t "$holder" -n -m -r env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	    LC_ALL=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive SYSTEMD_OFFLINE=1 \
	    chroot "$root" sh -c 'cd && exec "$@"' sh "$@"
}
apt() {
	in_root apt-get -qq -y -o Dpkg::Use-Pty=0 \
	    "$@" >"$dir/log" 2>&1 || { cat "$dir/log"; fail "apt-get $*"; }
}
# With the network of this machine: fetch only.
fetch() {
	chroot "$root" apt-get -qq -y "$@" \
	    >"$dir/log" 2>&1 || { tail "$dir/log"; skip "apt-get $*"; }
}
cp "$dir/first/$package" "$root/root"
cp "$tests/fixtures/mail/receiver-rfc9990.eml" "$root/root/report.eml"
echo 'APT::Install-Recommends "false";' >"$root/etc/apt/apt.conf.d/99test"
fetch update
fetch --download-only install postfix procps "/root/$package"

# A Debian that has Postfix.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
printf '%s\n' 'postfix postfix/main_mailer_type select Internet Site' \
    'postfix postfix/mailname string mx.example.org' |
    in_root debconf-set-selections
apt install postfix procps
in_root postconf -e maillog_file=/var/log/mail.log disable_dns_lookups=yes
in_root postfix start >"$dir/log" 2>&1 || { cat "$dir/log"; fail 'Postfix'; }

# --- docs/postfix.md, word for word ---

service_start() {
	rm -f "$root/run/reports/lmtp"
	nsenter -t "$holder" -n -m -r python3 "$tests/e2e/unit.py" "$root" \
	    >>"$dir/listener.log" 2>&1 &
	service=$!
	until_true 20 [ -S "$root/run/reports/lmtp" ] ||
	    fail 'there is no socket'
}
service_stop() {
	[ -n "$service" ] || return 0
	kill "$service"
	wait "$service" || fail "the listener ended with status $?"
	service=
}
has_arrived() {
	[ -z "$(in_root find /var/spool/postfix/incoming \
	    /var/spool/postfix/active /var/spool/postfix/deferred \
	    /var/spool/postfix/maildrop -type f)" ]
}

# One line of the page, as it is typed.
type_line() {
	printf '\n# %s\n' "$1"
	case $1 in
	'apt-get install '*) set -- "${1/install/install -qq -y}" ;;
	esac
	in_root sh -c "$1" 2>&1 | tee "$dir/said"
	[ "${PIPESTATUS[0]}" -eq 0 ] || fail "$1"
	case $1 in
	'apt-get install'*) service_start ;;
	'systemctl restart reports') kill -HUP "$service" ;;
	postqueue*) until_true 60 has_arrived || fail 'mail stays in the queue' ;;
	esac
}
# walk: commands as they are, lines added to the files that they name
walk() {
	local line='' block='' file=''
	while IFS= read -r line; do
		case $block:$line in
		:'```sh') block=commands ;;
		:'```') block=text file= ;;
		*:'```') block= ;;
		text:'# /etc/'*)
			[ -n "$file" ] || { file=${line#\# }; continue; } ;;&
		text:*)
			[ -n "$file" ] || continue
			printf '%s\n' "$line" >>"$root$file" ;;
		commands:*) type_line "$line" ;;
		esac
	done
}

begun=$SECONDS
sed '/^## In the chroot/,$d' "$project/docs/postfix.md" >"$dir/page"
walk <"$dir/page"
grep -q '^example.org ' "$dir/said" || fail 'the summary shows no example.org'
took=$((SECONDS - begun))
[ $took -lt 300 ] || fail "it took $took seconds"
echo "ok: from the package to the first answer in $took seconds"

# The unit is one that systemd takes, and leaves little to attack: a hundred is
# everything, 15 is less than all but a few units of Debian have.
in_root systemd-analyze verify --man=no reports.service reports.socket \
    reports-prune.timer >"$dir/verify" 2>&1 || { cat "$dir/verify"; fail 'the units'; }
grep '^reports' "$dir/verify" && fail 'the units'
in_root systemd-analyze security --offline=true --threshold=15 \
    reports.service >"$dir/exposure" 2>&1 ||
    { cat "$dir/exposure"; fail 'the unit is too open'; }
tail -n 1 "$dir/exposure"

[ -e "$root/etc/systemd/system/timers.target.wants/reports-prune.timer" ] &&
    fail 'reports are removed without being told to'

# Who is who.
in_root stat -c '%U:%G %a %n' /run/reports/lmtp /var/lib/reports \
    /var/lib/reports/reports.db >"$dir/modes"
diff - "$dir/modes" <<END || fail 'owners and permissions'
root:reports-lmtp 660 /run/reports/lmtp
reports:reports 750 /var/lib/reports
reports:reports 640 /var/lib/reports/reports.db
END
nsenter -t "$holder" -n -m -r setpriv --reuid 65534 --regid 65534 --clear-groups \
    python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX).connect(sys.argv[1])' \
    "$root/run/reports/lmtp" 2>/dev/null && fail 'anybody can deliver'
in_root useradd --groups reports asker
in_root runuser -u asker -- reports list --format csv >"$dir/list" ||
    fail 'a member of the group reports cannot ask'
[ "$(wc -l <"$dir/list")" -eq 2 ] || fail 'the list of a member is another'
echo 'ok: owners and permissions'

# --- from the chroot ---

mkdir -p "$root/etc/systemd/system/reports.socket.d"
sed -n '/^## In the chroot/,/^## Without/p' "$project/docs/postfix.md" | walk
service_stop
service_start
sed -i 's|reports:unix:.*|lmtp:unix:/reports/lmtp|' "$root/etc/postfix/reports"
in_root postfix reload 2>"$dir/log"
in_root sendmail -f postmaster@example.org tls@reports.example.org \
    <"$tests/fixtures/mail/bigmail-tls-gzip.eml"
until_true 60 has_arrived || fail 'mail stays in the queue, in the chroot'
[ "$(in_root reports list --all --format csv | wc -l)" -eq 3 ] ||
    fail 'no report from the chroot'
echo 'ok: from the chroot'

# --- by pipes, as docs/reports-delivery.7 says ---

# lines FILE: what the page gives for it
lines() {
	awk -v file="# $1" '
	/^\.Ed/ { inside = 0 }
	inside { print }
	$0 == file { inside = found = 1 }
	END { exit !found }' "$project/docs/reports-delivery.7" ||
	    fail "docs/reports-delivery.7 has no $1"
}
lines /etc/postfix/master.cf >>"$root/etc/postfix/master.cf"
sed -i 's|lmtp:unix:.*|reports-pipe:|' "$root/etc/postfix/reports"
in_root postfix reload 2>"$dir/log"
in_root sendmail -f postmaster@example.org dmarc@reports.example.org \
    <"$tests/fixtures/mail/corpmail-nested-gzip.eml"
until_true 60 has_arrived || fail 'mail stays in the queue, at the pipe'
[ "$(in_root reports list --all --format csv | wc -l)" -eq 4 ] ||
    fail 'no report through the pipe'
# shellcheck disable=SC2088 # the name on the page
lines '~/.forward' >"$root/var/lib/reports/.forward"
in_root chown reports:reports /var/lib/reports/.forward
in_root sendmail -f postmaster@example.org reports@localhost \
    <"$tests/fixtures/mail/bigmail-zip-body.eml"
until_true 60 has_arrived || fail 'mail stays in the queue, at .forward'
[ "$(in_root reports list --all --format csv | wc -l)" -eq 5 ] ||
    fail 'no report through .forward'
echo 'ok: by pipes'

# --- upgrade, remove, purge ---

# The package that was there before is this one with a lower version, and its
# database one of the first schema.
dpkg-deb -R "$dir/first/$package" "$dir/old"
sed -i 's/^Version: .*/Version: 0.0.1-1/' "$dir/old/DEBIAN/control"
dpkg-deb --root-owner-group -Znone -b "$dir/old" "$root/root/old.deb" \
    >"$dir/log"
service_stop
in_root dpkg -i --force-downgrade old.deb >"$dir/log" 2>&1 ||
    { cat "$dir/log"; fail 'the older package'; }
echo '# mine' >>"$root/etc/reports/reports.conf"
rm "$root"/var/lib/reports/reports.db*
install -m 640 "$tests/fixtures/store/schema-1.db" \
    "$root/var/lib/reports/reports.db"
in_root chown reports:reports /var/lib/reports/reports.db
in_root dpkg -i "$package" >"$dir/log" 2>&1 ||
    { cat "$dir/log"; fail 'upgrade'; }
grep -qx '# mine' "$root/etc/reports/reports.conf" ||
    fail 'the upgrade changed the configuration'
version() {
	sqlite3 "$root/var/lib/reports/$1" 'PRAGMA user_version'
}
[ "$(version reports.db)" -gt 1 ] || fail 'the database was not upgraded'
[ "$(version reports.db.schema-1)" -eq 1 ] ||
    fail 'there is no copy of the database before the upgrade'
in_root stat -c '%U:%G %a' /var/lib/reports/reports.db |
    grep -qx 'reports:reports 640' || fail 'the upgraded database is not ours'
[ "$(in_root reports list --all --format csv | wc -l)" -gt 60 ] ||
    fail 'reports are lost in the upgrade'
echo 'ok: upgraded, with a copy of the database before'

apt remove reports
[ ! -e "$root/usr/bin/reports" ] || fail 'removed, and the program is there'
for file in etc/reports/reports.conf var/lib/reports/reports.db; do
	[ -e "$root/$file" ] || fail "removal takes $file with it"
done
apt purge reports
left=$(find "$root"/etc "$root"/usr "$root"/lib/ "$root"/var/lib -xdev \
    -path '*reports*' ! -path '*/reports.socket.d*' \
    ! -path '*/etc/postfix/*' ! -path '*/apt/*')
[ -z "$left" ] || fail "purged, and there is still $left"
echo 'ok: removed, purged'
