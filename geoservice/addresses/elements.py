"""The elements of an address, such as town, road and door number."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class ElementKind(StrEnum):
    """Kinds of elements, from large to small; the last ones are no places.

    ``REGION`` is the state or county of other countries; ``POI`` is a compound, an institution or another named place,
    ``SUB_POI`` a part of it that is no building.
    """

    COUNTRY = "country"
    POSTCODE = "postcode"
    REGION = "region"
    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    DEVELOPMENT_ZONE = "development_zone"
    TOWN = "town"
    COMMUNITY = "community"
    GROUP = "group"
    ROAD = "road"
    LANE = "lane"
    NUMBER = "number"
    POI = "poi"
    SUB_POI = "sub_poi"
    BUILDING = "building"
    UNIT = "unit"
    FLOOR = "floor"
    ROOM = "room"
    PO_BOX = "po_box"
    INTERSECTION = "intersection"
    DIRECTION = "direction"
    DISTANCE = "distance"
    ASSIST = "assist"
    REDUNDANT = "redundant"
    OTHER = "other"


AREA_KINDS = (ElementKind.PROVINCE, ElementKind.CITY, ElementKind.DISTRICT, ElementKind.TOWN, ElementKind.COMMUNITY)
"""The kinds of the five levels of areas, in the order of :data:`geoservice.schema.LEVELS`."""


class Element(NamedTuple):
    """An element: its kind, its text, and where it is in the text of the address, ``end`` excluded.

    ``row`` is its place in the gazetteer, -1 if the parser did not look it up or did not find it.
    """

    kind: ElementKind
    text: str
    start: int
    end: int
    row: int = -1


@dataclass(frozen=True)
class ParsedAddress:
    """An address and its elements, in the order of the text.

    Attributes
    ----------
    text : str
        The normalised text, without names and phones of people.
    elements : sequence of Element
    """

    text: str
    elements: Sequence[Element]

    def of(self, *kinds: ElementKind) -> list[Element]:
        """Return the elements of some kinds."""
        return [element for element in self.elements if element.kind in kinds]

    def first(self, kind: ElementKind) -> Element | None:
        """Return the first element of a kind, None if there is none."""
        return next((element for element in self.elements if element.kind is kind), None)
