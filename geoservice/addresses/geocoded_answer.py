"""Answers as what geocoding finds: with the areas around them, names of the gazetteer, and candidates."""

import itertools
from collections.abc import Sequence
from math import isfinite

from geoservice.addresses.answers import Answer
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.geocoded import GeocodeCandidate, Geocoded, MatchedArea
from geoservice.addresses.precision import AREA_PRECISIONS
from geoservice.addresses.score import score
from geoservice.addresses.uncertainty import area_uncertainty
from geoservice.divisions import COUNTY_GROUPS

MAX_CANDIDATES = 5
_LEVELS = ("province", "city", "county", "town", "village")
_NAMED_AREAS = 2


def ambiguous_answer(best: Answer, rivals: Sequence[Answer], rows: Sequence[int], gazetteer: Gazetteer, scope: int) -> Geocoded:
    """Return the area that contains all places that fit, and the places as candidates."""
    candidates = tuple(_candidate(answer, gazetteer) for answer in (best, *rivals)[:MAX_CANDIDATES])
    common = _common_area(rows, gazetteer, scope)
    level = gazetteer.level[common] - 1 if common >= 0 else -1
    precision = AREA_PRECISIONS[level] if level >= 0 else "none"
    if precision == "none":
        return Geocoded("ambiguous", "ambiguous", faults=("ambiguous",), candidates=candidates)
    uncertainty = area_uncertainty(level, float(gazetteer.radius_m[common]))
    lon, lat = float(gazetteer.lon[common]), float(gazetteer.lat[common])
    answer = Answer(common, common, precision, lon, lat, uncertainty, ("ambiguous",), best.supports)
    return geocoded_answer("ambiguous", answer, gazetteer, candidates)


def _common_area(rows: Sequence[int], gazetteer: Gazetteer, scope: int) -> int:
    """Return the smallest area that contains all rows, -1 if there is none within the scope."""
    if min(rows) < 0:
        return scope
    common = next((r for r in gazetteer.chain(min(rows)) if gazetteer.level[r] and max(rows) < gazetteer.end[r]), -1)
    return common if scope < 0 or common < 0 or gazetteer.is_inside(common, scope) else -1


def geocoded_answer(status: str, answer: Answer, gazetteer: Gazetteer, candidates: tuple[GeocodeCandidate, ...]) -> Geocoded:
    """Return an answer as what geocoding finds."""
    areas = _areas_of(answer, gazetteer)
    return Geocoded(
        status,
        row=answer.row,
        areas=areas,
        matched="".join(area.name for area in areas) + _place_name(answer, gazetteer),
        lon=answer.lon if isfinite(answer.lon) else None,
        lat=answer.lat if isfinite(answer.lat) else None,
        precision=answer.precision,
        score=score(answer.precision, answer.faults),
        uncertainty_m=round(answer.uncertainty_m, 1),
        faults=answer.faults,
        candidates=candidates,
    )


def _areas_of(answer: Answer, gazetteer: Gazetteer) -> tuple[MatchedArea, ...]:
    return areas_around(answer.row if answer.area < 0 else answer.area, gazetteer)


def areas_around(row: int, gazetteer: Gazetteer) -> tuple[MatchedArea, ...]:
    """Return the areas around a place and itself, from the province down."""
    areas = [(r, gazetteer.name(r)) for r in gazetteer.chain(row) if gazetteer.level[r]][::-1]
    return tuple(
        MatchedArea(_LEVELS[gazetteer.level[r] - 1], gazetteer.code(r), name) for r, name in areas if name not in COUNTY_GROUPS
    )


def _place_name(answer: Answer, gazetteer: Gazetteer) -> str:
    """Return the name of a place that is no area, with those around it up to the area, and the number of the door."""
    inside = itertools.takewhile(lambda row: not gazetteer.level[row], gazetteer.chain(answer.row))
    return "".join([gazetteer.name(row) for row in inside][::-1]) + answer.label


def _candidate(answer: Answer, gazetteer: Gazetteer) -> GeocodeCandidate:
    areas = "".join(area.name for area in _areas_of(answer, gazetteer)[-_NAMED_AREAS:])
    lon, lat = (value if isfinite(value) else None for value in (answer.lon, answer.lat))
    points = score(answer.precision, answer.faults)
    return GeocodeCandidate(areas + _place_name(answer, gazetteer), lon, lat, answer.precision, points, answer.row)
