"""Matching of headers as a name with words before and after it; words are looked up in sets, so long lists are fast."""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Literal, NamedTuple

from geoservice.ingest.header_text import plain_text
from geoservice.ingest.header_vocabulary import split_terms, vocabulary
from geoservice.ingest.spelling import INITIALS, PINYIN

Script = Literal["", "pinyin", "initials"]
"""Spelling of Chinese words: characters, pinyin, or the initials of the pinyin."""
MOST_WORDS = 6
"""Limit of the number of words before a name, and after it."""
_SMALL = {"of", "the", "de", "du", "des", "da", "do", "del", "l", "an"}
_STEM = re.compile(r"[a-z][a-z0-9]{0,14}")


class Text(NamedTuple):
    """A header without spaces and small words, and the positions where a word may begin or end."""

    letters: str
    breaks: frozenset[int]


class Words(NamedTuple):
    """A set of words, and their lengths."""

    texts: frozenset[str]
    lengths: tuple[int, ...]


@lru_cache(maxsize=4096)
def text_of(header: str) -> Text:
    """Return a plain header without spaces and small words.

    >>> text_of("number of persons").letters
    'numberpersons'
    """
    tokens = header.replace(" de la ", " de ").split()
    significant = [t for t in tokens if t not in _SMALL] or tokens
    breaks, position = {0}, 0
    for token in significant:
        position += len(token)
        breaks.add(position)
    letters = "".join(significant).replace("的", "")  # only between Chinese words, which may begin and end anywhere
    breaks |= {i + d for i, c in enumerate(letters) if "\u4e00" <= c <= "\u9fff" for d in (0, 1)}
    return Text(letters, frozenset(breaks))


def spell(word: str, script: Script) -> str:
    """Return a word of the vocabulary as it is written in a script."""
    joined = text_of(plain_text(word)).letters
    return joined if not script else joined.translate(PINYIN if script == "pinyin" else INITIALS)


@lru_cache(maxsize=512)
def word_set(terms: str, script: Script) -> Words:
    """Return the words of a list, with {groups} expanded."""
    texts: set[str] = set()
    for word in split_terms(terms):
        texts |= group(word[1:-1], script).texts if re.fullmatch(r"\{\w+\}", word) else {spell(word, script)}
    return Words(frozenset(texts), tuple(sorted({len(w) for w in texts})))


def group(name: str, script: Script) -> Words:
    """Return the words of a {group}."""
    return word_set(vocabulary()["words"][name], script)


def word_ends(text: Text, starts: AbstractSet[int], word_list: Words) -> set[int]:
    """Return the ends of words that begin at one of the positions ``starts``."""
    letters = text.letters
    lengths, texts = word_list.lengths, word_list.texts
    return {s + n for s in starts for n in lengths if letters[s : s + n] in texts and s + n <= len(letters)}


def word_starts(text: Text, ends: AbstractSet[int], word_list: Words) -> set[int]:
    """Return the beginnings of words that end at one of the positions ``ends``."""
    letters = text.letters
    return {e - n for e in ends for n in word_list.lengths if n <= e and letters[e - n : e] in word_list.texts}


def part_ends(text: Text, starts: AbstractSet[int], part: str, script: Script) -> set[int]:
    """Return the ends of a part of a name, a word or a {group}, that begins at one of the positions ``starts``."""
    if not part.startswith("{"):
        return word_ends(text, starts, word_set(part, script))
    end = len(text.letters)
    match part[1:-1]:
        case "any":
            return set(starts) | {b for b in text.breaks if b > min(starts, default=end)}
        case "rest":
            return {end}
        case "one":
            return {s + 1 for s in starts if s < end and "\u4e00" <= text.letters[s] <= "\u9fff"}
        case "stem":
            stems = [(s, m.end()) for s in starts if (m := _STEM.match(text.letters, s))]
            return {e for s, last in stems for e in range(s + 1, last + 1)}
        case name:
            return word_ends(text, starts, group(name, script))


def extend(text: Text, positions: AbstractSet[int], word_list: Words | None, *, backwards: bool = False) -> set[int]:
    """Return the positions that up to ``MOST_WORDS`` words lead to from some positions, including these."""
    reachable = newest = set(positions)
    step = word_starts if backwards else word_ends
    for _ in range(MOST_WORDS if word_list else 0):
        newest = step(text, newest, word_list) - reachable  # type: ignore[arg-type] # not None here
        reachable = reachable | newest
        if not newest:
            break
    return reachable


def parts_of(word: str) -> tuple[str, ...]:
    """Return the parts of a name: words and {groups}.

    >>> parts_of("{house}总{code}")
    ('{house}', '总', '{code}')
    """
    return tuple(p.strip() for p in re.split(r"(\{\w+\})", word) if set(p.split()) - _SMALL)


class Rank:
    """Names of one rank in one script."""

    def __init__(self, names: Iterable[str], script: Script) -> None:
        self._script: Script = script
        parts = [parts_of(n) for n in names]
        plain = ", ".join(p[0] for p in parts if len(p) == 1 and not p[0].startswith("{"))
        self._whole = word_set(plain, script)
        self._compound = [p for p in parts if len(p) > 1 or p[0].startswith("{")]

    def matches(self, text: Text, starts: AbstractSet[int], ends: AbstractSet[int]) -> bool:
        """Whether a name reaches from one of the starts to one of the ends."""
        if word_ends(text, starts, self._whole) & ends:
            return True
        return any(self._ends(text, starts, parts) & ends for parts in self._compound)

    def _ends(self, text: Text, starts: AbstractSet[int], parts: tuple[str, ...]) -> set[int]:
        positions = set(starts)
        for part in parts:
            if not positions:
                break
            positions = part_ends(text, positions, part, self._script)
        return positions
