"""Reads roads with a number before or after their names."""

import re

from geoservice.addresses.elements import ElementKind
from geoservice.addresses.house_number import NUMBER, NUMBER_AFTER, HouseNumberReader
from geoservice.addresses.street_cursor import K
from geoservice.addresses.street_words import (
    COUNTRY_NAME,
    DISTRICT_WORD,
    ENGLISH_ROAD,
    LEADING_ROAD,
    POI_WORD,
    ROAD,
    STATE,
    UNIT,
)

_LEADING_NUMBER = re.compile(
    r"(?P<unit>(?:(?:flat|apartment|apt|unit|suite|studio|room)\.? [\w-]{1,6}(?:[ ,]{1,2}|/(?=\d))|"
    r"(?<!\d)\d{1,4}[A-Za-z]?/(?=\d)))?"
    r"(?P<number>\d{1,6}(?:[A-Za-z](?![\w])| ?(?:-|à|et|&) ?\d{1,5}[A-Za-z]?| 1/2| ?(?:bis|ter|quater)\b|"
    r"[A-D](?= )| [A-D](?= (?:rue|avenue|av|boulevard|bd|place|chemin|allée|impasse|quai|cours|"
    r"route)\b))?)[ ,]{1,2}(?P<road>[^\W\d].*|\d+(?:st|nd|rd|th) .*)$",
    re.IGNORECASE,
)
_MANNHEIM = re.compile(r"(?P<road>[A-U] ?\d{1,2})[ ,]{1,2}(?P<number>\d{1,3}[a-z]?(?:-\d+)?)$")
_SQUARES = re.compile(r"\bMannheim\b")
_CZECH_ROAD = re.compile("(?:á|ova|ní|tní|ého|ská|cká|ových|ovo|ěstí|ice)$")
_FLOOR = re.compile(r"º|floor|stock|etage|étage|piso|andar|sal\b|planta|verdieping", re.IGNORECASE)
_TOWN_WITH_NUMBER = re.compile(r"(?:Wien|Praha|Brno|Plzeň|Ostrava|Bratislava|Budapest|Dublin|Genève|København) \d{1,2}")
_NUMBERED_ROAD = re.compile(r"(?:us |state |county )?(?:highway|hwy|route|rte|road)\.? \d", re.IGNORECASE)
_NUMBERED_NAME = re.compile(
    r"(?:nacional|statale|provinciale|nationale|départementale|highway|hwy|autopista|ruta|route)$", re.IGNORECASE
)
_CITY_BEHIND = re.compile(
    r"(?<=.\bStreet|...\bRoad|.\bAvenue|...\bLane|..\bDrive|\bTerrace|.\bSquare|....\bAve|...\bBlvd|.....\bRd|"
    r".....\bSt|.....\bDr|.....\bLn)\.? "
    r"(?!(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Extension|Ext|Upper|"
    r"Lower)\b)(?P<city>[A-Z][^\W\d]+(?: [A-Z][^\W\d]+)*(?: [A-Z]{2})?)$"
)
"""A city behind a road of an English name without a comma."""
WORDS = re.compile(r"[^\W\d_]{2}")
_MONTHS = (
    "maja|mai|listopada|stycznia|września|sierpnia|lipca|czerwca|října|května|listopadu|février|juin|juillet|août|septembre|"
    "octobre|novembre|décembre|settembre|aprile|giugno|maggio|avril|mars|april|julio|mayo|abril|setembro|"
    "dezembro|outubro|november"
)
_DATE = re.compile(
    rf"\d{{1,2}}\.? ?(?:(?:de|di|do|da|of|{_MONTHS})\b|(?<=\.)[^\W\d_]{{3,}})|\d{{1,2}}\. [^\W\d_]{{3,}}|"
    r"\d+(?:st|nd|rd|th)\b",
    re.IGNORECASE,
)
"""A date or an ordinal in the name of a road: Straße des 17. Juni."""
_OF_ROAD = ("Lower", "Upper")
"""What is behind Street in Ireland."""
_NUMBER_AND_FLAT = re.compile(r"\d{1,5}[A-Za-z]? (?!\d)[\w/]{2}")
_WITH_NUMBER_AS_NAME = re.compile(r"(?:rua|calle|carrera|cra\.?|avenida|av\.|travessa|alameda) \d{1,4}$", re.IGNORECASE)
_NUMBER_FOLLOWS = re.compile(r" ?,? ?(?:nº|n\.º|no\.|n°|#|quadra|qd|lote|lt|\d)", re.IGNORECASE)
_SQUARE = re.compile(r"[A-U] ?\d{1,2}$")
_BRASILIA = re.compile(r"(?:S[A-Z]{2,3}|CL[NS]|QN[A-Z]|EQ[NS]|QI|QS) (?:Q[A-Z]? ?)?\d{1,4}")
_IN_BRASILIA = re.compile(r"Bras[íi]lia|\bDF\b")
_UNIT_AND_CITY = re.compile(
    r" (?P<unit>(?:apt|ste|suite|unit|fl|rm|#)\.? ?[\w-]{1,6}),? (?P<city>[A-Z][a-z].*)$", re.IGNORECASE
)
_FLAT_AT_END = re.compile(r"\b\d+(?:st|nd|rd|th)\b|,? (?:#|(?:apt|suite|unit|ste|fl)\.? )[\w-]+$", re.IGNORECASE)


