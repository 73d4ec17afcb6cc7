"""Publish the soak test's layers once more: ``python -m geoservice.bench.soak.publisher FOLDER DSN SEED``."""

import os
import sys
from pathlib import Path

from geoservice.bench.soak.sites import publish

if __name__ == "__main__":
    os.nice(10)  # as `geoservice publish` does: readers come first
    publish(Path(sys.argv[1]), sys.argv[2] or None, int(sys.argv[3]))
