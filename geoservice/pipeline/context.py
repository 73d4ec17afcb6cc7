"""Everything the analyses may look at, made from what is loaded."""

from collections.abc import Callable
from typing import NamedTuple

import pyarrow as pa

from geoservice.analysis.base import Context, Streets, Times, Trip
from geoservice.analysis.frames import asked
from geoservice.errors import InputError
from geoservice.geo import Floats, Int32s
from geoservice.pipeline.demands import Sample, atoms_of_groups
from geoservice.pipeline.offstreet import OffStreet
from geoservice.pipeline.people import read_people
from geoservice.pipeline.places import Places, make_cells, read_places
from geoservice.pipeline.travel import ModeTravel, trips
from geoservice.project import Project
from geoservice.study import Study

Progress = Callable[[str, float], None]


def _filled(rows: pa.Table, table: str) -> pa.Table:
    if rows.num_rows == 0:
        raise InputError(f"{table}: none are loaded; load them with: geoservice import {table} FILE")
    return rows


class Built(NamedTuple):
    """What analyses look at; by mode, what is off the streets; and the areas around it all."""

    context: Context
    off_street: dict[str, OffStreet]
    places: Places


def build_context(project: Project, households: pa.Table, study: Study, progress: Progress) -> Built:
    """Read, snap, search and reduce to atoms."""
    progress("reading", 0.0)
    places = read_places(_filled(project.read("areas"), "areas"), study.levels)
    stations = _filled(project.read("stations"), "stations").sort_by("id")
    people = read_people(_filled(households, "households"), places, study)
    cells = make_cells(places, study.cell_metres)
    progress("atoms", 0.0)
    samples = {g: Sample.of(a, g, people, places, cells) for g, a in atoms_of_groups(people, places, cells).items()}
    streets: dict[str, Streets] = {}
    cell_travel: dict[Trip, Times] = {}
    travel: dict[str, dict[Trip, Times]] = {g: {} for g in samples}
    off_street: dict[str, OffStreet] = {}
    modes: dict[str, ModeTravel] = {}
    for done, mode in enumerate(study.modes):
        progress("snapping", done / len(study.modes))
        modes[mode] = on = ModeTravel.open(study, mode, project.network, stations)
        homes, centres = on.snap(people.lon, people.lat), on.snap(cells.lon, cells.lat)
        off_street[mode] = OffStreet.of(people, homes, stations, on.placed)
        progress("travel times", done / len(study.modes))
        by_street: dict[Trip, Times] = {}
        for trip in trips(study, mode):
            by_street[trip] = on.street_times(trip)
            cell_travel[trip] = on.times(trip, centres)
            times = on.times(trip, homes)
            for group, sample in samples.items():
                if asked(trip, group):
                    travel[group][trip] = sample.reduce(times)
        streets[mode] = Streets(on.graph.lon, on.graph.lat, by_street)
    progress("snapping", 1.0)
    progress("travel times", 1.0)
    demands = {g: sample.demand(travel[g]) for g, sample in samples.items()}
    everybody = {mode: on.snap(demands["all"].lon, demands["all"].lat) for mode, on in modes.items()}

    def reach(mode: str, lon: Floats, lat: Floats, minutes: int) -> tuple[Int32s, Int32s]:
        return modes[mode].reach(lon, lat, everybody[mode], minutes)

    context = Context(
        projection=places.projection,
        levels=tuple(places.areas),
        areas=places.areas,
        cells=cells.units,
        cell_lon=cells.lon,
        cell_lat=cells.lat,
        cell_travel=cell_travel,
        stations=stations,
        streets=streets,
        demands=demands,
        reach=reach,
    )
    return Built(context, off_street, places)
