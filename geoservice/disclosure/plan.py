"""Expected margins of a measurement, from public data only: no register is read and no budget spent."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.demand import Places, Quantity
from geoservice.demand.surface import Z90
from geoservice.disclosure.budget import divide_rho, node_parts, node_variance
from geoservice.disclosure.measure import queries_for
from geoservice.disclosure.protect import replay
from geoservice.disclosure.quantities import quantity_scales
from geoservice.disclosure.tree import SQUARE, PlaceTree, build_tree
from geoservice.geo import Bools, Floats
from geoservice.schema import LEVELS


class ExpectedMargins(NamedTuple):
    """Median 90 % margins of the places of one level, by quantity; ``level`` is ``square`` for the finest squares."""

    level: str
    places: int
    margins: dict[Quantity, float]


def expected_margins(
    areas: pa.Table, places: Places | None, rho: Fraction, groups: Sequence[str], *, migrants: bool, arrivals: bool = False
) -> list[ExpectedMargins]:
    """Return the median margin of each level of areas, and of the finest squares.

    It assumes that areas are divided down to the finest squares, which gives the widest margins; with few households the tree
    stops earlier and they are narrower.
    """
    tree = build_tree(areas, places)
    leaf = tree.finer == 0
    places_rho = divide_rho(rho, migrants=migrants).places
    variance = node_variance(node_parts(tree), places_rho, ~leaf, leaf)
    margin_factor = _margin_factors(tree, np.ones(tree.nodes, bool), variance)
    scales = quantity_scales(queries_for(groups, migrants=migrants, arrivals=arrivals))
    rows = []
    for level in (*LEVELS, SQUARE):
        at_level = np.array([name == level for name in tree.level]) & (leaf if level == SQUARE else True)
        if at_level.any():
            margins = {q: float(np.median(margin_factor[at_level]) * np.sqrt(s @ s)) for q, s in scales.items()}
            rows.append(ExpectedMargins(level, int(at_level.sum()), margins))
    return rows


def _margin_factors(tree: PlaceTree, inside: Bools, variance: Floats) -> Floats:
    noise = replay(tree, inside, variance, 100)
    return np.asarray(Z90 * np.sqrt((noise.astype(float) ** 2).mean(axis=1)), float)
