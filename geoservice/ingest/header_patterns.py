"""Scores of headers against the names of a column."""

import json
import re
from functools import lru_cache
from typing import Final, NamedTuple

from geoservice.ingest.header_text import HeaderReading, plain_text, readings
from geoservice.ingest.header_units import unit_fits
from geoservice.ingest.header_vocabulary import Names, split_terms
from geoservice.ingest.word_match import Rank, Script, Text, Words, extend, text_of, word_set

SURE: Final = 0.75
"""Scores from here on mean that the name is certain; below, the values must confirm it."""
_HAN = re.compile("[\u4e00-\u9fff]")
_ABBREVIATION = re.compile(r"[b-df-hj-np-tv-z]{2,}")
_SPELT = re.compile(r"[a-z]{4,}")
_LOOSE = re.compile(r"\{(any|limit|done|here|one|rest)\}")
"""Placeholders that make a name too short to be abbreviated by initials, which would match any letters."""
_ROW_NUMBER = re.compile(r"(id|uid|uuid|标识)$")
_PART, _MAYBE, _INITIALS, _PINYIN, _CUT = 0.65, 0.7, 0.72, 0.8, 0.85
_MOST_OF = 0.5


class Lexicon(NamedTuple):
    """Names of a column in one script: ranks of names, and the words that may come before and after."""

    ranks: tuple[Rank, ...]
    maybe: tuple[Rank, ...]
    before: Words | None
    after: Words | None

    def spans(self, text: Text) -> tuple[set[int], set[int]]:
        """Return the positions where a name may begin and where it may end."""
        end = len(text.letters)
        return extend(text, {0}, self.before), extend(text, {end}, self.after, backwards=True)


class Patterns:
    """Names of one column, compiled to score headers."""

    def __init__(self, field: str, names: Names) -> None:
        self.field = field
        self._names = names
        self._never, self._never_maybe = (
            term_pattern(t) if t else None for t in (names.get("never"), names.get("never_maybe"))
        )
        self._lexicons: dict[Script, Lexicon] = {}

    def _lexicon(self, script: Script) -> Lexicon:
        """Return the names in a script; in initials without words before them and without placeholders."""
        if script not in self._lexicons:
            names = self._names
            ranks = [[w for w in split_terms(rank) if script != "initials" or not _LOOSE.search(w)] for rank in names["names"]]
            before, after = names.get("before"), names.get("after")
            self._lexicons[script] = Lexicon(
                tuple(Rank(r, script) for r in ranks),
                () if script else tuple(Rank(split_terms(rank), script) for rank in names.get("maybe", ())),
                word_set(before, script) if before and script != "initials" else None,
                word_set(after, script) if after else None,
            )
        return self._lexicons[script]

    @lru_cache(maxsize=32768)  # noqa: B019 - instances live as long as the process
    def score(self, header: str) -> float:
        """Return the score of a header: 1 for the column's own name, from ``SURE`` a certain name, 0 for no similarity."""
        plain_header = plain_text(header)
        own = plain_text(self.field)
        if plain_header == own != "id":  # an id may be the row's number; a column of codes is better
            return 1.0
        if self._never and self._never.search(plain_header):
            return 0.0
        best = max((self._of_reading(r) for r in readings(header) if unit_fits(self.field, r.unit)), default=0.0)
        if best < _CUT and len(plain_header) >= 8 and header.isascii() and own.startswith(plain_header):
            return _CUT  # shapefiles truncate names to ten characters
        return best

    def _of_reading(self, reading: HeaderReading) -> float:
        text, weight = text_of(reading.text), reading.weight
        lexicon = self._lexicon("")
        starts, ends = lexicon.spans(text)
        for i, rank in enumerate(lexicon.ranks):
            if rank.matches(text, starts, ends):
                return max(weight * 0.99 - i / 100 - _row_number_penalty(text), 0)
        if not (self._never_maybe and self._never_maybe.search(reading.text)):
            for i, rank in enumerate(lexicon.maybe):
                if rank.matches(text, starts, ends):
                    return weight * _MAYBE - i / 100 - _row_number_penalty(text)
        if self._names.get("part") and self._is_part(text, lexicon):
            return weight * _PART
        return max((self._spelt(text, script) for script in scripts_of(text)), default=0.0) * weight

    def _is_part(self, text: Text, lexicon: Lexicon) -> bool:
        """Whether a name makes up more than half of a text, starting and ending at word boundaries."""
        least = _MOST_OF * len(text.letters)
        for start in text.breaks:
            ends = {e for e in text.breaks if e - start >= least}
            if ends and any(rank.matches(text, {start}, ends) for rank in lexicon.ranks):
                return True
        return False

    def _spelt(self, text: Text, script: Script) -> float:
        """Return the score of a text for names in pinyin or as initials."""
        lexicon = self._lexicon(script)
        starts, ends = lexicon.spans(text)
        share = _PINYIN if script == "pinyin" else _INITIALS
        return next((share - p / 100 for p, rank in enumerate(lexicon.ranks) if rank.matches(text, starts, ends)), 0.0)


def scripts_of(text: Text) -> tuple[Script, ...]:
    """Return the scripts, other than characters, in which a text may be Chinese."""
    if _ABBREVIATION.fullmatch(text.letters):
        return ("initials",)
    return ("pinyin",) if _SPELT.fullmatch(text.letters) else ()


def _row_number_penalty(text: Text) -> float:
    """Return the penalty of an id against a code: an id may be a database's row number."""
    return 0.003 if _ROW_NUMBER.search(text.letters) else 0.0


def term_pattern(texts: str) -> re.Pattern[str]:
    """Return a pattern that finds any of the terms: Chinese ones anywhere, others without a letter or digit beside them."""
    alternatives = [
        re.escape(w) if _HAN.search(w) or not w[0].isalnum() else rf"(?<![a-z0-9]){re.escape(w)}(?![a-z0-9])"
        for w in split_terms(texts)
    ]
    return re.compile("|".join(alternatives))


def patterns_of(field: str, names: Names) -> Patterns:
    """Return the compiled names of a column."""
    return _patterns(field, json.dumps(names))


@lru_cache(maxsize=256)
def _patterns(field: str, names: str) -> Patterns:
    return Patterns(field, json.loads(names))


def score(header: str, field: str, names: Names) -> float:
    """Return the score of a header for a column: 1 for its own name, from ``SURE`` a certain name, 0 for no similarity.

    >>> score("人口(人)", "persons", {"names": ["人口"]}) > 0.9, score("流动人口", "persons", {"names": ["人口"]})
    (True, 0.0)
    """
    return patterns_of(field, names).score(header)
