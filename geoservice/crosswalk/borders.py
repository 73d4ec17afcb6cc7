"""Areas of two code systems whose borders overlap."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import shapely

from geoservice.geo import Floats

SAME_LAND = 0.5
"""Least share of the smaller of two areas in the other, for the two to have land in common that counts."""


class Overlap(NamedTuple):
    """The parts of an area and of its counterpart that are in both, from 0 to 1."""

    from_share: float
    to_share: float


def overlaps(ours: Mapping[str, shapely.Geometry], theirs: Mapping[str, shapely.Geometry]) -> dict[tuple[str, str], Overlap]:
    """Return the pairs of codes whose areas overlap by half of the smaller one or more.

    Half tells a part of a divided area, all of which lies in the whole, from a neighbour whose border is drawn differently.
    Shares are ratios of areas in degrees: both are at one place, where a square degree has one size.

    >>> left, right, both = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(0, 0, 2, 1)
    >>> overlaps({"1": left, "2": right}, {"a": both})
    {('1', 'a'): Overlap(from_share=1.0, to_share=0.5), ('2', 'a'): Overlap(from_share=1.0, to_share=0.5)}
    """
    one, other = np.array([*ours.values()], object), np.array([*theirs.values()], object)
    codes, other_codes = list(ours), list(theirs)
    if not codes or not other_codes:
        return {}
    i, j = shapely.STRtree(other).query(one)
    areas, other_areas = shapely.area(one), shapely.area(other)
    least = SAME_LAND * np.minimum(areas[i], other_areas[j])
    near = _common_boxes(shapely.bounds(one[i]), shapely.bounds(other[j])) >= least  # most neighbours need no intersection
    i, j, least = i[near], j[near], least[near]
    common = shapely.area(shapely.intersection(one[i], other[j]))
    counts = (common > 0) & (common >= least)
    i, j, common = i[counts], j[counts], common[counts]
    shares = np.column_stack([common / areas[i], common / other_areas[j]]).round(6).tolist()
    return {(codes[a], other_codes[b]): Overlap(*share) for a, b, share in zip(i.tolist(), j.tolist(), shares, strict=True)}


def _common_boxes(one: Floats, other: Floats) -> Floats:
    """Return the areas that bounding boxes have in common; shapes ``(n, 4)`` and ``(n,)``."""
    low, high = np.maximum(one[:, :2], other[:, :2]), np.minimum(one[:, 2:], other[:, 2:])
    return np.asarray(np.prod(np.maximum(high - low, 0), axis=1), np.float64)
