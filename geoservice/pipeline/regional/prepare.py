"""The inputs of a regional run, divided by county and written to its stores."""

import hashlib
import json
import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import shapely

from geoservice import __version__
from geoservice.analysis.square_cells import SquareCells, make_cells
from geoservice.db.arrow import digest
from geoservice.demand import DemandSurface, restrict, write_surface
from geoservice.errors import NotFound, StudyError
from geoservice.geo import Floats, Int32s, Ints
from geoservice.layer import Label
from geoservice.network.cut import cut_extract
from geoservice.network.graph import load_graph, read_index
from geoservice.network.source import kept_source
from geoservice.network.terrain import read_terrain_index
from geoservice.pipeline.context import areas_of_points
from geoservice.pipeline.inputs import Inputs, read_inputs
from geoservice.pipeline.other_codes import add_other_codes
from geoservice.pipeline.public_places import PublicPlaces, read_places
from geoservice.pipeline.regional.counties import (
    COUNTY,
    check_counties,
    county_outlines,
    fastest,
    longest_reach,
    metres_outside,
    owners,
)
from geoservice.pipeline.regional.job import RegionalJob
from geoservice.pipeline.regional.store import RunStore
from geoservice.pipeline.run_analyses import study_settings
from geoservice.pipeline.standards import StationStandards
from geoservice.pipeline.study_surface import StudySurface, study_surface
from geoservice.progress import Progress
from geoservice.project import Project
from geoservice.schema import TableName
from geoservice.study import Study

FURTHER_TABLES: tuple[TableName, ...] = ("uptake", "pyramids")


@dataclass(frozen=True)
class Prepared:
    """A run whose inputs are in its stores, and the facts about them that the release lists."""

    job: RegionalJob
    places: PublicPlaces
    source: StudySurface
    digests: Mapping[str, str]
    notes: tuple[Label, ...]
    network: Mapping[str, Any]


def prepare(project: Project, study: Study, standards: StationStandards | None, work: str, progress: Progress) -> Prepared:
    """Divide the inputs of a project by county and write them to ``work``, a folder or an object store.

    Raises
    ------
    StudyError
        If the study has no level of counties, or closures or vans, which need one street network.
    InputError
        If an input is missing.
    """
    _check(study)
    progress("inputs", 0.0)
    inputs = add_other_codes(read_inputs(project, study), project, study)
    if standards is not None:
        standards.check(study, inputs.stations)
    places = read_places(inputs.areas, study.levels)
    counties = county_outlines(places)
    check_counties(places, study, counties)
    index = read_index(project.network)
    graphs = [load_graph(project.network, mode) for mode in study.modes]
    speeds = {graph.mode: fastest(graph) for graph in graphs}
    source = study_surface(project, study, places)
    division = _divide(source.surface, places, counties, study.cell_metres)
    reach = longest_reach(study, speeds) + division.outside_m
    with ThreadPoolExecutor(1) as beside:  # cutting streets takes about as long as writing the inputs
        streets = beside.submit(_streets, project, study, index, counties, reach, work, progress)
        digests = {"areas": digest(inputs.areas), "stations": digest(inputs.stations), "surface": source.digest}
        settings = study_settings(study, source.groups, standards)
        further: dict[str, pa.Table] = {name: project.read(name) for name in FURTHER_TABLES}
        key = _key(study, settings, {**digests, "network": index["digest"], **{n: digest(t) for n, t in further.items()}})
        store = RunStore(f"{work}/run-{key}")
        frames = {graph.mode: graph.bbox for graph in graphs}
        if not store.has("inputs.done"):
            _write_inputs(store, study, inputs, division, counties, source, further, progress)
            store.write("inputs.done", b"")
    progress("inputs", 1.0)
    job = RegionalJob(store, streets.result(), study, settings, frames, speeds, division.outside_m, tuple(counties))
    return Prepared(job, places, source, digests, inputs.notes, index)


def _check(study: Study) -> None:
    if COUNTY not in study.levels:
        raise StudyError(f"study.toml: levels has no {COUNTY!r}, and a distributed run has a task for each county")
    for name, found in (("closures", study.closures), ("open_hazards", study.open_hazards), ("vans", study.vans)):
        if found:
            raise StudyError(
                f"study.toml: {name} cannot be combined with --workers or --scheduler; publish without them, or take {name} out"
            )


def _key(study: Study, settings: Mapping[str, Any], digests: Mapping[str, str]) -> str:
    """Return a name of a run that depends on all that its results depend on."""
    facts = [__version__, study.model_dump(mode="json"), settings, digests]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=_json).encode()).hexdigest()[:16]


def _json(value: Any) -> Any:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else str(value)


