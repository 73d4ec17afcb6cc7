"""Answers inside an area: doors, roads, compounds, buildings and groups of an address, and the area itself."""

from collections.abc import Collection, Iterator

from geoservice.addresses.answers import Answer, Context, position_of
from geoservice.addresses.candidates import AreaCandidate
from geoservice.addresses.elements import ElementKind as K
from geoservice.addresses.elements import ParsedAddress
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.place_answers import in_places
from geoservice.addresses.precision import AREA_PRECISIONS
from geoservice.addresses.relative_position import moved
from geoservice.addresses.road_answers import on_roads
from geoservice.addresses.uncertainty import area_uncertainty


def answers_in(
    area: AreaCandidate,
    address: ParsedAddress,
    gazetteer: Gazetteer,
    scope: int,
    country: str,
    without_doors: Collection[int] = frozenset(),
) -> list[Answer]:
    """Return the places that an address may be at in an area, and the area.

    Parameters as :func:`geoservice.addresses.match.match`.
    """
    context = Context(address, area, gazetteer, scope, country, without_doors)
    answers = [*on_roads(context), *in_places(context)]
    unknown = "" if answers else _unknown_part(address)
    return [_with_missing_city(moved(a, address), context) for a in answers] + list(_area_itself(context, unknown))


def _unknown_part(address: ParsedAddress) -> str:
    """Return the fault of an area whose finer parts are not known, empty if the address states none."""
    if address.of(K.GROUP, K.ROAD, K.LANE, K.POI, K.BUILDING):
        return "part_unknown"
    return "number_unknown" if address.of(K.NUMBER) else ""


def _area_itself(context: Context, unknown: str) -> Iterator[Answer]:
    row, gazetteer = context.area.row, context.gazetteer
    if row < 0 or not context.area.supports:
        return
    level = gazetteer.level[row] - 1
    precision = AREA_PRECISIONS[level] if level >= 0 else "none"
    if precision != "none":
        faults = (unknown,) if unknown and unknown not in context.area.faults else ()
        metres = area_uncertainty(level, float(gazetteer.radius_m[row]))
        yield context.answer(row, precision, position_of(row, gazetteer), metres, faults)


def _with_missing_city(answer: Answer, context: Context) -> Answer:
    """Add the fault of an address elsewhere than in China that states no city."""
    if context.country == "CN" or context.area.supports:
        return answer
    return answer._replace(faults=(*answer.faults, "missing_level"))
