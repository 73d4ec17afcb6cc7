"""Folding of case and accents by the Unicode tables, the same for the filter's literals and in either database.

Case: full case folding, so that ``STRASSE`` equals ``straße``. Accents: canonical decomposition without its non-spacing marks,
except for the two that change a Japanese syllable (はじめ is not はしめ).
"""

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

_VOICING = "\u3099\u309a"


def fold(text: str, case: bool, accents: bool) -> str:
    """Return the text with its case, its accents or both folded.

    >>> fold("Straße Ș はじめ", True, True)
    'strasse s はじめ'
    """
    if case:
        several, single = case_tables()
        text = "".join(several.get(c) or single.get(c.lower(), c.lower()) for c in text)
    return _without_accents(text) if accents else text


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.category(c) != "Mn" or c in _VOICING))


def _characters() -> Iterable[str]:
    """All characters that may have case or marks: the planes between hold ideographs and private use."""
    return (chr(i) for i in (*range(1, 0xD800), *range(0xE000, 0x20000), *range(0xE0000, 0xE1000)))


@lru_cache(maxsize=1)
def case_tables() -> tuple[dict[str, str], dict[str, str]]:
    """Return what lower() alone does not fold: characters that become several, and lower-case ones that become another."""
    several = {c: c.casefold() for c in _characters() if len(c.casefold()) > 1}
    single = {c.lower(): c.casefold().lower() for c in _characters() if c not in several}
    return several, {c: to for c, to in single.items() if c != to}


@lru_cache(maxsize=1)
def irregular_case() -> dict[str, str]:
    """Return every character that lower() alone does not fold, with its folded form. Σ is one: ICU has two lower-case forms."""
    several, single = case_tables()
    capitals = {c.upper(): to for c, to in single.items() if len(c.upper()) == 1 and not c.upper().isascii()}
    return {**{c: to for c, to in capitals.items() if c.casefold().lower() == to}, **several, **single}


@lru_cache(maxsize=1)
def accent_marks() -> str:
    """Return the marks that folding removes, as the inside of a regular expression's character class."""
    return _ranges(c for c in _characters() if unicodedata.category(c) == "Mn" and c not in _VOICING)


@lru_cache(maxsize=1)
def strip_accents_exceptions() -> str:
    """Return the characters, likewise, from which DuckDB's ``strip_accents`` would remove too much: it removes all marks."""

    def without_marks(c: str) -> str:
        decomposed = unicodedata.normalize("NFD", c)
        return unicodedata.normalize("NFC", "".join(x for x in decomposed if not unicodedata.category(x).startswith("M")))

    marked = (c for c in _characters() if unicodedata.category(c).startswith("M") or unicodedata.decomposition(c))
    return _ranges(c for c in marked if _without_accents(c) != without_marks(c))


def _ranges(characters: Iterable[str]) -> str:
    ranges: list[list[str]] = []
    for c in characters:
        if ranges and ord(ranges[-1][1]) == ord(c) - 1:
            ranges[-1][1] = c
        else:
            ranges.append([c, c])
    return "".join(a if a == b else f"{a}-{b}" for a, b in ranges)
