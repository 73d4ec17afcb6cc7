"""Pairs of areas with the same name in the same scope."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import NamedTuple

from geoservice.addresses.area_names import shortest
from geoservice.schema import LEVELS

ScopedNames = Mapping[str, tuple[Hashable, str]]
"""By code: what an area is inside of, the same on both sides, and its name."""


class NamePairs(NamedTuple):
    """Pairs of codes by method, and the codes of the first side whose names would fit, but not only one area."""

    method: dict[tuple[str, str], str]
    ambiguous: set[str]


def plain_name(name: str) -> str:
    """Return a name without differences of width, case and spaces.

    >>> plain_name("Ｎｏｒｔｈ  Bay ")
    'northbay'
    """
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def name_pairs(ours: ScopedNames, theirs: ScopedNames, level: str) -> NamePairs:
    """Return the areas of a level that have the same name in the same scope, if only one of either side has it.

    Full names come first (method ``name``); of the areas left, the names without suffix (``short_name``).

    >>> pairs = name_pairs({"1": (0, "永兴镇"), "2": (0, "永兴乡")}, {"a": (0, "永兴街道"), "b": (0, "永兴镇")}, "township")
    >>> sorted(pairs.method.items())
    [(('1', 'b'), 'name'), (('2', 'a'), 'short_name')]
    """
    rank = LEVELS.index(level)
    steps: Sequence[tuple[str, Callable[[str], str]]] = (("name", str), ("short_name", lambda name: shortest(name, rank)))
    method: dict[tuple[str, str], str] = {}
    ambiguous: set[str] = set()
    for name, shorten in steps:
        keys, others = ({c: (s, shorten(plain_name(n))) for c, (s, n) in side.items()} for side in (ours, theirs))
        found = list(_unique_pairs(keys, others))
        method |= dict.fromkeys(found, name)
        ours = _without(ours, {one for one, _ in found})
        theirs = _without(theirs, {other for _, other in found})
        remaining = {others[code] for code in theirs}
        ambiguous = {code for code in ours if keys[code] in remaining}
    return NamePairs(method, ambiguous)


def _unique_pairs(ours: Mapping[str, Hashable], theirs: Mapping[str, Hashable]) -> Iterator[tuple[str, str]]:
    """Yield the codes with the same key, if it occurs once on either side."""
    counts, their_counts = Counter(ours.values()), Counter(theirs.values())
    by_key = {key: code for code, key in theirs.items()}
    for code, key in ours.items():
        if counts[key] == their_counts[key] == 1:
            yield code, by_key[key]


def _without(side: ScopedNames, codes: set[str]) -> ScopedNames:
    return {code: value for code, value in side.items() if code not in codes}
