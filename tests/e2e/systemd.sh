#!/bin/bash
# The units under a systemd that is real: it boots, as the first process of
# namespaces of its own, a copy of this machine's root with what `cmake
# --install` puts there. A mail to the socket starts the hardened service, which
# stores it, reads its configuration again, is restarted, and comes back when it
# is killed.
#
# usage: systemd.sh BUILD-FOLDER
set -u
build=$(realpath "$1")
cd "$(dirname "$0")/../.." || exit 2
PATH=$PATH:/usr/sbin:/sbin
dir=
skip() {
	echo "skipped: $*"
	exit 77
}
fail() {
	echo "FAILED: $*"
	cat "$root/root/result" 2>/dev/null
	exit 1
}
[ "$(id -u)" -eq 0 ] || skip 'only root can make a root'
[ -x /lib/systemd/systemd ] || skip 'there is no systemd'
for tool in unshare pivot_root python3 ip; do
	command -v $tool >/dev/null || skip "there is no $tool"
done
dir=$(mktemp -d) || exit 2
chmod 755 "$dir"
root=$dir/root
cleanup() {
	umount -R "$root" 2>"$dir/umount"
	rm -rf --one-file-system "$dir"
}
trap cleanup EXIT
mkdir "$dir/up" "$dir/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$dir/up,workdir=$dir/work" \
    "$root" 2>"$dir/log" || skip 'no copy of the root can be mounted'

# --- what is installed there ---

DESTDIR=$root cmake --install "$build" --prefix /usr/local >"$dir/log" ||
    fail 'cmake --install'
install -D -m 644 dist/reports.conf "$root/etc/reports/reports.conf"
systemd-sysusers --root="$root" reports.conf >"$dir/log" 2>&1 ||
    fail 'systemd-sysusers'
cp tests/fixtures/mail/receiver-rfc9990.eml "$root/root/report.eml"
cp tests/e2e/lmtp.py "$root/root"
echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
# What the sanitizer wants besides; a program without it does not look.
mkdir -p "$root/etc/systemd/system/reports.service.d"
cat >"$root/etc/systemd/system/reports.service.d/test.conf" <<'END'
[Service]
Environment=ASAN_OPTIONS=detect_leaks=0
END
cat >"$root/root/deliver.py" <<'END'
import sys
sys.path.insert(0, "/root")
from lmtp import Client
with open("/root/report.eml", "rb") as file:
    mail = file.read().replace(b"\n", b"\r\n")
sys.stdout.write(Client("/run/reports/lmtp").hello().deliver(mail).decode())
END
cat >"$root/root/probe.sh" <<'END'
exec >/root/result 2>&1
deliver() { python3 /root/deliver.py; }
pid() { systemctl show -p MainPID --value reports; }
is_running() { for i in $(seq 100); do
	[ "$(systemctl is-active reports)" != active ] || return 0
	sleep 0.1
done; }
echo "before: $(systemctl is-active reports.socket) $(pid)"
echo "mail: $(deliver)"
# 217 and 226 of systemd.exec(5).
case $(systemctl show -p ExecMainStatus --value reports) in
217 | 226) ! id reports || touch /root/alone ;;
esac
echo "type: $(systemctl show -p Type --value reports)"
sed -n 's/^\(Uid\|CapEff\|CapBnd\|NoNewPrivs\|Seccomp\):\t\([^\t]*\).*/\1 \2/p' \
    "/proc/$(pid)/status"
stat -c '%U %n' "/proc/$(pid)"
first=$(pid)
systemctl reload reports && [ "$(pid)" = "$first" ] && echo reloaded
systemctl restart reports && [ "$(pid)" != "$first" ] && echo restarted
kill -9 "$(pid)"
echo "mail: $(deliver)"
is_running && echo 'is back'
# As the operator sees it.
reports list --all --format csv | cut -d, -f6-9
reports status --format prometheus | grep -x 'reports_workers [1-9][0-9]*' |
    cut -c1-15
systemctl stop reports.socket reports && echo "after: $(systemctl is-failed reports)"
journalctl --no-pager -o cat -u reports | grep -c '^listening on /run/reports/lmtp$'
echo done
sync
systemctl poweroff --force --force >/dev/null 2>&1
END
cat >"$root/etc/systemd/system/probe.service" <<'END'
[Unit]
Wants=reports.socket systemd-journald.service
After=reports.socket systemd-journald.service
[Service]
Type=oneshot
ExecStart=/bin/bash /root/probe.sh
TimeoutStartSec=120
END
cat >"$root/etc/systemd/system/probe.target" <<'END'
[Unit]
Requires=probe.service
After=probe.service
AllowIsolate=yes
END

# --- the machine ---

# Not by chroot, from which no user namespace can be made.
cat >"$root/root/boot.sh" <<END
set -e
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind /dev "$root/dev"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
ip link set lo up
cd "$root"
mkdir -p mnt/old
pivot_root . mnt/old
umount -l /mnt/old
touch /root/begun
exec env -i container=test PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system --unit=probe.target --log-target=null
END
timeout -s KILL 60 unshare --fork --pid --mount --uts --ipc --net --kill-child \
    sh "$root/root/boot.sh" >"$dir/boot" 2>&1 </dev/null
[ -e "$root/root/begun" ] || { tail -n 3 "$dir/boot"; skip 'no such namespaces'; }
[ -e "$root/root/result" ] || skip 'systemd does not boot here'
[ ! -e "$root/root/alone" ] || skip 'systemd can make no namespaces here'

# The client ends its lines as the wire does; numbers of users are anybody's.
sed -i 's/\r$//; s/^Uid [1-9][0-9]*/Uid N/; s|/proc/[0-9]*|/proc/N|' \
    "$root/root/result"
diff - "$root/root/result" <<'END' || fail 'the service does otherwise'
before: active 0
mail: 250 2.0.0 Stored
type: notify
Uid N
CapEff 0000000000000000
CapBnd 0000000000000000
NoNewPrivs 1
Seccomp 2
reports /proc/N
reloaded
restarted
mail: 250 2.0.0 Stored
is back
org_name,email,domain,report_id
Receiver Cooperative,dmarc@receiver.example,example.org,7a3f91@receiver.example
reports_workers
after: inactive
3
done
END
echo 'ok: the units, under a systemd that was booted for it'
