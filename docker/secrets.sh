#!/bin/sh
# Write the passwords and connection strings for compose.yaml that do not exist yet: secrets.sh [FOLDER]
# Only its owner can enter the folder. The files are readable by the container's user, who sees only the files mounted for it.
set -eu
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 0700 "$folder"
password() { head -c 24 /dev/urandom | base64 | tr '+/' '-_'; }
put() { [ -e "$folder/$1" ] || { printf '%s' "$2" >"$folder/$1" && chmod 0444 "$folder/$1"; }; }
dsn() { printf 'host=postgis dbname=geoservice user=%s password=%s' "$1" "$(cat "$folder/$2")"; }
for name in postgres_password register_password office_password http_password; do put "$name" "$(password)"; done
put geoservice_register_dsn "$(dsn geoservice_register register_password)"
put geoservice_dsn "$(dsn geoservice_office office_password)"
put geoservice_serve_dsn "$(dsn geoservice_http http_password)"
