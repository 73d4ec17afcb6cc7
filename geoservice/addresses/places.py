"""Answers inside an area: doors, roads, compounds, buildings and groups of an address, and the area itself."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from math import cos, isfinite, radians, sqrt
from typing import NamedTuple

from geoservice.addresses.candidates import AreaCandidate, Hit, places_named
from geoservice.addresses.door_number import DoorNumber, door_number
from geoservice.addresses.door_plates import XY, RoadPlates
from geoservice.addresses.elements import Element, ElementKind, ParsedAddress
from geoservice.addresses.gazetteer import KINDS, Gazetteer
from geoservice.addresses.interpolate import Placement, place_number
from geoservice.addresses.near_names import OTHER_CLASS
from geoservice.addresses.precision import AREA_PRECISIONS, coarser_of
from geoservice.addresses.uncertainty import MODELS, area_uncertainty, place_uncertainty
from geoservice.geo import METRES_PER_DEGREE

_MAX_PLACES = 40
_TOWN = 3
_LEAST_CROSSING_M, _MAX_CROSSING_M = 60.0, 400.0
_MAX_RELATIVE_M = 5_000.0
_AXES = {"东": (1.0, 0.0), "西": (-1.0, 0.0), "北": (0.0, 1.0), "南": (0.0, -1.0)}
_METRES = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?)\s*(公里|千米|km|里|米|m)?", re.IGNORECASE)
_UNITS = {"公里": 1000.0, "千米": 1000.0, "km": 1000.0, "里": 500.0, "米": 1.0, "m": 1.0, None: 1.0}
_PRECISION_OF = {"road": "road", "compound": "compound", "poi": "compound", "building": "building", "group": "group"}
_Kind = ElementKind


class Answer(NamedTuple):
    """A place that an address may be at.

    ``row`` is the place, ``area`` the finest area that contains it; ``supports`` is how many stated areas agree; ``label`` the
    number of a door, as it is written after the name of the road.
    """

    row: int
    area: int
    precision: str
    lon: float
    lat: float
    uncertainty_m: float
    faults: tuple[str, ...]
    supports: int
    label: str = ""


def metres_between(one: Answer, other: Answer) -> float:
    """Return the distance of two answers in metres, NaN if a position is unknown; exact to a thousandth within a county."""
    x = (one.lon - other.lon) * cos(radians(one.lat)) if isfinite(one.lat) else one.lat
    return METRES_PER_DEGREE * sqrt(x * x + (one.lat - other.lat) ** 2)


class _Context(NamedTuple):
    address: ParsedAddress
    area: AreaCandidate
    gazetteer: Gazetteer
    scope: int
    country: str
    without_doors: Collection[int]

    def answer(
        self, row: int, precision: str, position: tuple[float, float], metres: float, faults: Sequence[str], town: int = -1
    ) -> Answer:
        area = next((r for r in self.gazetteer.chain(row) if self.gazetteer.level[r]), -1)
        if town >= 0 and (area < 0 or self.gazetteer.is_inside(town, area)):
            area = town
        if self.area.row >= 0 and area >= 0 and self.gazetteer.is_inside(self.area.row, area):
            area = self.area.row  # a road of the whole town, in a village that is stated
        return Answer(row, area, precision, *position, metres, (*self.area.faults, *faults), self.area.supports)


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
    context = _Context(address, area, gazetteer, scope, country, without_doors)
    answers = [*_on_roads(context), *_in_places(context)]
    is_unknown = not answers and _states_finer_part(address)
    return [_with_missing_city(_relative(a, address), context) for a in answers] + list(_area_itself(context, is_unknown))


def _states_finer_part(address: ParsedAddress) -> bool:
    return bool(address.of(_Kind.GROUP, _Kind.ROAD, _Kind.LANE, _Kind.NUMBER, _Kind.POI, _Kind.BUILDING))


def _area_itself(context: _Context, is_part_unknown: bool) -> Iterator[Answer]:
    row, gazetteer = context.area.row, context.gazetteer
    if row < 0 or not context.area.supports:
        return
    level = gazetteer.level[row] - 1
    precision = AREA_PRECISIONS[level] if level >= 0 else "none"
    if precision != "none":
        faults = ("part_unknown",) if is_part_unknown and "part_unknown" not in context.area.faults else ()
        metres = area_uncertainty(level, float(gazetteer.radius_m[row]))
        yield context.answer(row, precision, _position(row, gazetteer), metres, faults)


def _position(row: int, gazetteer: Gazetteer) -> tuple[float, float]:
    return float(gazetteer.lon[row]), float(gazetteer.lat[row])


def _with_missing_city(answer: Answer, context: _Context) -> Answer:
    """Add the fault of an address elsewhere than in China that states no city."""
    if context.country == "CN" or context.area.supports:
        return answer
    return answer._replace(faults=(*answer.faults, "missing_level"))


def _on_roads(context: _Context) -> Iterator[Answer]:
    roads = context.address.of(_Kind.ROAD)
    lanes = context.address.of(_Kind.LANE)
    if not roads and lanes:
        roads, lanes = lanes[:1], lanes[1:]
    if not roads:
        return
    hits = places_named(roads[0].text, ("road",), context.area.row, context.scope, context.gazetteer)
    if len(hits) > _MAX_PLACES:
        return
    towns = {context.gazetteer.at_level(hit.row, _TOWN) for hit in hits} - {-1}
    is_town_known = len(towns) < 2 or context.gazetteer.at_level(context.area.row, _TOWN) >= 0
    if not is_town_known:
        context = context._replace(area=replace(context.area, faults=(*context.area.faults, "town_unknown")))
    for hit in hits:
        if len(roads) > 1 and context.address.of(_Kind.INTERSECTION):
            yield from _crossing(hit, roads[1].text, context)
        elif lanes:
            yield from _in_lane(hit, roads[0].text, lanes[0].text, context)
        else:
            yield from _on_road(hit, _number(context), context)


def _number(context: _Context) -> DoorNumber | None:
    """Return the door number that the address states."""
    element = context.address.first(_Kind.NUMBER)
    return door_number(element.text, context.country) if element else None


def _on_road(hit: Hit, number: DoorNumber | None, context: _Context, faults: Sequence[str] = ()) -> Iterator[Answer]:
    """Yield the places of a number on a road or, without one, the road."""
    faults = (*hit.faults, *faults)
    for part in _parts_of_road(hit.row, number, context):
        number = _with_entrance(number, part.road, context)
        placement = place_number(number, part.road) if number else None
        if placement is None:
            unknown = ("number_unknown",) if context.address.of(_Kind.NUMBER) else ()
            metres = max(_LEAST_CROSSING_M, part.road.radius)
            position = part.road.degrees(part.road.centre)
            yield context.answer(hit.row, "road", position, metres, (*faults, *part.faults, *unknown), part.town)
        elif number:
            yield _door(hit.row, number, placement, part, faults, context)
    if context.gazetteer.plates.of(context.gazetteer.doors_of(hit.row), -1, context.without_doors) is None:
        yield from _road_itself(hit.row, faults, context)


def _road_itself(row: int, faults: Sequence[str], context: _Context) -> Iterator[Answer]:
    """Yield a road without plates, if its position is known."""
    position = _position(row, context.gazetteer)
    if isfinite(position[0]):
        unknown = ("number_unknown",) if context.address.of(_Kind.NUMBER) else ()
        metres = place_uncertainty("road", float(context.gazetteer.radius_m[row]))
        yield context.answer(row, "road", position, metres, (*faults, *unknown))


def _with_entrance(number: DoorNumber | None, road: RoadPlates, context: _Context) -> DoorNumber | None:
    """Return a number with the letter of the entrance, as in 5 A, if that has a plate of its own."""
    unit = context.address.first(_Kind.UNIT)
    if number is None or unit is None or number.suffix or len(unit.text) != 1:
        return number
    entrance = number._replace(suffix=unit.text.casefold())
    return entrance if any((p.number, p.to_number, p.suffix) == entrance for p in road.plates) else number


class _PartOfRoad(NamedTuple):
    """The plates of a road in a township, -1 for several or unknown ones, and the faults of that choice."""

    road: RoadPlates
    town: int
    faults: tuple[str, ...] = ()


def _door(
    row: int, number: DoorNumber, placement: Placement, part: _PartOfRoad, faults: Sequence[str], context: _Context
) -> Answer:
    metres = MODELS[placement.basis].metres(placement.span_m, part.road.roughness)
    building = ("part_unknown",) if context.address.of(_Kind.BUILDING) and context.country == "CN" else ()
    position = part.road.degrees(placement.position)
    faults = (*faults, *part.faults, *placement.faults, *building)
    answer = context.answer(row, placement.precision, position, metres, faults, part.town)
    return answer._replace(label=_label(number, context.country))


def _label(number: DoorNumber, country: str) -> str:
    text = str(number.number) + (f"-{number.to_number}" if number.to_number > number.number else "")
    if country != "CN":
        return f" {text}{number.suffix}"
    return f"{text}号{number.suffix}" if number.suffix else f"{text}号"


def _parts_of_road(row: int, number: DoorNumber | None, context: _Context) -> Iterator[_PartOfRoad]:
    """Yield the plates of a road in the town that is stated; without one, in each town that has the number, or all."""
    gazetteer = context.gazetteer
    doors = gazetteer.doors_of(row)
    everything = gazetteer.plates.of(doors, -1, context.without_doors) if doors.start < doors.stop else None
    if everything is None:
        return
    town = gazetteer.at_level(context.area.row, _TOWN) if context.area.row >= 0 else -1
    if town >= 0:
        part = gazetteer.plates.of(doors, town, context.without_doors)
        yield _PartOfRoad(part, town) if part else _PartOfRoad(everything, -1, ("town_unknown",))
    elif len(everything.towns) < 2:
        yield _PartOfRoad(everything, next(iter(everything.towns), -1))
    else:
        parts = [_PartOfRoad(everything.in_town(t), t, ("town_unknown",)) for t in everything.towns]
        parts = [part for part in parts if number and _has_number(part.road, number)]
        yield from parts or [_PartOfRoad(everything, -1, ("town_unknown",))]


def _has_number(road: RoadPlates, number: DoorNumber) -> bool:
    return any(plate.number <= number.number <= plate.to_number for plate in road.plates)


def _in_lane(hit: Hit, road: str, lane: str, context: _Context) -> Iterator[Answer]:
    """Yield the number in a lane of a road; where the lane is not known, the lane's own number on the road."""
    gazetteer = context.gazetteer
    inside = [Hit(n.row) for n in gazetteer.named(lane, hit.row) if gazetteer.kind[n.row] == KINDS.index("road")]
    lanes = inside or places_named(road + lane, ("road",), context.area.row, context.scope, gazetteer)
    if not lanes and not lane[:1].isdecimal():
        lanes = places_named(lane, ("road",), context.area.row, context.scope, gazetteer)
    for found in lanes[:_MAX_PLACES]:
        yield from _on_road(Hit(found.row, found.fault or hit.fault), _number(context), context)
    if not lanes:
        for answer in _on_road(hit, door_number(lane.rstrip("弄巷里条胡同"), context.country), context, ("lane_unknown",)):
            yield answer._replace(precision=coarser_of(answer.precision, "interpolated"))


