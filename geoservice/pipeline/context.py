"""The context of the analyses, built from the public inputs of a project."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from geoservice.analysis.base import Context, Demand, StreetPlaces, Times, Trip
from geoservice.areas import ancestors, last_containing
from geoservice.db.arrow import digest
from geoservice.demand import DemandSurface
from geoservice.geo import Floats, Int32s
from geoservice.layer import Label
from geoservice.network.snap import Snapped
from geoservice.network.travel import street_positions
from geoservice.pipeline.inputs import read_inputs
from geoservice.pipeline.off_street import OffStreet
from geoservice.pipeline.public_places import PublicPlaces, make_cells, read_places
from geoservice.pipeline.study_surface import StudySurface, study_surface
from geoservice.pipeline.travel import ModeTravel, trips
from geoservice.project import Project
from geoservice.study import Study

Progress = Callable[[str, float], None]


class BuiltContext(NamedTuple):
    """The context of the analyses and its sources.

    ``source`` is its surface, ``off_street`` by mode the points that were not snapped, ``digests`` are those of the inputs, and
    ``notes`` state which inputs were left out.
    """

    context: Context
    source: StudySurface
    off_street: dict[str, OffStreet]
    places: PublicPlaces
    digests: dict[str, str]
    notes: tuple[Label, ...]


def areas_of_points(surface: DemandSurface, places: PublicPlaces) -> dict[str, Int32s]:
    """Return the position of the area of each level that contains each point, -1 for none; shapes ``(points,)``.

    A point is in the lowest area around it and in the ancestors of that one, so the sums of parts equal those of wholes.
    """
    codes = sorted(places.outlines, key=lambda c: (len(ancestors(c, places.parents)), c))
    outlines = np.array([places.outlines[c] for c in codes], object)
    lowest = last_containing(outlines, surface.point_lon, surface.point_lat)
    return {level: np.append(places.index(codes, level), np.int32(-1))[lowest] for level in places.areas}


def build_context(project: Project, study: Study, progress: Progress) -> BuiltContext:
    """Read the inputs, snap points and search travel times; raises :class:`InputError` if an input is missing."""
    progress("reading", 0.0)
    inputs = read_inputs(project, study)
    areas, stations = inputs.areas, inputs.stations
    digests = {"areas": digest(areas), "stations": digest(stations)}
    places = read_places(areas, study.levels)
    source = study_surface(project, study, places)
    surface = source.surface
    cells = make_cells(places, study.cell_metres)
    progress("reading", 1.0)
    streets: dict[str, StreetPlaces] = {}
    cell_travel: dict[Trip, Times] = {}
    travel: dict[Trip, Times] = {}
    off_street: dict[str, OffStreet] = {}
    modes: dict[str, ModeTravel] = {}
    snapped: dict[str, Snapped] = {}
    for number, mode in enumerate(study.modes):
        progress("snapping", number / len(study.modes))
        modes[mode] = mode_travel = ModeTravel.open(study, mode, project.network, stations)
        snapped[mode], centres = mode_travel.snap(surface.point_lon, surface.point_lat), mode_travel.snap(cells.lon, cells.lat)
        off_street[mode] = OffStreet.of(surface, snapped[mode], stations, mode_travel.snapped_stations)
        progress("travel times", number / len(study.modes))
        street_times: dict[Trip, Times] = {}
        for trip in trips(study, mode):
            street_times[trip] = mode_travel.street_times(trip)
            cell_travel[trip] = mode_travel.times(trip, centres)
            travel[trip] = mode_travel.times(trip, snapped[mode])
        streets[mode] = StreetPlaces(
            mode_travel.graph.lon,
            mode_travel.graph.lat,
            street_times,
            street_positions(mode_travel.graph, mode_travel.snapped_stations),
        )
    progress("snapping", 1.0)
    progress("travel times", 1.0)
    x, y = places.projection.forward(surface.point_lon, surface.point_lat)

    def reach(mode: str, lon: Floats, lat: Floats, minutes: int) -> tuple[Int32s, Int32s]:
        return modes[mode].reach(lon, lat, snapped[mode], minutes)

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
        demand=Demand(surface, areas_of_points(surface, places), cells.index(x, y), travel),
        reach=reach,
    )
    return BuiltContext(context, source, off_street, places, digests | {"surface": source.digest}, inputs.notes)