def _streets(
    project: Project,
    study: Study,
    index: Mapping[str, Any],
    counties: Mapping[str, Any],
    reach: float,
    work: str,
    progress: Progress,
) -> RunStore:
    """Return the store of the counties' extracts, cut once, and of their networks."""
    source = kept_source(project.network)
    borders = {code: hashlib.sha256(shapely.to_wkb(outline)).hexdigest() for code, outline in counties.items()}
    facts = [__version__, index["build"], study.modes, borders, reach]
    streets = RunStore(f"{work}/streets-{hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]}")
    if streets.has("extracts.done"):
        return streets
    with streets.local_output("extracts") as folder:
        cut_extract(source.extract, counties, reach, folder, progress)
    if source.speeds:
        streets.write("speeds.toml", source.speeds.read_bytes())
    if _has_terrain(project.terrain):
        streets.put_folder("terrain", project.terrain)
    streets.write("extracts.done", b"")
    return streets


def _has_terrain(folder: Path) -> bool:
    try:
        read_terrain_index(folder)
    except NotFound:
        return False
    return True


class Division(NamedTuple):
    """What belongs to which county: cells, and points of the surface with the areas around them.

    Counties are positions in the sorted codes, shapes ``(cells,)`` and ``(points,)``. ``outside_m`` is how far outside the
    outline of its county the farthest point or cell lies, in metres; a border that the outline does not follow, or an enclave.
    """

    cells: SquareCells
    cell_county: Ints
    areas: Mapping[str, Int32s]
    point_county: Ints
    point_cell: Int32s
    outside_m: float


def _divide(surface: DemandSurface, places: PublicPlaces, counties: Mapping[str, Any], cell_metres: float) -> Division:
    plane, lon, lat = places.projection, surface.point_lon, surface.point_lat
    cells = make_cells(places.outline, plane, cell_metres)
    areas = areas_of_points(lon, lat, places)
    point_county = _owner_of_points(areas, places, counties, lon, lat)
    cell_county = _owner_of_points(areas_of_points(cells.lon, cells.lat, places), places, counties, cells.lon, cells.lat)
    every_lon, every_lat = np.concatenate([lon, cells.lon]), np.concatenate([lat, cells.lat])
    owner = np.concatenate([point_county, cell_county])
    outside = [
        metres_outside(outline, plane, every_lon[owner == number], every_lat[owner == number])
        for number, outline in enumerate(counties.values())
    ]
    # in whole kilometres: people who move house do not have the streets cut anew
    outside_m = math.ceil(max(outside) / 1000) * 1000.0
    return Division(cells, cell_county, areas, point_county, cells.index(*plane.forward(lon, lat)), outside_m)


def _write_inputs(
    store: RunStore,
    study: Study,
    inputs: Inputs,
    division: Division,
    counties: Mapping[str, Any],
    source: StudySurface,
    further: Mapping[str, pa.Table],
    progress: Progress,
) -> None:
    store.write_json("inputs/levels.json", study.levels)
    store.write_table("inputs/areas", inputs.areas)
    store.write_table("inputs/stations", inputs.stations)
    for name, table in further.items():
        store.write_table(f"inputs/{name}", table)
    cells, owner = division.cells, division.point_county
    columns = {"lon": cells.lon, "lat": cells.lat, "county": division.cell_county.astype(np.int32)}
    store.write_table("inputs/cells", _with_columns(cells.units.table, columns))
    surface = source.surface
    store.write("inputs/surface", write_surface(surface))
    points: dict[str, Any] = {"lon": surface.point_lon, "lat": surface.point_lat, "county": owner.astype(np.int32)}
    points |= {"cell": division.point_cell, **division.areas}
    store.write_table("inputs/points", pa.table(points))
    for number, county in enumerate(counties):
        progress("inputs", 0.2 + 0.8 * number / len(counties))
        store.write(f"inputs/surfaces/{county}", write_surface(restrict(surface, np.flatnonzero(owner == number))))


def _owner_of_points(
    area: Mapping[str, Int32s], places: PublicPlaces, counties: Mapping[str, Any], lon: Floats, lat: Floats
) -> Ints:
    """Return the county of each point as a position in ``counties``: that of its area, or the nearest."""
    codes = list(counties)
    of_area = np.array([codes.index(code) for code in places.areas[COUNTY].ids] + [-1])
    owner: Ints = of_area[area[COUNTY]].astype(np.int64)
    outside = np.flatnonzero(owner < 0)
    if len(outside):
        owner[outside] = owners(list(counties.values()), lon[outside], lat[outside])
    return owner


def _with_columns(table: pa.Table, columns: Mapping[str, Any]) -> pa.Table:
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values))
    return table
