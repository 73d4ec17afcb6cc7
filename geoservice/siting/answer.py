"""The answer to a siting question as GeoJSON: texts are in both languages, unknown and hidden numbers are null."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from geoservice.errors import InputError, ParameterError
from geoservice.layer import Label
from geoservice.live.edited_stations import edited
from geoservice.progress import Progress
from geoservice.siting.arrays import SitingParameters, StudyArrays
from geoservice.siting.candidates import Candidates, NoCandidates
from geoservice.siting.fairness import MEASURE
from geoservice.siting.left_out import LeftOut
from geoservice.siting.question import CandidatePoints, SitingQuestion
from geoservice.siting.request import SitingRequest
from geoservice.siting.result import ClosedStation, FrontSites, RankedSite, SitingResult
from geoservice.siting.rows import front_row, site_row
from geoservice.siting.run import choose_sites

MAX_PAIRS = 30_000_000
"""Pairs of candidates and points: some 1.5 GB at work."""
NOBODY = Label(
    zh="在允许的站点数或费用内，没有方案能覆盖候选点可到达的全部人口；未被覆盖的人口按区域列出。",
    en="Within the sites or the budget allowed, no choice reaches everybody within reach of the candidates; people left out "
    "are listed by area.",
)


def answer(arrays: StudyArrays, parameters: SitingParameters, question: SitingQuestion, progress: Progress) -> dict[str, Any]:
    """Return the sites as a GeoJSON collection of points, with totals, proof and summary; ready for JSON but for NaN.

    If no choice reaches everybody whom the model has to reach, or there are no candidates, there are no features, ``feasible``
    is false, and ``left_out`` has the people by area. Raises :class:`ParameterError` for what the study does not allow.
    """
    rows, _ = edited(arrays.stations, question.edits, parameters.services)
    arrays = StudyArrays(arrays.surface, arrays.areas, rows, arrays.network)
    points = question.candidates if isinstance(question.candidates, CandidatePoints) else None
    fields = question.model_dump(exclude={"edits", "candidates"})
    request = SitingRequest(**fields, candidates="file" if points else str(question.candidates))
    candidates = None if points is None else from_points(points)
    try:
        result = choose_sites(arrays, parameters, request, candidates, progress, MAX_PAIRS)
    except LeftOut as error:
        return _without_sites(str(error), NOBODY, _left_out(error, parameters))
    except NoCandidates as error:
        sentence = Label(zh=f"没有候选点：{error.reason.zh}。", en=f"No candidates: {error.reason.en}.")
        return _without_sites(str(error), sentence, [])
    except InputError as error:
        raise ParameterError(str(error)) from None
    return _answer(result)


def from_points(points: CandidatePoints) -> Candidates:
    """Return the candidates of a question; those without an id are numbered."""
    rows = [f.properties for f in points.features]
    own = [f.id if f.id is not None else (row and row.id) for f, row in zip(points.features, rows, strict=True)]
    ids = tuple(f"p{number}" if name is None else str(name) for number, name in enumerate(own, 1))
    capacity = [np.nan if row is None or row.capacity is None else row.capacity for row in rows]
    return Candidates(
        id=ids,
        name=tuple((row and row.name) or "" for row in rows),
        lon=np.array([f.geometry.coordinates[0] for f in points.features], float),
        lat=np.array([f.geometry.coordinates[1] for f in points.features], float),
        cost=np.array([1.0 if row is None else row.cost for row in rows], float),
        capacity=np.array(capacity, float),
        forced=np.array([row is not None and row.forced for row in rows], np.bool_),
    )


def _answer(result: SitingResult) -> dict[str, Any]:
    solution, request, people = result.solution, result.request, result.shown
    totals = {
        "persons": result.people,
        "reached_before": result.reached_before,
        "reached_after": result.reached_after,
        "off_street": result.off_street,
        "beyond": result.beyond,
        "not_chosen": result.left,
    }
    return {
        "type": "FeatureCollection",
        "features": [_feature(rank, site, result) for rank, site in enumerate(result.sites, 1)],
        "feasible": True,
        "model": request.model,
        "minutes": request.minutes,
        "candidates": result.candidates,
        "totals": {name: people(value) for name, value in totals.items()},
        "proof": {
            "objective": solution.objective,
            "bound": solution.bound,
            "gap": solution.gap,
            "proven": solution.proven,
        },
        "curve": None if result.curve is None else _curve(result),
        "closed": _closed(result.closed),
        "fairness": None if result.front is None else _fairness(result.front, result),
        "summary": [text.model_dump() for text in result.summary],
    }


def _feature(rank: int, site: RankedSite, result: SitingResult) -> dict[str, Any]:
    row = site_row(rank, site, result)
    for name in ("area_zh", "area_en", "reason_zh", "reason_en"):
        row.pop(name)
    texts = {"area": site.area.model_dump(), "reasons": site.reasons.model_dump()}
    point = {"type": "Point", "coordinates": [round(site.lon, 7), round(site.lat, 7)]}
    return {"type": "Feature", "id": rank, "geometry": point, "properties": {**row, **texts}}


def _closed(stations: Sequence[ClosedStation]) -> list[dict[str, str]]:
    return [{"id": station.id, "name": station.name} for station in stations]


def _fairness(front: Sequence[FrontSites], result: SitingResult) -> dict[str, Any]:
    """Return the choices between the most people in time and the least time beyond it."""
    measure = {"id": "far_minutes", "name": MEASURE.model_dump(), "unit": "minute"}
    points = [front_row(choice, result) for choice in front]
    for point, choice in zip(points, front, strict=True):
        sites = [_feature(rank, site, result) for rank, site in enumerate(choice.sites, 1)]
        point.update(closed=_closed(choice.closed), features=sites)
    return {"measure": measure, "proven": all(choice.point.proven for choice in front), "points": points}


def _curve(result: SitingResult) -> list[dict[str, float]]:
    """Return the people in time by number of sites, and the most that as many sites can reach."""
    assert result.curve is not None
    pairs = zip(result.curve.covered.tolist(), result.curve.bound.tolist(), strict=True)
    return [
        {"sites": number, "persons": result.shown(covered), "persons_most": result.shown(bound)}
        for number, (covered, bound) in enumerate(pairs)
    ]


def _left_out(error: LeftOut, parameters: SitingParameters) -> list[dict[str, Any]]:
    hide = parameters.hide_below or 0
    return [
        {
            "area": row.area.model_dump(),
            "persons": round(row.people, 1) if row.people >= hide else None,
            "persons_margin": round(row.margin, 1) if row.people >= hide else None,
        }
        for row in error.areas
    ]


def _without_sites(reason: str, sentence: Label, left_out: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the answer where there is no choice."""
    return {
        "type": "FeatureCollection",
        "features": [],
        "feasible": False,
        "reason": reason,
        "left_out": left_out,
        "summary": [sentence.model_dump()],
    }
