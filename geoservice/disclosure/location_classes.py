"""Households by area and by how well they are located: a measurement of its own, with its own part of the budget.

Every household is in one area, a township or, where there is none, the lowest area around it that is wider, and in one class.
So it changes one count by one, and all counts together cost what one does.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from geoservice.areas import ancestors
from geoservice.demand import LocationCounts
from geoservice.disclosure.measure import Households
from geoservice.disclosure.sampler import Sampler
from geoservice.disclosure.tree import REST, SQUARE, PlaceTree
from geoservice.geo import Int32s, Ints
from geoservice.schema import LEVELS, LOCATION_CLASSES

CLASSES = tuple(LOCATION_CLASSES)
FINEST = "township"
"""Level of the counted areas; those of finer levels have too few households for numbers of this measurement."""


class CountedAreas(NamedTuple):
    """The areas whose households are counted, by code, and the area of each finest square, shape ``(squares,)``."""

    codes: Sequence[str]
    of_square: Int32s


def location_classes(households: pa.Table) -> Int32s:
    """Return the position in ``LOCATION_CLASSES`` of each household of a register by its precision; shape ``(households,)``.

    A precision that is not known counts with the last class.
    """
    class_of = {precision: number for number, names in enumerate(LOCATION_CLASSES.values()) for precision in names}
    column = households.column("precision").combine_chunks().dictionary_encode()
    numbers = np.array([*(class_of.get(str(p), len(CLASSES) - 1) for p in column.dictionary.to_pylist()), len(CLASSES) - 1])
    row = column.indices.fill_null(len(numbers) - 1).to_numpy(zero_copy_only=False)
    return np.asarray(numbers[row], np.int32)


def counted_areas(tree: PlaceTree) -> CountedAreas:
    """Return the areas whose households are counted: the lowest on each path that is not finer than a township."""
    fine = [level == SQUARE or LEVELS.index(level) > LEVELS.index(FINEST) for level in tree.level]
    below = np.array(fine) & (tree.parent >= 0)
    node = tree.base_node.astype(np.int64)
    while below[node].any():
        node = np.where(below[node], tree.parent[node], node)
    names = np.array([tree.names[n].removesuffix(REST) for n in node], object)
    codes, of_square = np.unique(names.astype(str), return_inverse=True)
    return CountedAreas([str(c) for c in codes], of_square.astype(np.int32))


def exact_locations(areas: CountedAreas, people: Households) -> Ints:
    """Return the exact households by area and class; private. Shape ``(areas, classes)``."""
    cell = areas.of_square[people.square].astype(np.int64) * len(CLASSES) + people.location
    return np.bincount(cell, minlength=len(areas.codes) * len(CLASSES)).reshape(-1, len(CLASSES))


def noisy_locations(counts: Ints, rho: Fraction, sampler: Sampler) -> Ints:
    """Return counts with noise of sensitivity 1, of the same shape."""
    return sampler.measure(counts.ravel(), 1, rho).reshape(counts.shape)


def measure_locations(tree: PlaceTree, people: Households, rho: Fraction, sampler: Sampler) -> LocationCounts:
    """Measure households by area and by how well they are located; it costs every household ``rho``."""
    areas = counted_areas(tree)
    noisy = noisy_locations(exact_locations(areas, people), rho, sampler)
    return LocationCounts(
        areas=[tuple(ancestors(code, tree.parents)) for code in areas.codes],
        classes=CLASSES,
        households=noisy.astype(float),
        deviation=location_deviation(rho),
    )


def location_deviation(rho: Fraction) -> float:
    """Return the standard deviation of each count's noise.

    >>> location_deviation(Fraction(1, 50))
    5.0
    """
    return float(1 / np.sqrt(2 * float(rho)))