def _crossing(hit: Hit, other: str, context: _Context) -> Iterator[Answer]:
    """Yield where two roads cross: between the plates of both that are nearest to each other."""
    gazetteer = context.gazetteer
    others = places_named(other, ("road",), context.area.row, context.scope, gazetteer)
    one = gazetteer.plates.of(gazetteer.doors_of(hit.row), -1, context.without_doors)
    for second in others[:_MAX_PLACES]:
        two = gazetteer.plates.of(gazetteer.doors_of(second.row), -1, context.without_doors)
        if one is None or two is None:
            continue
        position, gap = _nearest_pair(one, two)
        if gap <= _MAX_CROSSING_M:
            metres = max(_LEAST_CROSSING_M, gap)
            yield context.answer(hit.row, "road", one.degrees(position), metres, (*hit.faults, *second.faults))
            return
    yield from _on_road(hit, None, context, ("part_unknown",))


def _nearest_pair(one: RoadPlates, two: RoadPlates) -> tuple[XY, float]:
    """Return the middle of the plates of two roads that are nearest to each other, and their distance."""
    scale = METRES_PER_DEGREE * cos(radians(one.lat))
    shift = XY((two.lon - one.lon) * scale, (two.lat - one.lat) * METRES_PER_DEGREE)
    there = [XY(p.x + shift.x, p.y + shift.y) for p in two.plates]
    gap, a, b = min((XY(p.x, p.y).distance(q), XY(p.x, p.y), q) for p in one.plates for q in there)
    return a.towards(b, 0.5), gap


