"""Addresses with a wrong character or a wrong area, as they are meant: read against the names of a county.

What is read is what people could have meant with the fewest errors. It is an answer only if nothing else could be meant
nearly as well.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from geoservice.addresses.area_hits import COUNTY, TOWN, VILLAGE
from geoservice.addresses.county_names import ROAD, Reading
from geoservice.addresses.elements import ElementKind as K
from geoservice.addresses.elements import ParsedAddress
from geoservice.addresses.gazetteer import Gazetteer
from geoservice.addresses.usual_names import is_usual_name

_USUAL_ERROR, _OTHER_ERROR, _WRONG_AREA = 1.0, 1.6, 1.3
_MOST = 3.0
_MARGIN = 0.5
_MOST_ERRORS = 2
_LONG = 3
_LONGEST_PART = 8
_SEPARATORS = " ,;"
_PART_FOLLOWS = re.compile(r"[\d零一二三四五六七八九十甲乙丙丁附第(,; ]|$")
_GROUP_FOLLOWS = re.compile(r"第?[\d一二三四五六七八九十]+(?:村民|小)?[组队]|[一-鿿]{1,4}(?:组|队|屯|自然村)(?=\d|$)")
_NUMBER_FOLLOWS = re.compile(r"\d|$")
_LONGER_NAME = re.compile("[村路街道口民]|小[区学组]|[东南西北中]路|新村|花园|中学|大道")
_KINDS = "村区会路街道弄巷"
_ABOVE_TOWN = (K.PROVINCE, K.CITY, K.DISTRICT)


class Respelling(NamedTuple):
    """An address without its errors, and the faults that it had: ``typo`` and ``wrong_level``."""

    text: str
    faults: tuple[str, ...]


class _Path(NamedTuple):
    """What was read of a text up to a position."""

    position: int
    cost: float = 0.0
    readings: tuple[Reading, ...] = ()
    foreign: int = 0

    @property
    def level(self) -> int:
        return self.readings[-1].name.level if self.readings else -1

    @property
    def errors(self) -> int:
        return sum(reading.errors for reading in self.readings)


def respelling(address: ParsedAddress, gazetteer: Gazetteer, county: int) -> Respelling | None:
    """Return an address in China as it is meant, if it can be read as a village or a road of a county with few errors.

    Parameters
    ----------
    address : ParsedAddress
    gazetteer : Gazetteer
    county : int
        Row of the county.
    """
    least: dict[int, float] = {}
    best: dict[int, _Path] = {}
    reader = _Reader(address, gazetteer, county)
    for path in reader.paths(_Path(0)):
        row = path.readings[-1].name.row
        least[row] = min(path.cost, least.get(row, path.cost))
        if (row not in best or path.cost < best[row].cost) and reader.is_plausible(path):
            best[row] = path
    if not best:
        return None
    row, meant = min(best.items(), key=lambda item: item[1].cost)
    is_clear = all(cost - meant.cost >= _MARGIN for other, cost in least.items() if other != row)
    return reader.respelt(meant) if is_clear else None


class _Reader:
    """Reads an address against the names of a county."""

    def __init__(self, address: ParsedAddress, gazetteer: Gazetteer, county: int) -> None:
        self._gazetteer, self._county = gazetteer, county
        self._names = gazetteer.county_names.of(county)
        self._text, self._above = _without_repetition(address)
        self._readings: dict[int, list[Reading]] = {}

    def paths(self, path: _Path) -> Iterator[_Path]:
        """Yield the ways to read the text as far as a village or a road."""
        if path.level >= VILLAGE:
            if self._is_end(path):
                yield path
            return
        start = path.position
        while self._text[start : start + 1] and self._text[start] in _SEPARATORS:
            start += 1
        readings = self._readings_at(start)
        for reading in readings:
            if reading.name.level <= path.level:
                continue
            cost = path.cost + self._cost(reading, path)
            further = _Path(reading.end, cost, (*path.readings, reading), path.foreign)
            if cost <= _MOST and further.errors <= _MOST_ERRORS:
                yield from self.paths(further)
        is_other = start in self._above and all(r.name.level > COUNTY for r in readings)
        if path.level <= COUNTY and is_other and not path.foreign:
            yield from self.paths(_Path(self._above[start], path.cost + _WRONG_AREA, path.readings, 1))

    def _readings_at(self, start: int) -> list[Reading]:
        if start not in self._readings:
            self._readings[start] = list(self._names.read(self._text, start))
        return self._readings[start]

    def _cost(self, reading: Reading, path: _Path) -> float:
        cost = reading.name.cost
        if reading.errors:
            cost += _USUAL_ERROR if reading.is_usual else _OTHER_ERROR
        name = reading.name
        if name.level >= TOWN and not self._is_inside(reading, path):
            cost += _WRONG_AREA
        return cost

    def _is_inside(self, reading: Reading, path: _Path) -> bool:
        towns = [r.name.row for r in path.readings if r.name.level == TOWN]
        return all(self._gazetteer.is_inside(reading.name.row, town) for town in towns)

    def _is_end(self, path: _Path) -> bool:
        """Whether what follows a village or a road can be a part of it."""
        last, rest = path.readings[-1], self._text[path.position :]
        has_kind = last.name.text[-1] in _KINDS
        if (_PART_FOLLOWS if has_kind else _NUMBER_FOLLOWS).match(rest):
            return True
        if last.name.level == ROAD:
            return False
        if has_kind and not last.errors:
            return not _LONGER_NAME.match(rest)
        return _GROUP_FOLLOWS.match(rest) is not None or self._has_part(path)

    def _has_part(self, path: _Path) -> bool:
        """Whether a place inside the last one follows it."""
        rest, row = self._text[path.position :], path.readings[-1].name.row
        return any(self._gazetteer.rows_named(rest[:size], row, 1) for size in range(min(_LONGEST_PART, len(rest)), 1, -1))

    def is_plausible(self, path: _Path) -> bool:
        """Whether the errors are likely ones: the more that is wrong, the more else must agree."""
        last = path.readings[-1]
        towns = [r for r in path.readings if r.name.level == TOWN]
        wrong = [town for town in towns if not self._gazetteer.is_inside(last.name.row, town.name.row)]
        if path.foreign:
            has_two = bool(towns) or (last.name.level == VILLAGE and self._has_part(path))
            return has_two and not wrong and not path.errors and not any(self._is_elsewhere(town) for town in towns)
        if last.name.level == ROAD and wrong:
            return not last.errors and not wrong[0].errors and not is_usual_name(last.name.text)
        if last.errors and not last.is_usual and is_usual_name(self._text[path.position - len(last.name.text) : path.position]):
            return False
        if last.errors and (not towns or any(town.errors for town in towns) or wrong):
            return not wrong and (last.is_usual or len(last.name.text) > _LONG)
        return True

    def _is_elsewhere(self, town: Reading) -> bool:
        """Whether a county that is stated, and is not the one around, has a township of this name as well."""
        for start, end in self._above.items():
            for area in self._gazetteer.named(self._text[start:end]):
                if not self._gazetteer.is_inside(self._county, area.row) and self._gazetteer.named(town.name.text, area.row):
                    return True
        return False

    def respelt(self, path: _Path) -> Respelling:
        """Return the text of what was read, with the township that the place is in if another one is stated."""
        faults = ["typo"] * path.errors + ["wrong_level"] * path.foreign
        last = path.readings[-1].name
        names = []
        for reading in path.readings:
            name = reading.name
            if name.level == TOWN and not self._gazetteer.is_inside(last.row, name.row):
                faults.append("wrong_level")
                town = self._gazetteer.at_level(last.row, TOWN)
                names.append(self._gazetteer.name(town) if town >= 0 else "")
            else:
                names.append(self._gazetteer.name(name.row) if name.level in (TOWN, VILLAGE) else name.text)
        return Respelling("".join(names) + self._text[path.position :], tuple(faults))


def _without_repetition(address: ParsedAddress) -> tuple[str, dict[int, int]]:
    """Return the text of an address without what it repeats, and where in it the areas above townships begin and end."""
    text, position = "", 0
    above: dict[int, int] = {}
    for element in address.elements:
        text += address.text[position : element.start]
        if element.kind is not K.REDUNDANT:
            if element.kind in _ABOVE_TOWN:
                above[len(text)] = len(text) + len(element.text)
            text += element.text
        position = element.end
    return text + address.text[position:], above


def county_of(row: int, gazetteer: Gazetteer, scope: int) -> int:
    """Return the county that contains the scope or else a place; -1 if there is none."""
    return gazetteer.at_level(scope if scope >= 0 else row, COUNTY)
