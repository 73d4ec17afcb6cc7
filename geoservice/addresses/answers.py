"""Answers: the places that an address may be at, and what they are made from."""

from collections.abc import Collection, Sequence
from math import cos, isfinite, radians, sqrt
from typing import NamedTuple

from geoservice.addresses.candidates import AreaCandidate
from geoservice.addresses.door_number import DoorNumber, door_number
from geoservice.addresses.door_plates import RoadPlates
from geoservice.addresses.elements import ElementKind, ParsedAddress
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.interpolate import Placement
from geoservice.addresses.uncertainty import MODELS
from geoservice.geo import METRES_PER_DEGREE


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


class Context(NamedTuple):
    """An address, an area that it may be in, and where to look."""

    address: ParsedAddress
    area: AreaCandidate
    gazetteer: Gazetteer
    scope: int
    country: str
    without_doors: Collection[int]

    def answer(
        self, row: int, precision: str, position: tuple[float, float], metres: float, faults: Sequence[str], town: int = -1
    ) -> Answer:
        """Return a place as an answer: the faults of the area and its own, and the finest area around it."""
        area = next((r for r in self.gazetteer.chain(row) if self.gazetteer.level[r]), -1)
        if town >= 0 and (area < 0 or self.gazetteer.is_inside(town, area)):
            area = town
        if self.area.row >= 0 and area >= 0 and self.gazetteer.is_inside(self.area.row, area):
            area = self.area.row  # a road of the whole town, in a village that is stated
        return Answer(row, area, precision, *position, metres, (*self.area.faults, *faults), self.area.supports)


def position_of(row: int, gazetteer: Gazetteer) -> tuple[float, float]:
    """Return the position of a row in degrees."""
    return float(gazetteer.lon[row]), float(gazetteer.lat[row])


def number_of(context: Context) -> DoorNumber | None:
    """Return the door number that the address states."""
    element = context.address.first(ElementKind.NUMBER)
    return door_number(element.text, context.country) if element else None


class PartOfRoad(NamedTuple):
    """The plates of a road in a township, -1 for several or unknown ones, and the faults of that choice."""

    road: RoadPlates
    town: int
    faults: tuple[str, ...] = ()


def door_answer(
    row: int, number: DoorNumber, placement: Placement, part: PartOfRoad, faults: Sequence[str], context: Context
) -> Answer:
    """Return a number of a road, or of another place that has numbers, as an answer."""
    metres = MODELS[placement.basis].metres(placement.span_m, part.road.roughness)
    building = ("part_unknown",) if context.address.of(ElementKind.BUILDING) and context.country == "CN" else ()
    position = part.road.degrees(placement.position)
    faults = (*faults, *part.faults, *placement.faults, *building)
    answer = context.answer(row, placement.precision, position, metres, faults, part.town)
    return answer._replace(label=_label(number, context.country))


def _label(number: DoorNumber, country: str) -> str:
    text = str(number.number) + (f"-{number.to_number}" if number.to_number > number.number else "")
    if country != "CN":
        return f" {text}{number.suffix}"
    return f"{text}号{number.suffix}" if number.suffix else f"{text}号"
