"""The arrays of a release for live questions: streets by mode, the demand surface, areas and stations, as files in a folder."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from geoservice.analysis.coverage import joint_positions
from geoservice.demand import DemandSurface
from geoservice.demand.storage import read_surface, write_surface
from geoservice.durable import link_or_copy
from geoservice.errors import ReleaseError
from geoservice.geo import Int32s
from geoservice.network.graph import ARRAYS, INDEX, read_index

SURFACE, AREAS, POINTS, STATIONS, NETWORK = "surface.arrow", "areas.arrow", "point_areas.arrow", "stations.arrow", "network"
AREA_COLUMNS = ("unit", "name_zh", "name_en", "parent", "geometry")


@dataclass(frozen=True)
class LiveArrays:
    """What live questions need of a study.

    ``areas`` has the columns ``geography``, ``unit``, ``name_zh``, ``name_en``, ``parent`` and ``geometry`` (WKB), levels from
    coarse to fine. ``point_area`` has for each level the position in ``areas`` of the area around each point of the surface, -1
    for none. ``stations`` are the study's stations in their order, ``network`` is the folder of the streets.
    """

    surface: DemandSurface
    areas: pa.Table
    point_area: Mapping[str, Int32s]
    stations: pa.Table
    network: Path


def write_live(arrays: LiveArrays, modes: Iterable[str], folder: Path) -> None:
    """Write arrays into an empty folder; of the streets those of ``modes``."""
    (folder / SURFACE).write_bytes(write_surface(arrays.surface))
    points = pa.table({level: pa.array(position, pa.int32()) for level, position in arrays.point_area.items()})
    for name, table in ((AREAS, arrays.areas), (POINTS, points), (STATIONS, arrays.stations)):
        with pa.OSFile(str(folder / name), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table.combine_chunks())
    _copy_network(arrays.network, tuple(modes), folder / NETWORK)


def read_live(folder: Path) -> LiveArrays:
    """Return the arrays of a folder; raises :class:`ReleaseError` if a file is missing or damaged."""
    try:
        surface = read_surface((folder / SURFACE).read_bytes())
        areas, points, stations = (_read_table(folder / name) for name in (AREAS, POINTS, STATIONS))
    except (OSError, pa.ArrowException) as e:
        raise ReleaseError("the arrays of the release for live questions cannot be read; publish again") from e
    point_area = {name: points.column(name).to_numpy() for name in points.column_names}
    return LiveArrays(surface, areas, point_area, stations, folder / NETWORK)


def _read_table(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).read_all().combine_chunks()


def _copy_network(source: Path, modes: tuple[str, ...], folder: Path) -> None:
    """Copy the current build of some modes; arrays on the same disk are linked, since a build never changes."""
    index = read_index(source)
    for mode in modes:
        (folder / index["build"] / mode).mkdir(parents=True)
        for name in ARRAYS:
            file = Path(index["build"]) / mode / f"{name}.npy"
            link_or_copy(source / file, folder / file)
    only = {**index, "modes": {mode: index["modes"][mode] for mode in modes}}
    (folder / INDEX).write_text(json.dumps(only, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def area_table(levels: Mapping[str, pa.Table]) -> pa.Table:
    """Return the areas of all levels as one table, for :class:`LiveArrays`."""
    parts = []
    for level, units in levels.items():
        geography = pa.array([level] * units.num_rows, pa.string())
        parts.append(units.select(list(AREA_COLUMNS)).add_column(0, "geography", geography))
    return pa.concat_tables(parts, promote_options="permissive")


def point_positions(levels: Mapping[str, pa.Table], positions: Mapping[str, Int32s]) -> dict[str, Int32s]:
    """Return positions in each level's table as positions in :func:`area_table`."""
    joint = joint_positions([positions[level] for level in levels], [table.num_rows for table in levels.values()])
    return dict(zip(levels, joint, strict=True))
