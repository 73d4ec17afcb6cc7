"""The margins to expect of a measurement, from public data alone: it reads no register and spends nothing."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.demand import Places, Quantity
from geoservice.demand.surface import Z90
from geoservice.disclosure.budget import node_parts, node_variance
from geoservice.disclosure.measure import queries_for
from geoservice.disclosure.protect import replay, rho_of_places
from geoservice.disclosure.quantities import quantity_scales
from geoservice.disclosure.tree import SQUARE, PlaceTree, build_tree
from geoservice.geo import Bools, Floats
from geoservice.schema import LEVELS


class Expected(NamedTuple):
    """Median 90 % margins of the places of one level, by quantity; ``level`` is ``square`` for the finest squares."""

    level: str
    places: int
    margins: dict[Quantity, float]


def expected_margins(
    areas: pa.Table, places: Places | None, rho: Fraction, groups: Sequence[str], *, migrants: bool
) -> list[Expected]:
    """Median margin of each level of areas, and of a finest square.

    Areas are taken to be divided to the finest squares, which is where their margins are widest; with few households the tree
    stops earlier and they are narrower.
    """
    tree = build_tree(areas, places)
    leaf = tree.finer == 0
    of_places = rho_of_places(rho, migrants=migrants)
    variance = node_variance(node_parts(tree), of_places, ~leaf, leaf)
    width = _widths(tree, np.ones(tree.nodes, bool), variance)
    scales = quantity_scales(queries_for(groups, migrants=migrants))
    rows = []
    for level in (*LEVELS, SQUARE):
        mine = np.array([name == level for name in tree.level]) & (leaf if level == SQUARE else True)
        if mine.any():
            margins = {q: float(np.median(width[mine]) * np.sqrt(s @ s)) for q, s in scales.items()}
            rows.append(Expected(level, int(mine.sum()), margins))
    return rows


def _widths(tree: PlaceTree, inside: Bools, variance: Floats) -> Floats:
    noise = replay(tree, inside, variance, 100)
    return np.asarray(Z90 * np.sqrt((noise.astype(float) ** 2).mean(axis=1)), float)
