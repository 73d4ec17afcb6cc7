"""The names of the townships, villages and roads of a county as they are written, found by how a text begins."""

import re
from collections.abc import Iterator
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
        self._first: dict[str, list[WrittenName]] = {}
        self._second: dict[str, list[WrittenName]] = {}
        for name in _written_names(gazetteer, county):
            self._first.setdefault(name.text[0], []).append(name)
            self._second.setdefault(name.text[1], []).append(name)

    def read(self, text: str, start: int) -> Iterator[Reading]:
        """Yield the names that a text may mean at a position: exactly, or with one error."""
        one, two = text[start : start + 1], text[start + 1 : start + 2]
        seen = set()
        lists = (self._first.get(one), self._second.get(two), self._second.get(one), self._first.get(two))
        for name in (name for names in lists if names for name in names):
            if name in seen:
                continue
            seen.add(name)
            if text.startswith(name.text, start):
                yield Reading(name, start + len(name.text), 0, True)
            elif len(name.text) >= _LONG_ENOUGH or name.level <= COUNTY:
                yield from _with_error(name, text, start)


def _with_error(name: WrittenName, text: str, start: int) -> Iterator[Reading]:
    """Yield the readings of a name with one error; digits are no errors but follow the name."""
    size = len(name.text)
    for length in (size, size + 1, size - 1):
        part = text[start : start + length]
        if name.level == ROAD and part == name.text[:-1]:  # what is no road without the kind may be anything
            continue
        if len(part) == length and not part[-1].isdigit() and is_one_edit(name.text, part):
            is_usual = is_usual_error(name.text, part)
            if is_usual or size >= _LONG_ENOUGH:
                yield Reading(name, start + length, 1, is_usual)


def _written_names(gazetteer: Gazetteer, county: int) -> Iterator[WrittenName]:
    levels = np.frombuffer(gazetteer.level, np.uint8)[county : gazetteer.end[county]]
    kinds = np.frombuffer(gazetteer.kind, np.uint8)[county : gazetteer.end[county]]
    inside = np.flatnonzero((levels > COUNTY + 1) | (kinds == KINDS.index("road")))[:_MOST_NAMES] + county
    around = [row for row in gazetteer.chain(county) if gazetteer.level[row]]
    rows = np.concatenate([around, inside]).astype(np.int64)
    for row, name in zip(rows.tolist(), gazetteer.official_names(rows), strict=True):
        level = gazetteer.level[row] - 1
        for text, cost in _ways_to_write(name, level):
            if len(text) > 1:
                yield WrittenName(text, row, level if level >= 0 else ROAD, cost)


def _ways_to_write(name: str, level: int) -> Iterator[tuple[str, float]]:
    yield name, 0.0
    if level < 0:
        return
    for short in short_names(name, level):
        has_kind = _KIND.search(short) is not None
        yield short, _OTHER_KIND if contradicts_kind(short, name) else 0.0 if has_kind else _NO_KIND
    if level == TOWN:
        yield from ((base_name(name, level) + kind, _OTHER_KIND) for kind in _TOWN_KINDS if not name.endswith(kind))
