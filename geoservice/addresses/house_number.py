"""Reads house numbers, and flats, stairs and floors behind them."""

import re

from geoservice.addresses.street_cursor import K, StreetCursor
from geoservice.addresses.street_words import UNIT

_NUMBER_WORD = r"(?:(?:nr|no|num|núm|nro|č\.p|čp|č)\.?|n°|nº|n\.º|n\.|#) ?"
_NO_NUMBER = (
    r"s/ ?nº?(?!\w)\.?|s\.n\.?|snc\b|s\.n\.c\.|sn\b|km\.? ?\d{1,4}(?:[.,]\d{1,3})?|"
    r"(?:quadra|qd\.?) ?\w{1,4}(?:,? (?:lote|lt\.?) ?[\w/]{1,8})?|"
    r"lote \d+(?:,? (?:quadra|qd\.?) ?\w{1,4})?|parcela \d+|block \d+"
)
_PLAIN_NUMBER = r"\d{1,5}(?: ?(?:bis|ter|quater|quinquies)\b| 1/2| ?½)?"
NUMBER = re.compile(
    rf"(?P<number>(?:{_NUMBER_WORD})?(?:{_PLAIN_NUMBER}(?:(?<=\d)[a-z](?![\w-])|(?<=\d)-(?:[a-z]{{1,3}}|"
    rf"\d{{1,4}}[a-z]?|[IVX]{{1,4}})(?!\w)|(?<=\d) ?[+&-] ?\d{{1,4}}[a-z]?(?!\w))?)|{_NO_NUMBER})",
    re.IGNORECASE,
)
_LETTER_AFTER = re.compile(r" ?(?P<letter>[A-Za-z])(?![\w.'’°º/])(?! ?[-/]?\d)")
_SLASH = re.compile(r"/ ?(?P<rest>[\w.-]{1,8}(?:/[\w.-]{1,8}){0,3})")
_FINNISH_FLAT = re.compile(r" (?P<flat>(?:[A-Z]|as\.?)(?: ?\d{1,4}[a-z]?)?|[A-Z]\d{0,3})(?![\w.])")
NUMBER_AFTER = re.compile(rf"(?<=[\w.º)’'])[ ,]{{1,2}}(?={_NUMBER_WORD}\d|\d|(?:{_NO_NUMBER}))", re.IGNORECASE)
"""What is between the name of a road and a number."""
_SMALL_LETTER = re.compile(r" ?[a-z](?= \d{1,3}(?!\w)|$)")
"""The suffix of a number in Finland; a capital is the stair."""
_SHORT_UNIT = re.compile(r"[\w./ºª-]{1,6}(?: [\w./ºª-]{1,4})?")


class HouseNumberReader(StreetCursor):
    """Reads house numbers."""

    def takes_number(self, number: re.Match[str], segment: str) -> bool:
        """Whether a number in a segment of its own belongs to the road before it."""
        if self.has(K.NUMBER):
            return False
        rest = segment[number.end() :].strip()
        return not rest[:1].isalpha() or UNIT.match(rest) is not None or _LETTER_AFTER.match(segment, number.end()) is not None

    def read_number(self, number: re.Match[str], start: int, end: int) -> int:
        """Read a house number with its suffix and the flat behind it; return where the rest begins."""
        text, begin, stop = self.text, start + number.start(), start + number.end()
        if self.finnish and (small := _SMALL_LETTER.match(text, stop, end)):
            self.add(K.NUMBER, begin, small.end())
            return self._read_unit(small.end(), end)
        flat = _FINNISH_FLAT.match(text, stop, end) if self.finnish else None
        if flat:
            self.add(K.NUMBER, begin, stop)
            self.add(K.UNIT, flat.start("flat"), flat.end("flat"))
            return flat.end()
        if text[stop - 1].isdigit() and (letter := _LETTER_AFTER.match(text, stop, end)):
            stop = letter.end()
        if slash := _SLASH.match(text, stop, end):
            if not self._divides(slash["rest"]):
                self.add(K.NUMBER, begin, stop)
                unit_end = end if UNIT.search(text[slash.end() : end]) else slash.end()
                self.add(K.UNIT, slash.start("rest"), unit_end)
                return unit_end
            stop = slash.end()
        self.add(K.NUMBER, begin, stop)
        if text[stop : stop + 2].strip() == "." and text[stop - 1].isdigit():  # an ordinal, in Hungary
            stop += 1
        return self._read_unit(stop, end)

    def _divides(self, rest: str) -> bool:
        """Whether what follows a slash is part of the number, as in 12/A or the two numbers of a house in Czechia."""
        if rest.isdigit():
            return not (self.austrian or self.polish)
        return self.czech or (rest.isalpha() and len(rest) == 1) or rest.lower() in ("bis", "ter", "quater")

    def _read_unit(self, start: int, end: int) -> int:
        start, end = self.trim(start, end)
        rest = self.text[start:end]
        unit = UNIT.match(rest)
        if unit and (unit.end() == len(rest) or not rest[unit.end()].isalnum()):
            self.add(K.UNIT, start, start + unit.end())
            return start + unit.end()
        if _SHORT_UNIT.fullmatch(rest) and re.search(r"\d|^[A-Z]$|^[IVX]{1,4}$", rest):
            self.add(K.UNIT, start, end)
            return end
        return start
