"""The inputs of a choice of sites: people, existing stations, candidates, and the travel times between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geoservice.analysis.base import serves
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.travel_pairs import TravelPairs
from geoservice.demand import DemandSurface, Quantity
from geoservice.errors import InputError, check_choice
from geoservice.geo import Bools, Floats, Int32s
from geoservice.layer import Label
from geoservice.network.snap import Snapped
from geoservice.network.station_streets import StationStreets, delay_ms
from geoservice.network.travel import IndexedPoints, nearest, pairs_of_indexed
from geoservice.progress import Progress
from geoservice.siting.arrays import SitingParameters, StudyArrays
from geoservice.siting.candidates import Candidates, check_candidates, from_gaps, from_streets
from geoservice.siting.models import TIMED
from geoservice.siting.request import SitingRequest

Row = Mapping[str, Any]


@dataclass(frozen=True)
class SitingInputs:
    """Everything that a model needs: rows of the problem are the existing stations, then the candidates.

    ``points`` are the points of the surface on the streets of the mode, ``stations`` the existing ones of the request's
    service and tier, ``search`` is the longest time of a pair in ms.
    """

    arrays: StudyArrays
    points: Snapped
    stations: Sequence[Row]
    candidates: Candidates
    problem: Problem
    search: int

    @property
    def off_street(self) -> Bools:
        """Return the points that are on no street; shape ``(points,)``."""
        return ~self.points.ok

    def id(self, site: int) -> str:
        """Return the id of a station or a candidate."""
        count = len(self.stations)
        return str(self.stations[site]["id"]) if site < count else self.candidates.id[site - count]

    def name(self, site: int) -> str:
        """Return the name of a station or a candidate, perhaps empty."""
        count = len(self.stations)
        return str(self.stations[site]["name"] or "") if site < count else self.candidates.name[site - count]

    def title(self, site: int) -> str:
        """Return the name of a station or a candidate, or else its id."""
        return self.name(site) or self.id(site)

    def position(self, site: int) -> tuple[float, float]:
        """Return longitude and latitude of a station or a candidate."""
        count = len(self.stations)
        if site < count:
            return float(self.stations[site]["lon"]), float(self.stations[site]["lat"])
        return float(self.candidates.lon[site - count]), float(self.candidates.lat[site - count])

    def areas(self, sites: Sequence[int]) -> list[Label]:
        """Return the names of the areas of the study's lowest level around some sites; empty outside."""
        places = np.array([self.position(site) for site in sites], float).reshape(-1, 2)
        return self.arrays.area_names(places[:, 0], places[:, 1])


@dataclass(frozen=True)
class _Travel:
    """The streets of the request's mode with the stations of its service and tier on them."""

    streets: StationStreets
    parameters: SitingParameters
    stations: Sequence[Row]
    snapped: Snapped

    @classmethod
    def open(cls, arrays: StudyArrays, parameters: SitingParameters, request: SitingRequest) -> "_Travel":
        """Snap all open stations, as a release does, and keep those of the request."""
        rows = [row for row in arrays.stations if row.get("open", True)]
        lon, lat = (np.array([row[name] for row in rows], float) for name in ("lon", "lat"))
        factor = parameters.peak_factor.get(request.mode, 1.0)
        streets = StationStreets.open(arrays.network, request.mode, factor, lon, lat, parameters.snap_metres)
        chosen = np.array([serves(row, request.service, request.tier) for row in rows], np.bool_)
        stations = [row for row, keep in zip(rows, chosen, strict=True) if keep]
        return cls(streets, parameters, stations, streets.stations.take(chosen))

    @property
    def delay(self) -> Int32s:
        """Return the time that each station takes to set up, ms."""
        return delay_ms(np.array([row["start_delay_s"] for row in self.stations], float))

    def unreached(self, points: Snapped, limit: int) -> Bools:
        """Return the points on a street that no station reaches within a limit in ms."""
        ms, _ = nearest(self.streets.graph, self.snapped, self.delay, points, limit, self.parameters.direction)
        return np.asarray(points.ok & (ms > limit), np.bool_)


