"""Parser of Chinese addresses, from the province down to the room."""

import re

from geoservice.addresses.address_cursor import HAN, K
from geoservice.addresses.elements import Element, ParsedAddress
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.name_reader import NameReader
from geoservice.addresses.normalise import normalise
from geoservice.addresses.poi_names import is_place
from geoservice.addresses.relations import CONJUNCTION, LINKS
from geoservice.addresses.top_areas import MUNICIPALITIES

_CODE = re.compile(
    r"^\s*(?:[=@]|[+-]\s*[A-Za-z(])|<[^>]*>|(?:\b(?:select|drop|insert|union|delete|update)\b.*?\b(?:from|"
    r"table|into|select|where|set)\b)",
    re.IGNORECASE,
)
_JOINED = (K.ROAD, K.LANE, K.POI, K.SUB_POI, K.DIRECTION)
_NOT_STATED = re.compile("不知道|不清楚|不详|不明|未知|保密|无地址|没有|同上|见备注")


class _Reader(NameReader):
    """Reads one address from left to right."""

    def read(self) -> None:
        """Read all elements."""
        text, size = self.text, len(self.text)
        while self.position < size:
            links = LINKS.match(text, self.position)
            if links:
                self.count_brackets(links.group())
                self.position = links.end()
                continue
            if self.before in _JOINED and (conjunction := CONJUNCTION.match(text, self.position)):
                self.position = conjunction.end()
                continue
            start = self.position
            if not (self.read_farm() or self.read_area() or self.read_number() or self.read_relation() or self.read_named()):
                self.read_place()
            if self.position <= start:
                self.position = start + 1


def parse_chinese(text: str, gazetteer: Gazetteer | None = None, scope: int = -1) -> ParsedAddress:
    """Return the elements of a Chinese address.

    Parameters
    ----------
    text : str
    gazetteer : Gazetteer or None
        Knows towns and villages besides the provinces, cities and counties that come with the package.
    scope : int
        Row of the area in which addresses are that do not say where they are, -1 for none.

    Examples
    --------
    >>> elements = parse_chinese("宜秀区大龙山镇永林村东风组7-6-1046").elements
    >>> [(element.kind.value, element.text) for element in elements[:4]]
    [('district', '宜秀区'), ('town', '大龙山镇'), ('community', '永林村'), ('group', '东风组')]
    >>> [(element.kind.value, element.text) for element in elements[4:]]
    [('building', '7'), ('unit', '6'), ('room', '1046')]
    """
    text = normalise(text)
    if not text or not HAN.search(text) or _CODE.search(text):
        return ParsedAddress(text, ())
    reader = _Reader(text, gazetteer, scope)
    reader.read()
    return ParsedAddress(text, tuple(_settled(reader.elements)))


def _settled(elements: list[Element]) -> list[Element]:
    """Return elements after what only later ones decide: a municipality alone is a city, one unknown word is no address."""
    if len(elements) == 1 and (
        _NOT_STATED.search(elements[0].text) or (elements[0].kind is K.POI and not is_place(elements[0].text))
    ):
        return []
    for index, element in enumerate(elements):
        if element.kind is K.PROVINCE and (element.text in MUNICIPALITIES or element.text + "市" in MUNICIPALITIES):
            if not any(other.kind is K.CITY for other in elements):
                elements[index] = element._replace(kind=K.CITY)
            break
    return elements
