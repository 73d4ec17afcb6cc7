"""Load an OSM extract: street network, places and base map; and the terrain that gives its streets slopes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from geoservice.errors import NotFound
from geoservice.network.basemap import write_base_map
from geoservice.network.build import BuildReport, build_network
from geoservice.network.dem import import_dem
from geoservice.network.graph import index_frames, load_graph, read_index
from geoservice.network.source import kept_source
from geoservice.network.terrain import TerrainReport
from geoservice.progress import Progress

BASE_MAP = "base.pmtiles"


def load_extract(
    pbf: Path, folder: Path, modes: Sequence[str], speeds: Path | None, progress: Progress, terrain: Path | None = None
) -> BuildReport:
    """Build the network and the base map in parallel, since the tiles are made by another program; return the network's report.

    Raises what :func:`geoservice.network.build.build_network` and :func:`geoservice.network.basemap.write_base_map` raise; the
    base map is replaced only after the network.
    """
    new_map = folder.parent / f".{BASE_MAP}.new"  # outside the network's folder, which the build clears
    try:
        with ThreadPoolExecutor(1) as pool:
            base_map = pool.submit(write_base_map, pbf, new_map, lambda _stage, _fraction: None)
            report = build_network(pbf, folder, modes, speeds, progress, terrain)
            progress("base map", 0.0)
            base_map.result()
        new_map.replace(folder / BASE_MAP)
    finally:
        new_map.unlink(missing_ok=True)
    progress("base map", 1.0)
    return report


def load_terrain_models(
    files: Sequence[Path], terrain: Path, network: Path, modes: Sequence[str], crs: str | None, progress: Progress
) -> tuple[TerrainReport, BuildReport | None]:
    """Make one terrain of elevation models, and build the network again with it; the second report is None if there is none.

    Raises what :func:`geoservice.network.dem.import_dem` and :func:`geoservice.network.build.build_network` raise, and
    :class:`NotFound` if the network's extract was not kept.
    """
    try:
        index = read_index(network)
    except NotFound:
        return import_dem(files, terrain, crs, None, progress), None
    source = kept_source(network)
    box = load_graph(network, next(iter(index["modes"]))).bbox
    report = import_dem(files, terrain, crs, box, progress)
    return report, build_network(source.extract, network, modes, source.speeds, progress, terrain, index_frames(index))
