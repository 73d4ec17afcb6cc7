"""Answers in groups, compounds and other named places, and the doors and buildings in them."""

from collections.abc import Iterator, Sequence
from math import isfinite

from geoservice.addresses.answers import Answer, Context, PartOfRoad, door_answer, position_of
from geoservice.addresses.area_hits import VILLAGE, Hit
from geoservice.addresses.door_number import door_number
from geoservice.addresses.elements import Element
from geoservice.addresses.elements import ElementKind as K
from geoservice.addresses.gazetteer import KINDS, Gazetteer
from geoservice.addresses.interpolate import place_number
from geoservice.addresses.named_places import places_named
from geoservice.addresses.near_names import OTHER_CLASS
from geoservice.addresses.uncertainty import place_uncertainty

_MAX_PLACES = 40
_PRECISION_OF = {"road": "road", "compound": "compound", "poi": "compound", "building": "building", "group": "group"}


def in_places(context: Context) -> Iterator[Answer]:
    """Yield groups, compounds, other named places, and the doors and buildings in them."""
    address, gazetteer = context.address, context.gazetteer
    road = ("poi_only",) if address.of(K.ROAD) else ()
    for element in address.of(K.POI):
        for hit in _named_places(element, context):
            yield from _place(hit, KINDS[gazetteer.kind[hit.row]], road, context)
    groups = address.of(K.GROUP)
    for element in groups[:1] if context.area.has_groups else ():
        hits = places_named(element.text, ("group",), context.area.row, context.scope, gazetteer)
        if gazetteer.level[context.area.row] - 1 == VILLAGE:  # other villages have groups of the same names
            hits = [hit for hit in hits if gazetteer.is_inside(hit.row, context.area.row)]
        for hit in hits if len(hits) <= _MAX_PLACES else ():
            yield from _place(hit, "group", (), context)
    if context.area.row >= 0 and not address.of(K.POI, K.GROUP, K.ROAD):
        yield from _doors_and_buildings(Hit(context.area.row), (), context)


def _named_places(element: Element, context: Context) -> Sequence[Hit]:
    part = context.address.first(K.SUB_POI)
    kinds = ("compound", "poi", "building")
    texts = [element.text + part.text] if part else []
    for text in (*texts, element.text):
        hits = places_named(text, kinds, context.area.row, context.scope, context.gazetteer)
        if hits:
            return hits if len(hits) <= _MAX_PLACES else ()
    return ()


def _place(hit: Hit, kind: str, faults: Sequence[str], context: Context) -> Iterator[Answer]:
    """Yield a named place and what is inside it."""
    yield from _doors_and_buildings(hit, faults, context)
    position = position_of(hit.row, context.gazetteer)
    if not isfinite(position[0]):
        return
    finer = (K.BUILDING, K.NUMBER) if kind == "group" else (K.BUILDING,)
    unknown = ("part_unknown",) if context.address.of(*finer) and kind != "building" else ()
    metres = place_uncertainty(kind, float(context.gazetteer.radius_m[hit.row]))
    yield context.answer(hit.row, _PRECISION_OF[kind], position, metres, (*hit.faults, *faults, *unknown))


def _doors_and_buildings(hit: Hit, faults: Sequence[str], context: Context) -> Iterator[Answer]:
    """Yield the building, its unit, or the door that the address states, inside a place."""
    gazetteer, address = context.gazetteer, context.address
    building = address.first(K.BUILDING)
    if building:
        for near in _parts(building.text, hit.row, gazetteer):
            yield from _building(near, (*hit.faults, *faults), context)
    element = address.first(K.NUMBER) or building
    number = door_number(element.text, context.country) if element else None
    doors = gazetteer.doors_of(hit.row)
    road = gazetteer.plates.of(doors, -1, context.without_doors) if number and doors.start < doors.stop else None
    placement = place_number(number, road) if number and road else None
    if number and road and placement and placement.basis in ("door", "number"):  # numbers in a village are in no line
        yield door_answer(hit.row, number, placement, PartOfRoad(road, -1), (*hit.faults, *faults), context)


def _parts(text: str, row: int, gazetteer: Gazetteer) -> list[int]:
    """Return the buildings, or units of a building, of a number inside a place."""
    if gazetteer.end[row] == row + 1:
        return []
    near = gazetteer.near_names.find(text, row, OTHER_CLASS + KINDS.index("building"))
    return [n.row for n in near if not n.is_typo and gazetteer.parent[n.row] == row]


def _building(row: int, faults: Sequence[str], context: Context) -> Iterator[Answer]:
    gazetteer = context.gazetteer
    unit = context.address.first(K.UNIT)
    units = [(r, "unit") for r in _parts(unit.text, row, gazetteer)] if unit else []
    for part, precision in [*units, (row, "building")]:
        position = position_of(part, gazetteer)
        if isfinite(position[0]):
            metres = place_uncertainty("building", float(gazetteer.radius_m[part]))
            yield context.answer(part, precision, position, metres, faults)
