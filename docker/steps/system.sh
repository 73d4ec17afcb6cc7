#!/bin/sh
# Prepare a Debian 12 for geoservice: install fonts for map labels, and create a user who owns only /data.
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends ca-certificates fonts-noto-cjk >/dev/null
rm -rf /var/lib/apt/lists/*
groupadd --gid 10001 geoservice
useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin geoservice
install -d -o 10001 -g 10001 -m 0700 /data
