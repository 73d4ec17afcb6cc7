"""Names that differ from a text by one character or by the kind of place that they end in, inside one place of a gazetteer."""

import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from geoservice.addresses.typing_errors import is_one_edit, is_usual_error

if TYPE_CHECKING:
    from geoservice.addresses.gazetteer import Gazetteer

AREA_CLASS, OTHER_CLASS = 0, 8
"""A class of places is an area's level, or this plus a position in the kinds of places."""
_SUFFIXES = {
    1: re.compile("(?<=.)(?:自治州|地区|市|盟)$"),
    2: re.compile("(?<=.)(?:自治县|自治旗|林区|特区|新区|县|区|市|旗)$"),
    3: re.compile("(?<=.)(?:街道办事处|街道办|街道|民族乡|镇|乡|苏木|街办|办事处)$"),
    4: re.compile("(?<=.)(?:(?:社区)?(?:居民委员会|居委会)|村民委员会|村委会|行政村|自然村|社区|嘎查|村)$"),
    OTHER_CLASS + 4: re.compile("(?<=.)(?:号楼|单元|号|幢|栋|座|楼|#|门)$"),
    OTHER_CLASS + 5: re.compile("(?<=.)(?:村民小组|居民小组|生产队|自然村|村民组|居民组|小组|组|队|村)$"),
}
_NUMERALS = str.maketrans("零〇一二三四五六七八九两", "001234567892")
_TENS = re.compile(r"([0-9]?)十([0-9]?)")
_STREET = re.compile(r"(?<=[a-zß-ÿ])str$")
_MARKS = re.compile(r"[\W_]+")
_MIN_LENGTH = 2
_FEW_SEARCHES = 3


class NearName(NamedTuple):
    """A place with a name near a text; ``is_typo`` if a character differs, else only what the name ends in.

    ``is_usual`` if the difference is one that people often make; see
    :func:`geoservice.addresses.typing_errors.is_usual_error`.
    """

    row: int
    is_typo: bool
    is_usual: bool = False


def base_name(text: str, place_class: int) -> str:
    """Return what tells a name from others of its class: without the kind of place, case, marks and number characters.

    >>> base_name("永林村民委员会", 4), base_name("第十二村民组", OTHER_CLASS + 5), base_name("Zoll-Str.", OTHER_CLASS + 1)
    ('永林', '12', 'zollstrasse')
    """
    if place_class >= OTHER_CLASS + 4:
        return _SUFFIXES[place_class].sub("", arabic(text).removeprefix("第").casefold())
    if text.isascii() or place_class not in _SUFFIXES:
        return _STREET.sub("strasse", _MARKS.sub("", text.casefold()))
    return _SUFFIXES[place_class].sub("", _MARKS.sub("", text.casefold()))


def arabic(text: str) -> str:
    """Return a text with Chinese numerals below one hundred in Arabic ones.

    >>> arabic("二十一组"), arabic("十组"), arabic("三栋")
    ('21组', '10组', '3栋')
    """
    text = text.translate(_NUMERALS)
    return _TENS.sub(lambda match: f"{match[1] or 1}{match[2] or 0}", text)


def deletions(text: str) -> Iterator[str]:
    """Yield a text without each of its characters in turn."""
    for i in range(len(text)):
        yield text[:i] + text[i + 1 :]


@dataclass
class _Index:
    """The names of a class inside a place; those that lack a character are only listed for a place that is searched often."""

    rows: dict[str, list[int]]
    by_deletion: dict[str, list[str]] | None = None
    searches: int = 0

    def near(self, base: str) -> set[str]:
        """Return the names that are one edit from a text."""
        self.searches += 1
        if self.by_deletion is None and self.searches > _FEW_SEARCHES:
            self.by_deletion = {}
            for name in self.rows:
                for shorter in set(deletions(name)) if len(name) >= _MIN_LENGTH else ():
                    self.by_deletion.setdefault(shorter, []).append(name)
        return {name for name in self._likely(base) if is_one_edit(base, name)}

    def _likely(self, base: str) -> set[str]:
        if self.by_deletion is None:
            return {name for name in self.rows if len(name) >= _MIN_LENGTH and abs(len(name) - len(base)) <= 1}
        names = set(self.by_deletion.get(base, ()))
        for shorter in deletions(base):
            names.update((shorter,) if len(shorter) >= _MIN_LENGTH and shorter in self.rows else ())
            names.update(self.by_deletion.get(shorter, ()))
        return names


class NearNames:
    """Finds near names in a gazetteer; keeps the names of the places that were last searched.

    Answers do not depend on what is kept.
    """

    def __init__(self, gazetteer: "Gazetteer", kept: int = 512) -> None:
        self._gazetteer, self._kept = gazetteer, kept
        self._indexes: OrderedDict[tuple[int, int, bool], _Index] = OrderedDict()
        self._classes = np.where(
            np.frombuffer(gazetteer.level, np.uint8) > 0,
            np.frombuffer(gazetteer.level, np.uint8).astype(np.int16) - 1,
            np.frombuffer(gazetteer.kind, np.uint8).astype(np.int16) + OTHER_CLASS,
        ).astype(np.int8)
        self._present = frozenset(np.unique(self._classes).tolist())

    def find(self, text: str, within: int, place_class: int) -> list[NearName]:
        """Return the places of a class inside a place whose name is near a text, the nearest only, by row.

        Names that differ by a usual error are nearer than others.

        Parameters
        ----------
        text : str
        within : int
            Row of the place; only places inside it are searched.
        place_class : int
            An area's level, or :data:`OTHER_CLASS` plus a position in the kinds of places.
        """
        if place_class not in self._present:
            return []
        rows = self._near(base_name(text, place_class), within, place_class, False)
        if not rows and place_class in _SUFFIXES:  # the error may be in what the name ends in
            rows = self._near(text, within, place_class, True)
        return rows

    def _near(self, text: str, within: int, place_class: int, is_whole: bool) -> list[NearName]:
        index = self._index(within, place_class, is_whole)
        if text in index.rows:
            return [NearName(row, False) for row in index.rows[text]]
        if len(text) < _MIN_LENGTH or not index.rows:
            return []
        names = index.near(text)
        usual = {name for name in names if is_usual_error(text, name)}
        rows = {row for name in usual or names for row in index.rows[name]}
        return [NearName(row, True, bool(usual)) for row in sorted(rows)]

    def _index(self, within: int, place_class: int, is_whole: bool) -> _Index:
        key = (within, place_class, is_whole)
        index = self._indexes.get(key)
        if index is None:
            index = self._indexes[key] = self._build(*key)
            if len(self._indexes) > self._kept:
                self._indexes.popitem(last=False)
        else:
            self._indexes.move_to_end(key)
        return index

    def _build(self, within: int, place_class: int, is_whole: bool) -> _Index:
        stop = self._gazetteer.end[within]
        places = np.flatnonzero(self._classes[within:stop] == place_class) + within
        rows: dict[str, list[int]] = {}
        if not len(places):
            return _Index(rows)
        for row, name in zip(places.tolist(), self._gazetteer.official_names(places), strict=True):
            rows.setdefault(name if is_whole else base_name(name, place_class), []).append(row)
        return _Index(rows)
