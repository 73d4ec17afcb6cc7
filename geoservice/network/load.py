"""Load an OSM extract: street network, places and base map."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from geoservice.network.basemap import write_base_map
from geoservice.network.build import BuildReport, build_network
from geoservice.network.osm import Progress

BASE_MAP = "base.pmtiles"


def load_extract(pbf: Path, folder: Path, modes: Sequence[str], speeds: Path | None, progress: Progress) -> BuildReport:
    """Build the network and the base map in parallel, since the tiles are made by another program; return the network's report.

    Raises what :func:`geoservice.network.build.build_network` and :func:`geoservice.network.basemap.write_base_map` raise; the
    base map is replaced only after the network.
    """
    new_map = folder.parent / f".{BASE_MAP}.new"  # outside the network's folder, which the build clears
    try:
        with ThreadPoolExecutor(1) as pool:
            base_map = pool.submit(write_base_map, pbf, new_map, lambda _stage, _fraction: None)
            report = build_network(pbf, folder, modes, speeds, progress)
            progress("base map", 0.0)
            base_map.result()
        new_map.replace(folder / BASE_MAP)
    finally:
        new_map.unlink(missing_ok=True)
    progress("base map", 1.0)
    return report
