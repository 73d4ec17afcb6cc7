"""The public inputs of a choice of sites: people, existing stations, candidates, and the travel times between them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from geoservice.analysis.base import Trip
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.demand import DemandSurface, Quantity
from geoservice.errors import InputError
from geoservice.geo import Bools, Floats, Int32s
from geoservice.network.snap import Snapped
from geoservice.network.travel import nearest, pairs
from geoservice.network.variants import StreetChanges, changed_network
from geoservice.pipeline.context import Progress
from geoservice.pipeline.public_places import PublicPlaces, read_places
from geoservice.pipeline.siting.candidates import Candidates, check_candidates, from_gaps, from_streets
from geoservice.pipeline.siting.models import TIMED
from geoservice.pipeline.siting.request import SitingRequest
from geoservice.pipeline.study_surface import study_surface
from geoservice.pipeline.travel import ModeTravel, station_mask
from geoservice.project import Project
from geoservice.study import Study


@dataclass(frozen=True)
class SitingInputs:
    """Everything that a model needs: rows of the problem are the existing stations, then the candidates.

    ``snapped`` are the points of the surface on the streets of the mode, ``stations`` the existing ones of the request's
    service and tier, ``search`` is the longest time of a pair in ms.
    """

    study: Study
    places: PublicPlaces
    surface: DemandSurface
    snapped: Snapped
    stations: pa.Table
    candidates: Candidates
    problem: Problem
    search: int

    @property
    def off_street(self) -> Bools:
        """Return the points that are on no street; shape ``(points,)``."""
        return ~self.snapped.ok


def read_siting_inputs(
    project: Project,
    study: Study,
    request: SitingRequest,
    file: Candidates | None,
    changes: StreetChanges,
    progress: Progress,
) -> SitingInputs:
    """Read the inputs and search the travel times.

    Raises
    ------
    InputError
        An input is missing, there are no candidates or too many, or a station that may close does not exist.
    """
    assert request.minutes is not None  # checked
    progress("reading", 0.0)
    areas = project.areas(study.as_of)
    if not areas.num_rows:
        raise InputError("areas: none are loaded; load them with: geoservice import areas FILE")
    places = read_places(areas, study.levels)
    surface = study_surface(project, study, places).surface
    weight = people_of(surface, request.group)
    progress("reading", 1.0)
    stations = _existing(project, request)
    network = changed_network(project.network, study.modes, changes, project.terrain, progress)
    progress("snapping", 0.0)
    travel = ModeTravel.open(study, request.mode, network, stations)
    snapped = travel.snap(surface.point_lon, surface.point_lat)
    progress("snapping", 1.0)
    limit = request.minutes * 60_000
    search = max(limit, travel.limit_ms) if request.model in TIMED else limit
    candidates = file if file is not None else _made(request, travel, places, surface, snapped, limit)
    check_candidates(candidates, request.candidates)
    progress("travel times", 0.0)
    problem = _problem(request, travel, candidates, snapped, weight, search)
    progress("travel times", 1.0)
    return SitingInputs(study, places, surface, snapped, stations, candidates, problem, search)


def people_of(surface: DemandSurface, group: str) -> Floats:
    """Return the estimated people of a group at each point, not below 0; raises :class:`InputError` for an unknown group."""
    if group not in surface.groups():
        raise InputError(f"group: got {group!r:.60}, allowed are {', '.join(surface.groups())}")
    return np.asarray(surface.positive[Quantity("persons", group)][surface.point_leaf] * surface.point_weight, float)


def _existing(project: Project, request: SitingRequest) -> pa.Table:
    """Return the active stations of the request's service and tier, in the order of their ids; perhaps none."""
    stations = project.read("stations").sort_by("id")
    stations = stations.filter(stations.column("active"))
    stations = stations.filter(pa.array(station_mask(stations, Trip(request.service, request.tier, request.mode)), pa.bool_()))
    ids = [str(i) for i in stations.column("id").to_pylist()]
    if unknown := [name for name in request.may_close if name not in ids]:
        allowed = ", ".join(ids[:20]) or "none, since no station has the service and tier"
        raise InputError(f"may_close: got {unknown[0]!r:.60}, allowed are ids of stations of the service and tier: {allowed}")
    return stations


def _made(
    request: SitingRequest, travel: ModeTravel, places: PublicPlaces, surface: DemandSurface, snapped: Snapped, limit: int
) -> Candidates:
    if request.candidates == "streets":
        return from_streets(travel.graph.lon, travel.graph.lat, places, request.spacing)
    delay = _delay(travel.stations)
    ms, _ = nearest(travel.graph, travel.snapped_stations, delay, snapped, limit, travel.study.direction)
    return from_gaps(surface, snapped.ok & (ms > limit), places, travel.study.cell_metres)


def _delay(stations: pa.Table) -> Int32s:
    delay: Int32s = np.round(stations.column("start_delay_s").to_numpy() * 1000).astype(np.int32)
    return delay


def _problem(
    request: SitingRequest, travel: ModeTravel, candidates: Candidates, snapped: Snapped, weight: Floats, search: int
) -> Problem:
    direction, stations = travel.study.direction, travel.stations
    kept = pairs(travel.graph, travel.snapped_stations, _delay(stations), snapped, search, direction)
    places = travel.snap(candidates.lon, candidates.lat)
    new = pairs(travel.graph, places, np.zeros(len(candidates), np.int32), snapped, search, direction)
    joined = TravelPairs(
        np.concatenate([kept.indptr, kept.indptr[-1] + new.indptr[1:]]),
        np.concatenate([kept.point, new.point]),
        np.concatenate([kept.ms, new.ms]),
    )
    ids = [str(i) for i in stations.column("id").to_pylist()]
    state = ["closable" if i in request.may_close else "kept" for i in ids]
    state += ["forced" if forced else "free" for forced in candidates.forced]
    cost = np.concatenate([np.ones(len(ids)), candidates.cost])
    return Problem(joined, weight, cost, _capacity(request, stations, candidates), state)


def _capacity(request: SitingRequest, stations: pa.Table, candidates: Candidates) -> Floats | None:
    """Return the capacities; stations that state none have no limit. None if the model has none."""
    if not request.model.startswith("capacitated"):
        return None
    given = np.nan if request.capacity is None else request.capacity
    new = np.where(np.isnan(candidates.capacity), given, candidates.capacity)
    if np.isnan(new).any():
        name = candidates.id[int(np.flatnonzero(np.isnan(new))[0])]
        raise InputError(f"capacity: got none for the candidate {name!r}, the model {request.model} needs one, in people")
    existing = stations.column("capacity").to_numpy(zero_copy_only=False).astype(float)
    return np.concatenate([np.where(np.isnan(existing), np.inf, existing), new])
