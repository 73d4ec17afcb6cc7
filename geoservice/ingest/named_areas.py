"""Loaded areas found by the code or the name that a cell or an address states."""

import re
from collections.abc import Mapping, Sequence

import pyarrow as pa
import shapely

from geoservice.areas import ancestors, enclosing_codes, significant_digits
from geoservice.geo import Objects
from geoservice.schema import LEVELS

AREA_LEVELS = ("county", "township", "village")
"""Levels of areas small enough to tell one reading of coordinates from another."""
_SPACES = re.compile(r"\s+")
_VILLAGE = re.compile(r"(?:(?:社区)?(?:居民|村民)委员会|社区居委会|村委会|居委会|社区|村)$")
_VILLAGE_FORMS = ("村", "社区", "村委会", "居委会", "社区居委会", "村民委员会", "居民委员会", "社区居民委员会")
_SUFFIX = re.compile(r"(?:街道办事处|街道|地区|镇|乡|区|县|市)$")
_LEAST_IN_TEXT = 3
"""Characters of a name that is looked for within a longer text."""


class NamedAreas:
    """Loaded areas of some levels with a geometry, found by code or by name.

    ``codes`` and ``shapes`` have shape ``(a,)``.
    """

    def __init__(self, table: pa.Table, levels: Sequence[str] = AREA_LEVELS) -> None:
        columns = ["code", "name_zh", "name_en", "level", "parent", "geometry"]
        frame = table.select(columns).to_pandas()
        self._parents: Mapping[str, str | None] = dict(zip(frame["code"], frame["parent"], strict=True))
        frame = frame[frame["geometry"].notna() & frame["level"].isin(levels)]
        self.codes: Objects = frame["code"].to_numpy(object)
        self.shapes: Objects = shapely.from_wkb(frame["geometry"].to_numpy(object))
        self._depth = [LEVELS.index(level) for level in frame["level"]]
        self._by_code = {significant_digits(code): i for i, code in enumerate(self.codes)}
        self._by_code |= {code: i for i, code in enumerate(self.codes)}
        self._by_name: dict[str, set[int]] = {}
        self._short: dict[str, set[int]] = {}
        for i, row in enumerate(frame.itertuples(index=False)):
            for name in {row.name_zh, row.name_en} - {None}:
                for form in _forms(str(name), str(row.level)):
                    self._by_name.setdefault(form, set()).add(i)
                self._short.setdefault(_SUFFIX.sub("", _folded(str(name))), set()).add(i)
        self._lengths = sorted({len(n) for n in self._by_name if len(n) >= _LEAST_IN_TEXT}, reverse=True)

    def __len__(self) -> int:
        return len(self.codes)

    def of_code(self, code: str) -> int:
        """Return the area of a code, or for a Chinese code the lowest loaded area that contains it; -1 for none."""
        digits = significant_digits(code.strip().removesuffix(".0"))
        return next((self._by_code[c] for c in (code, digits, *enclosing_codes(digits)) if c in self._by_code), -1)

    def of_text(self, text: str) -> int:
        """Return the lowest area that a text names, -1 if it names none or an ambiguous one.

        The text may be a name, or an address that holds the names of areas; a name of several areas is decided by the areas
        above it that the text names too.
        """
        folded = _folded(text)
        exact = self._by_name.get(folded) or self._short.get(folded)
        if exact:
            return next(iter(exact)) if len(exact) == 1 else -1
        groups = [self._by_name[name] for name in self._names_within(folded)]
        named = {i for group in groups for i in group}
        supported = [
            i for group in groups for i in group if len(group) == 1 or self._above(i) & {str(self.codes[j]) for j in named}
        ]
        if not supported:
            return -1
        deepest = max(self._depth[i] for i in supported)
        lowest = {i for i in supported if self._depth[i] == deepest}
        return lowest.pop() if len(lowest) == 1 else -1

    def lies_in(self, i: int, other: int) -> bool:
        """Whether area ``i`` is below area ``other``."""
        return str(self.codes[other]) in self._above(i)

    def _above(self, i: int) -> set[str]:
        return set(ancestors(str(self.codes[i]), self._parents)[1:])

    def _names_within(self, text: str) -> list[str]:
        """Return the names within a text, the longest at each position, without overlaps."""
        names: list[str] = []
        start = 0
        while start < len(text):
            name = next((text[start : start + n] for n in self._lengths if text[start : start + n] in self._by_name), "")
            if name and not name.isascii():  # names in letters are compared with whole cells only
                names.append(name)
            start += max(len(name), 1)
        return names


def _folded(text: str) -> str:
    return _SPACES.sub("", text).lower()


def _forms(name: str, level: str) -> set[str]:
    """Return the spellings of an area's name in files.

    >>> sorted(_forms("鹿山村委会", "village"))[:2], sorted(_forms("大桥街道办事处", "township"))
    (['鹿山居委会', '鹿山居民委员会'], ['大桥街道', '大桥街道办事处'])
    """
    folded = _folded(name)
    if level == "village" and _VILLAGE.search(folded):
        return {_VILLAGE.sub("", folded) + form for form in _VILLAGE_FORMS} | {folded}
    return {folded, folded.removesuffix("办事处")} if folded.endswith("街道办事处") else {folded}
