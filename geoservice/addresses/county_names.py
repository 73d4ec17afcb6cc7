"""The names of the townships, villages and roads of a county as they are written, found by how a text begins."""

import re
from collections import OrderedDict
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from geoservice.addresses.area_hits import COUNTY, TOWN, VILLAGE
from geoservice.addresses.area_names import contradicts_kind, short_names
from geoservice.addresses.gazetteer import KINDS, Gazetteer
from geoservice.addresses.near_names import base_name
from geoservice.addresses.typing_errors import is_one_edit, is_usual_error

ROAD = VILLAGE + 1
"""The level of roads among names: they are at the end of an address, as villages are."""
_MOST_NAMES = 4_000
_LONG_ENOUGH = 3
"""Names of fewer characters below the county are read exactly."""
_NO_KIND, _OTHER_KIND = 0.3, 1.0
_KIND = re.compile("(?:[省市县区旗镇乡村]|街道|社区)$")
_TOWN_KINDS = ("镇", "乡", "街道")


_Place = tuple[str, int, int]
"""The official name of a place, its row, and its level: -1 for a road."""


class WrittenName(NamedTuple):
    """A way in which a place is written; ``level`` is that of an area, or :data:`ROAD`.

    ``cost`` is how unlikely it is, where an error is 1: a name without its kind, or with another kind.
    """

    text: str
    row: int
    level: int
    cost: float = 0.0


class Reading(NamedTuple):
    """A name at a position of a text: where it ends there, how many errors it has (0 or 1), and whether that is a usual one."""

    name: WrittenName
    end: int
    errors: int
    is_usual: bool


class CountyNames:
    """The names in a county and of the areas around it.

    Parameters
    ----------
    gazetteer : Gazetteer
    county : int
        Row of the county.
    """

    def __init__(self, gazetteer: Gazetteer, county: int) -> None:
        self._first: dict[str, list[_Place]] = {}
        self._second: dict[str, list[_Place]] = {}
        for place in _places(gazetteer, county):
            self._first.setdefault(place[0][0], []).append(place)
            self._second.setdefault(place[0][1], []).append(place)

    def read(self, text: str, start: int) -> Iterator[Reading]:
        """Yield the names that a text may mean at a position: exactly, or with one error."""
        one, two = text[start : start + 1], text[start + 1 : start + 2]
        lists = (self._first.get(one), self._second.get(two), self._second.get(one), self._first.get(two))
        for official, row, level in dict.fromkeys(place for places in lists if places for place in places):
            for written, cost in _ways_to_write(official, level):
                name = WrittenName(written, row, level if level >= 0 else ROAD, cost)
                if text.startswith(written, start):
                    yield Reading(name, start + len(written), 0, True)
                elif len(written) >= _LONG_ENOUGH or 0 <= level <= COUNTY:
                    yield from _with_error(name, text, start)


class KeptCountyNames:
    """The names of the counties of a gazetteer that were last used."""

    def __init__(self, gazetteer: Gazetteer, kept: int = 64) -> None:
        self._gazetteer, self._kept = gazetteer, kept
        self._counties: OrderedDict[int, CountyNames] = OrderedDict()

    def of(self, county: int) -> CountyNames:
        """Return the names of a county by its row."""
        if county in self._counties:
            self._counties.move_to_end(county)
            return self._counties[county]
        names = self._counties[county] = CountyNames(self._gazetteer, county)
        if len(self._counties) > self._kept:
            self._counties.popitem(last=False)
        return names


def _with_error(name: WrittenName, text: str, start: int) -> Iterator[Reading]:
    """Yield the readings of a name with one error; digits are no errors but follow the name."""
    size = len(name.text)
    for end in _ends(name.text, text, start):
        part = text[start:end]
        if name.level == ROAD and part == name.text[:-1]:  # what is no road without the kind may be anything
            continue
        if not part[-1].isdigit() and is_one_edit(name.text, part):
            is_usual = is_usual_error(name.text, part)
            if is_usual or size >= _LONG_ENOUGH:
                yield Reading(name, end, 1, is_usual)


def _ends(name: str, text: str, start: int) -> Iterator[int]:
    """Yield where a name with one error may end in a text: another character, two exchanged, one too many, one missing."""
    size = len(name)
    i = 0
    while i < size and text[start + i : start + i + 1] == name[i]:
        i += 1
    if name[i + 1 :] == text[start + i + 1 : start + size] or (
        name[i : i + 2] == text[start + i : start + i + 2][::-1] and name[i + 2 :] == text[start + i + 2 : start + size]
    ):
        yield start + size
    if name[i:] == text[start + i + 1 : start + size + 1]:
        yield start + size + 1
    if i < size and name[i + 1 :] == text[start + i : start + size - 1]:
        yield start + size - 1


def _places(gazetteer: Gazetteer, county: int) -> Iterator[_Place]:
    levels = np.frombuffer(gazetteer.level, np.uint8)[county : gazetteer.end[county]]
    kinds = np.frombuffer(gazetteer.kind, np.uint8)[county : gazetteer.end[county]]
    inside = np.flatnonzero((levels > COUNTY + 1) | (kinds == KINDS.index("road")))[:_MOST_NAMES] + county
    around = [row for row in gazetteer.chain(county) if gazetteer.level[row]]
    rows = np.concatenate([around, inside]).astype(np.int64)
    for row, name in zip(rows.tolist(), gazetteer.official_names(rows), strict=True):
        if len(name) > 1:
            yield name, row, gazetteer.level[row] - 1


@lru_cache(1 << 14)
def _ways_to_write(name: str, level: int) -> tuple[tuple[str, float], ...]:
    """Return how a place is written, and how unlikely each way is; all begin with the same two characters."""
    ways = {name: 0.0}
    if level < 0:
        return tuple(ways.items())
    for short in short_names(name, level):
        cost = _OTHER_KIND if contradicts_kind(short, name) else 0.0 if _KIND.search(short) else _NO_KIND
        ways.setdefault(short, cost)
    if level == TOWN:
        base = base_name(name, level)
        for kind in _TOWN_KINDS:
            ways.setdefault(base + kind, _OTHER_KIND)
    return tuple((text, cost) for text, cost in ways.items() if text[:2] == name[:2])
