"""The place of an address in a gazetteer: position, precision, score, faults and uncertainty."""

import itertools
from collections.abc import Collection, Sequence
from dataclasses import replace
from math import isfinite

from geoservice.addresses.answers import Answer, metres_between
from geoservice.addresses.candidates import AreaSearch, search_areas
from geoservice.addresses.elements import AREA_KINDS, ElementKind, ParsedAddress
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.geocoded import GeocodeCandidate, Geocoded, MatchedArea
from geoservice.addresses.parse import parse
from geoservice.addresses.places import answers_in
from geoservice.addresses.precision import AREA_PRECISIONS, finer
from geoservice.addresses.respelling import county_of, respelling
from geoservice.addresses.score import score
from geoservice.addresses.uncertainty import area_uncertainty
from geoservice.divisions import COUNTY_GROUPS

MAX_CANDIDATES = 5
AMBIGUOUS_POINTS = 5
"""Another place whose score is lower by no more than this fits as well."""
_SAME_PLACE_M = 100.0
_LEVELS = ("province", "city", "county", "town", "village")
_PLACE_KINDS = frozenset(
    (*AREA_KINDS, ElementKind.DEVELOPMENT_ZONE, ElementKind.GROUP, ElementKind.ROAD, ElementKind.LANE, ElementKind.POI)
)
_NO_PLACES = (ElementKind.OTHER, ElementKind.REDUNDANT)
_LEAST_SHARE = 0.3
_NAMED_AREAS = 2


def geocode(text: str, gazetteer: Gazetteer, scope: int = -1, country: str = "CN") -> Geocoded:
    """Return where an address is.

    Parameters
    ----------
    text : str
        Anything; what is no address has the reason ``not_an_address``.
    gazetteer : Gazetteer
    scope : int
        Row of the area that all answers must be inside of; -1 for none.
    country : str
        ISO 3166 code, which decides how addresses are written.
    """
    return match(parse(text, gazetteer, scope, country), gazetteer, scope, country)


def match(
    address: ParsedAddress,
    gazetteer: Gazetteer,
    scope: int = -1,
    country: str = "CN",
    without_doors: Collection[int] = frozenset(),
) -> Geocoded:
    """Return where a parsed address is.

    Parameters
    ----------
    address : ParsedAddress
    gazetteer : Gazetteer
    scope : int
        Row of the area that all answers must be inside of; -1 for none.
    country : str
        ISO 3166 code, which decides how addresses are written.
    without_doors : collection of int
        Rows of the gazetteer's doors to leave out, to measure errors.
    """
    answer = _match(address, gazetteer, scope, country, without_doors)
    if country == "CN" and answer.reason != "not_an_address" and finer("village", answer.precision):
        return _respelt(address, gazetteer, scope, without_doors, answer)
    return answer


def _respelt(
    address: ParsedAddress, gazetteer: Gazetteer, scope: int, without_doors: Collection[int], answer: Geocoded
) -> Geocoded:
    """Return where an address is without its errors, if that is known better."""
    county = county_of(answer.row, gazetteer, scope)
    meant = respelling(address, gazetteer, county) if county >= 0 else None
    if meant is None:
        return answer
    other = _match(parse(meant.text, gazetteer, scope), gazetteer, scope, "CN", without_doors)
    if finer("village", other.precision):
        return answer
    faults = (*meant.faults, *other.faults)
    return replace(other, faults=faults, score=score(other.precision, faults))


def _match(address: ParsedAddress, gazetteer: Gazetteer, scope: int, country: str, without_doors: Collection[int]) -> Geocoded:
    if not any(element.kind in _PLACE_KINDS for element in address.elements):
        return Geocoded("none", "not_an_address")
    search = search_areas(address, gazetteer, scope, country)
    if search.is_outside:
        return Geocoded("none", "outside_scope")
    answers = sorted(_answers(search, address, gazetteer, scope, country, without_doors), key=_rank)
    if not answers:
        return _unplaced(search, address, gazetteer)
    rivals = _rivals(answers, gazetteer)
    if rivals or search.crowd:
        rows = [answer.area for answer in (answers[0], *rivals)] + list(search.crowd)
        return _ambiguous(answers[0], rivals, rows, gazetteer, scope)
    best = answers[0]
    return _geocoded("matched", best, gazetteer, ())


