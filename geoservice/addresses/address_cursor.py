"""What the readers of a Chinese address share: the text, the position in it, and the elements so far."""

import re

from geoservice.addresses.divisions_walk import AreaWalk
from geoservice.addresses.elements import AREA_KINDS, Element, ElementKind
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.suffixes import AREA_PARTS, NO_PLACE

K = ElementKind
HAN = re.compile("[㐀-鿿]")
DOORS = (K.NUMBER, K.BUILDING, K.UNIT, K.FLOOR, K.ROOM)
ROOM_FOLLOWS = (K.BUILDING, K.UNIT, K.FLOOR)
BIG_AREAS = (K.PROVINCE, K.CITY, K.DISTRICT, K.TOWN)
ADMINISTRATIVE = (*BIG_AREAS, K.COMMUNITY, K.DEVELOPMENT_ZONE, K.GROUP)
AREAS_AND_REDUNDANT = (*AREA_KINDS, K.POSTCODE, K.REDUNDANT)
BELOW_VILLAGE = frozenset((K.ROAD, K.NUMBER, K.POI, K.BUILDING))
MAY_HAVE_PARTS = frozenset((*DOORS, K.POI, K.SUB_POI, K.ROAD, K.LANE, K.GROUP, K.COMMUNITY, K.ASSIST, K.DEVELOPMENT_ZONE, None))


class AddressCursor:
    """A position in an address, and what was read before it.

    Attributes
    ----------
    before : ElementKind or None
        Kind of the last element.
    kinds : set of ElementKind
        Kinds of the elements so far.
    brackets : int
        How many brackets are open.
    """

    def __init__(self, text: str, gazetteer: Gazetteer | None, scope: int) -> None:
        self.text = text
        self.walk = AreaWalk(gazetteer, scope)
        self.elements: list[Element] = []
        self.position = 0
        self.before: ElementKind | None = None
        self.kinds: set[ElementKind] = set()
        self.brackets = 0
        self.no_place = NO_PLACE.search(text)

    def count_brackets(self, link: str) -> None:
        """Count the brackets in what is between two elements."""
        if "(" in link:
            self.brackets += 1
        elif ")" in link:
            self.brackets = max(0, self.brackets - 1)

    def add(self, kind: ElementKind, end: int, row: int = -1) -> bool:
        """Add the element from the position to an end."""
        self.add_span(kind, self.position, end, row)
        return True

    def add_span(self, kind: ElementKind, start: int, end: int, row: int = -1) -> None:
        """Add an element."""
        last = self.elements[-1] if self.elements else None
        if kind is K.REDUNDANT and last is not None and last.kind is kind and last.end == start:
            self.elements[-1] = Element(kind, self.text[last.start : end], last.start, end)
        else:
            self.elements.append(Element(kind, self.text[start:end], start, end, row))
        self.position, self.before = end, kind
        self.kinds.add(kind)

    def is_shortest(self, end: int) -> bool:
        """Whether no town, village or road ends before an end."""
        match = AREA_PARTS.match(self.text, self.position)
        return match is None or match.end() >= end

    def follows_place(self) -> bool:
        """Whether a building, floor or part may follow the last element."""
        return self.before in MAY_HAVE_PARTS
