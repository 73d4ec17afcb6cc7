"""Parser of addresses with street and number, as in Europe and the Americas."""

import re
from collections.abc import Iterator

from geoservice.addresses.elements import Element, ParsedAddress
from geoservice.addresses.house_number import NUMBER
from geoservice.addresses.normalise import normalise
from geoservice.addresses.road_reader import WORDS
from geoservice.addresses.street_cursor import K, Span
from geoservice.addresses.street_names import TRAILING_REGION, StreetNamesReader
from geoservice.addresses.street_words import (
    BOX,
    COUNTRY_NAME,
    LEADING_ROAD,
    OF_AUSTRALIA,
    POSTCODE,
    ROAD,
    STATE,
    STRONG_POSTCODE,
)

_SEPARATORS = re.compile(
    r" ?(?:[;\n()|]|//) ?| ?(?:(?<!\d),|,(?! ?(?:lote|lt)\b|\d)) ?| [-/] |(?<=\w)/(?= ?(?:stiege|tür|top|stg|haus|stock|whg))|"
    r"(?<=[^\W\d])/(?=(?-i:[A-Z]{2})(?:\W|$))",
    re.IGNORECASE,
)
_CEDEX = re.compile(r" (cedex(?: \d{1,2})?)$", re.IGNORECASE)
_CITY_NUMBER = re.compile(r"(?P<city>[^\d]{2,40}?) (?P<number>\d{1,4} ?[a-zA-Z]?(?:[-/]\d+)?)$")
_NO_ADDRESS = re.compile(
    r"^\s*[=@+]|<[^>]*>|\b(?:select|drop|insert|union|delete|update)\b.{0,80}\b(?:from|table|into|select|where|"
    r"set)\b|--|;\s*--|\{|\}|\\|https?:",
    re.IGNORECASE,
)
_DISTRICT_AFTER = re.compile(r" (?=(?:OT|Ortsteil|Stadtteil) )")
_AFTER_NUMBER = re.compile(r"\d ?\w?(?:/\w+)*\.?$")
_US_POSTCODE = 5
_NORWEGIAN_FLAT = re.compile(r"[HUKL]\d{4}")


