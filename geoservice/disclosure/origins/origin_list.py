"""The public list of origins, and the origin of each home code.

*Wide* origins are the provinces of China, or the top areas elsewhere. *Fine* origins divide them: the counties of a province,
and in place of a county that is loaded its townships. The list depends on public tables only, never on where migrants come
from.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.areas import CHINESE_PROVINCES, ancestors, significant_digits
from geoservice.divisions import counties_of
from geoservice.geo import Bools, Int32s

ELSEWHERE = "elsewhere"
"""Origin of migrants whose home code is not in the list."""
REST = ".rest"
"""Suffix of the fine origin for the part of an area that is not listed below it."""
MAX_TOWNSHIPS = 200
"""Number of loaded townships up to which they are origins of their own; with more, their counties are the finest origins."""


class Origins(NamedTuple):
    """The public list of origins: wide ones, and fine ones with the positions of their wide ones, shape ``(fine,)``.

    ``county`` has the code of the loaded county that a fine origin is a township of, "" for all others.
    """

    wide: list[str]
    fine: list[str]
    of_fine: Int32s
    county: tuple[str, ...] = ()

    def divided(self) -> Bools:
        """Return which wide origins have fine ones; shape ``(wide,)``."""
        return np.asarray(np.bincount(self.of_fine, minlength=len(self.wide)) > 0)


def list_origins(areas: pa.Table, *, chinese: bool) -> Origins:
    """Return the origins: the provinces of China and their counties, or the top areas and those below them; and elsewhere.

    Loaded counties are divided into their townships. Each origin that is divided also has one for its remainder, ``code.rest``.

    Parameters
    ----------
    areas : pyarrow.Table
        Columns ``code``, ``level`` and ``parent``.
    chinese : bool
        Whether codes are Chinese division codes.
    """
    rows = areas.select(["code", "level", "parent"]).sort_by("code").to_pylist()
    parents = {str(r["code"]): r["parent"] for r in rows}
    if not chinese:
        wide = [c for c in parents if parents[c] not in parents]
        return _origins(wide, {w: [(c, "") for c in parents if parents[c] == w] for w in wide})
    townships = _townships(rows)
    loaded = {str(r["code"]) for r in rows if r["level"] == "county"}
    below = {}
    for province in CHINESE_PROVINCES:
        listed = {*counties_of(province[:2]), *(significant_digits(c) for c in loaded if c[:2] == province[:2])}
        by_digits = {significant_digits(c): c for c in loaded}
        below[province] = [f for c in sorted(listed) for f in _fine(by_digits.get(c, c), townships)]
    return _origins(list(CHINESE_PROVINCES), below)


def _townships(rows: list[dict[str, Any]]) -> Mapping[str, list[str]]:
    """Return the codes of the townships of each loaded county; none if there are too many."""
    by_county: dict[str, list[str]] = {}
    for row in rows:
        if row["level"] == "township" and row["parent"] is not None:
            by_county.setdefault(str(row["parent"]), []).append(str(row["code"]))
    return by_county if sum(map(len, by_county.values())) <= MAX_TOWNSHIPS else {}


def _fine(county: str, townships: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    if county not in townships:
        return [(county, "")]
    return [(code, county) for code in (*townships[county], f"{county}{REST}")]


def _origins(wide: list[str], below: Mapping[str, list[tuple[str, str]]]) -> Origins:
    fine = [(i, *f) for i, w in enumerate(wide) if below[w] for f in (*below[w], (f"{w}{REST}", ""))]
    codes, counties = [code for _, code, _ in fine], tuple(county for _, _, county in fine)
    return Origins([*wide, ELSEWHERE], codes, np.array([i for i, _, _ in fine], np.int32), counties)


def origins_of(homes: "pa.Array[Any]", origins: Origins, areas: pa.Table, *, chinese: bool) -> tuple[Int32s, Int32s]:
    """Return the wide and fine origin of each home code, -1 for null; shapes ``(n,)``.

    The fine origin is -1 if the wide one has no fine ones.
    """
    parents = dict(zip(*(areas.column(c).to_pylist() for c in ("code", "parent")), strict=True))
    wide_index, fine_index = ({c: i for i, c in enumerate(codes)} for codes in (origins.wide, origins.fine))
    if chinese:  # with any number of trailing zeros
        wide_index, fine_index = ({**{_significant(c): i for c, i in row.items()}, **row} for row in (wide_index, fine_index))
    encoded = homes.dictionary_encode()
    pairs = [
        _origin_of(str(c), origins, wide_index, fine_index, parents, chinese=chinese) for c in encoded.dictionary.to_pylist()
    ]
    table = np.array([*pairs, (-1, -1)], np.int32)  # the last row is that of null homes
    row = encoded.indices.fill_null(len(pairs)).to_numpy(zero_copy_only=False)
    return table[row, 0], table[row, 1]


def _origin_of(
    home: str,
    origins: Origins,
    wide_index: Mapping[str, int],
    fine_index: Mapping[str, int],
    parents: Mapping[str, str | None],
    *,
    chinese: bool,
) -> tuple[int, int]:
    digits = significant_digits(home)
    codes = [*ancestors(home, parents), *([digits[:9], digits[:6], digits[:2]] if chinese else [])]
    wide = wide_index[next((c for c in codes if c in wide_index), ELSEWHERE)]
    candidates = [name for c in codes for name in (c, f"{c}{REST}")]
    return wide, next((fine_index[c] for c in (*candidates, f"{origins.wide[wide]}{REST}") if c in fine_index), -1)


def _significant(origin: str) -> str:
    """Return an origin with the significant digits of its code.

    >>> _significant("340811000000.rest"), _significant("340000")
    ('340811.rest', '34')
    """
    code = origin.removesuffix(REST)
    return significant_digits(code) + origin[len(code) :]