def _in_places(context: _Context) -> Iterator[Answer]:
    """Yield groups, compounds, other named places, and the doors and buildings in them."""
    address, gazetteer = context.address, context.gazetteer
    road = ("poi_only",) if address.of(_Kind.ROAD) else ()
    for element in address.of(_Kind.POI):
        for hit in _named_places(element, context):
            yield from _place(hit, KINDS[gazetteer.kind[hit.row]], road, context)
    groups = address.of(_Kind.GROUP)
    for element in groups[:1]:
        hits = places_named(element.text, ("group",), context.area.row, context.scope, gazetteer)
        for hit in hits if len(hits) <= _MAX_PLACES else ():
            yield from _place(hit, "group", (), context)
    if context.area.row >= 0 and not address.of(_Kind.POI, _Kind.GROUP, _Kind.ROAD):
        yield from _doors_and_buildings(Hit(context.area.row), (), context)


def _named_places(element: Element, context: _Context) -> Sequence[Hit]:
    part = context.address.first(_Kind.SUB_POI)
    kinds = ("compound", "poi", "building")
    texts = [element.text + part.text] if part else []
    for text in (*texts, element.text):
        hits = places_named(text, kinds, context.area.row, context.scope, context.gazetteer)
        if hits:
            return hits if len(hits) <= _MAX_PLACES else ()
    return ()


