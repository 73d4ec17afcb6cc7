"""One OSM extract into everything a project keeps of it: the street network, the places, and the base map."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from geoservice.network.basemap import base_map
from geoservice.network.build import BuildReport, build_network
from geoservice.network.osm import Progress

BASE_MAP = "base.pmtiles"


def load_extract(pbf: Path, folder: Path, modes: Sequence[str], speeds: Path | None, progress: Progress) -> BuildReport:
    """Build the network and draw the base map at once: the program that draws it runs beside us.

    Raises what :func:`geoservice.network.build.build_network` and :func:`geoservice.network.basemap.base_map` raise; the base
    map is replaced only after the network was.
    """
    drawn = folder.parent / f".{BASE_MAP}.new"  # building clears its own folder
    try:
        with ThreadPoolExecutor(1) as pool:
            drawing = pool.submit(base_map, pbf, drawn, lambda _stage, _fraction: None)
            report = build_network(pbf, folder, modes, speeds, progress)
            progress("base map", 0.0)
            drawing.result()
        drawn.replace(folder / BASE_MAP)
    finally:
        drawn.unlink(missing_ok=True)
    progress("base map", 1.0)
    return report
