"""The loaded areas that the rows of a file state, in columns of areas or within an address."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from geoservice.geo import Ints
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.header_text import plain_text
from geoservice.ingest.level_columns import names_level
from geoservice.ingest.named_areas import NamedAreas

_AREA = re.compile(r"区划|行政区|所属|所在|辖区|地区|居住地|现住|(?<![a-z])(?:area|region|division|admin|adcode)(?![a-z])")
_ELSEWHERE = re.compile(
    r"户籍|户口|籍贯|原籍|祖籍|出生|来源|迁|流出|工作|就业|单位|学校|就读|服务|覆盖|管辖|上级|hukou|registered|origin|birth|born|"
    r"previous|former|from|work|school|employ|served|serving|service|cover"
)
"""Headers of areas in which the row's point need not lie."""
_RESOLVED = 0.5
"""Least share of a column's values that name a loaded area."""


class StatedAreas(NamedTuple):
    """The headers that state areas, and the stated area of each row as an index, -1 for none; shape ``(n,)``."""

    headers: tuple[str, ...]
    area: Ints


def stated_areas(cells: ColumnValues, areas: NamedAreas, rows: Ints) -> StatedAreas | None:
    """Return the areas that some rows of a file state, None if no column states them.

    Columns count whose header names a level or an area, but not a registered home, a workplace or a served area, and whose
    values mostly name loaded areas; and the address. Where a name and a code contradict each other, the name counts,
    since there are several code tables.

    Parameters
    ----------
    cells
        Columns of the file.
    areas
        The loaded areas.
    rows : int array, shape (n,)
        The rows to look at.
    """
    if not len(areas) or not len(rows):
        return None
    codes: list[str] = []
    names: list[str] = []
    for header in _area_headers(cells):
        texts = _texts(cells, header, rows)
        for headers, lookup in ((codes, areas.of_code), (names, areas.of_text)):
            if _share_resolved(texts, lookup) >= _RESOLVED:
                headers.append(header)
                break
    if cells.has("address") and cells.mapping["address"] not in names:
        names.append(cells.mapping["address"])
    by_code = [_each(_texts(cells, h, rows), areas.of_code) for h in codes]
    by_name = [_by_name([_texts(cells, h, rows) for h in names], areas)] if names else []
    stated = np.array([_combined(found, areas) for found in zip(*by_name, *by_code, strict=True)], np.int64)
    return StatedAreas((*names, *codes), stated) if (stated >= 0).any() else None


def _area_headers(cells: ColumnValues) -> list[str]:
    """Return the headers of areas in which the rows' points should lie."""
    registered = cells.mapping.get("registered_area")
    return [
        h
        for h in cells.raw.columns.column_names
        if h != registered and not _ELSEWHERE.search(plain_text(h)) and (names_level(h) or _AREA.search(plain_text(h)))
    ]


def _texts(cells: ColumnValues, header: str, rows: Ints) -> list[str]:
    """Return the texts of some rows, empty where missing; read without marking the column as used, since it is not stored."""
    return [(v or "").strip() for v in cells.raw.columns.column(header).take(rows).to_pylist()]


def _each(texts: Sequence[str], lookup: Callable[[str], int]) -> list[int]:
    by_text = {text: lookup(text) if text else -1 for text in dict.fromkeys(texts)}
    return [by_text[text] for text in texts]


def _share_resolved(texts: Sequence[str], lookup: Callable[[str], int]) -> float:
    filled = [text for text in texts if text]
    return sum(i >= 0 for i in _each(filled, lookup)) / len(filled) if filled else 0.0


def _by_name(columns: Sequence[Sequence[str]], areas: NamedAreas) -> list[int]:
    """Return the area that the names of each row state together, else the lowest that one of them states alone."""

    def of_row(texts: tuple[str, ...]) -> int:
        together = areas.of_text("".join(texts))
        return together if together >= 0 else _combined([areas.of_text(t) for t in texts if t], areas)

    rows = list(zip(*columns, strict=True))
    by_row = {row: of_row(row) if any(row) else -1 for row in dict.fromkeys(rows)}
    return [by_row[row] for row in rows]


def _combined(found: Sequence[int], areas: NamedAreas) -> int:
    """Return the first area that was found, or one below it; -1 for none."""
    best = -1
    for i in found:
        if i >= 0 and (best < 0 or areas.lies_in(i, best)):
            best = i
    return best