def _answers(
    search: AreaSearch,
    address: ParsedAddress,
    gazetteer: Gazetteer,
    scope: int,
    country: str,
    without_doors: Collection[int],
) -> list[Answer]:
    """Return the places in the areas; those that fewer stated areas agree with only if the others have nothing but areas."""
    answers: dict[tuple[int, str, float, float], Answer] = {}
    for _, areas in itertools.groupby(sorted(search.areas, key=lambda a: -a.supports), key=lambda a: a.supports):
        for answer in (one for area in areas for one in answers_in(area, address, gazetteer, scope, country, without_doors)):
            key = (answer.row, answer.precision, round(answer.lon, 7), round(answer.lat, 7))
            if key not in answers or _rank(answer) < _rank(answers[key]):
                answers[key] = answer
        if any(answer.precision not in AREA_PRECISIONS for answer in answers.values()):
            break
    return list(answers.values())


def _unplaced(search: AreaSearch, address: ParsedAddress, gazetteer: Gazetteer) -> Geocoded:
    """Return the reason why there is no answer, and the areas that are too large to be one."""
    known = [area.row for area in search.areas if area.row >= 0 and area.supports]
    if len(known) == 1:
        return Geocoded("none", "too_coarse", areas=_areas(known[0], gazetteer))
    return Geocoded("none", "not_found" if _is_address(address) else "not_an_address")


def _rank(answer: Answer) -> tuple[int, int, float, int, str]:
    points = score(answer.precision, answer.faults)
    return -points, -answer.supports, answer.uncertainty_m, answer.row, answer.precision


def _is_address(address: ParsedAddress) -> bool:
    """Whether places make up enough of a text that it is an address of places that are not known."""
    length = sum(element.end - element.start for element in address.elements if element.kind not in _NO_PLACES)
    return length >= _LEAST_SHARE * max(1, len(address.text))


def _rivals(answers: Sequence[Answer], gazetteer: Gazetteer) -> list[Answer]:
    """Return the answers that are elsewhere than the best one and nearly as good."""
    best = answers[0]
    least = score(best.precision, best.faults) - AMBIGUOUS_POINTS
    rivals: list[Answer] = []
    for answer in answers[1:]:
        if score(answer.precision, answer.faults) < least:
            break
        if answer.supports >= best.supports and _is_elsewhere(best, answer, gazetteer):
            rivals.append(answer)
    return rivals


def _is_elsewhere(best: Answer, other: Answer, gazetteer: Gazetteer) -> bool:
    if {best.precision, other.precision} <= set(AREA_PRECISIONS):
        return not _are_nested(best.row, other.row, gazetteer)
    if (
        best.precision == other.precision
        and "typo" in best.faults
        and "typo" in other.faults
        and _differ(best, other, gazetteer)
    ):
        return True  # it is not known which of two near names is meant
    if best.precision != other.precision and _are_nested(best.area, other.area, gazetteer):
        return False  # the same address, found in two ways
    return not metres_between(best, other) <= max(_SAME_PLACE_M, best.uncertainty_m, other.uncertainty_m)


def _differ(best: Answer, other: Answer, gazetteer: Gazetteer) -> bool:
    return best.area != other.area or gazetteer.name(best.row) != gazetteer.name(other.row)


def _are_nested(one: int, other: int, gazetteer: Gazetteer) -> bool:
    return min(one, other) < 0 or gazetteer.is_inside(one, other) or gazetteer.is_inside(other, one)


def _ambiguous(best: Answer, rivals: Sequence[Answer], rows: Sequence[int], gazetteer: Gazetteer, scope: int) -> Geocoded:
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
    return _geocoded("ambiguous", answer, gazetteer, candidates)


def _common_area(rows: Sequence[int], gazetteer: Gazetteer, scope: int) -> int:
    """Return the smallest area that contains all rows, -1 if there is none within the scope."""
    if min(rows) < 0:
        return scope
    common = next((r for r in gazetteer.chain(min(rows)) if gazetteer.level[r] and max(rows) < gazetteer.end[r]), -1)
    return common if scope < 0 or common < 0 or gazetteer.is_inside(common, scope) else -1


def _geocoded(status: str, answer: Answer, gazetteer: Gazetteer, candidates: tuple[GeocodeCandidate, ...]) -> Geocoded:
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
    return _areas(answer.row if answer.area < 0 else answer.area, gazetteer)


def _areas(row: int, gazetteer: Gazetteer) -> tuple[MatchedArea, ...]:
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
