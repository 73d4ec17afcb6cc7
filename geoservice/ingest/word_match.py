"""Whether a text is made of words: some before, one name, some after; long lists cost nothing, for words are looked up."""

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Literal, NamedTuple

from geoservice.ingest.header_text import plain_text
from geoservice.ingest.header_vocabulary import vocabulary, words
from geoservice.ingest.spelling import INITIALS, PINYIN

Script = Literal["", "pinyin", "initials"]
"""How Chinese words are written: as they are, by their sounds, or by the first letters of these."""
MOST_WORDS = 6
"""Most words before a name, and after it."""
_SMALL = {"of", "the", "de", "du", "des", "da", "do", "del", "l", "an"}
_STEM = re.compile(r"[a-z][a-z0-9]{0,14}")


class Text(NamedTuple):
    """A header without spaces and small words, and the places where a word of it may begin or end."""

    letters: str
    breaks: frozenset[int]


class Words(NamedTuple):
    """Words by their length."""

    known: frozenset[str]
    lengths: tuple[int, ...]


@lru_cache(maxsize=4096)
def text_of(header: str) -> Text:
    """Return a plain header without its spaces and small words.

    >>> text_of("number of persons").letters
    'numberpersons'
    """
    tokens = header.replace(" de la ", " de ").split()
    kept = [t for t in tokens if t not in _SMALL] or tokens
    breaks, at = {0}, 0
    for token in kept:
        at += len(token)
        breaks.add(at)
    letters = "".join(kept).replace("的", "")  # stands between Chinese words alone, which may begin and end anywhere
    breaks |= {i + d for i, c in enumerate(letters) if "\u4e00" <= c <= "\u9fff" for d in (0, 1)}
    return Text(letters, frozenset(breaks))


def spell(word: str, script: Script) -> str:
    """Return a word of the vocabulary as it stands in a text of a script."""
    joined = text_of(plain_text(word)).letters
    return joined if not script else joined.translate(PINYIN if script == "pinyin" else INITIALS)


@lru_cache(maxsize=512)
def word_set(listed: str, script: Script) -> Words:
    """Return a list of words; {groups} among them are put in."""
    known: set[str] = set()
    for word in words(listed):
        known |= group(word[1:-1], script).known if re.fullmatch(r"\{\w+\}", word) else {spell(word, script)}
    return Words(frozenset(known), tuple(sorted({len(w) for w in known})))


def group(name: str, script: Script) -> Words:
    """Return the words of a {group}."""
    return word_set(vocabulary()["words"][name], script)


def follow(text: Text, starts: AbstractSet[int], known: Words) -> set[int]:
    """Return where words end that begin at one of the places."""
    letters = text.letters
    return {s + n for s in starts for n in known.lengths if letters[s : s + n] in known.known and s + n <= len(letters)}


def precede(text: Text, ends: AbstractSet[int], known: Words) -> set[int]:
    """Return where words begin that end at one of the places."""
    letters = text.letters
    return {e - n for e in ends for n in known.lengths if n <= e and letters[e - n : e] in known.known}


def follow_part(text: Text, starts: AbstractSet[int], part: str, script: Script) -> set[int]:
    """Return where a part of a name, a {group} or a word, ends that begins at one of the places."""
    if not part.startswith("{"):
        return follow(text, starts, word_set(part, script))
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
            return follow(text, starts, group(name, script))


def closure(text: Text, places: AbstractSet[int], known: Words | None, *, backwards: bool = False) -> set[int]:
    """Return the places that up to ``MOST_WORDS`` words lead to from some places, these among them."""
    found = new = set(places)
    step = precede if backwards else follow
    for _ in range(MOST_WORDS if known else 0):
        new = step(text, new, known) - found  # type: ignore[arg-type] # not None here
        found = found | new
        if not new:
            break
    return found


def parts_of(word: str) -> tuple[str, ...]:
    """Return a name's parts: words and {groups}.

    >>> parts_of("{house}总{code}")
    ('{house}', '总', '{code}')
    """
    return tuple(p.strip() for p in re.split(r"(\{\w+\})", word) if set(p.split()) - _SMALL)


class Rank:
    """Names of one rank, in one script."""

    def __init__(self, names: Iterable[str], script: Script) -> None:
        self._script: Script = script
        parts = [parts_of(n) for n in names]
        plain = ", ".join(p[0] for p in parts if len(p) == 1 and not p[0].startswith("{"))
        self._whole = word_set(plain, script)
        self._parted = [p for p in parts if len(p) > 1 or p[0].startswith("{")]

    def matches(self, text: Text, starts: AbstractSet[int], ends: AbstractSet[int]) -> bool:
        """Whether a name leads from one of the starts to one of the ends."""
        if follow(text, starts, self._whole) & ends:
            return True
        return any(self._leads(text, starts, parts) & ends for parts in self._parted)

    def _leads(self, text: Text, starts: AbstractSet[int], parts: tuple[str, ...]) -> set[int]:
        reached = set(starts)
        for part in parts:
            if not reached:
                break
            reached = follow_part(text, reached, part, self._script)
        return reached
