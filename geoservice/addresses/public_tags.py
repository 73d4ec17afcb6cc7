"""Elements of Chinese addresses under the tags of public corpora, such as that of CCKS 2021."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from geoservice.addresses.elements import Element, ElementKind, ParsedAddress

K = ElementKind
TAGS: Mapping[ElementKind, str] = MappingProxyType(
    {
        K.PROVINCE: "prov",
        K.CITY: "city",
        K.DISTRICT: "district",
        K.DEVELOPMENT_ZONE: "devzone",
        K.TOWN: "town",
        K.COMMUNITY: "community",
        K.GROUP: "village_group",
        K.ROAD: "road",
        K.LANE: "road",
        K.NUMBER: "roadno",
        K.POI: "poi",
        K.SUB_POI: "subpoi",
        K.BUILDING: "houseno",
        K.UNIT: "cellno",
        K.FLOOR: "floorno",
        K.ROOM: "roomno",
        K.INTERSECTION: "intersection",
        K.DIRECTION: "assist",
        K.DISTANCE: "distance",
        K.ASSIST: "assist",
        K.REDUNDANT: "redundant",
        K.COUNTRY: "others",
        K.POSTCODE: "others",
        K.PO_BOX: "others",
        K.OTHER: "others",
    }
)
"""The tag of each kind; a numbered 弄 is ``roadno``, see :func:`public_tags`."""
_NUMBERED_LANE = re.compile(r"\d+(?:支?弄)")
_PHASE = re.compile("期(?:工程)?$")


class TaggedSpan(NamedTuple):
    """A piece of an address under a public tag; ``start`` and ``end`` are positions in the normalised text."""

    tag: str
    text: str
    start: int
    end: int


def public_tags(address: ParsedAddress) -> list[TaggedSpan]:
    """Return the elements of a Chinese address under public tags, in the order of the text.

    A numbered lane (3弄) is a ``roadno``, and a phase right behind the name of an estate (山水城二期) belongs to the name.

    Examples
    --------
    >>> from geoservice.addresses.parse import parse
    >>> [(span.tag, span.text) for span in public_tags(parse("杭州市西湖区文三路9弄8号山水城二期3幢2单元501室"))][:5]
    [('city', '杭州市'), ('district', '西湖区'), ('road', '文三路'), ('roadno', '9弄'), ('roadno', '8号')]
    >>> [(span.tag, span.text) for span in public_tags(parse("杭州市西湖区文三路9弄8号山水城二期3幢2单元501室"))][5:]
    [('poi', '山水城二期'), ('houseno', '3幢'), ('cellno', '2单元'), ('roomno', '501室')]
    """
    spans: list[TaggedSpan] = []
    for element in address.elements:
        last = spans[-1] if spans else None
        if last and last.tag == "poi" and last.end == element.start and _is_phase(element):
            spans[-1] = TaggedSpan("poi", address.text[last.start : element.end], last.start, element.end)
            continue
        is_number = element.kind is K.LANE and _NUMBERED_LANE.fullmatch(element.text) is not None
        spans.append(TaggedSpan("roadno" if is_number else TAGS[element.kind], element.text, element.start, element.end))
    return spans


def _is_phase(element: Element) -> bool:
    return element.kind is K.SUB_POI and _PHASE.search(element.text) is not None