def _place(hit: Hit, kind: str, faults: Sequence[str], context: _Context) -> Iterator[Answer]:
    """Yield a named place and what is inside it."""
    yield from _doors_and_buildings(hit, faults, context)
    position = _position(hit.row, context.gazetteer)
    if not isfinite(position[0]):
        return
    finer = (_Kind.BUILDING, _Kind.NUMBER) if kind == "group" else (_Kind.BUILDING,)
    unknown = ("part_unknown",) if context.address.of(*finer) and kind != "building" else ()
    metres = place_uncertainty(kind, float(context.gazetteer.radius_m[hit.row]))
    yield context.answer(hit.row, _PRECISION_OF[kind], position, metres, (*hit.faults, *faults, *unknown))


def _doors_and_buildings(hit: Hit, faults: Sequence[str], context: _Context) -> Iterator[Answer]:
    """Yield the building, its unit, or the door that the address states, inside a place."""
    gazetteer, address = context.gazetteer, context.address
    building = address.first(_Kind.BUILDING)
    if building:
        for near in _parts(building.text, hit.row, gazetteer):
            yield from _building(near, (*hit.faults, *faults), context)
    element = address.first(_Kind.NUMBER) or building
    number = door_number(element.text, context.country) if element else None
    doors = gazetteer.doors_of(hit.row)
    road = gazetteer.plates.of(doors, -1, context.without_doors) if number and doors.start < doors.stop else None
    placement = place_number(number, road) if number and road else None
    if number and road and placement and placement.basis in ("door", "number"):  # numbers in a village are in no line
        yield _door(hit.row, number, placement, _PartOfRoad(road, -1), (*hit.faults, *faults), context)


def _parts(text: str, row: int, gazetteer: Gazetteer) -> list[int]:
    """Return the buildings, or units of a building, of a number inside a place."""
    if gazetteer.end[row] == row + 1:
        return []
    near = gazetteer.near_names.find(text, row, OTHER_CLASS + KINDS.index("building"))
    return [n.row for n in near if not n.is_typo and gazetteer.parent[n.row] == row]


def _building(row: int, faults: Sequence[str], context: _Context) -> Iterator[Answer]:
    gazetteer = context.gazetteer
    unit = context.address.first(_Kind.UNIT)
    units = [(r, "unit") for r in _parts(unit.text, row, gazetteer)] if unit else []
    for part, precision in [*units, (row, "building")]:
        position = _position(part, gazetteer)
        if isfinite(position[0]):
            metres = place_uncertainty("building", float(gazetteer.radius_m[part]))
            yield context.answer(part, precision, position, metres, faults)


def _relative(answer: Answer, address: ParsedAddress) -> Answer:
    """Move an answer by the direction and the distance that the address states, as in 200 m north-east of a crossing."""
    direction, distance = address.first(_Kind.DIRECTION), address.first(_Kind.DISTANCE)
    metres = _metres(distance.text) if distance else 0.0
    if not direction or not 0 < metres <= _MAX_RELATIVE_M:
        return answer
    east = sum(_AXES[c][0] for c in direction.text if c in _AXES)
    north = sum(_AXES[c][1] for c in direction.text if c in _AXES)
    length = sqrt(east * east + north * north)
    if not length or not isfinite(answer.lat):
        return answer
    lat = answer.lat + north / length * metres / METRES_PER_DEGREE
    lon = answer.lon + east / length * metres / METRES_PER_DEGREE / cos(radians(answer.lat))
    return answer._replace(
        lon=lon,
        lat=lat,
        precision=coarser_of(answer.precision, "road"),
        uncertainty_m=answer.uncertainty_m + metres / 2,
        faults=(*answer.faults, "relative"),
    )


def _metres(text: str) -> float:
    match = _METRES.search(text)
    return float(match[1]) * _UNITS[match[2].lower() if match[2] else None] if match else 0.0