def read_siting_inputs(
    arrays: StudyArrays,
    parameters: SitingParameters,
    request: SitingRequest,
    places: Candidates | None,
    progress: Progress,
    most_pairs: int | None = None,
) -> SitingInputs:
    """Search the travel times of a checked request; ``places`` are the candidates of the source ``file``.

    Raises
    ------
    InputError
        There are no candidates or too many, or more than ``most_pairs`` pairs of them and people; a station that may close
        does not exist; the surface does not have the group.
    """
    assert request.minutes is not None  # checked
    weight = people_of(arrays.surface, request.group)
    progress("snapping", 0.0)
    travel = _Travel.open(arrays, parameters, request)
    _check_closable(request, travel.stations)
    points = travel.streets.snap(arrays.surface.point_lon, arrays.surface.point_lat)
    progress("snapping", 1.0)
    limit = request.minutes * 60_000
    search = _searched(request, parameters, limit)
    candidates = places if places is not None else _made(request, arrays, travel, points, limit)
    check_candidates(candidates, request.candidates)
    problem = _problem(request, travel, candidates, points, weight, search, _Blocks(progress, len(candidates), most_pairs))
    return SitingInputs(arrays, points, travel.stations, candidates, problem, search)


def _searched(request: SitingRequest, parameters: SitingParameters, limit: int) -> int:
    """Return the longest time of a pair, ms; fairness needs times beyond the limit, even if it is the study's last one."""
    if request.fairness:
        return max(2 * limit, parameters.limit_ms)
    return max(limit, parameters.limit_ms) if request.model in TIMED else limit


def people_of(surface: DemandSurface, group: str) -> Floats:
    """Return the estimated people of a group at each point, not below 0; raises :class:`InputError` for an unknown group."""
    check_choice("group", group, surface.groups(), InputError)
    return np.asarray(surface.positive[Quantity("persons", group)][surface.point_leaf] * surface.point_weight, float)


def _check_closable(request: SitingRequest, stations: Sequence[Row]) -> None:
    ids = [str(row["id"]) for row in stations]
    if unknown := [name for name in request.may_close if name not in ids]:
        allowed = ", ".join(ids[:20]) or "none, since no station has the service and tier"
        raise InputError(f"may_close: got {unknown[0]!r:.60}, allowed are ids of stations of the service and tier: {allowed}")


def _made(request: SitingRequest, arrays: StudyArrays, travel: _Travel, points: Snapped, limit: int) -> Candidates:
    if request.candidates == "streets":
        graph = travel.streets.graph
        return from_streets(graph.lon, graph.lat, arrays, request.spacing)
    return from_gaps(arrays, travel.unreached(points, limit), travel.parameters.cell_metres)


@dataclass(frozen=True)
class _Blocks:
    """Reports the search of travel times of ``total`` candidates, and refuses more than ``most`` pairs."""

    progress: Progress
    total: int
    most: int | None

    def __call__(self, done: int, found: int) -> None:
        self.progress("travel times", done / max(self.total, 1))
        if self.most is not None and found > self.most:
            raise InputError(
                f"candidates: {done} of {self.total} reach people in {found} pairs already, allowed are {self.most}; "
                "fewer candidates or a shorter time give fewer"
            )


def _problem(
    request: SitingRequest,
    travel: _Travel,
    candidates: Candidates,
    points: Snapped,
    weight: Floats,
    search: int,
    blocks: _Blocks,
) -> Problem:
    graph, direction = travel.streets.graph, travel.parameters.direction
    blocks.progress("travel times", 0.0)
    indexed = IndexedPoints.of(graph, points, direction)
    kept = pairs_of_indexed(graph, travel.snapped, travel.delay, indexed, search, direction)
    places = travel.streets.snap(candidates.lon, candidates.lat)
    new = pairs_of_indexed(graph, places, np.zeros(len(candidates), np.int32), indexed, search, direction, blocks)
    joined = TravelPairs.joined([TravelPairs(*kept), TravelPairs(*new)])
    state = ["closable" if row["id"] in request.may_close else "kept" for row in travel.stations]
    state += ["forced" if forced else "free" for forced in candidates.forced]
    cost = np.concatenate([np.ones(len(travel.stations)), candidates.cost])
    return Problem(joined, weight, cost, _capacity(request, travel.stations, candidates), state)


def _capacity(request: SitingRequest, stations: Sequence[Row], candidates: Candidates) -> Floats | None:
    """Return the capacities; stations that state none have no limit. None if the model has none."""
    if not request.model.startswith("capacitated"):
        return None
    given = np.nan if request.capacity is None else request.capacity
    new = np.where(np.isnan(candidates.capacity), given, candidates.capacity)
    if np.isnan(new).any():
        name = candidates.id[int(np.flatnonzero(np.isnan(new))[0])]
        raise InputError(f"capacity: got none for the candidate {name!r}, the model {request.model} needs one, in people")
    existing = np.array([np.inf if row["capacity"] is None else row["capacity"] for row in stations], float)
    return np.concatenate([np.where(np.isnan(existing), np.inf, existing), new])
