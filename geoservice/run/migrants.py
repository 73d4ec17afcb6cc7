"""Who is a migrant: the census classes, from the home area and the area lived in."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from geoservice.geo import Objects
from geoservice.schema import MIGRANT_CLASSES

# digits of a Chinese division code that name the township, the county, the province
CHINESE_DIGITS = (9, 6, 2)


def ancestors(code: str, parents: Mapping[str, str | None]) -> list[str]:
    """Return ``code`` and every area above it, lowest first; a circle in the table of parents ends the walk."""
    chain: list[str] = []
    current: str | None = code
    while current is not None and current not in chain:
        chain.append(current)
        current = parents.get(current)
    return chain


def _at_level(code: str, level: str, levels: Mapping[str, str], parents: Mapping[str, str | None]) -> str | None:
    return next((a for a in ancestors(code, parents) if levels.get(a) == level), None)


def _class_of_pair(home: str, here: str, chinese: bool, levels: Mapping[str, str], parents: Mapping[str, str | None]) -> str:
    """Compare township, county and province in turn: the first that agrees names the class."""
    for digits, level, name in zip(CHINESE_DIGITS, ("township", "county", "province"), MIGRANT_CLASSES, strict=False):
        if chinese:
            same = len(home) >= digits and home[:digits] == here[:digits]
        else:
            there = _at_level(here, level, levels, parents)
            same = there is not None and _at_level(home, level, levels, parents) == there
        if same:
            return name
    return MIGRANT_CLASSES[-1]


def migrant_class(
    home: Sequence[str | None],
    here: Sequence[str],
    *,
    chinese: bool,
    levels: Mapping[str, str],
    parents: Mapping[str, str | None],
) -> Objects:
    """Class of each household by the census definition: township, county, province of home against those of residence.

    Parameters
    ----------
    home : sequence of str or None, shape (n,)
        Code of the home (hukou) area at any level; None counts as resident.
    here : sequence of str, shape (n,)
        Code of the area lived in.
    chinese : bool
        Whether codes are Chinese division codes, whose leading digits name the areas above, also for areas that are
        not in the table. A home code shorter than a township's (a county known only) is compared from its own level up,
        so ``340811`` living in ``340811001`` is of the class "other township in the county".
    levels, parents : mapping
        Level and parent of each known area, used when codes are not Chinese.

    Returns
    -------
    ndarray of object, shape (n,)
        One of ``geoservice.schema.MIGRANT_CLASSES``.

    Examples
    --------
    >>> migrant_class(["340811001", "340811102", "340123001", "110101001", None], ["340811001"] * 5,
    ...               chinese=True, levels={}, parents={}).tolist()
    ['resident', 'same_county', 'same_province', 'other_province', 'resident']
    """
    frame = pd.DataFrame({"home": pd.array(home, dtype="string"), "here": pd.array(here, dtype="string")})
    number, pairs = pd.factorize(pd.MultiIndex.from_frame(frame.fillna("")))
    classes = np.array(
        [MIGRANT_CLASSES[0] if not a else _class_of_pair(str(a), str(b), chinese, levels, parents) for a, b in pairs.to_list()],
        dtype=object,
    )
    return classes[number] if len(frame) else np.empty(0, object)
