"""Publish the layer again in a folder of releases: ``python -m geoservice.bench.serve.publisher FOLDER POINTS``."""

import os
import sys
from pathlib import Path

from geoservice.bench.serve.data import content, features
from geoservice.release import open_store


def publish(folder: Path, points: int, note: str) -> None:
    """Write a release of the layer."""
    store = open_store(folder, None, "bench", read_only=False)
    store.write(content(features(points), note))
    store.close()


if __name__ == "__main__":
    os.nice(10)  # as `geoservice publish` does: readers have priority
    publish(Path(sys.argv[1]), int(sys.argv[2]), "again")
