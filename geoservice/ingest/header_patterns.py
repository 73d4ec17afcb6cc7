"""Names of columns made into patterns, and headers scored against them."""

import json
import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Final

from geoservice.ingest.header_text import Reading, plain_text, readings
from geoservice.ingest.header_units import unit_fits
from geoservice.ingest.spelling import INITIALS, PINYIN
from geoservice.ingest.vocabulary import Names, vocabulary, words

SURE: Final = 0.75
"""Scores from here on are of names that say it; below, the values must leave no doubt."""
_GAP = "(?: (?:of|the|de|du|des|da|do|del|la|le|l|a|an|in|for))* ?"
"""Between two words: nothing, a space, or small words."""
_ANYTHING = "(?:.*[ \u4e00-\u9fff])?"
_SPECIAL = {"any": _ANYTHING, "one": "[\u4e00-\u9fff]", "rest": "(?: .*)?", "stem": "[a-z][a-z0-9]{0,14}"}
_HAN = re.compile("[\u4e00-\u9fff]")
_ABBREVIATION = re.compile(r"[b-df-hj-np-tv-z]{2,}")
_SPELT = re.compile(r"[a-z]{4,}")
_LOOSE = re.compile(r"\{(any|limit|done)\}")
"""What makes a name too long to be abbreviated by initials, or too short: any letters would be found."""
_ROW_NUMBER = re.compile(r"(id|uid|uuid|标识)$")
_MAYBE, _INITIALS, _PINYIN, _CUT = 0.7, 0.72, 0.8, 0.85


def _pattern_of(word: str) -> str:
    """Return the regular expression of a word: spaces may be left out, {word} is any of its words."""
    parts = re.split(r"\{(\w+)\}", word)
    texts = [_group(part) if i % 2 else _GAP.join(map(re.escape, plain_text(part).split())) for i, part in enumerate(parts)]
    return _GAP.join(t for t in texts if t)


@lru_cache(maxsize=64)
def _group(name: str) -> str:
    return _SPECIAL.get(name) or _any_of(words(vocabulary()["words"][name]))


def _any_of(texts: Iterable[str]) -> str:
    return f"(?:{'|'.join(_pattern_of(t) for t in sorted(texts, key=len, reverse=True))})"


class Patterns:
    """The patterns of one column; made once, most of them when first needed."""

    def __init__(self, field: str, names: Names) -> None:
        self.field = field
        before, after = (_any_of(words(names.get(k, ""))) if names.get(k) else "" for k in ("before", "after"))  # type: ignore[misc] # keys
        self._before = f"(?:{before}{_GAP}){{0,4}}" if before else ""
        self._after = f"(?:{_GAP}{after}){{0,6}}" if after else ""
        self._names = names

    def _rank(self, texts: str) -> str:
        return self._before + _any_of(words(texts)) + self._after

    @cached_property
    def _sources(self) -> list[str]:
        return [self._rank(rank) for rank in self._names["names"]]

    @cached_property
    def _known(self) -> list[re.Pattern[str]]:
        return [re.compile(s) for s in self._sources]

    @cached_property
    def _maybe(self) -> list[re.Pattern[str]]:
        return [re.compile(self._rank(rank)) for rank in self._names.get("maybe", ())]

    @cached_property
    def _initials(self) -> list[re.Pattern[str]]:
        ranks = ([w for w in words(rank) if not _LOOSE.search(w)] for rank in self._names["names"])
        return [re.compile((_any_of(r) + self._after).replace(_GAP, "").translate(INITIALS)) for r in ranks]

    @cached_property
    def _pinyin(self) -> list[re.Pattern[str]]:
        return [re.compile(s.replace(_ANYTHING, "").translate(PINYIN)) for s in self._sources]

    @cached_property
    def _never(self) -> re.Pattern[str] | None:
        return anywhere(self._names.get("never", ""))

    @cached_property
    def _never_maybe(self) -> re.Pattern[str] | None:
        return anywhere(self._names.get("never_maybe", ""))

    def score(self, header: str) -> float:
        """Score a header: 1 is our own name, from ``SURE`` a name that says it, 0 nothing alike."""
        whole = plain_text(header)
        own = plain_text(self.field)
        if whole == own != "id":  # an id may be the row's; a column of codes says more
            return 1.0
        if self._never and self._never.search(whole):
            return 0.0
        best = max((self._of_reading(r) for r in readings(header) if unit_fits(self.field, r.unit)), default=0.0)
        if best < _CUT and len(whole) >= 8 and header.isascii() and own.startswith(whole):
            return _CUT  # a shapefile cuts names to ten letters
        return best

    def _of_reading(self, reading: Reading) -> float:
        text, weight = reading.text, reading.weight
        for place, pattern in enumerate(self._known):
            if pattern.fullmatch(text):
                return max(weight * 0.99 - place / 100 - _row_number(text), 0)
        doubtful = None if self._never_maybe and self._never_maybe.search(text) else _first(self._maybe, text)
        if doubtful is not None:
            return weight * _MAYBE - doubtful / 100 - _row_number(text)
        joined = text.replace(" ", "")
        for shape, patterns, share in ((_ABBREVIATION, "_initials", _INITIALS), (_SPELT, "_pinyin", _PINYIN)):
            if shape.fullmatch(joined) and (place := _first(getattr(self, patterns), joined)) is not None:
                return weight * share - place / 100
        return 0.0


def _row_number(text: str) -> float:
    """Return what a header is worth less than a code: an id may be a database's own number of the row."""
    return 0.003 if _ROW_NUMBER.search(text) else 0.0


def _first(patterns: list[re.Pattern[str]], text: str) -> int | None:
    return next((i for i, p in enumerate(patterns) if p.fullmatch(text)), None)


def anywhere(texts: str) -> re.Pattern[str] | None:
    """Return the pattern of words anywhere: Chinese ones as they stand, others with no letter or digit beside them."""
    if not texts:
        return None
    alternatives = [
        re.escape(w) if _HAN.search(w) or not w[0].isalnum() else rf"(?<![a-z0-9]){re.escape(w)}(?![a-z0-9])"
        for w in words(texts)
    ]
    return re.compile("|".join(alternatives))


def score(header: str, field: str, names: Names) -> float:
    """Score a header for a column: 1 is our own name, from ``SURE`` on its name says it, 0 nothing alike.

    >>> score("人口(人)", "persons", {"names": ["人口"]}) > 0.9, score("流动人口", "persons", {"names": ["人口"]})
    (True, 0.0)
    """
    return _patterns(field, json.dumps(names)).score(header)


@lru_cache(maxsize=256)
def _patterns(field: str, names: str) -> Patterns:
    return Patterns(field, json.loads(names))
