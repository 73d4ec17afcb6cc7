"""The choice of stops: of the candidates that a van can visit, those that reach most people whom no station reaches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from geoservice.analysis.siting.margins import Margin, surface_margin
from geoservice.analysis.siting.problem import Problem
from geoservice.analysis.siting.reasons import explain
from geoservice.analysis.van_tours.timetable import NO_ROAD, TOO_FAR
from geoservice.demand import Quantity
from geoservice.errors import InputError
from geoservice.geo import Bools, Floats, Ints
from geoservice.layer import Label
from geoservice.network.snap import Snapped
from geoservice.network.variants import StreetChanges
from geoservice.pipeline.inputs import join_names
from geoservice.pipeline.siting import siting_parameters, study_arrays
from geoservice.pipeline.vans.roads import VanRoads
from geoservice.progress import Progress
from geoservice.project import Project
from geoservice.siting.arrays import StudyArrays
from geoservice.siting.candidates import Candidates, check_candidates, from_streets
from geoservice.siting.inputs import SitingInputs, read_siting_inputs
from geoservice.siting.request import SitingRequest
from geoservice.siting.result import RankedSite, SitingResult
from geoservice.siting.run import choose_from
from geoservice.study import Study, Vans

_NONE = np.empty(0, np.int64)


@dataclass(frozen=True)
class UnvisitableStop:
    """A candidate of a file that no van can visit; ``persons`` and ``margin`` are those of people whom no station reaches."""

    id: str
    name: str
    area: Label
    lon: float
    lat: float
    persons: float
    margin: float
    status: str


@dataclass(frozen=True)
class ChosenStops:
    """The chosen stops in the order of the choice, and where they are on the streets for vans.

    ``near`` has the pairs of stations and candidates with the points in time; ``margin`` is that of people at points, None if
    it is unknown.
    """

    sites: Sequence[RankedSite]
    places: Snapped
    result: SitingResult
    near: Problem
    margin: Margin | None
    unvisitable: Sequence[UnvisitableStop]

    def newly_reached(self, sites: Ints) -> Ints:
        """Return the points with people that some sites reach and no station does."""
        new = self.near.reached(sites) & ~self.near.reached(np.flatnonzero(self.near.has_state("kept")))
        return np.flatnonzero(new & (self.near.weight > 0))


def siting_request(vans: Vans) -> SitingRequest:
    """Return the choice of stops that vans ask for."""
    return SitingRequest(
        vans.service, vans.mode, minutes=vans.minutes, sites=vans.stops, candidates="file", tier=vans.tier, group=vans.group
    )


def choose_stops(
    project: Project,
    study: Study,
    vans: Vans,
    roads: VanRoads,
    file: Candidates | None,
    changes: StreetChanges,
    progress: Progress,
) -> ChosenStops:
    """Return the stops; ``file`` are the candidates of a file, None for the junctions of streets for vans.

    Raises
    ------
    InputError
        There are no candidates or too many, or a van can visit none of them.
    """
    parameters = siting_parameters(study)
    request = siting_request(vans).checked(parameters)
    arrays = study_arrays(project, study, changes, progress)
    candidates = _junctions(arrays, vans, roads) if file is None else file
    places = roads.snap(candidates.lon, candidates.lat)
    trip = roads.round_trip(places)
    visitable = np.asarray(trip + vans.set_up_minutes + vans.least_minutes <= vans.day_minutes, np.bool_)
    if file is None:
        candidates, places = taken(candidates, visitable), places.take(visitable)
        trip, visitable = trip[visitable], visitable[visitable]
    if not visitable.any():
        bases = join_names([str(name) for name in roads.bases.column("name").to_pylist()], ", ")
        allowed = f"allowed are places on streets for {vans.drive} within a working day"
        raise InputError(f"candidates: none can be visited in {vans.day_minutes} minutes from {bases}; {allowed}")
    inputs = read_siting_inputs(arrays, parameters, request, candidates, progress)
    assert request.minutes is not None  # checked
    limit = request.minutes * 60_000
    margin = surface_margin(arrays.surface, Quantity("persons", vans.group))
    others = list(_unvisitable(inputs, np.flatnonzero(~visitable), limit, margin, trip))
    inputs = _restricted(inputs, visitable)
    result = choose_from(inputs, parameters, request, progress)
    sites = np.array([site.pick.site for site in result.sites], np.int64) - len(inputs.stations)
    return ChosenStops(result.sites, places.take(visitable).take(sites), result, inputs.problem.within(limit), margin, others)


def _junctions(arrays: StudyArrays, vans: Vans, roads: VanRoads) -> Candidates:
    candidates = from_streets(roads.travel.graph.lon, roads.travel.graph.lat, arrays, vans.spacing)
    check_candidates(candidates, "streets")
    return candidates


def taken(candidates: Candidates, mask: Bools) -> Candidates:
    """Return the candidates of a mask."""
    kept = np.flatnonzero(mask)
    arrays = {n: getattr(candidates, n)[kept] for n in ("lon", "lat", "cost", "capacity", "forced")}
    return Candidates(tuple(candidates.id[i] for i in kept), tuple(candidates.name[i] for i in kept), **arrays)


def _restricted(inputs: SitingInputs, mask: Bools) -> SitingInputs:
    """Return the inputs with the candidates of a mask only."""
    problem, stations = inputs.problem, len(inputs.stations)
    rows = np.concatenate([np.arange(stations), stations + np.flatnonzero(mask)])
    state = [str(s) for s in np.asarray(problem.state)[rows]]
    kept = Problem(problem.pairs.take(rows), problem.weight, problem.costs[rows], None, state)
    return replace(inputs, candidates=taken(inputs.candidates, mask), problem=kept)


def _unvisitable(
    inputs: SitingInputs,
    candidates: Ints,
    limit: int,
    margin: Margin | None,
    trip: Floats,
) -> Iterator[UnvisitableStop]:
    """Yield some candidates as stops that no van can visit, each with the people whom it alone would newly reach."""
    near, places = inputs.problem.within(limit), inputs.candidates
    areas = inputs.arrays.area_names(places.lon[candidates], places.lat[candidates])
    for candidate, area in zip(candidates.tolist(), areas, strict=True):
        pick = explain(near, np.array([len(inputs.stations) + candidate]), limit + 1, margin)[0]
        yield UnvisitableStop(
            id=places.id[candidate],
            name=places.name[candidate],
            area=area,
            lon=float(places.lon[candidate]),
            lat=float(places.lat[candidate]),
            persons=pick.covered,
            margin=pick.margin,
            status=TOO_FAR if np.isfinite(trip[candidate]) else NO_ROAD,
        )
