#!/bin/sh
# Serve the release in GEOSERVICE_HOME with TARGET/bin/geoservice, check readiness, request a tile, and stop the service:
# try.sh STEPS TARGET
set -eu
steps=$1 target=$2
"$target/bin/geoservice" serve &
server=$!
trap 'kill -9 $server 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  "$target/bin/python" "$steps/healthy.py" 2>/dev/null && break
  kill -0 $server || exit 1
  sleep 0.2
done
"$target/bin/python" "$steps/healthy.py"
"$target/bin/python" - <<'PY'
import os, urllib.request
base = f"http://127.0.0.1:{os.environ.get('GEOSERVICE_PORT', '8080')}"
tile = urllib.request.urlopen(f"{base}/tiles/areas/6/52/26.mvt", timeout=10)
assert tile.status == 200 and tile.read(), tile.status
assert os.getuid() != 0, "it runs as root"
print("ready, and a tile was served")
PY
kill -TERM $server
wait $server
trap - EXIT
