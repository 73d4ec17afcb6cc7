"""The tree of areas from several tables of codes, joined by name within the parent.

Two official tables give one code to different townships (340811100 is 大龙山镇 in one and 杨桥镇 in the other), so a code joins
areas of one code system only. Codes of provinces, cities and counties are those of GB/T 2260 in every Chinese table: they say
where an area belongs if its own table has nothing above it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from geoservice.addresses.area_names import short_names, shortest
from geoservice.addresses.gazetteer import NAME_KINDS
from geoservice.areas import CHINESE_DIGITS, enclosing_codes, significant_digits
from geoservice.divisions import COUNTY_GROUPS
from geoservice.schema import LEVELS

OFFICIAL, SHORT, ALIAS, HISTORIC, ENGLISH = range(len(NAME_KINDS))
COUNTY_DIGITS = 6
UNKNOWN = float("nan")


class AreaRow(NamedTuple):
    """An area of a table: ``level`` from 0 for a province to 4 for a village, ``parent`` a code of the same system."""

    system: str
    code: str
    name: str
    name_en: str | None
    level: int
    parent: str | None
    lon: float = UNKNOWN
    lat: float = UNKNOWN
    radius_m: float = UNKNOWN
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass
class AreaTree:
    """Areas, one row each; ``rows[i]`` is the best description of area ``i``, ``parent[i]`` the area above it, -1 for none.

    ``codes`` are all codes that an area has or had, ``names`` its further names. ``common`` is the code system in which the
    divisions of GB/T 2260 are, None outside China.
    """

    common: str | None = None
    rows: list[AreaRow] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    codes: list[tuple[str, str, int, date | None]] = field(default_factory=list)
    names: list[tuple[int, str, int]] = field(default_factory=list)
    unplaced: Counter[str] = field(default_factory=Counter)
    joined: Counter[str] = field(default_factory=Counter)
    _by_code: dict[str, dict[str, int]] = field(default_factory=dict)
    _children: dict[int, dict[str, int]] = field(default_factory=dict)
    _named: dict[str, list[int]] = field(default_factory=dict)
    _indexed: tuple[int, int] = (0, 0)

    def __len__(self) -> int:
        """Return the number of areas."""
        return len(self.rows)

    def add(self, rows: Sequence[AreaRow], source: str, *, own: bool = False) -> list[int]:
        """Add a table, joining its areas with those of earlier tables, and return the area of each row, -1 for none.

        With ``own`` its names, codes and positions replace those of earlier tables. Groups of counties such as 市辖区 are no
        areas: what they contain is in the area above. Rows without a place in the tree are counted in ``unplaced``.
        """
        before, taken = len(self.rows), set[int]()
        area = [-1] * len(rows)
        for level in range(5):
            here = [i for i, row in enumerate(rows) if row.level == level]
            above = [self._area_above(rows[i]) for i in here]
            for i, parent in zip(here, above, strict=True):
                if rows[i].name in COUNTY_GROUPS and 1 <= level <= 2:
                    self._by_code.setdefault(rows[i].system, {})[self._digits(rows[i])] = parent
            kept = [
                (i, p) for i, p in zip(here, above, strict=True) if rows[i].name not in COUNTY_GROUPS or not 1 <= level <= 2
            ]
            self._add_level(rows, kept, area, source, before, taken, own)
        return area

    def _add_level(
        self,
        rows: Sequence[AreaRow],
        kept: Sequence[tuple[int, int]],
        area: list[int],
        source: str,
        before: int,
        taken: set[int],
        own: bool,
    ) -> None:
        """Join the rows of a level, whose parents are known, or add them."""
        rest: list[tuple[int, int]] = []
        for i, parent in kept:
            found = self._children.get(parent, {}).get(rows[i].name, -1)
            if 0 <= found < before and found not in taken and self.rows[found].level == rows[i].level:
                taken.add(found)
                area[i] = found
            else:
                rest.append((i, parent))
        for i, found in self._same_short_names(rows, rest, before, taken):
            taken.add(found)
            area[i] = found
        for i, parent in rest:  # a new name of a code of the same system
            found = self._by_code.get(rows[i].system, {}).get(self._digits(rows[i]), -1)
            same = 0 <= found < before and self.parent[found] == parent and self.rows[found].level == rows[i].level
            if area[i] < 0 and same and found not in taken:
                taken.add(found)
                area[i] = found
        for i, parent in kept:
            if area[i] < 0:
                area[i] = self._append(rows[i], parent, source)
            else:
                self._join(area[i], rows[i], source, own=own)

    def _area_above(self, row: AreaRow) -> int:
        """Return the area that a row is in: its stated parent, or for Chinese codes the one of the longest prefix."""
        if row.parent is not None:
            found = self.coded(row.system, row.parent)
            if found >= 0 and self.rows[found].level < row.level:
                return found
        if self.common is None:
            return -1
        above = (row.code[: CHINESE_DIGITS[level]] for level in reversed(LEVELS[: row.level]))
        return next((area for area in (self.coded(row.system, code) for code in above) if area >= 0), -1)

    def coded(self, system: str, code: str) -> int:
        """Return the area of a code of a system, -1 if there is none; a county's code is known in every Chinese system."""
        codes = self._by_code.get(system, {})
        if self.common is None:
            return codes.get(code, -1)
        for digits in (code, significant_digits(code)) if code.endswith("00") else (code,):
            found = codes.get(digits)
            if found is None and len(digits) <= COUNTY_DIGITS:
                found = self._by_code.get(self.common, {}).get(digits)
            if found is not None:
                return found
        return -1

    def _digits(self, row: AreaRow) -> str:
        """Return a code without the trailing zeros of its level: a city without counties has the county 441900."""
        if self.common is None:
            return row.code
        digits = CHINESE_DIGITS[LEVELS[row.level]]
        return row.code if row.code[digits:].strip("0") else row.code[:digits]

    def _same_short_names(
        self, rows: Sequence[AreaRow], rest: Sequence[tuple[int, int]], before: int, taken: set[int]
    ) -> Iterator[tuple[int, int]]:
        """Yield rows with the area of an earlier table whose short name is the same, where only one of either side has it."""
        by_parent: dict[int, list[int]] = {}
        for i, parent in rest:
            by_parent.setdefault(parent, []).append(i)
        for parent, members in by_parent.items():
            earlier = [a for a in self._children.get(parent, {}).values() if a < before and a not in taken]
            if parent < 0 or not earlier:
                continue
            theirs = _unique([(shortest(self.rows[a].name, self.rows[a].level), a) for a in dict.fromkeys(earlier)])
            ours = _unique([(shortest(rows[i].name, rows[i].level), i) for i in members])
            for name, i in ours.items():
                if (found := theirs.get(name)) is not None and self.rows[found].level == rows[i].level:
                    yield i, found

    def _append(self, row: AreaRow, parent: int, source: str) -> int:
        area = len(self.rows)
        self.rows.append(row)
        self.parent.append(parent)
        self.source.append(source)
        self._children.setdefault(parent, {}).setdefault(row.name, area)
        self._add_code(row, area)
        if parent < 0 and row.level > 0:
            self.unplaced[source] += 1
        return area

    def _join(self, area: int, row: AreaRow, source: str, *, own: bool) -> None:
        """Describe an area by a further table."""
        former = self.rows[area]
        first, second = (row, former) if own else (former, row)
        if row.name != former.name:
            self.names.append((area, second.name, ALIAS))
            self._children[self.parent[area]].setdefault(row.name, area)
        located = first if first.lon == first.lon else second
        self.rows[area] = first._replace(
            name_en=first.name_en or second.name_en,
            lon=located.lon,
            lat=located.lat,
            radius_m=located.radius_m,
        )
        if own:
            self.source[area] = source
        self.joined[source] += 1
        self._add_code(row, area)

    def _add_code(self, row: AreaRow, area: int) -> None:
        self._by_code.setdefault(row.system, {}).setdefault(self._digits(row), area)
        self.add_code(row.code, row.system, area, row.valid_to)

    def add_code(self, code: str, system: str, area: int, last_day: date | None) -> None:
        """Add a code that an area has or had, as it is written and without trailing zeros."""
        self.codes.append((code, system, area, last_day))
        if self.common is not None and code.endswith("00") and (digits := significant_digits(code)) != code:
            self.codes.append((digits, system, area, last_day))

    def enclosing(self, system: str, code: str) -> Iterator[int]:
        """Yield the areas whose codes are prefixes of a Chinese code, the smallest first."""
        yield from (a for a in (self.coded(system, above) for above in enclosing_codes(code)) if a >= 0)

    def children(self, area: int) -> dict[str, int]:
        """Return the areas directly inside an area by their names; -1 is the whole world."""
        return self._children.get(area, {})

    def above(self, area: int) -> Iterator[int]:
        """Yield the areas above an area, the smallest first."""
        while (area := self.parent[area]) >= 0:
            yield area

    def named(self, path: str, within: int = -1) -> list[int]:
        """Return the areas of a path of names such as 安徽省黄山市 or 郫都区, by official, short or further names.

        Levels may be left out between the names; an area is found anywhere below ``within``.
        """
        return sorted(set(self._walk(self._index(), "".join(path.split()), within)))

    def _walk(self, index: Mapping[str, Sequence[int]], text: str, within: int) -> Iterator[int]:
        for size in range(len(text), 0, -1):
            for area in index.get(text[:size], ()):
                if within >= 0 and within not in self.above(area):
                    continue
                if size == len(text):
                    yield area
                else:
                    yield from self._walk(index, text[size:], area)

    def _index(self) -> dict[str, list[int]]:
        """Return all areas by name; those that came since the last call are added."""
        rows, names = self._indexed
        for area in range(rows, len(self.rows)):
            row = self.rows[area]
            for name in dict.fromkeys((row.name, *short_names(row.name, row.level), row.name_en or row.name)):
                self._named.setdefault(name, []).append(area)
        for area, name, _ in self.names[names:]:
            if area not in (areas := self._named.setdefault(name, [])):
                areas.append(area)
        self._indexed = len(self.rows), len(self.names)
        return self._named


def _unique(pairs: Sequence[tuple[str, int]]) -> dict[str, int]:
    """Return the numbers of names that occur once."""
    counts = Counter(name for name, _ in pairs)
    return {name: number for name, number in pairs if counts[name] == 1}
