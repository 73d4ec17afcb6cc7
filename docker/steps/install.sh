#!/bin/sh
# Install geoservice into a virtual environment, with each dependency at the version and hash of the lock file, and compile the
# functions that would otherwise be compiled at first use: install.sh SOURCES TARGET
set -eu
sources=$1 target=$2
python3 -m venv "$target"
pip() { "$target/bin/pip" --disable-pip-version-check --no-cache-dir --quiet "$@"; }
pip install --no-deps --require-hashes --only-binary :all: -r "$sources/docker/requirements.txt"
pip wheel --no-deps --no-build-isolation --wheel-dir "$target/wheel" "$sources"
pip install --no-deps --no-index "$target"/wheel/*.whl
rm -r "$target/wheel"
"$target/bin/python" -m geoservice.network.precompile
"$target/bin/python" -m geoservice.analysis.spatial_statistics.precompile
"$target/bin/python" -m geoservice.analysis.scan.precompile
"$target/bin/python" -m geoservice.analysis.siting.precompile
