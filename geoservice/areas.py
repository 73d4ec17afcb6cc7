"""Areas: what lies above a code, borders, and who is a migrant by the census classes."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from geoservice.geo import Floats, Int32s, Ints, Objects
from geoservice.schema import MIGRANT_CLASSES

Texts: TypeAlias = "Sequence[str | None] | pa.Array[Any]"

CHINESE_PROVINCES = tuple(
    f"{p}0000"
    for p in (
        *(11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46),
        *(50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82),
    )
)
"""Codes of the provinces, GB/T 2260."""

CHINESE_DIGITS = {"province": 2, "city": 4, "county": 6, "township": 9, "village": 12}
"""Significant digits of a Chinese division code by its level."""
_LEVELS = {digits: level for level, digits in CHINESE_DIGITS.items()}


def significant(code: str) -> str:
    """Return the leading digits of a Chinese division code that say something: zeros at its end stand for all that is below.

    GB/T 2260 writes provinces and cities with six digits, statistical codes write every division with twelve.

    >>> [significant(c) for c in ("340000", "340811000000", "340811001000", "340811001003", "V1")]
    ['34', '340811', '340811001', '340811001003', 'V1']
    """
    if len(code) not in _LEVELS or not (code.isascii() and code.isdigit()):
        return code
    for digits, above in pairwise(sorted(_LEVELS, reverse=True)):
        if len(code) == digits and not code[above:].strip("0"):
            code = code[:above]
    return code


def chinese_level(code: str) -> str | None:
    """Return the level of a Chinese division code, None for any other code.

    >>> chinese_level("340811000000"), chinese_level("V1")
    ('county', None)
    """
    digits = significant(code)
    return _LEVELS.get(len(digits)) if digits.isascii() and digits.isdigit() else None


def enclosing_codes(code: str) -> list[str]:
    """Return the significant digits of the divisions around a Chinese division, the nearest first.

    >>> enclosing_codes("340811001000")
    ['340811', '3408', '34']
    """
    digits = significant(code)
    return [digits[:n] for n in sorted(_LEVELS, reverse=True) if n < len(digits)]


def ancestors(code: str, parents: Mapping[str, str | None]) -> list[str]:
    """Return ``code`` and every area above it, lowest first; a circle in the table of parents ends the walk."""
    chain: list[str] = []
    current: str | None = code
    while current is not None and current not in chain:
        chain.append(current)
        current = parents.get(current)
    return chain


def area_outlines(table: pa.Table) -> dict[str, shapely.Geometry]:
    """Border of each area by its code; an area without one of its own has the union of the areas below it, or is left out.

    ``table`` has the columns ``code``, ``parent`` and ``geometry`` (WKB).
    """
    codes, above = (table.column(c).to_pylist() for c in ("code", "parent"))
    parents = dict(zip(map(str, codes), above, strict=True))
    shapes = dict(zip(parents, shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False)), strict=True))
    below: dict[str, list[shapely.Geometry]] = {}
    for code, shape in shapes.items():
        if shape is not None:
            for a in ancestors(code, parents)[1:]:
                if shapes.get(a) is None:
                    below.setdefault(a, []).append(shape)
    return {c: s if s is not None else shapely.union_all(below[c]) for c, s in shapes.items() if s is not None or c in below}


def last_around(shapes: Objects, x: Floats, y: Floats) -> Ints:
    """Position of the last shape that holds each point or has it on its border, -1 for none; shape ``(points,)``.

    With areas in order of level the last one is the lowest.
    """
    last = np.full(len(x), -1, np.int64)
    if len(x) and len(shapes):
        shape, point = shapely.STRtree(shapely.points(x, y)).query(shapes, predicate="intersects")
        np.maximum.at(last, point, shape)
    return last


def _at_level(code: str, level: str, levels: Mapping[str, str], parents: Mapping[str, str | None]) -> str | None:
    return next((a for a in ancestors(code, parents) if levels.get(a) == level), None)


def _class_of_pair(home: str, here: str, chinese: bool, levels: Mapping[str, str], parents: Mapping[str, str | None]) -> str:
    """Compare township, county and province in turn: the first that agrees names the class.

    Where one code is of an area around the other's, nothing says that they differ: the household is a resident.
    """
    if chinese:
        one, other = significant(home), significant(here)
        if one.startswith(other) or other.startswith(one):
            return MIGRANT_CLASSES[0]
    elif here in ancestors(home, parents) or home in ancestors(here, parents):
        return MIGRANT_CLASSES[0]
    for level, name in zip(("township", "county", "province"), MIGRANT_CLASSES, strict=False):
        if chinese:
            digits = CHINESE_DIGITS[level]
            same = min(len(one), len(other)) >= digits and one[:digits] == other[:digits]
        else:
            there = _at_level(here, level, levels, parents)
            same = there is not None and _at_level(home, level, levels, parents) == there
        if same:
            return name
    return MIGRANT_CLASSES[-1]


def _encoded(codes: Texts) -> "pa.DictionaryArray[Any, Any]":
    texts = codes if isinstance(codes, pa.Array) else pa.array(codes, pa.string())
    return texts.dictionary_encode()


def migrant_class(
    home: Texts,
    here: Texts,
    *,
    chinese: bool,
    levels: Mapping[str, str],
    parents: Mapping[str, str | None],
) -> Int32s:
    """Class of each household by the census definition: township, county, province of home against those of residence.

    Parameters
    ----------
    home : sequence of str or None, or Arrow strings, shape (n,)
        Code of the home (hukou) area at any level; None counts as resident. A code coarser than a township's is compared at its
        own level: ``340811`` living in ``340811001`` is a resident.
    here : sequence of str, or Arrow strings, shape (n,)
        Code of the area lived in.
    chinese : bool
        Whether codes are Chinese division codes, whose leading digits name the areas above, also for areas that are
        not in the table.
    levels, parents : mapping
        Level and parent of each known area, used when codes are not Chinese.

    Returns
    -------
    int32 array, shape (n,)
        Positions in ``geoservice.schema.MIGRANT_CLASSES``.

    Examples
    --------
    >>> migrant_class(["340811001", "340811102", "340123001", "110101001", None], ["340811001"] * 5,
    ...               chinese=True, levels={}, parents={}).tolist()
    [0, 1, 2, 3, 0]
    """
    homes, heres = (_encoded(codes) for codes in (home, here))
    of_home = homes.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    of_here = heres.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    size = max(len(heres.dictionary), 1)
    number, pairs = pd.factorize(of_home * size + of_here)
    classes = np.zeros(len(pairs), np.int32)
    for i, pair in enumerate(pairs.tolist()):
        a, b = divmod(pair, size)
        if a >= 0:
            name = _class_of_pair(str(homes.dictionary[a]), str(heres.dictionary[b]), chinese, levels, parents)
            classes[i] = MIGRANT_CLASSES.index(name)
    return classes[number]