class RoadReader(HouseNumberReader):
    """Reads roads."""

    def read_words(self, start: int, end: int) -> None:
        """Read words without postcode: a road and its number, a number, a flat, or a name."""
        while start < end:
            position = self._read_next(start, end)
            start = position if position > start else end

    def _read_next(self, start: int, end: int) -> int:
        """Read one element or more, and return where the rest begins."""
        start, end = self.trim(start, end)
        if self.text[start:end].endswith("CEP"):
            start, end = self.trim(start, end - 3)
        segment = self.text[start:end]
        kind = self._kind_of(segment)
        if kind is not None:
            self.add(kind, start, end)
        elif self.has_road and (number := NUMBER.match(segment)) and self.takes_number(number, segment):
            return self.read_number(number, start, end)
        elif segment:
            return self._read_road(start, end, segment)
        return end

    def _kind_of(self, segment: str) -> ElementKind | None:
        """Return the kind of a segment that is one element of its own form."""
        unit = None if self._is_number_and_flat(segment) else UNIT.fullmatch(segment)
        if COUNTRY_NAME.fullmatch(segment):
            return K.COUNTRY
        if NUMBER.fullmatch(segment) and not self.has(K.NUMBER):
            return K.NUMBER
        if STATE.fullmatch(segment) and (self.names or self.has(K.CITY)):
            return K.REGION
        if (kind := _kind_by_word(segment)) is not None:
            return kind
        return K.UNIT if unit and (self.has_road or segment[0].isalpha() or _FLOOR.search(segment)) else None

    def _is_number_and_flat(self, segment: str) -> bool:
        """Whether a segment after a road is its number and a flat, as in 5 r/c."""
        return self.has_road and not self.has(K.NUMBER) and _NUMBER_AND_FLAT.match(segment) is not None

    def _read_road(self, start: int, end: int, segment: str) -> int:
        """Read a road with its number before or after it, else a flat or a name; return where the rest begins."""
        if not self.has_road or ROAD.search(segment):
            if name := self._numbered_name(segment, end):
                self._add_road(start, start + name)
                return start + name
            leading = _LEADING_NUMBER.match(segment)
            if leading and (not re.search(r"\d+[a-z]?$", leading["road"]) or self.begins_with_number(segment)):
                self._read_leading(leading, start)
                return end
            position = self._number_after(segment)
            number = NUMBER.match(segment, position) if position >= 0 else None
            if number:
                self._add_road(start, start + position, village=self._is_village(segment[:position].strip(" ,")))
                return self.read_number(number, start, end)
            if ROAD.search(segment) and not self.has_road and WORDS.search(segment):
                self._add_road(start, end)
                return end
        unit = UNIT.match(segment) if self.has_road else None
        if unit and not segment[unit.end() :][:1].isalnum() and any(character.isdigit() for character in unit.group()):
            self.add(K.UNIT, start, start + unit.end())
            return start + unit.end()
        self.names.append((start, end))
        return end

    def _numbered_name(self, segment: str, end: int) -> int:
        """Return where a road ends whose name has a number, 0 for another: in Mannheim and Brasília, Rua 12."""
        if self.has_road:
            return 0
        if _IN_BRASILIA.search(self.text) and (block := _BRASILIA.match(segment)):
            return block.end()
        if _SQUARES.search(self.text) and (square := _MANNHEIM.match(segment)):
            return square.end("road")
        is_square = _SQUARE.match(segment) is not None and _SQUARES.search(self.text) is not None
        is_numbered = _WITH_NUMBER_AS_NAME.match(segment) is not None
        return len(segment) if (is_square or is_numbered) and _NUMBER_FOLLOWS.match(self.text, end) else 0

    @staticmethod
    def _number_after(segment: str) -> int:
        """Return where the house number begins after the name of a road, -1 if there is none."""
        for match in NUMBER_AFTER.finditer(segment):
            rest = segment[match.end() :]
            if _DATE.match(rest) and not UNIT.match(rest):
                continue
            if not (rest[0].isdigit() and _NUMBERED_NAME.search(segment[: match.start()])):
                return match.end()
        return -1

    @staticmethod
    def begins_with_number(segment: str) -> bool:
        """Whether a segment is a number and a road after it, as in English and French addresses."""
        match = _LEADING_NUMBER.match(segment)
        if match is None:
            return False
        if _NUMBERED_ROAD.match(match["road"]):
            return True
        road = _FLAT_AT_END.sub("", match["road"])
        if re.search(r"\d", road):
            return False
        return LEADING_ROAD.match(road) is not None or ENGLISH_ROAD.search(road) is not None

    def _add_road(self, start: int, end: int, *, village: bool = False) -> None:
        self.add(K.DISTRICT if village else K.ROAD, start, end)
        self.has_road = True

    def _is_village(self, name: str) -> bool:
        """Whether houses are numbered by village, without roads, in Czechia and Austria."""
        if DISTRICT_WORD.fullmatch(name):
            return True
        if ROAD.search(name) or " " in name:
            return False
        return (self.czech and not _CZECH_ROAD.search(name)) or self.country == "AT"

    def _read_leading(self, match: re.Match[str], start: int) -> None:
        """Read a number and the road after it, with the flat before or behind them."""
        if match["unit"]:
            self.add(K.UNIT, start + match.start("unit"), start + match.end("unit") - (match["unit"][-1] == "/"))
        self.add(K.NUMBER, start + match.start("number"), start + match.end("number"))
        road = match["road"]
        with_city = _UNIT_AND_CITY.search(road)
        if with_city and ROAD.search(road[: with_city.start()]):
            begin = start + match.start("road")
            self._add_road(begin, begin + with_city.start())
            self.add(K.UNIT, begin + with_city.start("unit"), begin + with_city.end("unit"))
            self.names.append((begin + with_city.start("city"), begin + len(road)))
            return
        unit = None
        for space in re.finditer("[ ,]+", road):
            part = road[space.end() :]
            if part not in _OF_ROAD and ROAD.search(road[: space.start()]) and (unit := UNIT.fullmatch(road, space.end())):
                break
        stop = unit.start() if unit else len(road)
        city = _CITY_BEHIND.search(road) if not unit else None
        if city:
            stop = city.start()
            self.names.append((start + match.start("road") + city.start("city"), start + match.end("road")))
        self._add_road(start + match.start("road"), start + match.start("road") + stop)
        if unit:
            self.add(K.UNIT, start + match.start("road") + unit.start(), start + match.end("road"))


def _kind_by_word(segment: str) -> ElementKind | None:
    """Return the kind of a name by a word in it: a town with districts of a number, a district, a building or a firm."""
    if _TOWN_WITH_NUMBER.fullmatch(segment):
        return K.CITY
    if not segment[-1:].isdigit() and DISTRICT_WORD.fullmatch(segment):
        return K.DISTRICT
    return K.POI if not segment[:1].isdigit() and POI_WORD.fullmatch(segment) else None
