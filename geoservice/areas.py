"""Administrative areas: their codes, ancestors and outlines, and the census classes of migrants."""

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

CHINESE_LEVELS = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
"""Level of a Chinese division by the number of significant digits of its code."""
CHINESE_DIGITS = {level: digits for digits, level in CHINESE_LEVELS.items()}
"""Number of significant digits of a Chinese division code by level."""


def significant_digits(code: str) -> str:
    """Return a Chinese division code without the trailing zeros that stand for all areas below it; any other code unchanged.

    GB/T 2260 writes provinces and cities with six digits, statistical codes write every division with twelve.

    >>> [significant_digits(c) for c in ("340000", "340811000000", "340811001000", "340811001003", "V1")]
    ['34', '340811', '340811001', '340811001003', 'V1']
    """
    if len(code) not in CHINESE_LEVELS or not (code.isascii() and code.isdigit()):
        return code
    for digits, digits_above in pairwise(sorted(CHINESE_LEVELS, reverse=True)):
        if len(code) == digits and not code[digits_above:].strip("0"):
            code = code[:digits_above]
    return code


def chinese_level(code: str) -> str | None:
    """Return the level of a Chinese division code, None for any other code.

    >>> chinese_level("340811000000"), chinese_level("V1")
    ('county', None)
    """
    digits = significant_digits(code)
    return CHINESE_LEVELS.get(len(digits)) if digits.isascii() and digits.isdigit() else None


def enclosing_codes(code: str) -> list[str]:
    """Return the significant digits of the divisions that contain a Chinese division, the smallest first.

    >>> enclosing_codes("340811001000")
    ['340811', '3408', '34']
    """
    digits = significant_digits(code)
    return [digits[:n] for n in sorted(CHINESE_LEVELS, reverse=True) if n < len(digits)]


def ancestors(code: str, parents: Mapping[str, str | None]) -> list[str]:
    """Return ``code`` and every area above it, lowest first; stops where the table of parents has a cycle."""
    chain: list[str] = []
    current: str | None = code
    while current is not None and current not in chain:
        chain.append(current)
        current = parents.get(current)
    return chain


def area_outlines(table: pa.Table) -> dict[str, shapely.Geometry]:
    """Return the outline of each area by its code.

    An area without a geometry gets the union of those below it; if these have none either, it is left out.

    ``table`` has the columns ``code``, ``parent`` and ``geometry`` (WKB).
    """
    codes, parent_codes = (table.column(c).to_pylist() for c in ("code", "parent"))
    parents = dict(zip(map(str, codes), parent_codes, strict=True))
    shapes = dict(zip(parents, shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False)), strict=True))
    below: dict[str, list[shapely.Geometry]] = {}
    for code, shape in shapes.items():
        if shape is not None:
            for a in ancestors(code, parents)[1:]:
                if shapes.get(a) is None:
                    below.setdefault(a, []).append(shape)
    return {c: s if s is not None else shapely.union_all(below[c]) for c, s in shapes.items() if s is not None or c in below}


def first_containing(shapes: Objects, x: Floats, y: Floats) -> Int32s:
    """Return the position of the first shape that contains each point, borders included; -1 for none; shape ``(points,)``.

    Points are sorted by x once, so that each shape tests only the points within its bounding box.

    >>> squares = shapely.box(np.array([0, 0]), 0, np.array([1, 2]), 1)
    >>> first_containing(squares, np.array([0.5, 1.5, 3.0]), np.array([0.5, 1.0, 0.5])).tolist()
    [0, 1, -1]
    """
    order = np.argsort(x, kind="stable")
    sorted_x, sorted_y = x[order], y[order]
    first = np.full(len(x), -1, np.int32)
    for i, (shape, (west, south, east, north)) in enumerate(zip(shapes, shapely.bounds(shapes), strict=True)):
        strip = slice(np.searchsorted(sorted_x, west), np.searchsorted(sorted_x, east, side="right"))
        in_box = (first[strip] < 0) & (sorted_y[strip] >= south) & (sorted_y[strip] <= north)
        candidates = np.flatnonzero(in_box) + strip.start
        if len(candidates):
            shapely.prepare(shape)
            first[candidates[shapely.intersects_xy(shape, sorted_x[candidates], sorted_y[candidates])]] = i
    unsorted = np.empty(len(x), np.int32)
    unsorted[order] = first
    return unsorted


