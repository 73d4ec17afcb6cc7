#!/bin/bash
# Run the steps of the Dockerfile without Docker, in a clean Debian 12: build the page and the wheel, install the lock file, and
# serve a release as a user who is not root, on a read-only root, without a network. Needs root, debootstrap, node and a Debian
# mirror (DEBIAN_MIRROR). check.sh [ROOT]: a folder that already has a Debian is used as it is.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
root=${1:-$(mktemp -d /tmp/geoservice-root.XXXXXX)}
umask 022
mkdir -p "$root" && chmod 0755 "$root" # mktemp creates it with mode 0700, which user 10001 cannot enter
log() { echo "$(date +%T) $*"; }

if [ ! -e "$root/etc/debian_version" ]; then
  log "a clean Debian"
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$root" \
    "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >/dev/null
fi
log "sources"
rm -rf "$root/src" "$root/opt/geoservice" "$root/data"
mkdir -p "$root/src"
git -C "$here" ls-files -z | tar --create --directory="$here" --null --files-from=- --ignore-failed-read | tar --extract --directory="$root/src"
log "web.sh"
"$root/src/docker/steps/web.sh" "$root/src"
rm -rf "$root/src/geoservice/web/node_modules"

in_root() { chroot "$root" env -i PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin HOME=/tmp "${@}"; }
cp /etc/resolv.conf "$root/etc/resolv.conf"
# settings of package indexes and proxies, for the build only
mapfile -t pip < <(env | grep -E '^(PIP_INDEX_URL|PIP_EXTRA_INDEX_URL|PIP_TRUSTED_HOST|HTTPS?_PROXY|https?_proxy)=' || true)
[ ! -e /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
log "system.sh"
in_root getent passwd geoservice >/dev/null || in_root /src/docker/steps/system.sh
install -d -o 10001 -g 10001 -m 0700 "$root/data"
log "install.sh"
in_root "${pip[@]}" PIP_CERT=/etc/ssl/certs/ca-certificates.crt /src/docker/steps/install.sh /src /opt/geoservice
log "release.py"
mkdir -p "$root/steps" && cp "$root/src/docker/steps/"* "$root/steps/"
rm -rf "$root/src"
in_root /opt/geoservice/bin/python /steps/release.py /data
chown -R 10001:10001 "$root/data"

log "try.sh, without a network, on a read-only root, as user 10001"
unshare --net --mount --pid --fork /bin/bash -euc '
  ip link set lo up
  mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"
  mount -t tmpfs tmpfs "$0/tmp" && mount -t tmpfs tmpfs "$0/dev/shm" && mount -t proc proc "$0/proc"
  ! touch "$0/written" 2>/dev/null
  exec chroot --userspec=10001:10001 "$0" env -i PATH=/opt/geoservice/bin:/usr/bin:/bin HOME=/tmp PYTHONDONTWRITEBYTECODE=1 \
    GEOSERVICE_HOME=/data GEOSERVICE_HOST=0.0.0.0 GEOSERVICE_NOTICE_SECONDS=0 /steps/try.sh /steps /opt/geoservice
' "$root"
log "done"
[ $# -gt 0 ] || rm -rf --one-file-system "$root"
