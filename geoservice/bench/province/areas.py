"""Made-up areas of a province: a grid of villages with crooked edges, joined to townships, counties and cities."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geoservice.areas import CHINESE_DIGITS
from geoservice.geo import Floats, Ints, Objects
from geoservice.release.areas import path
from geoservice.release.layers import AREA

LEVELS = ("province", "city", "county", "township", "village")
TOP_CODES = {"province": "34", "county": "340101"}
WEST, SOUTH, STEP = 115.0, 29.5, 0.016
"""South-western corner of the grid, and the width of a village, in degrees: about 1.5 km."""
PARTS = 4
"""Edges along a side of a village; the corners between them are moved at random by up to a tenth of the width."""
FIRST = (("青", "Qing"), ("白", "Bai"), ("红", "Hong"), ("金", "Jin"), ("石", "Shi"), ("安", "An"), ("和", "He"))
SECOND = (("山", "shan"), ("河", "he"), ("桥", "qiao"), ("林", "lin"), ("溪", "xi"), ("塘", "tang"), ("岭", "ling"))
KINDS = {
    "province": ("省", "Province"),
    "city": ("市", "City"),
    "county": ("县", "County"),
    "township": ("镇", "Town"),
    "village": ("村", "Village"),
}


@dataclass(frozen=True)
class Size:
    """The levels of a study, and for each but the last how many rows and columns of areas of the next an area has."""

    levels: tuple[str, ...]
    grids: tuple[tuple[int, int], ...]

    def side(self, depth: int) -> tuple[int, int]:
        """Return how many rows and columns of the finest areas lie in one of a level."""
        rows, columns = np.prod(np.reshape(self.grids[depth:], (-1, 2)), axis=0, dtype=np.int64)
        return int(rows), int(columns)


PROVINCE = Size(LEVELS, ((2, 5), (5, 2), (5, 6), (4, 5)))
"""10 cities, 100 counties, 3 000 townships, 60 000 villages."""
COUNTY = Size(LEVELS[2:], ((5, 6), (4, 5)))
"""30 townships, 600 villages."""


def made_up_areas(size: Size) -> dict[str, pa.Table]:
    """Return the units of each level, coarse to fine, with the path of the areas around each."""
    corners = _corners(*size.side(0))
    row = column = np.zeros(1, np.int64)
    chains: list[tuple[str, ...]] = [(TOP_CODES[size.levels[0]],)]
    tables = {size.levels[0]: _units(size.levels[0], chains, _rings(corners, row, column, size.side(0)))}
    for depth, (upper, level) in enumerate(pairwise(size.levels)):
        digits = CHINESE_DIGITS[level] - CHINESE_DIGITS[upper]
        rows, columns = size.grids[depth]
        inner_row, inner_column = (a.ravel() for a in np.mgrid[:rows, :columns])
        row = (row[:, None] * rows + inner_row).ravel()
        column = (column[:, None] * columns + inner_column).ravel()
        chains = [(*chain, f"{chain[-1]}{n + 1:0{digits}}") for chain in chains for n in range(rows * columns)]
        tables[level] = _units(level, chains, _rings(corners, row, column, size.side(depth + 1)))
    return tables


def made_up_names(count: int, kind: tuple[str, str]) -> tuple[list[str], list[str]]:
    """Return names in both languages; the first 49 differ, later ones are numbered.

    >>> made_up_names(2, ("村", "Village"))
    (['青山村', '白山村'], ['Qingshan Village', 'Baishan Village'])
    """
    pairs = [(FIRST[n % 7], SECOND[n // 7 % 7], n // 49) for n in range(count)]
    return (
        [f"{a[0]}{b[0]}{again or ''}{kind[0]}" for a, b, again in pairs],
        [f"{a[1]}{b[1]} {kind[1]}{f' {again}' if again else ''}" for a, b, again in pairs],
    )


def _units(level: str, chains: Sequence[tuple[str, ...]], shapes: Objects) -> pa.Table:
    zh, en = made_up_names(len(chains), KINDS[level])
    columns: dict[str, Any] = {
        "unit": [chain[-1] for chain in chains],
        "name_zh": zh,
        "name_en": en,
        "parent": pa.array([chain[-2] if len(chain) > 1 else None for chain in chains], pa.string()),
        "geometry": pa.array(shapely.to_wkb(shapes), pa.binary()),
        AREA: [path(chain) for chain in chains],
    }
    return pa.table(columns)


def _corners(rows: int, columns: int) -> Floats:
    """Return the places of all corners, shape ``(rows * PARTS + 1, columns * PARTS + 1, 2)``."""
    row, column = np.mgrid[: rows * PARTS + 1, : columns * PARTS + 1] / PARTS
    moved = np.random.default_rng(15).uniform(-0.1, 0.1, (*row.shape, 2))
    return np.asarray(([WEST, SOUTH] + (np.stack([column, row], axis=-1) + moved) * STEP).round(6))


def _rings(corners: Floats, row: Ints, column: Ints, side: tuple[int, int]) -> Objects:
    """Return areas of so many villages each, along the corners of their edges; ``row`` and ``column`` count such areas."""
    rows, columns = side[0] * PARTS, side[1] * PARTS
    along, up = np.arange(columns), np.arange(rows)
    y = np.concatenate([0 * along, up, rows + 0 * along, rows - up, [0]])
    x = np.concatenate([along, columns + 0 * up, columns - along, 0 * up, [0]])
    places = corners[row[:, None] * rows + y, column[:, None] * columns + x]
    return np.asarray(shapely.polygons(places), object)