def last_containing(shapes: Objects, x: Floats, y: Floats) -> Ints:
    """Return the position of the last shape that contains each point, borders included; -1 for none; shape ``(points,)``.

    If areas are in order of level, this is the lowest one.
    """
    last = np.full(len(x), -1, np.int64)
    if len(x) and len(shapes):
        shape, point = shapely.STRtree(shapely.points(x, y)).query(shapes, predicate="intersects")
        np.maximum.at(last, point, shape)
    return last


def _at_level(code: str, level: str, levels: Mapping[str, str], parents: Mapping[str, str | None]) -> str | None:
    return next((a for a in ancestors(code, parents) if levels.get(a) == level), None)


_CLASS_LEVELS = tuple(zip(("township", "county", "province"), MIGRANT_CLASSES, strict=False))


def _class_of_codes(home: str, residence: str) -> str:
    """Return the class of a household from the significant digits of two Chinese division codes.

    Township, county and province are compared in turn: the first one that is the same decides. If one code is that of an area
    that contains the other, nothing shows that they differ: the household is a resident.
    """
    if home.startswith(residence) or residence.startswith(home):
        return MIGRANT_CLASSES[0]
    for level, name in _CLASS_LEVELS:
        digits = CHINESE_DIGITS[level]
        if min(len(home), len(residence)) >= digits and home[:digits] == residence[:digits]:
            return name
    return MIGRANT_CLASSES[-1]


def _class_of_areas(home: str, residence: str, levels: Mapping[str, str], parents: Mapping[str, str | None]) -> str:
    """Return the class of a household by the same rule from the areas above its two areas."""
    if residence in ancestors(home, parents) or home in ancestors(residence, parents):
        return MIGRANT_CLASSES[0]
    for level, name in _CLASS_LEVELS:
        area = _at_level(residence, level, levels, parents)
        if area is not None and _at_level(home, level, levels, parents) == area:
            return name
    return MIGRANT_CLASSES[-1]


def _dictionary_encoded(codes: Texts) -> "pa.DictionaryArray[Any, Any]":
    array = codes if isinstance(codes, pa.Array) else pa.array(codes, pa.string())
    return array.dictionary_encode()


def migrant_class(
    home: Texts,
    residence: Texts,
    *,
    chinese: bool,
    levels: Mapping[str, str],
    parents: Mapping[str, str | None],
) -> Int32s:
    """Return the migrant class of each household by the census definition, from its home and residence areas.

    Parameters
    ----------
    home : sequence of str or None, or Arrow strings, shape (n,)
        Code of the home (hukou) area at any level; None counts as resident. A code above township level is compared at its
        own level: a household of ``340811`` that lives in ``340811001`` is a resident.
    residence : sequence of str, or Arrow strings, shape (n,)
        Code of the area of residence.
    chinese : bool
        Whether codes are Chinese division codes, whose leading digits name the areas above, also for areas that are
        not in the table.
    levels, parents : mapping
        Level and parent of each area in the table, used when codes are not Chinese.

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
    homes, residences = (_dictionary_encoded(codes) for codes in (home, residence))
    home_index = homes.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    residence_index = residences.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    home_codes, residence_codes = ([str(c) for c in column.dictionary.to_pylist()] for column in (homes, residences))
    if chinese:  # once for each code, not for each pair of them
        home_codes, residence_codes = ([significant_digits(c) for c in codes] for codes in (home_codes, residence_codes))
    size = max(len(residence_codes), 1)
    number, pairs = pd.factorize(home_index * size + residence_index)
    classes = np.zeros(len(pairs), np.int32)
    for i, pair in enumerate(pairs.tolist()):
        a, b = divmod(pair, size)
        if a >= 0:
            one, other = home_codes[a], residence_codes[b]
            name = _class_of_codes(one, other) if chinese else _class_of_areas(one, other, levels, parents)
            classes[i] = MIGRANT_CLASSES.index(name)
    return classes[number]