class _StreetReader(StreetNamesReader):
    """Reads one address of segments between commas."""

    def read(self) -> list[Element]:
        """Return the elements in the order of the text."""
        for start, end in _segments(self.text):
            self._read_segment(start, end)
        self.settle_names()
        self.elements.sort(key=lambda element: element.start)
        return list(self._joined_units())

    def _read_segment(self, start: int, end: int) -> None:
        segment = self.text[start:end]
        if COUNTRY_NAME.fullmatch(segment):
            self.add(K.COUNTRY, start, end)
            return
        if self.has_road and _NORWEGIAN_FLAT.fullmatch(segment):
            self.add(K.UNIT, start, end)
            return
        if box := BOX.match(segment):
            self.add(K.PO_BOX, start, start + box.end())
            start += box.end()
            segment = self.text[start:end]
        postcode = self._postcode(segment)
        if postcode is None:
            self.read_words(start, end)
            return
        self.read_words(start, start + postcode.start())
        if postcode["country"]:
            self.add(K.COUNTRY, start + postcode.start("country"), start + postcode.end("country"))
        self.add(K.POSTCODE, start + postcode.start("code"), start + postcode.end("code"))
        self._read_city(*self.trim(start + postcode.end(), end))

    def _postcode(self, segment: str) -> re.Match[str] | None:
        """Return the last postcode of a segment."""
        codes = [match for match in POSTCODE.finditer(segment) if self._is_postcode(match, segment)]
        return codes[-1] if codes else None

    def _is_postcode(self, match: re.Match[str], segment: str) -> bool:
        """Whether digits are a postcode and no house number, by what is before and after them."""
        code, before, after = match["code"], segment[: match.start()].strip(), segment[match.end() :].strip()
        if STRONG_POSTCODE.fullmatch(code):
            return True
        if after:
            if not before:
                is_road = self.begins_with_number(segment) and not (self.has_road and self.has(K.NUMBER))
                return after[0].isalpha() and not is_road
            french = len(code) == _US_POSTCODE and self.begins_with_number(before)
            return after[0].isalpha() and (french or _AFTER_NUMBER.search(before) is not None)
        known = self.has_road or bool(self.names)
        if not before:
            return known and (len(code) >= _US_POSTCODE or match["country"] is not None)
        if len(code) < _US_POSTCODE:  # Sydney NSW 2000, Auckland 1010
            return OF_AUSTRALIA.search(before) is not None or (
                self.has_road and self.has(K.NUMBER) and before[-1].isalpha() and not ROAD.search(before)
            )
        return (STATE.search(before[-2:]) is not None or known) and not ROAD.search(before)

    def _read_city(self, start: int, end: int) -> None:
        """Read the city behind a postcode, with its district, region and Cedex; and a road, if there is no comma."""
        rest = self.text[start:end]
        if cedex := _CEDEX.search(rest):
            self.add(K.OTHER, start + cedex.start(1), end)
            end = start + cedex.start()
        elif part := _DISTRICT_AFTER.search(rest):
            self.add(K.DISTRICT, start + part.end(), end)
            end = start + part.start()
        elif region := TRAILING_REGION.search(rest):
            self.add(K.REGION, start + region.start(1), end)
            end = start + region.start()
        rest = self.text[start:end]
        split = _city_and_road(rest)
        village = _CITY_NUMBER.fullmatch(rest)
        if split:
            self.add(K.CITY, start, start + split)
            self.read_words(start + split, end)
        elif village and not self.has_road and not self.has(K.PO_BOX):
            self.add(K.CITY, start, start + village.end("city"))
            self.add(K.NUMBER, start + village.start("number"), end)
            self.has_road = True
        else:
            self.add(K.CITY, start, end)

    def _joined_units(self) -> Iterator[Element]:
        """Yield the elements, consecutive flats, floors and entrances as one."""
        last: Element | None = None
        for element in self.elements:
            if last is not None and last.kind is element.kind is K.UNIT:
                last = Element(K.UNIT, self.text[last.start : element.end], last.start, element.end)
                continue
            if last is not None:
                yield last
            last = element
        if last is not None:
            yield last


def _city_and_road(rest: str) -> int:
    """Return where the road begins in a city, a road and a number without comma, 0 if there is none.

    >>> _city_and_road("Graz Herrengasse 16"), _city_and_road("Wiener Neustadt")
    (5, 0)
    """
    number = NUMBER.search(rest)
    name = rest[: number.start()].rstrip() if number else ""
    for space in re.finditer(" ", name):
        road = name[space.end() :]
        if ROAD.search(road) and not ROAD.search(name[: space.start()]):
            shorter = any(ROAD.search(road[other.end() :]) for other in re.finditer(" ", road))
            if not shorter or LEADING_ROAD.match(road):
                return space.end()
    return 0


def _segments(text: str) -> Iterator[Span]:
    start = 0
    for match in _SEPARATORS.finditer(text):
        if match.start() > start:
            yield start, match.start()
        start = match.end()
    if start < len(text):
        yield start, len(text)


def parse_street_address(text: str, country: str = "") -> ParsedAddress:
    """Return the elements of an address with street and number.

    Parameters
    ----------
    text : str
    country : str
        ISO 3166 code; without it the form of the postcode and the words decide.

    Examples
    --------
    >>> [(e.kind.value, e.text) for e in parse_street_address("Landstraßer Hauptstraße 71/2/15, 1030 Wien").elements]
    [('road', 'Landstraßer Hauptstraße'), ('number', '71'), ('unit', '2/15'), ('postcode', '1030'), ('city', 'Wien')]
    >>> [(e.kind.value, e.text) for e in parse_street_address("350 Fifth Avenue, New York, NY 10118", "US").elements]
    [('number', '350'), ('road', 'Fifth Avenue'), ('city', 'New York'), ('region', 'NY'), ('postcode', '10118')]
    """
    text = normalise(text, country or "--")
    if not WORDS.search(text) or _NO_ADDRESS.search(text):
        return ParsedAddress(text, ())
    return ParsedAddress(text, tuple(_StreetReader(text, country).read()))
