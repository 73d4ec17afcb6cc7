"""The context of the analyses, built from the public inputs of a project."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.analysis.base import Context, Demand, FlowPlace
from geoservice.analysis.square_cells import make_cells
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.areas import ancestors, last_containing
from geoservice.db.arrow import digest
from geoservice.demand import DemandSurface
from geoservice.geo import Floats, Int32s, Ints
from geoservice.layer import Label
from geoservice.network.graph import read_index
from geoservice.network.named_places import load_named_places
from geoservice.network.variants import StreetChanges, changed_network
from geoservice.pipeline.flow_places import flow_places
from geoservice.pipeline.inputs import read_inputs
from geoservice.pipeline.mode_results import LonLat, ModeResults, search_mode
from geoservice.pipeline.named_places import places_of_names
from geoservice.pipeline.off_street import OffStreet, extract_notes, street_notes
from geoservice.pipeline.other_codes import add_other_codes
from geoservice.pipeline.public_places import PublicPlaces, read_places
from geoservice.pipeline.study_surface import StudySurface, study_surface
from geoservice.pipeline.travel import ModeTravel
from geoservice.progress import Progress
from geoservice.project import Project
from geoservice.study import Study

UNCHANGED = StreetChanges()


class BuiltContext(NamedTuple):
    """The context of the analyses and its sources.

    ``source`` is its surface, ``off_street`` by mode the points that were not snapped, ``digests`` are those of the inputs,
    ``notes`` state which inputs were left out, ``network`` is the index of the street network in ``network_folder``.
    """

    context: Context
    source: StudySurface
    off_street: dict[str, OffStreet]
    places: PublicPlaces
    digests: dict[str, str]
    notes: tuple[Label, ...]
    network: Mapping[str, Any]
    network_folder: Path


def areas_of_points(lon: Floats, lat: Floats, places: PublicPlaces) -> dict[str, Int32s]:
    """Return the position of the area of each level that contains each point in degrees, -1 for none; shapes ``(points,)``.

    A point is in the lowest area around it and in the ancestors of that one, so the sums of parts equal those of wholes.
    """
    codes = sorted(places.outlines, key=lambda c: (len(ancestors(c, places.parents)), c))
    outlines = np.array([places.outlines[c] for c in codes], object)
    lowest = last_containing(outlines, lon, lat)
    return {level: np.append(places.index(codes, level), np.int32(-1))[lowest] for level in places.areas}


def flow_places_of(surface: DemandSurface, areas: pa.Table, places: PublicPlaces, study: Study) -> dict[str, FlowPlace]:
    """Return the areas and origins of a surface's flows by code."""
    flows = surface.flows
    codes = [] if flows is None else [*flows.area, *flows.origin]
    return flow_places(codes, areas, places, chinese=study.chinese)


def build_context(project: Project, study: Study, progress: Progress, changes: StreetChanges = UNCHANGED) -> BuiltContext:
    """Read the inputs, snap points and search travel times on streets with ``changes``.

    Raises :class:`InputError` if an input is missing, and what :func:`changed_network` raises.
    """
    progress("reading", 0.0)
    inputs = add_other_codes(read_inputs(project, study), project, study)
    areas, stations = inputs.areas, inputs.stations
    digests = {"areas": digest(areas), "stations": digest(stations)}
    places = read_places(areas, study.levels)
    source = study_surface(project, study, places)
    surface = source.surface
    cells = make_cells(places.outline, places.projection, study.cell_metres)
    progress("reading", 1.0)
    network = changed_network(project.network, study.modes, changes, project.terrain, progress)
    modes: dict[str, ModeTravel] = {}
    found: dict[str, ModeResults] = {}
    off_street: dict[str, OffStreet] = {}
    for number, mode in enumerate(study.modes):
        progress("travel times", number / len(study.modes))
        modes[mode] = ModeTravel.open(study, mode, network, stations)
        points, centres = LonLat(surface.point_lon, surface.point_lat), LonLat(cells.lon, cells.lat)
        found[mode] = search_mode(modes[mode], points, centres)
        reasons = found[mode].points.reason, modes[mode].snapped_stations.reason
        off_street[mode] = OffStreet.of(surface, reasons[0], found[mode].joined, stations, reasons[1])
    progress("travel times", 1.0)
    boxes = {mode: mode_travel.graph.bbox for mode, mode_travel in modes.items()}
    index = read_index(network)
    notes = inputs.notes + extract_notes(off_street, index["source"], boxes) + street_notes(off_street)
    travel = {trip: times for results in found.values() for trip, times in results.travel.items()}
    off_network = {mode: ~results.points.ok | ~results.joined for mode, results in found.items()}
    x, y = places.projection.forward(surface.point_lon, surface.point_lat)

    def on_street(mode: str, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        return modes[mode].on_street(lon, lat)

    def site_pairs(mode: str, lon: Floats, lat: Floats, minutes: int, points: Ints) -> TravelPairs:
        return modes[mode].site_pairs(lon, lat, found[mode].points.take(points), minutes)

    def station_pairs(mode: str, stations: Ints, minutes: int) -> TravelPairs:
        return modes[mode].station_pairs(stations, found[mode].points, minutes)

    def nearest_ms(mode: str, stations: Ints) -> Int32s:
        return modes[mode].nearest_ms(stations, found[mode].points)

    context = Context(
        projection=places.projection,
        levels=tuple(places.areas),
        areas=places.areas,
        cells=cells.units,
        cell_lon=cells.lon,
        cell_lat=cells.lat,
        cell_travel={trip: times for mode in found.values() for trip, times in mode.cell_travel.items()},
        stations=stations,
        streets={mode: results.streets for mode, results in found.items()},
        demand=Demand(
            surface, areas_of_points(surface.point_lon, surface.point_lat, places), cells.index(x, y), travel, off_network
        ),
        on_street=on_street,
        site_pairs=site_pairs,
        station_pairs=station_pairs,
        nearest_ms=nearest_ms,
        named_places=places_of_names(load_named_places(project.network), areas, stations),
        flow_places=flow_places_of(surface, areas, places, study),
        uptake=project.read("uptake"),
        pyramids=project.read("pyramids"),
    )
    return BuiltContext(context, source, off_street, places, digests | {"surface": source.digest}, notes, index, network)
