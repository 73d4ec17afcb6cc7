"""Answers on roads: doors, lanes, crossings, and roads themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import cos, isfinite, radians

from geoservice.addresses.answers import Answer, Context, PartOfRoad, door_answer, number_of, position_of
from geoservice.addresses.area_hits import TOWN, VILLAGE, Hit
from geoservice.addresses.door_number import DoorNumber, door_number
from geoservice.addresses.door_plates import XY, RoadPlates
from geoservice.addresses.elements import ElementKind as K
from geoservice.addresses.gazetteer import KINDS
from geoservice.addresses.interpolate import place_number
from geoservice.addresses.named_places import places_named
from geoservice.addresses.precision import coarser_of
from geoservice.addresses.uncertainty import place_uncertainty
from geoservice.geo import METRES_PER_DEGREE

_MAX_PLACES = 40
_LEAST_CROSSING_M, _MAX_CROSSING_M = 60.0, 400.0


def on_roads(context: Context) -> Iterator[Answer]:
    """Yield the places of an address on the road that it states."""
    roads = context.address.of(K.ROAD)
    lanes = context.address.of(K.LANE)
    if not roads and lanes:
        roads, lanes = lanes[:1], lanes[1:]
    if not roads:
        return
    hits = places_named(roads[0].text, ("road",), context.area.row, context.scope, context.gazetteer)
    if len(hits) > _MAX_PLACES:
        return
    towns = {context.gazetteer.at_level(hit.row, TOWN) for hit in hits} - {-1}
    is_town_known = len(towns) < 2 or context.gazetteer.at_level(context.area.row, TOWN) >= 0
    if not is_town_known:
        context = context._replace(area=replace(context.area, faults=(*context.area.faults, "town_unknown")))
    for hit in hits:
        if len(roads) > 1 and context.address.of(K.INTERSECTION):
            yield from _crossing(hit, roads[1].text, context)
        elif lanes:
            yield from _in_lane(hit, roads[0].text, lanes[0].text, context)
        else:
            yield from _on_road(hit, number_of(context), context)


def _on_road(hit: Hit, number: DoorNumber | None, context: Context, faults: Sequence[str] = ()) -> Iterator[Answer]:
    """Yield the places of a number on a road or, without one, the road."""
    faults = (*hit.faults, *faults)
    for part in _parts_of_road(hit.row, number, context):
        number = _with_entrance(number, part.road, context)
        placement = place_number(number, part.road) if number else None
        if placement is None:
            in_village = list(_in_village(hit.row, faults, context))
            metres = max(_LEAST_CROSSING_M, part.road.radius)
            position = part.road.degrees(part.road.centre)
            unknown = (*faults, *part.faults, *_number_unknown(context))
            yield from in_village or [context.answer(hit.row, "road", position, metres, unknown, part.town)]
        elif number:
            yield door_answer(hit.row, number, placement, part, faults, context)
    if context.gazetteer.plates.of(context.gazetteer.doors_of(hit.row), -1, context.without_doors) is None:
        yield from _road_itself(hit.row, faults, context)


def _road_itself(row: int, faults: Sequence[str], context: Context) -> Iterator[Answer]:
    """Yield a road without plates, if its position is known: its part in the village that is stated, or all of it."""
    parts = context.gazetteer.road_parts.of(row)
    if parts and _stated_village(context) >= 0:
        yield from _in_village(row, faults, context)
        return
    position = position_of(row, context.gazetteer)
    if isfinite(position[0]):
        metres = place_uncertainty("road", float(context.gazetteer.radius_m[row]))
        village = next((part.village for part in parts if part.is_whole), -1)
        yield context.answer(row, "road", position, metres, (*faults, *_number_unknown(context)), village)


def _in_village(row: int, faults: Sequence[str], context: Context) -> Iterator[Answer]:
    """Yield the part of a road in the village that is stated."""
    village = _stated_village(context)
    for part in context.gazetteer.road_parts.of(row) if village >= 0 else ():
        if part.village == village:
            metres = place_uncertainty("road", part.radius_m)
            yield context.answer(row, "road", (part.lon, part.lat), metres, (*faults, *_number_unknown(context)), village)


def _stated_village(context: Context) -> int:
    return context.gazetteer.at_level(context.area.row, VILLAGE) if context.area.row >= 0 else -1


def _number_unknown(context: Context) -> tuple[str, ...]:
    return ("number_unknown",) if context.address.of(K.NUMBER) else ()


def _with_entrance(number: DoorNumber | None, road: RoadPlates, context: Context) -> DoorNumber | None:
    """Return a number with the letter of the entrance, as in 5 A, if that has a plate of its own."""
    unit = context.address.first(K.UNIT)
    if number is None or unit is None or number.suffix or len(unit.text) != 1:
        return number
    entrance = number._replace(suffix=unit.text.casefold())
    return entrance if any((p.number, p.to_number, p.suffix) == entrance for p in road.plates) else number


def _parts_of_road(row: int, number: DoorNumber | None, context: Context) -> Iterator[PartOfRoad]:
    """Yield the plates of a road in the town that is stated; without one, in each town that has the number, or all."""
    gazetteer = context.gazetteer
    doors = gazetteer.doors_of(row)
    everything = gazetteer.plates.of(doors, -1, context.without_doors) if doors.start < doors.stop else None
    if everything is None:
        return
    town = gazetteer.at_level(context.area.row, TOWN) if context.area.row >= 0 else -1
    if town >= 0:
        part = gazetteer.plates.of(doors, town, context.without_doors)
        yield PartOfRoad(part, town) if part else PartOfRoad(everything, -1, ("town_unknown",))
    elif len(everything.towns) < 2:
        yield PartOfRoad(everything, next(iter(everything.towns), -1))
    else:
        parts = [PartOfRoad(everything.in_town(t), t, ("town_unknown",)) for t in everything.towns]
        parts = [part for part in parts if number and _has_number(part.road, number)]
        yield from parts or [PartOfRoad(everything, -1, ("town_unknown",))]


def _has_number(road: RoadPlates, number: DoorNumber) -> bool:
    return any(plate.number <= number.number <= plate.to_number for plate in road.plates)


def _in_lane(hit: Hit, road: str, lane: str, context: Context) -> Iterator[Answer]:
    """Yield the number in a lane of a road; where the lane is not known, the lane's own number on the road."""
    gazetteer = context.gazetteer
    inside = [Hit(n.row) for n in gazetteer.named(lane, hit.row) if gazetteer.kind[n.row] == KINDS.index("road")]
    lanes = inside or places_named(road + lane, ("road",), context.area.row, context.scope, gazetteer)
    if not lanes and not lane[:1].isdecimal():
        lanes = places_named(lane, ("road",), context.area.row, context.scope, gazetteer)
    for found in lanes[:_MAX_PLACES]:
        yield from _on_road(Hit(found.row, found.fault or hit.fault), number_of(context), context)
    if not lanes:
        for answer in _on_road(hit, door_number(lane.rstrip("弄巷里条胡同"), context.country), context, ("lane_unknown",)):
            yield answer._replace(precision=coarser_of(answer.precision, "interpolated"))


def _crossing(hit: Hit, other: str, context: Context) -> Iterator[Answer]:
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
