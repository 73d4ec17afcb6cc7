"""The place of an address in a gazetteer: position, precision, score, faults and uncertainty."""

import itertools
from collections.abc import Collection
from dataclasses import replace

from geoservice.addresses.answers import Answer
from geoservice.addresses.candidates import AreaSearch, search_areas
from geoservice.addresses.elements import AREA_KINDS, ElementKind, ParsedAddress
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.geocoded import Geocoded
from geoservice.addresses.geocoded_answer import ambiguous_answer, areas_around, geocoded_answer
from geoservice.addresses.parse import parse
from geoservice.addresses.places import answers_in
from geoservice.addresses.precision import AREA_PRECISIONS, finer
from geoservice.addresses.respelling import county_of, respelling
from geoservice.addresses.rivals import rivals_of
from geoservice.addresses.score import score

_PLACE_KINDS = frozenset(
    (*AREA_KINDS, ElementKind.DEVELOPMENT_ZONE, ElementKind.GROUP, ElementKind.ROAD, ElementKind.LANE, ElementKind.POI)
)
_NO_PLACES = (ElementKind.OTHER, ElementKind.REDUNDANT)
_LEAST_SHARE = 0.3


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
    rivals = rivals_of(answers, gazetteer)
    if rivals or search.crowd:
        rows = [answer.area for answer in (answers[0], *rivals)] + list(search.crowd)
        return ambiguous_answer(answers[0], rivals, rows, gazetteer, scope)
    best = answers[0]
    return geocoded_answer("matched", best, gazetteer, ())


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
        return Geocoded("none", "too_coarse", areas=areas_around(known[0], gazetteer))
    return Geocoded("none", "not_found" if _is_address(address) else "not_an_address")


def _rank(answer: Answer) -> tuple[int, int, float, int, str]:
    points = score(answer.precision, answer.faults)
    return -points, -answer.supports, answer.uncertainty_m, answer.row, answer.precision


def _is_address(address: ParsedAddress) -> bool:
    """Whether places make up enough of a text that it is an address of places that are not known."""
    length = sum(element.end - element.start for element in address.elements if element.kind not in _NO_PLACES)
    return length >= _LEAST_SHARE * max(1, len(address.text))
